//! Which amounts are chosen, and what others say of them.

use super::super::record;
use crate::document::{
    Candidate, Found, PageNumber, PixelBox, RawField, Record, TypedField, Value,
};
use crate::model::{RecordModel, parse};

const BILL: &str = r#"
name = "bill"
version = 1
records = "page"
[fields.total]
type = "money"
label = "Total"
required = true
[fields.net]
type = "money"
label = "Net"
[fields.tax]
type = "money"
label = "Tax"
[fields.cash]
type = "money"
label = "Cash"
[fields.change]
type = "money"
label = "Change"
[[balances]]
name = "paid"
sums = "total == cash - change"
[[balances]]
name = "adds_up"
sums = "total == net + tax"
optional = ["tax"]
"#;

fn bill() -> RecordModel {
    parse(BILL, "bill.toml").unwrap()
}

/// Makes the record of candidates by field: text, place score in percent, confidence of the words in
/// percent. Each stands on a line of its own.
fn typed(fields: &[&[(&str, u8, u8)]]) -> Vec<TypedField> {
    let mut top = 0;
    let candidate = |(text, place, words): &(&str, u8, u8)| {
        top += 40;
        Candidate {
            text: (*text).to_owned(),
            page: PageNumber::FIRST,
            bounds: PixelBox { left: 100, top, right: 200, bottom: top + 30 },
            word_confidence: f32::from(*words) / 100.0,
            place_score: f32::from(*place) / 100.0,
            found: Found::Label,
            doubts: Vec::new(),
            ambiguity: None,
        }
    };
    let mut candidate = candidate;
    let mut fields: Vec<RawField> = fields
        .iter()
        .map(|found| RawField::from(found.iter().map(&mut candidate).collect::<Vec<_>>()))
        .collect();
    let model = bill();
    fields.resize(model.fields.len(), RawField::default());
    let raw = Record {
        model: "bill".to_owned(),
        page: PageNumber::FIRST,
        row_number: 1,
        region: 0,
        fields,
    };
    record(&model, raw).fields
}

fn total(fields: &[&[(&str, u8, u8)]]) -> String {
    let found = &typed(fields)[0];
    found.value.as_ref().map(Value::to_string).unwrap_or_default()
}

#[test]
fn the_total_is_the_amount_that_cash_and_change_say() {
    let read: &[(&str, u8, u8)] = &[("50.00", 90, 95), ("38.20", 80, 95)];
    assert_eq!(total(&[read]), "50.00", "by its place alone");
    assert_eq!(total(&[read, &[], &[], &[("50.00", 95, 95)], &[("11.80", 95, 95)]]), "38.20");
}

#[test]
fn agreement_is_counted_and_raises_the_confidence() {
    let alone = &typed(&[&[("11.60", 90, 90)]])[0];
    let fields: &[&[(&str, u8, u8)]] =
        &[&[("11.60", 90, 90)], &[("10.94", 95, 95)], &[("0.66", 95, 95)]];
    let agreed = &typed(fields)[0];
    assert_eq!((alone.evidence.agreements, agreed.evidence.agreements), (0, 1));
    assert!(agreed.confidence > alone.confidence);
}

#[test]
fn a_digit_is_repaired_where_two_balances_ask_for_it() {
    let found = &typed(&[
        &[("13.00", 90, 60)],
        &[("13.00", 95, 95)],
        &[("0.80", 95, 95)],
        &[("20.00", 95, 95)],
        &[("6.20", 95, 95)],
    ])[0];
    assert_eq!(found.value.as_ref().map(Value::to_string).as_deref(), Some("13.80"));
    assert_eq!((found.raw.as_deref(), found.repairs.len()), (Some("13.00"), 1));
    assert!(found.confidence < 0.7, "a person looks at it");
}

#[test]
fn one_printed_amount_is_no_witness_of_itself() {
    let model = bill();
    let place = PixelBox { left: 100, top: 40, right: 200, bottom: 70 };
    let candidate = Candidate {
        text: "20.00".to_owned(),
        page: PageNumber::FIRST,
        bounds: place,
        word_confidence: 0.9,
        place_score: 0.9,
        found: Found::Label,
        doubts: Vec::new(),
        ambiguity: None,
    };
    let mut fields = vec![RawField::default(); model.fields.len()];
    fields[0] = RawField::from(vec![candidate.clone()]);
    fields[1] = RawField::from(vec![candidate]);
    let raw = Record {
        model: "bill".to_owned(),
        page: PageNumber::FIRST,
        row_number: 1,
        region: 0,
        fields,
    };
    assert_eq!(record(&model, raw).fields[0].evidence.agreements, 0);
}

#[test]
fn a_bill_of_nothing_is_not_printed() {
    assert_eq!(total(&[&[("0.00", 90, 95), ("7.60", 60, 95)], &[("7.60", 95, 95)]]), "7.60");
}
