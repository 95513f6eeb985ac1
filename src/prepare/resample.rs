//! Rotates and resizes images: the only steps that make new pixels out of old ones.
//!
//! Rotation is own code because the generic routines of the image crates take several times the budget of the
//! whole preparation on a 300-dpi page.

#![expect(
    clippy::inline_always,
    reason = "what mixes pixels is compiled for each kind of vector instructions"
)]

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use fearless_simd::{Level, dispatch};
use image::{GrayImage, ImageBuffer, Luma, Pixel, RgbImage};

use super::transpose::transposed;

/// Fraction bits of coordinates.
const FRACTION_BITS: u32 = 16;

/// Rotates the image clockwise by a few degrees around its middle with bilinear interpolation. The
/// result is so much larger that no corner is lost; what lies outside of the page becomes `fill`.
pub(super) fn rotate(image: &GrayImage, degrees: f32, fill: u8) -> GrayImage {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let (sin, cos) = f64::from(degrees).to_radians().sin_cos();
    let reach = |along: usize, across: usize| {
        (along as f64 * cos.abs() + across as f64 * sin.abs()).ceil().max(1.0)
    };
    let (new_width, new_height) = (reach(width, height), reach(height, width));
    let turn = Turn { sin, cos, width: new_width as usize, height: new_height as usize };
    if width < 2 || height < 2 {
        return GrayImage::from_pixel(turn.width as u32, turn.height as u32, Luma([fill]));
    }
    let mut rows = Vec::with_capacity(turn.width * turn.height);
    // Compiled for each kind of vector instructions, of which the processor's best are taken.
    dispatch!(Level::new(), _simd => draw_rotated(image, turn, fill, &mut rows));
    GrayImage::from_raw(turn.width as u32, turn.height as u32, rows).unwrap_or_default()
}

/// A rotation, and the size of its result in pixels.
#[derive(Clone, Copy)]
struct Turn {
    sin: f64,
    cos: f64,
    width: usize,
    height: usize,
}

/// Appends the rows of a rotated image.
#[inline(always)]
#[expect(clippy::cast_possible_wrap, reason = "sides of images fit u32")]
fn draw_rotated(image: &GrayImage, turn: Turn, fill: u8, rows: &mut Vec<u8>) {
    let Turn { sin, cos, .. } = turn;
    let (width, height) = (image.width() as usize, image.height() as usize);
    let one = f64::from(1_u32 << FRACTION_BITS);
    let (step_x, step_y) = ((cos * one) as i64, (-sin * one) as i64);
    let pixels = image.as_raw();
    let limit_x = (width as i64 - 1) << FRACTION_BITS;
    let limit_y = (height as i64 - 1) << FRACTION_BITS;
    for y in 0..turn.height {
        let from_x = 0.5 - turn.width as f64 / 2.0;
        let from_y = y as f64 + 0.5 - turn.height as f64 / 2.0;
        let source_x = from_x * cos + from_y * sin + width as f64 / 2.0 - 0.5;
        let source_y = from_y * cos - from_x * sin + height as f64 / 2.0 - 0.5;
        let (start_x, start_y) = ((source_x * one) as i64, (source_y * one) as i64);
        // One row after the other, so that each is still in the processor's cache when it is drawn.
        let row_start = rows.len();
        rows.resize(row_start + turn.width, fill);
        let row = &mut rows[row_start..];
        let inside = span(start_x, step_x, limit_x, row.len());
        let inside_y = span(start_y, step_y, limit_y, row.len());
        let (first, last) = (inside.0.max(inside_y.0), inside.1.min(inside_y.1));
        let mut x = first;
        while x < last {
            let at = (start_x + step_x * x as i64, start_y + step_y * x as i64);
            let length = straight_length(at, (step_x, step_y)).min(last - x);
            let index = (at.1 >> FRACTION_BITS) as usize * width + (at.0 >> FRACTION_BITS) as usize;
            let ways = (Fraction::of(at.0, step_x), Fraction::of(at.1, step_y));
            blend(&mut row[x..x + length], &pixels[index..], &pixels[index + width..], ways);
            x += length;
        }
    }
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
        // Narrow numbers are divided faster.
        let (fraction, drift, one) = ((at & (one - 1)) as i32, drift as i32, one as i32);
        match drift {
            0 => i32::MAX,
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

    /// Returns the fraction that begins so many steps later.
    #[inline(always)]
    fn moved(self, steps: usize) -> Self {
        Self { start: self.start.wrapping_add(self.step.wrapping_mul(steps as u16)), ..self }
    }

    /// Returns the fraction after some steps in 1/256: enough for eight bits of gray.
    #[inline(always)]
    fn after(self, steps: u16) -> u16 {
        self.start.wrapping_add(self.step.wrapping_mul(steps)) >> 8
    }
}

/// Pixels that are mixed at a time.
const BLOCK: usize = 16;

/// Mixes each pixel of `above` and `below` with its right neighbor, and the two rows. Both rows go on behind what
/// is needed, which is one pixel more than `out` has.
#[inline(always)]
fn blend(out: &mut [u8], above: &[u8], below: &[u8], ways: (Fraction, Fraction)) {
    let length = out.len();
    if below.len() <= length.max(BLOCK) {
        return blend_few(out, above, below, ways);
    }
    let Some(last) = length.checked_sub(BLOCK) else {
        // A whole block is mixed in fewer steps than some pixels by themselves.
        let mut block = [0; BLOCK];
        blend_few(&mut block, above, below, ways);
        out.copy_from_slice(&block[..length]);
        return;
    };
    // What is all alike stays as it is.
    let level = above[0];
    if is_even(&above[..=length], level) && is_even(&below[..=length], level) {
        out.fill(level);
        return;
    }
    for start in (0..length).step_by(BLOCK) {
        // The last block begins earlier, so that it is whole: some pixels are mixed twice.
        let start = start.min(last);
        let ways = (ways.0.moved(start), ways.1.moved(start));
        let (above, below) = (&above[start..=start + BLOCK], &below[start..=start + BLOCK]);
        blend_few(&mut out[start..start + BLOCK], above, below, ways);
    }
}

#[inline(always)]
fn is_even(row: &[u8], level: u8) -> bool {
    row.iter().fold(0, |differing, &value| differing | (value ^ level)) == 0
}

#[inline(always)]
fn blend_few(out: &mut [u8], above: &[u8], below: &[u8], (right, down): (Fraction, Fraction)) {
    let (above, below) = (&above[..=out.len()], &below[..=out.len()]);
    for (at, out) in out.iter_mut().enumerate() {
        let shares = (right.after(at as u16), down.after(at as u16));
        *out = mixed([above[at], above[at + 1]], [below[at], below[at + 1]], shares);
    }
}

/// Mixes four pixels; the shares of the right and the lower ones are in 1/256.
#[inline(always)]
fn mixed(above: [u8; 2], below: [u8; 2], (right, down): (u16, u16)) -> u8 {
    let across =
        |[left, other]: [u8; 2]| u16::from(left) * (256 - right) + u16::from(other) * right;
    let top = u32::from(across(above)) * u32::from(256 - down);
    let bottom = u32::from(across(below)) * u32::from(down);
    ((top + bottom + (1 << 15)) >> 16) as u8
}

/// Resizes the image, each side by `scale`, with the cubic of Catmull and Rom, which is widened where the image becomes
/// smaller.
pub(super) fn resize(image: &GrayImage, scale: f32) -> GrayImage {
    let (width, height) = scaled(image.dimensions(), scale);
    let tall = resized(image, (image.width(), height), PixelType::U8);
    // Along rows it takes ten times as long.
    transposed(&resized(&transposed(&tall), (height, width), PixelType::U8))
}

/// Resizes the image as [`resize`] does.
pub(super) fn resize_color(image: &RgbImage, scale: f32) -> RgbImage {
    resized(image, scaled(image.dimensions(), scale), PixelType::U8x3)
}

fn scaled((width, height): (u32, u32), scale: f32) -> (u32, u32) {
    let side = |length: u32| ((length as f32 * scale).round() as u32).max(1);
    (side(width), side(height))
}

type Bytes<P> = ImageBuffer<P, Vec<u8>>;

fn resized<P: Pixel<Subpixel = u8>>(
    image: &Bytes<P>,
    (width, height): (u32, u32),
    kind: PixelType,
) -> Bytes<P> {
    let mut output = Image::new(width, height, kind);
    let cubic = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom));
    let done = ImageRef::new(image.width(), image.height(), image.as_raw(), kind)
        .map(|image| Resizer::new().resize(&image, &mut output, &cubic));
    debug_assert!(matches!(done, Ok(Ok(()))), "{done:?}");
    ImageBuffer::from_raw(width, height, output.into_vec()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each pixel by itself, as [`rotate`] is defined.
    fn rotated(image: &GrayImage, degrees: f32, fill: u8) -> GrayImage {
        let (sin, cos) = f64::from(degrees).to_radians().sin_cos();
        let (width, height) = (f64::from(image.width()), f64::from(image.height()));
        let side = |along: f64, across: f64| (along * cos.abs() + across * sin.abs()).ceil();
        let (new_width, new_height) = (side(width, height), side(height, width));
        let one = f64::from(1_u32 << FRACTION_BITS);
        let (step_x, step_y) = ((cos * one) as i64, (-sin * one) as i64);
        let last = |side: u32| (i64::from(side) - 1) << FRACTION_BITS;
        GrayImage::from_fn(new_width as u32, new_height as u32, |x, y| {
            let (from_x, from_y) = (0.5 - new_width / 2.0, f64::from(y) + 0.5 - new_height / 2.0);
            let start_x = ((from_x * cos + from_y * sin + width / 2.0 - 0.5) * one) as i64;
            let start_y = ((from_y * cos - from_x * sin + height / 2.0 - 0.5) * one) as i64;
            let at = (start_x + step_x * i64::from(x), start_y + step_y * i64::from(x));
            if !(0..last(image.width())).contains(&at.0)
                || !(0..last(image.height())).contains(&at.1)
            {
                return Luma([fill]);
            }
            let (left, top) = ((at.0 >> FRACTION_BITS) as u32, (at.1 >> FRACTION_BITS) as u32);
            let share = |at: i64| (at & 0xffff) as u32 >> 8;
            let level = |x, y| u32::from(image.get_pixel(left + x, top + y).0[0]);
            let across = |y| level(0, y) * (256 - share(at.0)) + level(1, y) * share(at.0);
            let sum = across(0) * (256 - share(at.1)) + across(1) * share(at.1);
            Luma([((sum + (1 << 15)) >> 16) as u8])
        })
    }

    #[test]
    fn sides_are_resized_one_after_the_other() {
        let image = GrayImage::from_fn(190, 70, |x, y| Luma([(x * 37 + y * 101 + x * y) as u8]));
        for scale in [0.4, 0.93, 1.0, 1.37, 2.0, 2.9] {
            let both = resized(&image, scaled(image.dimensions(), scale), PixelType::U8);
            assert!(resize(&image, scale) == both, "{scale}");
        }
    }

    #[test]
    fn blocks_are_mixed_as_their_pixels_are() {
        // Speckled at the left, even at the right.
        let image = GrayImage::from_fn(190, 70, |x, y| {
            Luma([if x < 100 { (x * 37 + y * 101 + x * y) as u8 } else { 251 }])
        });
        for degrees in [0.2, -0.7, 1.3, -2.9, 5.0, -11.0, 15.9] {
            assert!(rotate(&image, degrees, 9) == rotated(&image, degrees, 9), "{degrees} degrees");
        }
    }
}
