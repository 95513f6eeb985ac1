//! The brightness of the paper over the page: how uneven it is, and how to make it even.

use image::GrayImage;

use super::tiles::quantile;
use crate::shapes;

/// Tiles along the longer side of a sheet: each is a few text lines tall.
const TILES: usize = 64;
/// Samples along one side of a tile.
const SAMPLES: usize = 12;
/// Share of a tile's samples that are darker than what is taken for its paper.
const PAPER_QUANTILE: f32 = 0.8;
/// A tile darker than this share of the page's usual paper holds no paper (a border, a picture).
const NO_PAPER: f32 = 0.4;
/// Paper becomes this gray, so that its grain doesn't clip.
const EVEN_PAPER: f32 = 245.0;
/// Fraction bits of gains.
const GAIN_BITS: u32 = 12;

/// Gray levels of the paper, `columns` × `rows` tiles of `tile` × `tile` pixels, row-major.
#[derive(Debug, Clone)]
pub(super) struct PaperMap {
    tile: usize,
    columns: usize,
    rows: usize,
    levels: Vec<u8>,
}

impl PaperMap {
    /// Measures the paper of a page; `None` for an image without pixels.
    pub(super) fn of(image: &GrayImage) -> Option<Self> {
        let (width, height) = (image.width() as usize, image.height() as usize);
        if width == 0 || height == 0 {
            return None;
        }
        let tile = (shapes::sheet_side(width, height) / TILES).max(8);
        let (columns, rows) = (width.div_ceil(tile), height.div_ceil(tile));
        let step = (tile / SAMPLES).max(1);
        let mut levels = Vec::with_capacity(columns * rows);
        let mut samples = Vec::with_capacity(tile * tile);
        for row in 0..rows {
            for column in 0..columns {
                samples.clear();
                for y in (row * tile..((row + 1) * tile).min(height)).step_by(step) {
                    let line = &image.as_raw()[y * width..(y + 1) * width];
                    let end = ((column + 1) * tile).min(width);
                    samples.extend(line[column * tile..end].iter().step_by(step));
                }
                levels.push(quantile(&mut samples, PAPER_QUANTILE));
            }
        }
        let mut map = Self { tile, columns, rows, levels };
        map.fill_dark_tiles();
        map.smooth();
        Some(map)
    }

    /// Returns how far apart the bright and the dark parts of the paper are, in gray levels.
    pub(super) fn unevenness(&self) -> f32 {
        let mut levels = self.levels.clone();
        f32::from(quantile(&mut levels, 0.95)) - f32::from(quantile(&mut levels, 0.05))
    }

    /// Divides the page by its paper, so that paper is equally bright everywhere.
    pub(super) fn flatten(&self, image: &mut GrayImage) {
        let width = image.width() as usize;
        let gain_of = |level: u8| {
            (EVEN_PAPER / f32::from(level.max(1)) * f32::from(1_u16 << GAIN_BITS)) as u32
        };
        let gains: Vec<u32> = self.levels.iter().map(|&level| gain_of(level)).collect();
        let mut row_gains = vec![0_u32; self.columns];
        for (y, line) in image.chunks_exact_mut(width.max(1)).enumerate() {
            let (upper, lower, share) = self.neighbors(y, self.rows);
            for (column, gain) in row_gains.iter_mut().enumerate() {
                let above = gains[upper * self.columns + column] as f32;
                let below = gains[lower * self.columns + column] as f32;
                *gain = (above + (below - above) * share) as u32;
            }
            self.scale_line(line, &row_gains);
        }
    }

    fn scale_line(&self, line: &mut [u8], gains: &[u32]) {
        // Between the middles of two tiles the gain changes by the same step from pixel to pixel.
        let mut start = 0;
        while start < line.len() {
            let (left, right, share) = self.neighbors(start, self.columns);
            let half = self.tile / 2;
            let next = (start + half) / self.tile * self.tile + self.tile - half;
            let end = next.max(start + 1).min(line.len());
            let (from, to) = (gains[left] as f32, gains[right] as f32);
            let mut gain = ((from + (to - from) * share) * 256.0) as i32;
            let step = ((to - from) / self.tile as f32 * 256.0) as i32;
            for value in &mut line[start..end] {
                let scaled = (u32::from(*value) * (gain.max(0) as u32 >> 8)) >> GAIN_BITS;
                *value = scaled.min(255) as u8;
                gain += step;
            }
            start = end;
        }
    }

    /// Returns the two tiles whose middles lie around a position, and the share of the second one.
    fn neighbors(&self, position: usize, tiles: usize) -> (usize, usize, f32) {
        let at = (position as f32 + 0.5) / self.tile as f32 - 0.5;
        let first = at.floor().max(0.0) as usize;
        let share = (at - first as f32).clamp(0.0, 1.0);
        (first.min(tiles - 1), (first + 1).min(tiles - 1), share)
    }

    fn fill_dark_tiles(&mut self) {
        let usual = quantile(&mut self.levels.clone(), 0.5);
        let darkest = (f32::from(usual) * NO_PAPER) as u8;
        for level in &mut self.levels {
            if *level < darkest {
                *level = usual;
            }
        }
    }

    /// Takes the median of 3 × 3 tiles, then the mean of 3 × 3, so that no single tile shows.
    fn smooth(&mut self) {
        self.levels = self.filtered(|around| quantile(around, 0.5));
        self.levels = self.filtered(|around| {
            let sum: u32 = around.iter().map(|&level| u32::from(level)).sum();
            (sum / around.len() as u32) as u8
        });
    }

    fn filtered(&self, value: impl Fn(&mut [u8]) -> u8) -> Vec<u8> {
        let mut output = Vec::with_capacity(self.levels.len());
        let mut around = Vec::with_capacity(9);
        for row in 0..self.rows {
            for column in 0..self.columns {
                around.clear();
                for y in row.saturating_sub(1)..(row + 2).min(self.rows) {
                    let line = &self.levels[y * self.columns..(y + 1) * self.columns];
                    let right = (column + 2).min(self.columns);
                    around.extend_from_slice(&line[column.saturating_sub(1)..right]);
                }
                output.push(value(&mut around));
            }
        }
        output
    }
}
