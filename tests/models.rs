//! Own models: checked with line and column, given tables, changed, and filled without OCR.

use std::fs;

use crate::program::Program;

const MODEL: &str = r#"name = "bill"
version = 1
records = "page"

[claims]
any = ["TAX INVOICE", "SUBTOTAL"]

[fields.amount]
type = "money"
label = ["TOTAL", "TOTAL RM"]
"#;

const ONE_MORE_FIELD: &str = r#"
[fields.sold_on]
type = "date"
order = "dmy"
label = ["Date"]
"#;

#[test]
fn a_wrong_model_is_explained_with_line_and_column() {
    let program = Program::new();
    let file = program.directory().join("bill.toml");
    fs::write(&file, MODEL.replace("label = [", "lable = [")).unwrap();
    let ended = program.run(&["model", "check", "bill.toml"]);
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("bill.toml:10:1: fields.amount"), "{}", ended.stderr);
    assert!(ended.stderr.contains("hint: did you mean `label`?"), "{}", ended.stderr);

    fs::write(&file, MODEL).unwrap();
    let ended = program.run(&["model", "check", "bill.toml"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
}

#[test]
fn a_new_field_is_added_to_the_table_and_filled_from_the_stored_words() {
    let program = Program::new();
    program.take_samples(&["receipts/tools.jpg"]);
    let models = program.directory().join("models");
    fs::create_dir(&models).unwrap();
    fs::write(models.join("bill.toml"), MODEL).unwrap();
    program.succeed(&["ingest", "scans"]);
    let rows = program.rows(&["export", "bill"]);
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["amount"], "110.15");

    let changed = format!("{}{ONE_MORE_FIELD}", MODEL.replace("version = 1", "version = 2"));
    fs::write(models.join("bill.toml"), changed).unwrap();
    let ended = program.run(&["--models", "models", "reextract", "bill"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(ended.stderr.contains("alter table"), "the plan is shown: {}", ended.stderr);
    let rows = program.rows(&["export", "bill"]);
    assert_eq!((rows[0]["amount"].as_str(), rows[0]["sold_on"].as_str()), ("110.15", "2017-03-14"));
}

#[test]
fn a_model_that_no_longer_fits_its_table_is_refused() {
    let program = Program::new();
    program.take_samples(&["receipts/tools.jpg"]);
    let models = program.directory().join("models");
    fs::create_dir(&models).unwrap();
    fs::write(models.join("bill.toml"), MODEL).unwrap();
    program.succeed(&["ingest", "scans"]);
    fs::write(models.join("bill.toml"), MODEL.replace("\"money\"", "\"date\"")).unwrap();
    let ended = program.run(&["reextract"]);
    assert_eq!(ended.code, 2, "{}", ended.stderr);
    assert!(ended.stderr.contains("amount") && ended.stderr.contains("hint:"), "{}", ended.stderr);
    fs::write(models.join("bill.toml"), MODEL).unwrap();
    assert_eq!(program.rows(&["export", "bill"])[0]["amount"], "110.15", "nothing was lost");
}

#[test]
fn the_shipped_models_are_listed() {
    let list = Program::new().succeed(&["model", "list"]);
    for text in ["maintenance_log", "receipt", "filing", "invoice", "index_card", "due_date: date"]
    {
        assert!(list.contains(text), "no `{text}` in {list}");
    }
}
