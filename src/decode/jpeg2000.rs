//! Decodes JPEG 2000 images: files of boxes (`.jp2`) and bare codestreams (`.j2k`).
//!
//! The size is checked before anything is decoded. `raster` calls this, since package `image` and
//! leptonica know nothing of the format.

use hayro_jpeg2000::{ColorSpace, DecodeSettings, DecoderContext, Image};

use crate::document::{Failure, Reason};
use crate::images::Pixels;

use super::limits::Limits;
use super::pixels::{self, Density};

/// The decoder works with samples of 32 bits.
const SAMPLE_BITS: u32 = 32;
const METRES_PER_INCH: f32 = 0.0254;
/// Boxes with the resolution stand in the headers, before the codestream.
const HEADER_BYTES: usize = 4096;
/// Length of the numbers in a resolution box.
const RESOLUTION_BYTES: usize = 10;

/// Decodes an image as it is stored.
pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Pixels, Failure> {
    let corrupt =
        |error: hayro_jpeg2000::DecodeError| Failure::decode(Reason::Corrupt, error.to_string());
    let image = Image::new(bytes, &DecodeSettings::default()).map_err(corrupt)?;
    let (width, height) = (image.width(), image.height());
    let channels = image.color_space().num_channels();
    let planes = channels + u8::from(image.has_alpha());
    limits.check(width, height, 8 * u32::from(planes.max(1)))?;
    // A header of a few bytes must not make the decoder take all memory.
    limits.check_area(width, height, SAMPLE_BITS)?;
    let mut context = DecoderContext::default();
    let decoded = image.decode(&mut context).map_err(corrupt)?;
    let samples = decoded.data_u8();
    let expected = width as usize * height as usize * decoded.components().len();
    if decoded.components().is_empty() || samples.len() < expected {
        return Err(Failure::decode(Reason::Corrupt, "its samples are not complete"));
    }
    let layout = Samples {
        inks: matches!(image.color_space(), ColorSpace::CMYK),
        has_alpha: image.has_alpha(),
        planes: decoded.components().len(),
    };
    Ok(layout.pixels(width, height, &samples))
}

/// What the interleaved samples of a decoded image are.
struct Samples {
    /// Cyan, magenta, yellow and black instead of light.
    inks: bool,
    /// The last plane is opacity.
    has_alpha: bool,
    planes: usize,
}

impl Samples {
    fn pixels(&self, width: u32, height: u32, samples: &[u8]) -> Pixels {
        let alpha = |pixel: &[u8]| match pixel.last() {
            Some(&alpha) if self.has_alpha => alpha,
            _ => 255,
        };
        let over = pixels::over_white;
        let all = samples.chunks_exact(self.planes.max(1));
        match self.planes - usize::from(self.has_alpha && self.planes > 1) {
            1 | 2 => pixels::gray(width, height, all.map(|it| over(it[0], alpha(it))).collect()),
            3 => {
                let rgb = all.flat_map(|it| [it[0], it[1], it[2]].map(|v| over(v, alpha(it))));
                pixels::color(width, height, rgb.collect())
            }
            _ if self.inks => {
                let light = |ink: u8, black: u8| {
                    (u32::from(255 - ink) * u32::from(255 - black) / 255) as u8
                };
                let rgb = all.flat_map(|it| [it[0], it[1], it[2]].map(|ink| light(ink, it[3])));
                pixels::color(width, height, rgb.collect())
            }
            _ => {
                let rgb = all.flat_map(|it| [it[0], it[1], it[2]]);
                pixels::color(width, height, rgb.collect())
            }
        }
    }
}

/// Returns the resolution that a file of boxes declares: that of the capture, else that for display
/// (ISO/IEC 15444-1, I.5.3.7: numerators, denominators and exponents, down before across, per metre).
pub(super) fn density(bytes: &[u8]) -> Option<Density> {
    let head = &bytes[..bytes.len().min(HEADER_BYTES)];
    let numbers = |name: &[u8; 4]| {
        let at = head.windows(4).position(|window| window == name)? + 4;
        head.get(at..)?.first_chunk::<RESOLUTION_BYTES>().copied()
    };
    let per_inch = |high: [u8; 2], low: [u8; 2], exponent: u8| {
        let (over, under) = (u16::from_be_bytes(high), u16::from_be_bytes(low));
        let power = 10_f32.powi(i32::from(exponent.cast_signed()));
        f32::from(over) / f32::from(under) * power * METRES_PER_INCH
    };
    let of = |[a, b, c, d, e, f, g, h, down, across]: [u8; RESOLUTION_BYTES]| {
        Density::new(per_inch([e, f], [g, h], across), per_inch([a, b], [c, d], down))
    };
    numbers(b"resc").and_then(of).or_else(|| numbers(b"resd").and_then(of))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_resolution_of_the_capture() {
        // 11,811 / 1 per metre down and 590.55 × 10 across: 300 and 150 per inch.
        let mut bytes = b"\0\0\0\x1ares \0\0\0\x12resc".to_vec();
        bytes.extend([0x2e, 0x23, 0, 1, 0xe6, 0xaf, 0, 100, 0, 1]);
        let found = density(&bytes).expect("a resolution");
        assert_eq!((found.across.round(), found.down.round()), (150.0, 300.0));
    }

    #[test]
    fn ignores_a_resolution_of_nothing() {
        let mut bytes = b"\0\0\0\x12resd".to_vec();
        bytes.extend([0; RESOLUTION_BYTES]);
        assert!(density(&bytes).is_none());
    }

    #[test]
    fn lays_opacity_on_white_paper() {
        let layout = Samples { inks: false, has_alpha: true, planes: 2 };
        let Pixels::Gray(gray) = layout.pixels(2, 1, &[10, 255, 10, 0]) else {
            panic!("gray was expected");
        };
        assert_eq!(gray.as_raw(), &[10, 255]);
    }

    #[test]
    fn refuses_a_codestream_without_pixels() {
        let failure = decode(b"\xff\x4f\xff\x51\0\x29", &Limits::default()).expect_err("a failure");
        assert_eq!(failure.reason, Reason::Corrupt);
    }
}
