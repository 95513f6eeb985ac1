//! Scales a gray line to the height of the network's input exactly as Leptonica's `pixScale` does.
//!
//! Down by area, up by interpolation, both in sixteenths of a pixel, with sharpening near the original
//! size. The models were trained on such pixels, and equal words need equal pixels. Called by `line`.

#![expect(clippy::float_cmp, reason = "exact factors take other ways in Leptonica as well")]

use image::{GrayImage, Luma};

/// Below this factor pixels are averaged, from it on interpolated.
const AREA_BELOW: f64 = 0.7;
/// Averaged pictures are sharpened above this factor.
const SHARPEN_AVERAGED_ABOVE: f64 = 0.2;
/// Interpolated pictures are sharpened below this factor.
const SHARPEN_INTERPOLATED_BELOW: f64 = 1.4;
/// Sharpening: half width of the window in px, and how much of the difference is added.
const SHARPEN_AVERAGED: (usize, f32) = (1, 0.2);
const SHARPEN_INTERPOLATED: (usize, f32) = (2, 0.4);
/// Positions are kept in this many parts of a pixel.
const PARTS: u32 = 16;

/// Returns the factor that brings a picture of `source_height` px to `height` px.
pub(super) fn factor(source_height: u32, height: u32) -> f32 {
    height as f32 / source_height as f32
}

/// Returns the width in px that a picture of `width` px has after scaling by `factor`.
pub(super) fn scaled_side(side: u32, factor: f32) -> u32 {
    // The product is rounded to 32 bits, the sum is not: so it is in Leptonica.
    (f64::from(factor * side as f32) + 0.5) as u32
}

/// Returns `source` scaled by `factor` in both directions.
pub(super) fn scale(source: &GrayImage, factor: f32) -> GrayImage {
    let exact = f64::from(factor);
    if factor == 1.0 {
        source.clone()
    } else if exact < AREA_BELOW {
        let scaled = match halvings(factor) {
            Some(count) => (1..count).fold(halved(source), |picture, _| halved(&picture)),
            None => averaged(source, factor),
        };
        if exact > SHARPEN_AVERAGED_ABOVE { sharpened(&scaled, SHARPEN_AVERAGED) } else { scaled }
    } else {
        let scaled = match doublings(factor) {
            Some(times) => multiplied(source, times),
            None => interpolated(source, factor),
        };
        if exact < SHARPEN_INTERPOLATED_BELOW {
            sharpened(&scaled, SHARPEN_INTERPOLATED)
        } else {
            scaled
        }
    }
}

/// Returns how often a picture is halved for a factor of 1/2, 1/4, 1/8 or 1/16.
fn halvings(factor: f32) -> Option<u32> {
    (1..=4).find(|&count| factor == 0.5f32.powi(count)).map(i32::cast_unsigned)
}

/// Returns the factor where Leptonica has a form of its own for it.
fn doublings(factor: f32) -> Option<u32> {
    [2, 4].into_iter().find(|&times| factor == times as f32)
}

/// Returns the mean of each 2 × 2 pixels, rounded down; an odd last row or column is dropped.
fn halved(source: &GrayImage) -> GrayImage {
    let (width, height) = ((source.width() / 2).max(1), (source.height() / 2).max(1));
    let pixel = |x: u32, y: u32| {
        // A picture of a single row or column counts it twice.
        let (x, y) = (x.min(source.width() - 1), y.min(source.height() - 1));
        u32::from(source.get_pixel(x, y).0[0])
    };
    GrayImage::from_fn(width, height, |x, y| {
        let (x, y) = (2 * x, 2 * y);
        let sum = pixel(x, y) + pixel(x + 1, y) + pixel(x, y + 1) + pixel(x + 1, y + 1);
        Luma([(sum >> 2) as u8])
    })
}

/// Returns `source` at `times` its size: straight lines between pixels, rounded down, the last row and
/// column repeated.
fn multiplied(source: &GrayImage, times: u32) -> GrayImage {
    let pixel = |x: u32, y: u32| {
        u32::from(source.get_pixel(x.min(source.width() - 1), y.min(source.height() - 1)).0[0])
    };
    GrayImage::from_fn(source.width() * times, source.height() * times, |x, y| {
        let (left, top, right_part, lower_part) = (x / times, y / times, x % times, y % times);
        let (left_part, upper_part) = (times - right_part, times - lower_part);
        let sum = upper_part * (left_part * pixel(left, top) + right_part * pixel(left + 1, top))
            + lower_part
                * (left_part * pixel(left, top + 1) + right_part * pixel(left + 1, top + 1));
        Luma([(sum / (times * times)) as u8])
    })
}

/// Returns how many sixteenths of a source pixel one target pixel covers.
fn step(source_side: u32, side: u32) -> f32 {
    (f64::from(PARTS) * f64::from(source_side) / f64::from(side)) as f32
}

/// The source pixels that one target pixel covers along one axis.
#[derive(Debug, Clone, Copy)]
struct Span {
    first: usize,
    last: usize,
    first_weight: u32,
    last_weight: u32,
    /// Sum of all weights; 0 where the span would leave the picture and only `first` counts.
    total: u32,
}

fn spans(source_side: u32, side: u32) -> Vec<Span> {
    let step = step(source_side, side);
    (0..side)
        .map(|index| {
            let start = (step * index as f32) as u32;
            let end = (f64::from(step) * (f64::from(index) + 1.0)) as u32;
            let (first, last) = (start / PARTS, end / PARTS);
            let (first_weight, last_weight) = (PARTS - start % PARTS, end % PARTS);
            let inside = last + 1 < source_side && first < last;
            let between = last.saturating_sub(first + 1) * PARTS;
            let total = if inside { first_weight + between + last_weight } else { 0 };
            let first = first.min(source_side - 1);
            Span { first: first as usize, last: last as usize, first_weight, last_weight, total }
        })
        .collect()
}

/// Returns `source` scaled down: each pixel the mean of the area that it covers.
fn averaged(source: &GrayImage, factor: f32) -> GrayImage {
    let (source_width, source_height) = source.dimensions();
    let width = scaled_side(source_width, factor).max(1);
    let height = scaled_side(source_height, factor).max(1);
    let (columns, rows) = (spans(source_width, width), spans(source_height, height));
    let stride = source_width as usize;
    let pixels = source.as_raw();
    let row_of = |y: usize| &pixels[y * stride..][..stride];

    let mut scaled = Vec::with_capacity((width * height) as usize);
    let mut sums = vec![0u32; stride];
    for row in &rows {
        let first_row = row_of(row.first);
        if row.total > 0 {
            for (sum, &pixel) in sums.iter_mut().zip(first_row) {
                *sum = row.first_weight * u32::from(pixel);
            }
            for y in row.first + 1..row.last {
                add_row(&mut sums, row_of(y), PARTS);
            }
            add_row(&mut sums, row_of(row.last), row.last_weight);
        }
        for column in &columns {
            let area = u64::from(column.total) * u64::from(row.total);
            if area == 0 {
                scaled.push(first_row[column.first]);
                continue;
            }
            let between: u64 =
                sums[column.first + 1..column.last].iter().map(|&sum| u64::from(sum)).sum();
            let sum = u64::from(column.first_weight) * u64::from(sums[column.first])
                + u64::from(PARTS) * between
                + u64::from(column.last_weight) * u64::from(sums[column.last]);
            scaled.push(((sum + 128) / area) as u8);
        }
    }
    picture(width, height, scaled)
}

fn add_row(sums: &mut [u32], row: &[u8], weight: u32) {
    for (sum, &pixel) in sums.iter_mut().zip(row) {
        *sum += weight * u32::from(pixel);
    }
}

/// Returns `source` scaled up, or a little down: straight lines between pixels.
fn interpolated(source: &GrayImage, factor: f32) -> GrayImage {
    let (source_width, source_height) = source.dimensions();
    let width = scaled_side(source_width, factor).max(1);
    let height = scaled_side(source_height, factor).max(1);
    let points = |source_side: u32, side: u32| -> Vec<(usize, usize, u32)> {
        let step = step(source_side, side);
        (0..side)
            .map(|index| {
                let position = (step * index as f32) as u32;
                let first = (position / PARTS).min(source_side - 1);
                (first as usize, (first + 1).min(source_side - 1) as usize, position % PARTS)
            })
            .collect()
    };
    let columns = points(source_width, width);
    let stride = source_width as usize;
    let pixels = source.as_raw();

    let mut scaled = Vec::with_capacity((width * height) as usize);
    let mut mixed = vec![0u32; stride];
    for (upper, lower, lower_weight) in points(source_height, height) {
        let (upper, lower) =
            (&pixels[upper * stride..][..stride], &pixels[lower * stride..][..stride]);
        for ((mixed, &above), &below) in mixed.iter_mut().zip(upper).zip(lower) {
            *mixed = (PARTS - lower_weight) * u32::from(above) + lower_weight * u32::from(below);
        }
        scaled.extend(columns.iter().map(|&(left, right, right_weight)| {
            let sum = (PARTS - right_weight) * mixed[left] + right_weight * mixed[right];
            ((sum + 128) / (PARTS * PARTS)) as u8
        }));
    }
    picture(width, height, scaled)
}

/// Returns `source` with the difference to its surroundings made larger: `fraction` of the difference to
/// the mean of the `(2 × half + 1)²` pixels around is added. The outer `half` pixels stay as they are.
fn sharpened(source: &GrayImage, (half, fraction): (usize, f32)) -> GrayImage {
    let (width, height) = (source.width() as usize, source.height() as usize);
    let window = 2 * half + 1;
    let mut pixels = source.as_raw().clone();
    if width < window || height < window {
        return source.clone();
    }
    let part = 1.0 / (window * window) as f32;
    let inner = width - 2 * half;
    let mut below = vec![0u16; width];
    let mut sums = vec![0u16; inner];
    for y in half..height - half {
        below.fill(0);
        for row in source.as_raw()[(y - half) * width..].chunks_exact(width).take(window) {
            for (sum, &pixel) in below.iter_mut().zip(row) {
                *sum += u16::from(pixel);
            }
        }
        sums.fill(0);
        for shift in 0..window {
            for (sum, &column) in sums.iter_mut().zip(&below[shift..]) {
                *sum += column;
            }
        }
        let row = &mut pixels[y * width + half..][..inner];
        for (pixel, &sum) in row.iter_mut().zip(&sums) {
            let own = f32::from(*pixel);
            let sharp = own + fraction * (own - part * f32::from(sum));
            // Rounded to the nearest; below 0 and above 255 the cast stays at the limits.
            *pixel = (f64::from(sharp) + 0.5) as u8;
        }
    }
    picture(source.width(), source.height(), pixels)
}

fn picture(width: u32, height: u32, pixels: Vec<u8>) -> GrayImage {
    GrayImage::from_raw(width, height, pixels).expect("one byte was written for each pixel")
}

#[cfg(test)]
mod tests;
