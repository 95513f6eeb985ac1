//! Turns and mirrors masks by whole words: 64 × 64 pixels at a time.

use super::{BitMask, WORD};
use crate::document::RightAngle;

impl BitMask {
    /// Returns the mask turned clockwise.
    #[must_use]
    pub fn turned(self, rotation: RightAngle) -> Self {
        match rotation {
            RightAngle::None => self,
            RightAngle::Quarter => self.flipped_vertically().transposed(),
            RightAngle::Half => self.flipped_vertically().flipped_horizontally(),
            RightAngle::ThreeQuarters => self.transposed().flipped_vertically(),
        }
    }

    /// Returns the mask with the first row last.
    #[must_use]
    pub fn flipped_vertically(mut self) -> Self {
        let stride = self.words_per_row;
        for y in 0..self.height / 2 {
            let (upper, lower) = self.words.split_at_mut((self.height - 1 - y) * stride);
            upper[y * stride..(y + 1) * stride].swap_with_slice(&mut lower[..stride]);
        }
        self
    }

    /// Returns the mask with the first column last.
    #[must_use]
    pub fn flipped_horizontally(mut self) -> Self {
        let stride = self.words_per_row.max(1);
        let padding = self.words_per_row * WORD - self.width;
        for row in self.words.chunks_exact_mut(stride) {
            row.reverse();
            for word in row.iter_mut() {
                *word = word.reverse_bits();
            }
            if padding > 0 {
                for index in 0..row.len() {
                    let next = row.get(index + 1).copied().unwrap_or(0);
                    row[index] = (row[index] >> padding) | (next << (WORD - padding));
                }
            }
        }
        self
    }

    /// Returns the mask with rows and columns exchanged.
    #[must_use]
    pub fn transposed(&self) -> Self {
        let mut output = Self::empty(self.height, self.width);
        let mut square = [0; WORD];
        for top in (0..self.height).step_by(WORD) {
            for column in 0..self.words_per_row {
                square.fill(0);
                let rows = top..(top + WORD).min(self.height);
                for (word, y) in square.iter_mut().zip(rows) {
                    *word = self.words[y * self.words_per_row + column];
                }
                transpose(&mut square);
                let left = column * WORD;
                let columns = left..(left + WORD).min(self.width);
                for (word, x) in square.iter().zip(columns) {
                    output.words[x * output.words_per_row + top / WORD] = *word;
                }
            }
        }
        output
    }
}

/// Exchanges rows and columns of a square: quarters of 32, then of 16, and so on (Hacker's Delight, 7–3).
fn transpose(square: &mut [u64; WORD]) {
    let (mut side, mut low) = (WORD / 2, u64::MAX >> (WORD / 2));
    while side > 0 {
        for start in (0..WORD).step_by(2 * side) {
            for index in start..start + side {
                let swap = ((square[index] >> side) ^ square[index + side]) & low;
                square[index] ^= swap << side;
                square[index + side] ^= swap;
            }
        }
        side /= 2;
        low ^= low << side;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A mask without any symmetry, larger than one word both ways.
    fn pattern(width: usize, height: usize) -> BitMask {
        let mut mask = BitMask::empty(width, height);
        for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))) {
            if (x * 7 + y * 13 + x * y) % 5 < 2 {
                mask.set(y, x, x + 1);
            }
        }
        mask
    }

    #[test]
    fn moves_every_pixel_to_its_place() {
        for (width, height) in [(1, 1), (3, 130), (64, 64), (130, 70), (200, 65)] {
            let mask = pattern(width, height);
            let [quarter, half, three_quarters] =
                [RightAngle::Quarter, RightAngle::Half, RightAngle::ThreeQuarters]
                    .map(|rotation| mask.clone().turned(rotation));
            assert_eq!((quarter.width, quarter.height), (height, width));
            for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))) {
                let set = mask.get(x, y);
                assert_eq!(quarter.get(height - 1 - y, x), set);
                assert_eq!(half.get(width - 1 - x, height - 1 - y), set);
                assert_eq!(three_quarters.get(y, width - 1 - x), set);
            }
            // Bits beyond the width must stay 0.
            for turned in [quarter, half, three_quarters] {
                assert_eq!(turned.count(), mask.count());
            }
        }
    }
}
