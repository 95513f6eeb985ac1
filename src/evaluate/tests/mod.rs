//! Evaluation over hand-written truths and records.

mod calibration;
mod scores;
mod truth;

use crate::document::{Value, Verdict};
use crate::evaluate::{FoundRecord, Truth, TruthTable};
use crate::model::{RecordModel, parse};

const MODEL: &str = r#"
name = "bill"
version = 1
records = "page"
[claims]
any = ["bill"]
[fields.vendor_name]
type = "text"
label = ["vendor"]
required = true
[fields.day]
type = "date"
order = "dmy"
label = ["day"]
[fields.total]
type = "money"
label = ["total"]
required = true
"#;

fn model() -> RecordModel {
    parse(MODEL, "bill.toml").unwrap()
}

/// Reads a truth for a model.
fn truth_of(model: &RecordModel, text: &str) -> Truth {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("truth.csv");
    std::fs::write(&path, text).unwrap();
    Truth::of(&TruthTable::read(&path).unwrap(), model).unwrap()
}

#[expect(clippy::unnecessary_wraps, reason = "records hold values that may be missing")]
fn text(text: &str) -> Option<Value> {
    Some(Value::Text(text.to_owned()))
}

fn found(file: &str, row: u32, verdict: Verdict, values: Vec<Option<Value>>) -> FoundRecord {
    let files = vec![format!("/scans/{file}")];
    FoundRecord { files, page: 1, row, verdict, confidence: 0.5, values }
}
