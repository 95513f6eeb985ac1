//! Rotates masks by small angles without making gray of them: rows move sideways, columns up and down,
//! each by whole pixels.

use std::ops::Range;

use super::{BitMask, WORD};

impl BitMask {
    /// Returns the mask rotated clockwise by a few degrees around its middle. The result is so much larger
    /// that no corner is lost. Strokes break by one pixel where the shift changes, every 1/sin pixels, and
    /// lengths change by 1 − cos: good for up to about three degrees.
    #[must_use]
    pub fn slanted(&self, degrees: f32) -> Self {
        let sine = f64::from(degrees).to_radians().sin();
        let grown =
            |along: usize, across: usize| along + (across as f64 * sine.abs()).ceil() as usize;
        let width = grown(self.width, self.height);
        let height = grown(self.height, self.width);
        let mut output = Self::empty(width, height);
        // From a place in the result to the place in the source, both from the middle.
        let across_at = |y: usize| (y as f64 + 0.5 - height as f64 / 2.0) * sine;
        let down_at = |x: usize| (x as f64 + 0.5 - width as f64 / 2.0) * -sine;
        let left_margin = (width - self.width) as f64 / 2.0;
        let top_margin = (height - self.height) as f64 / 2.0;
        let strips = strips(width, |x| (down_at(x) - top_margin).round() as isize);
        for y in 0..height {
            let shift = (across_at(y) - left_margin).round() as isize;
            for &Strip { left, right, down } in &strips {
                let Some(from) = y.checked_add_signed(down).filter(|from| *from < self.height)
                else {
                    continue;
                };
                copy_bits(self.row(from), output.row_mut(y), left..right, shift);
            }
        }
        output
    }
}

/// Sets in some columns of a row what is set `shift` pixels to the right of them in the source.
fn copy_bits(source: &[u64], row: &mut [u64], columns: Range<usize>, shift: isize) {
    let mut x = columns.start;
    while x < columns.end {
        let end = columns.end.min((x / WORD + 1) * WORD);
        let ones = u64::MAX >> (WORD - (end - x));
        row[x / WORD] |= (bits_at(source, x, shift) & ones) << (x % WORD);
        x = end;
    }
}

/// Returns 64 pixels of a row from `x + shift` on; what lies outside of the row is 0.
fn bits_at(row: &[u64], x: usize, shift: isize) -> u64 {
    let word = |index: usize| row.get(index).copied().unwrap_or(0);
    let Some(at) = x.checked_add_signed(shift) else {
        // The row begins within these pixels, if at all.
        let before = shift.unsigned_abs() - x;
        return if before >= WORD { 0 } else { word(0) << before };
    };
    let (index, bits) = (at / WORD, at % WORD);
    let high = if bits == 0 { 0 } else { word(index + 1) << (WORD - bits) };
    word(index) >> bits | high
}

/// Columns `left..right`, whose pixels come from `down` rows below.
struct Strip {
    left: usize,
    right: usize,
    down: isize,
}

fn strips(width: usize, down_at: impl Fn(usize) -> isize) -> Vec<Strip> {
    let mut strips: Vec<Strip> = Vec::new();
    for x in 0..width {
        let down = down_at(x);
        match strips.last_mut() {
            Some(strip) if strip.down == down => strip.right = x + 1,
            _ => strips.push(Strip { left: x, right: x + 1, down }),
        }
    }
    strips
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn makes_a_slanted_line_level() {
        for (degrees, rise) in [(1.5_f32, 1), (-1.5, -1)] {
            let slope = f64::from(degrees).to_radians().tan();
            let mut page = BitMask::empty(1000, 600);
            for x in 0..1000 {
                let y = 300.0 - (x as f64 - 500.0) * slope;
                page.set(y.round() as usize, x, x + 1);
            }
            let level = page.slanted(degrees);
            assert_eq!((level.width, level.height), (1016, 627), "{rise}");
            let rows: Vec<usize> =
                (0..level.height).filter(|&y| (20..980).any(|x| level.get(x, y))).collect();
            let (first, last) = (rows[0], rows[rows.len() - 1]);
            assert!(last - first <= 1, "{degrees}: rows {first} to {last}");
            assert!(first.abs_diff(level.height / 2) <= 1);
        }
    }

    #[test]
    fn loses_no_pixel_and_leaves_a_level_page_alone() {
        let mut page = BitMask::empty(300, 200);
        page.set(0, 0, 300);
        page.set(199, 0, 300);
        assert_eq!(page.slanted(0.0), page);
        let turned = page.slanted(2.0);
        let lost = page.count().abs_diff(turned.count());
        assert!(lost <= 12, "{lost} pixels");
    }
}
