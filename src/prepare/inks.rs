//! Inks of several colors on top of each other: a stamp or a signature over print.
//!
//! Paper absorbs nothing, black ink absorbs all channels alike, colored ink spares some. Where colored and black ink
//! meet, what a pixel absorbs is split into a part that is alike in all channels and a part of the colored ink's own
//! kind: two pictures, one of the black text and one of what lies over it. Colored text that stands by itself is left
//! in the page. Clustering all colors (k-means) would give the same two layers at many times the cost.

use image::{GrayImage, Luma, RgbImage};

use super::tiles::{TileGrounds, brightness};

/// Colored ink absorbs so much of one channel at least, …
const MIN_DEPTH: u8 = 60;
/// … and so much less of another.
const MIN_CHROMA: u8 = 48;
/// … which is at most this share of it: dark green absorbs two thirds as much green as red.
const MAX_SPARED_SHARE: f32 = 0.7;
/// Black ink absorbs so much of all channels, …
const MIN_BLACK: u8 = 110;
/// … and this share of what it absorbs at most.
const BLACK_SHARE: u8 = 4;
/// A tile with so many sampled pixels of colored ink has colored ink.
const MIN_IN_TILE: u32 = 3;
/// Pixels between two that are sampled.
const STEP: usize = 2;
/// Ink is split where there is at least this much black ink among the colored, …
const MIN_BLACK_IN_COLOR: f32 = 0.01;
/// … and at most so many times as much: more is a black block with colored text, …
const MAX_BLACK_IN_COLOR: f32 = 5.0;
/// … in so many sampled pixels.
const MIN_BLACK_PIXELS: u32 = 24;
/// Classes of shares.
const CLASSES: usize = 20;

/// Splits black from colored ink where they lie on each other: `page` keeps the black ink there, and the picture of the
/// colored ink is returned, and for each tile whether it was taken from it. `None` on a page where they don't.
pub(super) fn split(
    page: &mut GrayImage,
    color: &RgbImage,
    tiles: &TileGrounds,
) -> Option<(GrayImage, Vec<bool>)> {
    let counts = Counts::of(color, tiles);
    let areas = counts.areas(tiles);
    if areas.is_empty() {
        return None;
    }
    let mut overlay = GrayImage::from_pixel(page.width(), page.height(), Luma([255]));
    for area in &areas {
        let share = area.share.min(0.9);
        for &tile in &area.tiles {
            let (left, top) =
                (tile % tiles.columns * tiles.side, tile / tiles.columns * tiles.side);
            for y in top..(top + tiles.side).min(color.height() as usize) {
                for x in left..(left + tiles.side).min(color.width() as usize) {
                    let (x, y) = (x as u32, y as u32);
                    let (least, most) = depths(color.get_pixel(x, y).0, tiles.paper);
                    let (least, most) = (f32::from(least), f32::from(most));
                    let black = ((least - share * most) / (1.0 - share)).clamp(0.0, 255.0);
                    let own = ((most - least) / (1.0 - share)).clamp(0.0, 255.0);
                    let paper = f32::from(brightness(tiles.paper));
                    page.put_pixel(x, y, Luma([(paper * (1.0 - black / 255.0)) as u8]));
                    overlay.put_pixel(x, y, Luma([255 - own as u8]));
                }
            }
        }
    }
    let mut is_taken = vec![false; tiles.columns * tiles.rows];
    for &tile in areas.iter().flat_map(|area| &area.tiles) {
        is_taken[tile] = true;
    }
    Some((overlay, is_taken))
}

/// Returns the least and the most that a pixel absorbs of a channel.
fn depths(color: [u8; 3], paper: [u8; 3]) -> (u8, u8) {
    let depths: [u8; 3] =
        std::array::from_fn(|channel| paper[channel].saturating_sub(color[channel]));
    let [a, b, c] = depths;
    (a.min(b).min(c), a.max(b).max(c))
}

fn is_black((least, most): (u8, u8)) -> bool {
    least >= MIN_BLACK && most - least <= most / BLACK_SHARE
}

/// Tells whether the pixels right of and below a black one are black, too: the edges of light text on a colored block
/// are as dark in all channels as black ink, but thin.
fn is_solid(color: &RgbImage, (x, y): (usize, usize), paper: [u8; 3]) -> bool {
    let around = [(x + 1, y), (x, y + 1), (x + 1, y + 1)];
    around.iter().all(|&(x, y)| {
        let pixel = color.get_pixel_checked(x as u32, y as u32);
        pixel.is_some_and(|pixel| is_black(depths(pixel.0, paper)))
    })
}

/// What was sampled of each tile.
struct Counts {
    colored: Vec<u32>,
    black: Vec<u32>,
    /// How many of the colored pixels absorb which share of their strongest channel in their weakest.
    shares: Vec<[u32; CLASSES]>,
}

/// Tiles where colored ink lies over black.
struct Area {
    tiles: Vec<usize>,
    /// What the colored ink absorbs of its weakest channel, as a share of its strongest.
    share: f32,
}

impl Counts {
    fn of(color: &RgbImage, tiles: &TileGrounds) -> Self {
        let count = tiles.columns * tiles.rows;
        let mut counts = Self {
            colored: vec![0; count],
            black: vec![0; count],
            shares: vec![[0; CLASSES]; count],
        };
        let width = color.width() as usize;
        for y in (0..color.height() as usize).step_by(STEP) {
            let row = &color.as_raw()[y * width * 3..(y + 1) * width * 3];
            let first = y / tiles.side * tiles.columns;
            for (x, pixel) in row.as_chunks::<3>().0.iter().enumerate().step_by(STEP) {
                let (least, most) = depths(*pixel, tiles.paper);
                if most < MIN_DEPTH {
                    continue;
                }
                let tile = first + x / tiles.side;
                let is_colored = f32::from(least) < MAX_SPARED_SHARE * f32::from(most);
                if most - least >= MIN_CHROMA && is_colored {
                    counts.colored[tile] += 1;
                    let class = usize::from(least) * CLASSES / usize::from(most).max(1);
                    counts.shares[tile][class.min(CLASSES - 1)] += 1;
                } else if is_black((least, most)) && is_solid(color, (x, y), tiles.paper) {
                    counts.black[tile] += 1;
                }
            }
        }
        counts
    }

    /// Joins tiles with colored ink, and those beside them, to areas; keeps those with black ink as well.
    fn areas(&self, tiles: &TileGrounds) -> Vec<Area> {
        let is_colored: Vec<bool> =
            self.colored.iter().map(|&count| count >= MIN_IN_TILE).collect();
        let mut is_seen = vec![false; is_colored.len()];
        let mut areas = Vec::new();
        for start in 0..is_colored.len() {
            if !is_colored[start] || is_seen[start] {
                continue;
            }
            is_seen[start] = true;
            let mut members = vec![start];
            let mut next = 0;
            while let Some(&tile) = members.get(next) {
                next += 1;
                if !is_colored[tile] {
                    continue;
                }
                for near in around(tile, tiles) {
                    if !is_seen[near] {
                        is_seen[near] = true;
                        members.push(near);
                    }
                }
            }
            areas.extend(self.area(members, &is_colored));
        }
        areas
    }

    fn area(&self, tiles: Vec<usize>, is_colored: &[bool]) -> Option<Area> {
        let colored: u32 = tiles.iter().map(|&tile| self.colored[tile]).sum();
        let over = tiles.iter().filter(|&&tile| is_colored[tile]);
        let black: u32 = over.map(|&tile| self.black[tile]).sum();
        let shares = MIN_BLACK_IN_COLOR * colored as f32..=MAX_BLACK_IN_COLOR * colored as f32;
        if black < MIN_BLACK_PIXELS || !shares.contains(&(black as f32)) {
            return None;
        }
        let mut shares = [0_u32; CLASSES];
        for &tile in &tiles {
            for (sum, count) in shares.iter_mut().zip(self.shares[tile]) {
                *sum += count;
            }
        }
        // The median.
        let mut left = colored / 2;
        let class = shares.iter().position(|&count| {
            let is_reached = count > left;
            left = left.saturating_sub(count);
            is_reached
        })?;
        Some(Area { tiles, share: (class as f32 + 0.5) / CLASSES as f32 })
    }
}

/// Returns the up to eight tiles around a tile.
fn around(tile: usize, tiles: &TileGrounds) -> impl Iterator<Item = usize> {
    let (x, y) = (tile % tiles.columns, tile / tiles.columns);
    let columns = tiles.columns;
    let rows = y.saturating_sub(1)..(y + 2).min(tiles.rows);
    rows.flat_map(move |y| {
        (x.saturating_sub(1)..(x + 2).min(columns)).map(move |x| y * columns + x)
    })
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::super::tiles::View;
    use super::*;

    /// Black rows of strokes, and a colored ring of bars over some of them.
    fn stamped(stamp: [u8; 3]) -> RgbImage {
        let mut page = RgbImage::from_pixel(400, 400, Rgb([250, 250, 250]));
        let mut multiply = |x: u32, y: u32, ink: [u8; 3]| {
            let old = page.get_pixel(x, y).0;
            let mixed =
                std::array::from_fn(|c| (u32::from(old[c]) * u32::from(ink[c]) / 255) as u8);
            page.put_pixel(x, y, Rgb(mixed));
        };
        for row in 0..8 {
            for letter in 0..24 {
                for (x, y) in (0..3).flat_map(|x| (0..14).map(move |y| (x, y))) {
                    multiply(30 + 14 * letter + x, 40 + 40 * row + y, [12, 12, 12]);
                }
            }
        }
        for (x, y) in (120..280).flat_map(|x| (100..110).chain(200..210).map(move |y| (x, y))) {
            multiply(x, y, stamp);
        }
        for (x, y) in (120..130).chain(270..280).flat_map(|x| (100..210).map(move |y| (x, y))) {
            multiply(x, y, stamp);
        }
        page
    }

    fn check(stamp: [u8; 3]) {
        let color = stamped(stamp);
        let tiles = TileGrounds::of(View::Color(&color)).unwrap();
        let mut page = image::imageops::grayscale(&color);
        let (overlay, _) = split(&mut page, &color, &tiles).unwrap();
        assert!(page.get_pixel(180, 105).0[0] > 215, "{stamp:?} is gone from the page");
        assert!(overlay.get_pixel(180, 105).0[0] < 140, "{stamp:?} is in the overlay");
        // A stroke of the text under the stamp, at 30 + 14 · 7 = 128, row 40 + 40 · 3 = 160.
        assert!(page.get_pixel(129, 165).0[0] < 60, "the text under {stamp:?} stays");
    }

    #[test]
    fn a_stamp_is_taken_off_the_text_beneath() {
        check([220, 60, 70]);
        check([80, 115, 215]);
        check([60, 160, 90]);
        check([40, 120, 60]);
        check([30, 50, 120]);
    }

    #[test]
    fn text_in_one_color_is_left_in_the_page() {
        let mut color = RgbImage::from_pixel(400, 400, Rgb([250, 250, 250]));
        for (x, y) in (50..300).flat_map(|x| (100..104).map(move |y| (x, y))) {
            color.put_pixel(x, y, Rgb([200, 30, 40]));
        }
        let tiles = TileGrounds::of(View::Color(&color)).unwrap();
        assert!(split(&mut image::imageops::grayscale(&color), &color, &tiles).is_none());
    }
}
