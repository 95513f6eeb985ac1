//! A page as an image: as it was decoded, and as it is ready to be recognized.

use serde::{Deserialize, Serialize};

use super::pixels::{PagePixels, Pixels};
use crate::document::{Mark, PageFacts};

/// One decoded page. EXIF or TIFF orientation has already been obeyed.
#[derive(Debug, Clone)]
pub struct PageImage {
    pub pixels: Pixels,
    /// Pixels per inch as the file declares it, if it does.
    pub declared_dpi: Option<f32>,
}

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
