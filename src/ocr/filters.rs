//! Filters for pictures of lines: those of `image`, to the bit, in a tenth of their time. That one works on any
//! kind of pixel, in four channels of floating-point numbers.

use image::{GrayImage, imageops};

/// Box filters that make a blur.
const PASSES: usize = 3;

/// Returns a picture stretched or shrunk to a width by linear interpolation, as [`imageops::resize`] does it with
/// [`imageops::FilterType::Triangle`].
pub(super) fn of_width(picture: &GrayImage, new_width: u32) -> GrayImage {
    let (width, height) = picture.dimensions();
    if width == 0 || height == 0 || new_width <= width {
        return imageops::resize(picture, new_width, height, imageops::FilterType::Triangle);
    }
    let taps: Vec<(usize, [f32; 3])> = (0..new_width).map(|x| taps(x, width, new_width)).collect();
    let mut output = GrayImage::new(new_width, height);
    let mut values = vec![0.0_f32; width as usize + 2];
    let rows = picture.as_raw().chunks_exact(width as usize);
    for (to, from) in output.chunks_exact_mut(new_width as usize).zip(rows) {
        values.iter_mut().zip(from).for_each(|(value, &level)| *value = f32::from(level));
        for (level, &(first, weights)) in to.iter_mut().zip(&taps) {
            let values = &values[first..first + 3];
            let sum = values[0] * weights[0] + values[1] * weights[1] + values[2] * weights[2];
            *level = rounded(sum);
        }
    }
    output
}

/// Returns the first of the pixels that a pixel of a wider row is made of, and their weights.
fn taps(x: u32, width: u32, new_width: u32) -> (usize, [f32; 3]) {
    let ratio = width as f32 / new_width as f32;
    let middle = (x as f32 + 0.5) * ratio;
    let first = ((middle - 1.0).floor().max(0.0) as u32).min(width - 1);
    let end = ((middle + 1.0).ceil() as u32).clamp(first + 1, width);
    let mut weights = [0.0; 3];
    let mut sum = 0.0;
    for (weight, at) in weights.iter_mut().zip(first..end) {
        *weight = (1.0 - (at as f32 - (middle - 0.5)).abs()).max(0.0);
        sum += *weight;
    }
    (first as usize, weights.map(|weight| weight / sum))
}

/// Rounds halves up.
fn rounded(value: f32) -> u8 {
    let value = value.clamp(0.0, 255.0);
    let whole = value as u8;
    whole + u8::from(value - f32::from(whole) >= 0.5)
}

/// Returns a picture blurred about as a Gauss filter does it, as [`imageops::fast_blur`].
pub(super) fn blurred(picture: &GrayImage, sigma: f32) -> GrayImage {
    let (width, height) = picture.dimensions();
    let mut output = picture.clone();
    if width == 0 || height == 0 {
        return output;
    }
    for radius in radii(sigma) {
        match radius {
            1 => box_filter::<1>(&mut output),
            3 => box_filter::<3>(&mut output),
            5 => box_filter::<5>(&mut output),
            // No line is so high.
            _ => return imageops::fast_blur(picture, sigma),
        }
    }
    output
}

/// Returns the radii of the box filters that a blur is made of (Kovesi 2010), odd as `image` has them.
fn radii(sigma: f32) -> [usize; PASSES] {
    let passes = PASSES as f32;
    let mut lower = (12.0 * sigma.powi(2) / passes + 1.0).sqrt().floor();
    if lower % 2.0 == 0.0 {
        lower -= 1.0;
    }
    let lower_passes =
        (0.25 * passes * (lower + 3.0) - 3.0 * sigma.powi(2) * (lower + 1.0).recip()).round();
    std::array::from_fn(|pass| {
        let side = if pass < lower_passes as usize { lower } else { lower + 2.0 };
        ((side as usize).saturating_sub(1) / 2) | 1
    })
}

/// Replaces each pixel by the mean of a row of `2 · RADIUS + 1` pixels around it, and then of a column; the edges go on
/// outside of the picture.
fn box_filter<const RADIUS: u16>(picture: &mut GrayImage) {
    let radius = usize::from(RADIUS);
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let mut sums = vec![0_u16; width];
    let mut padded = vec![0_u8; width + 2 * radius];
    let mut across = vec![0_u8; width * height];
    for (to, from) in across.chunks_exact_mut(width).zip(picture.as_raw().chunks_exact(width)) {
        padded[..radius].fill(from[0]);
        padded[radius..radius + width].copy_from_slice(from);
        padded[radius + width..].fill(from[width - 1]);
        sums.fill(0);
        (0..=2 * radius).for_each(|at| add(&mut sums, &padded[at..at + width]));
        write_means::<RADIUS>(&sums, to);
    }
    for (y, to) in picture.chunks_exact_mut(width).enumerate() {
        sums.fill(0);
        for at in y..=y + 2 * radius {
            let row = at.saturating_sub(radius).min(height - 1);
            add(&mut sums, &across[row * width..(row + 1) * width]);
        }
        write_means::<RADIUS>(&sums, to);
    }
}

fn add(sums: &mut [u16], values: &[u8]) {
    sums.iter_mut().zip(values).for_each(|(sum, &value)| *sum += u16::from(value));
}

/// Writes sums divided by `2 · RADIUS + 1`, rounded; no mean lies in the middle between two levels.
fn write_means<const RADIUS: u16>(sums: &[u16], means: &mut [u8]) {
    for (mean, &sum) in means.iter_mut().zip(sums) {
        *mean = ((sum + RADIUS) / (2 * RADIUS + 1)) as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Any levels, the lightest and the darkest among them.
    fn picture(width: u32, height: u32) -> GrayImage {
        let mut state = 1_u32;
        GrayImage::from_fn(width, height, |_, _| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            image::Luma(
                [[0, 255, (state >> 16) as u8, (state >> 24) as u8][(state >> 30) as usize]],
            )
        })
    }

    #[test]
    fn pictures_are_stretched_as_image_stretches_them() {
        for (width, height, new_width) in
            [(1, 1, 3), (2, 3, 3), (7, 5, 8), (300, 40, 330), (951, 33, 1046)]
        {
            let picture = picture(width, height);
            let expected =
                imageops::resize(&picture, new_width, height, imageops::FilterType::Triangle);
            assert!(of_width(&picture, new_width) == expected, "{width} to {new_width}");
        }
    }

    #[test]
    fn pictures_are_blurred_as_image_blurs_them() {
        for (width, height) in [(1, 1), (2, 9), (5, 1), (6, 6), (200, 40), (333, 87)] {
            let picture = picture(width, height);
            for sigma in [0.1, 0.4, 0.8, 1.3, 2.2, 3.1, 4.5, 6.0, 9.0] {
                let expected = imageops::fast_blur(&picture, sigma);
                assert!(blurred(&picture, sigma) == expected, "{width} × {height}, {sigma}");
            }
        }
    }
}
