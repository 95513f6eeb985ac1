//! Golden files as text, and records that are paired.

use std::collections::BTreeMap;

use super::*;
use crate::document::{
    Alternative, Doubt, Line, Mark, PageFacts, PageNumber, PageText, PixelBox, Word,
};

fn said(row: u32, values: &[(&str, &str)]) -> Said {
    let value = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let values = values.iter().map(|(name, text)| ((*name).to_owned(), value(text)));
    Said { page: PageNumber::FIRST, row, values: values.collect::<BTreeMap<_, _>>() }
}

fn log(rows: &[(&str, &str)]) -> Vec<Said> {
    let rows = rows.iter().zip(1..);
    rows.map(|((day, work), row)| said(row, &[("day", day), ("work", work)])).collect()
}

#[test]
fn a_row_that_was_missed_before_moves_no_other_row() {
    let old = log(&[("1", "oil"), ("3", "tire"), ("4", "bulb")]);
    let new = log(&[("1", "oil"), ("2", "strut"), ("3", "tyre"), ("4", "bulb")]);
    let pairs = [Pair::Both(0, 0), Pair::Gained(1), Pair::Both(1, 2), Pair::Both(2, 3)];
    assert_eq!(align(&old, &new), pairs);
    assert_eq!(align(&new, &old)[1], Pair::Lost(1));
}

#[test]
fn rows_that_share_nothing_are_different_rows() {
    let old = log(&[("1", "oil")]);
    let new = log(&[("8", "strut"), ("9", "tire")]);
    let pairs = align(&old, &new);
    assert_eq!(pairs.iter().filter(|pair| matches!(pair, Pair::Gained(_))).count(), 2);
    assert!(pairs.contains(&Pair::Lost(0)));
}

#[test]
fn changes_name_the_fields_that_were_filled_emptied_and_changed() {
    let old = said(1, &[("date", "2018-01-02"), ("total", ""), ("shop", "ALPHA"), ("note", "x")]);
    let new = said(1, &[("date", "2018-01-02"), ("total", "9.90"), ("shop", ""), ("note", "y")]);
    let changes: Vec<String> = old
        .changes(&new)
        .into_iter()
        .map(|change| format!("{}: {:?} {:?}", change.field, change.old, change.new))
        .collect();
    assert_eq!(
        changes,
        [
            "note: Some(\"x\") Some(\"y\")",
            "shop: Some(\"ALPHA\") None",
            "total: None Some(\"9.90\")"
        ]
    );
}

#[test]
fn a_golden_file_gives_back_every_word_doubt_and_mark() {
    let doubt = Doubt {
        start: 0,
        end: 1,
        alternatives: vec![Alternative { text: "7".to_owned(), confidence: 33.3 }],
    };
    let bounds = PixelBox { left: 10, top: 20, right: 90, bottom: 44 };
    let word =
        Word { text: "1.50 \"é".to_owned(), bounds, confidence: 91.25, doubts: vec![doubt] };
    let text = PageText {
        width: 800,
        height: 600,
        dpi: 200.0,
        lines: vec![Line { block: 1, paragraph: 2, words: vec![word] }],
        marks: vec![Mark::HorizontalRule(bounds)],
        facts: PageFacts { width: 400, height: 300, ..PageFacts::default() },
    };
    let golden = Golden {
        model: "receipt".to_owned(),
        file: "tools.jpg".to_owned(),
        pages: vec![(PageNumber::FIRST, text)],
        expected: vec![said(1, &[("total", "1.50"), ("date", "")])],
    };
    let text = golden.to_text().unwrap();
    assert_eq!(text.lines().count(), 5, "{text}");
    assert_eq!(Golden::from_text(&text).unwrap(), golden);
}

#[test]
fn a_broken_golden_file_names_its_line() {
    let told = |text: &str| Golden::from_text(text).unwrap_err().to_string();
    let head = r#"{"golden":{"model":"receipt","file":"a.jpg"}}"#;
    assert!(told(&format!("{head}\n{{\"line\":3}}")).starts_with("line 2: "));
    let words = r#"{"line":{"block":0,"paragraph":0,"words":[]}}"#;
    assert_eq!(told(&format!("{head}\n{words}")), "line 2: words or marks before the first page");
    assert_eq!(told(""), "it does not begin with the name of a model and of a file");
}
