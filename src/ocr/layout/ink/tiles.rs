//! The tiles of a gray page: how many pixels of each gray level they have, and the thresholds between ink and paper.

#![expect(
    clippy::inline_always,
    reason = "what counts and compares pixels is compiled for each kind of vector instructions"
)]

use fearless_simd::{Level, dispatch};
use image::GrayImage;

use crate::images::BitMask;

/// Gray levels are counted in so many classes.
pub(super) const CLASSES: usize = 32;
/// … by so many counters side by side.
const COUNTERS: usize = 4;
/// Gray levels in a class.
pub(super) const CLASS_WIDTH: u8 = 8;
/// Rows between two rows that are counted.
const ROW_STEP: usize = 2;
/// Paper and ink of a tile differ by so many gray levels at least …
const MIN_CONTRAST: f32 = 16.0;
/// … and by this share of the page's contrast.
const MIN_CONTRAST_SHARE: f32 = 0.25;
/// A tile without contrast is ink if it is no lighter than the page's ink by more than this share.
const DARK_SHARE: f32 = 0.3;
/// Thresholds are interpolated once for so many rows.
const BLOCK_ROWS: usize = 4;
/// … and for so many pixels of a row at a time: a word of a mask.
const PART: usize = 64;

/// Pixels of each class of gray levels.
pub(super) type Histogram = [u32; CLASSES];

/// Two classes of pixels, as mean gray levels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Split {
    pub ink: f32,
    pub paper: f32,
}

/// Histograms of the tiles of a page, row by row.
pub(super) struct Tiles {
    pub side: usize,
    pub columns: usize,
    pub rows: usize,
    pub histograms: Vec<Histogram>,
}

impl Tiles {
    pub fn count(image: &GrayImage, side: usize) -> Self {
        let (width, height) = (image.width() as usize, image.height() as usize);
        let (columns, rows) = (width.div_ceil(side), height.div_ceil(side));
        let mut tiles =
            Self { side, columns, rows, histograms: vec![[0; CLASSES]; columns * rows] };
        dispatch!(Level::new(), _simd => tiles.count_rows(image));
        tiles
    }

    #[inline(always)]
    fn count_rows(&mut self, image: &GrayImage) {
        let width = (image.width() as usize).max(1);
        for (y, row) in image.as_raw().chunks_exact(width).enumerate().step_by(ROW_STEP) {
            let first = y / self.side * self.columns;
            let tiles = self.histograms[first..].iter_mut().zip(row.chunks(self.side));
            for (histogram, pixels) in tiles {
                count_classes(histogram, pixels);
            }
        }
    }

    /// Returns the threshold at the middle of each tile.
    pub fn thresholds(&self, page: Split) -> Vec<f32> {
        let contrast = page.paper - page.ink;
        let least = (MIN_CONTRAST_SHARE * contrast).max(MIN_CONTRAST);
        let mut thresholds = Vec::with_capacity(self.histograms.len());
        for row in 0..self.rows {
            for column in 0..self.columns {
                let mut around = [0; CLASSES];
                for y in row.saturating_sub(1)..(row + 2).min(self.rows) {
                    for x in column.saturating_sub(1)..(column + 2).min(self.columns) {
                        around = sum(&around, &self.histograms[y * self.columns + x]);
                    }
                }
                let found = split(&around);
                thresholds.push(if found.paper - found.ink >= least {
                    f32::midpoint(found.ink, found.paper)
                } else if found.paper < page.ink + DARK_SHARE * contrast {
                    // All ink.
                    found.paper + least.max(contrast / 2.0)
                } else {
                    found.ink - least.max(contrast / 4.0)
                });
            }
        }
        thresholds
    }

    /// Returns the pixels that are not lighter than the threshold at their place.
    pub fn mask(&self, image: &GrayImage, thresholds: &[f32]) -> BitMask {
        let width = image.width() as usize;
        let mut mask = BitMask::empty(width, image.height() as usize);
        if width > 0 {
            dispatch!(Level::new(), _simd => self.draw(image, thresholds, &mut mask));
        }
        mask
    }

    #[inline(always)]
    fn draw(&self, image: &GrayImage, thresholds: &[f32], mask: &mut BitMask) {
        let width = mask.width;
        let ramp = self.ramp(width);
        let mut columns = Vec::with_capacity(self.columns + 1);
        let mut levels = [0; PART];
        for (block, rows) in image.as_raw().chunks(width * BLOCK_ROWS).enumerate() {
            let top = block * BLOCK_ROWS;
            self.interpolate(thresholds, top + BLOCK_ROWS / 2, &mut columns);
            for (part, ramp) in ramp.chunks(PART).enumerate() {
                let left = part * PART;
                let right = left + ramp.len();
                let (first, last) = (ramp[0].0 as usize, ramp[ramp.len() - 1].0 as usize + 1);
                let highest = columns[first..=last].iter().copied().max().unwrap_or_default();
                let mut is_known = false;
                for (y, row) in (top..).zip(rows.chunks_exact(width)) {
                    let pixels = &row[left..right];
                    // Most parts are paper.
                    if i32::from(pixels.iter().copied().fold(u8::MAX, u8::min)) > highest {
                        continue;
                    }
                    if !is_known {
                        write_levels(&columns, ramp, &mut levels);
                        is_known = true;
                    }
                    mask.set_by_levels((left, y), pixels, &levels[..ramp.len()]);
                }
            }
        }
    }

    /// Returns for each pixel of a row the tiles between whose middles it lies: the index of the left
    /// one, and the share of the right one in 1/256.
    fn ramp(&self, width: usize) -> Vec<(u16, u16)> {
        (0..width)
            .map(|x| {
                let (left, _, share) = self.place(x, self.columns);
                (left as u16, (share * 256.0) as u16)
            })
            .collect()
    }

    fn place(&self, at: usize, count: usize) -> (usize, usize, f32) {
        let at = ((at as f32 + 0.5) / self.side as f32 - 0.5).clamp(0.0, (count - 1) as f32);
        let first = at as usize;
        (first, (first + 1).min(count - 1), at - first as f32)
    }

    /// Writes the thresholds of row `y` at the middle of each column of tiles, the last one twice: it has no right
    /// neighbor but itself.
    fn interpolate(&self, thresholds: &[f32], y: usize, columns: &mut Vec<i32>) {
        let (above, below, share) = self.place(y, self.rows);
        let column = |x: usize| {
            let (upper, lower) =
                (thresholds[above * self.columns + x], thresholds[below * self.columns + x]);
            (upper + (lower - upper) * share).clamp(0.0, 255.0) as i32
        };
        columns.clear();
        columns.extend((0..self.columns).chain([self.columns - 1]).map(column));
    }
}

/// Writes the thresholds of pixels between the middles of tiles.
#[inline(always)]
fn write_levels(columns: &[i32], ramp: &[(u16, u16)], levels: &mut [u8]) {
    for (level, &(left, share)) in levels.iter_mut().zip(ramp) {
        let pair = &columns[usize::from(left)..usize::from(left) + 2];
        *level = (pair[0] + (((pair[1] - pair[0]) * i32::from(share)) >> 8)) as u8;
    }
}

/// Counts gray levels by their classes.
#[inline(always)]
fn count_classes(histogram: &mut Histogram, pixels: &[u8]) {
    let darkest = pixels.iter().copied().fold(u8::MAX, u8::min) / CLASS_WIDTH;
    let lightest = pixels.iter().copied().fold(0, u8::max) / CLASS_WIDTH;
    if darkest == lightest {
        histogram[usize::from(darkest)] += pixels.len() as u32;
        return;
    }
    // Pixels of one class stand side by side: a counter that was just written cannot be read at once.
    let mut counters = [[0_u32; CLASSES]; COUNTERS];
    let (groups, rest) = pixels.as_chunks::<COUNTERS>();
    for group in groups {
        for (counter, level) in counters.iter_mut().zip(group) {
            counter[usize::from(level / CLASS_WIDTH)] += 1;
        }
    }
    for level in rest {
        histogram[usize::from(level / CLASS_WIDTH)] += 1;
    }
    for counter in &counters {
        *histogram = sum(histogram, counter);
    }
}

#[inline(always)]
pub(super) fn sum(a: &Histogram, b: &Histogram) -> Histogram {
    std::array::from_fn(|class| a[class] + b[class])
}

/// Splits pixels into two classes after Otsu (1979); both are the same where there is only one.
pub(super) fn split(histogram: &Histogram) -> Split {
    let level = |class: usize| class as f32 * f32::from(CLASS_WIDTH) + f32::from(CLASS_WIDTH) / 2.0;
    let total: u32 = histogram.iter().sum();
    let total_sum: f32 =
        histogram.iter().enumerate().map(|(class, &count)| level(class) * count as f32).sum();
    let mean = total_sum / total.max(1) as f32;
    let (mut best, mut most) = (Split { ink: mean, paper: mean }, 0.0);
    let (mut below, mut below_sum) = (0, 0.0);
    // A class without pixels parts the others as the one before it does.
    for (class, &count) in histogram.iter().enumerate().filter(|(_, count)| **count > 0) {
        below += count;
        below_sum += level(class) * count as f32;
        let above = total - below;
        if above == 0 {
            break;
        }
        let (ink, paper) = (below_sum / below as f32, (total_sum - below_sum) / above as f32);
        let between = below as f32 * above as f32 * (paper - ink) * (paper - ink);
        if between > most {
            (best, most) = (Split { ink, paper }, between);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Text on paper that becomes darker to the right, white beyond.
    fn page() -> GrayImage {
        GrayImage::from_fn(1000, 403, |x, y| {
            let is_ink = x % 11 < 3 && y % 24 < 13 && (x * y) % 7 > 1;
            image::Luma([match x {
                700.. => 255,
                _ if is_ink => (40 + x / 9) as u8,
                _ => (250 - x / 7 - (x * 31 + y * 17) % 9) as u8,
            }])
        })
    }

    #[test]
    fn ink_is_no_lighter_than_the_threshold_at_its_place() {
        let page = page();
        let tiles = Tiles::count(&page, 16);
        let whole = tiles.histograms.iter().fold([0; CLASSES], |all, each| sum(&all, each));
        let thresholds = tiles.thresholds(split(&whole));
        let mask = tiles.mask(&page, &thresholds);
        let ramp = tiles.ramp(1000);
        let mut columns = Vec::new();
        let mut ink = 0;
        for (x, y, value) in page.enumerate_pixels() {
            tiles.interpolate(&thresholds, y as usize / 4 * 4 + 2, &mut columns);
            let mut level = [0];
            write_levels(&columns, &ramp[x as usize..], &mut level);
            assert_eq!(mask.get(x as usize, y as usize), value.0[0] <= level[0], "{x}, {y}");
            ink += u64::from(value.0[0] <= level[0]);
        }
        assert_eq!(mask.count(), ink);
        assert!(ink > 10_000, "{ink}");
    }

    #[test]
    fn a_row_of_one_class_is_counted_as_any_other() {
        let mut histogram = [0; CLASSES];
        count_classes(&mut histogram, &[248, 255, 250]);
        count_classes(&mut histogram, &[248, 247]);
        assert_eq!((histogram[31], histogram[30]), (4, 1));
    }
}
