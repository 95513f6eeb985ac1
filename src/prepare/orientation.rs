//! Finds which way up a page is, from the boxes of its letters alone.
//!
//! Two facts of Latin print decide. Letters stand closer together along a line than across lines:
//! this gives the direction of the lines. And among neighbors that share one edge of the line, far
//! more rise above the x-height (b d f h k l t, capitals, figures) than hang below the base line
//! (g j p q y): this tells up from down. A page that shows too little of it is reported as unsure
//! and never turned upside down.

use super::skew;
use crate::document::{PixelBox, RightAngle};
use crate::images::OrientationSureness;
use crate::shapes::Component;

/// Pairs of neighbors needed to trust the direction of the lines.
const MIN_NEIGHBORS: usize = 30;
/// Share of letters whose nearest neighbor stands beside them, above which lines are level. Dense tables
/// of figures have as little as 0.57, prose at least 0.8.
const LEVEL: f32 = 0.55;
/// The share below which lines surely run up or down.
const SIDEWAYS: f32 = 0.3;
/// Pairs with one rising or hanging letter needed to be sure that a page is upright.
const MIN_PAIRS_UPRIGHT: usize = 20;
/// The same to be sure that it is upside down: a wrong turn destroys a page.
const MIN_PAIRS_TURNED: usize = 60;
/// Share of such pairs among all, below which letters are all capitals or figures (or badly broken) and
/// say nothing. Prose has about 0.3.
const MIN_SHARE_UPRIGHT: f32 = 0.12;
/// The same to be sure that a page is upside down.
const MIN_SHARE_TURNED: f32 = 0.2;
/// Share of rising letters above which a page is upright, after one standard deviation of chance is taken
/// off. English prose has 0.7–0.85.
const SURE_RISING: f32 = 0.64;
/// Share of rising letters below which a page is upside down.
const SURE_HANGING: f32 = 0.28;
/// Edges of two letters that differ by less than this share of the smaller height are on one line.
const SAME_EDGE: f32 = 0.13;
/// Edges that differ by more than this are of an ascender, a capital or a descender.
const OTHER_EDGE: f32 = 0.22;

/// Which way up a page is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Orientation {
    /// The turn that makes it upright, so far as it is known.
    pub(super) rotation: RightAngle,
    pub(super) sureness: OrientationSureness,
}

impl Orientation {
    /// Nothing is known: the page is left as it is.
    pub(super) const UNKNOWN: Self =
        Self { rotation: RightAngle::None, sureness: OrientationSureness::Unknown };
}

/// Finds the orientation of a page of `width` × `height` pixels. `skew` returns the skew of its letters in degrees,
/// if they show one; it is only asked for if lines are level.
pub(super) fn detect(
    letters: &[Component],
    text_height: f32,
    size: (u32, u32),
    skew: impl FnOnce() -> Option<f32>,
) -> Orientation {
    let Some(along) = share_along_lines(letters, text_height) else { return Orientation::UNKNOWN };
    if along >= LEVEL {
        let upright = rising(letters, text_height, skew());
        return match upright {
            Upright::Yes => {
                Orientation { rotation: RightAngle::None, sureness: OrientationSureness::Sure }
            }
            Upright::UpsideDown => {
                Orientation { rotation: RightAngle::Half, sureness: OrientationSureness::Sure }
            }
            Upright::Undecided { .. } => Orientation {
                rotation: RightAngle::None,
                sureness: OrientationSureness::HalfTurnPossible,
            },
        };
    }
    if along > SIDEWAYS {
        return Orientation::UNKNOWN;
    }
    // The page can't stay as it is, so that both turns need the same evidence.
    let quarter = turned_by_quarter(letters, size);
    let three_quarters = turned_by_half(&quarter, (size.1, size.0));
    let sure = |rotation| Orientation { rotation, sureness: OrientationSureness::Sure };
    let likely =
        |rotation| Orientation { rotation, sureness: OrientationSureness::HalfTurnPossible };
    let either_way = |letters: &[Component]| {
        rising(letters, text_height, skew::skew_degrees(letters, text_height))
    };
    match (either_way(&quarter), either_way(&three_quarters)) {
        (Upright::Yes, _) => sure(RightAngle::Quarter),
        (_, Upright::Yes) => sure(RightAngle::ThreeQuarters),
        (Upright::UpsideDown, _) => likely(RightAngle::ThreeQuarters),
        (Upright::Undecided { rising_share }, _) if rising_share < 0.5 => {
            likely(RightAngle::ThreeQuarters)
        }
        (Upright::Undecided { .. }, _) => likely(RightAngle::Quarter),
    }
}

/// What the letters of horizontal lines say about up and down.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Upright {
    Yes,
    UpsideDown,
    Undecided { rising_share: f32 },
}

/// Returns the boxes as they are after the page was turned clockwise by 90°.
fn turned_by_quarter(letters: &[Component], (_, height): (u32, u32)) -> Vec<Component> {
    let turn = |letter: &Component| {
        let PixelBox { left, top, right, bottom } = letter.bounds;
        let bounds =
            PixelBox { left: height - bottom, top: left, right: height - top, bottom: right };
        Component { bounds, area: letter.area }
    };
    letters.iter().map(turn).collect()
}

/// Returns the boxes as they are after the page was turned by 180°.
fn turned_by_half(letters: &[Component], (width, height): (u32, u32)) -> Vec<Component> {
    let turn = |letter: &Component| {
        let PixelBox { left, top, right, bottom } = letter.bounds;
        let bounds = PixelBox {
            left: width - right,
            top: height - bottom,
            right: width - left,
            bottom: height - top,
        };
        Component { bounds, area: letter.area }
    };
    letters.iter().map(turn).collect()
}

/// Returns the share of letters whose nearest neighbor stands beside (not above or below) them.
fn share_along_lines(letters: &[Component], text_height: f32) -> Option<f32> {
    let grid = Grid::of(letters, text_height);
    let (mut beside, mut total) = (0_usize, 0_usize);
    for letter in letters {
        let right = grid.nearest(letter, |a, b| gap_to_the_right(&a.bounds, &b.bounds));
        let below = grid.nearest(letter, |a, b| {
            gap_to_the_right(&transposed(&a.bounds), &transposed(&b.bounds))
        });
        match (right, below) {
            (None, None) => {}
            (Some(_), None) => {
                beside += 1;
                total += 1;
            }
            (None, Some(_)) => total += 1,
            (Some((right, _)), Some((below, _))) => {
                beside += usize::from(right < below);
                total += 1;
            }
        }
    }
    (total >= MIN_NEIGHBORS).then(|| beside as f32 / total as f32)
}

/// Compares letters with their right neighbors, see the head of this file.
fn rising(letters: &[Component], text_height: f32, skew: Option<f32>) -> Upright {
    let Pairs { rise, hang, all } = compare_neighbors(letters, text_height, skew);
    let total = rise + hang;
    let share = if total == 0 { 0.5 } else { rise as f32 / total as f32 };
    let telling = total as f32 / all.max(1) as f32;
    // The standard deviation of a share is at most 0.5 / √n.
    let chance = 0.5 / (total.max(1) as f32).sqrt();
    if total >= MIN_PAIRS_UPRIGHT && telling >= MIN_SHARE_UPRIGHT && share - chance >= SURE_RISING {
        Upright::Yes
    } else if total >= MIN_PAIRS_TURNED && telling >= MIN_SHARE_TURNED && share <= SURE_HANGING {
        Upright::UpsideDown
    } else {
        Upright::Undecided { rising_share: share }
    }
}

/// Neighbors on a line, counted.
struct Pairs {
    /// One rises above the other, both stand on the same base line.
    rise: usize,
    /// One hangs below the other, both are equally high.
    hang: usize,
    all: usize,
}

fn compare_neighbors(letters: &[Component], text_height: f32, skew: Option<f32>) -> Pairs {
    let grid = Grid::of(letters, text_height);
    // Lines that are not level would look like letters of different heights.
    let slope = skew.map_or(0.0, |degrees| -degrees.to_radians().tan());
    let (mut rise, mut hang, mut all) = (0, 0, 0);
    for letter in letters {
        let Some((_, neighbor)) =
            grid.nearest(letter, |a, b| gap_to_the_right(&a.bounds, &b.bounds))
        else {
            continue;
        };
        all += 1;
        let drop = slope * (neighbor.center().0 - letter.center().0);
        let smaller = letter.height().min(neighbor.height());
        let top = (neighbor.bounds.top as f32 - drop - letter.bounds.top as f32).abs() / smaller;
        let bottom =
            (neighbor.bounds.bottom as f32 - drop - letter.bounds.bottom as f32).abs() / smaller;
        rise += usize::from(bottom <= SAME_EDGE && top >= OTHER_EDGE);
        hang += usize::from(top <= SAME_EDGE && bottom >= OTHER_EDGE);
    }
    Pairs { rise, hang, all }
}

fn transposed(bounds: &PixelBox) -> PixelBox {
    let &PixelBox { left, top, right, bottom } = bounds;
    PixelBox { left: top, top: left, right: bottom, bottom: right }
}

/// Returns the gap in pixels from `a` to `b` if `b` stands to the right of `a` at the same height.
fn gap_to_the_right(a: &PixelBox, b: &PixelBox) -> Option<i64> {
    let shared = i64::from(a.bottom.min(b.bottom)) - i64::from(a.top.max(b.top));
    let smaller = i64::from(a.height().min(b.height()));
    let gap = i64::from(b.left) - i64::from(a.right);
    (b.left > a.left && b.right > a.right && 2 * shared > smaller && gap > -smaller / 2)
        .then_some(gap)
}

/// Letters by the square of the page that their middle lies in.
struct Grid<'a> {
    cell: f32,
    columns: usize,
    rows: usize,
    cells: Vec<Vec<&'a Component>>,
}

impl<'a> Grid<'a> {
    fn of(letters: &'a [Component], text_height: f32) -> Self {
        let cell = (2.0 * text_height).max(8.0);
        let right = letters.iter().map(|letter| letter.bounds.right).max().unwrap_or(0);
        let bottom = letters.iter().map(|letter| letter.bounds.bottom).max().unwrap_or(0);
        let columns = (right as f32 / cell) as usize + 1;
        let rows = (bottom as f32 / cell) as usize + 1;
        let mut grid = Self { cell, columns, rows, cells: vec![Vec::new(); columns * rows] };
        for letter in letters {
            let (column, row) = grid.place(letter);
            grid.cells[row * columns + column].push(letter);
        }
        grid
    }

    fn place(&self, letter: &Component) -> (usize, usize) {
        let (x, y) = letter.center();
        ((x / self.cell) as usize, (y / self.cell) as usize)
    }

    /// Returns the letter with the smallest gap among those at most two squares away.
    fn nearest(
        &self,
        letter: &Component,
        gap: impl Fn(&Component, &Component) -> Option<i64>,
    ) -> Option<(i64, &'a Component)> {
        let (column, row) = self.place(letter);
        let mut best: Option<(i64, &Component)> = None;
        for y in row.saturating_sub(1)..(row + 3).min(self.rows) {
            for x in column.saturating_sub(1)..(column + 3).min(self.columns) {
                for &other in &self.cells[y * self.columns + x] {
                    let Some(gap) = gap(letter, other) else { continue };
                    if best.is_none_or(|(smallest, _)| gap < smallest) {
                        best = Some((gap, other));
                    }
                }
            }
        }
        best
    }
}
