//! Openings and closings of masks by straight lines: which pixels lie in runs of a given length, across
//! or down. Most words of a page are all paper, and cost next to nothing here.

use std::ops::Range;

use super::{BitMask, WORD};

impl BitMask {
    /// Returns the mask with gaps of at most `gap` pixels between two pixels of a row filled.
    #[must_use]
    pub fn close_horizontally(self, gap: usize) -> Self {
        self.inverted().open_horizontally(gap + 1).inverted()
    }

    /// Returns the mask with gaps of at most `gap` pixels between two pixels of a column filled.
    #[must_use]
    pub fn close_vertically(self, gap: usize) -> Self {
        self.inverted().open_vertically(gap + 1).inverted()
    }

    /// Returns the mask of the pixels that lie in horizontal runs of at least `length` pixels.
    #[must_use]
    pub fn open_horizontally(&self, length: usize) -> Self {
        if length >= WORD { self.long_runs(length) } else { self.short_runs(length) }
    }

    /// Opens by at least a word: such a run begins in the highest bits of one word, fills some words,
    /// and ends in the lowest bits of another.
    fn long_runs(&self, length: usize) -> Self {
        let mut opened = Self::empty(self.width, self.height);
        for y in 0..self.height {
            let mut run = 0;
            for (index, &word) in self.row(y).iter().enumerate() {
                if word == u64::MAX {
                    run += WORD;
                    continue;
                }
                let end = index * WORD + word.trailing_ones() as usize;
                let whole = run + word.trailing_ones() as usize;
                if whole >= length {
                    opened.set(y, end - whole, end);
                }
                run = word.leading_ones() as usize;
            }
            if run >= length {
                opened.set(y, self.words_per_row * WORD - run, self.width);
            }
        }
        opened
    }

    /// Opens by less than a word: whether a run starts at a pixel shows in its word and the next one.
    fn short_runs(&self, length: usize) -> Self {
        let mut opened = Self::empty(self.width, self.height);
        let mut starts = vec![0_u64; self.words_per_row];
        for y in 0..self.height {
            let row = self.row(y);
            let next = row.iter().skip(1).copied().chain([0]);
            for ((start, &low), high) in starts.iter_mut().zip(row).zip(next) {
                *start = match (low, high) {
                    (0, _) => 0,
                    (u64::MAX, u64::MAX) => u64::MAX,
                    (low, high) => {
                        let mut pair = u128::from(low) | u128::from(high) << WORD;
                        doubling(length, |shift| pair &= pair >> shift);
                        pair as u64
                    }
                };
            }
            let mut before = 0;
            for (out, &start) in opened.row_mut(y).iter_mut().zip(&starts) {
                *out = match (before, start) {
                    (0, 0) => 0,
                    (_, u64::MAX) => u64::MAX,
                    (before, start) => {
                        let mut pair = u128::from(before) | u128::from(start) << WORD;
                        doubling(length, |shift| pair |= pair << shift);
                        (pair >> WORD) as u64
                    }
                };
                before = start;
            }
        }
        opened
    }

    /// Returns the mask of the pixels that lie in vertical runs of at least `length` pixels.
    #[must_use]
    pub fn open_vertically(&self, length: usize) -> Self {
        let mut opened = Self::empty(self.width, self.height);
        let mut strip = Strip::default();
        for first in (0..self.words_per_row).step_by(STRIP_WORDS) {
            let columns = first..(first + STRIP_WORDS).min(self.words_per_row);
            strip.take(self, columns.clone());
            if strip.opened(length) == Found::Runs {
                strip.put(&mut opened, columns);
            }
        }
        opened
    }
}

/// Words of a row that are opened vertically at a time: what is read again and again stays in the processor's cache.
const STRIP_WORDS: usize = 4;

/// Neighboring columns of words from the top of a mask to its bottom, row by row.
#[derive(Default)]
struct Strip {
    words: Vec<u64>,
    /// What the next step makes of them.
    next: Vec<u64>,
    /// Words of a row.
    stride: usize,
}

/// Whether an opening left something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    Nothing,
    Runs,
}

impl Strip {
    fn take(&mut self, mask: &BitMask, columns: Range<usize>) {
        self.stride = columns.len();
        self.words.clear();
        for row in mask.words.chunks_exact(mask.words_per_row) {
            self.words.extend_from_slice(&row[columns.clone()]);
        }
    }

    fn put(&self, mask: &mut BitMask, columns: Range<usize>) {
        let rows = mask.words.chunks_exact_mut(mask.words_per_row);
        for (row, words) in rows.zip(self.words.chunks_exact(self.stride)) {
            row[columns.clone()].copy_from_slice(words);
        }
    }

    /// Opens the strip. Most strips have no run of the length, and are left as soon as nothing is left of them.
    fn opened(&mut self, length: usize) -> Found {
        let mut found =
            if self.words.iter().any(|&word| word != 0) { Found::Runs } else { Found::Nothing };
        doubling(length, |shift| {
            if found == Found::Runs {
                found = self.erode(shift);
            }
        });
        if found == Found::Runs {
            doubling(length, |shift| self.dilate(shift));
        }
        found
    }

    /// Keeps of each row what the one `shift` rows below has, too.
    fn erode(&mut self, shift: usize) -> Found {
        let below = self.words.get(shift * self.stride..).unwrap_or_default();
        self.next.clear();
        self.next.extend(self.words.iter().zip(below).map(|(own, below)| own & below));
        let any = self.next.iter().fold(0, |any, word| any | word);
        self.next.resize(self.words.len(), 0);
        std::mem::swap(&mut self.words, &mut self.next);
        if any == 0 { Found::Nothing } else { Found::Runs }
    }

    /// Adds to each row what the one `shift` rows above has.
    fn dilate(&mut self, shift: usize) {
        let offset = (shift * self.stride).min(self.words.len());
        self.next.clear();
        self.next.extend_from_slice(&self.words[..offset]);
        self.next
            .extend(self.words[offset..].iter().zip(&self.words).map(|(own, above)| own | above));
        std::mem::swap(&mut self.words, &mut self.next);
    }
}

/// Calls `step` with shifts that add up to `length - 1`, each no larger than what is covered so far.
fn doubling(length: usize, mut step: impl FnMut(usize)) {
    let mut covered = 1;
    while covered < length {
        let shift = covered.min(length - covered);
        step(shift);
        covered += shift;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs of all lengths from 1 to 200, some to the very edges.
    fn ramp() -> BitMask {
        let mut mask = BitMask::empty(200, 200);
        (0..200).for_each(|y| mask.set(y, y / 3, y / 3 + 1 + y));
        mask
    }

    /// The definition, pixel by pixel.
    fn opened(mask: &BitMask, length: usize) -> BitMask {
        let mut output = BitMask::empty(mask.width, mask.height);
        for y in 0..mask.height {
            mask.runs(y, |left, right| {
                if right - left >= length {
                    output.set(y, left, right);
                }
            });
        }
        output
    }

    #[test]
    fn keeps_runs_of_the_length_and_no_shorter_ones() {
        let mask = ramp();
        for length in [1, 2, 3, 7, 8, 31, 32, 33, 62, 63, 64, 65, 66, 100, 127, 128, 129, 180] {
            let expected = opened(&mask, length);
            assert_eq!(mask.open_horizontally(length), expected, "{length} across");
            let down = mask.transposed().open_vertically(length);
            assert_eq!(down, expected.transposed(), "{length} down");
        }
    }

    #[test]
    fn fills_gaps_up_to_the_length() {
        let mut mask = BitMask::empty(300, 1);
        for (left, right) in [(10, 60), (62, 120), (123, 140), (190, 260)] {
            mask.set(0, left, right);
        }
        let runs = |mask: &BitMask| {
            let mut found = Vec::new();
            mask.runs(0, |left, right| found.push((left, right)));
            found
        };
        assert_eq!(runs(&mask.clone().close_horizontally(2)), [(10, 120), (123, 140), (190, 260)]);
        assert_eq!(runs(&mask.clone().close_horizontally(3)), [(10, 140), (190, 260)]);
        let down = mask.transposed().close_vertically(3).transposed();
        assert_eq!(runs(&down), [(10, 140), (190, 260)]);
    }

    #[test]
    fn runs_are_found_behind_long_stretches_of_paper_and_ink() {
        let mut mask = BitMask::empty(2000, 1);
        let runs = [(0, 1), (448, 512), (1023, 1025), (1100, 1700), (1999, 2000)];
        runs.iter().for_each(|&(left, right)| mask.set(0, left, right));
        let mut found = Vec::new();
        mask.runs(0, |left, right| found.push((left, right)));
        assert_eq!(found, runs);
    }
}
