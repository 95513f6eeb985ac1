//! Openings and closings of masks by straight lines: which pixels lie in runs of a given length, across
//! or down. Most words of a page are all paper, and cost next to nothing here.

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
        let mut opened = self.clone();
        if self.words_per_row == 0 {
            return opened;
        }
        doubling(length, |shift| opened.combine_rows(shift, Towards::Top));
        doubling(length, |shift| opened.combine_rows(shift, Towards::Bottom));
        opened
    }

    /// Combines each row with the one `shift` rows away.
    fn combine_rows(&mut self, shift: usize, towards: Towards) {
        let stride = self.words_per_row;
        let shift = shift.min(self.height);
        for step in 0..self.height - shift {
            let y = match towards {
                Towards::Top => step,
                Towards::Bottom => self.height - shift - 1 - step,
            };
            let (upper, lower) = self.words.split_at_mut((y + shift) * stride);
            let (upper, lower) = (&mut upper[y * stride..(y + 1) * stride], &mut lower[..stride]);
            match towards {
                Towards::Top => upper.iter_mut().zip(lower).for_each(|(to, from)| *to &= *from),
                Towards::Bottom => lower.iter_mut().zip(upper).for_each(|(to, from)| *to |= *from),
            }
        }
        if towards == Towards::Top {
            self.words[(self.height - shift) * stride..].fill(0);
        }
    }
}

/// Which rows change: the upper ones keep what the lower ones have, too (erosion), or the lower ones get
/// what the upper ones have (dilation).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Towards {
    Top,
    Bottom,
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
}
