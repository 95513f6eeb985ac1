//! From what decoders give to what a page is: gray or color, upright, square pixels.
//!
//! Used by every decoder of this room as its last step. Decodes nothing itself.

use fearless_simd::{Level, dispatch};
use image::imageops::{self, FilterType};
use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, RgbImage};

use crate::images::{BitMask, InkBit, PageImage, Pixels};

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

/// Makes a page of decoded pixels: turns colorless color into gray and gray without a middle into black
/// and white, obeys the orientation, makes pixels square. `density` is that of the stored image.
pub(super) fn finish(
    pixels: Pixels,
    orientation: Orientation,
    density: Option<Density>,
) -> PageImage {
    let pixels = oriented(simplest(pixels), orientation);
    let density = density.map(|density| density.turned(orientation));
    let (pixels, declared_dpi) = match density {
        Some(density) => squared(pixels, density),
        None => (pixels, None),
    };
    PageImage { pixels, declared_dpi }
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

/// Builds black and white pixels of rows of packed bits, each row padded to whole bytes; missing rows are
/// white paper.
pub(super) fn bits(packed: &[u8], width: u32, height: u32, ink: InkBit) -> Pixels {
    Pixels::Bilevel(BitMask::from_packed(packed, width as usize, height as usize, ink))
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
        Pixels::Bilevel(mask) => return Pixels::Bilevel(oriented_mask(mask, orientation)),
        Pixels::Gray(gray) => DynamicImage::ImageLuma8(gray),
        Pixels::Color(color) => DynamicImage::ImageRgb8(color),
    };
    image.apply_orientation(orientation);
    from_dynamic(image)
}

fn oriented_mask(mask: BitMask, orientation: Orientation) -> BitMask {
    match orientation {
        Orientation::NoTransforms => mask,
        Orientation::Rotate90 => mask.flipped_vertically().transposed(),
        Orientation::Rotate180 => mask.flipped_vertically().flipped_horizontally(),
        Orientation::Rotate270 => mask.transposed().flipped_vertically(),
        Orientation::FlipHorizontal => mask.flipped_horizontally(),
        Orientation::FlipVertical => mask.flipped_vertically(),
        Orientation::Rotate90FlipH => mask.transposed(),
        Orientation::Rotate270FlipH => {
            mask.transposed().flipped_vertically().flipped_horizontally()
        }
    }
}

/// Returns the pixels in the smallest form that holds them all.
fn simplest(pixels: Pixels) -> Pixels {
    let gray = match pixels {
        Pixels::Color(color) if is_colorless(color.as_raw()) => {
            let (width, height) = color.dimensions();
            GrayImage::from_raw(width, height, greens(color.into_raw())).unwrap_or_default()
        }
        Pixels::Gray(gray) => gray,
        other @ (Pixels::Bilevel(_) | Pixels::Color(_)) => return other,
    };
    if is_bilevel(&gray) { Pixels::Bilevel(BitMask::dark(&gray, 0)) } else { Pixels::Gray(gray) }
}

/// Returns whether the red and the blue of each pixel is about as bright as its green.
fn is_colorless(samples: &[u8]) -> bool {
    dispatch!(Level::new(), _simd => differ_little(samples))
}

#[inline(always)]
fn differ_little(samples: &[u8]) -> bool {
    /// Samples that are looked at together: whole pixels and whole vectors of the processor.
    const BLOCK: usize = 48;
    /// Blocks between two times that it is asked whether there was color.
    const TOGETHER: usize = 64;
    // Each sample is compared with the next one; blue and the red of the next pixel may differ.
    const MATTERS: [u8; BLOCK] = {
        let mut matters = [255; BLOCK];
        let mut blue = 2;
        while blue < BLOCK {
            matters[blue] = 0;
            blue += 3;
        }
        matters
    };
    let (blocks, rest) = samples.as_chunks::<BLOCK>();
    let nexts = samples.get(1..).unwrap_or_default().as_chunks::<BLOCK>().0;
    for (blocks, nexts) in blocks.chunks(TOGETHER).zip(nexts.chunks(TOGETHER)) {
        let mut worst = [0; BLOCK];
        for (block, next) in blocks.iter().zip(nexts) {
            for at in 0..BLOCK {
                worst[at] = worst[at].max(block[at].abs_diff(next[at]) & MATTERS[at]);
            }
        }
        if worst.iter().any(|&difference| difference > GRAY_TOLERANCE) {
            return false;
        }
    }
    // The last block has no sample after it.
    let last = blocks.last().map_or(&[][..], |block| block);
    let one_by_one = last.as_chunks::<3>().0.iter().chain(rest.as_chunks::<3>().0);
    one_by_one.copied().all(is_gray)
}

/// Keeps every third sample, from the second on, in the memory that the samples have.
fn greens(mut samples: Vec<u8>) -> Vec<u8> {
    let count = samples.len() / 3;
    dispatch!(Level::new(), _simd => gather_greens(&mut samples));
    samples.truncate(count);
    samples.shrink_to_fit();
    samples
}

/// Moves every third sample, from the second on, to the front.
#[inline(always)]
fn gather_greens(samples: &mut [u8]) {
    /// Pixels that are moved together: a vector of the processor.
    const PIXELS: usize = 16;
    let count = samples.len() / 3;
    let mut pixel = 0;
    while let Some(block) = samples[3 * pixel..].first_chunk::<{ 3 * PIXELS }>() {
        let greens: [u8; PIXELS] = std::array::from_fn(|at| block[3 * at + 1]);
        samples[pixel..pixel + PIXELS].copy_from_slice(&greens);
        pixel += PIXELS;
    }
    for pixel in pixel..count {
        samples[pixel] = samples[3 * pixel + 1];
    }
}

fn is_gray([red, green, blue]: [u8; 3]) -> bool {
    red.abs_diff(green) <= GRAY_TOLERANCE && blue.abs_diff(green) <= GRAY_TOLERANCE
}

fn is_bilevel(gray: &GrayImage) -> bool {
    // Blocks without a branch inside are checked sixteen pixels at a time by the processor.
    gray.as_raw()
        .chunks(4096)
        .all(|block| block.iter().fold(0_u8, |wrong, &v| wrong | u8::from(v != 0 && v != 255)) == 0)
}

/// Stretches the coarser axis so that pixels are square; returns the resolution then.
fn squared(pixels: Pixels, density: Density) -> (Pixels, Option<f32>) {
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
    let filter = FilterType::Triangle;
    let pixels = match pixels {
        // Anything but repeating pixels would be gray at the edges.
        Pixels::Bilevel(mask) => Pixels::Bilevel(mask.stretched(width as usize, height as usize)),
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
        let black_and_white = BitMask::from_packed(&[0x80], 2, 1, InkBit::One);
        assert!(matches!(&page.pixels, Pixels::Bilevel(mask) if *mask == black_and_white));
        assert_eq!(page.declared_dpi, Some(300.0));
    }

    #[test]
    fn keeps_the_greens_of_all_pixels() {
        let samples: Vec<u8> = (0..100 * 3).map(|sample| (sample % 251) as u8).collect();
        let expected: Vec<u8> = samples.iter().copied().skip(1).step_by(3).collect();
        assert_eq!(greens(samples), expected);
    }

    #[test]
    fn notices_a_single_pixel_of_color() {
        for place in [0, 1, 15, 16, 17, 31, 32, 39] {
            for colored in [[100, 90, 90], [90, 100, 90], [90, 90, 100]] {
                let mut values = vec![90; 40 * 3];
                values[place * 3..place * 3 + 3].copy_from_slice(&colored);
                assert!(!is_colorless(&values), "{colored:?} at {place}");
            }
        }
        let neighbors: Vec<u8> = (0..40).flat_map(|pixel| [pixel * 6; 3]).collect();
        assert!(is_colorless(&neighbors));
    }

    #[test]
    fn keeps_real_color() {
        let page = finish(color(1, 1, vec![200, 40, 40]), Orientation::NoTransforms, None);
        assert!(matches!(page.pixels, Pixels::Color(_)));
    }

    #[test]
    fn turns_bits_like_gray_pixels() {
        let values = [7, 200, 0, 1, 90, 3];
        let set = |value: &u8| if *value < 50 { 0 } else { 255 };
        let bits = pixels_of(values.iter().map(set).collect());
        for exif in 1..=8 {
            let orientation = Orientation::from_exif(exif).expect("one of the eight");
            let (gray, mask) = (
                oriented(gray(2, 3, values.to_vec()), orientation),
                oriented(bits.clone(), orientation),
            );
            let (Pixels::Gray(gray), Pixels::Bilevel(mask)) = (gray, mask) else {
                panic!("turning keeps the kind of pixels");
            };
            assert_eq!(mask, BitMask::dark(&gray, 49), "orientation {exif}");
        }
    }

    /// Two black and white pixels a row.
    fn pixels_of(values: Vec<u8>) -> Pixels {
        finish(gray(2, 3, values), Orientation::NoTransforms, None).pixels
    }

    #[test]
    fn stretches_a_coarse_fax_to_square_pixels() {
        let page =
            finish(gray(2, 1, vec![0, 255]), Orientation::NoTransforms, Density::new(204.0, 102.0));
        let repeated = BitMask::from_packed(&[0x80, 0x80], 2, 2, InkBit::One);
        assert!(matches!(&page.pixels, Pixels::Bilevel(mask) if *mask == repeated));
        assert_eq!(page.declared_dpi, Some(204.0));
    }

    #[test]
    fn turns_the_resolution_with_the_page() {
        let page =
            finish(gray(1, 2, vec![0, 255]), Orientation::Rotate90, Density::new(100.0, 200.0));
        assert_eq!(page.pixels.dimensions(), (2, 2));
        assert_eq!(page.declared_dpi, Some(200.0));
    }
}
