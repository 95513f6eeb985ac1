//! Pages with more pixels than their text needs: they are made smaller before anything else is done with them.
//!
//! Photos and scans of 600 dpi have letters that are read no better for being large. How large they are is measured
//! on a quarter of the pixels.

use image::GrayImage;

use super::analysis::Analysis;
use super::options::{Choice, PrepareOptions};
use super::tiles::brightness;
use super::{resample, scale};
use crate::document::{PagePixels, Pixels};

/// Pages with fewer pixels are quick however large their letters are.
const LARGE: u64 = 3_000_000;
/// To measure, one of so many columns and rows is taken.
const STEP: usize = 2;

/// Returns a gray or colored page with large letters made smaller, and by which scale; other pages as they are.
pub(super) fn reduced(pixels: Pixels, options: &PrepareOptions) -> (Pixels, f32) {
    let (width, height) = pixels.dimensions();
    if u64::from(width) * u64::from(height) < LARGE || !scale::may_reduce(options) {
        return (pixels, 1.0);
    }
    let small = match &pixels {
        Pixels::Bilevel(_) => return (pixels, 1.0),
        Pixels::Gray(image) => thinned(image.as_raw(), (width, height), |&[value]| value),
        Pixels::Color(image) => thinned(image.as_raw(), (width, height), |&rgb| brightness(rgb)),
    };
    let (analysis, _) = Analysis::of(&mut PagePixels::Gray(small), Choice::Never);
    let text_height = analysis.text_height.map(|height| height * STEP as f32);
    let Some(scale) = text_height.and_then(scale::reduction) else {
        return (pixels, 1.0);
    };
    let pixels = match pixels {
        Pixels::Bilevel(mask) => Pixels::Bilevel(mask),
        Pixels::Gray(image) => Pixels::Gray(resample::resize(&image, scale)),
        Pixels::Color(image) => Pixels::Color(resample::resize_color(&image, scale)),
    };
    (pixels, scale)
}

/// Returns every second column of every second row of an image with `CHANNELS` values a pixel.
fn thinned<const CHANNELS: usize>(
    values: &[u8],
    (width, height): (u32, u32),
    gray: impl Fn(&[u8; CHANNELS]) -> u8,
) -> GrayImage {
    let side = |length: u32| length.div_ceil(STEP as u32);
    let mut pixels = Vec::with_capacity(side(width) as usize * side(height) as usize);
    for row in values.chunks_exact((width as usize * CHANNELS).max(1)).step_by(STEP) {
        pixels.extend(row.as_chunks().0.iter().step_by(STEP).map(&gray));
    }
    GrayImage::from_raw(side(width), side(height), pixels).unwrap_or_default()
}
