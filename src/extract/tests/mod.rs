//! Pages drawn with characters, small models, and what must be found.

mod dense;
mod explain;
mod marks;
mod models;
mod owners;
mod places;
mod ranking;
mod regions;
mod rows;
mod zones;

use super::{Phrases, page};
use crate::document::{
    Line, Mark, PageFacts, PageNumber, PageText, PixelBox, RawField, Record, Word,
};
use crate::model::{RecordModel, parse};

fn page_records(
    models: &[RecordModel],
    number: PageNumber,
    text: &PageText,
) -> Vec<Record<RawField>> {
    super::page_records(models, &Phrases::of(models), number, text)
}

fn document_records(
    models: &[RecordModel],
    pages: &[(PageNumber, &PageText)],
) -> Vec<Record<RawField>> {
    super::document_records(models, &Phrases::of(models), pages)
}

/// A character is 2 mm wide and a line 4 mm high, at 10 pixels a millimetre.
const CHARACTER_WIDTH: usize = 20;
const LINE_HEIGHT: usize = 40;
const WORD_HEIGHT: usize = 30;

/// Draws a page: words as they stand, `|` by itself as part of a vertical rule, `-----` as a
/// horizontal one. Three spaces divide cells.
pub(super) fn draw(art: &str) -> PageText {
    let mut page = PageText {
        width: (100 * CHARACTER_WIDTH) as u32,
        height: (art.lines().count() * LINE_HEIGHT) as u32,
        dpi: 254.0,
        lines: Vec::new(),
        marks: Vec::new(),
        facts: PageFacts::default(),
    };
    let mut bars: Vec<(usize, usize, usize)> = Vec::new();
    for (row, text) in art.lines().enumerate() {
        let mut words = Vec::new();
        for (column, token) in tokens(text) {
            let bounds = at(row, column, token.chars().count());
            if token == "|" {
                match bars.iter_mut().find(|bar| bar.0 == column) {
                    Some(bar) => bar.2 = row,
                    None => bars.push((column, row, row)),
                }
            } else if token.starts_with("-----") {
                page.marks.push(Mark::HorizontalRule(bounds));
            } else {
                words.push(Word {
                    text: token.to_owned(),
                    bounds,
                    confidence: 90.0,
                    doubts: Vec::new(),
                });
            }
        }
        if !words.is_empty() {
            page.lines.push(Line { block: 0, paragraph: 0, words });
        }
    }
    for (column, first, last) in bars {
        let (top, bottom) = (at(first, column, 1), at(last, column, 1));
        let rule = PixelBox {
            left: top.left + 8,
            top: top.top,
            right: top.left + 12,
            bottom: bottom.top + LINE_HEIGHT as u32,
        };
        page.marks.push(Mark::VerticalRule(rule));
    }
    page
}

fn tokens(text: &str) -> Vec<(usize, &str)> {
    let mut tokens = Vec::new();
    let mut column = 0;
    for part in text.split(' ') {
        if !part.is_empty() {
            tokens.push((column, part));
        }
        column += part.chars().count() + 1;
    }
    tokens
}

fn at(row: usize, column: usize, length: usize) -> PixelBox {
    let (left, top) = (column * CHARACTER_WIDTH, row * LINE_HEIGHT);
    PixelBox {
        left: left as u32,
        top: top as u32,
        right: (left + length * CHARACTER_WIDTH) as u32,
        bottom: (top + WORD_HEIGHT) as u32,
    }
}

fn model(scope: &str, lines: &str) -> RecordModel {
    let head = format!("name = \"sample\"\nversion = 1\nrecords = \"{scope}\"\n");
    parse(&format!("{head}{lines}"), "sample.toml").unwrap()
}

/// Returns the texts of all candidates of a field, best first.
fn texts(record: &Record<RawField>, field: usize) -> Vec<&str> {
    record.fields[field].candidates.iter().map(|candidate| candidate.text.as_str()).collect()
}

/// Returns the best candidate of each field of each record, empty without one.
pub(super) fn best(records: &[Record<RawField>]) -> Vec<Vec<String>> {
    let text = |field: &RawField| {
        field.candidates.first().map_or(String::new(), |candidate| candidate.text.clone())
    };
    records.iter().map(|record| record.fields.iter().map(text).collect()).collect()
}

/// Checks what a page model with one field finds on a page, best first.
fn check(field: &str, art: &str, expected: &[&str]) {
    let model = model("page", &format!("[fields.value]\n{field}\n"));
    let records = page(&model, PageNumber::FIRST, &draw(art)).unwrap();
    assert_eq!(texts(&records[0], 0), expected, "{field}");
}

fn claims(claims: &str, art: &str) -> bool {
    let field = "[fields.value]\ntype = \"text\"\nlabel = \"x\"\n";
    let model = model("page", &format!("[claims]\n{claims}\n{field}"));
    super::claim_strength(&model, PageNumber::FIRST, &draw(art)).is_some()
}

#[test]
fn claims_pages_through_misread_letters_and_line_breaks() {
    let page = "AMENDMENT T0 REGlSTRAT1ON\nSTATEMENT\n";
    assert!(claims("all = [\"Amendment to Registration Statement\"]", page));
    assert!(!claims("all = [\"Short Form Registration Statement\"]", page));
}

#[test]
fn claims_need_all_one_of_any_and_none_of_none() {
    let page = "Invoice\nTotal 5.00\n";
    assert!(claims("all = [\"Invoice\", \"Total\"]", page));
    assert!(!claims("all = [\"Invoice\", \"Receipt\"]", page));
    assert!(claims("any = [\"Receipt\", \"Invoice\"]", page));
    assert!(!claims("any = [\"Receipt\"]", page));
    assert!(!claims("any = [\"Invoice\"]\nnone = [\"Total\"]", page));
}

#[test]
fn claims_look_only_within_their_zone() {
    let page = "Exhibit\n\n\n\n\nInvoice\n";
    let zone = "within = { left = 0.0, top = 0.0, right = 1.0, bottom = 0.5 }";
    assert!(claims(&format!("any = [\"Exhibit\"]\n{zone}"), page));
    assert!(!claims(&format!("any = [\"Invoice\"]\n{zone}"), page));
}
