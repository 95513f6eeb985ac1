//! Dense tables of numbers of one shape: finds all cells in the pixels of a page and reads them.
//!
//! The line recognizer reads every cell twice, in strips and one by one. A second reader is trained on
//! the digits of which both readings agree: a page is printed in one font, so that a few hundred of its
//! own digits tell more about the others than any other font does. It reads all digits again, and knows
//! which of them are damaged. Called by the engine for a [`TableLook`]; what rows and columns
//! mean, and whether sums agree, is the business of extraction and validation.

mod classifier;
mod columns;
mod digits;
mod features;
mod grid;
mod ground;
mod heads;
mod labels;
mod linear;
mod posterior;
mod rows;
mod shape;
mod table;
#[cfg(test)]
mod tests;

use self::classifier::{Opinion, judge};
use self::digits::{Digit, PICTURE_PIXELS, draw, find_digits};
use self::features::{FEATURES, describe};
use self::grid::Grid;
use self::ground::{Ground, median};
use self::heads::find_heads;
use self::labels::{ReadLines, Reading, Vote, read_singles, read_strips};
use self::posterior::{Probabilities, is_doubtful, posterior};
use self::shape::CellShape;
use self::table::{Cells, assemble};
use crate::document::{Failure, TableLook, TableSeen};
use crate::images::PreparedPage;

/// More columns than this are no table that is printed on a page.
const MAX_COLUMNS: u16 = 200;
/// More digits than this are no page; it bounds memory to about 60 MB.
const MAX_DIGITS: usize = 40_000;

/// Finds a dense table on a page and reads all of its cells; `None` if there is no such table. Fails
/// only where `read` does.
///
/// The grid has all rows of numbers from the top, also sums at the foot, and a column for the heads of
/// the rows before the numeric ones. A cell of which nothing can be seen has no word.
pub(super) fn read_table(
    page: &PreparedPage,
    read: ReadLines,
    look: &TableLook,
) -> Result<Option<TableSeen>, Failure> {
    let Some((ground, grid, shape)) = find_table(page, look) else { return Ok(None) };
    let mut digits = find_digits(&ground, &grid);
    let cells: Vec<&[Digit]> = digits.chunks_exact(shape.digits).collect();
    let readings = [
        read_strips(&ground.gray, &cells, &grid, read)?,
        read_singles(&ground.gray, &cells, &grid, read)?,
    ];
    let mut votes = votes_of(&readings, shape.digits);
    let heads = find_heads(&ground, &grid);
    digits.extend(heads.iter().flatten().flat_map(|head| &head.digits));
    votes.resize(digits.len(), [None; 2]);
    let vectors = vectors_of(&ground, &grid, &mut digits);
    let labels: Vec<Option<u8>> = votes.iter().copied().map(agreed).collect();
    let opinions =
        judge(&vectors, &labels, |digit, distances| is_doubtful(distances, votes[digit]));
    let opinion_of = |digit: usize| -> Option<&Opinion> { opinions.as_ref()?.get(digit) };
    let probabilities: Vec<Probabilities> = votes
        .iter()
        .enumerate()
        .map(|(digit, votes)| posterior(opinion_of(digit), *votes))
        .collect();
    let mut inks: Vec<f32> = digits.iter().map(|digit| digit.ink).collect();
    let usual_ink = median(&mut inks).unwrap_or(0.0);
    let page = ground.gray.dimensions();
    let cells =
        Cells { digits: &digits, probabilities: &probabilities, heads: &heads, usual_ink, page };
    Ok(Some(assemble(&grid, shape, &cells)))
}

/// Finds the table without reading it.
fn find_table(page: &PreparedPage, look: &TableLook) -> Option<(Ground, Grid, CellShape)> {
    let shape = CellShape::parse(&look.shape)?;
    if !(1..=MAX_COLUMNS).contains(&look.columns) {
        return None;
    }
    let ground = Ground::of(page, look.zone)?;
    let grid = Grid::find(&ground, shape, look)?;
    let count = grid.rows.len() * grid.columns.len() * shape.digits;
    (count <= MAX_DIGITS).then_some((ground, grid, shape))
}

/// Returns what the two readings say of each digit.
fn votes_of(readings: &[Vec<Reading>; 2], digits: usize) -> Vec<[Option<Vote>; 2]> {
    let [strips, singles] = readings;
    let of = |reading: &Reading, index: usize| reading.as_ref()?.get(index).copied();
    let cells = strips.iter().zip(singles);
    cells
        .flat_map(|(strip, single)| (0..digits).map(|at| [of(strip, at), of(single, at)]))
        .collect()
}

/// Returns the digit that both votes are for.
fn agreed(votes: [Option<Vote>; 2]) -> Option<u8> {
    let [Some(strip), Some(single)] = votes else { return None };
    (strip.digit == single.digit).then_some(strip.digit)
}

/// Draws all digits, measures their ink and returns their features.
fn vectors_of(ground: &Ground, grid: &Grid, digits: &mut [Digit]) -> Vec<f32> {
    let mut vectors = vec![0.0; digits.len() * FEATURES];
    let mut picture = [0.0; PICTURE_PIXELS];
    for (digit, vector) in digits.iter_mut().zip(vectors.chunks_exact_mut(FEATURES)) {
        draw(&ground.gray, digit, grid, &mut picture);
        digit.ink = picture.iter().sum::<f32>() / PICTURE_PIXELS as f32;
        describe(&picture, vector);
    }
    vectors
}
