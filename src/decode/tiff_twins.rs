//! Frames that show the same picture in another size: many writers put a preview into a file and do not
//! mark it. `tiff` asks whether two frames are such twins; knows nothing of tags.

use image::imageops::{self, FilterType};
use image::{GrayImage, RgbImage};

use crate::images::Pixels;

/// A preview is at most this share as wide as its page, …
const MOST_WIDTH: f32 = 0.75;
/// … and as high for its width, up to this share.
const ASPECT_SHARE: f32 = 0.02;
/// Pictures are compared at this width in pixels: it shows lines of text, but no noise.
const WIDTH: u32 = 96;
/// From this correlation on they are the same. Two pages of one print have 0.3 to 0.7.
const ALIKE: f64 = 0.92;
/// Pictures with a smaller spread, in gray levels, are empty: two of them need not be one.
const LEAST_SPREAD: f64 = 1.0;

/// Returns whether a frame of one size may be a preview of one of another, by their sizes alone.
pub(super) fn may_be_preview((width, height): (u32, u32), page: (u32, u32)) -> bool {
    let (across, down) =
        (width as f32 / page.0.max(1) as f32, height as f32 / page.1.max(1) as f32);
    width > 0
        && across <= MOST_WIDTH
        && (across / down - 1.0).abs() <= ASPECT_SHARE + 1.0 / width as f32
}

/// Returns whether two pictures show the same.
pub(super) fn are_alike(a: &Pixels, b: &Pixels) -> bool {
    let (width, height) = a.dimensions();
    let scaled = (u64::from(height) * u64::from(WIDTH) / u64::from(width.max(1))).clamp(1, 4096);
    let (a, b) = (small(a, scaled as u32), small(b, scaled as u32));
    correlation(a.as_raw(), b.as_raw()).is_some_and(|found| found >= ALIKE)
}

fn small(pixels: &Pixels, height: u32) -> GrayImage {
    let gray = match pixels {
        Pixels::Bilevel(mask) => mask.to_gray(),
        Pixels::Gray(gray) => gray.clone(),
        Pixels::Color(color) => green(color),
    };
    imageops::resize(&gray, WIDTH, height, FilterType::Triangle)
}

fn green(color: &RgbImage) -> GrayImage {
    let values = color.as_raw().as_chunks::<3>().0.iter().map(|pixel| pixel[1]).collect();
    GrayImage::from_raw(color.width(), color.height(), values).unwrap_or_default()
}

/// Returns Pearson's correlation, or `None` if one of the two is even.
fn correlation(a: &[u8], b: &[u8]) -> Option<f64> {
    let mean = |values: &[u8]| {
        values.iter().map(|&value| f64::from(value)).sum::<f64>() / values.len().max(1) as f64
    };
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (&a, &b) in a.iter().zip(b) {
        let (a, b) = (f64::from(a) - mean_a, f64::from(b) - mean_b);
        ab += a * b;
        aa += a * a;
        bb += b * b;
    }
    let least = LEAST_SPREAD * LEAST_SPREAD * a.len() as f64;
    (aa > least && bb > least).then(|| ab / (aa * bb).sqrt())
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;

    /// Bars of the pattern, each of the same width.
    fn bars(width: u32, pattern: &[bool]) -> Pixels {
        let level = |x: u32, _| {
            let ink = pattern[(x as usize * pattern.len()) / width as usize];
            Luma([if ink { 20 } else { 240 }])
        };
        Pixels::Gray(GrayImage::from_fn(width, width * 3 / 2, level))
    }

    const PATTERN: [bool; 8] = [false, true, true, false, true, false, false, true];

    #[test]
    fn the_same_picture_in_another_size_is_alike() {
        assert!(are_alike(&bars(800, &PATTERN), &bars(240, &PATTERN)));
        let other = [false, true, false, true, true, false, true, false];
        assert!(!are_alike(&bars(800, &PATTERN), &bars(240, &other)));
    }

    #[test]
    fn two_empty_pages_are_two() {
        assert!(!are_alike(&bars(800, &[false]), &bars(240, &[false])));
    }

    #[test]
    fn a_preview_is_smaller_and_of_the_same_shape() {
        assert!(may_be_preview((551, 779), (1654, 2339)));
        assert!(!may_be_preview((1654, 2339), (1654, 2339)));
        assert!(!may_be_preview((779, 551), (1654, 2339)));
    }
}
