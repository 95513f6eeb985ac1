//! The main job on the samples: files in, right records out, and a second run that does nothing.

use std::collections::BTreeSet;

use crate::program::{Program, Row, samples, truth};

/// The share of the samples' fields that must be right.
const FIELDS_RIGHT: f64 = 0.95;

/// The models, and the share of their own fields that must be right: few fields make it coarse.
const MODELS: [(&str, f64); 5] = [
    ("maintenance_log", FIELDS_RIGHT),
    ("receipt", 0.85),
    ("filing", 0.9),
    ("invoice", 0.93),
    ("index_card", 0.9),
];

#[test]
fn samples_become_records_and_csv() {
    let program = Program::new();
    let samples = samples();
    let ingest =
        ["ingest", samples.to_str().unwrap(), "--exclude", "truth", "--exclude", "README.md"];

    let first = program.run(&ingest);
    assert_eq!(first.code, 1, "one of the samples is cut off: {}", first.stderr);
    assert!(
        first
            .stderr
            .contains("42 found = 41 new + 0 known + 0 moved + 1 duplicates + 0 unreadable"),
        "{}",
        first.stderr
    );

    files_end_as_they_should(&program);
    fields_are_right(&program);

    let second = program.run(&ingest);
    assert_eq!(second.code, 0, "{}", second.stderr);
    assert!(second.stderr.contains("42 found = 0 new + 42 known"), "{}", second.stderr);
    assert!(second.stderr.contains("nothing to do"), "{}", second.stderr);

    exports_agree(&program);
}

fn files_end_as_they_should(program: &Program) {
    let report = program.report();
    let number = |key: &str| report[key].as_u64().unwrap();
    assert_eq!(number("files"), number("documents") + number("duplicates") + number("unreadable"));
    assert_eq!(
        number("pages"),
        ["stored", "blank", "failed", "quarantined", "pending"].map(number).iter().sum::<u64>()
    );
    assert_eq!(number("pending"), 0);

    let lines = program.rows(&["report", "--csv"]);
    let expected = truth("files.csv");
    assert_eq!(lines.len(), expected.len());
    for wanted in expected {
        let line = line_of(&lines, &wanted["_file"]);
        // Which of two equal files is the duplicate is decided by the order of their names.
        let twins = ["odd/tools-again.jpg", "receipts/tools.jpg"];
        if !twins.contains(&wanted["_file"].as_str()) {
            assert_eq!(line["status"], wanted["status"], "{}", wanted["_file"]);
        }
        assert_eq!(
            line["reason"].is_empty(),
            ["stored", "blank"].contains(&line["status"].as_str())
        );
    }
    assert_eq!(line_of(&lines, "odd/tools-again.jpg")["status"], "stored");
    assert_eq!(line_of(&lines, "receipts/tools.jpg")["status"], "duplicate");
}

fn line_of<'a>(lines: &'a [Row], file: &str) -> &'a Row {
    lines
        .iter()
        .find(|line| line["_file"].ends_with(&format!("/{file}")))
        .unwrap_or_else(|| panic!("{file} has no line in the report"))
}

fn fields_are_right(program: &Program) {
    let (mut right, mut all) = (0_u32, 0_u32);
    for (model, least) in MODELS {
        let before = (right, all);
        let mut records = program.rows(&["export", model]);
        for wanted in truth(&format!("{model}.csv")) {
            let found = take_best(&mut records, &wanted);
            for (field, value) in wanted.iter().filter(|(field, _)| !field.starts_with('_')) {
                all += 1;
                right += u32::from(found.as_ref().is_some_and(|row| same(value, &row[field])));
            }
        }
        let (right, all) = (right - before.0, all - before.1);
        let share = f64::from(right) / f64::from(all);
        assert!(share >= least, "{model}: {right} of {all} fields are right: {share:.4}");
    }
    assert!(all > 1800, "only {all} fields were looked at");
    let share = f64::from(right) / f64::from(all);
    assert!(share >= FIELDS_RIGHT, "{right} of {all} fields are right: {share:.4}");
}

/// Takes the record out that has most of the wanted values, of the same file and page.
fn take_best(records: &mut Vec<Row>, wanted: &Row) -> Option<Row> {
    let file = wanted["_file"].replace("receipts/tools.jpg", "odd/tools-again.jpg");
    let values = |row: &Row| {
        wanted
            .iter()
            .filter(|(field, value)| !field.starts_with('_') && same(value, &row[*field]))
            .count()
    };
    let (best, row) = records
        .iter()
        .enumerate()
        .filter(|(_, row)| row["_file"].ends_with(&format!("/{file}")))
        .filter(|(_, row)| wanted.get("_row").is_none() || row["_page"] == wanted["_page"])
        .max_by_key(|(index, row)| (values(row), std::cmp::Reverse(*index)))?;
    (values(row) >= 2 || wanted.get("_row").is_none()).then(|| records.remove(best))
}

/// Texts are equal but for everything that is no letter or digit; numbers by value.
fn same(wanted: &str, found: &str) -> bool {
    let bare = |text: &str| -> String {
        text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
    };
    match (wanted.parse::<f64>(), found.parse::<f64>()) {
        (Ok(wanted), Ok(found)) => (wanted - found).abs() < 1e-9,
        _ => bare(wanted) == bare(found),
    }
}

fn exports_agree(program: &Program) {
    let all = program.succeed(&["export", "maintenance_log"]);
    assert_eq!(all, program.succeed(&["export", "maintenance_log"]), "two exports of one state");

    let rows = crate::program::rows(all.as_bytes());
    let accepted = program.rows(&["export", "maintenance_log", "--status", "accepted"]);
    assert_eq!(accepted.len(), rows.iter().filter(|row| row["_status"] == "accepted").count());

    let few = program.rows(&[
        "export",
        "maintenance_log",
        "--columns",
        "date,_file",
        "--where",
        "hours > 20000",
    ]);
    let many_hours =
        rows.iter().filter(|row| row["hours"].parse::<f64>().is_ok_and(|h| h > 20_000.0));
    assert_eq!(few.len(), many_hours.count());
    let columns: BTreeSet<&str> = few[0].keys().map(String::as_str).collect();
    assert_eq!(columns, BTreeSet::from(["_file", "date"]));

    // Extraction is pure: the stored words give the same records.
    program.succeed(&["reextract"]);
    assert_eq!(all, program.succeed(&["export", "maintenance_log"]), "records made anew");

    program.succeed(&["export", "page-text", "-o", "text.csv.zst"]);
    let packed = std::fs::read(program.directory().join("text.csv.zst")).unwrap();
    let text = crate::program::rows(&zstd::decode_all(packed.as_slice()).unwrap());
    assert!(text.iter().any(|row| row["text"].contains("DESCRIPTION")));
}
