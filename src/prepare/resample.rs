//! Rotates and resizes images: the only steps that make new pixels out of old ones.
//!
//! Rotation is own code because the generic routines of the image crates take several times the budget of the
//! whole preparation on a 300-dpi page.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::{GrayImage, RgbImage};

/// Fraction bits of coordinates.
const FRACTION_BITS: u32 = 16;

/// Rotates the image clockwise by a few degrees around its middle with bilinear interpolation. The
/// result is so much larger that no corner is lost; what lies outside of the page becomes `fill`.
#[expect(clippy::cast_possible_wrap, reason = "sides of images fit u32")]
pub(super) fn rotate(image: &GrayImage, degrees: f32, fill: u8) -> GrayImage {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let (sin, cos) = f64::from(degrees).to_radians().sin_cos();
    let reach = |along: usize, across: usize| {
        (along as f64 * cos.abs() + across as f64 * sin.abs()).ceil().max(1.0)
    };
    let (new_width, new_height) = (reach(width, height), reach(height, width));
    let mut output =
        GrayImage::from_pixel(new_width as u32, new_height as u32, image::Luma([fill]));
    if width < 2 || height < 2 {
        return output;
    }
    let one = f64::from(1_u32 << FRACTION_BITS);
    let (step_x, step_y) = ((cos * one) as i64, (-sin * one) as i64);
    let pixels = image.as_raw();
    let limit_x = (width as i64 - 1) << FRACTION_BITS;
    let limit_y = (height as i64 - 1) << FRACTION_BITS;
    for (y, row) in output.chunks_exact_mut(new_width as usize).enumerate() {
        let (from_x, from_y) = (0.5 - new_width / 2.0, y as f64 + 0.5 - new_height / 2.0);
        let source_x = from_x * cos + from_y * sin + width as f64 / 2.0 - 0.5;
        let source_y = from_y * cos - from_x * sin + height as f64 / 2.0 - 0.5;
        let (start_x, start_y) = ((source_x * one) as i64, (source_y * one) as i64);
        let inside = span(start_x, step_x, limit_x, row.len());
        let inside_y = span(start_y, step_y, limit_y, row.len());
        let (first, last) = (inside.0.max(inside_y.0), inside.1.min(inside_y.1));
        let mut x = first;
        while x < last {
            let at = (start_x + step_x * x as i64, start_y + step_y * x as i64);
            let length = straight_length(at, (step_x, step_y)).min(last - x);
            let index = (at.1 >> FRACTION_BITS) as usize * width + (at.0 >> FRACTION_BITS) as usize;
            let above = &pixels[index..=index + length];
            let below = &pixels[index + width..=index + width + length];
            let ways = (Fraction::of(at.0, step_x), Fraction::of(at.1, step_y));
            blend(&mut row[x..x + length], above, below, ways);
            x += length;
        }
    }
    output
}

/// Returns the first index and the one after the last for which `0 <= start + step · index < limit`.
#[expect(clippy::cast_possible_wrap, reason = "sides of images fit u32")]
fn span(start: i64, step: i64, limit: i64, length: usize) -> (usize, usize) {
    let inside = |index: usize| (0..limit).contains(&(start + step * index as i64));
    if step == 0 {
        return if inside(0) { (0, length) } else { (0, 0) };
    }
    let (enter, leave) = if step > 0 { (0, limit - 1) } else { (limit - 1, 0) };
    let guess = |target: i64| ((target - start) / step).clamp(0, length as i64) as usize;
    let (mut first, mut last) = (guess(enter), (guess(leave) + 1).min(length));
    while first < last && !inside(first) {
        first += 1;
    }
    while first < last && !inside(last - 1) {
        last -= 1;
    }
    (first, last)
}

/// Returns the number of steps from `at` during which the source stays in one row and advances by one
/// whole pixel a step: at small angles hundreds of pixels.
fn straight_length(at: (i64, i64), step: (i64, i64)) -> usize {
    let one = 1_i64 << FRACTION_BITS;
    let steps_inside = |at: i64, drift: i64| {
        let fraction = at & (one - 1);
        match drift {
            0 => i64::MAX,
            1.. => (one - fraction + drift - 1) / drift,
            _ => fraction / -drift + 1,
        }
    };
    usize::try_from(steps_inside(at.0, step.0 - one).min(steps_inside(at.1, step.1))).unwrap_or(1)
}

/// A fraction in 1/65,536 that changes from step to step and wraps around.
#[derive(Clone, Copy)]
struct Fraction {
    start: u16,
    step: u16,
}

impl Fraction {
    fn of(at: i64, step: i64) -> Self {
        // Whole pixels are what `straight_length` counts; only what is below them is kept.
        Self { start: at as u16, step: step as u16 }
    }

    /// Returns the fraction after some steps in 1/256: enough for eight bits of gray.
    fn after(self, steps: u16) -> u16 {
        self.start.wrapping_add(self.step.wrapping_mul(steps)) >> 8
    }
}

/// Mixes each pixel of `above` and `below` with its right neighbor, and the two rows.
fn blend(out: &mut [u8], above: &[u8], below: &[u8], (right, down): (Fraction, Fraction)) {
    let mix = |row: &[u8], at: usize, share: u16| {
        u16::from(row[at]) * (256 - share) + u16::from(row[at + 1]) * share
    };
    let (above, below) = (&above[..=out.len()], &below[..=out.len()]);
    for (at, out) in out.iter_mut().enumerate() {
        let (right, down) = (right.after(at as u16), down.after(at as u16));
        let top = u32::from(mix(above, at, right)) * u32::from(256 - down);
        let bottom = u32::from(mix(below, at, right)) * u32::from(down);
        *out = ((top + bottom + (1 << 15)) >> 16) as u8;
    }
}
/// Resizes the image, each side by `scale`, with the cubic of Catmull and Rom, which is widened where the image becomes
/// smaller.
pub(super) fn resize(image: &GrayImage, scale: f32) -> GrayImage {
    let size = scaled(image.dimensions(), scale);
    let pixels = resized(image.as_raw(), image.dimensions(), size, PixelType::U8);
    GrayImage::from_raw(size.0, size.1, pixels).unwrap_or_default()
}

/// Resizes the image as [`resize`] does.
pub(super) fn resize_color(image: &RgbImage, scale: f32) -> RgbImage {
    let size = scaled(image.dimensions(), scale);
    let pixels = resized(image.as_raw(), image.dimensions(), size, PixelType::U8x3);
    RgbImage::from_raw(size.0, size.1, pixels).unwrap_or_default()
}

fn scaled((width, height): (u32, u32), scale: f32) -> (u32, u32) {
    let side = |length: u32| ((length as f32 * scale).round() as u32).max(1);
    (side(width), side(height))
}

/// Returns the pixels of an image resized from `from` to `to` pixels a side.
fn resized(pixels: &[u8], from: (u32, u32), to: (u32, u32), kind: PixelType) -> Vec<u8> {
    let mut output = Image::new(to.0, to.1, kind);
    let cubic = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom));
    let done = ImageRef::new(from.0, from.1, pixels, kind)
        .map(|image| Resizer::new().resize(&image, &mut output, &cubic));
    debug_assert!(matches!(done, Ok(Ok(()))), "{done:?}");
    output.into_vec()
}
