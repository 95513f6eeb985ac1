//! Pages → lines of JSON.

use super::page::PageToWrite;
use crate::document::{Mark, PixelBox, TickBox};
use crate::interchange::jsonl::{JsonBox, JsonLine, JsonPage, JsonTickBox, JsonWord};

/// From this share of ink on a box of a page is ticked, for those who do not know the page's emptiest box.
const TICKED_INK: f32 = 0.1;

/// Returns a page as one line.
pub(super) fn page(page: &PageToWrite<'_>) -> String {
    let mut json = serde_json::to_string(&json_page(page))
        .expect("numbers, texts and lists are always written");
    json.push('\n');
    json
}

fn json_page(page: &PageToWrite<'_>) -> JsonPage {
    let text = page.text;
    let lines = text.lines.iter().map(|line| JsonLine {
        block: line.block.into(),
        paragraph: line.paragraph.into(),
        words: line
            .words
            .iter()
            .map(|word| JsonWord {
                text: word.text.clone(),
                bounds: Some(json_box(&word.bounds)),
                confidence: Some(hundredths(word.confidence)),
            })
            .collect(),
        ..JsonLine::default()
    });
    let mut json = JsonPage {
        document: Some(page.document.to_owned()),
        page: Some(page.page),
        width: Some(text.width.into()),
        height: Some(text.height.into()),
        dpi: Some(hundredths(text.dpi)),
        engine: page.engine.to_owned(),
        languages: page
            .languages
            .split('+')
            .filter(|language| !language.is_empty())
            .map(str::to_owned)
            .collect(),
        lines: lines.collect(),
        words: Vec::new(),
        rules: Vec::new(),
        pictures: Vec::new(),
        tick_boxes: Vec::new(),
    };
    for mark in &text.marks {
        match mark {
            Mark::HorizontalRule(bounds) | Mark::VerticalRule(bounds) => {
                json.rules.push(json_box(bounds));
            }
            Mark::Picture(bounds) => json.pictures.push(json_box(bounds)),
            Mark::TickBox(TickBox { bounds, ink }) => {
                let ticked = *ink >= TICKED_INK;
                json.tick_boxes.push(JsonTickBox { bounds: json_box(bounds), ticked });
            }
            Mark::Unread(_)
            | Mark::Barcode(_)
            | Mark::Cells(_)
            | Mark::Leader(_)
            | Mark::Struck(_)
            | Mark::Region(_) => {}
        }
    }
    json
}

fn json_box(bounds: &PixelBox) -> JsonBox {
    [bounds.left.into(), bounds.top.into(), bounds.right.into(), bounds.bottom.into()]
}

/// More digits would say more than is known, in twice the bytes.
fn hundredths(number: f32) -> f64 {
    (f64::from(number) * 100.0).round() / 100.0
}
