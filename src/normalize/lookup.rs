//! Reads the names of a dictionary: a name that stands on the page, through OCR errors, becomes
//! what the dictionary gives for it.

use super::choice::{Fit, Said, unique};
use super::fold::fold;
use super::reading::Reading;
use crate::model::Dictionary;

/// So many names that share most with the text are compared with it.
const COMPARED: usize = 32;
/// Longer texts, in bytes, hold no single name.
const MAX_LENGTH: usize = 300;

/// Finds the name that the text is or holds and returns what the dictionary gives for it.
pub(super) fn read(text: &str, dictionary: &Dictionary) -> Option<Reading> {
    let text = text.trim();
    if text.len() > MAX_LENGTH {
        return None;
    }
    let folded = fold(text);
    let said = Said::new(text, &folded);
    let index = dictionary.index_by(fold);
    let fits = index.nearest(&folded, COMPARED).into_iter().filter_map(|name| {
        let entry = dictionary.entries.get(name)?;
        Some(Fit::new(&entry.gives, (&entry.text, index.folded(name)), &said))
    });
    unique(fits.collect())
}
