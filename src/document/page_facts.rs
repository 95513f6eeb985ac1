//! What was measured of a page, and what is doubtful about its reading as a whole.

use serde::{Deserialize, Serialize};

use super::geometry::RightAngle;
use super::words::words;

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
