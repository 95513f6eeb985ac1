//! Pages as lines of JSON: what people write who have words from elsewhere, and what `export words` writes. The schema is in
//! `README.md` of this directory.

use std::io::BufRead;

use serde::{Deserialize, Serialize};

use super::broken::Broken;
use super::limited::Text;
use super::raw_page::{RawBox, RawLine, RawMark, RawPage, RawWord};
use super::source::PageSource;

/// A page as one line of JSON.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct JsonPage {
    /// The document that the page is of, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) document: Option<String>,
    /// Its number, for people: pages count as they come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) page: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) width: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) height: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) dpi: Option<f64>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) engine: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) languages: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) lines: Vec<JsonLine>,
    /// Instead of lines: words that are put into lines by their places.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) words: Vec<JsonWord>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) rules: Vec<JsonBox>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) pictures: Vec<JsonBox>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) tick_boxes: Vec<JsonTickBox>,
}

/// Left, top, right, bottom.
pub(super) type JsonBox = [f64; 4];

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct JsonLine {
    #[serde(default)]
    pub(super) block: usize,
    #[serde(default)]
    pub(super) paragraph: usize,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) words: Vec<JsonWord>,
    /// Instead of words: they are laid out in the box of the line.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) text: String,
    #[serde(default, rename = "box", skip_serializing_if = "Option::is_none")]
    pub(super) bounds: Option<JsonBox>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) confidence: Option<f64>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct JsonWord {
    pub(super) text: String,
    #[serde(default, rename = "box", skip_serializing_if = "Option::is_none")]
    pub(super) bounds: Option<JsonBox>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) confidence: Option<f64>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct JsonTickBox {
    #[serde(rename = "box")]
    pub(super) bounds: JsonBox,
    pub(super) ticked: bool,
}

/// Reads lines of JSON.
pub(super) struct Jsonl<'a> {
    text: Text<'a>,
    row: usize,
    /// The document that the first page names, empty if it names none: all are of it. `None` before the first page.
    document: Option<String>,
}

impl<'a> Jsonl<'a> {
    pub(super) fn new(text: Text<'a>) -> Self {
        Self { text, row: 0, document: None }
    }
}

impl PageSource for Jsonl<'_> {
    fn next_page(&mut self) -> Result<Option<RawPage>, Broken> {
        loop {
            self.text.next_page();
            let mut line = Vec::new();
            if self.text.read_until(b'\n', &mut line)? == 0 {
                return Ok(None);
            }
            self.row += 1;
            if line.trim_ascii().is_empty() {
                continue;
            }
            let page: JsonPage = serde_json::from_slice(&line)
                .map_err(|error| Broken::corrupt(format!("line {}: {}", self.row, said(&error))))?;
            let named = page.document.as_deref().unwrap_or_default();
            let first = self.document.get_or_insert_with(|| named.to_owned());
            if first != named {
                return Err(Broken::corrupt(format!(
                    "line {}: a page of `{named}` after pages of `{first}`, but a file holds one document",
                    self.row
                )));
            }
            return Ok(Some(raw_page(page)));
        }
    }
}

/// Returns what is wrong and in which column; the line is that of the file, which the caller knows.
fn said(error: &serde_json::Error) -> String {
    let message = error.to_string();
    match message.rsplit_once(" at line ") {
        Some((message, _)) => format!("{message} at column {}", error.column()),
        None => message,
    }
}

fn raw_page(page: JsonPage) -> RawPage {
    let mut lines: Vec<RawLine> = page.lines.into_iter().map(raw_line).collect();
    add_words(&mut lines, page.words);
    let rules = page.rules.into_iter().map(|rule| RawMark::Rule(raw_box(rule)));
    let pictures = page.pictures.into_iter().map(|picture| RawMark::Picture(raw_box(picture)));
    let tick_boxes = page
        .tick_boxes
        .into_iter()
        .map(|tick| RawMark::TickBox { bounds: raw_box(tick.bounds), is_ticked: tick.ticked });
    RawPage {
        width: page.width,
        height: page.height,
        dpi: page.dpi,
        lines,
        marks: rules.chain(pictures).chain(tick_boxes).collect(),
        engine: page.engine,
        languages: page.languages,
        ..RawPage::default()
    }
}

fn raw_box([left, top, right, bottom]: JsonBox) -> RawBox {
    RawBox { left, top, right, bottom }
}

fn raw_word(word: JsonWord) -> RawWord {
    let JsonWord { text, bounds, confidence } = word;
    RawWord { text, bounds: bounds.map(raw_box), confidence }
}

fn raw_line(line: JsonLine) -> RawLine {
    RawLine {
        block: line.block,
        paragraph: line.paragraph,
        bounds: line.bounds.map(raw_box),
        confidence: line.confidence,
        words: line.words.into_iter().map(raw_word).collect(),
        text: line.text,
        ..RawLine::default()
    }
}

/// Puts words into lines: a word stands in the line of the one before it if it is to its right and their boxes have half
/// of the lower one's height in common.
fn add_words(lines: &mut Vec<RawLine>, words: Vec<JsonWord>) {
    let mut before: Option<RawBox> = None;
    for word in words {
        let word = raw_word(word);
        let bounds = word.bounds.map(|bounds| bounds.in_order());
        let follows = before.zip(bounds).is_some_and(|(before, word)| {
            let common = before.bottom.min(word.bottom) - before.top.max(word.top);
            let lower = (before.bottom - before.top).min(word.bottom - word.top);
            word.left >= before.left && common * 2.0 >= lower
        });
        match lines.last_mut().filter(|_| follows) {
            Some(line) => line.words.push(word),
            None => lines.push(RawLine { words: vec![word], ..RawLine::default() }),
        }
        before = bounds;
    }
}
