//! Drawn-up tables and records with digits broken by hand.

use proptest::prelude::*;

use crate::document::{
    Alternative, Doubt, FOOT_ROW, Found, Issue, PageNumber, PixelBox, Record, TypedField,
    TypedRecord, Value, Verdict,
};
use crate::model::{RecordModel, parse};
use crate::validate::Validator;
use rust_decimal::Decimal;

/// Six readings a row with their mean, and a foot of means.
const TABLE: &str = r#"
name = "readings"
version = 1
records = "row"
[fields.day]
type = "integer"
cell = 0
[fields."h{1..6}"]
type = "decimal"
places = 3
wraps_at = 10
cell = 1
[fields.mean]
type = "decimal"
places = 3
wraps_at = 10
cell = 7
[rows]
starts_with = "day"
dense = { columns = 7, shape = "9.999", label = "counted", foot = "mean", series = "h1..h6" }
[[rules]]
name = "mean_is_average"
check = "abs(mean - avg(h1..h6)) <= 0.0005"
repair = true
recompute = "mean"
"#;

fn table_model() -> RecordModel {
    parse(TABLE, "readings.toml").unwrap()
}

/// A cell that was read without doubt.
fn read(text: &str) -> TypedField {
    let value = text.parse().ok().map(Value::Decimal);
    let mut field = TypedField {
        value,
        raw: Some(text.to_owned()),
        page: Some(PageNumber::FIRST),
        bounds: Some(PixelBox { left: 0, top: 0, right: 10, bottom: 10 }),
        confidence: 0.995,
        ..TypedField::default()
    };
    field.evidence.found = Some(Found::Column);
    field.evidence.words = 0.995;
    field
}

/// A cell whose digit at a byte may be any.
fn damaged(text: &str, at: u16) -> TypedField {
    let alternative = |digit: u32| Alternative { text: digit.to_string(), confidence: 10.0 };
    let doubt = Doubt { start: at, end: at + 1, alternatives: (0..10).map(alternative).collect() };
    let mut field = TypedField { confidence: 0.1, doubts: vec![doubt], ..read(text) };
    field.evidence.words = 0.1;
    field
}

/// A cell in which nothing could be read.
fn unread() -> TypedField {
    TypedField { value: None, confidence: 0.0, ..read("") }
}

/// Eight days of slowly changing readings that pass over the omitted figure; each mean is rounded.
/// Thousandths of an inch.
fn days() -> Vec<[i64; 7]> {
    let mut rows = Vec::new();
    for day in 0..8_i64 {
        let mut row = [0; 7];
        for hour in 0..6_i64 {
            row[hour as usize] = 9_900 + 30 * day + 5 * hour - (hour - 2).pow(2) + day * hour % 4;
        }
        let sum: i64 = row[..6].iter().sum();
        row[6] = (sum + 3) / 6;
        rows.push(row);
    }
    rows
}

fn printed(thousandths: i64) -> String {
    Decimal::new(thousandths.rem_euclid(10_000), 3).to_string()
}

/// Returns the rows of the table as they are printed, and its foot.
fn table() -> Vec<Record<TypedField>> {
    let days = days();
    let mean = |column: usize| {
        let sum: i64 = days.iter().map(|row| row[column]).sum();
        (sum + 4) / 8
    };
    let foot: [i64; 7] = std::array::from_fn(mean);
    let numbered = (1..).zip(&days).chain([(FOOT_ROW, &foot)]);
    numbered
        .map(|(row_number, numbers)| {
            let day = TypedField {
                value: Some(Value::Integer(i64::from(row_number))),
                ..read(&row_number.to_string())
            };
            let cells = numbers.iter().map(|number| read(&printed(*number)));
            Record {
                model: "readings".to_owned(),
                page: PageNumber::FIRST,
                row_number,
                region: 0,
                fields: std::iter::once(day).chain(cells).collect(),
            }
        })
        .collect()
}

fn judged(records: Vec<Record<TypedField>>) -> Vec<TypedRecord> {
    let validator = Validator::new(&table_model());
    let mut rows = records.into_iter().map(|record| validator.record(record)).collect();
    validator.rows(&mut rows);
    rows
}

fn value(row: &TypedRecord, field: usize) -> Option<String> {
    row.record.fields[field].value.as_ref().map(ToString::to_string)
}

/// Checks the value of each field against the table without damage.
fn check_all_right(rows: &[TypedRecord]) {
    assert_eq!(rows.len(), 8);
    for (row, numbers) in rows.iter().zip(days()) {
        for (field, number) in (1..).zip(numbers) {
            assert_eq!(value(row, field), Some(printed(number)), "row {field}");
        }
    }
}

fn issues(row: &TypedRecord) -> Vec<String> {
    row.issues.iter().map(Issue::to_string).collect()
}

#[test]
fn nothing_right_is_broken_and_the_foot_is_no_record() {
    let rows = judged(table());
    check_all_right(&rows);
    for row in &rows {
        assert_eq!((row.verdict, issues(row)), (Verdict::Accepted, Vec::new()));
        assert!(row.confidence > 0.95, "{}", row.confidence);
    }
}

#[test]
fn a_digit_that_was_misread_without_doubt_is_repaired() {
    // The table says 9.976.
    let mut records = table();
    assert_eq!(records[2].fields[4].raw.as_deref(), Some("9.976"));
    records[2].fields[4] = read("4.976");
    let rows = judged(records);
    check_all_right(&rows);
    assert_eq!(issues(&rows[2]), ["h4: repaired: 4.976 to 9.976 by mean_is_average"]);
}

#[test]
fn a_misread_last_digit_of_the_foot_changes_no_row() {
    let mut records = table();
    records[8].fields[3] = read("9.001");
    check_all_right(&judged(records));
}

#[test]
fn damaged_digits_of_one_row_are_told_apart_by_their_columns() {
    let mut records = table();
    records[5].fields[1] = damaged("3.046", 0);
    records[5].fields[5] = damaged("0.266", 2);
    let rows = judged(records);
    check_all_right(&rows);
    assert_eq!(rows[5].record.fields[1].repairs[0].before, "3.046");
}

#[test]
fn cells_that_nothing_decides_are_left_blank() {
    let mut records = table();
    // Without a series, a mean or a foot nothing is known of two cells of a row.
    for record in &mut records {
        for field in [1, 2, 7] {
            record.fields[field] = unread();
        }
    }
    let model = TABLE.replace(", series = \"h1..h6\"", "");
    let validator = Validator::new(&parse(&model, "readings.toml").unwrap());
    let mut rows = records.into_iter().map(|record| validator.record(record)).collect();
    validator.rows(&mut rows);
    for row in &rows {
        assert_eq!((value(row, 1), value(row, 2), value(row, 7)), (None, None, None));
        assert!(value(row, 3).is_some());
        assert_eq!(row.verdict, Verdict::Review);
    }
}

#[test]
fn an_unread_cell_takes_the_value_that_row_and_column_leave_it() {
    let mut records = table();
    records[4].fields[3] = unread();
    // Its mean and its foot leave a range of six thousandths; the neighbors stand in a row.
    let rows = judged(records);
    let found = value(&rows[4], 3);
    assert!(found.is_none() || found == Some(printed(days()[4][2])), "{found:?}");
    assert_eq!(rows[4].verdict, Verdict::Review);
}

#[test]
fn a_mean_that_is_printed_wrong_is_computed_and_the_print_kept() {
    let mut records = table();
    let right = days()[3][6];
    records[3].fields[7] = read(&printed(right + 1));
    let rows = judged(records);
    check_all_right(&rows);
    let mean = &rows[3].record.fields[7];
    assert_eq!(mean.raw, Some(printed(right + 1)));
    assert_eq!(mean.repairs[0].rule, "mean_is_average");
}

const BILL: &str = r#"
name = "bill"
version = 1
records = "page"
[fields.net]
type = "money"
label = "Net"
[fields.tax]
type = "money"
label = "Tax"
[fields.total]
type = "money"
label = "Total"
[[rules]]
name = "total_adds_up"
check = "total == net + tax"
repair = true
"#;

fn bill(fields: [TypedField; 3]) -> TypedRecord {
    let fields = fields.into();
    let record = Record {
        model: "bill".to_owned(),
        page: PageNumber::FIRST,
        row_number: 1,
        region: 0,
        fields,
    };
    Validator::new(&parse(BILL, "bill.toml").unwrap()).record(record)
}

/// A cell of which the recognizer thought that the digit at a byte may be another.
fn doubtful(text: &str, at: u16, other: &str) -> TypedField {
    let alternative = Alternative { text: other.to_owned(), confidence: 30.0 };
    let doubt = Doubt { start: at, end: at + 1, alternatives: vec![alternative] };
    TypedField { doubts: vec![doubt], ..read(text) }
}

#[test]
fn sums_of_cents_are_exact() {
    // With doubles, 0.10 + 0.20 is not 0.30.
    let judged = bill([read("0.10"), read("0.20"), read("0.30")]);
    assert_eq!(judged.verdict, Verdict::Accepted);
}

#[test]
fn the_digit_that_the_recognizer_doubted_is_repaired_if_it_makes_the_sum() {
    let judged = bill([read("10.00"), read("0.60"), doubtful("16.60", 1, "0")]);
    assert_eq!(value(&judged, 2), Some("10.60".to_owned()));
    let repaired = "total: repaired: 16.60 to 10.60 by total_adds_up";
    assert!(issues(&judged).contains(&repaired.to_owned()), "{:?}", issues(&judged));
    assert_eq!(judged.verdict, Verdict::Review);
}

#[test]
fn a_sum_that_two_repairs_would_make_stays_as_it_is() {
    // 8 for 3 in the total, or 3 for 8 in the net.
    let judged = bill([read("13.00"), read("1.00"), read("19.00")]);
    assert_eq!(value(&judged, 2), Some("19.00".to_owned()));
    assert_eq!(value(&judged, 0), Some("13.00".to_owned()));
    assert!(issues(&judged).contains(&"rule total_adds_up".to_owned()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever one digit of one hour is misread as, and whether it was doubted or not, no other
    /// value changes, and the hour is right, blank, or off by what the rounding of its mean allows.
    #[test]
    fn one_misread_digit_harms_no_other_cell(
        row in 0_usize..8,
        hour in 0_usize..6,
        place in 0_usize..4,
        digit in 0_u32..10,
        doubted in any::<bool>(),
    ) {
        let mut records = table();
        let number = days()[row][hour];
        let mut text = printed(number);
        let at = if place == 0 { 0 } else { place + 1 };
        text.replace_range(at..=at, &digit.to_string());
        let at = u16::try_from(at).unwrap();
        records[row].fields[hour + 1] = if doubted { damaged(&text, at) } else { read(&text) };
        let rows = judged(records);
        for (index, numbers) in days().into_iter().enumerate() {
            for (field, right) in (1..).zip(numbers) {
                let found = value(&rows[index], field);
                if (index, field) == (row, hour + 1) {
                    let read: Option<i64> = found.map(|text| text.replace('.', "").parse().unwrap());
                    let off = read.map_or(0, |read| (read - right.rem_euclid(10_000)).abs());
                    prop_assert!(off <= 9, "{read:?} for {right}");
                } else if field == 7 {
                    // The mean is computed from the hours, and so follows the last digit of one.
                    let read: i64 = found.unwrap().replace('.', "").parse().unwrap();
                    prop_assert!((read - right.rem_euclid(10_000)).abs() <= 2);
                } else {
                    prop_assert_eq!(found, Some(printed(right)));
                }
            }
        }
    }
}
