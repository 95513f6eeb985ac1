//! How surely words were read, by their letters and digits: signs read well in any direction.

use crate::document::{Word, weighted_mean};

/// Returns how many letters and digits a word has.
pub(super) fn characters(word: &Word) -> f32 {
    word.text.chars().filter(|character| character.is_alphanumeric()).count() as f32
}

/// Returns the mean confidence (0–100) of words by their letters and digits, 0 without any.
pub(super) fn mean_confidence<'w>(words: impl Iterator<Item = &'w Word>) -> f32 {
    weighted_mean(words.map(|word| (word.confidence, characters(word)))).unwrap_or(0.0)
}
