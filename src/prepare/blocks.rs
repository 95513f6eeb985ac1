//! Text on blocks of another ground: under a highlighter, on a colored box, light on dark in the middle of a page.
//!
//! One threshold cannot part such text from its ground and the rest from the paper. Where the ground of a block
//! differs sharply from the paper, it is estimated pixel by pixel, without the strokes on it (morphological closing
//! for dark text, opening for light text: both keep the block's edges, as no blurred background does), and what
//! differs from it in the clearest channel is drawn dark on white. Local thresholds (Sauvola, Wolf) do the same for gray, but
//! know neither light text nor text as bright as its ground. A page without such blocks costs one look at its tiles.

use std::collections::HashSet;
use std::ops::Range;

use image::GrayImage;

use super::extremes::Plane;
use super::tiles::{self, Color, TileGrounds, View, quantile};
use crate::document::PixelBox;
use crate::images::BitMask;
use crate::shapes;

/// A tile whose ground differs from the paper by so many gray levels in a channel belongs to a block, …
const OTHER_GROUND: u8 = 64;
/// … whose edges are so sharp, …
const SHARP_EDGE: u8 = 20;
/// … but for this share of them, …
const EDGE_QUANTILE: f32 = 0.25;
/// … and so many times sharper than what is between its own tiles: shades come slowly.
const SHARPER_THAN_INSIDE: u8 = 4;
/// A block has so many tiles at least.
const MIN_TILES: usize = 6;
/// A pixel's ground is the block's if it differs from the paper by so much.
const OTHER_PIXEL: u8 = 18;
/// Grain of a ground, in gray levels.
const GRAIN: u8 = 16;
/// Text differs from its ground by so much at least.
const MIN_CONTRAST: u8 = 40;
/// Share of the ink that is darker than what is taken for the contrast of the block.
const CONTRAST_QUANTILE: f32 = 0.3;
/// Ink becomes this dark.
const DARKEST: u32 = 235;
/// Weak ink is made stronger by no more than this factor.
const MAX_GAIN: f32 = 3.0;
/// Share of a block that ink may cover.
const INK_SHARES: std::ops::RangeInclusive<f32> = 0.002..=0.4;
/// Pixels between two that are looked at to see whether a block may hold text.
const SAMPLE_STEP: usize = 3;
/// In a picture there are more pixels between ground and ink, for each pixel of ink.
const MAX_BETWEEN: f32 = 2.0;
/// A block holds so many shapes of the size of letters at least.
const MIN_LETTERS: usize = 2;
/// They have so many pixels of the block around them.
const EDGE: usize = 2;
/// Letters are so high in pixels.
const LETTER_HEIGHTS: std::ops::RangeInclusive<u32> = 6..=200;

/// What stands on a block, to be drawn into the page.
pub(super) struct Patch {
    left: usize,
    top: usize,
    width: usize,
    /// Gray levels, row-major; `None` where the page stays as it is.
    values: Vec<Option<u8>>,
}

impl Patch {
    /// Tells whether the patch draws into one of the tiles at `places`.
    pub(super) fn touches(&self, places: &[bool], tiles: &TileGrounds) -> bool {
        self.values.iter().enumerate().any(|(index, value)| {
            let (x, y) = (self.left + index % self.width, self.top + index / self.width);
            value.is_some() && places[y / tiles.side * tiles.columns + x / tiles.side]
        })
    }

    /// Draws the patch into the gray page.
    pub(super) fn draw(&self, page: &mut GrayImage) {
        let page_width = page.width() as usize;
        for (row, values) in self.values.chunks_exact(self.width).enumerate() {
            let start = (self.top + row) * page_width + self.left;
            let pixels = &mut page.as_flat_samples_mut().samples[start..start + self.width];
            for (pixel, value) in pixels.iter_mut().zip(values) {
                *pixel = value.unwrap_or(*pixel);
            }
        }
    }
}

/// Returns patches for the blocks that hold text; none on a page without any.
pub(super) fn find(page: View, tiles: &TileGrounds) -> Vec<Patch> {
    let areas = areas(tiles);
    let may_hold_text = |area: &&Vec<(usize, usize)>| may_hold_text(page, tiles, area);
    areas
        .iter()
        .filter(may_hold_text)
        .filter_map(|area| Block::of(page, tiles, area).patch(tiles.paper))
        .collect()
}

fn distance(a: Color, b: Color) -> u8 {
    a.iter().zip(b).map(|(a, b)| a.abs_diff(b)).max().unwrap_or(0)
}

/// Returns the tiles of each block, as columns and rows.
fn areas(tiles: &TileGrounds) -> Vec<Vec<(usize, usize)>> {
    let is_other: Vec<bool> =
        tiles.colors.iter().map(|&color| distance(color, tiles.paper) >= OTHER_GROUND).collect();
    let mut is_seen = vec![false; is_other.len()];
    let mut areas = Vec::new();
    for start in 0..is_other.len() {
        if !is_other[start] || is_seen[start] {
            continue;
        }
        let mut area = vec![(start % tiles.columns, start / tiles.columns)];
        is_seen[start] = true;
        let (mut outside, mut inside) = (Vec::new(), Vec::new());
        let mut next = 0;
        while let Some(&(column, row)) = area.get(next) {
            next += 1;
            let own = row * tiles.columns + column;
            for (x, y) in neighbors((column, row), (tiles.columns, tiles.rows)) {
                let other = y * tiles.columns + x;
                let step = distance(tiles.colors[own], tiles.colors[other]);
                if !is_other[other] {
                    outside.push(step);
                    continue;
                }
                inside.push(step);
                if !is_seen[other] {
                    is_seen[other] = true;
                    area.push((x, y));
                }
            }
        }
        let (edge, shade) = (quantile(&mut outside, EDGE_QUANTILE), quantile(&mut inside, 0.5));
        let is_sharp = edge >= SHARP_EDGE.max(SHARPER_THAN_INSIDE.saturating_mul(shade));
        if is_sharp && area.len() >= MIN_TILES && is_wide(&area) {
            areas.push(area);
        }
    }
    areas
}

/// Tells whether something on a block differs from the grounds of its tiles: a table beside a photographed page is as
/// large as the page and holds nothing.
fn may_hold_text(page: View, tiles: &TileGrounds, area: &[(usize, usize)]) -> bool {
    let (width, height) = page.size();
    let channels = page.channels();
    let places: HashSet<(usize, usize)> = area.iter().copied().collect();
    let is_inner = |tile: &&(usize, usize)| {
        neighbors(**tile, (tiles.columns, tiles.rows)).all(|tile| places.contains(&tile))
    };
    // What is not of the block in the tiles at its edge is the paper beside it.
    let inner: Vec<(usize, usize)> = area.iter().filter(is_inner).copied().collect();
    let looked_at = if inner.len() * 2 >= area.len() { &inner } else { area };
    let (mut ink, mut all) = (0_u32, 0_u32);
    for &(column, row) in looked_at {
        let ground = tiles.colors[row * tiles.columns + column];
        for y in (row * tiles.side..((row + 1) * tiles.side).min(height)).step_by(SAMPLE_STEP) {
            let (from, to) = (column * tiles.side, ((column + 1) * tiles.side).min(width));
            let samples =
                &page.samples()[(y * width + from) * channels..(y * width + to) * channels];
            for pixel in samples.chunks_exact(channels).step_by(SAMPLE_STEP) {
                let depth = pixel.iter().zip(ground).map(|(value, ground)| value.abs_diff(ground));
                ink += u32::from(depth.max().unwrap_or(0) >= MIN_CONTRAST);
                all += 1;
            }
        }
    }
    ink as f32 >= INK_SHARES.start() / 2.0 * all as f32
}

/// Returns whether tiles are more than a row or a column: bold letters that stand close make a dark row.
fn is_wide(area: &[(usize, usize)]) -> bool {
    let reach = |places: &mut dyn Iterator<Item = usize>| {
        let (least, most) = places
            .fold((usize::MAX, 0), |(least, most), place| (least.min(place), most.max(place)));
        most + 1 - least
    };
    reach(&mut area.iter().map(|tile| tile.0)) >= 2
        && reach(&mut area.iter().map(|tile| tile.1)) >= 2
}

/// Returns the up to four tiles beside a tile.
fn neighbors(
    (x, y): (usize, usize),
    (columns, rows): (usize, usize),
) -> impl Iterator<Item = (usize, usize)> {
    let around = [
        (x.checked_sub(1), Some(y)),
        (Some(x + 1).filter(|&x| x < columns), Some(y)),
        (Some(x), y.checked_sub(1)),
        (Some(x), Some(y + 1).filter(|&y| y < rows)),
    ];
    around.into_iter().filter_map(|(x, y)| Some((x?, y?)))
}

/// How a tile of a box belongs to its block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tile {
    Block,
    Beside,
    Foreign,
}

/// A plane without text.
struct Ground {
    bare: Plane,
    /// Without dark strokes only.
    closed: Plane,
}

/// How the text of a block differs from its ground.
struct Text {
    contrast: u8,
    /// Share of its pixels that are not between ink and ground.
    clarity: f32,
}

impl Text {
    fn worth(&self) -> f32 {
        f32::from(self.contrast) * self.clarity
    }
}

/// The text of a block as one plane shows it.
struct TextPlane {
    /// How much each pixel differs from its ground.
    depths: Vec<u8>,
    contrast: u8,
}

/// A block with the tiles around it.
struct Block {
    left: usize,
    top: usize,
    width: usize,
    height: usize,
    /// Side of a tile in pixels.
    side: usize,
    /// Of the box, row-major.
    tiles: Vec<Tile>,
    channels: Vec<Plane>,
}

impl Block {
    fn of(page: View, tiles: &TileGrounds, area: &[(usize, usize)]) -> Self {
        let side = tiles.side;
        let (page_width, page_height) = page.size();
        let columns = || area.iter().map(|tile| tile.0);
        let rows = || area.iter().map(|tile| tile.1);
        let first =
            |places: &mut dyn Iterator<Item = usize>| places.min().unwrap_or(0).saturating_sub(1);
        let last = |places: &mut dyn Iterator<Item = usize>| places.max().unwrap_or(0) + 2;
        let (first_column, first_row) = (first(&mut columns()), first(&mut rows()));
        let last_column = last(&mut columns()).min(tiles.columns);
        let last_row = last(&mut rows()).min(tiles.rows);
        let columns = last_column - first_column;
        let mut kinds = vec![Tile::Foreign; columns * (last_row - first_row)];
        for &(column, row) in area {
            for y in row.saturating_sub(1)..(row + 2).min(last_row) {
                for x in column.saturating_sub(1)..(column + 2).min(last_column) {
                    let kind = &mut kinds[(y - first_row) * columns + x - first_column];
                    match kind {
                        _ if (x, y) == (column, row) => *kind = Tile::Block,
                        Tile::Foreign => *kind = Tile::Beside,
                        Tile::Block | Tile::Beside => {}
                    }
                }
            }
        }
        let (left, top) = (first_column * side, first_row * side);
        let width = (last_column * side).min(page_width) - left;
        let height = (last_row * side).min(page_height) - top;
        let count = page.channels();
        let mut channels = vec![Plane { width, height, values: Vec::new() }; count];
        for y in top..top + height {
            let start = (y * page_width + left) * count;
            let row = &page.samples()[start..start + width * count];
            for (channel, plane) in channels.iter_mut().enumerate() {
                plane.values.extend(row.iter().skip(channel).step_by(count));
            }
        }
        Self { left, top, width, height, side, tiles: kinds, channels }
    }

    /// Returns what stands on the block, dark on white; `None` if nothing on it can be text.
    fn patch(&self, paper: Color) -> Option<Patch> {
        let grounds: Vec<Ground> = self.channels.iter().map(|plane| self.ground(plane)).collect();
        let mut is_other = vec![false; self.width * self.height];
        for (range, tile) in self.parts() {
            for (ground, paper) in grounds.iter().zip(paper) {
                // Beside the block the paper between it and dark text would look like a light stroke.
                let plane = match tile {
                    Tile::Block => &ground.bare,
                    Tile::Beside => &ground.closed,
                    Tile::Foreign => break,
                };
                let values = &plane.values[range.clone()];
                for (is_other, value) in is_other[range.clone()].iter_mut().zip(values) {
                    *is_other |= value.abs_diff(paper) >= OTHER_PIXEL;
                }
            }
        }
        // Text may be as bright as its ground, and colors are often blurred: the clearest plane is taken.
        let mut views: Vec<(TextPlane, f32)> = Vec::new();
        let brightness = self.brightness().map(|plane| (self.ground(&plane), plane));
        let planes = grounds.iter().zip(&self.channels);
        let bright = brightness.iter().map(|(ground, plane)| (ground, plane));
        for (ground, plane) in bright.chain(planes) {
            let pairs = ground.bare.values.iter().zip(&plane.values);
            let depths: Vec<u8> = pairs.map(|(ground, own)| ground.abs_diff(*own)).collect();
            if let Some(text) = self.text_on(&depths, &is_other) {
                views.push((TextPlane { depths, contrast: text.contrast }, text.worth()));
            }
        }
        let (best, _) = views.into_iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
        let gain = (DARKEST as f32 / f32::from(best.contrast)).clamp(0.9, MAX_GAIN);
        let value = |depth: u8| 255 - (f32::from(depth) * gain).min(DARKEST as f32) as u8;
        Some(Patch {
            left: self.left,
            top: self.top,
            width: self.width,
            values: is_other
                .iter()
                .zip(best.depths)
                .map(|(is_other, depth)| is_other.then(|| value(depth)))
                .collect(),
        })
    }

    /// Returns the brightness of a block with colors.
    fn brightness(&self) -> Option<Plane> {
        let [red, green, blue] = self.channels.as_slice() else { return None };
        let colors = red.values.iter().zip(&green.values).zip(&blue.values);
        let values =
            colors.map(|((red, green), blue)| tiles::brightness([*red, *green, *blue])).collect();
        Some(Plane { values, ..*red })
    }

    /// Returns the pixels of each row that lie in one tile, with that.
    fn parts(&self) -> impl Iterator<Item = (Range<usize>, Tile)> {
        let columns = self.width.div_ceil(self.side);
        (0..self.height).flat_map(move |y| {
            let tiles = &self.tiles[y / self.side * columns..][..columns];
            tiles.iter().enumerate().map(move |(column, &tile)| {
                let (left, row) = (column * self.side, y * self.width);
                (row + left..row + (left + self.side).min(self.width), tile)
            })
        })
    }

    /// Returns what a plane would be without text. Text is what covers less, be it darker or lighter than its ground.
    fn ground(&self, plane: &Plane) -> Ground {
        // Odd, and wider than the strokes of a heading.
        let window = self.side | 1;
        let closed = plane.without_dark_strokes(window);
        let opened = plane.without_light_strokes(window);
        let (mut dark, mut light) = (0_u64, 0_u64);
        for (range, _) in self.parts().filter(|(_, tile)| *tile == Tile::Block) {
            let own = &plane.values[range.clone()];
            dark += sum_of_differences(&closed.values[range.clone()], own);
            light += sum_of_differences(own, &opened.values[range]);
        }
        let bare = if light < dark { opened } else { closed.clone() };
        Ground { bare, closed }
    }

    /// Measures the text on the block, which covers the pixels that `is_other` than the paper; `None` if there is none.
    fn text_on(&self, depths: &[u8], is_other: &[bool]) -> Option<Text> {
        let mut histogram = [0_usize; 256];
        for (depth, is_other) in depths.iter().zip(is_other) {
            histogram[usize::from(*depth)] += usize::from(*is_other);
        }
        let all: usize = histogram.iter().sum();
        let ink: usize = histogram[usize::from(MIN_CONTRAST)..].iter().sum();
        if !INK_SHARES.contains(&(ink as f32 / all.max(1) as f32)) {
            return None;
        }
        // The strongest part of the ink is not blurred by its edges.
        let mut left = (ink as f32 * CONTRAST_QUANTILE) as usize;
        let contrast = (MIN_CONTRAST..=255).rev().find(|&depth| {
            let count = histogram[usize::from(depth)];
            let is_reached = count >= left;
            left = left.saturating_sub(count);
            is_reached
        })?;
        let half = usize::from(contrast / 2);
        let strong: usize = histogram[half..].iter().sum();
        let between: usize = histogram[usize::from(GRAIN).min(half)..half].iter().sum();
        if between as f32 > MAX_BETWEEN * strong as f32 {
            return None;
        }
        let mut mask = BitMask::empty(self.width, self.height);
        let rows = depths.chunks_exact(self.width).zip(is_other.chunks_exact(self.width));
        for (y, (depths, is_other)) in rows.enumerate() {
            let pixels = depths.iter().zip(is_other);
            let dark: Vec<u8> = pixels
                .map(|(depth, is_other)| u8::from(!is_other || usize::from(*depth) < half))
                .collect();
            mask.set_row(y, &dark, 0);
        }
        let letters = shapes::find_components(&mask)?;
        let is_letter = |shape: &&shapes::Component| {
            let (width, height) = (shape.bounds.width(), shape.bounds.height());
            LETTER_HEIGHTS.contains(&height)
                && width < 8 * height
                && self.is_inside(&shape.bounds, is_other)
        };
        (letters.list.iter().filter(is_letter).count() >= MIN_LETTERS)
            .then_some(Text { contrast, clarity: strong as f32 / (strong + between).max(1) as f32 })
    }

    /// Tells whether a shape has the block's ground on all sides: what stands at the edge of a block may be the round
    /// corner of a stroke of large print.
    fn is_inside(&self, shape: &PixelBox, is_other: &[bool]) -> bool {
        let PixelBox { left, top, right, bottom } = *shape;
        let (left, top) = (left as usize, top as usize);
        let (right, bottom) = (right as usize + EDGE - 1, bottom as usize + EDGE - 1);
        if left < EDGE || top < EDGE || right >= self.width || bottom >= self.height {
            return false;
        }
        let is_ground = |x: usize, y: usize| is_other[y * self.width + x];
        let (left, top) = (left - EDGE, top - EDGE);
        (left..=right).all(|x| is_ground(x, top) && is_ground(x, bottom))
            && (top..=bottom).all(|y| is_ground(left, y) && is_ground(right, y))
    }
}

/// Returns by how much values are larger than others that are no larger, in all.
fn sum_of_differences(larger: &[u8], smaller: &[u8]) -> u64 {
    let differences = larger.iter().zip(smaller).map(|(larger, smaller)| larger - smaller);
    differences.map(u32::from).sum::<u32>().into()
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage};

    use super::*;

    const PAPER: Color = [250, 248, 244];

    /// A page of 300 × 300 px with a block from (60, 60) to (240, 180), and strokes like `H` on and beside it.
    fn page(block: Color, text: Color) -> RgbImage {
        let mut page = RgbImage::from_pixel(300, 300, Rgb(PAPER));
        let mut fill = |(left, top, right, bottom): (u32, u32, u32, u32), color: Color| {
            for y in top..bottom {
                for x in left..right {
                    page.put_pixel(x, y, Rgb(color));
                }
            }
        };
        fill((60, 60, 240, 180), block);
        for (row, color) in [(100, text), (230, [20, 20, 20])] {
            for letter in 0..6 {
                let left = 80 + 22 * letter;
                fill((left, row, left + 3, row + 16), color);
                fill((left + 8, row, left + 11, row + 16), color);
                fill((left, row + 7, left + 11, row + 10), color);
            }
        }
        page
    }

    fn drawn(color: &RgbImage) -> GrayImage {
        let mut gray = image::imageops::grayscale(color);
        let tiles = TileGrounds::of(View::Color(color)).unwrap();
        for patch in find(View::Color(color), &tiles) {
            patch.draw(&mut gray);
        }
        gray
    }

    fn check(block: Color, text: Color) {
        let page = drawn(&page(block, text));
        let (ink, ground) = (page.get_pixel(81, 108).0[0], page.get_pixel(150, 150).0[0]);
        assert!(ink < 60, "ink {ink} on {block:?}");
        assert!(ground > 235, "ground {ground} of {block:?}");
        assert!(page.get_pixel(61, 120).0[0] > 200, "the edge of {block:?} shows");
        // The paper beside the block is as it was.
        assert_eq!(page.get_pixel(81, 235).0[0], 20);
    }

    #[test]
    fn dark_text_under_a_highlighter_stands_on_white() {
        check([255, 110, 190], [15, 15, 15]);
        check([255, 245, 80], [15, 15, 15]);
    }

    #[test]
    fn light_text_on_a_colored_block_becomes_dark() {
        check([25, 60, 140], [255, 225, 20]);
        check([70, 140, 70], [255, 250, 190]);
        check([60, 60, 60], [240, 240, 240]);
    }

    #[test]
    fn text_as_bright_as_its_ground_is_seen_by_its_color() {
        check([200, 90, 90], [30, 130, 140]);
    }

    #[test]
    fn the_strokes_of_a_huge_letter_are_no_blocks() {
        let mut page = RgbImage::from_pixel(400, 400, Rgb(PAPER));
        // A ring, 60 px thick.
        for (x, y, pixel) in page.enumerate_pixels_mut() {
            let reach = (x as f32 - 200.0).hypot(y as f32 - 200.0);
            if (100.0..160.0).contains(&reach) {
                *pixel = Rgb([10, 10, 10]);
            }
        }
        let tiles = TileGrounds::of(View::Color(&page)).unwrap();
        assert!(find(View::Color(&page), &tiles).is_empty());
    }

    #[test]
    fn a_page_without_blocks_has_no_patches() {
        let page = page(PAPER, [30, 30, 30]);
        let tiles = TileGrounds::of(View::Color(&page)).unwrap();
        assert!(find(View::Color(&page), &tiles).is_empty());
    }

    #[test]
    fn a_block_without_text_is_left_alone() {
        let page = page([90, 90, 90], [90, 90, 90]);
        let tiles = TileGrounds::of(View::Color(&page)).unwrap();
        assert!(find(View::Color(&page), &tiles).is_empty());
    }
}
