use std::io::Cursor;

use image::{DynamicImage, GrayImage, ImageFormat, Luma, Rgba, RgbaImage};

use super::*;
use crate::images::Pixels;

fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).expect("an encoder for the format");
    bytes.into_inner()
}

fn reason(bytes: &[u8]) -> Reason {
    let failure = match open(bytes.to_vec(), &DecodeOptions::default()) {
        Ok(mut document) => document.page(PageNumber::FIRST).err(),
        Err(failure) => Some(failure),
    };
    failure.expect("a failure").reason
}

fn image_of(bytes: Vec<u8>) -> PageImage {
    let mut document = open(bytes, &DecodeOptions::default()).expect("a document");
    match document.page(PageNumber::FIRST).expect("a page") {
        DecodedPage::Image(image) => image,
        DecodedPage::Text(_) | DecodedPage::Mixed(_) | DecodedPage::Layered(_) => {
            panic!("an image was expected")
        }
    }
}

fn gray_values(image: &PageImage) -> &[u8] {
    match &image.pixels {
        Pixels::Gray(gray) => gray.as_raw(),
        Pixels::Bilevel(_) => panic!("levels between black and white were expected"),
        Pixels::Color(_) => panic!("gray was expected"),
    }
}

/// A gradient, so that no side is like another.
fn gradient(width: u32, height: u32) -> DynamicImage {
    let value = |x: u32, y: u32| Luma([(x * 200 / width + y * 50 / height) as u8]);
    DynamicImage::ImageLuma8(GrayImage::from_fn(width, height, value))
}

#[test]
fn names_the_uses_of_a_text_layer() {
    assert_eq!("auto".parse(), Ok(PdfText::Auto));
    assert_eq!("never".parse(), Ok(PdfText::Never));
    assert_eq!("only".parse(), Ok(PdfText::Only));
    assert_eq!("always".parse::<PdfText>(), Err("`always` is none of auto, never, only".into()));
}

#[test]
fn tells_empty_and_foreign_files_apart() {
    assert_eq!(reason(b""), Reason::Empty);
    assert_eq!(reason(b"Dear Sir,\n"), Reason::Unsupported);
    assert_eq!(reason(b"PK\x03\x04"), Reason::Unsupported);
}

#[test]
fn reads_lossless_formats_alike() {
    let source = gradient(7, 3);
    for format in [ImageFormat::Png, ImageFormat::Bmp, ImageFormat::Pnm] {
        let page = image_of(encoded(&source, format));
        assert_eq!(gray_values(&page), source.as_bytes(), "{format:?}");
    }
}

#[test]
fn lays_transparent_pixels_on_white() {
    let source = RgbaImage::from_fn(2, 1, |x, _| Rgba([0, 0, 0, if x == 0 { 255 } else { 0 }]));
    let page = image_of(encoded(&DynamicImage::ImageRgba8(source), ImageFormat::Png));
    let Pixels::Bilevel(mask) = page.pixels else { panic!("black and white was expected") };
    assert_eq!(mask.to_gray().as_raw(), &[0, 255]);
}

#[test]
fn reads_sixteen_bits() {
    let source = image::ImageBuffer::from_raw(2, 1, vec![0_u16, 0x8080]).expect("two pixels");
    let page = image_of(encoded(&DynamicImage::ImageLuma16(source), ImageFormat::Png));
    assert_eq!(gray_values(&page), [0, 128]);
}

#[test]
fn obeys_the_exif_orientation_of_a_jpeg() {
    let mut bytes = encoded(&gradient(32, 16), ImageFormat::Jpeg);
    // One tag, orientation 6: the stored image must be turned clockwise by a quarter.
    let exif =
        b"\xff\xe1\0\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    bytes.splice(2..2, exif.iter().copied());
    let page = image_of(bytes);
    assert_eq!(page.pixels.dimensions(), (16, 32));
    // The dark left edge is on top now.
    let values = gray_values(&page);
    assert!(values[8] < 60 && values[16 * 31 + 8] > 180, "{} {}", values[8], values[16 * 31 + 8]);
}

#[test]
fn refuses_a_jpeg_that_has_lost_a_good_part_of_its_rows() {
    let noise = |x: u32, y: u32| Luma([(x.wrapping_mul(97) ^ y.wrapping_mul(57)) as u8]);
    let source = DynamicImage::ImageLuma8(GrayImage::from_fn(128, 256, noise));
    let bytes = encoded(&source, ImageFormat::Jpeg);
    assert_eq!(reason(&bytes[..bytes.len() / 2]), Reason::Corrupt);
    // Only the end mark is missing.
    assert_eq!(image_of(bytes[..bytes.len() - 2].to_vec()).pixels.dimensions(), (128, 256));
}

#[test]
fn refuses_a_bomb_by_its_header() {
    // A PNG of 65,536 × 65,536 pixels that carries next to none.
    let header = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\x01\0\0\0\x01\0\0\x08\x06\0\0\0l\x840\xe3";
    let pixels = b"\0\0\0\x0cIDATx\x9cc`\xa0=\0\0\0d\0\x01\x86d<5";
    assert_eq!(reason(&[header.as_slice(), pixels].concat()), Reason::TooLarge);
    assert_eq!(reason(b"P5\n60000 60000\n255\n."), Reason::TooLarge);
}

#[test]
fn calls_a_cut_png_corrupt() {
    let bytes = encoded(&gradient(64, 64), ImageFormat::Png);
    assert_eq!(reason(&bytes[..bytes.len() / 2]), Reason::Corrupt);
}

#[test]
fn refuses_pages_that_are_not_there() {
    let bytes = encoded(&gradient(4, 4), ImageFormat::Png);
    let mut document = open(bytes, &DecodeOptions::default()).expect("a document");
    assert_eq!((document.format(), document.page_count()), (Format::Png, 1));
    let second = PageNumber::from_index(1).expect("a number");
    assert!(document.page(second).is_err());
}
