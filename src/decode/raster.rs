//! Decodes PNG, JPEG, JPEG 2000, BMP, GIF, WebP and PNM files: the first picture of each.
//!
//! Package `image` is asked first, leptonica reads what it refuses. Dimensions are checked against
//! the limits before either decodes.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader};

use crate::document::{Failure, Format, Reason, Stage, guarded};
use crate::images::{PageImage, Pixels};

use super::density;
use super::jpeg;
use super::jpeg2000;
use super::leptonica;
use super::limits::Limits;
use super::pixels;
use super::repair;

/// What a JPEG decodes to where its data are missing.
const JPEG_FILLER: u8 = 128;
/// Share of the rows that may be missing at the end of a JPEG: about the bottom margin of a page. With
/// more, text may be lost, and a page without it must not pass for the whole.
const MAX_LOST_ROWS: f32 = 0.05;

/// Decodes the first picture of an image file.
pub(super) fn decode(bytes: &[u8], format: Format, limits: &Limits) -> Result<PageImage, Failure> {
    let density = density::declared(bytes, format);
    // A panic of the safe decoder is one more refusal.
    let failure = match guarded(Stage::Decode, || read(bytes, format, limits)).flatten() {
        Ok((pixels, orientation)) => {
            return Ok(pixels::finish(pixels, orientation, density));
        }
        Err(failure) if failure.reason == Reason::TooLarge => return Err(failure),
        Err(failure) => failure,
    };
    match leptonica::read(bytes, limits)? {
        Some(pixels) => {
            let orientation = orientation_of(bytes, format);
            Ok(pixels::finish(pixels, orientation, density))
        }
        None => match repair::repaired(bytes, format) {
            Some(repaired) => {
                let (pixels, orientation) =
                    guarded(Stage::Decode, || read(&repaired.bytes, format, limits))
                        .flatten()
                        .map_err(|_| failure)?;
                let pixels = pixels::oriented(pixels, repaired.orientation);
                Ok(pixels::finish(pixels, orientation, density))
            }
            None => Err(failure),
        },
    }
}

fn read(bytes: &[u8], format: Format, limits: &Limits) -> Result<(Pixels, Orientation), Failure> {
    if format == Format::Jpeg2000 {
        return Ok((jpeg2000::decode(bytes, limits)?, Orientation::NoTransforms));
    }
    if format == Format::Jpeg
        && let Some((pixels, orientation)) = jpeg::decode(bytes, limits)?
    {
        return Ok((whole(pixels)?, orientation));
    }
    let corrupt = |error: ImageError| Failure::decode(Reason::Corrupt, error.to_string());
    let mut decoder = decoder(bytes, format, limits).map_err(corrupt)?;
    let (width, height) = decoder.dimensions();
    limits.check(width, height, u32::from(decoder.color_type().bits_per_pixel()))?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let pixels = pixels::from_dynamic(DynamicImage::from_decoder(decoder).map_err(corrupt)?);
    let pixels = if format == Format::Jpeg { whole(pixels)? } else { pixels };
    Ok((pixels, orientation))
}

/// Refuses the pixels of a JPEG that has lost more than its last rows.
fn whole(pixels: Pixels) -> Result<Pixels, Failure> {
    let (_, height) = pixels.dimensions();
    let lost = filled_rows(&pixels);
    if lost as f32 > height as f32 * MAX_LOST_ROWS {
        let kept = height - lost;
        let message = format!("only the first `{kept}` of {height} rows can be decoded");
        return Err(Failure::decode(Reason::Corrupt, message));
    }
    Ok(pixels)
}

/// Counts the rows at the end that the decoder has filled for want of pixels, instead of failing: all
/// middle gray, which no scanned row is throughout.
fn filled_rows(pixels: &Pixels) -> u32 {
    let (samples, row) = match pixels {
        Pixels::Bilevel(_) => return 0,
        Pixels::Gray(gray) => (gray.as_raw(), gray.width() as usize),
        Pixels::Color(color) => (color.as_raw(), color.width() as usize * 3),
    };
    let is_filler = |row: &&[u8]| row.iter().all(|value| value.abs_diff(JPEG_FILLER) <= 1);
    samples.chunks_exact(row.max(1)).rev().take_while(is_filler).count() as u32
}

fn decoder<'a>(
    bytes: &'a [u8],
    format: Format,
    limits: &Limits,
) -> Result<impl ImageDecoder + 'a, ImageError> {
    let mut reader = ImageReader::new(Cursor::new(bytes));
    if let Some(format) = image_format(format) {
        reader.set_format(format);
    }
    let mut allowed = image::Limits::no_limits();
    allowed.max_alloc = Some(limits.max_bytes.saturating_mul(2));
    reader.limits(allowed);
    reader.into_decoder()
}

/// Returns the orientation even of an image whose pixels the decoder refuses.
fn orientation_of(bytes: &[u8], format: Format) -> Orientation {
    decoder(bytes, format, &Limits::default())
        .and_then(|mut decoder| decoder.orientation())
        .unwrap_or(Orientation::NoTransforms)
}

fn image_format(format: Format) -> Option<ImageFormat> {
    match format {
        Format::Png => Some(ImageFormat::Png),
        Format::Jpeg => Some(ImageFormat::Jpeg),
        Format::Bmp => Some(ImageFormat::Bmp),
        Format::Gif => Some(ImageFormat::Gif),
        Format::Webp => Some(ImageFormat::WebP),
        Format::Pnm => Some(ImageFormat::Pnm),
        Format::Jpeg2000 | Format::Tiff | Format::Pdf => None,
    }
}
