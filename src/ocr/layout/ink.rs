//! The ink of a page as a mask: taken as it is from bilevel pages, found by local thresholds on gray ones.
//!
//! A gray page is divided into tiles. Where a tile and its neighbors show two clearly different
//! classes of pixels (Otsu), its threshold is between them; where not, it is all paper or all ink.
//! Between the middles of tiles thresholds run evenly.

use image::GrayImage;

use crate::document::{BitMask, PagePixels};

/// A tile's side is this share of the page's longer side …
const TILES: u32 = 80;
/// … but not outside of these, in pixels.
const TILE_SIDES: std::ops::RangeInclusive<u32> = 16..=64;
/// Gray levels are counted in so many classes.
const CLASSES: usize = 32;
/// Gray levels in a class.
const CLASS_WIDTH: u8 = 8;
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

/// Returns the mask of a page's ink.
pub(super) fn mask_of(pixels: &PagePixels) -> BitMask {
    match pixels {
        PagePixels::Bilevel(mask) => mask.clone(),
        PagePixels::Gray(image) => of_gray(image),
    }
}

type Histogram = [u32; CLASSES];

/// Two classes of pixels, as mean gray levels.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Split {
    ink: f32,
    paper: f32,
}

fn of_gray(image: &GrayImage) -> BitMask {
    let side =
        (image.width().max(image.height()) / TILES).clamp(*TILE_SIDES.start(), *TILE_SIDES.end());
    let side = side as usize;
    let tiles = Tiles::count(image, side);
    let whole = tiles.histograms.iter().fold([0; CLASSES], |all, each| sum(&all, each));
    let thresholds = tiles.thresholds(split(&whole));
    let mut levels = vec![0_u8; image.width() as usize];
    let mut filled = None;
    BitMask::dark_by_row(image, |y, row| {
        let block = y / BLOCK_ROWS;
        if filled != Some(block) {
            tiles.interpolate(&thresholds, block * BLOCK_ROWS + BLOCK_ROWS / 2, &mut levels);
            filled = Some(block);
        }
        row.copy_from_slice(&levels);
    })
}

/// Histograms of the tiles of a page, row by row.
struct Tiles {
    side: usize,
    columns: usize,
    rows: usize,
    histograms: Vec<Histogram>,
}

impl Tiles {
    fn count(image: &GrayImage, side: usize) -> Self {
        let (width, height) = (image.width() as usize, image.height() as usize);
        let (columns, rows) = (width.div_ceil(side), height.div_ceil(side));
        let mut histograms = vec![[0; CLASSES]; columns * rows];
        for (y, row) in image.as_raw().chunks_exact(width.max(1)).enumerate().step_by(ROW_STEP) {
            let first = y / side * columns;
            for (histogram, pixels) in histograms[first..].iter_mut().zip(row.chunks(side)) {
                for &level in pixels {
                    histogram[usize::from(level / CLASS_WIDTH)] += 1;
                }
            }
        }
        Self { side, columns, rows, histograms }
    }

    /// Returns the threshold at the middle of each tile.
    fn thresholds(&self, page: Split) -> Vec<f32> {
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

    /// Writes the thresholds of row `y`.
    fn interpolate(&self, thresholds: &[f32], y: usize, levels: &mut [u8]) {
        let side = self.side as f32;
        let place = |at: usize, count: usize| {
            let at = ((at as f32 + 0.5) / side - 0.5).clamp(0.0, (count - 1) as f32);
            (at as usize, (at as usize + 1).min(count - 1), at.fract())
        };
        let (above, below, share) = place(y, self.rows);
        let column = |x: usize| {
            let (upper, lower) =
                (thresholds[above * self.columns + x], thresholds[below * self.columns + x]);
            upper + (lower - upper) * share
        };
        let columns: Vec<f32> = (0..self.columns).map(column).collect();
        for (x, level) in levels.iter_mut().enumerate() {
            let (left, right, share) = place(x, self.columns);
            *level = (columns[left] + (columns[right] - columns[left]) * share) as u8;
        }
    }
}

fn sum(a: &Histogram, b: &Histogram) -> Histogram {
    std::array::from_fn(|class| a[class] + b[class])
}

/// Splits pixels into two classes after Otsu (1979); both are the same where there is only one.
fn split(histogram: &Histogram) -> Split {
    let level = |class: usize| class as f32 * f32::from(CLASS_WIDTH) + f32::from(CLASS_WIDTH) / 2.0;
    let total: u32 = histogram.iter().sum();
    let total_sum: f32 =
        histogram.iter().enumerate().map(|(class, &count)| level(class) * count as f32).sum();
    let mean = total_sum / total.max(1) as f32;
    let (mut best, mut most) = (Split { ink: mean, paper: mean }, 0.0);
    let (mut below, mut below_sum) = (0, 0.0);
    for (class, &count) in histogram.iter().enumerate() {
        below += count;
        below_sum += level(class) * count as f32;
        let above = total - below;
        if below == 0 || above == 0 {
            continue;
        }
        let (ink, paper) = (below_sum / below as f32, (total_sum - below_sum) / above as f32);
        let between = below as f32 * above as f32 * (paper - ink) * (paper - ink);
        if between > most {
            (best, most) = (Split { ink, paper }, between);
        }
    }
    best
}
