//! The words, marks and facts of a page: all that is kept of its picture.

use serde::{Deserialize, Serialize};

use super::geometry::PixelBox;
use super::page::PageFacts;

/// One word as the recognizer read it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// Non-empty, no white space, no NUL.
    pub text: String,
    /// In pixels of the upright page.
    pub bounds: PixelBox,
    /// 0–100.
    pub confidence: f32,
    /// Its characters that may be others, from left to right; empty where the recognizer does not say.
    pub doubts: Vec<Doubt>,
}

/// A character of a word that may be another one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Doubt {
    /// Byte of the word's text at which the character starts.
    pub start: u16,
    /// Byte after it.
    pub end: u16,
    /// What it may be instead, best first.
    pub alternatives: Vec<String>,
}

impl Doubt {
    /// Returns the doubt for a text that begins `by` bytes later; `None` if it does not lie in bytes
    /// `by..end` of the text it belonged to.
    pub fn cut(&self, by: usize, end: usize) -> Option<Self> {
        let by16 = u16::try_from(by).ok()?;
        (self.start >= by16 && usize::from(self.end) <= end).then(|| Self {
            start: self.start - by16,
            end: self.end - by16,
            alternatives: self.alternatives.clone(),
        })
    }
}

impl Word {
    /// Returns the doubts of bytes `start..end` of the text, counted from `start`.
    pub fn doubts_of(&self, start: usize, end: usize) -> Vec<Doubt> {
        self.doubts.iter().filter_map(|doubt| doubt.cut(start, end)).collect()
    }
}

/// Words that stand beside each other, from left to right; never empty.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Number of the text block on the page, from 0; lines of one block stand together.
    pub block: u16,
    /// Number of the paragraph in its block, from 0.
    pub paragraph: u16,
    pub words: Vec<Word>,
}

/// What extraction needs of the picture besides words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Mark {
    /// A ruled line that runs from left to right.
    HorizontalRule(PixelBox),
    /// A ruled line that runs from top to bottom.
    VerticalRule(PixelBox),
    /// An area that looks like text which could not be read.
    Unread(PixelBox),
}

/// The text of one page. `width`, `height` and all boxes are pixels of the upright, prepared page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PageText {
    pub width: u32,
    pub height: u32,
    /// Pixels per inch of the prepared page: turns boxes into millimetres.
    pub dpi: f32,
    pub lines: Vec<Line>,
    pub marks: Vec<Mark>,
    pub facts: PageFacts,
}

impl PageText {
    /// Returns all words in reading order.
    pub fn words(&self) -> impl Iterator<Item = &Word> {
        self.lines.iter().flat_map(|line| &line.words)
    }

    /// Returns the mean word confidence weighted by length in characters, or `None` without words.
    pub fn mean_confidence(&self) -> Option<f32> {
        let (mut sum, mut weight) = (0.0_f64, 0_usize);
        for word in self.words() {
            let length = word.text.chars().count();
            sum += f64::from(word.confidence) * length as f64;
            weight += length;
        }
        (weight > 0).then(|| (sum / weight as f64) as f32)
    }

    /// Returns the plain text: a line a line, a blank line between paragraphs.
    pub fn plain(&self) -> String {
        let mut text = String::new();
        let mut previous: Option<&Line> = None;
        for line in &self.lines {
            if let Some(before) = previous {
                text.push('\n');
                if (before.block, before.paragraph) != (line.block, line.paragraph) {
                    text.push('\n');
                }
            }
            for (index, word) in line.words.iter().enumerate() {
                if index > 0 {
                    text.push(' ');
                }
                text.push_str(&word.text);
            }
            previous = Some(line);
        }
        text
    }
}
