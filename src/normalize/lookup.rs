//! Reads the names of a dictionary: a name that stands on the page, through OCR errors, becomes
//! what the dictionary gives for it.

use super::Reading;
use super::choice::{CERTAINTY_PER_SIMILARITY, LEAD, LEAST_SIMILARITY, name_score};
use super::fold::fold;
use crate::document::Value;
use crate::model::{Dictionary, DictionaryEntry};

/// So many names that share most with the text are compared with it.
const COMPARED: usize = 32;
/// Longer texts, in bytes, hold no single name.
const MAX_LENGTH: usize = 300;
/// Another name looks the same but for letters that are often confused.
const LOOKS_LIKE_ANOTHER: f32 = 0.8;

/// A name and how well the text fits it.
struct Fit<'d> {
    entry: &'d DictionaryEntry,
    /// The text is the name, letter for letter.
    exact: bool,
    score: f32,
    length: usize,
}

/// Finds the name that the text is or holds and returns what it stands for. Names that fit nearly as
/// well must stand for the same, or be part of a longer one; otherwise there is no value.
pub(super) fn read(text: &str, dictionary: &Dictionary) -> Option<Reading> {
    let text = text.trim();
    if text.len() > MAX_LENGTH {
        return None;
    }
    let folded = fold(text);
    let words: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    let index = dictionary.index(fold);
    let mut fits: Vec<Fit> = Vec::new();
    for name in index.nearest(&folded, COMPARED) {
        let Some(entry) = dictionary.entries.get(name) else { continue };
        let exact = entry.text.to_lowercase() == text.to_lowercase();
        let score = name_score(index.folded(name), &words);
        fits.push(Fit { entry, exact, score, length: index.folded(name).len() });
    }
    fits.sort_by(|a, b| {
        (b.exact.cmp(&a.exact))
            .then(b.score.total_cmp(&a.score))
            .then(b.length.cmp(&a.length))
            .then(a.entry.text.cmp(&b.entry.text))
    });
    let best = fits.first()?;
    let mut certainty = 1.0 - (1.0 - best.score) * CERTAINTY_PER_SIMILARITY;
    for other in fits.iter().filter(|other| other.entry.gives != best.entry.gives) {
        let close = best.score - other.score < LEAD && best.length <= other.length;
        if close && best.exact && !other.exact {
            certainty = certainty.min(LOOKS_LIKE_ANOTHER);
        } else if close || other.exact {
            return None;
        }
    }
    (best.score >= LEAST_SIMILARITY).then(|| Reading {
        value: Value::Text(best.entry.gives.clone()),
        repairs: 0,
        certainty,
    })
}
