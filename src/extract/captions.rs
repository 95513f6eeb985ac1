//! Which of some words are a field's own: what is left of them when captions and other labels are taken away.

use super::sheet::{Caption, Label};
use super::value::Search;
use super::word_range::WordRange;
use crate::document::Count;

/// How well a label must be read to end another field's value.
const STOP_SCORE: f32 = 0.8;

impl Search<'_> {
    /// Returns the first of some words of a row that are no caption of the field; they end where
    /// the label of another field begins, since what follows that is not this field's, or that of
    /// the next value.
    pub(super) fn own_words(&self, row: usize, words: WordRange) -> Option<WordRange> {
        let begins = |label: &&Label| {
            label.row == row
                && label.matched.score >= STOP_SCORE
                && words.contains(label.matched.first)
        };
        let own_too = self.field.count == Count::Many;
        let labels = self.labels.by_field.iter().enumerate();
        let labels = labels.filter(|(field, _)| *field != self.index || own_too);
        let ends = labels.flat_map(|(_, found)| found).filter(begins);
        let end = ends.map(|label| label.matched.first).min().unwrap_or(words.end);
        self.without_captions(row, WordRange { end, ..words })
    }

    /// Returns the first of some words of a row that are no caption of the field.
    pub(super) fn without_captions(&self, row: usize, words: WordRange) -> Option<WordRange> {
        let in_row = |caption: &&Caption| caption.row == row;
        let captions = self.labels.excluded[self.index].iter().filter(in_row);
        let mut captions: Vec<WordRange> = captions
            .map(|caption| WordRange::through(caption.matched.first, caption.matched.last))
            .collect();
        captions.sort_unstable();
        let mut rest = words;
        for caption in captions {
            if caption.end <= rest.start || caption.start >= words.end {
                continue;
            }
            let before = WordRange { end: caption.start, ..rest };
            if self.holds_text(before) {
                return Some(before);
            }
            rest.start = caption.end;
        }
        self.holds_text(rest).then_some(rest)
    }

    fn holds_text(&self, words: WordRange) -> bool {
        !words.is_empty() && self.sheet.says_something(words)
    }
}
