//! A page on its way: its pixels, what was measured of it, and how the attempt to read it ended.

use std::fmt;
use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use super::failure::{Failure, words};
use super::geometry::RightAngle;
use super::pixels::{PagePixels, Pixels};
use super::record::TypedRecord;
use super::source::DocumentId;
use super::text::{Mark, PageText};

/// Number of a page in its document, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PageNumber(pub NonZeroU32);

impl PageNumber {
    /// The first page.
    pub const FIRST: Self = Self(NonZeroU32::MIN);

    /// Returns the page number for a position counted from 0, or `None` past `u32::MAX`.
    pub fn from_index(index: usize) -> Option<Self> {
        NonZeroU32::new(u32::try_from(index).ok()?.checked_add(1)?).map(Self)
    }

    /// Returns the position counted from 0.
    pub fn index(self) -> usize {
        self.0.get() as usize - 1
    }

    /// Returns the number as Postgres stores it.
    pub fn as_i32(self) -> i32 {
        i32::try_from(self.0.get()).unwrap_or(i32::MAX)
    }
}

impl fmt::Display for PageNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One decoded page. EXIF or TIFF orientation has already been obeyed.
#[derive(Debug, Clone)]
pub struct PageImage {
    pub pixels: Pixels,
    /// Pixels per inch as the file declares it, if it does.
    pub declared_dpi: Option<f32>,
}

/// Where a page's dpi comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DpiSource {
    /// The file says so and it is plausible.
    Declared,
    /// Guessed from the page's size and its text height.
    #[default]
    Guessed,
    /// A flag says so.
    Forced,
}

/// What was measured of a page, stored with it and with each attempt.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct PageFacts {
    /// Width of the decoded image in pixels, before preparation.
    pub width: u32,
    /// Height of the decoded image in pixels, before preparation.
    pub height: u32,
    /// Pixels per inch of the decoded image.
    pub dpi: f32,
    pub dpi_source: DpiSource,
    /// Turn that made the page upright.
    pub rotation: RightAngle,
    /// Skew angle that was found, in degrees counter-clockwise; 0 if the page was left as it was.
    pub skew_degrees: f32,
    /// Height of a lowercase x in the decoded image in pixels, if text was found.
    pub x_height: Option<f32>,
    /// Share of dark pixels after thresholding, 0–1.
    pub ink: f32,
    /// Difference between paper and ink in gray levels, 0–255.
    pub contrast: f32,
    /// Spread of the paper's brightness over the page in gray levels, 0–255.
    pub unevenness: f32,
    /// Scale from the decoded to the prepared image.
    pub scale: f32,
    /// True if there is nothing on the page that could be text.
    pub blank: bool,
    /// Share of the ink of the size of text that is in no word, rule, box, picture or other mark, 0–1.
    #[serde(default)]
    pub unread: f32,
    /// What is doubtful about the reading of the page as a whole; each at most once.
    #[serde(default)]
    pub issues: Vec<PageIssue>,
}

/// What is doubtful about the reading of a page as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PageIssue {
    /// Parts that look like text were not read: `Mark::Unread` says where.
    Unread,
    /// The lines are slanted, and could not be made level.
    Slanted,
    /// There may be several documents on the page, but it was read as one.
    SeveralDocuments,
    /// The page has a text layer that does not say what the picture shows.
    TextLayer,
    /// Form fields have values that no viewer would draw in the same way everywhere.
    FormValues,
    /// The page came with further frames or pictures that were not read.
    FramesSkipped,
}

words!(PageIssue {
    Unread => "unread", Slanted => "slanted", SeveralDocuments => "several_documents",
    TextLayer => "text_layer", FormValues => "form_values", FramesSkipped => "frames_skipped",
});

/// How sure preparation is that a page stands upright.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrientationSureness {
    /// It does.
    Sure,
    /// Its lines are level, but it may be upside down.
    HalfTurnPossible,
    /// There is too little text to tell.
    Unknown,
}

/// A page that is ready to be recognized.
#[derive(Debug, Clone)]
pub struct PreparedPage {
    /// Upright, dark text on light paper.
    pub pixels: PagePixels,
    /// Colored ink that lay over the text (a stamp, a signature), dark on white, of the size of `pixels`, where it
    /// had to be taken off them.
    pub overlay: Option<PagePixels>,
    /// Pixels per inch of `pixels`.
    pub dpi: f32,
    pub facts: PageFacts,
    pub orientation: OrientationSureness,
    /// Ruled lines that were found, in pixels of `pixels`.
    pub marks: Vec<Mark>,
    /// The names of the steps that were done, in order: part of the recipe.
    pub steps: Vec<String>,
}

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
