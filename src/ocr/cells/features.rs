//! What the second reader sees of a digit: directions of edges and gray levels.
//!
//! Owns the step from a picture to a vector. Gradients are parted into eight directions (Liu et al.,
//! "Handwritten digit recognition", Pattern Recognition 37, 2004), pooled over the picture; the square
//! root evens out dark and faint digits.

use super::digits::{PICTURE, PICTURE_PIXELS};

/// Cells in which directions are pooled, across and down.
const EDGE_CELLS: (usize, usize) = (5, 7);
const DIRECTIONS: usize = 8;
/// Cells in which gray levels are pooled, across and down.
const GRAY_CELLS: (usize, usize) = (7, 10);
/// Length of a feature vector.
pub(super) const FEATURES: usize =
    EDGE_CELLS.0 * EDGE_CELLS.1 * DIRECTIONS + GRAY_CELLS.0 * GRAY_CELLS.1;
/// Share of the vector's square length that gray levels have.
const GRAY_SHARE: f32 = 0.35;

/// Writes the features of a picture; the vector has length 1, or 0 if the picture is empty.
pub(super) fn describe(picture: &[f32], features: &mut [f32]) {
    features.fill(0.0);
    let (edges, grays) = features.split_at_mut(EDGE_CELLS.0 * EDGE_CELLS.1 * DIRECTIONS);
    let (width, height) = PICTURE;
    debug_assert_eq!(picture.len(), PICTURE_PIXELS);
    for y in 1..height - 1 {
        for x in 1..width - 1 {
            let at = |dx: usize, dy: usize| picture[(y + dy - 1) * width + x + dx - 1];
            let across =
                at(2, 0) + 2.0 * at(2, 1) + at(2, 2) - at(0, 0) - 2.0 * at(0, 1) - at(0, 2);
            let down = at(0, 2) + 2.0 * at(1, 2) + at(2, 2) - at(0, 0) - 2.0 * at(1, 0) - at(2, 0);
            let cells = Pooled::of((x, y), EDGE_CELLS);
            for (direction, strength) in parts(across, down) {
                cells.add(strength, &mut edges[direction..], DIRECTIONS);
            }
            Pooled::of((x, y), GRAY_CELLS).add(at(1, 1), grays, 1);
        }
    }
    scale(edges, 1.0 - GRAY_SHARE);
    scale(grays, GRAY_SHARE);
}

/// Parts a gradient into an axis and a diagonal: the numbers of the directions and their lengths.
fn parts(across: f32, down: f32) -> [(usize, f32); 2] {
    let (wide, tall) = (across.abs(), down.abs());
    let axis = match (wide >= tall, across >= 0.0, down >= 0.0) {
        (true, true, _) => 0,
        (false, _, true) => 2,
        (true, false, _) => 4,
        (false, _, false) => 6,
    };
    let diagonal = match (across >= 0.0, down >= 0.0) {
        (true, true) => 1,
        (false, true) => 3,
        (false, false) => 5,
        (true, false) => 7,
    };
    [(axis, (wide - tall).abs()), (diagonal, std::f32::consts::SQRT_2 * wide.min(tall))]
}

/// The four cells around a pixel and their shares.
struct Pooled {
    cells: [usize; 4],
    shares: [f32; 4],
}

impl Pooled {
    fn of((x, y): (usize, usize), (columns, rows): (usize, usize)) -> Self {
        let (left, right, share_x) = around(x, PICTURE.0, columns);
        let (above, below, share_y) = around(y, PICTURE.1, rows);
        let cells = [
            above * columns + left,
            above * columns + right,
            below * columns + left,
            below * columns + right,
        ];
        let (rest_x, rest_y) = (1.0 - share_x, 1.0 - share_y);
        Self {
            cells,
            shares: [rest_x * rest_y, share_x * rest_y, rest_x * share_y, share_x * share_y],
        }
    }

    /// Adds an amount to sums that stand `step` values apart.
    fn add(&self, amount: f32, sums: &mut [f32], step: usize) {
        for (&cell, share) in self.cells.iter().zip(self.shares) {
            sums[cell * step] += amount * share;
        }
    }
}

/// Returns the two cells whose middles lie around a pixel, and the share of the second one.
fn around(position: usize, length: usize, cells: usize) -> (usize, usize, f32) {
    let at = ((position as f32 + 0.5) * cells as f32 / length as f32 - 0.5).max(0.0);
    let first = (at as usize).min(cells - 1);
    (first, (first + 1).min(cells - 1), at - first as f32)
}

/// Takes square roots and brings the vector to a square length.
fn scale(vector: &mut [f32], square_length: f32) {
    let sum: f32 = vector.iter().map(|value| value.max(0.0)).sum();
    if sum <= 0.0 {
        return;
    }
    let factor = square_length / sum;
    for value in vector {
        *value = (value.max(0.0) * factor).sqrt();
    }
}
