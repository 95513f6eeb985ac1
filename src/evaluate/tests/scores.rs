//! Pairing records with a truth, and counting.

use jiff::civil::date;
use rust_decimal::Decimal;

use super::{found, model, text, truth_of};
use crate::document::{Value, Verdict};
use crate::evaluate::{FoundRecord, Miss, Scores, Truth, TruthError, pair};
use crate::model::{RecordModel, parse};

const LOG: &str = r#"
name = "log"
version = 1
records = "row"
[fields.day]
type = "integer"
column = "day"
[fields.height]
type = "decimal"
column = "height"
[rows]
starts_with = "day"
"#;

#[expect(clippy::unnecessary_wraps, reason = "records hold values that may be missing")]
fn money(cents: i64) -> Option<Value> {
    Some(Value::Decimal(Decimal::new(cents, 2)))
}

fn scores(truth: &Truth, model: &RecordModel, records: &[FoundRecord]) -> Scores {
    let pairs = pair((truth, model), None, records).unwrap();
    Scores::new((truth, model), records, &pairs)
}

#[test]
fn counts_right_wrong_missing_and_silent() {
    let model = model();
    let truth = truth_of(
        &model,
        "file,vendor_name,day,total\n\
         a.tif,Acme Company,2018-03-04,9.50\n\
         b.tif,Bolt & Nut,,3.00\n\
         c.tif,Cord,2018-01-02,1.00\n",
    );
    let day = Some(Value::Date(date(2018, 3, 4)));
    let records = [
        found("a.tif", 1, Verdict::Accepted, vec![text("ACME COMPANY"), day.clone(), money(900)]),
        // There is no day on the page.
        found("b.tif", 1, Verdict::Review, vec![text("Bolt & Hut"), day, None]),
    ];
    let scores = scores(&truth, &model, &records);
    assert_eq!((scores.rows, scores.found, scores.accepted, scores.whole), (3, 2, 1, 0));
    let all = scores.total();
    assert_eq!((all.wanted, all.given, all.right), (8, 5, 2));
    assert_eq!((all.accepted, all.silent), (3, 1));
    let figures = all.figures();
    assert!((figures.precision.unwrap() - 0.4).abs() < 1e-9);
    assert!((figures.recall.unwrap() - 0.25).abs() < 1e-9);
    assert!((figures.f1.unwrap() - 4.0 / 13.0).abs() < 1e-9);
    assert!((figures.silent_error_rate.unwrap() - 1.0 / 3.0).abs() < 1e-9);
    let lines: Vec<String> = scores.misses.iter().map(Miss::line).collect();
    assert_eq!(lines[0], "a.tif (line 2): total: `9.00` is not `9.50` [accepted]");
    assert_eq!(lines[2], "b.tif (line 3): day: `2018-03-04`, but there is nothing [review]");
    assert_eq!(lines[3], "b.tif (line 3): total: nothing, not `3.00` [review]");
    assert_eq!(lines[4], "c.tif (line 4): vendor_name: nothing, not `Cord` [no record]");
    assert_eq!(lines.len(), 7);
}

#[test]
fn the_accepted_record_counts_before_the_confident_one() {
    let model = model();
    let truth = truth_of(&model, "file,vendor_name\na.tif,Acme\n");
    let doubtful = found("a.tif", 1, Verdict::Review, vec![text("Acme"), None, None]);
    let records = [
        FoundRecord { confidence: 0.9, ..doubtful },
        found("a.tif", 2, Verdict::Accepted, vec![text("Bolt"), None, None]),
    ];
    assert_eq!(pair((&truth, &model), None, &records).unwrap(), [Some(1)]);
}

#[test]
fn rows_of_a_table_are_told_apart_by_the_field_that_starts_them() {
    let log = parse(LOG, "log.toml").unwrap();
    let truth = truth_of(&log, "file,day,height\na.tif,1,2.5\na.tif,2,2.6\n");
    let row = |number, day, tenths| {
        let height = Some(Value::Decimal(Decimal::new(tenths, 1)));
        found("a.tif", number, Verdict::Accepted, vec![Some(Value::Integer(day)), height])
    };
    // A row above them was read that the truth does not have.
    let records = [row(1, 31, 9), row(2, 1, 25), row(3, 2, 27)];
    assert_eq!(pair((&truth, &log), None, &records).unwrap(), [Some(1), Some(2)]);
    assert_eq!(scores(&truth, &log, &records).total().right, 3);
}

#[test]
fn rows_that_nothing_tells_apart_are_refused() {
    let log = parse(LOG, "log.toml").unwrap();
    let twice = truth_of(&log, "file,day,height\na.tif,1,2.5\na.tif,1,2.6\n");
    assert!(matches!(pair((&twice, &log), None, &[]), Err(TruthError::NoKey { .. })));
    let numbered = truth_of(&log, "file,row,day,height\na.tif,1,1,2.5\na.tif,2,1,2.6\n");
    assert_eq!(pair((&numbered, &log), None, &[]).unwrap(), [None, None]);
    let model = model();
    let truth = truth_of(&model, "file,total\na.tif,1\na.tif,2\n");
    assert!(matches!(
        pair((&truth, &model), None, &[]),
        Err(TruthError::SameKey { first: 2, second: 3, .. })
    ));
}
