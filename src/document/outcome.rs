//! How an attempt to read a page ended, and what it gives to the store.

use serde::{Deserialize, Serialize};

use super::failure::Failure;
use super::page_facts::PageFacts;
use super::page_number::PageNumber;
use super::record::TypedRecord;
use super::source::DocumentId;
use super::text::PageText;

/// Everything that decided the words of a page.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Recipe {
    /// Name and version, such as `native 0.1.0` or `tesseract 5.3.0`, or `pdf-text` for a PDF's own text layer.
    pub engine: String,
    /// Languages that lines were read in, such as `eng` or `deu+eng`, that of the page first; empty for a text layer.
    pub languages: String,
    /// Page segmentation mode of Tesseract, 0–13.
    pub page_segmentation_mode: u8,
    /// Who found the lines: `native` or `tesseract`; empty for a text layer or a blank page.
    pub layout: String,
    /// Preparation steps in order, then what recognition decided.
    pub steps: Vec<String>,
    /// What confined the reader besides its limits, such as `landlock 6, seccomp`.
    #[serde(default)]
    pub sandbox: String,
}

impl Recipe {
    /// The step of a page whose doubtful lines and fields a second network reads: this and its language.
    pub const SECOND_NETWORK: &str = "second_network";

    /// Returns whether a second network read what was doubtful on the page.
    pub fn has_second_network(&self) -> bool {
        self.steps.iter().any(|step| step.starts_with(Self::SECOND_NETWORK))
    }

    /// Adds languages that a part of the page was read in.
    pub fn add_languages(&mut self, languages: &str) {
        for language in languages.split('+') {
            if !self.languages.split('+').any(|known| known == language) {
                self.languages.push('+');
                self.languages.push_str(language);
            }
        }
    }
}

/// One try at reading a page.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    /// Microseconds since 1970-01-01 UTC.
    pub started_at_us: i64,
    pub duration_ms: u32,
    /// `None` if the page failed before a recipe was chosen.
    pub recipe: Option<Recipe>,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq)]
pub enum PageEnd {
    Stored(Box<PageText>),
    Blank(PageFacts),
    Failed(Failure),
    /// The page killed its reader twice.
    Quarantined(Failure),
}

/// All that one attempt gives to the store; it is committed as a whole or not at all.
#[derive(Debug, Clone, PartialEq)]
pub struct PageOutcome {
    pub document_id: DocumentId,
    pub page: PageNumber,
    pub attempt: Attempt,
    pub end: PageEnd,
    /// Records of page and row scope; replace all earlier ones of this page.
    pub records: Vec<TypedRecord>,
    /// Records of document scope if this page is the document's only one, else `None`: then they
    /// are made when the document's last page has ended.
    pub document_records: Option<Vec<TypedRecord>>,
}
