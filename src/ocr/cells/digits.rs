//! The digits of a table: where each stands exactly, and its picture in a fixed size.
//!
//! Owns the step from the grid to pictures. Where a digit is one shape by itself its box says where it
//! is; elsewhere (touched by a rule, broken, cut) it is where its neighbors say, at the least ink.

use image::GrayImage;

use super::grid::Grid;
use super::ground::{Ground, median};
use crate::document::PixelBox;
use crate::shapes::Component;

/// One digit of a cell.
#[derive(Debug, Clone, Copy)]
pub(super) struct Digit {
    /// Middle of the digit in pixels.
    pub center: (f32, f32),
    /// Mean darkness of its picture, 0–1.
    pub ink: f32,
}

/// Width and height of a digit's picture in pixels.
pub(super) const PICTURE: (usize, usize) = (20, 28);
/// Pixels of a digit's picture.
pub(super) const PICTURE_PIXELS: usize = PICTURE.0 * PICTURE.1;
/// What a picture shows, in pitches and digit heights.
const PICTURE_WIDTH: f32 = 1.1;
const PICTURE_HEIGHT: f32 = 1.14;
/// A whole digit has a height of so many median heights.
const WHOLE_HEIGHTS: std::ops::RangeInclusive<f32> = 0.82..=1.2;
/// Its box is so many pitches wide at most.
const WHOLE_WIDTH: f32 = 1.0;
/// It is so many pitches and digit heights off its place at most.
const OFF_PLACE: f32 = 0.3;
const OFF_LINE: f32 = 0.22;
/// And so many pitches off where the other digits of its cell say: the rest of a digit that is cut
/// looks like a 1 beside its place.
const OFF_SIBLINGS: f32 = 0.12;
/// Pieces of a digit have their middles so many pitches off its place at most.
const PIECE_REACH: f32 = 0.46;
/// A digit that does not stand free is looked for so many pixels to both sides, for digits of 25 px.
const SLIDE: f32 = 5.0 / 25.0;

/// All digits of a grid: row by row, column by column.
pub(super) fn find_digits(ground: &Ground, grid: &Grid) -> Vec<Digit> {
    let shapes = shapes_of(ground, grid);
    let slots = grid.template.offsets.len();
    let mut digits = Vec::with_capacity(shapes.len());
    for (cell, shapes) in shapes.chunks_exact(slots).enumerate() {
        let (row, column) = (cell / grid.columns.len(), cell % grid.columns.len());
        let (x, baseline) = grid.origin(&grid.rows[row], &grid.columns[column]);
        let place = |slot: usize| (x + grid.template.offsets[slot], baseline - grid.height / 2.0);
        let whole: Vec<Option<(f32, f32)>> =
            (0..slots).map(|slot| whole_center(shapes[slot], place(slot), grid)).collect();
        let moved = |of: fn((f32, f32)) -> f32| {
            let known = whole.iter().enumerate();
            let mut off: Vec<f32> =
                known.filter_map(|(s, center)| Some(of((*center)?) - of(place(s)))).collect();
            median(&mut off)
        };
        let (moved_x, moved_y) = (moved(|center| center.0), moved(|center| center.1));
        for (slot, center) in whole.iter().enumerate() {
            let (x, y) = place(slot);
            let guess = (x + moved_x.unwrap_or(0.0), y + moved_y.unwrap_or(0.0));
            let is_aligned = |center: &(f32, f32)| {
                (center.0 - guess.0).abs() <= grid.template.pitch * OFF_SIBLINGS
            };
            let center = match center.filter(is_aligned) {
                Some(center) => center,
                None => (least_cut(&ground.gray, guess, grid), guess.1),
            };
            digits.push(Digit { center, ink: 0.0 });
        }
    }
    digits
}

/// Returns for each digit's place the box of the components that stand there.
fn shapes_of(ground: &Ground, grid: &Grid) -> Vec<Option<PixelBox>> {
    let (columns, slots) = (grid.columns.len(), grid.template.offsets.len());
    let mut shapes: Vec<Option<PixelBox>> = vec![None; grid.rows.len() * columns * slots];
    let reach = grid.template.pitch * PIECE_REACH;
    let is_piece = |component: &&Component| {
        component.width() <= grid.template.pitch * WHOLE_WIDTH
            && component.height() <= grid.height * WHOLE_HEIGHTS.end()
    };
    for component in ground.components.iter().filter(is_piece) {
        let (x, y) = component.center();
        let above = |row: &super::linear::Curve| row.at(x) - y;
        let is_in = |row: &super::linear::Curve| {
            (-0.1 * grid.height..1.1 * grid.height).contains(&above(row))
        };
        let Some(row) = grid.rows.iter().position(is_in) else { continue };
        for (index, column) in grid.columns.iter().enumerate() {
            let distance = x - column.at(y);
            let slot = grid.template.offsets.iter().position(|o| (distance - o).abs() < reach);
            if let Some(slot) = slot {
                let shape = &mut shapes[(row * columns + index) * slots + slot];
                *shape = Some(shape.map_or(component.bounds, |all| all.union(&component.bounds)));
            }
        }
    }
    shapes
}

fn whole_center(shape: Option<PixelBox>, place: (f32, f32), grid: &Grid) -> Option<(f32, f32)> {
    let shape = shape?;
    let center = ((shape.left + shape.right) as f32 / 2.0, (shape.top + shape.bottom) as f32 / 2.0);
    let is_whole = WHOLE_HEIGHTS.contains(&(shape.height() as f32 / grid.height))
        && shape.width() as f32 <= grid.template.pitch * WHOLE_WIDTH
        && (center.0 - place.0).abs() <= grid.template.pitch * OFF_PLACE
        && (center.1 - place.1).abs() <= grid.height * OFF_LINE;
    is_whole.then_some(center)
}

/// Returns the middle near `guess` at which the sides of a digit cut the least ink.
fn least_cut(gray: &GrayImage, guess: (f32, f32), grid: &Grid) -> f32 {
    let slide = (grid.height * SLIDE).round() as i32;
    let half = grid.template.pitch / 2.0;
    let cut = |x: f32| -> f32 {
        let rows = (grid.height * 0.9) as i32;
        let top = guess.1 - rows as f32 / 2.0;
        (0..rows).map(|row| darkness(gray, x, top + row as f32)).sum()
    };
    (-slide..=slide)
        .map(|step| {
            let x = guess.0 + step as f32;
            // A step must be worth it: what is cut is cut anyway.
            (cut(x - half) + cut(x + half) + 0.15 * step.abs() as f32, x)
        })
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .map_or(guess.0, |(_, x)| x)
}

/// Returns how dark a place is, 0–1, between the pixels around it; beyond the page there is paper.
fn darkness(gray: &GrayImage, x: f32, y: f32) -> f32 {
    let (width, height) = (gray.width() as usize, gray.height() as usize);
    if x < 0.0 || y < 0.0 {
        return 0.0;
    }
    let (left, top) = (x as usize, y as usize);
    if left + 1 >= width || top + 1 >= height {
        return 0.0;
    }
    let (share_x, share_y) = (x - left as f32, y - top as f32);
    let at = top * width + left;
    let pixels = gray.as_raw();
    let (above, below) = (&pixels[at..at + 2], &pixels[at + width..][..2]);
    let mix =
        |pair: &[u8]| f32::from(pair[0]) + (f32::from(pair[1]) - f32::from(pair[0])) * share_x;
    let level = mix(above) + (mix(below) - mix(above)) * share_y;
    1.0 - level / 255.0
}

/// Draws a digit in the size of [`PICTURE`], row-major, as darkness 0–1.
pub(super) fn draw(gray: &GrayImage, digit: &Digit, grid: &Grid, picture: &mut [f32]) {
    let (width, height) = PICTURE;
    let step_x = grid.template.pitch * PICTURE_WIDTH / width as f32;
    let step_y = grid.height * PICTURE_HEIGHT / height as f32;
    let left = digit.center.0 - 0.5 - step_x * (width as f32 - 1.0) / 2.0;
    let top = digit.center.1 - 0.5 - step_y * (height as f32 - 1.0) / 2.0;
    for (row, line) in picture.chunks_exact_mut(width).enumerate() {
        for (column, value) in line.iter_mut().enumerate() {
            *value = darkness(gray, left + column as f32 * step_x, top + row as f32 * step_y);
        }
    }
}
