//! Ink that is much lighter than the rest of the page: pencil, carbon copies, gray captions beside black values.

use fearless_simd::{Level, dispatch};
use image::{GrayImage, Luma};

use super::tiles::{CLASS_WIDTH, CLASSES, Histogram, Tiles, split, sum};
use crate::images::BitMask;

/// Faint ink is darker than the paper around it by so many gray levels: less is grain, or what shines through.
const MIN_DEPTH: f32 = 18.0;
/// For each pixel of ink its blurred edge has so many that are between ink and paper, …
const EDGE_PIXELS: f32 = 1.6;
/// … or so many times what is usual on the page …
const MORE_EDGE: f32 = 1.5;
/// … in tiles with this share of ink.
const TEXT_SHARE: f32 = 0.04;
/// Share of a tile that grain puts between ink and paper.
const GRAIN_SHARE: f32 = 0.035;
/// Classes below that of most of the light pixels that are paper as well.
const PAPER_CLASSES: usize = 2;
/// A tile with more than this between ink and paper is all shade.
const MAX_SHARE: f32 = 0.45;
/// In the view ink is darker than this.
const MIDDLE: u8 = 128;
/// Residues of dark ink cover this share of a tile.
const SOME_SHARE: f32 = 0.015;
/// Of the tiles with anything faint this share has as much of it as text.
const FILLED_SHARE: f32 = 0.6;
/// Fewer tiles than this hold no text.
const MIN_TILES: usize = 6;
/// If more of the tiles than this have something faint, it is the paper.
const MAX_TILE_SHARE: f32 = 0.7;
/// Ink up to so many times as dark as the faint ink is faint itself.
const DARKEST_FAINT: f32 = 1.7;
/// The page's ink keeps so many pixels around it, in which its edges fade.
const EDGE: usize = 2;
/// Faint ink becomes this dark, …
const DARKEST: f32 = 230.0;
/// … unless it must be made stronger by more than this.
const MAX_GAIN: f32 = 8.0;

/// What is faint in a tile.
struct FaintTile {
    paper: f32,
    /// How much darker than paper it is on average.
    depth: f32,
}

/// Returns the faint ink of a page as dark ink on white; `None` if there is none.
pub(super) fn view(
    image: &GrayImage,
    tiles: &Tiles,
    thresholds: &[f32],
    mask: &BitMask,
) -> Option<GrayImage> {
    let counts: Vec<Option<Counts>> =
        (0..tiles.histograms.len()).map(|tile| Counts::of(tiles, tile, thresholds[tile])).collect();
    let edge = edge_pixels(&counts);
    let found: Vec<Option<FaintTile>> =
        counts.iter().map(|counts| counts.as_ref()?.faint(edge)).collect();
    let count = found.iter().flatten().count();
    if count < MIN_TILES || count as f32 > MAX_TILE_SHARE * found.len() as f32 {
        return None;
    }
    let mut depths: Vec<f32> = found.iter().flatten().map(|tile| tile.depth).collect();
    let middle = depths.len() / 2;
    let depth = *depths.select_nth_unstable_by(middle, f32::total_cmp).1;
    let gain = (DARKEST / depth.max(1.0)).clamp(1.0, MAX_GAIN);
    // Text goes on into the tiles around, where there may be too little of it to be sure.
    let papers: Vec<Option<f32>> = (0..found.len())
        .map(|tile| {
            found[tile].as_ref().or_else(|| near(&found, tiles, tile)).map(|tile| tile.paper)
        })
        .collect();
    let width = mask.width;
    let mut view = GrayImage::from_pixel(image.width(), image.height(), Luma([255]));
    dispatch!(Level::new(), _simd => draw(&mut view, image, (tiles, &papers), gain));
    // What is little darker than the faint ink belongs to it: a word is not torn where the threshold rises.
    let darkest = DARKEST_FAINT * depth;
    let is_dark = |x: usize, y: usize| {
        let paper = papers[y / tiles.side * tiles.columns + x / tiles.side];
        paper.is_none_or(|paper| paper - f32::from(image.as_raw()[y * width + x]) > darkest)
    };
    whiten(&mut view, mask, is_dark);
    is_text(&view, tiles.side).then_some(view)
}

/// Draws what is darker than the paper of its tile, made `gain` times as dark.
#[inline(always)]
fn draw(
    view: &mut GrayImage,
    image: &GrayImage,
    (tiles, papers): (&Tiles, &[Option<f32>]),
    gain: f32,
) {
    let width = (image.width() as usize).max(1);
    let rows = view.chunks_exact_mut(width).zip(image.as_raw().chunks_exact(width));
    for (y, (target, source)) in rows.enumerate() {
        let papers = &papers[y / tiles.side * tiles.columns..][..tiles.columns];
        let parts = target.chunks_mut(tiles.side).zip(source.chunks(tiles.side)).zip(papers);
        for ((target, source), paper) in parts {
            let Some(paper) = paper else { continue };
            for (target, &value) in target.iter_mut().zip(source) {
                let depth = (paper - f32::from(value)).max(0.0);
                *target = 255 - (depth * gain).min(DARKEST) as u8;
            }
        }
    }
}

/// Tells whether what is faint fills tiles as text does: the edges of dark strokes that the threshold has left over
/// are in many tiles, and little in each.
fn is_text(view: &GrayImage, side: usize) -> bool {
    let (width, area) = (view.width() as usize, (side * side) as f32);
    let (mut some, mut filled) = (0_usize, 0_usize);
    for rows in view.as_raw().chunks(width * side) {
        let mut dark = vec![0_u32; width.div_ceil(side)];
        for row in rows.chunks_exact(width) {
            for (dark, pixels) in dark.iter_mut().zip(row.chunks(side)) {
                *dark += pixels.iter().map(|&value| u32::from(value < MIDDLE)).sum::<u32>();
            }
        }
        for dark in dark {
            some += usize::from(dark as f32 >= SOME_SHARE * area);
            filled += usize::from(dark as f32 >= TEXT_SHARE * area);
        }
    }
    filled >= MIN_TILES && filled as f32 >= FILLED_SHARE * some as f32
}

/// The pixels of a tile.
struct Counts {
    all: f32,
    ink: f32,
    /// Between ink and paper.
    between: f32,
    /// By how much those are darker than paper, in all.
    depth: f32,
    paper: f32,
}

impl Counts {
    /// Counts a tile's pixels by its histogram and by what parts ink from paper around it; `None` if it is plain paper.
    fn of(tiles: &Tiles, tile: usize, threshold: f32) -> Option<Self> {
        let own = &tiles.histograms[tile];
        let first_light = ((threshold / f32::from(CLASS_WIDTH)) as usize).min(CLASSES - 1);
        if is_plain(own, first_light) {
            return None;
        }
        let (column, row) = (tile % tiles.columns, tile / tiles.columns);
        let mut around: Histogram = [0; CLASSES];
        for y in row.saturating_sub(1)..(row + 2).min(tiles.rows) {
            for x in column.saturating_sub(1)..(column + 2).min(tiles.columns) {
                around = sum(&around, &tiles.histograms[y * tiles.columns + x]);
            }
        }
        // Of what is not ink, most is paper.
        let (mut light, mut most) = ([0; CLASSES], (0, 0));
        for (class, &count) in around.iter().enumerate().skip(first_light) {
            light[class] = count;
            most = most.max((count, class));
        }
        let level = |class: usize| (class as f32 + 0.5) * f32::from(CLASS_WIDTH);
        let paper = level(most.1).max(split(&light).paper);
        let is_between = |class: &usize| level(*class) <= paper - MIN_DEPTH;
        let ink: u32 = own[..first_light].iter().sum();
        let (mut between, mut depth) = (0.0, 0.0);
        for class in (first_light..CLASSES).filter(is_between) {
            between += own[class] as f32;
            depth += own[class] as f32 * (paper - level(class));
        }
        Some(Self { all: own.iter().sum::<u32>() as f32, ink: ink as f32, between, depth, paper })
    }

    /// Judges the tile; ink has `edge` pixels between itself and paper for each of its own.
    fn faint(&self, edge: f32) -> Option<FaintTile> {
        let least = edge * self.ink + GRAIN_SHARE * self.all;
        (self.between > least && self.between < MAX_SHARE * self.all)
            .then(|| FaintTile { paper: self.paper, depth: self.depth / self.between })
    }
}

/// Tells whether a tile has little ink, and all of the rest is about as bright.
fn is_plain(own: &Histogram, first_light: usize) -> bool {
    let all: u32 = own.iter().sum();
    let ink: u32 = own[..first_light].iter().sum();
    let most = (first_light..CLASSES).max_by_key(|&class| own[class]).unwrap_or(first_light);
    let paper = most.saturating_sub(PAPER_CLASSES).max(first_light);
    let between: u32 = own[first_light..paper].iter().sum();
    ink as f32 <= TEXT_SHARE * all as f32 && between as f32 <= GRAIN_SHARE * all as f32
}

/// Returns how many pixels the blurred edges of ink have for each pixel of ink: the usual number on this page, with
/// some room, since small print has more edge than ink.
fn edge_pixels(counts: &[Option<Counts>]) -> f32 {
    let is_text = |counts: &&Counts| counts.ink > TEXT_SHARE * counts.all;
    let mut ratios: Vec<f32> =
        counts.iter().flatten().filter(is_text).map(|counts| counts.between / counts.ink).collect();
    if ratios.is_empty() {
        return EDGE_PIXELS;
    }
    let middle = ratios.len() / 2;
    let usual = *ratios.select_nth_unstable_by(middle, f32::total_cmp).1;
    EDGE_PIXELS.max(MORE_EDGE * usual)
}

fn near<'f>(found: &'f [Option<FaintTile>], tiles: &Tiles, tile: usize) -> Option<&'f FaintTile> {
    let (column, row) = (tile % tiles.columns, tile / tiles.columns);
    (row.saturating_sub(1)..(row + 2).min(tiles.rows))
        .flat_map(|y| {
            (column.saturating_sub(1)..(column + 2).min(tiles.columns)).map(move |x| (x, y))
        })
        .find_map(|(x, y)| found[y * tiles.columns + x].as_ref())
}

/// Takes the page's dark ink and its edges off the view.
fn whiten(view: &mut GrayImage, mask: &BitMask, is_dark: impl Fn(usize, usize) -> bool) {
    let width = mask.width;
    let pixels = view.as_flat_samples_mut().samples;
    for y in 0..mask.height {
        mask.runs(y, |from, to| {
            if !(from..to).any(|x| is_dark(x, y)) {
                return;
            }
            let (from, to) = (from.saturating_sub(EDGE), (to + EDGE).min(width));
            for row in y.saturating_sub(EDGE)..(y + EDGE + 1).min(mask.height) {
                pixels[row * width + from..row * width + to].fill(255);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::of;
    use crate::images::PagePixels;
    use image::{GrayImage, Luma};

    /// A page of 400 × 400 px with strokes of one level in its upper and of another in its lower half.
    fn page(upper: u8, lower: u8) -> GrayImage {
        let mut page = GrayImage::from_pixel(400, 400, Luma([245]));
        for row in 0..10 {
            for letter in 0..20 {
                for (x, y) in (0..3).flat_map(|x| (0..16).map(move |y| (x, y))) {
                    let level = if row < 5 { upper } else { lower };
                    page.put_pixel(20 + 18 * letter + x, 20 + 36 * row + y, Luma([level]));
                }
            }
        }
        page
    }

    #[test]
    fn shows_faint_ink_beside_dark_ink() {
        let ink = of(&PagePixels::Gray(page(20, 205)));
        assert!(ink.mask.get(21, 25) && !ink.mask.get(21, 25 + 36 * 7));
        let faint = ink.faint.unwrap();
        assert!(faint.get_pixel(21, 25 + 36 * 7).0[0] < 80, "what is faint is dark");
        assert_eq!(faint.get_pixel(21, 25).0[0], 255, "what is dark is gone");
    }

    #[test]
    fn a_page_of_one_ink_has_nothing_faint() {
        assert!(of(&PagePixels::Gray(page(20, 20))).faint.is_none());
        assert!(of(&PagePixels::Gray(page(200, 200))).faint.is_none());
    }
}
