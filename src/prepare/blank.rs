//! Tells a page with nothing to read from one with a single word on it. When in doubt, a page is not blank: a
//! page called blank is never read.

use crate::shapes::Component;

/// Letters are at least this share of the longer side tall (1.5 mm on A4 would be 1/200).
const MIN_HEIGHT: f32 = 1.0 / 450.0;
/// Letters are at most this share of the longer side tall.
const MAX_HEIGHT: f32 = 1.0 / 12.0;
/// Shapes in a row that make a word.
const MIN_ROW: usize = 3;
/// Shapes that are looked at; a page with more than so many is not blank.
const MAX_SHAPES: usize = 3000;

/// Returns whether none of the components can be text. Rules and borders must be gone already.
pub(super) fn is_blank(components: &[Component], longer_side: usize) -> bool {
    let side = longer_side as f32;
    if components.iter().any(|component| is_handwriting(component, side)) {
        return false;
    }
    let mut shapes: Vec<Component> =
        components.iter().filter(|component| could_be_letter(component, side)).copied().collect();
    if shapes.len() > MAX_SHAPES {
        return false;
    }
    shapes.sort_by_key(|shape| shape.bounds.left);
    // For each shape the longest row that ends with it.
    let mut rows: Vec<usize> = Vec::with_capacity(shapes.len());
    for (index, shape) in shapes.iter().enumerate() {
        let before = shapes[..index].iter().zip(&rows);
        let longest =
            before.filter(|(other, _)| stands_beside(other, shape)).map(|(_, &row)| row).max();
        let row = longest.unwrap_or(0) + 1;
        if row >= MIN_ROW {
            return false;
        }
        rows.push(row);
    }
    true
}

fn could_be_letter(component: &Component, side: f32) -> bool {
    let (width, height) = (component.width(), component.height());
    let round_and_full = component.fill() > 0.7 && width > 0.7 * height && width < 1.4 * height;
    (side * MIN_HEIGHT).max(5.0) <= height
        && height <= side * MAX_HEIGHT
        && (0.1 * height..8.0 * height).contains(&width)
        && component.fill() > 0.12
        && !(round_and_full && height > side / 80.0)
}

/// Several strokes that hang together: a written word, a signature, or letters that touch.
fn is_handwriting(component: &Component, side: f32) -> bool {
    let (width, height) = (component.width(), component.height());
    width > side / 70.0
        && height > side / 150.0
        && height < side / 6.0
        && width > 1.5 * height
        && width < 15.0 * height
        && (0.06..0.55).contains(&component.fill())
}

fn stands_beside(left: &Component, right: &Component) -> bool {
    let shared = left.bounds.bottom.min(right.bounds.bottom) as f32
        - left.bounds.top.max(right.bounds.top) as f32;
    let (small, large) = (left.height().min(right.height()), left.height().max(right.height()));
    let gap = right.bounds.left as f32 - left.bounds.right as f32;
    large <= 2.2 * small && shared > 0.5 * small && gap > -0.3 * small && gap < 1.5 * large
}
