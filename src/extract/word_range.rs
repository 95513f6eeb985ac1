//! What is meant of a page: words beside each other, and columns. Knows nothing of what they say.

use std::ops::Range;

/// Words beside each other: the first and the one after the last, in the layout's words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct WordRange {
    pub start: usize,
    pub end: usize,
}

impl WordRange {
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// Returns the words from the first to the last.
    pub fn through(first: usize, last: usize) -> Self {
        Self { start: first, end: last + 1 }
    }

    pub fn len(self) -> usize {
        self.end.saturating_sub(self.start)
    }

    pub fn is_empty(self) -> bool {
        self.start >= self.end
    }

    pub fn contains(self, word: usize) -> bool {
        (self.start..self.end).contains(&word)
    }

    /// Returns the words, or their numbers, for slices and loops.
    pub fn indices(self) -> Range<usize> {
        self.start..self.end
    }

    /// Returns the words that two ranges have in common; empty if there are none.
    pub fn within(self, other: Self) -> Self {
        Self { start: self.start.max(other.start), end: self.end.min(other.end) }
    }

    /// Returns the first words beside each other that fit.
    pub fn first_run(self, fits: impl Fn(usize) -> bool) -> Option<Self> {
        let start = self.indices().find(|&word| fits(word))?;
        let length = (start..self.end).take_while(|&word| fits(word)).count();
        Some(Self { start, end: start + length })
    }
}

/// From where to where something runs from left to right, in pixels; `right` is beyond it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Extent {
    pub left: f32,
    pub right: f32,
}

impl Extent {
    pub fn contains(self, x: f32) -> bool {
        x >= self.left && x < self.right
    }

    pub fn width(self) -> f32 {
        self.right - self.left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_run_ends_where_a_word_does_not_fit() {
        let odd = |word: usize| word == 3 || word == 4 || word == 6;
        assert_eq!(WordRange::new(0, 9).first_run(odd), Some(WordRange::through(3, 4)));
        assert_eq!(WordRange::new(4, 9).first_run(odd), Some(WordRange::new(4, 5)));
        assert_eq!(WordRange::new(7, 9).first_run(odd), None);
    }

    #[test]
    fn ranges_that_do_not_meet_have_no_words_in_common() {
        assert!(WordRange::new(0, 3).within(WordRange::new(3, 5)).is_empty());
        assert_eq!(WordRange::new(0, 4).within(WordRange::new(3, 5)), WordRange::new(3, 4));
    }
}
