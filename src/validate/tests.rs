//! Judgements over records of hand-written values.

use rust_decimal::Decimal;

use super::*;
use crate::document::{Alternative, Ambiguity, Doubt, Found, PageNumber, PixelBox};
use crate::model::parse;
use Verdict::{Accepted, Rejected, Review};

const RECEIPT: &str = r#"
name = "receipt"
version = 7
records = "page"
[fields.company]
type = "text"
label = "Company"
required = true
max_length = 20
[fields.total]
type = "money"
label = "Total"
required = true
[fields.tax]
type = "money"
label = "Tax"
[fields.items]
type = "integer"
label = "Items"
max = 99
[[rules]]
name = "tax_is_a_part"
check = "tax < total"
otherwise = "rejected"
[[rules]]
name = "few_items_without_tax"
check = "tax != null || items < 5"
"#;

const LOG: &str = r#"
name = "log"
version = 1
records = "row"
[fields.hours]
type = "decimal"
column = "Hours"
[rows]
starts_with = "hours"
[[rules]]
name = "hours_grow"
check = "previous.hours <= hours"
"#;

fn found(value: Value, confidence: f32) -> TypedField {
    TypedField {
        value: Some(value),
        raw: Some("as read".to_owned()),
        bounds: Some(PixelBox { left: 0, top: 0, right: 10, bottom: 10 }),
        confidence,
        ..TypedField::default()
    }
}

fn text(text: &str) -> TypedField {
    found(Value::Text(text.to_owned()), 0.95)
}

fn money(cents: i64) -> TypedField {
    found(Value::Decimal(Decimal::new(cents, 2)), 0.95)
}

fn record(model: &str, fields: Vec<TypedField>) -> Record<TypedField> {
    Record { model: model.to_owned(), page: PageNumber::FIRST, row_number: 1, region: 0, fields }
}

/// Judges company, total, tax and items of a receipt.
fn receipt(fields: [TypedField; 4]) -> TypedRecord {
    let model = parse(RECEIPT, "receipt.toml").unwrap();
    Validator::new(&model).record(record("receipt", fields.into()))
}

fn issues(record: &TypedRecord) -> Vec<String> {
    record.issues.iter().map(ToString::to_string).collect()
}

#[test]
fn accepts_a_record_with_all_required_values() {
    let judged = receipt([text("Acme"), money(1250), money(50), TypedField::default()]);
    assert_eq!((judged.verdict, issues(&judged)), (Verdict::Accepted, Vec::new()));
    assert_eq!(judged.model_version, 7);
    assert!((0.90..0.95).contains(&judged.confidence), "{}", judged.confidence);
}

#[test]
fn sends_records_with_missing_required_values_to_review() {
    let judged = receipt([TypedField::default(), money(1250), money(50), TypedField::default()]);
    assert_eq!(judged.verdict, Verdict::Review);
    assert_eq!(issues(&judged), ["company: missing", "low confidence"]);
}

#[test]
fn tells_values_that_could_not_be_read() {
    let unread = TypedField { raw: Some("~~7".to_owned()), ..TypedField::default() };
    let judged = receipt([text("Acme"), money(1250), unread, TypedField::default()]);
    assert_eq!(
        (judged.verdict, issues(&judged)),
        (Verdict::Review, vec!["tax: unreadable".into()])
    );
}

#[test]
fn tells_doubtful_and_impossible_values() {
    let many = found(Value::Integer(100), 0.4);
    let judged = receipt([text("Acme"), money(1250), money(50), many]);
    assert_eq!(issues(&judged), ["items: out of range", "items: low confidence"]);
    let long = TypedField { raw: Some("one two ".repeat(20)), ..text("one two one two") };
    let judged = receipt([long, money(1250), money(50), TypedField::default()]);
    assert_eq!(issues(&judged), ["company: cut at 20 characters"]);
}

#[test]
fn a_doubtful_value_that_the_model_leaves_out_is_no_issue() {
    let text_of_model = RECEIPT.replace("max = 99", "max = 99\ndoubtful = \"omit\"");
    let model = parse(&text_of_model, "receipt.toml").unwrap();
    let judge = |items| {
        let fields = vec![text("Acme"), money(1250), money(50), items];
        Validator::new(&model).record(record("receipt", fields))
    };
    let judged = judge(found(Value::Integer(7), 0.4));
    assert_eq!((judged.verdict, judged.record.fields[3].value.clone()), (Accepted, None));
    assert_eq!(judged.record.fields[3].raw.as_deref(), Some("as read"));
    let sure = judge(found(Value::Integer(7), 0.95));
    assert_eq!(sure.record.fields[3].value, Some(Value::Integer(7)));
    // Rules see it before it is left out.
    let fields =
        vec![text("Acme"), money(1250), TypedField::default(), found(Value::Integer(7), 0.4)];
    let judged = Validator::new(&model).record(record("receipt", fields));
    assert_eq!(issues(&judged), ["rule few_items_without_tax", "low confidence"]);
}

#[test]
fn the_same_print_elsewhere_confirms_no_doubtful_characters() {
    let doubt = |confidence| Doubt {
        start: 1,
        end: 2,
        alternatives: vec![Alternative { text: "o".to_owned(), confidence }],
    };
    let company = |confidence| {
        let mut field = found(Value::Text("Acme".to_owned()), 0.8);
        field.raw = Some("Acme".to_owned());
        field.evidence.found = Some(Found::Label);
        field.evidence.elsewhere = 2;
        field.doubts = vec![doubt(confidence)];
        field
    };
    let judge = |company| receipt([company, money(1250), money(50), TypedField::default()]);
    assert_eq!(issues(&judge(company(5.0))), Vec::<String>::new());
    assert_eq!(issues(&judge(company(30.0))), ["company: nothing confirms it"]);
}

#[test]
fn a_person_looks_at_values_that_are_struck_out() {
    let mut struck = money(1250);
    struck.evidence.is_struck = true;
    let judged = receipt([text("Acme"), struck, money(50), TypedField::default()]);
    assert_eq!((judged.verdict, issues(&judged)), (Review, vec!["total: is struck out".into()]));
}

#[test]
fn what_is_left_open_is_not_accepted() {
    let mut open = money(1250);
    open.evidence.ambiguity = Some(Ambiguity::Sign);
    let judged = receipt([text("Acme"), open, money(50), TypedField::default()]);
    let issue = vec!["total: its sign is in doubt".into()];
    assert_eq!((judged.verdict, issues(&judged)), (Review, issue));
}

#[test]
fn rejects_records_of_which_nothing_was_found() {
    let default = TypedField { bounds: None, ..money(0) };
    let nothing = TypedField::default;
    let judged = receipt([nothing(), nothing(), default, nothing()]);
    assert_eq!(judged.verdict, Verdict::Rejected);
    assert_eq!(issues(&judged), ["nothing found"]);
    assert!(judged.confidence.abs() < f32::EPSILON);
}

#[test]
fn a_broken_rule_leads_to_its_verdict() {
    let judged = receipt([text("Acme"), money(1250), money(2000), TypedField::default()]);
    assert_eq!(judged.verdict, Verdict::Rejected);
    assert_eq!(issues(&judged), ["rule tax_is_a_part", "low confidence"]);
}

#[test]
fn rules_wait_for_the_values_they_speak_of_unless_they_ask_for_null() {
    let three = found(Value::Integer(3), 0.9);
    let seven = found(Value::Integer(7), 0.9);
    let judged = |items: &TypedField| {
        receipt([text("Acme"), money(1250), TypedField::default(), items.clone()])
    };
    assert_eq!(judged(&three).verdict, Verdict::Accepted);
    assert_eq!(issues(&judged(&seven)), ["rule few_items_without_tax", "low confidence"]);
    assert_eq!(judged(&TypedField::default()).verdict, Verdict::Accepted);
}

#[test]
fn rules_may_speak_of_the_row_above() {
    let validator = Validator::new(&parse(LOG, "log.toml").unwrap());
    let row = |tenths: i64| {
        let hours = found(Value::Decimal(Decimal::new(tenths, 1)), 0.95);
        validator.record(record("log", vec![hours]))
    };
    let empty = validator.record(record("log", vec![TypedField::default()]));
    let mut rows = vec![row(100), row(105), row(99), empty, row(50)];
    validator.rows(&mut rows);
    let verdicts: Vec<Verdict> = rows.iter().map(|row| row.verdict).collect();
    assert_eq!(verdicts, [Accepted, Accepted, Review, Rejected, Accepted]);
    assert_eq!(issues(&rows[2]), ["rule hours_grow"]);
}

#[test]
fn dates_and_times_compare_in_rules() {
    let model = LOG
        .replace("type = \"decimal\"", "type = \"date\"")
        .replace("previous.hours <= hours", "hours >= '1978-03-12'");
    let validator = Validator::new(&parse(&model, "log.toml").unwrap());
    let judged = |day: i8| {
        let date = Value::Date(jiff::civil::date(1978, 3, day));
        validator.record(record("log", vec![found(date, 0.95)])).verdict
    };
    assert_eq!((judged(12), judged(11)), (Verdict::Accepted, Verdict::Review));
}

#[test]
fn a_record_whose_doubts_the_archive_settles_is_accepted_and_one_it_doubts_is_not() {
    let toml = "name = \"bill\"\nversion = 1\nrecords = \"page\"\nreview_below = 0.5\n\
        [fields.vendor]\ntype = \"text\"\nrequired = true\nreview_below = 0.5\nlabel = [\"Vendor\"]\n";
    let validator = Validator::new(&crate::model::parse(toml, "bill.toml").unwrap());
    let page = crate::document::PageNumber(std::num::NonZeroU32::MIN);
    let before = Judgment {
        verdict: Verdict::Review,
        confidence: 0.4,
        field_confidence: vec![0.4],
        issues: vec!["vendor: low confidence".into(), "low confidence".into()],
    };
    let sure = Revision {
        field: 0,
        confidence: 0.8,
        issue: Some(("repaired: A to B by 5 documents".into(), Verdict::Accepted)),
    };
    let after = validator.revised(&before, &[sure], page);
    assert_eq!(after.issues, ["vendor: repaired: A to B by 5 documents"]);
    assert_eq!(after.verdict, Verdict::Accepted);
    assert!((after.confidence - 0.8).abs() < 1e-5, "{}", after.confidence);

    let accepted = Judgment { verdict: Verdict::Accepted, issues: Vec::new(), ..after };
    let nearly = Revision {
        field: 0,
        confidence: 0.8,
        issue: Some(("nearly `B` of 5 documents".into(), Verdict::Review)),
    };
    assert_eq!(validator.revised(&accepted, &[nearly], page).verdict, Verdict::Review);

    let other_doubt = Judgment { issues: vec!["rule total_adds_up".into()], ..before };
    let sure = Revision { field: 0, confidence: 0.8, issue: None };
    assert_eq!(validator.revised(&other_doubt, &[sure], page).verdict, Verdict::Review);
}

#[test]
fn comparisons_say_the_same_without_the_interpreter() {
    let values = |kind: &str| -> [Value; 3] {
        let read: fn(&str) -> Value = match kind {
            "decimal" => |text| Value::Decimal(text.parse().unwrap()),
            "date" => |text| Value::Date(format!("198{}-01-01", &text[..1]).parse().unwrap()),
            "time" => |text| Value::Time(format!("0{}:00", &text[..1]).parse().unwrap()),
            _ => |text| Value::Text(format!("é{text}")),
        };
        ["3.5", "4.0", "4"].map(read)
    };
    for kind in ["decimal", "date", "time", "text"] {
        for operator in ["<", "<=", ">", ">=", "==", "!="] {
            for check in [
                format!("previous.hours {operator} hours"),
                format!("hours {operator} previous.hours"),
            ] {
                let judged = |check: &str| -> Vec<Vec<String>> {
                    let model = LOG.replace("type = \"decimal\"", &format!("type = \"{kind}\""));
                    let model = model.replace("previous.hours <= hours", check);
                    let validator = Validator::new(&parse(&model, "log.toml").unwrap());
                    let row = |value: &Value| {
                        validator.record(record("log", vec![found(value.clone(), 0.95)]))
                    };
                    let mut rows: Vec<TypedRecord> =
                        values(kind).iter().chain(values(kind).iter().rev()).map(row).collect();
                    validator.rows(&mut rows);
                    rows.iter().map(issues).collect()
                };
                assert_eq!(judged(&check), judged(&format!("{check} && true")), "{kind}: {check}");
            }
        }
    }
}
