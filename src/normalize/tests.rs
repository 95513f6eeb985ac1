//! What texts mean, by type: read texts and the values that stand on the paper.

use proptest::prelude::*;

use super::*;
use crate::document::{Alternative, Doubt, PageNumber};
use crate::model::{DateOrder, EnumValue};

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
    FieldKind::Date { order, pivot: 30 }
}

fn code_kind(shapes: &[&str]) -> FieldKind {
    FieldKind::Code { shapes: shapes.iter().map(|shape| (*shape).to_owned()).collect() }
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
            ("S2.00", "52.00*"),
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
            ("0.25", "0.2"),
            ("99999.0", "99999.0?"),
            ("hours", "none"),
        ],
    );
    let free = FieldKind::Decimal { places: None, min: None, max: None };
    check(&free, &[("1.234", "1.234"), ("1,234", "1234"), ("47.123456", "47.123456")]);
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
            ("30 Feb 2018", "none"),
            ("March 2018", "none"),
        ],
    );
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
    check(&code_kind(&[r"\A99"]), &[("A12", "A12"), ("B12", "none")]);
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

fn money_field(choose: Choose) -> Field {
    Field {
        name: "total".to_owned(),
        kind: FieldKind::Money,
        labels: vec!["Total".to_owned()],
        places: Vec::new(),
        pattern: None,
        exclude: Vec::new(),
        choose,
        required: true,
        column: Vec::new(),
        carry: false,
        cell: None,
        wraps_at: None,
        review_below: 0.7,
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
    }
}

fn total(choose: Choose, candidates: &[(&str, f32, f32)]) -> TypedField {
    let mut candidates: Vec<Candidate> =
        candidates.iter().map(|&(text, words, place)| candidate(text, words, place)).collect();
    for (candidate, top) in candidates.iter_mut().zip((0..).step_by(20)) {
        candidate.bounds.top += top;
        candidate.bounds.bottom += top;
    }
    field(&money_field(choose), &RawField { candidates })
}

/// A field of one candidate whose first character is doubtful.
fn doubtful(text: &str, alternatives: &[&str]) -> TypedField {
    let alternatives = alternatives
        .iter()
        .map(|&text| Alternative { text: text.to_owned(), confidence: 10.0 })
        .collect();
    let mut candidate = candidate(text, 0.9, 1.0);
    candidate.doubts = vec![Doubt { start: 0, end: 1, alternatives }];
    field(&money_field(Choose::Best), &RawField { candidates: vec![candidate] })
}

#[test]
fn takes_what_else_a_character_may_be_where_only_that_makes_a_value() {
    let repaired = doubtful("?2.50", &["x", "7"]);
    assert_eq!((amount(&repaired).as_str(), repaired.repairs.len()), ("72.50", 1));
    assert_eq!(repaired.raw.as_deref(), Some("?2.50"));
    assert_eq!(amount(&doubtful("?2.50", &["7", "1"])), "none");
    assert_eq!(amount(&doubtful("12.50", &["7"])), "12.50");
}

fn amount(field: &TypedField) -> String {
    match &field.value {
        Some(Value::Decimal(amount)) => amount.to_string(),
        _ => "none".to_owned(),
    }
}

#[test]
fn a_clean_value_beside_its_label_is_nearly_certain() {
    let confidence = total(Choose::Best, &[("12.50", 0.95, 1.0)]).confidence;
    assert!((0.94..=0.97).contains(&confidence), "{confidence}");
}

#[test]
fn repairs_and_worse_places_lower_the_confidence() {
    let repaired = total(Choose::Best, &[("1O.5O", 0.95, 1.0)]);
    assert!(repaired.repairs.len() == 1 && repaired.confidence < 0.8, "{}", repaired.confidence);
    assert_eq!(repaired.raw.as_deref(), Some("1O.5O"));
    let elsewhere = total(Choose::Best, &[("12.50", 0.95, 0.75)]);
    assert!((0.7..0.85).contains(&elsewhere.confidence), "{}", elsewhere.confidence);
}

#[test]
fn a_valid_candidate_wins_over_a_better_placed_one_that_is_none() {
    assert_eq!(amount(&total(Choose::Best, &[("CASH", 0.9, 1.0), ("12.50", 0.9, 0.9)])), "12.50");
    assert_eq!(amount(&total(Choose::Best, &[("1B.5O", 0.9, 1.0), ("18.50", 0.9, 0.9)])), "18.50");
}

#[test]
fn chooses_among_equally_placed_candidates() {
    let found = [("5.00", 0.9, 0.98), ("9.00", 0.9, 1.0), ("99.00", 0.9, 0.5)];
    assert_eq!(amount(&total(Choose::Best, &found)), "9.00");
    assert_eq!(amount(&total(Choose::First, &found)), "5.00");
    assert_eq!(amount(&total(Choose::Largest, &found)), "9.00");
}

#[test]
fn agreement_raises_and_contradiction_lowers_the_confidence() {
    let alone = total(Choose::Best, &[("12.50", 0.8, 1.0)]).confidence;
    let agreed = total(Choose::Best, &[("12.50", 0.8, 1.0), ("RM 12.50", 0.8, 0.8)]).confidence;
    let denied = total(Choose::Best, &[("12.50", 0.8, 1.0), ("72.50", 0.7, 1.0)]).confidence;
    let elsewhere = total(Choose::Best, &[("12.50", 0.8, 1.0), ("72.50", 0.8, 0.6)]).confidence;
    assert!(denied < alone && alone < agreed, "{denied} {alone} {agreed}");
    assert!((elsewhere - alone).abs() < f32::EPSILON);
}

#[test]
fn keeps_what_was_read_if_it_means_nothing() {
    let unread = total(Choose::Best, &[("???", 0.4, 1.0)]);
    assert_eq!((unread.value, unread.raw.as_deref()), (None, Some("???")));
    assert!(unread.confidence.abs() < f32::EPSILON);
}

#[test]
fn falls_back_on_the_default() {
    let with_default = Field { default: Some("0".to_owned()), ..money_field(Choose::Best) };
    let found = field(&with_default, &RawField { candidates: vec![candidate("?", 0.4, 1.0)] });
    assert_eq!(amount(&found), "0.00");
}

fn all_kinds() -> Vec<FieldKind> {
    vec![
        text_kind(),
        FieldKind::Integer { min: Some(1), max: None },
        FieldKind::Decimal { places: Some(2), min: None, max: None },
        FieldKind::Money,
        date_kind(DateOrder::DayMonthYear),
        FieldKind::Time,
        FieldKind::Duration,
        code_kind(&["N99X?X?", "AA-99"]),
        document_types(),
        FieldKind::Checkbox,
    ]
}

proptest! {
    #[test]
    fn no_text_makes_any_type_panic(text in "\\PC{0,40}|[0-9OlISBZ.,:/ '$()+-]{0,24}") {
        for kind in all_kinds() {
            if let Some(reading) = read(&kind, &text) {
                prop_assert!((0.0..=1.0).contains(&reading.rank()));
            }
        }
        prop_assert!((0.0..=1.0).contains(&similarity(&text, &fold(&text))));
    }

    #[test]
    fn amounts_come_back_as_they_were_printed(cents in 0_i64..10_000_000) {
        let plain = format!("{}.{:02}", cents / 100, cents % 100);
        prop_assert_eq!(show(&FieldKind::Money, &plain), plain.clone());
        prop_assert_eq!(show(&FieldKind::Money, &format!("RM{}", plain.replace('.', ","))), plain);
    }

    #[test]
    fn dates_come_back_as_they_were_printed(year in 1800_i16..2200, month in 1_i8..=12, day in 1_i8..=28) {
        let iso = format!("{year}-{month:02}-{day:02}");
        let kind = date_kind(DateOrder::DayMonthYear);
        for printed in [iso.clone(), format!("{day}/{month}/{year}"), format!("{day:02}.{month:02}.{year}")] {
            prop_assert_eq!(show(&kind, &printed), iso.clone());
        }
    }

    #[test]
    fn similarity_does_not_depend_on_the_order(a in "[a-zA-Z0-9 .]{0,20}", b in "[a-zA-Z0-9 .]{0,20}") {
        prop_assert!((similarity(&a, &b) - similarity(&b, &a)).abs() < 1e-6);
    }
}
