//! What stands right over and under a value and is like it: more of it, or another that it may be.
//!
//! `surroundings` asks, for texts that have a vocabulary: an address whose next row has a postcode does not end there.

use std::cell::OnceCell;
use std::hash::Hasher;
use std::ops::Range;

use memchr::memmem;
use rustc_hash::FxHasher;

use crate::document::{PageNumber, PageText, PixelBox};

/// A row is next to another if what parts them is at most so high, in heights of the value's letters, …
const NEXT_ROW: f32 = 1.0;
/// … and so much of a height they may reach into each other.
const OVERLAP: f32 = 0.35;
/// Shorter words are abbreviations, which any text has.
const SHORTEST: usize = 3;

/// The words of pages by their places.
#[derive(Debug, Default)]
pub(super) struct WordPlaces {
    /// Of all words, one behind the other, in capitals, letters and digits alone.
    text: String,
    words: Vec<Placed>,
    index: OnceCell<Index>,
}

#[derive(Debug)]
struct Placed {
    page: PageNumber,
    bounds: PixelBox,
    /// Its bytes in the text.
    span: Range<usize>,
}

/// Chains of words whose letters hash alike.
#[derive(Debug)]
struct Index {
    /// The newest word of each chain, counted from 1.
    newest: Vec<u32>,
    /// The word before each in its chain, counted from 1; 0 for none.
    before: Vec<u32>,
}

impl Index {
    fn bucket(&self, word: &str) -> usize {
        let mut hasher = FxHasher::default();
        hasher.write(word.as_bytes());
        // The high bits are the mixed ones.
        (hasher.finish() >> 32) as usize & (self.newest.len() - 1)
    }
}

impl WordPlaces {
    /// Adds the words of a page.
    pub fn add(&mut self, number: PageNumber, page: &PageText) {
        self.index = OnceCell::new();
        for word in page.words() {
            let start = self.text.len();
            push_bare(&mut self.text, &word.text);
            let span = start..self.text.len();
            self.words.push(Placed { page: number, bounds: word.bounds, span });
        }
    }

    /// Counts the words that a word is, given in capitals, letters and digits alone.
    pub fn count(&self, word: &str) -> usize {
        let index = self.index.get_or_init(|| self.indexed());
        let place = |number: u32| (number as usize).checked_sub(1);
        let newest = place(index.newest[index.bucket(word)]);
        let chain = std::iter::successors(newest, |at| place(index.before[*at]));
        chain.filter(|at| self.letters(&self.words[*at]) == word).count()
    }

    /// Counts the places at which letters stand in one or several words, in capitals, letters and digits alone.
    pub fn count_anywhere(&self, letters: &str) -> usize {
        memmem::find_iter(self.text.as_bytes(), letters).count()
    }

    fn indexed(&self) -> Index {
        let newest = vec![0; self.words.len().next_power_of_two()];
        let mut index = Index { newest, before: Vec::with_capacity(self.words.len()) };
        for (number, word) in (1..).zip(&self.words) {
            let bucket = index.bucket(self.letters(word));
            index.before.push(std::mem::replace(&mut index.newest[bucket], number));
        }
        index
    }

    fn letters(&self, word: &Placed) -> &str {
        &self.text[word.span.clone()]
    }

    /// Counts the words of a vocabulary (in capitals, ascending; nines stand for numbers of that length) in the rows next
    /// to a value.
    pub fn beyond(&self, page: PageNumber, value: &PixelBox, known: &[String]) -> usize {
        if known.is_empty() {
            return 0;
        }
        let words = || self.words.iter().filter(|word| word.page == page);
        let inside = || words().filter(|word| value.holds_center_of(&word.bounds));
        let heights = inside().map(|word| (word.bounds.bottom - word.bounds.top) as f32);
        let height = heights.sum::<f32>() / inside().count().max(1) as f32;
        let is_next = |bounds: &PixelBox| {
            let over = value.top as f32 - bounds.bottom as f32;
            let under = bounds.top as f32 - value.bottom as f32;
            (-OVERLAP * height..=NEXT_ROW * height).contains(&over.max(under))
                && bounds.left < value.right
                && value.left < bounds.right
        };
        let outside = words().filter(|word| !value.holds_center_of(&word.bounds));
        let next = outside.filter(|word| is_next(&word.bounds));
        next.filter(|word| is_known(self.letters(word), known)).count()
    }
}

/// Adds the letters and digits of a text in capitals.
pub(super) fn push_bare(bare: &mut String, text: &str) {
    for character in text.chars() {
        if character.is_ascii() {
            if character.is_ascii_alphanumeric() {
                bare.push(character.to_ascii_uppercase());
            }
        } else if character.is_alphanumeric() {
            bare.extend(character.to_uppercase());
        }
    }
}

fn is_known(word: &str, known: &[String]) -> bool {
    if word.len() >= SHORTEST && word.bytes().all(|byte| byte.is_ascii_digit()) {
        let nines = "9".repeat(word.len());
        return known.binary_search(&nines).is_ok();
    }
    word.chars().count() >= SHORTEST && known.binary_search_by(|own| own.as_str().cmp(word)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Line, PageFacts, Word};

    /// Rows of letters 20 pixels high, 30 apart.
    fn places(rows: &[&str]) -> WordPlaces {
        let line = |(row, text): (usize, &&str)| {
            let word = |(at, text): (usize, &str)| {
                let (left, top) = (100 * at as u32, 30 * row as u32);
                let bounds = PixelBox { left, top, right: left + 90, bottom: top + 20 };
                Word { text: text.to_owned(), bounds, confidence: 90.0, doubts: Vec::new() }
            };
            let words = text.split(' ').enumerate().map(word).collect();
            Line { block: 0, paragraph: 0, words }
        };
        let page = PageText {
            width: 1000,
            height: 1000,
            dpi: 200.0,
            lines: rows.iter().enumerate().map(line).collect(),
            marks: Vec::new(),
            facts: PageFacts::default(),
        };
        let mut places = WordPlaces::default();
        places.add(PageNumber::FIRST, &page);
        places
    }

    #[test]
    fn an_address_that_goes_on_in_the_next_row_is_not_whole() {
        let known = ["99999", "JALAN", "KAJANG"].map(str::to_owned);
        let places = places(&["NORDLUND", "12 Jalan Satu", "43000 Kajang,", "Jalan"]);
        let row = |row: u32| PixelBox { left: 0, top: 30 * row, right: 290, bottom: 30 * row + 20 };
        let beyond = |bounds| places.beyond(PageNumber::FIRST, &bounds, &known);
        assert_eq!(beyond(row(1)), 2, "its postcode and town are left");
        assert_eq!(beyond(PixelBox { bottom: 110, ..row(1) }), 0, "all of it");
        assert_eq!(
            beyond(PixelBox { right: 90, ..row(0) }),
            0,
            "`Jalan` stands beside the name's own column"
        );
    }
}
