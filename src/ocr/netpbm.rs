//! Pixels in the form in which Leptonica takes them fastest: raw netpbm, a tenth of the time that
//! Tesseract needs to take pixels one by one. Bilevel pages go as one bit a pixel, and Tesseract
//! then has nothing to threshold.

use image::GrayImage;

/// Returns the image as a raw PBM (netpbm "P4"): eight pixels a byte, 1 is black; pixels below 128
/// count as black.
pub(super) fn bitmap(image: &GrayImage) -> Vec<u8> {
    let (width, height) = image.dimensions();
    let mut bytes = format!("P4\n{width} {height}\n").into_bytes();
    bytes.reserve(width.div_ceil(8) as usize * height as usize);
    for row in image.as_raw().chunks_exact(width.max(1) as usize) {
        bytes.extend(row.chunks(8).map(|pixels| {
            pixels
                .iter()
                .enumerate()
                .fold(0_u8, |byte, (bit, pixel)| byte | (u8::from(*pixel < 128) << (7 - bit)))
        }));
    }
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
        let mut image = GrayImage::from_pixel(10, 2, image::Luma([255]));
        image.put_pixel(0, 0, image::Luma([0]));
        image.put_pixel(9, 1, image::Luma([0]));
        assert_eq!(bitmap(&image), b"P4\n10 2\n\x80\x00\x00\x40");
    }

    #[test]
    fn writes_gray_pixels_as_they_are() {
        let image = GrayImage::from_raw(2, 1, vec![7, 200]).unwrap();
        assert_eq!(graymap(&image), b"P5\n2 1\n255\n\x07\xc8");
    }
}
