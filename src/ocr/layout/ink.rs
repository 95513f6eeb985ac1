//! The ink of a page as a mask: taken as it is from bilevel pages, found by local thresholds on gray ones.

use image::GrayImage;

use crate::document::{BitMask, PagePixels};

/// Returns the mask of a page's ink.
pub(super) fn mask_of(pixels: &PagePixels) -> BitMask {
    match pixels {
        PagePixels::Bilevel(mask) => mask.clone(),
        PagePixels::Gray(image) => of_gray(image),
    }
}

fn of_gray(image: &GrayImage) -> BitMask {
    BitMask::dark(image, 128)
}
