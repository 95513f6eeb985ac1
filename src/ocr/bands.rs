//! The lines of text in one column of a table, found by the white between them.
//!
//! Owns the cut only. Lines that touch each other, or the whole column where letters have no known
//! height, stay together for the recognizer to divide. `regions` calls it.

use image::GrayImage;

use crate::document::PixelBox;
use crate::images::{BitMask, PagePixels};

/// Ink is darker than the middle between the paper and the darkest hundredth of the column; a column
/// where these differ by fewer gray levels is empty.
const MIN_CONTRAST: u8 = 40;
/// Share of the column's pixels that are lighter than its paper.
const PAPER_SHARE: f32 = 0.25;
/// Share of the column's pixels that are surely darker than its paper, if there is text.
const INK_SHARE: f32 = 0.003;
/// A row of pixels with fewer dark ones is white.
const MIN_ROW_INK: usize = 2;
/// White between a letter and its dot is lower than this, in text heights.
const DOT_GAP: f32 = 0.3;
/// A line has at least this much ink, in squares of the text height: ditto marks have more, specks less.
const MIN_INK: f32 = 0.03;
/// Lines are higher than this in text heights; what is lower are the rests of a rule.
const MIN_HEIGHT: f32 = 0.25;
/// What is higher than so many text heights is more than one line.
const MAX_LINE: f32 = 2.6;
/// Margin around a line in text heights.
const MARGIN: f32 = 0.4;

/// Lines of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Band {
    /// In pixels of the page.
    pub(super) bounds: PixelBox,
    pub(super) lines: BandLines,
}

/// How many lines a band holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BandLines {
    One,
    Several,
}

/// Ink in rows `top..bottom` of a column.
#[derive(Debug, Clone, Copy)]
struct Stripe {
    top: u32,
    bottom: u32,
    left: u32,
    right: u32,
    ink: usize,
}

/// Returns the bands of a column from top to bottom; `text_height` is the x-height in pixels.
pub(super) fn of_column(page: &PagePixels, column: PixelBox, text_height: f32) -> Vec<Band> {
    let Some(ink) = ink(page, column) else { return Vec::new() };
    let mut joined: Vec<Stripe> = Vec::new();
    for stripe in stripes(&ink, column) {
        match joined.last_mut() {
            Some(last) if ((stripe.top - last.bottom) as f32) < DOT_GAP * text_height => {
                last.bottom = stripe.bottom;
                last.left = last.left.min(stripe.left);
                last.right = last.right.max(stripe.right);
                last.ink += stripe.ink;
            }
            _ => joined.push(stripe),
        }
    }
    joined.retain(|stripe| {
        stripe.ink as f32 >= MIN_INK * text_height * text_height
            && (stripe.bottom - stripe.top) as f32 >= MIN_HEIGHT * text_height
    });
    let margin = (MARGIN * text_height) as u32;
    let band = |(index, stripe): (usize, &Stripe)| {
        // A margin ends in the middle of the white that two bands share.
        let above = index.checked_sub(1).and_then(|at| joined.get(at));
        let top = above.map_or(column.top, |above| u32::midpoint(above.bottom, stripe.top));
        let below = joined.get(index + 1);
        let bottom = below.map_or(column.bottom, |below| u32::midpoint(stripe.bottom, below.top));
        let height = (stripe.bottom - stripe.top) as f32;
        Band {
            bounds: PixelBox {
                left: stripe.left.saturating_sub(margin).max(column.left),
                top: stripe.top.saturating_sub(margin).max(top),
                right: (stripe.right + margin).min(column.right),
                bottom: (stripe.bottom + margin).min(bottom),
            },
            lines: if height <= MAX_LINE * text_height {
                BandLines::One
            } else {
                BandLines::Several
            },
        }
    };
    joined.iter().enumerate().map(band).collect()
}

/// Returns the ink of a column, or `None` if it is empty.
fn ink(page: &PagePixels, column: PixelBox) -> Option<BitMask> {
    match page.cropped(column) {
        PagePixels::Bilevel(ink) => {
            let total = (ink.width * ink.height) as f32;
            let shares = (total * INK_SHARE).floor()..=(total * (1.0 - PAPER_SHARE)).floor();
            shares.contains(&(ink.count() as f32)).then_some(ink)
        }
        PagePixels::Gray(image) => {
            // Ink is darker than what is no ink.
            let lightest = threshold(&image)?.checked_sub(1)?;
            Some(BitMask::dark(&image, lightest))
        }
    }
}

/// Returns the darkest gray of what is no ink, or `None` for an empty column.
fn threshold(column: &GrayImage) -> Option<u8> {
    let mut histogram = [0_usize; 256];
    for &level in column.as_raw() {
        histogram[usize::from(level)] += 1;
    }
    let total: usize = histogram.iter().sum();
    let darker = |share: f32| {
        let mut left = (total as f32 * share) as usize;
        (0..=u8::MAX).find(|&level| {
            let count = histogram[usize::from(level)];
            left = left.saturating_sub(count);
            left == 0 && count > 0
        })
    };
    let (ink, paper) = (darker(INK_SHARE)?, darker(1.0 - PAPER_SHARE)?);
    (paper.saturating_sub(ink) >= MIN_CONTRAST).then_some(u8::midpoint(ink, paper))
}

fn stripes(mask: &BitMask, column: PixelBox) -> Vec<Stripe> {
    let mut stripes: Vec<Stripe> = Vec::new();
    for (row, y) in (0..mask.height).zip(column.top..) {
        let (mut ink, mut edges) = (0, None);
        mask.runs(row, |left, right| {
            ink += right - left;
            edges = Some((edges.map_or(left, |(first, _)| first), right));
        });
        let Some((first, last)) = edges.filter(|_| ink >= MIN_ROW_INK) else { continue };
        let (left, right) = (column.left + first as u32, column.left + last as u32);
        match stripes.last_mut() {
            Some(stripe) if stripe.bottom == y => {
                stripe.bottom = y + 1;
                stripe.left = stripe.left.min(left);
                stripe.right = stripe.right.max(right);
                stripe.ink += ink;
            }
            _ => stripes.push(Stripe { top: y, bottom: y + 1, left, right, ink }),
        }
    }
    stripes
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;

    fn column_of(boxes: &[(u32, u32, u32, u32)]) -> GrayImage {
        let mut image = GrayImage::from_pixel(300, 400, Luma([230]));
        for &(left, top, right, bottom) in boxes {
            for (x, y) in (top..bottom).flat_map(|y| (left..right).map(move |x| (x, y))) {
                image.put_pixel(x, y, Luma([60]));
            }
        }
        image
    }

    const COLUMN: PixelBox = PixelBox { left: 50, top: 0, right: 290, bottom: 400 };

    fn bands(image: &GrayImage) -> Vec<(u32, u32, u32, u32, BandLines)> {
        let found = of_column(&PagePixels::Gray(image.clone()), COLUMN, 20.0);
        let flat = |band: Band| {
            let PixelBox { left, top, right, bottom } = band.bounds;
            (left, top, right, bottom, band.lines)
        };
        found.into_iter().map(flat).collect()
    }

    #[test]
    fn cuts_a_column_into_its_lines() {
        let image = column_of(&[
            (100, 50, 200, 80),
            // A dot over a letter, and a speck.
            (150, 100, 155, 104),
            (100, 108, 200, 130),
            (250, 200, 252, 202),
            // Ditto marks.
            (120, 260, 124, 270),
            (128, 260, 132, 270),
            // What is left of a rule.
            (60, 225, 280, 227),
            // A neighbor's letter beyond the column.
            (10, 300, 45, 330),
        ]);
        assert_eq!(
            bands(&image),
            [
                (92, 42, 208, 88, BandLines::One),
                (92, 92, 208, 138, BandLines::One),
                (112, 252, 140, 278, BandLines::One),
            ]
        );
    }

    #[test]
    fn cuts_a_bilevel_column_like_a_gray_one() {
        let image = column_of(&[(100, 50, 200, 80), (100, 108, 200, 130)]);
        let mask = PagePixels::Bilevel(BitMask::dark(&image, 100));
        let tops: Vec<u32> =
            of_column(&mask, COLUMN, 20.0).iter().map(|band| band.bounds.top).collect();
        assert_eq!(tops, [42, 100]);
        assert_eq!(of_column(&PagePixels::Bilevel(BitMask::empty(300, 400)), COLUMN, 20.0), []);
    }

    #[test]
    fn leaves_lines_together_that_touch() {
        let image = column_of(&[(100, 50, 200, 120)]);
        assert_eq!(bands(&image), [(92, 42, 208, 128, BandLines::Several)]);
    }

    #[test]
    fn finds_nothing_in_an_empty_column() {
        assert_eq!(bands(&column_of(&[])), []);
    }
}
