//! Specks: dust, salt and pepper, fax noise. Periods, i-dots and decimal points are none.

use crate::images::PagePixels;
use crate::shapes::{Component, Components};

/// Larger than this share of the text height nothing is a speck.
const MAX_EXTENT: f32 = 0.35;
/// Up to this share of the text height a shape is too small to be a dot, even beside a letter.
const TINY_EXTENT: f32 = 0.1;
/// Shapes as tall as this share of the text height protect the dots around them.
const PROTECTS: f32 = 0.5;
/// How far a letter protects dots, in text heights.
const REACH: f32 = 1.0;
/// Specks are many if there are so many on the page …
const MANY: usize = 150;
/// … and so many for each letter.
const MANY_PER_LETTER: f32 = 0.35;

/// Rests of ruled lines are flatter than this share of the text height, or a pixel; hyphens are not.
const FLAT: f32 = 0.11;
/// They are so many times as wide as high at least.
const LONG: f32 = 2.0;

/// Returns the indices of the components that are rests of horizontal rules.
pub(super) fn find_rests_of_rules(components: &[Component], text_height: f32) -> Vec<u32> {
    let highest = (FLAT * text_height).max(1.0);
    let is_rest = |component: &Component| {
        component.height() <= highest && component.width() >= LONG * component.height()
    };
    let rests = components.iter().enumerate().filter(|(_, component)| is_rest(component));
    rests.map(|(index, _)| index as u32).collect()
}

/// Returns the indices of the components that are specks.
pub(super) fn find(components: &[Component], text_height: f32) -> Vec<u32> {
    let largest = MAX_EXTENT * text_height;
    let small = |component: &Component| component.extent() as f32 <= largest;
    if !components.iter().any(small) {
        return Vec::new();
    }
    let near = Neighborhood::of(components, text_height);
    let is_speck = |component: &Component| {
        component.extent() as f32 <= (TINY_EXTENT * text_height).max(1.0)
            || small(component) && !near.holds(component)
    };
    let specks = components.iter().enumerate().filter(|(_, component)| is_speck(component));
    specks.map(|(index, _)| index as u32).collect()
}

/// Returns whether the specks are so many that they would disturb reading.
pub(super) fn are_many(specks: usize, letters: usize) -> bool {
    specks >= MANY && specks as f32 >= MANY_PER_LETTER * letters as f32
}

/// Paints the specks in the paper's gray, with the pixels around them where the image is gray.
pub(super) fn erase(components: &Components, specks: &[u32], page: &mut PagePixels, paper: u8) {
    let mut is_speck = vec![false; components.list.len()];
    for &speck in specks {
        is_speck[speck as usize] = true;
    }
    let (width, height) = page.dimensions();
    for run in components.runs.iter().filter(|run| is_speck[run.component as usize]) {
        for y in run.y.saturating_sub(1)..(run.y + 2).min(height) {
            let (y, width) = (y as usize, width as usize);
            let left = run.left.saturating_sub(1) as usize;
            let right = (run.right as usize + 1).min(width);
            match page {
                PagePixels::Bilevel(mask) => mask.clear(y, left, right),
                PagePixels::Gray(image) => {
                    let row = y * width;
                    image.as_flat_samples_mut().samples[row + left..row + right].fill(paper);
                }
            }
        }
    }
}

/// Squares of half a text height that lie near a letter.
struct Neighborhood {
    cell: f32,
    columns: usize,
    cells: Vec<bool>,
}

impl Neighborhood {
    fn of(components: &[Component], text_height: f32) -> Self {
        let cell = (text_height / 2.0).max(2.0);
        let right = components.iter().map(|component| component.bounds.right).max().unwrap_or(0);
        let bottom = components.iter().map(|component| component.bounds.bottom).max().unwrap_or(0);
        let columns = (right as f32 / cell) as usize + 1;
        let rows = (bottom as f32 / cell) as usize + 1;
        let mut near = Self { cell, columns, cells: vec![false; columns * rows] };
        let reach = REACH * text_height;
        let protects = |component: &&Component| component.extent() as f32 >= PROTECTS * text_height;
        for component in components.iter().filter(protects) {
            let bounds = component.bounds;
            let index =
                |value: f32, limit: usize| ((value.max(0.0) / cell) as usize).min(limit - 1);
            let left = index(bounds.left as f32 - reach, columns);
            let right = index(bounds.right as f32 + reach, columns);
            let top = index(bounds.top as f32 - reach, rows);
            for row in top..=index(bounds.bottom as f32 + reach, rows) {
                near.cells[row * columns + left..=row * columns + right].fill(true);
            }
        }
        near
    }

    fn holds(&self, component: &Component) -> bool {
        let (x, y) = component.center();
        self.cells[(y / self.cell) as usize * self.columns + (x / self.cell) as usize]
    }
}
