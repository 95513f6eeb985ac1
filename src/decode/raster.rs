//! Decodes PNG, JPEG, BMP, GIF, WebP and PNM files: one page each, of an animation the first picture.
//!
//! Package `image` is asked first, leptonica reads what it refuses. Dimensions are checked against
//! the limits before either decodes.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader};

use crate::document::{Failure, Format, PageImage, Reason};

use super::density;
use super::leptonica;
use super::limits::Limits;
use super::pixels;

/// Decodes the one page of an image file.
pub(super) fn decode(bytes: &[u8], format: Format, limits: &Limits) -> Result<PageImage, Failure> {
    let density = density::declared(bytes, format);
    let refusal = match read(bytes, format, limits) {
        Ok((image, orientation)) => {
            return Ok(pixels::finish(pixels::from_dynamic(image), orientation, density));
        }
        Err(Refusal::Limit(failure)) => return Err(failure),
        Err(Refusal::Decoder(error)) => error,
    };
    match leptonica::read(bytes, limits)? {
        Some(pixels) => {
            let orientation = orientation_of(bytes, format);
            Ok(pixels::finish(pixels, orientation, density))
        }
        None => Err(Failure::decode(Reason::Corrupt, refusal.to_string())),
    }
}

enum Refusal {
    Limit(Failure),
    Decoder(ImageError),
}

impl From<ImageError> for Refusal {
    fn from(error: ImageError) -> Self {
        Self::Decoder(error)
    }
}

fn read(
    bytes: &[u8],
    format: Format,
    limits: &Limits,
) -> Result<(DynamicImage, Orientation), Refusal> {
    let mut decoder = decoder(bytes, format, limits)?;
    let (width, height) = decoder.dimensions();
    let bits = u32::from(decoder.color_type().bits_per_pixel());
    limits.check(width, height, bits).map_err(Refusal::Limit)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    Ok((DynamicImage::from_decoder(decoder)?, orientation))
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
        Format::Tiff | Format::Pdf => None,
    }
}
