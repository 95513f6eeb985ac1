//! The ground of a page by tiles: which color most of the pixels of a small square have.

use image::{GrayImage, RgbImage};

/// Tiles along the shorter side of the page: each is about as wide as two letters.
const TILES: usize = 64;
/// … but not outside of these, in pixels.
const SIDES: std::ops::RangeInclusive<usize> = 12..=40;
/// Samples along one side of a tile.
const SAMPLES: usize = 6;
/// Gray levels are counted in so many classes.
const LEVEL_CLASSES: usize = 32;
/// Share of the tiles that are darker than what is taken for the page's paper.
const PAPER_QUANTILE: f32 = 0.8;
/// Tiles whose brightness differs from the paper's by so many gray levels are paper, too.
const SAME_PAPER: i32 = 12;

/// Pixels between two that are compared for tints; strokes of print are thinner.
const FLAT: usize = 3;
/// They differ by no more than this.
const SAME_TINT: u8 = 14;
/// Tints are between these shares of the paper's brightness.
const TINT_SHARES: (f32, f32) = (0.22, 0.88);
/// Share of the page that is tinted, from which on its colors may matter.
const MIN_TINTED: f32 = 0.0006;

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
    sums: [u32; LEVEL_CLASSES],
    all: u16,
}

impl Levels {
    fn add(&mut self, value: u8) {
        let class = usize::from(value) * LEVEL_CLASSES / 256;
        self.counts[class] += 1;
        self.sums[class] += u32::from(value);
        self.all += 1;
    }

    /// Returns the mean of the class that holds the median; 255 without any levels.
    fn median(&self) -> u8 {
        let mut left = self.all / 2;
        for (&count, &sum) in self.counts.iter().zip(&self.sums) {
            if count > left {
                return (sum / u32::from(count)) as u8;
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
                    for pixel in samples.chunks_exact(channels).step_by(step) {
                        for (levels, &value) in levels.iter_mut().zip(pixel) {
                            levels.add(value);
                        }
                    }
                }
                colors.push(std::array::from_fn(|channel| {
                    levels[channel.min(channels - 1)].median()
                }));
            }
        }
        let paper = usual(&colors);
        Some(Self { side, columns, rows, colors, paper })
    }

    /// Returns whether the page has areas between paper and ink: flat, darker than the paper of their tile or of the
    /// page, and not black.
    pub(super) fn have_tints(&self, page: &GrayImage) -> bool {
        let (width, height) = (page.width() as usize, page.height() as usize);
        let pixels = page.as_raw();
        let (mut tinted, mut all) = (0_u32, 0_u32);
        let paper = self.paper[0];
        for y in (0..height.saturating_sub(FLAT)).step_by(FLAT) {
            let grounds = &self.colors[y / self.side * self.columns..][..self.columns];
            let row = &pixels[y * width..(y + FLAT + 1) * width];
            for x in (0..width.saturating_sub(FLAT)).step_by(FLAT) {
                let value = row[x];
                let ground = grounds[x / self.side][0].max(paper / 2).min(paper);
                let tints = TINT_SHARES.0 * f32::from(ground)..TINT_SHARES.1 * f32::from(ground);
                all += 1;
                if tints.contains(&f32::from(value))
                    && value.abs_diff(row[x + FLAT]) <= SAME_TINT
                    && value.abs_diff(row[FLAT * width + x]) <= SAME_TINT
                {
                    tinted += 1;
                }
            }
        }
        tinted as f32 > MIN_TINTED * all as f32
    }
}

/// Returns how bright a color is (ITU-R BT.709).
pub(super) fn brightness([red, green, blue]: Color) -> u8 {
    ((2126 * u32::from(red) + 7152 * u32::from(green) + 722 * u32::from(blue)) / 10_000) as u8
}

/// Returns how bright each pixel is.
pub(super) fn brightnesses(image: &RgbImage) -> GrayImage {
    let values = image.as_raw().as_chunks::<3>().0.iter().copied().map(brightness).collect();
    GrayImage::from_raw(image.width(), image.height(), values).unwrap_or_default()
}

/// Returns the mean color of the tiles that are as bright as paper.
fn usual(colors: &[Color]) -> Color {
    let mut levels: Vec<u8> = colors.iter().copied().map(brightness).collect();
    let index = ((levels.len() - 1) as f32 * PAPER_QUANTILE) as usize;
    let paper = i32::from(*levels.select_nth_unstable(index).1);
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
