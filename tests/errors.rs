//! What cannot run says where, what and why, with a hint, and ends with exit code 2.

use crate::program::Program;

/// Arguments, and what stderr must hold.
const REFUSED: [(&[&str], &[&str]); 10] = [
    (&["ingest", "no/such/scans"], &["no/such/scans: path: No such file"]),
    (&["ingest"], &["required arguments", "<PATH>"]),
    (
        &["ingest", ".", "--languages", "tlh"],
        &["`tlh`: languages: no `tlh.traineddata`", "hint: `apt-get install tesseract-ocr-tlh`"],
    ),
    (&["ingest", ".", "--timeout", "soon"], &["--timeout", "seconds from 1 to 86400"]),
    (&["ingest", ".", "--include", "a{b"], &["`a{b`: glob: "]),
    (&["ingest", ".", "--password-file", "nowhere"], &["nowhere: password file: No such file"]),
    (
        &["export", "recipt"],
        &[
            "`recipt`: model: there is none of this name",
            "hint: there are filing, index_card, invoice, maintenance_log, pressure_ledger, receipt",
        ],
    ),
    (
        &["export", "receipt", "--where", "totl > 1"],
        &["--where `totl > 1`: condition: column 1", "totl"],
    ),
    (&["reprocess", "--where", "reason=timeout and"], &["condition: column"]),
    (&["report", "--no-such-flag"], &["--no-such-flag"]),
];

#[test]
fn wrong_arguments_are_refused_with_a_reason() {
    let program = Program::new();
    for (arguments, texts) in REFUSED {
        let ended = program.run(arguments);
        assert_eq!(ended.code, 2, "{arguments:?}: {}", ended.stderr);
        for text in texts {
            assert!(ended.stderr.contains(text), "{arguments:?}: no `{text}` in {}", ended.stderr);
        }
    }
}

#[test]
fn an_unknown_column_of_an_export_is_named() {
    let program = Program::new();
    let ended = program.run(&["export", "receipt", "--columns", "total,colour"]);
    assert_eq!(ended.code, 2);
    assert!(
        ended.stderr.contains("colour") && ended.stderr.contains("_confidence"),
        "{}",
        ended.stderr
    );
}

#[test]
fn a_database_that_is_not_there_is_named_without_its_password() {
    let program = Program::new();
    let url = "postgres://clerk:secret@127.0.0.1:9/archive";
    let ended = program.run(&["--database-url", url, "report"]);
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("127.0.0.1"), "{}", ended.stderr);
    assert!(ended.stderr.contains("hint:"), "{}", ended.stderr);
    assert!(!ended.stderr.contains("secret"), "{}", ended.stderr);
}

#[test]
fn help_names_every_command_and_the_exit_codes() {
    let help = Program::new().succeed(&["--help"]);
    for text in [
        "ingest",
        "import-words",
        "reprocess",
        "reextract",
        "export",
        "report",
        "prepare",
        "model",
        "db",
        "--database-url",
        "--json",
        "130 interrupted",
    ] {
        assert!(help.contains(text), "no `{text}` in {help}");
    }
    assert!(!help.contains("reader  "), "the child's subcommand is hidden: {help}");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    use std::io::{BufRead, BufReader};
    let program = Program::new();
    program.take_samples(&["receipts/tools.jpg"]);
    program.succeed(&["ingest", "scans"]);
    let mut child = program.command(&["export", "page-text"]).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "_file,_page,text,_status,_confidence,_unread,_issues,_languages\n");
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
