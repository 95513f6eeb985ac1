//! The ground of a table: evenly lit paper without rules, its ink, and the height of its digits.
//!
//! Owns what is done to pixels before anything is looked for. Photographs of bound books are dark in
//! the gutter: the paper is the closing of the page at a quarter of its size, by which it is divided.

use image::GrayImage;

use crate::document::PixelBox;
use crate::images::{BitMask, PagePixels, PreparedPage};
use crate::shapes::{Component, find_components, sheet_side, text_height};

/// A page that is ready to be searched for digits.
pub(super) struct Ground {
    /// Paper is white, rules are painted over.
    pub gray: GrayImage,
    /// Components of the ink without rules.
    pub components: Vec<Component>,
    /// Median height of a digit in pixels.
    pub height: f32,
}

/// Text of this height in pixels is best measured with blocks of [`BLOCK`] pixels.
const USUAL_HEIGHT: f32 = 25.0;
/// Side of the blocks in which the paper is measured.
const BLOCK: f32 = 4.0;
/// Reach of the closing that finds the paper, in blocks: more than half a stroke, less than a shadow.
const CLOSING_REACH: usize = 4;
/// Reach of the mean that smooths the paper, in blocks.
const PAPER_REACH: usize = 7;
/// Reach of the two means that are near to a Gaussian of six blocks.
const MEAN_REACH: usize = 7;
/// Ink is darker than this share of the mean around it.
const INK_SHARE: f32 = 0.82;
/// And darker than this where there is no ink around it.
const LIGHTEST_INK: f32 = 190.0;
/// Runs of ink longer than this, in digit heights, are rules.
const RULE_LENGTH: f32 = 2.4;
/// Digits have heights of so many median heights.
pub(super) const DIGIT_HEIGHTS: std::ops::RangeInclusive<f32> = 0.7..=1.3;
/// Heights that are looked at for the median, in text heights.
const LIKELY_HEIGHTS: std::ops::RangeInclusive<f32> = 0.6..=1.7;
/// Fewer shapes than this are no table.
const MIN_SHAPES: usize = 40;
/// More components than this are noise.
const MAX_COMPONENTS: usize = 150_000;
/// Digits are between these heights in pixels.
const HEIGHT_LIMITS: std::ops::RangeInclusive<f32> = 8.0..=150.0;

impl Ground {
    /// Prepares the pixels of `zone`, or of the page; `None` if nothing on it can be a table of text.
    pub(super) fn of(page: &PreparedPage, zone: Option<PixelBox>) -> Option<Self> {
        let estimate = page.facts.x_height.map_or(USUAL_HEIGHT, |height| height * page.facts.scale);
        if !HEIGHT_LIMITS.contains(&estimate) {
            return None;
        }
        let (mut gray, mut ink) = match &page.pixels {
            PagePixels::Bilevel(mask) => (mask.to_gray(), mask.clone()),
            PagePixels::Gray(image) => {
                let mut gray = image.clone();
                let block = (BLOCK * estimate / USUAL_HEIGHT).round().max(1.0) as usize;
                flatten(&mut gray, block);
                let ink = ink_of(&gray, block);
                (gray, ink)
            }
        };
        erase_rules(&mut gray, &mut ink, (RULE_LENGTH * estimate) as usize);
        let mut components = find_components(&ink)?.list;
        if components.len() > MAX_COMPONENTS {
            return None;
        }
        if let Some(zone) = zone {
            components.retain(|component| is_inside(component, &zone));
        }
        let side = sheet_side(gray.width() as usize, gray.height() as usize);
        let likely = text_height(&components, side, MIN_SHAPES)?;
        let range = likely * LIKELY_HEIGHTS.start()..=likely * LIKELY_HEIGHTS.end();
        let mut heights: Vec<f32> =
            components.iter().map(Component::height).filter(|h| range.contains(h)).collect();
        let height = median(&mut heights)?;
        HEIGHT_LIMITS.contains(&height).then_some(Self { gray, components, height })
    }
}

/// Returns the middle one of the values; `None` for none.
pub(super) fn median(values: &mut [f32]) -> Option<f32> {
    if values.is_empty() {
        return None;
    }
    let middle = values.len() / 2;
    Some(*values.select_nth_unstable_by(middle, f32::total_cmp).1)
}

fn is_inside(component: &Component, zone: &PixelBox) -> bool {
    let (x, y) = component.center();
    (zone.left as f32..zone.right as f32).contains(&x)
        && (zone.top as f32..zone.bottom as f32).contains(&y)
}

/// A picture in blocks, row-major.
struct Blocks {
    side: usize,
    columns: usize,
    rows: usize,
    levels: Vec<f32>,
}

impl Blocks {
    /// Takes the mean of each block.
    fn of(image: &GrayImage, side: usize) -> Self {
        let (width, height) = (image.width() as usize, image.height() as usize);
        let (columns, rows) = (width.div_ceil(side), height.div_ceil(side));
        let mut levels = Vec::with_capacity(columns * rows);
        let mut sums = vec![0_u32; width];
        for top in (0..height).step_by(side) {
            sums.fill(0);
            let bottom = (top + side).min(height);
            for row in image.as_raw()[top * width..bottom * width].chunks_exact(width) {
                for (sum, &level) in sums.iter_mut().zip(row) {
                    *sum += u32::from(level);
                }
            }
            for block in sums.chunks(side) {
                let count = (block.len() * (bottom - top)) as f32;
                levels.push(block.iter().sum::<u32>() as f32 / count);
            }
        }
        Self { side, columns, rows, levels }
    }

    /// Replaces each block by `combine` of those up to `reach` away, first across, then down.
    fn combine(&mut self, reach: usize, combine: impl Fn(f32, f32) -> f32) {
        for _ in 0..2 {
            let mut output = Vec::with_capacity(self.levels.len());
            for row in self.levels.chunks_exact(self.columns) {
                for x in 0..self.columns {
                    let around = &row[x.saturating_sub(reach)..(x + reach + 1).min(self.columns)];
                    output.push(around.iter().copied().reduce(&combine).unwrap_or(row[x]));
                }
            }
            self.levels = output;
            self.transpose();
        }
    }

    /// Replaces each block by the mean of those up to `reach` away.
    fn smooth(&mut self, reach: usize) {
        for _ in 0..2 {
            let mut output = Vec::with_capacity(self.levels.len());
            let mut sums = vec![0.0_f32; self.columns + 1];
            for row in self.levels.chunks_exact(self.columns) {
                for (x, level) in row.iter().enumerate() {
                    sums[x + 1] = sums[x] + level;
                }
                for x in 0..self.columns {
                    let (from, to) = (x.saturating_sub(reach), (x + reach + 1).min(self.columns));
                    output.push((sums[to] - sums[from]) / (to - from) as f32);
                }
            }
            self.levels = output;
            self.transpose();
        }
    }

    fn transpose(&mut self) {
        let mut turned = Vec::with_capacity(self.levels.len());
        for x in 0..self.columns {
            turned.extend(self.levels.iter().skip(x).step_by(self.columns));
        }
        self.levels = turned;
        (self.columns, self.rows) = (self.rows, self.columns);
    }

    /// Writes the levels of pixel row `y`, drawn straight between the middles of blocks.
    fn row(&self, y: usize, levels: &mut [f32], scratch: &mut Vec<f32>) {
        let (above, below, share) = between(y, self.side, self.rows);
        let above = &self.levels[above * self.columns..(above + 1) * self.columns];
        let below = &self.levels[below * self.columns..(below + 1) * self.columns];
        scratch.clear();
        scratch.extend(above.iter().zip(below).map(|(a, b)| a + (b - a) * share));
        // From the middle of one block to that of the next the level changes by equal steps.
        let mut start = 0;
        while start < levels.len() {
            let (left, right, share) = between(start, self.side, self.columns);
            let step = (scratch[right] - scratch[left]) / self.side as f32;
            let first = scratch[left] + (scratch[right] - scratch[left]) * share;
            let end = (start + self.side - (start + self.side / 2) % self.side).min(levels.len());
            for (offset, level) in levels[start..end].iter_mut().enumerate() {
                *level = first + step * offset as f32;
            }
            start = end;
        }
    }
}

/// Returns the two blocks whose middles lie around a pixel, and the share of the second one.
fn between(position: usize, side: usize, blocks: usize) -> (usize, usize, f32) {
    let at = ((position as f32 + 0.5) / side as f32 - 0.5).max(0.0);
    let first = (at as usize).min(blocks - 1);
    (first, (first + 1).min(blocks - 1), at - first as f32)
}

/// Divides a page by its paper.
fn flatten(gray: &mut GrayImage, block: usize) {
    let mut paper = Blocks::of(gray, block);
    paper.combine(CLOSING_REACH, f32::max);
    paper.combine(CLOSING_REACH, f32::min);
    paper.smooth(PAPER_REACH);
    let width = gray.width() as usize;
    let (mut levels, mut scratch) = (vec![0.0; width], Vec::new());
    for (y, row) in gray.chunks_exact_mut(width).enumerate() {
        paper.row(y, &mut levels, &mut scratch);
        for (value, &level) in row.iter_mut().zip(&levels) {
            *value = (f32::from(*value) * 255.0 / level.max(1.0)).min(255.0) as u8;
        }
    }
}

fn ink_of(gray: &GrayImage, block: usize) -> BitMask {
    let mut mean = Blocks::of(gray, block);
    mean.smooth(MEAN_REACH);
    mean.smooth(MEAN_REACH);
    let width = gray.width() as usize;
    let mut ink = BitMask::empty(width, gray.height() as usize);
    let (mut levels, mut scratch) = (vec![0.0; width], Vec::new());
    let mut is_paper = vec![0_u8; width];
    for (y, row) in gray.as_raw().chunks_exact(width).enumerate() {
        mean.row(y, &mut levels, &mut scratch);
        for ((paper, &value), &level) in is_paper.iter_mut().zip(row).zip(&levels) {
            *paper = u8::from(f32::from(value) >= (INK_SHARE * level).min(LIGHTEST_INK));
        }
        ink.set_row(y, &is_paper, 0);
    }
    ink
}

/// Takes long straight runs and what lies close to them off the page.
fn erase_rules(gray: &mut GrayImage, ink: &mut BitMask, length: usize) {
    let down = ink.open_vertically(length);
    let across = ink.open_horizontally(length);
    for (rules, reach_x, reach_y) in [(down, 1, 4), (across, 4, 1)] {
        let (width, height) = (rules.width, rules.height);
        for y in 0..height {
            rules.runs(y, |left, right| {
                let (left, right) = (left.saturating_sub(reach_x), (right + reach_x).min(width));
                for y in y.saturating_sub(reach_y)..(y + reach_y + 1).min(height) {
                    ink.clear(y, left, right);
                    gray.as_flat_samples_mut().samples[y * width + left..y * width + right]
                        .fill(u8::MAX);
                }
            });
        }
    }
}
