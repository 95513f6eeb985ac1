//! What else the characters of a word may be, as far as it is worth keeping.

use tesseract_lstm::LineWord;

use crate::document::{Alternative, Doubt};

/// Characters below this confidence keep what else they may be.
const DOUBTFUL_CHARACTER: f32 = 95.0;

/// Runner-ups below this confidence are not worth keeping.
const LEAST_ALTERNATIVE: f32 = 1.0;

/// So many runner-ups of a character are kept.
const MOST_ALTERNATIVES: usize = 3;

/// Returns what else the characters of a word may be.
pub(super) fn doubts(word: &LineWord) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    let mut start = 0_usize;
    for character in &word.characters {
        let end = start + character.text.len();
        let alternatives: Vec<Alternative> = character
            .alternatives
            .iter()
            .filter(|(_, confidence)| *confidence >= LEAST_ALTERNATIVE)
            .take(MOST_ALTERNATIVES)
            .map(|(text, confidence)| Alternative { text: text.clone(), confidence: *confidence })
            .collect();
        if character.confidence < DOUBTFUL_CHARACTER
            && !alternatives.is_empty()
            && let (Ok(start), Ok(end)) = (u16::try_from(start), u16::try_from(end))
        {
            doubts.push(Doubt { start, end, alternatives });
        }
        start = end;
    }
    doubts
}
