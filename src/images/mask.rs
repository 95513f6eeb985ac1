//! A page mask with 64 pixels in a word, and the shifts that make openings cheap.
//!
//! Owns the packed form only; what dark means is decided by the caller's threshold. Bilevel scans
//! are kept in it, and every step that looks at shapes works on it.

mod convert;
mod open;
mod pack;
mod slant;
mod turn;

use fearless_simd::{Level, dispatch};
use image::GrayImage;

pub use convert::InkBit;
use pack::WORD;

/// Words of paper that are passed over at a time.
const SKIPPED_WORDS: usize = 8;

/// A mask of `width` × `height` pixels, row-major, each row in whole words; pixel `x` is bit
/// `x % 64` of word `x / 64`. Bits beyond the width are 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BitMask {
    /// In pixels.
    pub width: usize,
    /// In pixels.
    pub height: usize,
    words_per_row: usize,
    words: Vec<u64>,
}

impl BitMask {
    /// Returns the mask of the pixels that are not lighter than `threshold`.
    pub fn dark(image: &GrayImage, threshold: u8) -> Self {
        let (width, height) = (image.width() as usize, image.height() as usize);
        let words_per_row = width.div_ceil(WORD);
        let mut words = Vec::with_capacity(words_per_row * height);
        if width > 0 {
            for row in image.as_raw().chunks_exact(width) {
                pack::row(row, threshold, &mut words);
            }
        }
        Self { width, height, words_per_row, words }
    }

    /// Returns the mask of the pixels that are darker by at least `contrast` than both the pixel
    /// `reach` above and that below: thin dark lines from left to right, however dark the paper is.
    pub fn thin_across(image: &GrayImage, reach: usize, contrast: u8) -> Self {
        let (width, height) = (image.width() as usize, image.height() as usize);
        let white = vec![u8::MAX; width];
        let row_at = |y: Option<usize>| {
            let y = y.filter(|&y| y < height);
            y.map_or(&white[..], |y| &image.as_raw()[y * width..(y + 1) * width])
        };
        Self::of_depths((width, height), contrast, |y, depths| {
            let (above, below) = (row_at(y.checked_sub(reach)), row_at(Some(y + reach)));
            let sides = above.iter().zip(below);
            for ((depth, &value), (&above, &below)) in
                depths.iter_mut().zip(row_at(Some(y))).zip(sides)
            {
                *depth = above.min(below).saturating_sub(value);
            }
        })
    }

    /// Like [`Self::thin_across`] for lines from top to bottom.
    pub fn thin_down(image: &GrayImage, reach: usize, contrast: u8) -> Self {
        let (width, height) = (image.width() as usize, image.height() as usize);
        let mut padded = vec![u8::MAX; width + 2 * reach];
        Self::of_depths((width, height), contrast, |y, depths| {
            padded[reach..reach + width].copy_from_slice(&image.as_raw()[y * width..][..width]);
            let sides = padded.iter().zip(&padded[2 * reach..]);
            for ((depth, &value), (&before, &after)) in
                depths.iter_mut().zip(&padded[reach..]).zip(sides)
            {
                *depth = before.min(after).saturating_sub(value);
            }
        })
    }

    /// Returns the pixels of the mask that have no pixel `reach` above nor `reach` below them: what
    /// [`Self::thin_across`] finds on a bilevel page.
    #[must_use]
    pub fn thin_lines_across(&self, reach: usize) -> Self {
        let mut thin = self.clone();
        let (total, offset) = (self.words.len(), reach.min(self.height) * self.words_per_row);
        for (word, above) in thin.words[offset..].iter_mut().zip(&self.words) {
            *word &= !above;
        }
        for (word, below) in thin.words[..total - offset].iter_mut().zip(&self.words[offset..]) {
            *word &= !below;
        }
        thin
    }

    /// Like [`Self::thin_lines_across`] for lines from top to bottom.
    #[must_use]
    pub fn thin_lines_down(&self, reach: usize) -> Self {
        let mut thin = self.clone();
        for y in 0..self.height {
            let (row, words) = (thin.row_mut(y), self.row(y));
            for (index, word) in row.iter_mut().enumerate() {
                *word &= !shifted_down(words, index, reach) & !shifted_up(words, index, reach);
            }
        }
        thin
    }

    /// Sets the pixels whose depth, which `fill(y, depths)` writes for a row, is at least `least`.
    fn of_depths(
        (width, height): (usize, usize),
        least: u8,
        mut fill: impl FnMut(usize, &mut [u8]),
    ) -> Self {
        let words_per_row = width.div_ceil(WORD);
        let mut words = Vec::with_capacity(words_per_row * height);
        let mut depths = vec![0_u8; width];
        for y in 0..height {
            fill(y, &mut depths);
            // What is not deep is at most so much less.
            for depth in &mut depths {
                *depth = !*depth;
            }
            pack::row(&depths, !least, &mut words);
        }
        Self { width, height, words_per_row, words }
    }

    /// Returns the words of row `y`.
    pub fn row(&self, y: usize) -> &[u64] {
        &self.words[y * self.words_per_row..(y + 1) * self.words_per_row]
    }

    fn row_mut(&mut self, y: usize) -> &mut [u64] {
        &mut self.words[y * self.words_per_row..(y + 1) * self.words_per_row]
    }

    /// Sets the pixels of row `y` whose value in `values` is not above `at_most`, and clears the others.
    pub fn set_row(&mut self, y: usize, values: &[u8], at_most: u8) {
        let mut words = Vec::with_capacity(self.words_per_row);
        pack::row(&values[..self.width], at_most, &mut words);
        self.row_mut(y).copy_from_slice(&words);
    }

    /// Sets those of up to 64 pixels of row `y`, from `x` (a multiple of 64) on, that are not lighter than the level at
    /// their place, and clears the others.
    pub fn set_by_levels(&mut self, (x, y): (usize, usize), pixels: &[u8], levels: &[u8]) {
        debug_assert!(
            x.is_multiple_of(WORD) && pixels.len() <= WORD && x + pixels.len() <= self.width
        );
        self.row_mut(y)[x / WORD] = pack::word_by_levels(pixels, levels);
    }

    /// Returns whether the pixel is set; pixels outside are not.
    pub fn get(&self, x: usize, y: usize) -> bool {
        x < self.width && y < self.height && (self.row(y)[x / WORD] >> (x % WORD)) & 1 == 1
    }

    /// Returns the number of set pixels.
    pub fn count(&self) -> u64 {
        // Processors count bits in one step, but not all of them.
        dispatch!(Level::new(), _simd => count_ones(&self.words))
    }

    /// Clears pixels `left..right` of row `y`; `right` may lie beyond the width.
    pub fn clear(&mut self, y: usize, left: usize, right: usize) {
        self.paint(y, left, right, |word, ones| *word &= !ones);
    }

    fn paint(&mut self, y: usize, left: usize, right: usize, change: impl Fn(&mut u64, u64)) {
        let right = right.min(self.width);
        let row = self.row_mut(y);
        let mut x = left;
        while x < right {
            let end = right.min((x / WORD + 1) * WORD);
            let ones = if end - x == WORD { u64::MAX } else { (1_u64 << (end - x)) - 1 };
            change(&mut row[x / WORD], ones << (x % WORD));
            x = end;
        }
    }

    /// Sets pixels `left..right` of row `y`; `right` may lie beyond the width.
    pub fn set(&mut self, y: usize, left: usize, right: usize) {
        self.paint(y, left, right, |word, ones| *word |= ones);
    }

    /// Returns the mask with the unset pixels set and the other way round.
    #[must_use]
    pub fn inverted(mut self) -> Self {
        self.words.iter_mut().for_each(|word| *word = !*word);
        self.clear_padding();
        self
    }

    /// Calls `found(left, right)` for each run of set pixels in row `y`, from left to right;
    /// `right` is exclusive.
    pub fn runs(&self, y: usize, mut found: impl FnMut(usize, usize)) {
        let mut start: Option<usize> = None;
        let mut last = 0;
        for (first, words) in (0..).step_by(SKIPPED_WORDS).zip(self.row(y).chunks(SKIPPED_WORDS)) {
            if last == 0 && words.iter().fold(0, |any, word| any | word) == 0 {
                continue;
            }
            for (index, &word) in (first..).zip(words) {
                // A bit is set where a pixel differs from the one before it.
                let mut edges = word ^ (word << 1 | last);
                last = word >> (WORD - 1);
                while edges != 0 {
                    let at = index * WORD + edges.trailing_zeros() as usize;
                    edges &= edges - 1;
                    match start.take() {
                        Some(left) => found(left, at),
                        None => start = Some(at),
                    }
                }
            }
        }
        if let Some(left) = start {
            found(left, self.width);
        }
    }
}

#[inline(always)]
fn count_ones(words: &[u64]) -> u64 {
    words.iter().map(|word| u64::from(word.count_ones())).sum()
}

/// Returns the word at `index` of a row that is moved to lower positions by `shift` pixels.
fn shifted_down(row: &[u64], index: usize, shift: usize) -> u64 {
    let (index, bits) = (index + shift / WORD, shift % WORD);
    let low = row.get(index).copied().unwrap_or(0);
    let high = row.get(index + 1).copied().unwrap_or(0);
    if bits == 0 { low } else { (low >> bits) | (high << (WORD - bits)) }
}

/// Returns the word at `index` of a row that is moved to higher positions by `shift` pixels.
fn shifted_up(row: &[u64], index: usize, shift: usize) -> u64 {
    let (words, bits) = (shift / WORD, shift % WORD);
    let Some(index) = index.checked_sub(words) else { return 0 };
    let (high, low) = (row[index], if index > 0 { row[index - 1] } else { 0 });
    if bits == 0 { high } else { (high << bits) | (low >> (WORD - bits)) }
}
