//! Pages with more pixels than their text needs: they are made smaller before anything else is done with them.
//!
//! Photos and scans of 600 dpi have letters that are read no better for being large. How large they are is measured
//! on a quarter of the pixels.

use image::GrayImage;

use super::analysis::Analysis;
use super::options::{Choice, PrepareOptions};
use super::tiles::brightness;
use super::{resample, scale};
use crate::images::{PagePixels, Pixels};

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
        Pixels::Gray(image) => thinned(image.as_raw(), (width, height), thin_gray),
        Pixels::Color(image) => thinned(image.as_raw(), (width, height), thin_color),
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

/// Returns the brightness of every second column of every second row of an image; `thin` appends those of a row.
fn thinned(values: &[u8], (width, height): (u32, u32), thin: fn(&[u8], &mut Vec<u8>)) -> GrayImage {
    let side = |length: u32| length.div_ceil(STEP as u32);
    let mut pixels = Vec::with_capacity(side(width) as usize * side(height) as usize);
    for row in values.chunks_exact((values.len() / height.max(1) as usize).max(1)).step_by(STEP) {
        thin(row, &mut pixels);
    }
    GrayImage::from_raw(side(width), side(height), pixels).unwrap_or_default()
}

fn thin_gray(row: &[u8], thinned: &mut Vec<u8>) {
    /// A vector of the processor.
    const BLOCK: usize = 16;
    let (blocks, rest) = row.as_chunks::<{ STEP * BLOCK }>();
    for block in blocks {
        thinned.extend_from_slice(&std::array::from_fn::<u8, BLOCK, _>(|at| block[STEP * at]));
    }
    thinned.extend(rest.iter().step_by(STEP));
}

fn thin_color(row: &[u8], thinned: &mut Vec<u8>) {
    thinned.extend(row.as_chunks::<3>().0.iter().step_by(STEP).copied().map(brightness));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_second_column_of_every_second_row_is_measured() {
        let values: Vec<u8> = (0..37 * 3).collect();
        let thin = thinned(&values, (37, 3), thin_gray);
        assert_eq!(thin.dimensions(), (19, 2));
        let expected: Vec<u8> = (0..37).step_by(2).chain((74..111).step_by(2)).collect();
        assert_eq!(thin.into_raw(), expected);
        let colors = [[10; 3], [20; 3], [30; 3]].concat();
        assert_eq!(thinned(&colors, (3, 1), thin_color).into_raw(), [10, 30]);
    }
}
