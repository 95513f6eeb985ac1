//! What texts mean, by type: read texts and the values that stand on the paper.

mod choice;
mod dates;
mod numbers;
mod properties;

use super::read::{read_in, read_look_alikes};
use super::*;
use crate::document::{Alternative, Candidate, Doubt, PageNumber};
use crate::model::{CheckDigit, DateOrder, Dictionary, DictionaryEntry, EnumValue, Partial};

/// Returns the value in SQL's spelling, `*` for each repair, `?` if less than certain.
fn show(kind: &FieldKind, text: &str) -> String {
    let Some(reading) = read(kind, text) else { return "none".to_owned() };
    let value = match reading.value {
        Value::Text(text) => text,
        Value::Integer(number) => number.to_string(),
        Value::Decimal(number) => number.to_string(),
        Value::Date(date) => date.to_string(),
        Value::Time(time) => time.to_string(),
        Value::Boolean(flag) => flag.to_string(),
        list @ Value::List(_) => list.to_string(),
    };
    let doubt = if reading.certainty < 1.0 { "?" } else { "" };
    format!("{value}{}{doubt}", "*".repeat(reading.repairs as usize))
}

fn check(kind: &FieldKind, cases: &[(&str, &str)]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter(|(text, expected)| show(kind, text) != *expected)
        .map(|(text, expected)| format!("{text:?}: {expected} but {}", show(kind, text)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn text_kind() -> FieldKind {
    FieldKind::Text { join: ", ".to_owned(), max_length: 40 }
}

fn date_kind(order: DateOrder) -> FieldKind {
    FieldKind::Date { order, pivot: 30, partial: Partial::Refuse }
}

fn code_kind(shapes: &[&str]) -> FieldKind {
    let shapes = shapes.iter().map(|shape| (*shape).to_owned()).collect();
    FieldKind::Code { shapes, check: None }
}

fn checked_code(shape: &str, check: CheckDigit) -> FieldKind {
    FieldKind::Code { shapes: vec![shape.to_owned()], check: Some(check) }
}

fn airports() -> FieldKind {
    let pairs = [
        ("Kuala Lumpur", "KUL"),
        ("Kuala Lumpur Subang", "SZB"),
        ("Kuala Terengganu", "TGG"),
        ("Penang", "PEN"),
        ("Pulau Pinang", "PEN"),
        ("Bay 10", "B10"),
        ("Bay IO", "BIO"),
    ];
    let entry = |(text, gives): (&str, &str)| DictionaryEntry {
        text: text.to_owned(),
        gives: gives.to_owned(),
    };
    let dictionary = Dictionary::new(pairs.into_iter().map(entry).collect());
    FieldKind::Lookup { dictionary: dictionary.into() }
}

fn document_types() -> FieldKind {
    let value = |value: &str, synonyms: &[&str]| EnumValue {
        value: value.to_owned(),
        synonyms: synonyms.iter().map(|name| (*name).to_owned()).collect(),
    };
    FieldKind::Enum {
        values: vec![
            value("amendment", &["Amendment to Registration Statement"]),
            value("short_form", &["Short Form Registration Statement"]),
            value("statement", &["Registration Statement"]),
        ],
    }
}

fn money_field(choose: Choose) -> Field {
    Field {
        name: "total".to_owned(),
        kind: FieldKind::Money,
        labels: vec!["Total".to_owned()],
        places: Vec::new(),
        pattern: None,
        exclude: Vec::new(),
        choose,
        count: crate::document::Count::One,
        learn: None,
        vocabulary: Vec::new(),
        required: true,
        column: Vec::new(),
        carry: false,
        cell: None,
        wraps_at: None,
        unsigned: false,
        recurs: false,
        outliers: false,
        index: false,
        review_below: 0.7,
        doubtful: crate::model::Doubtful::default(),
        default: None,
    }
}

fn candidate(text: &str, word_confidence: f32, place_score: f32) -> Candidate {
    Candidate {
        text: text.to_owned(),
        page: PageNumber::FIRST,
        bounds: PixelBox { left: 1, top: 2, right: 30, bottom: 12 },
        word_confidence,
        place_score,
        found: Found::Label,
        doubts: Vec::new(),
        ambiguity: None,
    }
}

#[test]
fn the_printed_sign_of_an_unsigned_amount_says_nothing() {
    let raw = || RawField::from(vec![candidate("20.00-", 0.9, 0.9)]);
    let read = |unsigned| {
        let spec = Field { unsigned, ..money_field(Choose::Best) };
        field(&spec, &raw()).value.map(|value| value.to_string())
    };
    assert_eq!(read(false).as_deref(), Some("-20.00"));
    assert_eq!(read(true).as_deref(), Some("20.00"));
}

#[test]
fn cleans_text_of_rules_leaders_and_junk() {
    check(
        &text_kind(),
        &[
            ("  | Acme   Trading ~ ", "Acme Trading"),
            ("Acme Inc.", "Acme Inc."),
            ("Replaced the left tire.", "Replaced the left tire"),
            (": 12 Main St,\n  Springfield _", "12 Main St, Springfield"),
            ("Name .......... Smith", "Name Smith"),
            ("Name . . . . Smith", "Name Smith"),
            ("Smith - Jones", "Smith - Jones"),
            ("Well-known (Pty) Ltd", "Well-known (Pty) Ltd"),
            ("ACME (M", "ACME (M"),
            ("(ACME", "ACME"),
            ("____ . ----", "none"),
            (
                "a text that is much longer than the model allows it to be",
                "a text that is much longer than the?",
            ),
        ],
    );
}

#[test]
fn reads_integers_and_repairs_look_alikes() {
    check(
        &FieldKind::Integer { min: Some(1), max: Some(99_999) },
        &[
            ("3712", "3712"),
            ("No 3712", "3712?"),
            ("3712 of 9", "none"),
            ("# 3712.", "3712"),
            ("1,234", "1234"),
            ("1 234", "1234"),
            ("12 34", "none"),
            ("1O5", "105*"),
            ("l05", "105*"),
            ("SOLD", "none"),
            ("123456", "123456?"),
            ("", "none"),
            ("99999999999999999999", "none"),
        ],
    );
}

#[test]
fn reads_amounts_in_all_spellings() {
    check(
        &FieldKind::Money,
        &[
            ("174.90", "174.90"),
            ("RM 174.90", "174.90"),
            ("$1,234.50", "1234.50"),
            ("€ 1.234,50", "1234.50"),
            ("12,50", "12.50"),
            ("1,234", "1234.00?"),
            ("1.234", "1234.00?"),
            ("250", "250.00?"),
            ("12.5", "12.50"),
            (".50", "0.50"),
            ("-5.00", "-5.00"),
            ("(5.00)", "-5.00"),
            ("5.00-", "-5.00"),
            ("RM8.60 SR", "8.60?"),
            ("12 50", "none"),
            ("1.2.3", "none"),
            ("1,23,45", "none"),
            ("12.3456", "none"),
            ("10.00 20.00", "none"),
            ("TOTAL", "none"),
            ("1.471,60", "1471.60"),
            ("RM 9.90", "9.90"),
            ("(12.00)", "-12.00"),
            ("$ (1,234.00)", "-1234.00"),
            ("1,471.60-", "-1471.60"),
            ("12.00 CR", "-12.00"),
            ("12,-", "12.00?"),
            ("DM 12,--", "12.00?"),
            ("12,50 Euro", "12.50"),
            ("Rs. 500.00", "500.00"),
            ("25.00 dollars", "25.00"),
            ("1'234.50", "1234.50"),
            ("- 5.00", "-5.00?"),
            ("-0.00", "0.00"),
        ],
    );
}

#[test]
fn repairs_misread_amounts() {
    check(
        &FieldKind::Money,
        &[
            ("1O.5O", "10.50**"),
            ("l2.00", "12.00*"),
            ("S2.00", "52.00*?"),
            ("12. 50", "12.50*"),
            ("TOTAL RM 33, 92", "33.92*?"),
            ("1.234.50", "1234.50*"),
            ("B.g0", "none"),
        ],
    );
}

#[test]
fn reads_decimals() {
    let kind = FieldKind::Decimal { places: Some(1), min: Some(0.0), max: Some(20_000.0) };
    check(
        &kind,
        &[
            ("1523.4", "1523.4"),
            ("1,523.4", "1523.4"),
            ("1523", "1523.0"),
            ("1523.4 hrs", "1523.4?"),
            ("1523,4", "1523.4"),
            ("0.25", "0.2?"),
            ("1523.40", "1523.4"),
            ("99999.0", "99999.0?"),
            ("hours", "none"),
        ],
    );
    let free = FieldKind::Decimal { places: None, min: None, max: None };
    check(&free, &[("1.234", "1.234"), ("1,234", "1234?"), ("47.123456", "47.123456")]);
    let weight = FieldKind::Decimal { places: Some(3), min: None, max: None };
    check(&weight, &[("1,234", "1.234?"), ("1.234", "1.234"), ("1,234.500", "1234.500")]);
}

#[test]
fn reads_dates_of_numbers_in_the_order_of_the_model() {
    check(
        &date_kind(DateOrder::DayMonthYear),
        &[
            ("03/04/2018", "2018-04-03"),
            ("3-4-18", "2018-04-03"),
            ("03.04.78", "1978-04-03"),
            ("03 04 2018", "2018-04-03?"),
            ("2018-04-03", "2018-04-03"),
            ("20180403", "2018-04-03"),
            ("03042018", "2018-04-03"),
            ("03/25/2018", "2018-03-25?"),
            ("31/02/2018", "none"),
            ("32/13/2018", "none"),
            ("03/04/3018", "none"),
            ("12:30", "none"),
        ],
    );
    check(&date_kind(DateOrder::MonthDayYear), &[("03/04/78", "1978-03-04")]);
    check(&date_kind(DateOrder::YearMonthDay), &[("78/03/04", "1978-03-04")]);
}

#[test]
fn accepts_dates_with_two_digit_years() {
    check(
        &date_kind(DateOrder::DayMonthYear),
        &[("01/02/29", "2029-02-01"), ("01/02/30", "1930-02-01"), ("01/02/'78", "1978-02-01")],
    );
}

#[test]
fn reads_dates_with_names_of_months() {
    check(
        &date_kind(DateOrder::DayMonthYear),
        &[
            ("12 MAR 78", "1978-03-12"),
            ("March 12, 1978", "1978-03-12"),
            ("12-Mar-2018", "2018-03-12"),
            ("12MAR2018", "2018-03-12"),
            ("12th of March 2018", "2018-03-12"),
            ("2018 Mar 12", "2018-03-12"),
            ("Sept. 3, 1955", "1955-09-03"),
            ("Monday, 12 March 2018", "2018-03-12"),
            ("9 OGOS 2017", "2017-08-09"),
            ("1. Dezember 1955", "1955-12-01"),
            ("3. März 1911", "1911-03-03"),
            ("14 juillet 1989", "1989-07-14"),
            ("14 jui 1989", "none"),
            ("5 de agosto de 1962", "1962-08-05"),
            ("3 DISCOUNT 2018", "none"),
            ("30 Feb 2018", "none"),
            ("March 2018", "none"),
        ],
    );
}

#[test]
fn a_date_without_a_day_is_what_the_model_says() {
    let kind = |partial| FieldKind::Date { order: DateOrder::DayMonthYear, pivot: 30, partial };
    check(
        &kind(Partial::Keep),
        &[
            ("12 March 1978", "1978-03-12"),
            ("March 1978", "1978-03"),
            ("Mar. '78", "1978-03"),
            ("Mar 12", "2012-03?"),
            ("1978 March", "1978-03"),
            ("3/1978", "1978-03"),
            ("1978-03", "1978-03"),
            ("1911-12", "1911-12?"),
            ("1978", "1978"),
            ("c. 1978", "1978?"),
            ("I978", "1978*"),
            ("31/02/1978", "none"),
            ("30 Feb 1978", "none"),
            ("13/1978", "none"),
            ("1923-1925", "none"),
            ("undated", "none"),
        ],
    );
    check(&kind(Partial::First), &[("March 1978", "1978-03-01"), ("1978", "1978-01-01")]);
    check(&kind(Partial::Refuse), &[("March 1978", "none"), ("1978", "none")]);
}

#[test]
fn leaves_times_beside_dates_alone() {
    check(
        &date_kind(DateOrder::DayMonthYear),
        &[
            ("12/03/2018 14:30:15", "2018-03-12"),
            ("12/03/2018 2:30 PM", "2018-03-12"),
            ("10:30 12/03/2018", "2018-03-12"),
            ("Date: 12/03/2018", "2018-03-12"),
            ("12/03/2018 CASH", "2018-03-12?"),
            ("4 5 78 Date 31/03/2018", "2018-03-31?"),
        ],
    );
}

#[test]
fn repairs_misread_dates() {
    check(
        &date_kind(DateOrder::DayMonthYear),
        &[
            ("1O/03/2018", "2018-03-10*"),
            ("l2/03/2O18", "2018-03-12**"),
            ("12I03I2018", "2018-03-12**"),
            ("l/OI/1978", "1978-01-01***"),
            ("12 0CT 1978", "1978-10-12*"),
            ("12 Novenber 1978", "1978-11-12*"),
            ("12 Jum 1978", "none"),
            ("12 JAM 1978", "1978-01-12*"),
            ("12 M4R 1978", "none"),
        ],
    );
}

#[test]
fn reads_times() {
    check(
        &FieldKind::Time,
        &[
            ("14:30", "14:30:00"),
            ("2:30 PM", "14:30:00"),
            ("12:05 a.m.", "00:05:00"),
            ("14h30", "14:30:00"),
            ("14.30.15", "14:30:15"),
            ("1430", "14:30:00?"),
            ("I4:3O", "14:30:00**"),
            ("25:00", "none"),
            ("noon", "none"),
            ("1430 hrs", "14:30:00?"),
            ("12/03/2018 14:30", "14:30:00?"),
            ("10:30 to 11:30", "none"),
        ],
    );
}

#[test]
fn reads_durations_as_decimal_hours() {
    check(
        &FieldKind::Duration,
        &[
            ("1:30", "1.5"),
            ("1+20", "1.3333"),
            ("1h 45m", "1.75"),
            ("1.5", "1.5"),
            ("1,5 hrs", "1.5"),
            ("1234:06", "1234.1"),
            ("1:75", "none"),
            ("1:30:36", "1.51"),
            ("90 min", "1.5"),
            ("", "none"),
        ],
    );
}

#[test]
fn repairs_codes_toward_their_shape() {
    check(
        &code_kind(&["N99X?X?X?"]),
        &[
            ("N172AB", "N172AB"),
            ("n172ab", "N172AB"),
            ("NI72AB", "N172AB*"),
            ("N 172 AB", "N172AB"),
            ("M172AB", "none"),
            ("Reg. N172AB", "N172AB?"),
            ("N1", "none"),
        ],
    );
    check(
        &code_kind(&["AA-9999", "9999"]),
        &[
            ("AB-1234", "AB-1234"),
            ("AB1234", "AB-1234*"),
            ("AB.1234", "AB-1234**"),
            ("1234", "1234"),
            ("8B-1234", "BB-1234*"),
            ("12345", "none"),
        ],
    );
    check(&code_kind(&["N99?9?9?A"]), &[("N&846E", "N8846E*")]);
    check(&code_kind(&[r"\A99"]), &[("A12", "A12"), ("B12", "none")]);
}

#[test]
fn a_code_whose_check_digit_fails_is_none() {
    check(
        &checked_code("99999999999", CheckDigit::Mod10),
        &[
            ("79927398713", "79927398713"),
            ("7992739871S", "none"),
            ("7992739B713", "79927398713*"),
            ("79927398718", "none"),
            ("Card 79927398713", "79927398713?"),
        ],
    );
    check(
        &checked_code("9999-999X", CheckDigit::Mod11),
        &[("0378-5955", "0378-5955"), ("03785955", "0378-5955*"), ("0378-5956", "none")],
    );
}

#[test]
fn a_check_digit_tells_which_look_alike_was_meant() {
    let iban = checked_code("AA99AAAA99999999999999", CheckDigit::Iban);
    let read = |text: &str| {
        let field = Field { kind: iban.clone(), ..money_field(Choose::Best) };
        let read = super::field(&field, &RawField::from(vec![candidate(text, 0.9, 1.0)]));
        (read.value.map(|value| value.to_string()), read.repairs.len())
    };
    let right = || Some("GB29NWBK60161331926819".to_owned());
    assert_eq!(read("GB29 NWBK 6016 1331 9268 19"), (right(), 0));
    assert_eq!(read("GB29 NWBK 6016 1381 9268 19"), (right(), 1));
    assert_eq!(read("GB29 NWBK 6016 1331 9268 12"), (None, 0));
}

#[test]
fn finds_names_of_a_dictionary_through_misreadings() {
    check(
        &airports(),
        &[
            ("Kuala Lumpur", "KUL"),
            ("KUALA LUMPUR SUBANG", "SZB"),
            ("Kua1a Lumpur", "KUL"),
            ("Kuala Lumqur", "KUL?"),
            ("Airport: Penang.", "PEN?"),
            ("Pulau Pinang", "PEN"),
            ("Kuala", "none"),
            ("Singapore", "none"),
            ("Bay 10", "B10?"),
            ("Bay IO", "BIO?"),
            ("Bay lO", "none"),
            ("", "none"),
        ],
    );
}

#[test]
fn finds_enum_values_through_misreadings() {
    check(
        &document_types(),
        &[
            ("Amendment to Registration Statement", "amendment"),
            ("AMENDMENT TO REG1STRATION STATEMENT", "amendment"),
            ("short form", "short_form"),
            ("SHORT FORM REGISTRATION STATEMENT", "short_form"),
            ("Registration Statement", "statement"),
            ("Arnendrnent to Registratlon Staternent", "amendment"),
            ("Amendnent to Registration Statemont", "amendment?"),
            ("Exhibit A", "none"),
            ("", "none"),
        ],
    );
}

#[test]
fn reads_checkboxes() {
    check(
        &FieldKind::Checkbox,
        &[("X", "true"), ("yes", "true"), ("[ ]", "false"), ("FALSE", "false"), ("maybe", "none")],
    );
}
