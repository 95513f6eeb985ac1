//! Prepared page → words. Owns the engines; knows nothing of files, processes or records.
//!
//! Called by the reader process only: an engine belongs to one thread of one process.

mod bands;
mod layout;
mod native;
mod netpbm;
mod regions;
mod tesseract;
mod tsv;

use serde::{Deserialize, Serialize};

use crate::document::{Failure, Line, PreparedPage};

pub use tesseract::{Tesseract, language_problem};

/// What an engine needs to start; fixed for the life of a reader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EngineSettings {
    /// Tesseract languages such as `eng` or `eng+deu`.
    pub languages: String,
    /// Page segmentation mode of Tesseract, 0–13; 3 is fully automatic layout.
    pub page_segmentation_mode: u8,
}

impl Default for EngineSettings {
    fn default() -> Self {
        Self { languages: "eng".to_owned(), page_segmentation_mode: 3 }
    }
}

/// Largest side in pixels that Tesseract takes: it keeps coordinates in 16 bits.
pub const MAX_SIDE: u32 = 32_767;

/// An engine that reads prepared pages. Tests replay stored words through it.
pub trait Recognizer {
    /// Returns name and version as they stand in recipes, such as `tesseract 5.3.0`.
    fn name(&self) -> String;

    /// Returns the words of the page in lines, in reading order, in pixels of `page.pixels`.
    fn recognize(&mut self, page: &PreparedPage) -> Result<Vec<Line>, Failure>;
}
