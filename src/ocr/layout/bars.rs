//! Light text on black bars: turned into dark text before anything is looked for.
//!
//! Only dense areas are looked at closely; a page without any costs one pass over its words.

use crate::document::PixelBox;
use crate::images::BitMask;
use crate::shapes::{self, Component};

/// Pixels in a word of the mask, the width of a cell.
const WORD: usize = 64;
/// Rows of a cell.
const CELL_ROWS: usize = 8;
/// A cell with more of its pixels set is dense; bold text has about a third.
const DENSE_SHARE: f32 = 0.6;
/// A bar covers this share of its box, …
const MIN_FILL: f32 = 0.5;
/// … is so many times as wide as high at least, …
const MIN_ASPECT: f32 = 1.5;
/// … so high in pixels, …
const MIN_HEIGHT: u32 = 14;
/// … and not higher than this share of the page: that is a picture.
const MAX_HEIGHT_SHARE: f32 = 0.15;
/// Letters have at least this share of the bar's height, and at most that.
const LETTER_HEIGHTS: std::ops::RangeInclusive<f32> = 0.25..=0.95;
/// A bar holds so many letters at least.
const MIN_LETTERS: usize = 3;
/// More dense areas than this are a halftone.
const MAX_AREAS: usize = 64;

/// Inverts the bars that hold text; returns their boxes.
pub(super) fn invert(mask: &mut BitMask) -> Vec<PixelBox> {
    let mut bars = Vec::new();
    for area in dense_areas(mask) {
        let part = mask.cropped(area);
        let Some(found) = shapes::find_components(&part) else { continue };
        let largest = found.list.iter().enumerate().max_by_key(|(_, each)| each.area);
        let Some((number, bar)) = largest else { continue };
        let limit = mask.height as f32 * MAX_HEIGHT_SHARE;
        if bar.fill() < MIN_FILL
            || bar.width() < MIN_ASPECT * bar.height()
            || bar.bounds.height() < MIN_HEIGHT
            || bar.height() > limit
        {
            continue;
        }
        let mut solid = BitMask::empty(part.width, part.height);
        for run in found.runs.iter().filter(|run| run.component as usize == number) {
            solid.set(run.y as usize, run.left as usize, run.right as usize);
        }
        let solid = solid.cropped(bar.bounds);
        if let Some(text) = text_in(&part.cropped(bar.bounds), &solid) {
            let at = bar.bounds.moved(area.left, area.top);
            for y in 0..solid.height {
                let row = at.top as usize + y;
                solid.runs(y, |from, to| {
                    mask.clear(row, at.left as usize + from, at.left as usize + to);
                });
            }
            mask.paste(&text, at.left as usize, at.top as usize);
            bars.push(at);
        }
    }
    bars
}

/// Returns the text in a bar, if there is any: what is white in the holes of the solid bar.
fn text_in(part: &BitMask, solid: &BitMask) -> Option<BitMask> {
    let holes = shapes::find_components(&solid.clone().inverted())?;
    let (width, height) = (solid.width as u32, solid.height as u32);
    let is_inside = |hole: &Component| {
        let PixelBox { left, top, right, bottom } = hole.bounds;
        left > 0 && top > 0 && right < width && bottom < height
    };
    let letters = holes
        .list
        .iter()
        .filter(|hole| is_inside(hole) && LETTER_HEIGHTS.contains(&(hole.height() / height as f32)))
        .count();
    if letters < MIN_LETTERS {
        return None;
    }
    let mut text = BitMask::empty(solid.width, solid.height);
    for run in &holes.runs {
        if is_inside(&holes.list[run.component as usize]) {
            text.set(run.y as usize, run.left as usize, run.right as usize);
        }
    }
    // The inside of an `o` is black.
    for y in 0..part.height {
        part.runs(y, |from, to| text.clear(y, from, to));
    }
    Some(text)
}

/// Returns the boxes of connected dense cells that are large enough for a bar, with a margin.
fn dense_areas(mask: &BitMask) -> Vec<PixelBox> {
    let (columns, rows) = (mask.width.div_ceil(WORD), mask.height.div_ceil(CELL_ROWS));
    let least = (DENSE_SHARE * (WORD * CELL_ROWS) as f32) as u32;
    let mut cells = BitMask::empty(columns, rows);
    let mut counts = vec![0_u32; columns];
    for row in 0..rows {
        counts.fill(0);
        for y in row * CELL_ROWS..((row + 1) * CELL_ROWS).min(mask.height) {
            for (count, word) in counts.iter_mut().zip(mask.row(y)) {
                *count += word.count_ones();
            }
        }
        for (column, _) in counts.iter().enumerate().filter(|(_, count)| **count >= least) {
            cells.set(row, column, column + 1);
        }
    }
    let Some(areas) = shapes::find_components(&cells) else { return Vec::new() };
    if areas.list.len() > MAX_AREAS {
        return Vec::new();
    }
    let (cell_width, cell_height) = (WORD as u32, CELL_ROWS as u32);
    areas
        .list
        .iter()
        .map(|area| PixelBox {
            left: area.bounds.left.saturating_sub(1) * cell_width,
            top: area.bounds.top.saturating_sub(2) * cell_height,
            right: ((area.bounds.right + 1) * cell_width).min(mask.width as u32),
            bottom: ((area.bounds.bottom + 2) * cell_height).min(mask.height as u32),
        })
        .collect()
}
