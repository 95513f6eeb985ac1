//! The ground of a page by tiles: which color most of the pixels of a small square have.

use image::{GrayImage, RgbImage};

/// Tiles along the shorter side of the page: each is about as wide as two letters.
const TILES: usize = 64;
/// … but not outside of these, in pixels.
const SIDES: std::ops::RangeInclusive<usize> = 12..=40;
/// Samples along one side of a tile.
const SAMPLES: usize = 4;
/// Gray levels are counted in so many classes.
const LEVEL_CLASSES: usize = 32;
/// Share of the tiles that are darker than what is taken for the page's paper.
const PAPER_QUANTILE: f32 = 0.8;
/// Tiles whose brightness differs from the paper's by so many gray levels are paper, too.
const SAME_PAPER: i32 = 12;

/// Red, green and blue, 0–255; all the same on gray pages.
pub(super) type Color = [u8; 3];

/// The pixels of a page, with or without color.
#[derive(Clone, Copy)]
pub(super) enum View<'a> {
    Gray(&'a GrayImage),
    Color(&'a RgbImage),
}

impl View<'_> {
    pub(super) fn size(&self) -> (usize, usize) {
        let (width, height) = match self {
            Self::Gray(image) => image.dimensions(),
            Self::Color(image) => image.dimensions(),
        };
        (width as usize, height as usize)
    }

    /// Number of channels, 1 or 3.
    pub(super) fn channels(&self) -> usize {
        match self {
            Self::Gray(_) => 1,
            Self::Color(_) => 3,
        }
    }

    /// Row-major samples, interleaved.
    pub(super) fn samples(&self) -> &[u8] {
        match self {
            Self::Gray(image) => image.as_raw(),
            Self::Color(image) => image.as_raw(),
        }
    }
}

/// Gray levels, counted in classes.
#[derive(Clone, Copy, Default)]
struct Levels {
    counts: [u16; LEVEL_CLASSES],
    sums: [u16; LEVEL_CLASSES],
    all: u16,
}

impl Levels {
    fn add(&mut self, value: u8) {
        let class = usize::from(value) * LEVEL_CLASSES / 256;
        self.counts[class] += 1;
        self.sums[class] += u16::from(value);
        self.all += 1;
    }

    /// Returns the mean of the class that holds the median; 255 without any levels.
    fn median(&self) -> u8 {
        let mut left = self.all / 2;
        for (&count, &sum) in self.counts.iter().zip(&self.sums) {
            if count > left {
                return (sum / count) as u8;
            }
            left -= count;
        }
        255
    }
}

/// Median colors of the tiles of a page, row-major.
#[derive(Debug, Clone)]
pub(super) struct TileGrounds {
    /// Side of a tile in pixels.
    pub(super) side: usize,
    pub(super) columns: usize,
    pub(super) rows: usize,
    pub(super) colors: Vec<Color>,
    /// The usual color of the paper.
    pub(super) paper: Color,
}

impl TileGrounds {
    /// Measures a page; `None` if it is smaller than a few tiles.
    pub(super) fn of(page: View) -> Option<Self> {
        let (width, height) = page.size();
        let side = (width.min(height) / TILES).clamp(*SIDES.start(), *SIDES.end());
        let (columns, rows) = (width.div_ceil(side), height.div_ceil(side));
        if columns < 3 || rows < 3 {
            return None;
        }
        let step = (side / SAMPLES).max(1);
        let mut colors = Vec::with_capacity(columns * rows);
        let channels = page.channels();
        for row in 0..rows {
            for column in 0..columns {
                let mut levels = [Levels::default(); 3];
                for y in (row * side..((row + 1) * side).min(height)).step_by(step) {
                    let (from, to) = (column * side, ((column + 1) * side).min(width));
                    let samples =
                        &page.samples()[(y * width + from) * channels..(y * width + to) * channels];
                    match page {
                        View::Gray(_) => {
                            samples.iter().step_by(step).for_each(|&value| levels[0].add(value));
                        }
                        View::Color(_) => {
                            for pixel in samples.as_chunks::<3>().0.iter().step_by(step) {
                                for (levels, &value) in levels.iter_mut().zip(pixel) {
                                    levels.add(value);
                                }
                            }
                        }
                    }
                }
                colors.push(match page {
                    View::Gray(_) => [levels[0].median(); 3],
                    View::Color(_) => levels.map(|levels| levels.median()),
                });
            }
        }
        let paper = usual(&colors);
        Some(Self { side, columns, rows, colors, paper })
    }
}

/// Returns how bright a color is, as JPEG has it (ITU-R BT.601).
pub(super) fn brightness([red, green, blue]: Color) -> u8 {
    ((77 * u32::from(red) + 150 * u32::from(green) + 29 * u32::from(blue) + 128) >> 8) as u8
}

/// Returns how bright each pixel is.
pub(super) fn brightnesses(image: &RgbImage) -> GrayImage {
    let values = image.as_raw().as_chunks::<3>().0.iter().copied().map(brightness).collect();
    GrayImage::from_raw(image.width(), image.height(), values).unwrap_or_default()
}

/// So many values are counted by level faster than they are sorted.
const MANY_VALUES: usize = 64;

/// Returns the value below which a share of the values lies; 255 for none.
pub(super) fn quantile(values: &mut [u8], share: f32) -> u8 {
    let Some(&first) = values.first() else { return u8::MAX };
    // Mostly white around what was scanned.
    if values.iter().fold(0, |differing, &value| differing | (value ^ first)) == 0 {
        return first;
    }
    let index = ((values.len() - 1) as f32 * share) as usize;
    if values.len() < MANY_VALUES {
        return *values.select_nth_unstable(index).1;
    }
    let mut counts = [0_u32; 256];
    for &value in values.iter() {
        counts[usize::from(value)] += 1;
    }
    let mut left = index as u32;
    let at = counts.iter().position(|&count| {
        let is_here = count > left;
        left = left.saturating_sub(count);
        is_here
    });
    at.map_or(u8::MAX, |level| level as u8)
}

/// Returns the mean color of the tiles that are as bright as paper.
fn usual(colors: &[Color]) -> Color {
    let mut levels: Vec<u8> = colors.iter().copied().map(brightness).collect();
    let paper = i32::from(quantile(&mut levels, PAPER_QUANTILE));
    let is_paper = |color: &&Color| (i32::from(brightness(**color)) - paper).abs() <= SAME_PAPER;
    let (mut sums, mut count) = ([0_u64; 3], 0_u64);
    for color in colors.iter().filter(is_paper) {
        for (sum, &value) in sums.iter_mut().zip(color) {
            *sum += u64::from(value);
        }
        count += 1;
    }
    sums.map(|sum| (sum / count.max(1)) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_many_values_are_those_of_sorted_ones() {
        for count in [2, 9, 63, 64, 65, 200] {
            let values: Vec<u8> = (0..count).map(|at: u32| (at * 37 % 256) as u8).collect();
            let mut sorted = values.clone();
            sorted.sort_unstable();
            for share in [0.0, 0.05, 0.5, 0.8, 1.0] {
                let expected = sorted[((sorted.len() - 1) as f32 * share) as usize];
                assert_eq!(quantile(&mut values.clone(), share), expected, "{share} of {count}");
            }
        }
    }
}
