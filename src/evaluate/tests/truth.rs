//! Truth tables and comparisons.

use std::path::PathBuf;

use jiff::civil::date;
use rust_decimal::Decimal;

use super::model;
use crate::document::Value;
use crate::evaluate::{
    Truth, TruthError, TruthTable, Wanted, is_path_of, same, same_name, similarity,
};

fn table(text: &str) -> Result<TruthTable, TruthError> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("truth.csv");
    std::fs::write(&path, text).unwrap();
    TruthTable::read(&path)
}

fn truth(text: &str) -> Result<Truth, TruthError> {
    table(text).and_then(|table| Truth::of(&table, &model()))
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn problem(table: &str) -> String {
    let message = truth(table).unwrap_err().to_string();
    let (file, rest) = message.split_once(": ").unwrap();
    assert_eq!(PathBuf::from(file).file_name().unwrap(), "truth.csv");
    rest.to_owned()
}

#[test]
fn columns_are_keys_fields_or_ignored() {
    let truth = truth(
        "file,_page,vendor_any_of,day,total,remark,_status\n\
         a.tif,2,Acme Inc | The Acme Company,2018-03-04,9.5,late,accepted\n\
         b.tif,,,4/3/2018,\"1,200.00\",,\n",
    )
    .unwrap();
    assert_eq!(truth.fields, [0, 1, 2]);
    assert_eq!(truth.ignored, ["remark"]);
    let [first, second] = &truth.rows[..] else { panic!("two rows") };
    assert_eq!((first.file.as_str(), first.page, first.line), ("a.tif", Some(2), 2));
    assert_eq!(
        first.wanted[0],
        Some(Wanted::Names(vec!["Acme Inc".into(), "The Acme Company".into()]))
    );
    let day = Some(Wanted::Values(vec![Value::Date(date(2018, 3, 4))]));
    assert_eq!(first.wanted[1], day);
    assert_eq!(second.wanted[1], day, "day first, as the field has it");
    assert_eq!((second.page, second.wanted[0].clone()), (None, None));
    assert_eq!(
        second.wanted[2],
        Some(Wanted::Values(vec![Value::Decimal(Decimal::new(120_000, 2))]))
    );
}

#[test]
fn mistakes_are_told_with_their_line() {
    assert_eq!(problem("name,total\na,1\n"), "truth: there is no column `file`");
    assert_eq!(problem("file,total\n"), "truth: there are no rows");
    assert_eq!(problem("file,totals\na,1\n"), "truth: no column is a field of model `bill`");
    assert_eq!(problem("file,total,total\na,1,1\n"), "truth: column `total` is there twice");
    assert_eq!(problem("file,total\na,1\n,1\n"), "line 3: `file` is empty");
    assert_eq!(
        problem("file,total\na,1\nb,dear\n"),
        "line 3: column `total`: `dear` is no value of type numeric"
    );
    assert_eq!(
        problem("file,page,total\na,0,1\n"),
        "line 2: column `page`: `0` is no number from 1"
    );
}

#[test]
fn files_are_named_by_their_last_parts() {
    assert!(is_path_of("/scans/box 1/a.tif", "a.tif"));
    assert!(is_path_of("/scans/box 1/a.tif", "box 1/a.tif"));
    assert!(is_path_of("/scans/a.tif", "/scans/a.tif"));
    assert!(is_path_of("a.tif", "./a.tif"));
    assert!(!is_path_of("/scans/aa.tif", "a.tif"));
    assert!(!is_path_of("/scans/a.tif", "/a.tiff"));
}

#[test]
fn texts_are_compared_by_letters_and_digits() {
    assert!(same(&text("No. 12, Elm St."), &text("NO 12 ELM ST")));
    assert!(!same(&text("No. 12"), &text("No. 1Z")));
    assert!(same(&Value::Decimal(Decimal::new(150, 2)), &Value::Decimal(Decimal::new(15, 1))));
    assert!(!same(&Value::Integer(3), &Value::Decimal(Decimal::new(3, 0))));
}

#[test]
fn similarity_is_the_share_of_letters_that_match() {
    // Four of five letters match on both sides.
    assert!((similarity("t-otal", "TOXAL") - 0.8).abs() < 1e-9);
    assert!((similarity("same", "SAME") - 1.0).abs() < 1e-9);
    // `CD` is the longest run; nothing before it matches, and nothing after.
    assert!((similarity("abcd", "cdab") - 0.5).abs() < 1e-9);
    assert!(similarity("", "x").abs() < 1e-9);
}

#[test]
fn nearly_right_is_for_texts() {
    let wanted = Wanted::Values(vec![text("Harrow, Pell & Lindqvist")]);
    assert!(!wanted.is_met_by(&text("Harrow, Pe1l & Lindqvist")));
    assert!(wanted.is_nearly_met_by(&text("Harrow, Pe1l & Lindqvist")));
    assert!(!wanted.is_nearly_met_by(&text("Harrow")));
    let amount = |cents| Value::Decimal(Decimal::new(cents, 2));
    assert!(!Wanted::Values(vec![amount(123_456)]).is_nearly_met_by(&amount(123_457)));
}

#[test]
fn names_of_firms_are_compared_as_registers_write_them() {
    assert!(same_name("Harrow & Pell, Inc.", "HARROW AND PELL INCORPORATED"));
    assert!(same_name("N.Y. Trade Office", "NY Trade Office"));
    assert!(same_name("Tolliver Marsh Associates", "Tolliver Marsh Associates of Ohio"));
    assert!(!same_name("Marsh", "Tolliver Marsh Associates"), "too short to tell");
    assert!(!same_name("Inc.", "The Company"));
}
