//! Which engine and which layout read a page, what the recipe says of it, and what cannot be.

use serde_json::Value;

use crate::program::Program;

const CARD: &str = "cards/n9083t-magneto.png";
/// Black and white.
const FAX: &str = "cards/propellers.tif";

/// Reads a card with flags, and returns engine and layout of its recipe.
fn recipe_of(flags: &[&str]) -> String {
    let program = Program::new();
    program.take_samples(&[CARD]);
    program.succeed(&["db", "start"]);
    program.succeed(&[&["ingest", "scans"], flags].concat());
    let recipe = "recipe->>'engine' || ' | ' || (recipe->>'layout')";
    program.sql(&format!("select {recipe} from scanlift.attempt")).trim().to_owned()
}

fn native(layout: &str) -> String {
    format!("native {} | {layout}", env!("CARGO_PKG_VERSION"))
}

#[test]
fn pages_are_read_natively_unless_something_else_is_said() {
    assert_eq!(recipe_of(&[]), native("native"));
    assert_eq!(recipe_of(&["--layout", "tesseract"]), native("tesseract"));
    // Other page segmentation modes are ways of Tesseract's layout.
    assert_eq!(recipe_of(&["--psm", "6"]), native("tesseract"));
}

#[test]
fn tesseract_reads_where_it_is_told_to_and_what_only_it_can() {
    let by_choice = recipe_of(&["--engine", "tesseract"]);
    assert!(
        by_choice.starts_with("tesseract 5.") && by_choice.ends_with(" | tesseract"),
        "{by_choice}"
    );
    let lines_found_natively = recipe_of(&["--engine", "tesseract", "--layout", "native"]);
    assert!(lines_found_natively.ends_with(" | native"), "{lines_found_natively}");
    // The data of `osd` holds no network for text.
    let other_data = recipe_of(&["--languages", "eng+osd"]);
    assert!(other_data.starts_with("tesseract 5."), "{other_data}");
}

#[test]
fn says_why_the_native_engine_cannot_be_used() {
    let program = Program::new();
    let ended = program.run(&["ingest", ".", "--engine", "native", "--languages", "eng+osd"]);
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("`osd`: native engine: a model without a "), "{}", ended.stderr);
    assert!(ended.stderr.contains("hint: `--engine tesseract`"), "{}", ended.stderr);
}

/// Returns what the recipe of a sample that was read with flags tells of networks.
fn networks_of(sample: &str, flags: &[&str]) -> String {
    let program = Program::new();
    program.take_samples(&[sample]);
    program.succeed(&["db", "start"]);
    program.succeed(&[&["ingest", "scans"], flags].concat());
    let steps = "jsonb_array_elements_text(to_jsonb(recipe->'steps'))";
    let steps = format!("select distinct step from scanlift.attempt, {steps} step");
    let wanted = "step like '%network(%' order by step";
    let networks = program.sql(&format!("{steps} where {wanted}"));
    networks.lines().collect::<Vec<_>>().join(", ")
}

#[test]
fn two_networks_read_pages_in_english_unless_something_else_is_said() {
    assert_eq!(networks_of(CARD, &[]), "network(eng-print), second_network(eng)");
    assert_eq!(networks_of(CARD, &["--network", "stock"]), "");
    assert_eq!(networks_of(CARD, &["--second-network", "off"]), "network(eng-print)");
    let named = networks_of(CARD, &["--network", "stock", "--second-network", "deu"]);
    assert_eq!(named, "second_network(deu)");
    assert_eq!(networks_of(FAX, &[]), "second_network(eng-print)");
}

#[test]
fn cuts_lines_and_says_what_each_network_reads() {
    let program = Program::new();
    program.take_samples(&[CARD]);
    let cut =
        ["engine", "lines", "scans/cards/n9083t-magneto.png", "--networks", "eng,deu", "-o", "cut"];
    program.succeed(&cut);
    let table = std::fs::read_to_string(program.directory().join("cut/lines.csv")).unwrap();
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines[0], "picture,eng,deu");
    assert!(table.contains("N9083T"), "{table}");
    let pictures = std::fs::read_dir(program.directory().join("cut")).unwrap().count() - 1;
    assert_eq!(pictures, lines.len() - 1);
    let again = program.run(&cut);
    assert!(again.code != 0 && again.stderr.contains("cut: pictures of lines"), "{}", again.stderr);
}

#[test]
fn a_second_network_that_cannot_be_used_is_an_error() {
    let program = Program::new();
    let missing = program.run(&["ingest", ".", "--second-network", "xyz"]);
    assert_eq!(missing.code, 2);
    assert!(missing.stderr.contains("apt-get install tesseract-ocr-xyz"), "{}", missing.stderr);
    program.take_samples(&[CARD]);
    program.succeed(&["db", "start"]);
    let unusable = program.run(&["ingest", "scans", "--second-network", "osd"]);
    assert_eq!(unusable.code, 2);
    assert!(
        unusable.stderr.contains("osd.traineddata: second network: model not supported"),
        "{}",
        unusable.stderr
    );
}

#[test]
fn names_broken_language_data() {
    let program = Program::new();
    let whole = std::fs::read("/usr/share/tesseract-ocr/5/tessdata/eng.traineddata").unwrap();
    std::fs::write(program.directory().join("eng.traineddata"), &whole[..whole.len() / 2]).unwrap();
    let output = program
        .command(&["ingest", ".", "--engine", "native"])
        .env("TESSDATA_PREFIX", program.directory())
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("eng.traineddata: language data: "), "{stderr}");
}

#[test]
fn both_engines_read_the_same_lines_alike() {
    let program = Program::new();
    program.take_samples(&[CARD]);
    let stdout =
        program.succeed(&["--json", "--quiet", "engine", "check", &format!("scans/{CARD}")]);
    let summary: Value = serde_json::from_str(&stdout).unwrap();
    let count = |name: &str| summary[name].as_u64().unwrap();
    assert!(count("words") >= 50, "{summary}");
    assert!(count("same_confidence") * 1000 >= count("words") * 999, "{summary}");
}
