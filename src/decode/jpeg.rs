//! Decodes JPEG straight to gray: brightness is the first thing that is coded, so that color need not be
//! worked out only to be thrown away. `raster` calls it first, and again for the color of a page that turns out to
//! need it; what is coded in another way than brightness (and color) is left to the other decoders.

use image::metadata::Orientation;
use image::{GrayImage, RgbImage};
use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use crate::document::{Failure, Pixels, Reason};

use super::Chroma;
use super::limits::Limits;

/// Decodes the brightness of a JPEG, or its colors, and tells how the picture must be turned. `None` if it is not
/// coded by brightness, or has no colors to be kept; `too_large` by its declared dimensions, `corrupt` if it cannot
/// be decoded.
pub(super) fn decode(
    bytes: &[u8],
    limits: &Limits,
    chroma: Chroma,
) -> Result<Option<(Pixels, Orientation)>, Failure> {
    let corrupt = |error: DecodeErrors| Failure::decode(Reason::Corrupt, format!("jpeg: {error}"));
    // Damaged files are read as far as they go; the limits are checked below.
    let options = DecoderOptions::default()
        .set_strict_mode(false)
        .set_max_width(usize::MAX)
        .set_max_height(usize::MAX);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(corrupt)?;
    let bits = match decoder.input_colorspace() {
        Some(ColorSpace::Luma) if chroma == Chroma::Drop => 8,
        // The decoder keeps all three until it is done.
        Some(ColorSpace::YCbCr) => 24,
        _ => return Ok(None),
    };
    let Some((width, height)) = decoder.dimensions() else { return Ok(None) };
    let (Ok(width), Ok(height)) = (u32::try_from(width), u32::try_from(height)) else {
        return Ok(None);
    };
    limits.check(width, height, bits)?;
    let orientation = decoder.exif().and_then(|exif| Orientation::from_exif_chunk(exif));
    let wanted = match chroma {
        Chroma::Drop => ColorSpace::Luma,
        Chroma::Keep => ColorSpace::RGB,
    };
    decoder.set_options(options.jpeg_set_out_colorspace(wanted));
    let values = decoder.decode().map_err(corrupt)?;
    let pixels = match chroma {
        Chroma::Drop => GrayImage::from_raw(width, height, values).map(Pixels::Gray),
        Chroma::Keep => RgbImage::from_raw(width, height, values).map(Pixels::Color),
    };
    Ok(pixels.map(|pixels| (pixels, orientation.unwrap_or(Orientation::NoTransforms))))
}
