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
/// … which is at most this share of it, …
const MAX_SPARED_SHARE: f32 = 0.5;
/// … or this one, if the difference is so large: dark green absorbs two thirds as much green as red, and so do browns of
/// photos, but less.
const MAX_DARK_SPARED_SHARE: f32 = 0.7;
const MIN_DARK_CHROMA: u8 = 72;
/// Black ink absorbs so much of all channels, …
const MIN_BLACK: u8 = 110;
/// … and this share of what it absorbs at most.
const BLACK_SHARE: u8 = 4;
/// A tile with so many sampled pixels of colored ink has colored ink.
const MIN_IN_TILE: u32 = 3;
/// Pixels between two that are sampled.
const STEP: usize = 2;
/// A black stroke absorbs so much more than what is beside it, be that paper or colored ink, …
const MIN_RIDGE: u8 = 56;
/// … at both sides within so many pixels.
const RIDGE_REACH: usize = 3;
/// Ink is split where there is at least this much black ink among the colored, …
const MIN_BLACK_IN_COLOR: f32 = 0.01;
/// … and at most so many times as much: more is a black block with colored text, …
const MAX_BLACK_IN_COLOR: f32 = 5.0;
/// … in so many sampled pixels.
const MIN_BLACK_PIXELS: u32 = 24;
/// Where colored ink lies on paper, not on a ground of its own, half as much of black strokes is enough.
const SHARE_ON_PAPER: f32 = 0.5;
/// Colored ink is a ground of its own if more of its tiles than this differ from paper by so much.
const MAX_GROUND_SHARE: f32 = 0.5;
const OTHER_GROUND: u8 = 48;
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

fn is_colored((least, most): (u8, u8)) -> bool {
    let spares = |share: f32| f32::from(least) < share * f32::from(most);
    let chroma = most - least;
    chroma >= MIN_CHROMA && spares(MAX_SPARED_SHARE)
        || chroma >= MIN_DARK_CHROMA && spares(MAX_DARK_SPARED_SHARE)
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

/// Tells whether a black pixel is much darker than what is left and right of it, or above and below it: strokes of
/// small print are one soft pixel wide. A colored block is hardly less dark than the edges of light text on it.
fn is_ridge(color: &RgbImage, (x, y): (usize, usize), paper: [u8; 3]) -> bool {
    let (width, height) = (color.width() as usize, color.height() as usize);
    let least = |x: usize, y: usize| depths(color.get_pixel(x as u32, y as u32).0, paper).0;
    let Some(most_beside) = least(x, y).checked_sub(MIN_RIDGE) else { return false };
    let is_lighter = |x: usize, y: usize| least(x, y) <= most_beside;
    let left = (x.saturating_sub(RIDGE_REACH)..x).any(|x| is_lighter(x, y));
    let right = || (x + 1..(x + 1 + RIDGE_REACH).min(width)).any(|x| is_lighter(x, y));
    let above = || (y.saturating_sub(RIDGE_REACH)..y).any(|y| is_lighter(x, y));
    let below = || (y + 1..(y + 1 + RIDGE_REACH).min(height)).any(|y| is_lighter(x, y));
    left && right() || above() && below()
}

/// What was sampled of each tile.
struct Counts {
    colored: Vec<u32>,
    /// Black pixels among black ones.
    black: Vec<u32>,
    /// Black pixels of strokes that are thinner.
    thin: Vec<u32>,
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
            thin: vec![0; count],
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
                if is_colored((least, most)) {
                    counts.colored[tile] += 1;
                    let class = usize::from(least) * CLASSES / usize::from(most).max(1);
                    counts.shares[tile][class.min(CLASSES - 1)] += 1;
                } else if is_black((least, most)) {
                    if is_solid(color, (x, y), tiles.paper) {
                        counts.black[tile] += 1;
                    } else if is_ridge(color, (x, y), tiles.paper) {
                        counts.thin[tile] += 1;
                    }
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
            areas.extend(self.area(members, &is_colored, tiles));
        }
        areas
    }

    fn area(&self, tiles: Vec<usize>, is_colored: &[bool], grounds: &TileGrounds) -> Option<Area> {
        let colored: u32 = tiles.iter().map(|&tile| self.colored[tile]).sum();
        let over: Vec<usize> = tiles.iter().copied().filter(|&tile| is_colored[tile]).collect();
        let sum = |counts: &[u32]| over.iter().map(|&tile| counts[tile]).sum::<u32>() as f32;
        let is_ground = |tile: &&usize| {
            let pairs = grounds.colors[**tile].into_iter().zip(grounds.paper);
            pairs.map(|(own, paper)| own.abs_diff(paper)).max().unwrap_or(0) >= OTHER_GROUND
        };
        // On a dark block nothing is black ink, and light text on it is as little colored.
        let is_dark = |tile: &&usize| depths(grounds.colors[**tile], grounds.paper).0 >= MIN_BLACK;
        if 2 * over.iter().filter(is_dark).count() > over.len() {
            return None;
        }
        let on_ground = over.iter().filter(is_ground).count() as f32;
        let (black, share) = if on_ground > MAX_GROUND_SHARE * over.len() as f32 {
            (sum(&self.black), 1.0)
        } else {
            (sum(&self.black) + sum(&self.thin), SHARE_ON_PAPER)
        };
        let shares = MIN_BLACK_IN_COLOR * share..=MAX_BLACK_IN_COLOR;
        if black < share * MIN_BLACK_PIXELS as f32
            || !shares.contains(&(black / colored.max(1) as f32))
        {
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
    fn strokes_of_one_soft_pixel_are_black_ink() {
        let mut color = RgbImage::from_pixel(400, 400, Rgb([250, 250, 250]));
        for (x, y) in (120_u32..280).flat_map(|x| (100..200).map(move |y| (x, y))) {
            if (x / 20 + y / 10).is_multiple_of(4) {
                color.put_pixel(x, y, Rgb([220, 60, 70]));
            }
        }
        // Print of two rows, softer than black at its edges.
        for (letter, row) in (0..20).flat_map(|letter| (0..2).map(move |row| (letter, row))) {
            for y in 120 + 40 * row..130 + 40 * row {
                let x = 130 + 7 * letter;
                color.put_pixel(x, y, Rgb([40, 20, 25]));
                color.put_pixel(x + 1, y, Rgb([170, 60, 60]));
            }
        }
        let tiles = TileGrounds::of(View::Color(&color)).unwrap();
        let mut page = image::imageops::grayscale(&color);
        assert!(split(&mut page, &color, &tiles).is_some());
        assert!(page.get_pixel(200, 125).0[0] < 80 && page.get_pixel(204, 105).0[0] > 200);
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

    #[test]
    fn a_dark_block_with_light_text_is_no_black_ink() {
        for (block, text) in [([30, 70, 30], [255, 250, 190]), ([95, 60, 30], [255, 245, 215])] {
            let mut color = RgbImage::from_pixel(400, 400, Rgb([250, 250, 250]));
            for (x, y) in (40_u32..360).flat_map(|x| (100_u32..300).map(move |y| (x, y))) {
                let is_inside = (60..340).contains(&x) && (120..280).contains(&y);
                let is_stroke = is_inside && x % 14 < 3 && y % 30 < 14;
                let noise = ((7 * x + 13 * y) % 9) as u8;
                let [red, green, blue] = if is_stroke { text } else { block };
                color.put_pixel(x, y, Rgb([red - noise, green, blue - noise]));
            }
            let tiles = TileGrounds::of(View::Color(&color)).unwrap();
            let mut page = image::imageops::grayscale(&color);
            assert!(split(&mut page, &color, &tiles).is_none(), "{block:?}");
        }
    }
}
