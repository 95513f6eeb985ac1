//! The words, marks and facts of a page: all that is kept of its picture.

use serde::{Deserialize, Serialize};

use super::barcode::Barcode;
use super::geometry::PixelBox;
use super::mean::weighted_mean;
use super::page_facts::PageFacts;

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
    pub alternatives: Vec<Alternative>,
}

/// What a character may be instead.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alternative {
    pub text: String,
    /// 0–100.
    pub confidence: f32,
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
    /// A small square to be ticked.
    TickBox(TickBox),
    Barcode(Barcode),
    /// The cells of a dense table.
    Cells(CellGrid),
    /// Dots, dashes or a line that lead the eye from a caption to its value.
    Leader(PixelBox),
    /// A picture or drawing: its ink is no text.
    Picture(PixelBox),
    /// Words that are struck out: they were read, and somebody drew a line through them.
    Struck(PixelBox),
    /// One of several documents on the page. Regions come in reading order, the first is number 1, and
    /// no line runs over two of them; a page without this mark is one region.
    Region(PixelBox),
}

impl Mark {
    /// Returns the mark with all of its boxes changed.
    #[must_use]
    pub fn map_boxes(&self, change: impl Fn(&PixelBox) -> PixelBox) -> Self {
        match self {
            Self::HorizontalRule(bounds) => Self::HorizontalRule(change(bounds)),
            Self::VerticalRule(bounds) => Self::VerticalRule(change(bounds)),
            Self::Unread(bounds) => Self::Unread(change(bounds)),
            Self::Leader(bounds) => Self::Leader(change(bounds)),
            Self::Picture(bounds) => Self::Picture(change(bounds)),
            Self::Struck(bounds) => Self::Struck(change(bounds)),
            Self::Region(bounds) => Self::Region(change(bounds)),
            Self::TickBox(tick) => Self::TickBox(TickBox { bounds: change(&tick.bounds), ..*tick }),
            Self::Barcode(code) => {
                Self::Barcode(Barcode { bounds: change(&code.bounds), ..code.clone() })
            }
            Self::Cells(grid) => Self::Cells(CellGrid {
                columns: grid.columns,
                cells: grid.cells.iter().map(change).collect(),
            }),
        }
    }
}

/// A small square to be ticked.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TickBox {
    /// Outer edges of its frame.
    pub bounds: PixelBox,
    /// Share of dark pixels inside its frame, 0–1.
    pub ink: f32,
}

/// The cells of a dense table, also those in which nothing was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellGrid {
    pub columns: u16,
    /// Row by row from the top, `columns` boxes each, from left to right.
    pub cells: Vec<PixelBox>,
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

    /// Returns the dense tables of the page.
    pub fn cell_grids(&self) -> impl Iterator<Item = &CellGrid> {
        self.marks.iter().filter_map(|mark| match mark {
            Mark::Cells(grid) => Some(grid),
            Mark::HorizontalRule(_)
            | Mark::VerticalRule(_)
            | Mark::Unread(_)
            | Mark::TickBox(_)
            | Mark::Barcode(_)
            | Mark::Leader(_)
            | Mark::Picture(_)
            | Mark::Struck(_)
            | Mark::Region(_) => None,
        })
    }

    /// Returns the regions of the page in reading order; none if the page is one region.
    pub fn regions(&self) -> impl Iterator<Item = PixelBox> {
        self.marks.iter().filter_map(|mark| match mark {
            Mark::Region(bounds) => Some(*bounds),
            _ => None,
        })
    }

    /// Returns the words that are struck out, those that stand together as one box.
    pub fn struck(&self) -> impl Iterator<Item = PixelBox> {
        self.marks.iter().filter_map(|mark| match mark {
            Mark::Struck(bounds) => Some(*bounds),
            _ => None,
        })
    }

    /// Returns the areas that look like text and were not read.
    pub fn unread(&self) -> impl Iterator<Item = PixelBox> {
        self.marks.iter().filter_map(|mark| match mark {
            Mark::Unread(bounds) => Some(*bounds),
            _ => None,
        })
    }

    /// Returns the mean word confidence weighted by length in characters, or `None` without words.
    pub fn mean_confidence(&self) -> Option<f32> {
        weighted_mean(self.words().map(|word| (word.confidence, word.text.chars().count() as f32)))
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

/// Tells whether readings by networks of two languages can be held against each other: letters beyond ASCII may be in
/// the alphabet of one of them only.
pub(crate) fn compares_with(one: &str, other: &str) -> bool {
    let marked = |text: &str| -> String {
        text.chars().filter(|c| !c.is_ascii() && c.is_alphabetic()).collect()
    };
    marked(one) == marked(other)
}
