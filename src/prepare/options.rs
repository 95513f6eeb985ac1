//! What a person may force about preparation. By default every step decides by what it measures.

use serde::{Deserialize, Serialize};

use crate::document::{RightAngle, words};

/// Whether a step is done: by its own judgment, always, or never.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    #[default]
    Auto,
    Always,
    Never,
}

words!(Choice { Auto => "auto", Always => "always", Never => "never" });

impl Choice {
    /// Returns whether the step is done, given what its own judgment says.
    pub(super) fn decide(self, judgment: impl FnOnce() -> bool) -> bool {
        match self {
            Self::Auto => judgment(),
            Self::Always => true,
            Self::Never => false,
        }
    }
}

/// Which recognizer a page is prepared for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aim {
    /// Reads text of one height best, and stumbles over rules: pages are scaled, tables lose their rules.
    #[default]
    Tesseract,
    /// Scales each line by itself and knows about rules: only tiny text is enlarged, rules stay.
    Native,
}

/// How pages are prepared; the default decides everything by measurement.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct PrepareOptions {
    /// Who reads the page; decides what `Auto` means for `scale` and `remove_rules`.
    pub aim: Aim,
    /// Find which way up the page is, and turn it where that is sure to help (`Always` is like `Auto`).
    pub rotate: Choice,
    /// Turn the page by this angle clockwise instead of finding out.
    pub forced_rotation: Option<RightAngle>,
    /// Make lines level (`Always`: even by less than the smallest skew that matters).
    pub deskew: Choice,
    /// Make the paper equally bright everywhere; never done to bilevel pages.
    pub background: Choice,
    /// Make every pixel black or white after Sauvola (`Auto` doesn't, because the recognizer reads gray
    /// better); never done to bilevel pages.
    pub binarize: Choice,
    /// Take ruled lines off the page (`Auto`: off ruled tables; elsewhere the recognizer finds its own way
    /// around them). They are reported as marks in any case.
    pub remove_rules: Choice,
    /// Take specks off the page where they are many (`Always`: even if they are few).
    pub despeckle: Choice,
    /// Whiten black borders of the scan, if there are any (`Always` is like `Auto`).
    pub remove_border: Choice,
    /// Bring the text to the height that the recognizer reads best (`Always`: to exactly that height).
    pub scale: Choice,
    /// Pixels per inch of the decoded image, instead of what the file says or the page suggests.
    pub forced_dpi: Option<f32>,
}
