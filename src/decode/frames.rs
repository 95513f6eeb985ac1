//! Further pictures of GIF, WebP and PNG files: which of them show something new.
//!
//! A scan in such a format has one picture; an album that was saved as an animation has a page in each,
//! and an animation shows the same picture again and again. Pictures that look like one before them are
//! no pages. `raster` reads the first picture; this decodes the others, within the limits.

use std::io::Cursor;

use image::codecs::gif::GifDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::{AnimationDecoder, DynamicImage, Frames, RgbaImage};

use crate::document::{Format, Stage, guarded};
use crate::images::{PageImage, Pixels};

use super::limits::Limits;
use super::pixels;

/// So many pictures are looked at; films are no documents.
const MAX_PICTURES: usize = 512;
/// And so many become pages.
const MAX_PAGES: usize = 64;
/// Samples that differ by more gray levels show something else: lossy pictures flicker.
const DIFFERENT: u8 = 48;
/// A picture with more than this share of such pixels is another page: about two words of one.
const NEW_SHARE: f32 = 0.001;

/// The pictures after the first that show something new.
#[derive(Debug, Default)]
pub(super) struct Further {
    pub(super) pages: Vec<PageImage>,
    /// Whether there are more that were not looked at.
    pub(super) are_cut: bool,
}

/// Finds the further pages of an image file whose first picture has been decoded.
pub(super) fn further(bytes: &[u8], format: Format, limits: &Limits) -> Further {
    if !may_move(bytes, format) {
        return Further::default();
    }
    // What a decoder does not survive is cut.
    let found = guarded(Stage::Decode, || look(bytes, format, limits));
    found.unwrap_or(Further { pages: Vec::new(), are_cut: true })
}

/// Returns whether a file may have more than one picture, without decoding any.
fn may_move(bytes: &[u8], format: Format) -> bool {
    match format {
        Format::Gif => {
            // Each picture has a graphic control extension, or none has.
            bytes.windows(3).filter(|window| *window == [0x21, 0xf9, 4]).nth(1).is_some()
        }
        Format::Webp => {
            bytes.get(12..16) == Some(b"VP8X") && bytes.get(20).is_some_and(|it| it & 2 != 0)
        }
        Format::Png => {
            let head = bytes.windows(4).position(|window| window == b"IDAT");
            head.is_some_and(|end| bytes[..end].windows(4).any(|window| window == b"acTL"))
        }
        Format::Jpeg
        | Format::Bmp
        | Format::Pnm
        | Format::Jpeg2000
        | Format::Tiff
        | Format::Pdf => false,
    }
}

fn look(bytes: &[u8], format: Format, limits: &Limits) -> Further {
    let mut further = Further::default();
    let Some(mut frames) = frames(bytes, format, limits) else { return further };
    let Some(Ok(first)) = frames.next() else { return further };
    let mut shown = vec![on_paper(first.into_buffer())];
    let mut bytes_left = limits.max_bytes;
    for (index, frame) in frames.enumerate() {
        // One that ends early ends at a picture; what is missing is not known.
        let Ok(frame) = frame else {
            further.are_cut = true;
            break;
        };
        if index + 2 > MAX_PICTURES || further.pages.len() >= MAX_PAGES {
            further.are_cut = true;
            break;
        }
        let image = on_paper(frame.into_buffer());
        if shown.iter().any(|before| is_alike(before, &image)) {
            continue;
        }
        let Some(left) = bytes_left.checked_sub(image.as_bytes().len() as u64) else {
            further.are_cut = true;
            break;
        };
        bytes_left = left;
        let pixels = Pixels::Color(image.to_rgb8());
        shown.push(image);
        let orientation = image::metadata::Orientation::NoTransforms;
        further.pages.push(pixels::finish(pixels, orientation, None));
    }
    further
}

fn frames<'a>(bytes: &'a [u8], format: Format, limits: &Limits) -> Option<Frames<'a>> {
    let source = Cursor::new(bytes);
    let within = |(width, height): (u32, u32)| limits.check(width, height, 32).is_ok();
    match format {
        Format::Gif => {
            let decoder = GifDecoder::new(source).ok()?;
            within(image::ImageDecoder::dimensions(&decoder)).then(|| decoder.into_frames())
        }
        Format::Webp => {
            let decoder = WebPDecoder::new(source).ok()?;
            within(image::ImageDecoder::dimensions(&decoder)).then(|| decoder.into_frames())
        }
        Format::Png => {
            let decoder = PngDecoder::new(source).ok()?;
            let is_within = within(image::ImageDecoder::dimensions(&decoder));
            is_within.then(|| decoder.apng().ok()).flatten().map(AnimationDecoder::into_frames)
        }
        Format::Jpeg
        | Format::Bmp
        | Format::Pnm
        | Format::Jpeg2000
        | Format::Tiff
        | Format::Pdf => None,
    }
}

/// Lays a picture on white paper.
fn on_paper(mut picture: RgbaImage) -> DynamicImage {
    for pixel in picture.pixels_mut() {
        let [red, green, blue, alpha] = pixel.0;
        let over = |value| pixels::over_white(value, alpha);
        pixel.0 = [over(red), over(green), over(blue), 255];
    }
    DynamicImage::ImageRgb8(DynamicImage::ImageRgba8(picture).into_rgb8())
}

fn is_alike(before: &DynamicImage, image: &DynamicImage) -> bool {
    if (before.width(), before.height()) != (image.width(), image.height()) {
        return false;
    }
    let pairs = before.as_bytes().iter().zip(image.as_bytes());
    let different = pairs.filter(|(a, b)| a.abs_diff(**b) > DIFFERENT).count();
    different as f32 <= NEW_SHARE * image.as_bytes().len() as f32
}

#[cfg(test)]
mod tests {
    use image::codecs::gif::GifEncoder;
    use image::{Frame, Rgba};

    use super::*;

    /// A film of pictures, each white with a black bar at the given column.
    fn film(bars: &[u32]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = GifEncoder::new(&mut bytes);
        for &bar in bars {
            let ink = |x: u32, _| Rgba(if x == bar { [0, 0, 0, 255] } else { [255; 4] });
            let picture = RgbaImage::from_fn(40, 10, ink);
            encoder.encode_frame(Frame::new(picture)).expect("a picture");
        }
        drop(encoder);
        bytes
    }

    fn pages(bars: &[u32]) -> Further {
        further(&film(bars), Format::Gif, &Limits::default())
    }

    #[test]
    fn pictures_that_differ_are_pages() {
        let found = pages(&[3, 20, 31]);
        assert_eq!((found.pages.len(), found.are_cut), (2, false));
        let Pixels::Bilevel(mask) = &found.pages[0].pixels else { panic!("black and white") };
        assert!(mask.get(20, 5) && !mask.get(3, 5));
    }

    #[test]
    fn the_same_picture_again_is_no_page() {
        assert_eq!(pages(&[3, 3, 3]).pages.len(), 0);
        assert_eq!(pages(&[3, 20, 3, 20]).pages.len(), 1);
    }

    #[test]
    fn a_film_is_cut_and_says_so() {
        let film: Vec<u32> = (0..10).chain(10..40).collect();
        let found = further(
            &self::film(&film),
            Format::Gif,
            &Limits { max_bytes: 4000, ..Limits::default() },
        );
        assert_eq!((found.pages.len(), found.are_cut), (3, true));
    }

    #[test]
    fn a_single_picture_has_no_others() {
        assert_eq!(pages(&[3]).pages.len(), 0);
        assert!(!may_move(b"\x89PNG\r\n\x1a\n....IHDR....IDAT..acTL", Format::Png));
    }
}
