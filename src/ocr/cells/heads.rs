//! The heads of rows: short numbers to the left of the first column, such as days.
//!
//! They are printed in the font of the table, so that its second reader reads them. What is wider than
//! a few digits, such as the word before a row of means, is no number.

use super::digits::Digit;
use super::grid::Grid;
use super::ground::{DIGIT_HEIGHTS, Ground};
use crate::document::PixelBox;
use crate::shapes::Component;

/// What stands to the left of a row.
pub(super) struct RowHead {
    pub bounds: PixelBox,
    /// From left to right; none if it is no number.
    pub digits: Vec<Digit>,
}

/// Heads have at most so many digits.
const MOST_DIGITS: usize = 3;
/// Heads end at least so many pitches before the middle of the first digit, and begin so many before.
const REACH: (f32, f32) = (0.75, 7.0);
/// Digits of one head are so many pitches apart at most.
const WIDEST_GAP: f32 = 1.0;
/// Digits are so many pitches wide at most.
const WIDEST_DIGIT: f32 = 1.15;
/// Pieces of digits are so many digit heights high at least; smaller ones are specks.
const LEAST_PIECE: f32 = 0.25;
/// Middles of pieces are so many digit heights off the middle of their row at most.
const OFF_LINE: f32 = 0.4;

/// Finds the heads of all rows, in order.
pub(super) fn find_heads(ground: &Ground, grid: &Grid) -> Vec<Option<RowHead>> {
    (0..grid.rows.len()).map(|row| find_head(ground, grid, row)).collect()
}

/// Returns what stands nearest to the left of a row.
fn find_head(ground: &Ground, grid: &Grid, row: usize) -> Option<RowHead> {
    let (baseline, pitch) = (&grid.rows[row], grid.template.pitch);
    let (x, _) = grid.origin(baseline, grid.columns.first()?);
    let range = x - REACH.1 * pitch..x - REACH.0 * pitch;
    let is_piece = |component: &&Component| {
        let (middle, center) = component.center();
        range.contains(&(component.bounds.right as f32))
            && (LEAST_PIECE..=*DIGIT_HEIGHTS.end()).contains(&(component.height() / grid.height))
            && (baseline.at(middle) - grid.height / 2.0 - center).abs() < grid.height * OFF_LINE
    };
    let mut pieces: Vec<PixelBox> =
        ground.components.iter().filter(is_piece).map(|piece| piece.bounds).collect();
    pieces.sort_by_key(|bounds| std::cmp::Reverse(bounds.right));
    let mut digits: Vec<PixelBox> = Vec::new();
    for piece in pieces {
        match digits.last_mut() {
            // Pieces above each other belong to one digit.
            Some(last) if piece.right > last.left + 1 => *last = last.union(&piece),
            Some(last) if (last.left - piece.right) as f32 > WIDEST_GAP * pitch => break,
            Some(_) | None => digits.push(piece),
        }
    }
    let bounds = digits.iter().copied().reduce(|all, digit| all.union(&digit))?;
    let is_digit = |bounds: &PixelBox| {
        DIGIT_HEIGHTS.contains(&(bounds.height() as f32 / grid.height))
            && bounds.width() as f32 <= pitch * WIDEST_DIGIT
    };
    if digits.len() > MOST_DIGITS || !digits.iter().all(is_digit) {
        return Some(RowHead { bounds, digits: Vec::new() });
    }
    let digit = |bounds: &PixelBox| {
        let middle = |from: u32, to: u32| (from + to) as f32 / 2.0;
        let center = (middle(bounds.left, bounds.right), middle(bounds.top, bounds.bottom));
        Digit { center, ink: 0.0 }
    };
    Some(RowHead { bounds, digits: digits.iter().rev().map(digit).collect() })
}
