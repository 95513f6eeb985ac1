//! The grid of a dense table: its rows and columns, and where each digit of each cell should stand.
//!
//! Called by the table reader; `digits` cuts out what stands there.

use super::columns::{Columns, Standing, Standings, Template, find_columns};
use super::ground::Ground;
use super::linear::Curve;
use super::rows::{digits_of, find_rows};
use super::shape::CellShape;
use crate::document::TableLook;
use crate::shapes::Component;

/// Rows and columns of a table on a page.
pub(super) struct Grid {
    /// Height of a digit in pixels.
    pub height: f32,
    pub template: Template,
    /// Baselines over x, from the top.
    pub rows: Vec<Curve>,
    /// Middles of the first digits over y, from left to right.
    pub columns: Vec<Curve>,
}

/// A table has so many rows at least.
const MIN_ROWS: usize = 3;
/// And at most.
const MAX_ROWS: usize = 400;
/// Digits wider than this, in digit heights, are two.
const WIDEST_DIGIT: f32 = 0.95;
/// Digits stand on a baseline if their bottoms are so many digit heights off at most.
const ON_LINE: f32 = 0.25;
/// Points stand so many digit heights above the baseline, by their middles, and are so large at most.
const POINT_LEVELS: std::ops::RangeInclusive<f32> = -0.1..=0.8;
const LARGEST_POINT: f32 = 0.4;
const SMALLEST_POINT: f32 = 0.1;

impl Grid {
    /// Finds the rows and columns of the table that is asked for.
    pub(super) fn find(ground: &Ground, shape: CellShape, look: &TableLook) -> Option<Self> {
        let height = ground.height;
        let count = usize::from(look.columns);
        let digits = digits_of(&ground.components, height);
        if digits.len() < MIN_ROWS * count * shape.digits / 2 {
            return None;
        }
        let rows = find_rows(&digits, height, count * shape.digits);
        if !(MIN_ROWS..=MAX_ROWS).contains(&rows.len()) {
            return None;
        }
        let standing: Vec<Standing> = digits
            .iter()
            .filter(|digit| digit.width() < height * WIDEST_DIGIT)
            .filter_map(|digit| {
                let (x, y) = digit.center();
                let bottom = digit.bounds.bottom as f32;
                let near = |row: &Curve| (row.at(x) - bottom).abs() < height * ON_LINE;
                Some(Standing { row: rows.iter().position(near)?, x, y })
            })
            .collect();
        let points = match shape.point {
            Some(_) => points_of(&ground.components, &rows, height),
            None => Vec::new(),
        };
        let found = Standings { digits: &standing, points: &points, height, rows: rows.len() };
        let Columns { template, columns } = find_columns(&found, shape, count)?;
        Some(Self { height, template, rows, columns })
    }

    /// Returns x of the middle of the first digit of a cell, and y of the baseline there.
    pub(super) fn origin(&self, row: &Curve, column: &Curve) -> (f32, f32) {
        let mut x = column.at(row.at(0.0));
        for _ in 0..2 {
            x = column.at(row.at(x) - self.height / 2.0);
        }
        (x, row.at(x))
    }
}

/// Returns the components that may be points of the rows' numbers.
fn points_of(components: &[Component], rows: &[Curve], height: f32) -> Vec<Standing> {
    let is_point = |component: &&Component| {
        let (width, tall) = (component.width() / height, component.height() / height);
        width.max(tall) <= LARGEST_POINT && width.min(tall) >= SMALLEST_POINT
    };
    let standing = |component: &Component| {
        let (x, y) = component.center();
        let is_of = |row: &Curve| POINT_LEVELS.contains(&((row.at(x) - y) / height));
        Some(Standing { row: rows.iter().position(is_of)?, x, y })
    };
    components.iter().filter(is_point).filter_map(standing).collect()
}
