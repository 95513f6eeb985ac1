//! Records are made anew: of made-up pages whose truth is known, as a whole or of some, and only for show.

use crate::program::Program;

const PAGES: &str = "60";
const ROWS: usize = 12;

/// An archive of log pages, as words, with their records.
fn archive() -> Program {
    let program = Program::new();
    let made = ["synth", "--pages", PAGES, "--rows", "12", "--truth", "truth.csv"];
    assert_eq!(program.run(&made).code, 0);
    program.succeed(&["reextract", "maintenance_log"]);
    program
}

#[test]
fn made_up_pages_are_extracted_as_their_truth_says() {
    let program = archive();
    let told = program.run(&["synth", "--pages", "80", "--rows", "12"]);
    assert!(told.stderr.contains("pages: 20 made"), "{}", told.stderr);
    assert!(told.stderr.contains("60 were there"), "{}", told.stderr);
    let scores = program.run(&["--json", "eval", "maintenance_log", "truth.csv"]);
    let scores: serde_json::Value = serde_json::from_str(&scores.stdout).unwrap();
    let micro = scores["all"]["f1"].as_f64();
    assert!(micro.is_some_and(|f1| f1 > 0.95), "{scores}");
    let wrong = program.run(&["synth", "--pages", "1", "--misread", "2"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.stderr.contains("--misread: 2: a share is from 0 to 1"), "{}", wrong.stderr);
}

#[test]
fn a_dry_run_tells_what_would_change_and_changes_nothing() {
    let program = archive();
    let rows = program.rows(&["export", "maintenance_log"]);
    assert!(rows.len() > 55 * ROWS, "{}", rows.len());
    let same = program.run(&["reextract", "maintenance_log", "--dry-run"]);
    assert_eq!(same.code, 0, "{}", same.stderr);
    let told = format!("{0} → {0}: 0 gained, 0 lost, {0} of {0} with the same values", rows.len());
    assert!(same.stdout.contains(&told), "{}", same.stdout);

    // Models without a table have no records yet.
    let all = program.run(&["reextract", "--dry-run"]);
    assert_eq!(all.code, 0, "{}", all.stderr);
    assert!(all.stdout.contains("receipt:\ndocuments: 60\nrecords:   0 → 0"), "{}", all.stdout);

    // A model that takes nothing for hours above 1,000, and has a field without a column.
    let models = program.directory().join("models");
    std::fs::create_dir(&models).unwrap();
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/models/maintenance_log.toml");
    let text = std::fs::read_to_string(shipped).unwrap().replace("max = 150000", "max = 1000");
    let text =
        text.replace("[rows]", "[fields.book]\ntype = \"text\"\npattern = '(LOG)'\n\n[rows]");
    std::fs::write(models.join("maintenance_log.toml"), text).unwrap();
    let other = program.run(&["--json", "reextract", "--dry-run"]);
    assert_eq!(other.code, 0, "{}", other.stderr);
    let told: serde_json::Value = serde_json::from_str(&other.stdout).unwrap();
    let told = &told["maintenance_log"];
    assert!(told["verdicts"]["accepted → review"].as_u64() > Some(0), "{told}");
    assert_eq!(told["records_old"], told["records_new"]);
    assert_eq!(told["fields"]["hours"]["same"], told["records_new"]);
    assert!(told["fields"]["book"]["filled"].as_u64() > Some(0), "{told}");
    let too_early = program.run(&["export", "maintenance_log"]);
    assert_eq!(too_early.code, 2);
    let why = "the table of model `maintenance_log` has no column for its field `book` yet";
    assert!(too_early.stderr.contains(why), "{}", too_early.stderr);
    std::fs::remove_dir_all(&models).unwrap();
    assert_eq!(program.rows(&["export", "maintenance_log"]), rows);
}

#[test]
fn records_of_some_documents_are_made_anew_in_place() {
    let program = archive();
    let rows = program.rows(&["export", "maintenance_log"]);
    let some = ["--json", "reextract", "maintenance_log", "--where", "path ~ '0000001.\\.tif'"];
    let ended = program.run(&some);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let summary: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!((summary["documents"].as_u64(), summary["pages"].as_u64()), (Some(10), Some(10)));
    assert_eq!(program.rows(&["export", "maintenance_log"]), rows);
    let wrong = program.run(&["reextract", "--where", "colour = red"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.stderr.contains("--where `colour = red`: condition:"), "{}", wrong.stderr);
}

#[test]
fn a_table_that_a_view_hangs_on_keeps_it() {
    let program = archive();
    program.succeed(&["db", "start"]);
    let rows = program.rows(&["export", "maintenance_log"]);
    program
        .sql("create view public.flown as select registration, hours from records.maintenance_log");
    let ended = program.run(&["reextract", "maintenance_log"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(ended.stderr.contains("view public.flown hangs on the table"), "{}", ended.stderr);
    assert_eq!(program.sql("select count(*) from public.flown").trim(), rows.len().to_string());
    assert_eq!(program.rows(&["export", "maintenance_log"]), rows);
}
