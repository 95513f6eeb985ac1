//! The lightest and the darkest pixel around each pixel, and what they make: planes without thin strokes.
//!
//! Windows are squares. A maximum over `2 n` pixels is the maximum of two over `n`, so that a pass over the
//! plane doubles the window; all passes run along rows and use vector instructions.

#![expect(
    clippy::inline_always,
    reason = "what takes extremes is compiled for each kind of vector instructions"
)]

use fearless_simd::{Level, dispatch};

/// A plane of one byte a pixel, row-major.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plane {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) values: Vec<u8>,
}

impl Plane {
    /// Fills strokes that are darker than their surroundings and thinner than `window` pixels
    /// (morphological closing).
    #[must_use]
    pub(super) fn without_dark_strokes(&self, window: usize) -> Self {
        self.extreme(window, u8::max).extreme(window, u8::min)
    }

    /// Fills strokes that are lighter than their surroundings and thinner than `window` pixels
    /// (morphological opening).
    #[must_use]
    pub(super) fn without_light_strokes(&self, window: usize) -> Self {
        self.extreme(window, u8::min).extreme(window, u8::max)
    }

    /// Returns the extreme value of the window around each pixel; an even window is made odd.
    fn extreme(&self, window: usize, choose: impl Fn(u8, u8) -> u8 + Copy) -> Self {
        let reach = (window / 2).min(self.width.max(self.height));
        let mut plane = self.clone();
        dispatch!(Level::new(), _simd => plane.spread(reach, choose));
        plane
    }

    #[inline(always)]
    fn spread(&mut self, reach: usize, choose: impl Fn(u8, u8) -> u8 + Copy) {
        let mut other = Vec::with_capacity(self.width);
        for row in self.values.chunks_exact_mut(self.width.max(1)) {
            along(row, &mut other, reach, choose);
        }
        self.down(reach, choose);
    }

    /// Takes the extreme of `reach` rows above and below.
    #[inline(always)]
    fn down(&mut self, reach: usize, choose: impl Fn(u8, u8) -> u8 + Copy) {
        let width = self.width;
        // First each row with those below it, then with those above.
        doubling(reach, |shift| {
            for y in 0..self.height.saturating_sub(shift) {
                let (upper, lower) = self.values.split_at_mut((y + shift) * width);
                fold(&mut upper[y * width..(y + 1) * width], &lower[..width], choose);
            }
        });
        doubling(reach, |shift| {
            for y in (shift..self.height).rev() {
                let (upper, lower) = self.values.split_at_mut(y * width);
                fold(&mut lower[..width], &upper[(y - shift) * width..][..width], choose);
            }
        });
    }
}

/// Takes the extreme of `reach` pixels to both sides; `other` is overwritten.
#[inline(always)]
fn along(row: &mut [u8], other: &mut Vec<u8>, reach: usize, choose: impl Fn(u8, u8) -> u8 + Copy) {
    let length = row.len();
    other.clear();
    other.extend_from_slice(row);
    doubling(reach, |shift| {
        if shift < length {
            other[..length - shift].copy_from_slice(&row[shift..]);
            fold(&mut row[..length - shift], &other[..length - shift], choose);
        }
    });
    doubling(reach, |shift| {
        if shift < length {
            other[shift..].copy_from_slice(&row[..length - shift]);
            fold(&mut row[shift..], &other[shift..], choose);
        }
    });
}

#[inline(always)]
fn fold(target: &mut [u8], source: &[u8], choose: impl Fn(u8, u8) -> u8 + Copy) {
    for (value, &other) in target.iter_mut().zip(source) {
        *value = choose(*value, other);
    }
}

/// Calls `step` with shifts that make a window of one pixel into one of `reach + 1`.
#[inline(always)]
fn doubling(reach: usize, mut step: impl FnMut(usize)) {
    let mut covered = 1;
    while covered < reach + 1 {
        let shift = covered.min(reach + 1 - covered);
        step(shift);
        covered += shift;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plane(art: &str) -> Plane {
        let rows: Vec<&str> = art.split_whitespace().collect();
        let values = rows.iter().flat_map(|row| row.bytes().map(|digit| digit - b'0')).collect();
        Plane { width: rows[0].len(), height: rows.len(), values }
    }

    #[test]
    fn thin_dark_strokes_vanish_and_wide_blocks_keep_their_edges() {
        let page = plane("99999999 99199999 99199999 99993333 99993333 99993333");
        let ground = plane("99999999 99999999 99999999 99993333 99993333 99993333");
        assert_eq!(page.without_dark_strokes(3), ground);
    }

    #[test]
    fn thin_light_strokes_vanish() {
        let page = plane("22222 28882 22222 22222");
        assert_eq!(page.without_light_strokes(3), plane("22222 22222 22222 22222"));
    }

    #[test]
    fn a_window_larger_than_the_plane_takes_all_of_it() {
        assert_eq!(plane("12 34").extreme(99, u8::max), plane("44 44"));
    }
}
