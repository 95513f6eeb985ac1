use insta::assert_snapshot;

use super::*;
use crate::document::Verdict;

const FILING: &str = r#"
name = "filing"
version = 3
records = "document"

[claims]
all = ["Registration Statement"]
none = "Exhibit"
within = { bottom = 0.25 }

[fields.registration_number]
type = "integer"
label = ["Registration No.", "Registration Number"]
value = { below = "1.5cm", lines = 2 }
pattern = '\d{2,5}'
required = true

[fields.amount]
type = "money"
pattern = '\$[\d.,]+'

[fields.registrant]
type = "text"
label = "Name of Registrant"
value = [{ below = "20mm", until = "rule" }, { right = "0.5in" }]

[fields.address]
type = "text"
label = "Address"

[[rules]]
name = "number_in_range"
check = "registration_number > 0 && registration_number < 10000"
otherwise = "rejected"
"#;

const LOG: &str = r#"
name = "log"
version = 1
records = "row"
[fields.date]
type = "date"
order = "mdy"
column = "Date"
carry = true
[fields.work]
type = "text"
column = ["Description", "Work performed"]
[rows]
starts_with = "date"
until = "Total"
min_fields = 2
"#;

fn errors(toml: &str) -> String {
    parse(toml, "models/a.toml").unwrap_err().to_string()
}

/// A model with one field that has the given lines.
fn field_errors(lines: &str) -> String {
    let head = "name = \"a\"\nversion = 1\nrecords = \"page\"\n[fields.total]\n";
    errors(&format!("{head}{lines}"))
}

#[test]
fn reads_fields_in_the_order_of_the_file() {
    let model = parse(FILING, "models/filing.toml").unwrap();
    let names: Vec<String> = model.fields.into_iter().map(|field| field.name).collect();
    assert_eq!(names, ["registration_number", "amount", "registrant", "address"]);
}

#[test]
fn reads_claims_and_rules() {
    let model = parse(FILING, "models/filing.toml").unwrap();
    assert_eq!((model.name.as_str(), model.version, model.scope), ("filing", 3, Scope::Document));
    assert_eq!(model.claims.none, ["Exhibit"]);
    let within = Zone { left: 0.0, top: 0.0, right: 1.0, bottom: 0.25 };
    assert_eq!(model.claims.within, Some(within));
    assert_eq!(model.rules[0].otherwise, Verdict::Rejected);
}

#[test]
fn reads_lengths_in_three_units() {
    let model = parse(FILING, "models/filing.toml").unwrap();
    let below = Place::Below { within_mm: 15.0, lines: Some(2), until: None };
    assert_eq!(model.fields[0].places, [below]);
    let below = Place::Below { within_mm: 20.0, lines: None, until: Some(Until::Rule) };
    let right = Place::Right { within_mm: Some(12.7) };
    assert_eq!(model.fields[2].places, [below, right]);
}

#[test]
fn looks_for_a_bare_pattern_anywhere_and_for_a_labelled_value_right_then_below() {
    let model = parse(FILING, "models/filing.toml").unwrap();
    assert_eq!(model.fields[1].places, [Place::Pattern { zone: None }]);
    let next_line = Place::Below { within_mm: 12.0, lines: Some(1), until: None };
    assert_eq!(model.fields[3].places, [Place::Right { within_mm: None }, next_line]);
}

#[test]
fn reads_a_row_model() {
    let model = parse(LOG, "models/log.toml").unwrap();
    let rows = model.rows.unwrap();
    assert_eq!((rows.starts_with.as_str(), rows.min_fields), ("date", 2));
    assert_eq!(rows.until, ["Total"]);
    assert_eq!(model.fields[1].column, ["Description", "Work performed"]);
    assert!(model.fields[0].carry && !model.fields[1].carry);
}

#[test]
fn names_the_key_that_was_meant() {
    assert_snapshot!(field_errors("type = \"text\"\npatern = 'x'\nlabel = \"Total\""), @"");
}

#[test]
fn tells_all_mistakes_at_once() {
    let toml = r#"
name = "Receipt"
version = 0
records = "pages"
colour = 1
[claims]
within = { top = 0.5, bottom = 0.2 }
[fields.status]
type = "text"
label = ""
[fields.day]
type = "date"
value = { right = "15px" }
[fields.total]
type = "mony"
[fields.kind]
type = "enum"
label = "Kind"
"#;
    assert_snapshot!(errors(toml), @"");
}

#[test]
fn says_where_the_text_is_not_toml() {
    assert_snapshot!(errors("name = \"a\nversion = 1\nversion = 2"), @"");
}

#[test]
fn gives_the_reason_of_a_bad_pattern() {
    assert_snapshot!(field_errors("type = \"text\"\npattern = '(\\d+'"), @"");
    assert_snapshot!(field_errors("type = \"text\"\npattern = '(\\d{900}){900}'"), @"");
}

#[test]
fn checks_the_names_in_rules() {
    let rules = r#"
type = "money"
label = "Total"
[[rules]]
name = "a"
check = "totl > 0.0 && [1, 2].all(x, x > 0)"
[[rules]]
name = "b"
check = "total >"
[[rules]]
name = "c"
check = "total > 0.0"
otherwise = "accepted"
[[rules]]
name = "d"
check = "total > 'a'"
[[rules]]
name = "e"
check = "sise(total) > 1"
"#;
    assert_snapshot!(field_errors(rules), @"");
}

#[test]
fn refuses_places_that_cannot_work() {
    assert_snapshot!(field_errors("type = \"text\"\nvalue = { right = true }"), @"");
    assert_snapshot!(field_errors("type = \"text\"\nvalue = { pattern = true }"), @"");
    assert_snapshot!(field_errors("type = \"text\"\nvalue = { lines = 2 }"), @"");
    assert_snapshot!(
        field_errors("type = \"text\"\nlabel = \"x\"\nvalue = { right = true, below = \"1cm\" }"),
        @""
    );
    assert_snapshot!(
        field_errors("type = \"text\"\nlabel = \"x\"\nvalue = { below = \"9mm\", until = \"End\" }"),
        @""
    );
    assert_snapshot!(field_errors("type = \"text\""), @"");
}

#[test]
fn refuses_keys_of_other_types_and_scopes() {
    assert_snapshot!(
        field_errors("type = \"money\"\nlabel = \"x\"\norder = \"dmy\"\ncolumn = \"y\"\n[rows]\n"),
        @""
    );
}

#[test]
fn refuses_impossible_parameters() {
    assert_snapshot!(field_errors("type = \"integer\"\nlabel = \"x\"\nmin = 5\nmax = 1"), @"");
    assert_snapshot!(field_errors("type = \"date\"\nlabel = \"x\"\npivot = 300"), @"");
    assert_snapshot!(field_errors("type = \"code\"\nlabel = \"x\"\nshapes = [\"N?\"]"), @"");
    assert_snapshot!(
        field_errors("type = \"enum\"\nlabel = \"x\"\nvalues = [\"a\", { value = \"a\" }]"),
        @""
    );
}

#[test]
fn refuses_row_models_without_a_start() {
    assert_snapshot!(errors(&LOG.replace("[rows]", "[row]")), @"");
    assert_snapshot!(
        errors(&LOG.replace("starts_with = \"date\"", "starts_with = \"dat\"")),
        @""
    );
    assert_snapshot!(errors(&LOG.replace("column = \"Date\"", "label = \"Date\"")), @"");
}

#[test]
fn loads_a_directory_and_tells_the_mistakes_of_all_its_files() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("b.toml"), LOG).unwrap();
    std::fs::write(directory.path().join("a.toml"), FILING).unwrap();
    std::fs::write(directory.path().join("notes.txt"), "not a model").unwrap();
    let names: Vec<String> =
        load_directory(directory.path()).unwrap().into_iter().map(|model| model.name).collect();
    assert_eq!(names, ["filing", "log"]);

    std::fs::write(directory.path().join("c.toml"), LOG).unwrap();
    std::fs::write(directory.path().join("d.toml"), "name = 1").unwrap();
    let ModelErrors(errors) = load_directory(directory.path()).unwrap_err();
    let problems: Vec<String> = errors.iter().map(|error| error.problem.to_string()).collect();
    let expected = [
        "`log` is there twice",
        "`version` is missing",
        "`records` is missing",
        "`fields` is missing",
        "expected a string, found an integer",
    ];
    assert_eq!(problems, expected);
}

#[test]
fn ships_models_without_mistakes() {
    if let Err(errors) = shipped() {
        panic!("{errors}");
    }
}
