//! Pixels in the form in which Leptonica takes them fastest: raw netpbm, a tenth of the time that
//! Tesseract needs to take pixels one by one. Bilevel pages go as one bit a pixel, and Tesseract
//! then has nothing to threshold.

use image::GrayImage;

use crate::images::{BitMask, PagePixels};

/// Returns the pixels as a raw netpbm file.
pub(super) fn encoded(pixels: &PagePixels) -> Vec<u8> {
    match pixels {
        PagePixels::Bilevel(mask) => bitmap(mask),
        PagePixels::Gray(image) => graymap(image),
    }
}

/// Returns the mask as a raw PBM (netpbm "P4"): eight pixels a byte, 1 is black.
fn bitmap(mask: &BitMask) -> Vec<u8> {
    let mut bytes = format!("P4\n{} {}\n", mask.width, mask.height).into_bytes();
    bytes.extend(mask.to_packed());
    bytes
}

/// Returns the image as a raw PGM (netpbm "P5"): one byte a pixel.
pub(super) fn graymap(image: &GrayImage) -> Vec<u8> {
    let (width, height) = image.dimensions();
    let mut bytes = format!("P5\n{width} {height}\n255\n").into_bytes();
    bytes.extend_from_slice(image.as_raw());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packs_rows_to_whole_bytes() {
        let mut mask = BitMask::empty(10, 2);
        mask.set(0, 0, 1);
        mask.set(1, 9, 10);
        assert_eq!(encoded(&PagePixels::Bilevel(mask)), b"P4\n10 2\n\x80\x00\x00\x40");
    }

    #[test]
    fn writes_gray_pixels_as_they_are() {
        let image = GrayImage::from_raw(2, 1, vec![7, 200]).unwrap();
        assert_eq!(encoded(&PagePixels::Gray(image)), b"P5\n2 1\n255\n\x07\xc8");
    }
}
