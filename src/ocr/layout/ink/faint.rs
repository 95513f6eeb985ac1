//! Ink that is much lighter than the rest of the page: pencil, carbon copies, gray captions beside black values.

use image::{GrayImage, Luma};

use super::{CLASS_WIDTH, CLASSES, Histogram, Tiles, split, sum};
use crate::document::BitMask;

/// Faint ink is darker than the paper around it by so many gray levels: less is grain, or what shines through.
const MIN_DEPTH: f32 = 18.0;
/// For each pixel of ink its blurred edge has so many that are between ink and paper.
const EDGE_PIXELS: f32 = 1.6;
/// Share of a tile that grain puts between ink and paper.
const GRAIN_SHARE: f32 = 0.025;
/// A tile with more than this between ink and paper is all shade.
const MAX_SHARE: f32 = 0.45;
/// Fewer tiles than this hold no text.
const MIN_TILES: usize = 3;
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
    let found: Vec<Option<FaintTile>> =
        (0..tiles.histograms.len()).map(|tile| faint(tiles, tile, thresholds[tile])).collect();
    let count = found.iter().flatten().count();
    if count < MIN_TILES || count as f32 > MAX_TILE_SHARE * found.len() as f32 {
        return None;
    }
    let mut depths: Vec<f32> = found.iter().flatten().map(|tile| tile.depth).collect();
    let middle = depths.len() / 2;
    let depth = *depths.select_nth_unstable_by(middle, f32::total_cmp).1;
    let gain = (DARKEST / depth.max(1.0)).clamp(1.0, MAX_GAIN);
    let mut view = GrayImage::from_pixel(image.width(), image.height(), Luma([255]));
    for (tile, faint) in found.iter().enumerate() {
        // Text goes on into the tiles around, where there may be too little of it to be sure.
        let paper = faint.as_ref().or_else(|| near(&found, tiles, tile)).map(|tile| tile.paper);
        let Some(paper) = paper else { continue };
        let (left, top) = (tile % tiles.columns * tiles.side, tile / tiles.columns * tiles.side);
        for y in top..(top + tiles.side).min(mask.height) {
            for x in left..(left + tiles.side).min(mask.width) {
                let (x, y) = (x as u32, y as u32);
                let depth = (paper - f32::from(image.get_pixel(x, y).0[0])).max(0.0);
                view.put_pixel(x, y, Luma([255 - (depth * gain).min(DARKEST) as u8]));
            }
        }
    }
    // What is little darker than the faint ink belongs to it: a word is not torn where the threshold rises.
    let darkest = DARKEST_FAINT * depth;
    let is_dark = |x: usize, y: usize| {
        let tile = y / tiles.side * tiles.columns + x / tiles.side;
        let paper = found[tile].as_ref().or_else(|| near(&found, tiles, tile));
        let value = f32::from(image.get_pixel(x as u32, y as u32).0[0]);
        paper.is_none_or(|tile| tile.paper - value > darkest)
    };
    whiten(&mut view, mask, is_dark);
    Some(view)
}

/// Judges a tile by its histogram and by what parts ink from paper around it.
fn faint(tiles: &Tiles, tile: usize, threshold: f32) -> Option<FaintTile> {
    let own = &tiles.histograms[tile];
    let total: u32 = own.iter().sum();
    let (column, row) = (tile % tiles.columns, tile / tiles.columns);
    let mut around: Histogram = [0; CLASSES];
    for y in row.saturating_sub(1)..(row + 2).min(tiles.rows) {
        for x in column.saturating_sub(1)..(column + 2).min(tiles.columns) {
            around = sum(&around, &tiles.histograms[y * tiles.columns + x]);
        }
    }
    // Of what is not ink, most is paper.
    let first_light = ((threshold / f32::from(CLASS_WIDTH)) as usize).min(CLASSES - 1);
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
    let least = EDGE_PIXELS * ink as f32 + GRAIN_SHARE * total as f32;
    (between > least && between < MAX_SHARE * total as f32)
        .then(|| FaintTile { paper, depth: depth / between })
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
    use crate::document::PagePixels;
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
