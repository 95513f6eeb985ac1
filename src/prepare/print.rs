//! Tells a printed letter that stands by itself from dirt, by its strokes.
//!
//! A letter is drawn with a stroke of about one width that turns, branches or closes, so that it is longer than the
//! letter is high. Specks are as wide as long, hairs are too thin, and folds run on.

use super::measure::Sheet;
use crate::shapes::{Component, Components, Run};

/// Lower shapes do not show their strokes, in millimeters and in pixels.
const MIN_HEIGHT_MM: f32 = 1.0;
const MIN_HEIGHT: f32 = 7.0;
/// Widths of strokes, as shares of the longer side.
const STROKES: std::ops::RangeInclusive<f32> = 0.06..=0.32;
/// Thinner strokes are hairs, in millimeters, or ragged stains, in pixels.
const MIN_STROKE_MM: f32 = 0.1;
const MIN_STROKE: f32 = 0.9;
/// All strokes together are so many times as long as the longer side: a stain in grainy paper has far more edge.
const LENGTHS: std::ops::RangeInclusive<f32> = 1.5..=7.0;
/// Letters are no more than so many times as high as wide, or as wide as high.
const MAX_ASPECT: f32 = 3.0;
/// Letters cover these shares of their boxes.
const FILLS: std::ops::Range<f32> = 0.12..0.7;
/// Letters are no higher; larger figures are told by their size alone.
const MAX_HEIGHT_MM: f32 = 12.0;
/// Parts of the edges of punched holes look like letters: so large, this close to the left or right edge …
const MARGIN_DIRT_MM: f32 = 3.0;
const MARGIN_MM: f32 = 20.0;
/// … or this share of the width of a slip, …
const MARGIN_SHARE: f32 = 0.1;
/// … or drawn thinner than this share of their longer side.
const MIN_STROKE_IN_MARGIN: f32 = 0.13;
/// Nothing closer to an edge is sure to be print.
const EDGE_MM: f32 = 2.5;
/// With more shapes of half the letter's size the page is dirty, or has a picture.
const MAX_SHAPES: usize = 12;

/// The letters I and l of many faces are bars: so wide, in heights, …
const BAR_WIDTHS: std::ops::RangeInclusive<f32> = 0.07..=0.3;
/// … so high and wide at least, …
const MIN_BAR_MM: f32 = 1.5;
const MIN_BAR_WIDTH_MM: f32 = 0.2;
/// … and full.
const MIN_BAR_FILL: f32 = 0.85;
/// They stand this far from the edges, where scanners leave bars, …
const BAR_MARGIN_MM: f32 = 6.0;
/// … on a page without dirt, which has no more shapes of half their width.
const MAX_BAR_SHAPES: usize = 4;

/// Returns whether a page of few shapes has a printed letter.
pub(super) fn has_letter(found: &Components, sheet: Sheet) -> bool {
    let candidates: Vec<(u32, &Component)> = (0_u32..)
        .zip(&found.list)
        .filter(|(_, shape)| is_bar(shape, sheet) || has_size_of_letter(shape, sheet))
        .collect();
    if candidates.len() > MAX_SHAPES {
        return false;
    }
    let alike = |extent: f32| {
        let is_alike = |other: &&Component| other.extent() as f32 >= extent;
        found.list.iter().filter(is_alike).count()
    };
    candidates.into_iter().any(|(id, shape)| {
        is_bar(shape, sheet) && alike(0.5 * shape.width()) <= MAX_BAR_SHAPES
            || has_size_of_letter(shape, sheet)
                && alike(0.5 * shape.extent() as f32) <= MAX_SHAPES
                && is_drawn_with_strokes(found, id, sheet)
    })
}

fn has_size_of_letter(shape: &Component, sheet: Sheet) -> bool {
    let (width, height) = (shape.width(), shape.height());
    let (least, most) = (sheet.px(MIN_HEIGHT_MM).max(MIN_HEIGHT), sheet.px(MAX_HEIGHT_MM));
    let margin = sheet.margin(&shape.bounds);
    let may_be_hole =
        is_in_margin(shape, sheet) && shape.extent() as f32 > sheet.px(MARGIN_DIRT_MM);
    (least..most).contains(&height)
        && width <= MAX_ASPECT * height
        && height <= MAX_ASPECT * width
        && FILLS.contains(&shape.fill())
        && margin > sheet.px(EDGE_MM)
        && !may_be_hole
}

fn is_drawn_with_strokes(found: &Components, id: u32, sheet: Sheet) -> bool {
    let shape = &found.list[id as usize];
    let length = length_of_strokes(found.runs.iter().filter(|run| run.component == id));
    let (stroke, extent) = (shape.area as f32 / length, shape.extent() as f32);
    let is_thin = is_in_margin(shape, sheet) && stroke < MIN_STROKE_IN_MARGIN * extent;
    STROKES.contains(&(stroke / extent))
        && !is_thin
        && stroke >= sheet.px(MIN_STROKE_MM).max(MIN_STROKE)
        && LENGTHS.contains(&(length / extent))
}

fn is_in_margin(shape: &Component, sheet: Sheet) -> bool {
    let right = (sheet.size.0 as f32 - shape.bounds.right as f32).max(0.0);
    let margin = sheet.px(MARGIN_MM).min(MARGIN_SHARE * sheet.size.0 as f32);
    right.min(shape.bounds.left as f32) < margin
}

/// Returns half the outline of a shape in pixels: how long its strokes are. `runs` go from top to bottom.
fn length_of_strokes<'r>(runs: impl Iterator<Item = &'r Run>) -> f32 {
    let (mut above, mut row): (Vec<&Run>, Vec<&Run>) = (Vec::new(), Vec::new());
    let mut length = 0;
    for run in runs {
        if row.last().is_some_and(|last| last.y != run.y) {
            above = std::mem::take(&mut row);
        }
        let shared = above
            .iter()
            .map(|other| other.right.min(run.right).saturating_sub(other.left.max(run.left)));
        // An end of each run at one side, and what begins at it.
        length += 1 + (run.right - run.left) - shared.sum::<u32>();
        row.push(run);
    }
    length as f32
}

fn is_bar(shape: &Component, sheet: Sheet) -> bool {
    let (width, height) = (shape.width(), shape.height());
    (sheet.px(MIN_BAR_MM)..sheet.px(MAX_HEIGHT_MM)).contains(&height)
        && width >= sheet.px(MIN_BAR_WIDTH_MM)
        && BAR_WIDTHS.contains(&(width / height))
        && shape.fill() >= MIN_BAR_FILL
        && sheet.margin(&shape.bounds) > sheet.px(BAR_MARGIN_MM)
}
