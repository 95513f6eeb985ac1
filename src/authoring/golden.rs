//! Golden pages: the words of a document and what its records must say. The words stand in the file, so that a
//! model can be tested in milliseconds and without the scan; no picture is kept.
//!
//! One JSON value a line, so that a change of an expected value is a change of one line.

use serde::{Deserialize, Serialize};

use super::said::Said;
use crate::document::{
    Alternative, Doubt, Line, Mark, PageFacts, PageNumber, PageText, PixelBox, Word,
};

/// The words of a document, and what a model's records of it must say.
#[derive(Debug, Clone, PartialEq)]
pub struct Golden {
    pub model: String,
    /// Name of the scan; only for people.
    pub file: String,
    pub pages: Vec<(PageNumber, PageText)>,
    pub expected: Vec<Said>,
}

/// Why a golden file cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum GoldenError {
    #[error("line {line}: {cause}")]
    Syntax { line: usize, cause: serde_json::Error },
    #[error("line {line}: words or marks before the first page")]
    NoPage { line: usize },
    #[error("it does not begin with the name of a model and of a file")]
    NoHead,
}

/// One line of a golden file.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Entry {
    Golden { model: String, file: String },
    Page { number: PageNumber, size: (u32, u32), dpi: f32, facts: PageFacts },
    Line { block: u16, paragraph: u16, words: Vec<PackedWord> },
    Mark(Mark),
    Record(Said),
}

/// Text, box (left, top, right, bottom), confidence, doubts: a third of the length of named members.
#[derive(Serialize, Deserialize)]
struct PackedWord(String, (u32, u32, u32, u32), f32, Vec<PackedDoubt>);

/// First byte, byte after the last, alternatives with their confidences.
#[derive(Serialize, Deserialize)]
struct PackedDoubt(u16, u16, Vec<(String, f32)>);

impl Golden {
    /// Returns the text of the golden file.
    pub fn to_text(&self) -> Result<String, serde_json::Error> {
        let head = Entry::Golden { model: self.model.clone(), file: self.file.clone() };
        let mut entries = vec![head];
        entries.extend(self.expected.iter().cloned().map(Entry::Record));
        for (number, text) in &self.pages {
            let (number, facts) = (*number, text.facts.clone());
            let size = (text.width, text.height);
            entries.push(Entry::Page { number, size, dpi: text.dpi, facts });
            entries.extend(text.lines.iter().map(|line| Entry::Line {
                block: line.block,
                paragraph: line.paragraph,
                words: line.words.iter().map(PackedWord::new).collect(),
            }));
            entries.extend(text.marks.iter().cloned().map(Entry::Mark));
        }
        let mut text = String::new();
        for entry in &entries {
            text.push_str(&serde_json::to_string(entry)?);
            text.push('\n');
        }
        Ok(text)
    }

    /// Reads the text of a golden file; errors say which line is wrong.
    pub fn from_text(text: &str) -> Result<Self, GoldenError> {
        let mut head = None;
        let mut pages: Vec<(PageNumber, PageText)> = Vec::new();
        let mut expected = Vec::new();
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let line_number = index + 1;
            let entry: Entry = serde_json::from_str(line)
                .map_err(|cause| GoldenError::Syntax { line: line_number, cause })?;
            let page = pages.last_mut().ok_or(GoldenError::NoPage { line: line_number });
            match entry {
                Entry::Golden { model, file } => head = Some((model, file)),
                Entry::Record(said) => expected.push(said),
                Entry::Page { number, size: (width, height), dpi, facts } => {
                    let (lines, marks) = (Vec::new(), Vec::new());
                    pages.push((number, PageText { width, height, dpi, lines, marks, facts }));
                }
                Entry::Line { block, paragraph, words } => {
                    let words = words.into_iter().map(PackedWord::unpacked).collect();
                    page?.1.lines.push(Line { block, paragraph, words });
                }
                Entry::Mark(mark) => page?.1.marks.push(mark),
            }
        }
        let (model, file) = head.ok_or(GoldenError::NoHead)?;
        Ok(Self { model, file, pages, expected })
    }
}

impl PackedWord {
    fn new(word: &Word) -> Self {
        let PixelBox { left, top, right, bottom } = word.bounds;
        let doubts = word.doubts.iter().map(|doubt| {
            let alternatives = doubt.alternatives.iter();
            let alternatives = alternatives.map(|other| (other.text.clone(), other.confidence));
            PackedDoubt(doubt.start, doubt.end, alternatives.collect())
        });
        let bounds = (left, top, right, bottom);
        Self(word.text.clone(), bounds, word.confidence, doubts.collect())
    }

    fn unpacked(self) -> Word {
        let Self(text, (left, top, right, bottom), confidence, doubts) = self;
        let alternative = |(text, confidence)| Alternative { text, confidence };
        let doubts = doubts.into_iter().map(|PackedDoubt(start, end, alternatives)| Doubt {
            start,
            end,
            alternatives: alternatives.into_iter().map(alternative).collect(),
        });
        let bounds = PixelBox { left, top, right, bottom };
        Word { text, bounds, confidence, doubts: doubts.collect() }
    }
}
