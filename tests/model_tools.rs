//! Tools for people who write models: explain, test, diff, new, as a user runs them.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::program::{Program, samples};

fn shipped_models() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("models")
}

/// Copies the shipped models with their golden pages, so that they can be changed; what was learned for them does
/// not fit a changed model.
fn own_models(program: &Program) -> PathBuf {
    let models = program.directory().join("models");
    for name in ["", "golden/receipt"] {
        let (from, to) = (shipped_models().join(name), models.join(name));
        fs::create_dir_all(&to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() && !path.to_string_lossy().ends_with(".learned.json") {
                fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
            }
        }
    }
    models
}

fn change(file: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(file).unwrap();
    assert!(text.contains(from), "{} has no `{from}`", file.display());
    fs::write(file, text.replace(from, to)).unwrap();
}

#[test]
fn the_shipped_models_say_of_their_golden_pages_what_they_must() {
    let program = Program::new();
    let ended = program.run(&["--models", shipped_models().to_str().unwrap(), "model", "test"]);
    assert_eq!(ended.code, 0, "{}{}", ended.stdout, ended.stderr);
    assert!(!program.directory().join("database").exists(), "no database is needed");
}

#[test]
fn a_golden_page_that_says_something_else_is_shown_and_can_be_blessed() {
    let program = Program::new();
    let models = own_models(&program);
    change(&models.join("receipt.toml"), "[fields.date]", "[fields.sold_on]");
    let ended = program.run(&["model", "test", "receipt"]);
    assert_eq!(ended.code, 1, "{}{}", ended.stdout, ended.stderr);
    for line in ["date: expected 2017-03-14, is –", "sold_on: expected –, is 2017-03-14"] {
        assert!(ended.stdout.contains(line), "no `{line}` in {}", ended.stdout);
    }
    assert_eq!(program.run(&["model", "test", "receipt", "--bless"]).code, 0);
    assert_eq!(program.run(&["model", "test", "receipt"]).code, 0);

    fs::remove_dir_all(models.join("golden")).unwrap();
    let ended = program.run(&["model", "test"]);
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("hint: `scanlift model test --record"), "{}", ended.stderr);
}

#[test]
fn a_page_is_explained_from_stored_words_and_drawn() {
    let program = Program::new();
    program.take_samples(&["receipts/tools.jpg"]);
    program.succeed(&["ingest", "scans"]);
    let out =
        program.succeed(&["model", "explain", "scans/receipts/tools.jpg", "--image", "o.png"]);
    for text in [
        "model filing: does not claim the page",
        "model receipt: takes the page",
        "label      “TOTAL RM”",
        "chosen     “110.15”",
        "value      110.15 on page 1",
    ] {
        assert!(out.contains(text), "no `{text}` in {out}");
    }
    let picture = image::open(program.directory().join("o.png")).unwrap().to_rgb8();
    let colored = picture.pixels().filter(|pixel| pixel.0[0] != pixel.0[1]).count();
    assert!(colored > 1000, "{colored} colored pixels");

    let ended = program.run(&["model", "explain", "scans/receipts/tools.jpg:7"]);
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("page 7: there is no such page"), "{}", ended.stderr);
}

#[test]
fn a_golden_page_is_recorded_and_a_change_is_measured_on_the_stored_words() {
    let program = Program::new();
    program.take_samples(&["receipts/tools.jpg", "receipts/filter-fax.png"]);
    let models = own_models(&program);
    program.succeed(&["ingest", "scans"]);
    let scan = "scans/receipts/filter-fax.png";
    program.succeed(&["model", "test", "receipt", "--record", scan]);
    let golden = fs::read_to_string(models.join("golden/receipt/filter-fax.png.jsonl")).unwrap();
    assert!(golden.contains("\"2017-05-06\""), "{golden}");

    fs::copy(models.join("receipt.toml"), program.directory().join("new.toml")).unwrap();
    change(&program.directory().join("new.toml"), "[fields.date]", "[fields.sold_on]");
    change(&program.directory().join("new.toml"), "at_least = 5", "at_least = 6");
    let json = program.succeed(&["--json", "model", "diff", "receipt@stored", "new.toml"]);
    let difference: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(difference["documents"], 2, "{json}");
    assert_eq!((&difference["gained"], &difference["lost"]), (&0.into(), &0.into()), "{json}");
    assert_eq!(difference["fields"]["date"]["emptied"], 2, "{json}");
    assert_eq!(difference["fields"]["sold_on"]["filled"], 2, "{json}");
    assert_eq!(difference["fields"]["total"]["same"], 2, "{json}");
    let text = program.succeed(&["model", "diff", "receipt@stored", "receipt"]);
    assert!(text.contains("2 of 2 with the same values"), "{text}");
}

#[test]
fn a_model_is_drafted_from_labelled_scans_and_can_be_used() {
    let program = Program::new();
    let (truth, scans) = (samples().join("truth/receipt.csv"), samples());
    let (truth, scans) = (truth.to_str().unwrap(), scans.to_str().unwrap());
    let arguments = ["--json", "model", "new", "bill", truth, "--pages", scans, "-o", "bill.toml"];
    let summary: Value = serde_json::from_str(&program.succeed(&arguments)).unwrap();
    assert_eq!(summary["scans"], 5, "{summary}");
    let right: u64 =
        summary["fields"].as_array().unwrap().iter().map(|f| f["right"].as_u64().unwrap()).sum();
    assert!(right >= 12, "of 20 values: {summary}");
    let ended = program.run(&["model", "check", "bill.toml"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);

    let log = samples().join("truth/maintenance_log.csv");
    let ended = program.run(&["model", "new", "log", log.to_str().unwrap(), "--pages", scans]);
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("hint: drafts are made of models"), "{}", ended.stderr);
}
