//! Which pixels are ink: one threshold for the whole page (Otsu) or one for each pixel (Sauvola).

use image::GrayImage;

use crate::images::BitMask;

/// Rows between two rows that the histogram looks at.
const HISTOGRAM_STEP: usize = 4;
/// Pixels that are counted at once where they are all the same, as the white around what was scanned.
const EVEN_PART: usize = 64;
/// Sauvola's weight of the deviation; 0.34 after Lazzara and Géraud (2014), who tuned it on documents.
const SAUVOLA_K: f32 = 0.34;
/// Sauvola's dynamic range of the deviation of 8-bit pixels.
const SAUVOLA_RANGE: f32 = 128.0;

/// Two classes of pixels and the gray level that parts them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Split {
    /// Ink is not lighter than this.
    pub(super) threshold: u8,
    /// Mean gray level of the ink, 0–255.
    pub(super) ink_level: f32,
    /// Mean gray level of the paper, 0–255.
    pub(super) paper_level: f32,
}

/// Returns the classes of a bilevel page: black and white, if it has both.
pub(super) fn of_mask(mask: &BitMask) -> Split {
    let pixels = (mask.width * mask.height) as u64;
    let (ink_level, paper_level) = match mask.count() {
        0 => (255.0, 255.0),
        ink if ink == pixels => (0.0, 0.0),
        _ => (0.0, 255.0),
    };
    Split { threshold: 127, ink_level, paper_level }
}

/// Splits the page's pixels after Otsu (1979), looking at every fourth row. A page of one gray level
/// has its threshold below that level: no ink.
pub(super) fn otsu(image: &GrayImage) -> Split {
    let mut histogram = [0_u64; 256];
    let width = image.width().max(1) as usize;
    for row in image.as_raw().chunks_exact(width).step_by(HISTOGRAM_STEP) {
        for part in row.chunks(EVEN_PART) {
            let (darkest, lightest) =
                part.iter().fold((u8::MAX, 0), |(darkest, lightest), &value| {
                    (value.min(darkest), value.max(lightest))
                });
            if darkest == lightest {
                histogram[usize::from(darkest)] += part.len() as u64;
                continue;
            }
            for &value in part {
                histogram[usize::from(value)] += 1;
            }
        }
    }
    split(&histogram)
}

fn split(histogram: &[u64; 256]) -> Split {
    let levels = || histogram.iter().enumerate();
    let total: u64 = histogram.iter().sum();
    let total_sum: f64 = levels().map(|(level, &count)| level as f64 * count as f64).sum();
    let (mut below, mut below_sum) = (0_u64, 0.0_f64);
    let (mut best, mut best_between) = (None, 0.0_f64);
    let mut last_best = 0;
    for (level, &count) in levels() {
        below += count;
        below_sum += level as f64 * count as f64;
        let above = total - below;
        if below == 0 || above == 0 {
            continue;
        }
        let (ink, paper) = (below_sum / below as f64, (total_sum - below_sum) / above as f64);
        let between = below as f64 * above as f64 * (paper - ink).powi(2);
        if between > best_between {
            best_between = between;
            best = Some((level, ink, paper));
            last_best = level;
        } else if between >= best_between * (1.0 - 1e-12) && best.is_some() {
            last_best = level;
        }
    }
    let Some((level, ink, paper)) = best else {
        let only = levels().find(|&(_, &count)| count > 0).map_or(255, |(level, _)| level);
        // A page of one dark level is all ink, a page of one light level all paper.
        let threshold = if only < 128 { only } else { only - 1 };
        return Split {
            threshold: threshold as u8,
            ink_level: only as f32,
            paper_level: only as f32,
        };
    };
    // Where a gap in the histogram makes thresholds equal, the middle of the gap is the safest.
    Split {
        threshold: usize::midpoint(level, last_best) as u8,
        ink_level: ink as f32,
        paper_level: paper as f32,
    }
}

/// Binarizes after Sauvola and Pietikäinen (2000): ink where a pixel is darker than
/// `mean · (1 + k · (deviation / 128 − 1))` of the square of `2 · radius + 1` pixels around it, else
/// paper. Sums slide over the page, so the cost does not depend on the radius.
pub(super) fn sauvola(image: &GrayImage, radius: usize) -> BitMask {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let mut output = BitMask::empty(width, height);
    if width == 0 || height == 0 {
        return output;
    }
    let pixels = image.as_raw();
    let row_at = |y: usize| &pixels[y * width..(y + 1) * width];
    let mut sums = vec![0_u32; width];
    let mut squares = vec![0_u32; width];
    let mut prefix = vec![(0_u64, 0_u64); width + 1];
    let radius = radius.clamp(1, 127);
    for y in 0..radius.min(height) {
        add_row(&mut sums, &mut squares, row_at(y));
    }
    let mut is_paper = vec![0_u8; width];
    for y in 0..height {
        if y + radius < height {
            add_row(&mut sums, &mut squares, row_at(y + radius));
        }
        if y > radius {
            subtract_row(&mut sums, &mut squares, row_at(y - radius - 1));
        }
        let rows = (y + radius).min(height - 1) + 1 - y.saturating_sub(radius);
        for x in 0..width {
            let (sum, square) = prefix[x];
            prefix[x + 1] = (sum + u64::from(sums[x]), square + u64::from(squares[x]));
        }
        for (x, (out, &value)) in is_paper.iter_mut().zip(row_at(y)).enumerate() {
            let (left, right) = (x.saturating_sub(radius), (x + radius).min(width - 1) + 1);
            let count = ((right - left) * rows) as f32;
            let mean = (prefix[right].0 - prefix[left].0) as f32 / count;
            let square = (prefix[right].1 - prefix[left].1) as f32 / count;
            let deviation = (square - mean * mean).max(0.0).sqrt();
            let threshold = mean * (1.0 + SAUVOLA_K * (deviation / SAUVOLA_RANGE - 1.0));
            *out = u8::from(f32::from(value) > threshold);
        }
        output.set_row(y, &is_paper, 0);
    }
    output
}

fn add_row(sums: &mut [u32], squares: &mut [u32], row: &[u8]) {
    for ((sum, square), &value) in sums.iter_mut().zip(squares).zip(row) {
        *sum += u32::from(value);
        *square += u32::from(value) * u32::from(value);
    }
}

fn subtract_row(sums: &mut [u32], squares: &mut [u32], row: &[u8]) {
    for ((sum, square), &value) in sums.iter_mut().zip(squares).zip(row) {
        *sum -= u32::from(value);
        *square -= u32::from(value) * u32::from(value);
    }
}
