//! From what decoders give to what a page is: gray or color, upright, square pixels.
//!
//! Used by every decoder of this room as its last step. Decodes nothing itself.

use image::imageops::{self, FilterType};
use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, RgbImage};

use crate::document::{PageImage, Pixels};

/// Channels that differ by no more are gray: JPEG's color transform rounds by up to two levels.
const GRAY_TOLERANCE: u8 = 2;
/// Ratio of the two resolutions from which pixels are not square. A fax of 204 × 196 dpi is near
/// enough; one of 204 × 98 dpi must be stretched.
const SQUARE_RATIO: f32 = 1.1;
/// A larger ratio is no scanner's, but a broken tag.
const MAX_RATIO: f32 = 4.5;

/// Pixels per inch along the rows and along the columns of the stored image, as declared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Density {
    pub(super) across: f32,
    pub(super) down: f32,
}

impl Density {
    /// Returns a density, or `None` if it says nothing (zero, infinite, not a number).
    pub(super) fn new(across: f32, down: f32) -> Option<Self> {
        let fine = |value: f32| value.is_finite() && value > 0.0;
        (fine(across) && fine(down)).then_some(Self { across, down })
    }

    /// Returns the density after the image has been turned.
    pub(super) fn turned(self, orientation: Orientation) -> Self {
        match orientation {
            Orientation::NoTransforms
            | Orientation::Rotate180
            | Orientation::FlipHorizontal
            | Orientation::FlipVertical => self,
            Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH => Self { across: self.down, down: self.across },
        }
    }
}

/// Makes a page of decoded pixels: obeys the orientation, turns colorless color into gray, makes
/// pixels square, notes whether only black and white are left. `density` is that of the stored image.
pub(super) fn finish(
    pixels: Pixels,
    orientation: Orientation,
    density: Option<Density>,
) -> PageImage {
    let pixels = without_false_color(pixels);
    let bilevel = is_bilevel(&pixels);
    let pixels = oriented(pixels, orientation);
    let density = density.map(|density| density.turned(orientation));
    let (pixels, declared_dpi) = match density {
        Some(density) => squared(pixels, density, bilevel),
        None => (pixels, None),
    };
    PageImage { pixels, bilevel, declared_dpi }
}

/// Turns any decoded image into gray or color of eight bits; transparency shows white paper.
pub(super) fn from_dynamic(image: DynamicImage) -> Pixels {
    match image {
        DynamicImage::ImageLuma8(gray) => Pixels::Gray(gray),
        DynamicImage::ImageRgb8(color) => Pixels::Color(color),
        DynamicImage::ImageLuma16(_) => Pixels::Gray(image.into_luma8()),
        DynamicImage::ImageLumaA8(_) | DynamicImage::ImageLumaA16(_) => {
            let source = image.into_luma_alpha8();
            let (width, height) = source.dimensions();
            let values = source.pixels().map(|pixel| over_white(pixel.0[0], pixel.0[1])).collect();
            gray(width, height, values)
        }
        DynamicImage::ImageRgba8(_)
        | DynamicImage::ImageRgba16(_)
        | DynamicImage::ImageRgba32F(_) => {
            let source = image.into_rgba8();
            let mut color = RgbImage::new(source.width(), source.height());
            for (to, from) in color.pixels_mut().zip(source.pixels()) {
                let [red, green, blue, alpha] = from.0;
                to.0 = [red, green, blue].map(|value| over_white(value, alpha));
            }
            Pixels::Color(color)
        }
        other => Pixels::Color(other.into_rgb8()),
    }
}

/// Builds gray pixels of `width × height` values; missing values are white paper.
pub(super) fn gray(width: u32, height: u32, mut values: Vec<u8>) -> Pixels {
    values.resize(width as usize * height as usize, 255);
    Pixels::Gray(GrayImage::from_raw(width, height, values).unwrap_or_default())
}

/// Builds color pixels of `width × height × 3` values; missing values are white paper.
pub(super) fn color(width: u32, height: u32, mut values: Vec<u8>) -> Pixels {
    values.resize(width as usize * height as usize * 3, 255);
    Pixels::Color(RgbImage::from_raw(width, height, values).unwrap_or_default())
}

/// Expands rows of packed bits, each row padded to whole bytes, to one byte a pixel: set bits
/// become `one`, others `255 - one`.
pub(super) fn expand_bits(packed: &[u8], width: u32, height: u32, one: u8) -> Pixels {
    let (columns, row_bytes) = (width as usize, (width as usize).div_ceil(8));
    let table: Vec<[u8; 8]> = (0..=255_u8)
        .map(|byte| std::array::from_fn(|bit| if byte >> (7 - bit) & 1 == 1 { one } else { !one }))
        .collect();
    let mut values = vec![255_u8; columns * height as usize];
    for (row, source) in values.chunks_exact_mut(columns).zip(packed.chunks(row_bytes)) {
        for (to, &byte) in row.chunks_mut(8).zip(source) {
            to.copy_from_slice(&table[usize::from(byte)][..to.len()]);
        }
    }
    gray(width, height, values)
}

/// Returns what a value of this opacity looks like on white paper.
pub(super) fn over_white(value: u8, alpha: u8) -> u8 {
    let (value, alpha) = (u32::from(value), u32::from(alpha));
    ((value * alpha + 255 * (255 - alpha) + 127) / 255) as u8
}

/// Turns and mirrors pixels.
pub(super) fn oriented(pixels: Pixels, orientation: Orientation) -> Pixels {
    if orientation == Orientation::NoTransforms {
        return pixels;
    }
    let mut image = match pixels {
        Pixels::Gray(gray) => DynamicImage::ImageLuma8(gray),
        Pixels::Color(color) => DynamicImage::ImageRgb8(color),
    };
    image.apply_orientation(orientation);
    from_dynamic(image)
}

fn without_false_color(pixels: Pixels) -> Pixels {
    match pixels {
        Pixels::Color(color) if color.as_raw().as_chunks::<3>().0.iter().copied().all(is_gray) => {
            let (width, height) = color.dimensions();
            let values = color.as_raw().as_chunks::<3>().0.iter().map(|pixel| pixel[1]).collect();
            gray(width, height, values)
        }
        other => other,
    }
}

fn is_gray([red, green, blue]: [u8; 3]) -> bool {
    red.abs_diff(green) <= GRAY_TOLERANCE && blue.abs_diff(green) <= GRAY_TOLERANCE
}

fn is_bilevel(pixels: &Pixels) -> bool {
    match pixels {
        // Blocks without a branch inside are checked sixteen pixels at a time by the processor.
        Pixels::Gray(gray) => gray.as_raw().chunks(4096).all(|block| {
            block.iter().fold(0_u8, |wrong, &v| wrong | u8::from(v != 0 && v != 255)) == 0
        }),
        Pixels::Color(_) => false,
    }
}

/// Stretches the coarser axis so that pixels are square; returns the resolution then.
fn squared(pixels: Pixels, density: Density, bilevel: bool) -> (Pixels, Option<f32>) {
    let Density { across, down } = density;
    let ratio = across.max(down) / across.min(down);
    if ratio > MAX_RATIO {
        return (pixels, None);
    }
    if ratio < SQUARE_RATIO {
        return (pixels, Some(f32::midpoint(across, down)));
    }
    let (width, height) = pixels.dimensions();
    let stretched = |side: u32| (side as f32 * ratio).round() as u32;
    let (width, height) =
        if across < down { (stretched(width), height) } else { (width, stretched(height)) };
    // Repeating pixels keeps black and white; anything else would be gray at the edges.
    let filter = if bilevel { FilterType::Nearest } else { FilterType::Triangle };
    let pixels = match pixels {
        Pixels::Gray(gray) => Pixels::Gray(imageops::resize(&gray, width, height, filter)),
        Pixels::Color(color) => Pixels::Color(imageops::resize(&color, width, height, filter)),
    };
    (pixels, Some(across.max(down)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_white_paper_through_transparency() {
        assert_eq!([over_white(0, 0), over_white(0, 255), over_white(100, 128)], [255, 0, 177]);
    }

    #[test]
    fn turns_colorless_color_into_gray_and_notes_black_and_white() {
        let page = finish(
            color(2, 1, vec![0, 0, 0, 255, 255, 255]),
            Orientation::NoTransforms,
            Density::new(300.0, 300.0),
        );
        assert!(matches!(&page.pixels, Pixels::Gray(gray) if gray.as_raw() == &[0, 255]));
        assert!(page.bilevel);
        assert_eq!(page.declared_dpi, Some(300.0));
    }

    #[test]
    fn keeps_real_color() {
        let page = finish(color(1, 1, vec![200, 40, 40]), Orientation::NoTransforms, None);
        assert!(matches!(page.pixels, Pixels::Color(_)));
        assert!(!page.bilevel);
    }

    #[test]
    fn stretches_a_coarse_fax_to_square_pixels() {
        let page =
            finish(gray(2, 1, vec![0, 255]), Orientation::NoTransforms, Density::new(204.0, 102.0));
        assert!(matches!(&page.pixels, Pixels::Gray(gray) if gray.as_raw() == &[0, 255, 0, 255]));
        assert_eq!(page.pixels.dimensions(), (2, 2));
        assert_eq!(page.declared_dpi, Some(204.0));
    }

    #[test]
    fn turns_the_resolution_with_the_page() {
        let page =
            finish(gray(1, 2, vec![0, 255]), Orientation::Rotate90, Density::new(100.0, 200.0));
        assert_eq!(page.pixels.dimensions(), (2, 2));
        assert_eq!(page.declared_dpi, Some(200.0));
    }

    #[test]
    fn expands_bits_row_by_row() {
        let Pixels::Gray(image) = expand_bits(&[0b1010_0000, 0b0100_0000], 3, 2, 0) else {
            panic!("bits are gray");
        };
        assert_eq!(image.as_raw(), &[0, 255, 0, 255, 0, 255]);
    }
}
