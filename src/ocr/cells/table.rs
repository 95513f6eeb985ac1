//! From the digits' probabilities to what is handed on: the grid of cells, and a word for each.

use std::ops::Range;

use super::digits::Digit;
use super::grid::Grid;
use super::heads::RowHead;
use super::posterior::Probabilities;
use super::shape::CellShape;
use crate::document::{Alternative, CellGrid, Doubt, Line, PixelBox, TableSeen, Word};

/// Digits below this probability keep what else they may be.
const SURE_DIGIT: f32 = 0.998;
/// What else a digit may be is kept down to this probability.
const LEAST_ALTERNATIVE: f32 = 0.001;
/// No cell is surer than this: about one in a thousand is misprinted.
const SUREST_CELL: f32 = 0.999;
/// A digit with less than this share of the usual ink is not there.
const LEAST_INK: f32 = 0.35;
/// Heads below this probability are left out.
const LEAST_HEAD: f32 = 0.5;
/// A cell reaches so many digit heights above and below the baseline.
const ABOVE: f32 = 1.1;
const BELOW: f32 = 0.12;
/// A row's head is so many pitches wide where nothing was found.
const HEAD_WIDTH: f32 = 2.5;

/// The digits of a table and what they are.
pub(super) struct Cells<'a> {
    /// Those of the cells row by row, then those of the heads.
    pub digits: &'a [Digit],
    pub probabilities: &'a [Probabilities],
    pub heads: &'a [Option<RowHead>],
    /// Mean darkness of most digits, 0–1.
    pub usual_ink: f32,
    /// Width and height of the page in pixels.
    pub page: (u32, u32),
}

/// Puts a table together. Its first column are the heads of the rows.
pub(super) fn assemble(grid: &Grid, shape: CellShape, cells: &Cells) -> TableSeen {
    let columns = grid.columns.len();
    let mut boxes = Vec::with_capacity(grid.rows.len() * (columns + 1));
    let mut lines = Vec::with_capacity(grid.rows.len());
    let mut next_head = grid.rows.len() * columns * shape.digits;
    for (row, head) in cells.heads.iter().enumerate() {
        let mut words = Vec::with_capacity(columns + 1);
        let bounds = head.as_ref().map_or_else(|| head_box(grid, row, cells.page), |h| h.bounds);
        boxes.push(bounds);
        if let Some(head) = head {
            words.extend(head_word(cells, next_head, head));
            next_head += head.digits.len();
        }
        for column in 0..columns {
            boxes.push(cell_box(grid, (row, column), cells.page));
            let first = (row * columns + column) * shape.digits;
            words.extend(word(grid, shape, cells, first));
        }
        if !words.is_empty() {
            lines.push(Line { block: 0, paragraph: 0, words });
        }
    }
    // `TableLook::columns` leaves room for the heads: it is checked before anything is looked for.
    let columns = u16::try_from(columns + 1).unwrap_or(u16::MAX);
    TableSeen { grid: CellGrid { columns, cells: boxes }, lines }
}

fn cell_box(grid: &Grid, (row, column): (usize, usize), page: (u32, u32)) -> PixelBox {
    let (x, baseline) = grid.origin(&grid.rows[row], &grid.columns[column]);
    let half = grid.template.pitch / 2.0;
    let columns = x - half..x + grid.template.span() + half;
    clamped(columns, around_baseline(grid, baseline), page)
}

fn head_box(grid: &Grid, row: usize, page: (u32, u32)) -> PixelBox {
    let (x, baseline) = grid.origin(&grid.rows[row], &grid.columns[0]);
    let right = x - grid.template.pitch;
    let columns = right - HEAD_WIDTH * grid.template.pitch..right;
    clamped(columns, around_baseline(grid, baseline), page)
}

fn around_baseline(grid: &Grid, baseline: f32) -> Range<f32> {
    baseline - grid.height * ABOVE..baseline + grid.height * BELOW
}

/// Returns a box from fractions of pixels, cut at the edges of the page.
fn clamped(columns: Range<f32>, rows: Range<f32>, page: (u32, u32)) -> PixelBox {
    // Casts from floats stay in the range of the integer.
    let at = |value: f32, limit: u32| (value.round() as u32).min(limit);
    PixelBox {
        left: at(columns.start, page.0),
        top: at(rows.start, page.1),
        right: at(columns.end, page.0),
        bottom: at(rows.end, page.1),
    }
}

/// Returns the word of the cell whose first digit has an index; `None` if nothing of it can be seen.
fn word(grid: &Grid, shape: CellShape, cells: &Cells, first: usize) -> Option<Word> {
    let range = first..first + shape.digits;
    let (digits, probabilities) =
        (cells.digits.get(range.clone())?, cells.probabilities.get(range)?);
    if digits.iter().all(|digit| digit.ink < cells.usual_ink * LEAST_INK) {
        return None;
    }
    let best: Vec<usize> = probabilities.iter().map(best_of).collect();
    let values: Vec<u8> = best.iter().map(|&digit| digit as u8).collect();
    let (text, places) = shape.text(&values);
    let all_right: f32 =
        probabilities.iter().zip(&best).map(|(each, &digit)| each[digit]).product();
    let doubts = places
        .iter()
        .zip(probabilities)
        .zip(&best)
        .filter(|((_, probabilities), best)| probabilities[**best] < SURE_DIGIT)
        .filter_map(|((&place, probabilities), &best)| doubt(place, probabilities, best))
        .collect();
    Some(Word {
        text,
        bounds: word_box(grid, digits, cells.page),
        confidence: 100.0 * all_right.min(SUREST_CELL),
        doubts,
    })
}

/// Returns the word of a row's head whose first digit has an index; `None` if it is no number, or
/// more likely another one.
fn head_word(cells: &Cells, first: usize, head: &RowHead) -> Option<Word> {
    let probabilities = cells.probabilities.get(first..first + head.digits.len())?;
    let best: Vec<usize> = probabilities.iter().map(best_of).collect();
    let right: f32 = probabilities.iter().zip(&best).map(|(each, &digit)| each[digit]).product();
    (!best.is_empty() && right >= LEAST_HEAD).then(|| Word {
        text: best.iter().map(ToString::to_string).collect(),
        bounds: head.bounds,
        confidence: 100.0 * right.min(SUREST_CELL),
        doubts: Vec::new(),
    })
}

fn best_of(probabilities: &Probabilities) -> usize {
    let mut best = 0;
    for (digit, probability) in probabilities.iter().enumerate() {
        if *probability > probabilities[best] {
            best = digit;
        }
    }
    best
}

fn doubt(place: usize, probabilities: &Probabilities, best: usize) -> Option<Doubt> {
    let start = u16::try_from(place).ok()?;
    let mut alternatives: Vec<Alternative> = probabilities
        .iter()
        .enumerate()
        .filter(|&(digit, &probability)| digit != best && probability >= LEAST_ALTERNATIVE)
        .map(|(digit, &probability)| Alternative {
            text: digit.to_string(),
            confidence: 100.0 * probability,
        })
        .collect();
    alternatives.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    (!alternatives.is_empty()).then_some(Doubt { start, end: start + 1, alternatives })
}

fn word_box(grid: &Grid, digits: &[Digit], page: (u32, u32)) -> PixelBox {
    let (half_width, half_height) = (grid.template.pitch / 2.0, grid.height / 2.0);
    let each = digits.iter().map(|digit| {
        let (x, y) = digit.center;
        clamped(x - half_width..x + half_width, y - half_height..y + half_height, page)
    });
    each.reduce(|all, other| all.union(&other)).unwrap_or_default()
}
