//! Tells a page with nothing to read from one with a single letter on it.
//!
//! Says *nothing* only where no shape can be a letter: a page called blank is never read. A few shapes that may
//! be letters or dirt are *doubtful*: such a page is read, and is blank only if that gives no word.

#[cfg(test)]
mod tests;

use super::measure::Sheet;
use super::print;
use crate::document::PixelBox;
use crate::shapes::{Component, Components};

/// What a page seems to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Presence {
    /// Specks, holes, folds and edges at most.
    Nothing,
    /// A few shapes that may be letters.
    Doubtful,
    /// A row or a column of shapes, a printed letter, handwriting, or figures too large to be dirt.
    Text,
}

/// Letters in a row are at least so many millimeters tall (text of 4 points), …
const MIN_HEIGHT_MM: f32 = 0.66;
/// … and letters by themselves, which dirt resembles.
const MIN_LONE_HEIGHT_MM: f32 = 1.0;
/// Lower shapes have lost what makes letters, in pixels.
const MIN_HEIGHT: f32 = 5.0;
/// Round and full shapes are holes and blots from this height on.
const MIN_HOLE_MM: f32 = 2.0;
/// Diameters of the holes that paper is punched with; a copy may show only their edges.
const HOLES_MM: std::ops::Range<f32> = 4.5..9.0;
/// Holes have their middle at most so far from an edge.
const HOLE_MARGIN_MM: f32 = 25.0;
/// What touches this margin was at the edge of the scanner.
const EDGE_MM: f32 = 1.5;
/// Shapes of this height with the density of letters are no dirt.
const LARGE_MM: f32 = 8.0;
/// Shapes in a row that make a word.
const MIN_ROW: usize = 3;
/// Shapes that are looked at; a page with more than so many is not blank.
const MAX_SHAPES: usize = 3000;
/// On coarser pages text is no more than gray lines: nothing on them is told from text by its size.
const COARSE_SIDE: usize = 400;
/// A coarse page with this share of ink is not blank; more is a plain color.
const COARSE_INK: std::ops::Range<f32> = 0.003..0.5;
/// Handwriting crosses a row of pixels so often; folds, hairs and scratches do once.
const MIN_CROSSINGS: f32 = 1.4;

/// Returns what the components of a page seem to be. Rules and borders must be gone already.
pub(super) fn presence(found: &Components, sheet: Sheet) -> Presence {
    if sheet.size.0.min(sheet.size.1) < COARSE_SIDE && COARSE_INK.contains(&sheet.ink) {
        return Presence::Text;
    }
    let crossings = crossings(found);
    let whole = || found.list.iter().zip(crossings.iter().copied());
    if whole().any(|(component, crossings)| {
        is_handwriting(component, crossings, sheet) || is_large(component, sheet)
    }) {
        return Presence::Text;
    }
    let shapes: Vec<PixelBox> = found
        .list
        .iter()
        .filter(|component| could_be_letter(component, sheet))
        .map(|component| component.bounds)
        .collect();
    let turned: Vec<PixelBox> = shapes.iter().map(transposed).collect();
    // The pieces of a faint fold stand in a row, too, but are flat.
    let tall = |boxes: Vec<PixelBox>| -> Vec<PixelBox> {
        let least = sheet.px(MIN_HEIGHT_MM).max(MIN_HEIGHT);
        boxes.into_iter().filter(|shape| shape.height() as f32 >= least).collect()
    };
    if shapes.len() > MAX_SHAPES || has_row(tall(shapes)) || has_row(tall(turned)) {
        return Presence::Text;
    }
    if print::has_letter(found, sheet) {
        return Presence::Text;
    }
    let may_be_read = |component: &Component| {
        is_drawn(component, sheet) && component.height() >= sheet.px(MIN_LONE_HEIGHT_MM)
    };
    if found.list.iter().any(may_be_read) { Presence::Doubtful } else { Presence::Nothing }
}

/// Returns for each component how many runs it has in a row of pixels.
fn crossings(found: &Components) -> Vec<f32> {
    let mut counts = vec![0.0_f32; found.list.len()];
    for run in &found.runs {
        counts[run.component as usize] += 1.0;
    }
    found.list.iter().zip(counts).map(|(each, count)| count / each.height().max(1.0)).collect()
}

fn could_be_letter(component: &Component, sheet: Sheet) -> bool {
    let (width, height) = (component.width(), component.height());
    let extent = width.max(height);
    let round_and_full = component.fill() > 0.7 && width > 0.7 * height && width < 1.4 * height;
    sheet.px(MIN_HEIGHT_MM).max(MIN_HEIGHT) <= extent
        && height <= 0.95 * sheet.size.1 as f32
        && (0.1 * height..8.0 * height).contains(&width)
        && component.fill() > 0.12
        && !(round_and_full && height > sheet.px(MIN_HOLE_MM))
}

/// Returns whether a shape by itself may be a letter: strokes, neither a blot nor a hole, a staple or a dash.
fn is_drawn(component: &Component, sheet: Sheet) -> bool {
    let (width, height) = (component.width(), component.height());
    let is_round = width > 0.8 * height && width < 1.25 * height;
    let is_hole = is_round
        && HOLES_MM.contains(&(height / sheet.px(1.0)))
        && sheet.margin(&component.bounds) < sheet.px(HOLE_MARGIN_MM) - height / 2.0;
    could_be_letter(component, sheet)
        && component.fill() < 0.75
        && sheet.margin(&component.bounds) > sheet.px(EDGE_MM)
        && !is_hole
}

fn is_large(component: &Component, sheet: Sheet) -> bool {
    is_drawn(component, sheet)
        && component.height() > sheet.px(LARGE_MM)
        && component.fill() > 0.15
        && component.width() > 0.2 * component.height()
}

/// Several strokes that hang together: a written word, a signature, or letters that touch.
fn is_handwriting(component: &Component, crossings: f32, sheet: Sheet) -> bool {
    let (width, height) = (component.width(), component.height());
    width > sheet.px(4.2)
        && height > sheet.px(2.0)
        && height < sheet.px(50.0)
        && width > 1.5 * height
        && width < 15.0 * height
        && (0.06..0.55).contains(&component.fill())
        && crossings > MIN_CROSSINGS
}

fn transposed(bounds: &PixelBox) -> PixelBox {
    let &PixelBox { left, top, right, bottom } = bounds;
    PixelBox { left: top, top: left, right: bottom, bottom: right }
}

/// Returns whether some of the shapes stand in a row, as the letters of a word do.
fn has_row(mut shapes: Vec<PixelBox>) -> bool {
    shapes.sort_by_key(|shape| shape.left);
    // For each shape the longest row that ends with it.
    let mut rows: Vec<usize> = Vec::with_capacity(shapes.len());
    for (index, shape) in shapes.iter().enumerate() {
        let before = shapes[..index].iter().zip(&rows);
        let longest =
            before.filter(|(other, _)| stands_beside(other, shape)).map(|(_, &row)| row).max();
        let row = longest.unwrap_or(0) + 1;
        if row >= MIN_ROW {
            return true;
        }
        rows.push(row);
    }
    false
}

fn stands_beside(left: &PixelBox, right: &PixelBox) -> bool {
    let shared = left.bottom.min(right.bottom) as f32 - left.top.max(right.top) as f32;
    let (first, second) = (left.height() as f32, right.height() as f32);
    let (small, large) = (first.min(second), first.max(second));
    let gap = right.left as f32 - left.right as f32;
    large <= 2.2 * small && shared > 0.5 * small && gap > -0.3 * small && gap < 1.5 * large
}
