//! What stands right over and under a value and is like it: more of it, or another that it may be.
//!
//! `surroundings` asks, for texts that have a vocabulary: an address whose next row has a postcode does not end there.

use std::collections::HashMap;

use crate::document::{PageNumber, PageText, PixelBox};

/// A row is next to another if what parts them is at most so high, in heights of the value's letters, …
const NEXT_ROW: f32 = 1.0;
/// … and so much of a height they may reach into each other.
const OVERLAP: f32 = 0.35;
/// Shorter words are abbreviations, which any text has.
const SHORTEST: usize = 3;

/// The words of pages by their places.
#[derive(Debug, Clone, Default)]
pub(super) struct WordPlaces {
    /// In capitals, letters and digits alone.
    words: HashMap<PageNumber, Vec<(PixelBox, String)>>,
}

impl WordPlaces {
    /// Adds the words of a page.
    pub fn add(&mut self, number: PageNumber, page: &PageText) {
        let words = page.words().map(|word| {
            let bare = word.text.chars().filter(|c| c.is_alphanumeric());
            (word.bounds, bare.flat_map(char::to_uppercase).collect())
        });
        self.words.entry(number).or_default().extend(words);
    }

    /// Counts the words of a vocabulary (in capitals, ascending; nines stand for numbers of that length) in the rows next
    /// to a value.
    pub fn beyond(&self, page: PageNumber, value: &PixelBox, known: &[String]) -> usize {
        let Some(words) = self.words.get(&page).filter(|_| !known.is_empty()) else { return 0 };
        let inside = || words.iter().filter(|(bounds, _)| value.holds_center_of(bounds));
        let heights = inside().map(|(bounds, _)| (bounds.bottom - bounds.top) as f32);
        let height = heights.sum::<f32>() / inside().count().max(1) as f32;
        let is_next = |bounds: &PixelBox| {
            let over = value.top as f32 - bounds.bottom as f32;
            let under = bounds.top as f32 - value.bottom as f32;
            (-OVERLAP * height..=NEXT_ROW * height).contains(&over.max(under))
                && bounds.left < value.right
                && value.left < bounds.right
        };
        let outside = words.iter().filter(|(bounds, _)| !value.holds_center_of(bounds));
        outside.filter(|(bounds, word)| is_next(bounds) && is_known(word, known)).count()
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
