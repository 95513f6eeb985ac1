//! Second views of a page: what the first one does not show, and how what is read there goes into the page's lines.

use super::merge;
use crate::document::{Line, weighted_mean};

/// Lines of a second view are text from this mean confidence and so many letters and digits on.
const SURE_LINE: f32 = 70.0;
const MIN_SURE_LETTERS: usize = 2;

/// What a second view shows.
#[derive(Debug, Clone, Copy)]
pub(super) enum View {
    /// Ink that is much lighter than the rest, whose text is `text_height` pixels high.
    Faint { text_height: f32 },
    /// Colored ink over black print.
    Overlay,
}

impl View {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Faint { .. } => "faint",
            Self::Overlay => "overlay",
        }
    }

    /// Returns how high the text of the view is in pixels, if that is known.
    pub(super) fn text_height(self) -> Option<f32> {
        match self {
            Self::Faint { text_height } => Some(text_height),
            Self::Overlay => None,
        }
    }

    /// Adds lines that were found in the view to those of the page.
    pub(super) fn add(self, lines: &mut Vec<Line>, found: Vec<Line>) {
        match self {
            Self::Faint { .. } => merge::add(lines, found),
            Self::Overlay => merge::add_over(lines, found),
        }
    }
}

/// Tells whether a line of a second view is text: what shines through the paper reads as scraps.
pub(super) fn is_sure(line: &Line) -> bool {
    let letters: usize = line
        .words
        .iter()
        .map(|word| word.text.chars().filter(|character| character.is_alphanumeric()).count())
        .sum();
    let words = line.words.iter().map(|word| (word.confidence, word.text.chars().count() as f32));
    letters >= MIN_SURE_LETTERS && weighted_mean(words).is_some_and(|sure| sure >= SURE_LINE)
}
