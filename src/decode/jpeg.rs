//! Decodes JPEG with one pass over its coded data. `raster` calls it first; what is coded in another way than
//! brightness (and color) is left to the other decoders.

use image::metadata::Orientation;
use image::{GrayImage, RgbImage};
use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use crate::document::{Failure, Reason};
use crate::images::Pixels;

use super::limits::Limits;

/// Decodes a JPEG to gray or color, and tells how the picture must be turned. `None` if it is not coded by brightness;
/// `too_large` by its declared dimensions, `corrupt` if it cannot be decoded.
pub(super) fn decode(
    bytes: &[u8],
    limits: &Limits,
) -> Result<Option<(Pixels, Orientation)>, Failure> {
    let corrupt = |error: DecodeErrors| Failure::decode(Reason::Corrupt, format!("jpeg: {error}"));
    // Damaged files are read as far as they go; the limits are checked below.
    let options = DecoderOptions::default()
        .set_strict_mode(false)
        .set_max_width(usize::MAX)
        .set_max_height(usize::MAX);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(corrupt)?;
    let (bits, wanted) = match decoder.input_colorspace() {
        Some(ColorSpace::Luma) => (8, ColorSpace::Luma),
        // Color costs a fifth more than brightness alone, and to decode again when it turns out to matter costs all.
        Some(ColorSpace::YCbCr) => (24, ColorSpace::RGB),
        _ => return Ok(None),
    };
    let Some((width, height)) = decoder.dimensions() else { return Ok(None) };
    let (Ok(width), Ok(height)) = (u32::try_from(width), u32::try_from(height)) else {
        return Ok(None);
    };
    limits.check(width, height, bits)?;
    let orientation = decoder.exif().and_then(|exif| Orientation::from_exif_chunk(exif));
    decoder.set_options(options.jpeg_set_out_colorspace(wanted));
    let values = decoder.decode().map_err(corrupt)?;
    let pixels = match wanted {
        ColorSpace::Luma => GrayImage::from_raw(width, height, values).map(Pixels::Gray),
        _ => RgbImage::from_raw(width, height, values).map(Pixels::Color),
    };
    Ok(pixels.map(|pixels| (pixels, orientation.unwrap_or(Orientation::NoTransforms))))
}
