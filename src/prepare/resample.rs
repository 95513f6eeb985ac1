//! Rotates and resizes gray images: the only steps that make new pixels out of old ones.
//!
//! Own code because the generic routines of the image crates take several times the budget of the
//! whole preparation on a 300-dpi page.

use fearless_simd::{Level, dispatch};
use image::{GrayImage, Luma};

/// Fraction bits of coordinates.
const FRACTION_BITS: u32 = 16;
/// Fraction bits of filter weights; sums of 255 · weights stay far below `i32::MAX`.
const WEIGHT_BITS: u32 = 14;

/// Rotates the image clockwise by a few degrees around its middle with bilinear interpolation. The
/// result is so much larger that no corner is lost; what lies outside of the page becomes `fill`.
pub(super) fn rotate(image: &GrayImage, degrees: f32, fill: u8) -> GrayImage {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let (sin, cos) = f64::from(degrees).to_radians().sin_cos();
    let reach = |along: usize, across: usize| {
        (along as f64 * cos.abs() + across as f64 * sin.abs()).ceil().max(1.0)
    };
    let (new_width, new_height) = (reach(width, height), reach(height, width));
    let size = (new_width as usize, new_height as usize);
    if width < 2 || height < 2 {
        return GrayImage::from_pixel(size.0 as u32, size.1 as u32, Luma([fill]));
    }
    let mut rows = Vec::with_capacity(size.0 * size.1);
    // Compiled for each kind of vector instructions, of which the processor's best are taken.
    dispatch!(Level::new(), _simd => draw_rotated(image, (sin, cos), size, fill, &mut rows));
    GrayImage::from_raw(size.0 as u32, size.1 as u32, rows).unwrap_or_default()
}

/// Appends the rows of a rotated image of `size` pixels.
#[inline(always)]
#[expect(clippy::cast_possible_wrap, reason = "sides of images fit u32")]
fn draw_rotated(
    image: &GrayImage,
    (sin, cos): (f64, f64),
    size: (usize, usize),
    fill: u8,
    rows: &mut Vec<u8>,
) {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let one = f64::from(1_u32 << FRACTION_BITS);
    let (step_x, step_y) = ((cos * one) as i64, (-sin * one) as i64);
    let pixels = image.as_raw();
    let limit_x = (width as i64 - 1) << FRACTION_BITS;
    let limit_y = (height as i64 - 1) << FRACTION_BITS;
    for y in 0..size.1 {
        let (from_x, from_y) = (0.5 - size.0 as f64 / 2.0, y as f64 + 0.5 - size.1 as f64 / 2.0);
        let source_x = from_x * cos + from_y * sin + width as f64 / 2.0 - 0.5;
        let source_y = from_y * cos - from_x * sin + height as f64 / 2.0 - 0.5;
        let (start_x, start_y) = ((source_x * one) as i64, (source_y * one) as i64);
        // One row after the other, so that each is still in the processor's cache when it is drawn.
        let row_start = rows.len();
        rows.resize(row_start + size.0, fill);
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

/// Resizes by `scale` with a Catmull-Rom filter (stretched when the image becomes smaller, so that
/// thin strokes turn gray and don't vanish). Sides are rounded and at least 1 pixel.
pub(super) fn resize(image: &GrayImage, scale: f32) -> GrayImage {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let side = |length: usize| ((length as f32 * scale).round() as usize).max(1);
    let (new_width, new_height) = (side(width), side(height));
    let columns = taps(width, new_width);
    let rows = taps(height, new_height);
    let pixels = image.as_raw();
    let mut output = GrayImage::new(new_width as u32, new_height as u32);
    let mut sums = vec![0_i32; width];
    for (out_row, tap) in output.chunks_exact_mut(new_width).zip(&rows) {
        sums.fill(1 << (WEIGHT_BITS - 1));
        for (offset, &weight) in tap.weights.iter().enumerate() {
            let y = tap.first + offset;
            for (sum, &value) in sums.iter_mut().zip(&pixels[y * width..(y + 1) * width]) {
                *sum += weight * i32::from(value);
            }
        }
        for sum in &mut sums {
            *sum = (*sum >> WEIGHT_BITS).clamp(0, 255);
        }
        for (out, tap) in out_row.iter_mut().zip(&columns) {
            let window = &sums[tap.first..tap.first + tap.weights.len()];
            let sum: i32 =
                window.iter().zip(&tap.weights).map(|(value, weight)| value * weight).sum();
            *out = ((sum + (1 << (WEIGHT_BITS - 1))) >> WEIGHT_BITS).clamp(0, 255) as u8;
        }
    }
    output
}

/// The source pixels of one result pixel: `weights` (which sum up to `1 << WEIGHT_BITS`) from `first` on.
struct Tap {
    first: usize,
    weights: Vec<i32>,
}

fn taps(length: usize, new_length: usize) -> Vec<Tap> {
    let ratio = length as f64 / new_length as f64;
    let stretch = ratio.max(1.0);
    let support = 2.0 * stretch;
    (0..new_length)
        .map(|index| {
            let center = (index as f64 + 0.5) * ratio - 0.5;
            let first = (center - support).ceil().max(0.0) as usize;
            let last = ((center + support).floor().max(0.0) as usize).min(length - 1);
            let exact: Vec<f64> =
                (first..=last).map(|at| catmull_rom((at as f64 - center) / stretch)).collect();
            let sum: f64 = exact.iter().sum();
            let one = f64::from(1_i32 << WEIGHT_BITS);
            let weights = exact.iter().map(|weight| (weight / sum * one).round() as i32).collect();
            Tap { first, weights }
        })
        .collect()
}

/// The cubic of Catmull and Rom (Keys with a = −0.5).
fn catmull_rom(x: f64) -> f64 {
    let x = x.abs();
    if x < 1.0 {
        (1.5 * x - 2.5) * x * x + 1.0
    } else if x < 2.0 {
        ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    } else {
        0.0
    }
}
