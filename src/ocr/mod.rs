//! Prepared page → words. Owns the engines; knows nothing of files, processes or records.
//!
//! Called by the reader process only: an engine belongs to one thread of one process.

mod account;
mod agreed;
mod bands;
mod cells;
mod check;
mod dictionaries;
mod doubts;
mod engine;
mod ensemble;
mod finish;
mod languages;
mod layout;
mod lengths;
mod line_pictures;
mod look;
mod merge;
mod native_problem;
mod netpbm;
mod regions;
mod settings;
mod start;
mod struck;
mod tesseract;
mod tsv;
mod variants;
mod view;

use std::time::Instant;

use serde::{Deserialize, Serialize};

use crate::document::{Failure, Line, Look, Mark, Seen, words};
use crate::images::PreparedPage;

pub use account::{Account, UnreadArea};
pub use check::{Agreement, Checker};
pub use dictionaries::Dictionaries;
pub use engine::Engine;
pub use line_pictures::{CutLine, LineCutter};
pub use settings::{EngineChoice, LayoutChoice, NetworkChoice, SecondNetwork};
pub use start::engine_problem;
pub use tesseract::Tesseract;
pub use tesseract_lstm::{Kernel, UnknownKernel};

/// What an engine needs to start; fixed for the life of a reader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EngineSettings {
    /// Tesseract languages such as `eng` or `eng+deu`, of which each page is read in its own; `auto`: all that
    /// are installed.
    pub languages: String,
    /// Page segmentation mode of Tesseract, 0–13; 3 is fully automatic layout.
    pub page_segmentation_mode: u8,
    pub engine: EngineChoice,
    pub layout: LayoutChoice,
    /// Instructions that the native recognizer uses; `None`: the fastest that the processor has.
    pub kernel: Option<Kernel>,
    pub network: NetworkChoice,
    pub second_network: SecondNetwork,
}

impl Default for EngineSettings {
    fn default() -> Self {
        Self {
            languages: "eng".to_owned(),
            page_segmentation_mode: 3,
            engine: EngineChoice::default(),
            layout: LayoutChoice::default(),
            kernel: None,
            network: NetworkChoice::default(),
            second_network: SecondNetwork::default(),
        }
    }
}

/// Largest side in pixels that Tesseract takes: it keeps coordinates in 16 bits.
pub const MAX_SIDE: u32 = 32_767;

/// Who found the lines of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LayoutUsed {
    Native,
    Tesseract,
}

words!(LayoutUsed { Native => "native", Tesseract => "tesseract" });

/// What an engine found on a page.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// In reading order, in pixels of the prepared page.
    pub lines: Vec<Line>,
    pub layout: LayoutUsed,
    /// What was decided on the way, such as `layout_doubt(few_letters)`: part of the recipe.
    pub notes: Vec<String>,
    /// Leaders and words that are struck out, in pixels of the prepared page.
    pub marks: Vec<Mark>,
    /// What became of the page's ink.
    pub account: Account,
    /// The languages that lines were read in, joined by `+`, that of the page first.
    pub languages: String,
}

/// An engine that reads prepared pages. Tests replay stored words through it.
pub trait Recognizer {
    /// Returns name and version as they stand in recipes, such as `tesseract 5.3.0`.
    fn name(&self) -> String;

    /// Returns the words of the page in lines, in reading order, in pixels of `page.pixels`.
    fn recognize(&mut self, page: &PreparedPage) -> Result<Reading, Failure>;

    /// Returns what can be read of the page without doubting it, which costs less: enough to see whether it makes sense.
    fn glance(&mut self, page: &PreparedPage) -> Result<Vec<Line>, Failure> {
        Ok(self.recognize(page)?.lines)
    }

    /// Looks at parts of a page again that was read in `languages`; returns what was seen at each of the looks, in
    /// their order. What is not begun before the end is not seen.
    fn look_again(
        &mut self,
        page: &PreparedPage,
        languages: &str,
        looks_and_end: (&[Look], Instant),
    ) -> Result<Vec<Seen>, Failure>;
}
