//! Drafts from a few invented pages, and what they find on a page that they were not made from.

use super::{DraftError, Labelled, draft};
use crate::document::{Line, PageFacts, PageNumber, PageText, PixelBox, Word};
use crate::model::{FieldKind, Scope, parse};
use crate::{extract, normalize};

/// A page of lines; a character is 10 pixels wide, a line 40 high, at 200 dpi.
fn page(lines: &[String]) -> PageText {
    let words = |row: usize, text: &str| -> Vec<Word> {
        let mut words = Vec::new();
        let mut column = 0;
        for part in text.split(' ') {
            let length = part.chars().count();
            if length > 0 {
                let (left, top) = ((100 + column * 10) as u32, (100 + row * 40) as u32);
                let bounds =
                    PixelBox { left, top, right: left + (length * 10) as u32, bottom: top + 20 };
                let text = part.to_owned();
                words.push(Word { text, bounds, confidence: 95.0, doubts: Vec::new() });
            }
            column += length + 1;
        }
        words
    };
    let lines = lines.iter().enumerate().map(|(row, text)| words(row, text));
    let lines = lines.filter(|words| !words.is_empty());
    PageText {
        width: 1200,
        height: 1600,
        dpi: 200.0,
        lines: lines.map(|words| Line { block: 0, paragraph: 0, words }).collect(),
        marks: Vec::new(),
        facts: PageFacts::default(),
    }
}

const BUYERS: [&str; 8] = [
    "Harrow Ltd",
    "Pell Brothers",
    "Lindqvist Sons",
    "Tolliver Marsh",
    "Brightwater Bureau",
    "Castellan Affairs",
    "Quill Partners",
    "Osprey Freight",
];

fn invoice(number: usize) -> PageText {
    let title =
        if number.is_multiple_of(2) { "CREDIT NOTE TO YOUR ACCOUNT" } else { "SALES INVOICE" };
    page(&[
        format!("NORTHWIND TRADERS      {title}"),
        String::new(),
        format!(
            "Invoice No: {}        Issued {:02}/0{}/2018",
            4100 + number,
            13 + number,
            1 + number
        ),
        "Sold to".to_owned(),
        BUYERS[number].to_owned(),
        String::new(),
        format!("Goods             {}.00", 70 + number),
        format!("Amount due        {}.50", 91 + number),
        format!("Cash              {}.00", 100 + number),
        "Thank you for your business".to_owned(),
    ])
}

fn truths(number: usize) -> Vec<Vec<String>> {
    let kind = if number.is_multiple_of(2) { "credit_note" } else { "invoice" };
    [
        (4100 + number).to_string(),
        format!("2018-0{}-{:02}", 1 + number, 13 + number),
        BUYERS[number].to_owned(),
        format!("{}.50", 91 + number),
        kind.to_owned(),
    ]
    .map(|value| vec![value])
    .to_vec()
}

const COLUMNS: [&str; 5] = ["number", "issued_on", "buyer", "amount", "kind"];

fn names() -> Vec<String> {
    COLUMNS.map(str::to_owned).to_vec()
}

#[test]
fn a_draft_finds_the_values_of_a_page_that_it_was_not_made_from() {
    let labelled = (0..7).map(|number| Labelled {
        pages: vec![(PageNumber::FIRST, invoice(number))],
        truths: truths(number),
    });
    let labelled: Vec<Labelled> = labelled.collect();
    let drafted = draft("bill", &names(), &labelled).unwrap();
    let right: Vec<(usize, usize)> =
        drafted.fields.iter().map(|field| (field.right, field.wrong)).collect();
    assert_eq!(right, [(7, 0); 5], "{}", drafted.toml);

    let model = parse(&drafted.toml, "bill.toml").unwrap();
    assert_eq!(model.scope, Scope::Page);
    assert!(matches!(model.fields[0].kind, FieldKind::Integer { .. }));
    assert!(drafted.toml.contains("order = \"dmy\""), "{}", drafted.toml);
    let records = extract::page(&model, PageNumber::FIRST, &invoice(7)).unwrap();
    let record = normalize::record(&model, records.into_iter().next().unwrap());
    let values: Vec<String> = record
        .fields
        .iter()
        .map(|field| field.value.as_ref().map(ToString::to_string).unwrap_or_default())
        .collect();
    assert_eq!(values, ["4107", "2018-08-20", "Osprey Freight", "98.50", "invoice"]);
}

#[test]
fn other_pages_are_not_claimed() {
    let labelled: Vec<Labelled> = (0..7)
        .map(|number| Labelled {
            pages: vec![(PageNumber::FIRST, invoice(number))],
            truths: truths(number),
        })
        .collect();
    let drafted = draft("bill", &names(), &labelled).unwrap();
    let model = parse(&drafted.toml, "bill.toml").unwrap();
    let letter = page(&["Dear Sir".to_owned(), "we thank you for your letter".to_owned()]);
    assert_eq!(extract::page(&model, PageNumber::FIRST, &letter), None);
}

#[test]
fn values_that_stand_nowhere_make_no_draft() {
    let labelled = Labelled {
        pages: vec![(PageNumber::FIRST, invoice(0))],
        truths: vec![vec!["88.77".to_owned()]],
    };
    let error = draft("bill", &["amount".to_owned()], &[labelled]).unwrap_err();
    assert!(matches!(error, DraftError::NothingSeen), "{error}");
}
