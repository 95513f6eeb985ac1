//! What the line recognizer reads in the cells: the labels that the second reader is trained on.
//!
//! Cells are composed anew before they are read: their digits close together, without the point, in
//! strips of rows and one by one. Both ways are read; where they agree the reading is hardly ever wrong.

use image::{GrayImage, Luma};
use tesseract_lstm::{LineCharacter, LineText, LineWord};

use super::digits::Digit;
use super::grid::Grid;
use crate::document::{Failure, PixelBox};

/// Reads images of one line each of digits; the answers come in the same order.
pub(super) type ReadLines<'r> = &'r mut dyn FnMut(&[GrayImage]) -> Result<Vec<LineText>, Failure>;

/// What one way of reading says of a cell: as many digits as it has, or nothing.
pub(super) type Reading = Option<Vec<Vote>>;

/// What one way of reading says of a digit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Vote {
    pub digit: u8,
    /// As the recognizer gives it, 0–100.
    pub confidence: f32,
}

/// Height of a composed line in digit heights.
const LINE_HEIGHT: f32 = 2.2;
/// So much of it is taken from the page: more shows the feet of the row above.
const WINDOW_HEIGHT: f32 = 1.25;
/// Space between two cells of a strip in digit heights.
const CELL_GAP: f32 = 0.45;
/// Space at the ends of a line in digit heights.
const MARGIN: f32 = 0.4;
/// Recognizers place characters up to this share of a cell beside it.
const SLACK: f32 = 0.15;

/// Reads all cells in strips, a row each. `cells` come row by row; the answers, too.
pub(super) fn read_strips(
    gray: &GrayImage,
    cells: &[&[Digit]],
    grid: &Grid,
    read: ReadLines,
) -> Result<Vec<Reading>, Failure> {
    read_composed(gray, cells.chunks(grid.columns.len().max(1)), grid, read)
}

/// Reads all cells one by one.
pub(super) fn read_singles(
    gray: &GrayImage,
    cells: &[&[Digit]],
    grid: &Grid,
    read: ReadLines,
) -> Result<Vec<Reading>, Failure> {
    read_composed(gray, cells.chunks(1), grid, read)
}

fn read_composed<'c>(
    gray: &GrayImage,
    lines: impl Iterator<Item = &'c [&'c [Digit]]>,
    grid: &Grid,
    read: ReadLines,
) -> Result<Vec<Reading>, Failure> {
    let (lines, spans): (Vec<GrayImage>, Vec<Vec<(f32, f32)>>) =
        lines.map(|cells| compose(gray, cells, grid)).unzip();
    let digits = grid.template.offsets.len();
    let texts = read(&lines)?;
    let read = |(index, spans): (usize, Vec<(f32, f32)>)| match texts.get(index) {
        Some(text) => cells_of(text, &spans, digits),
        None => vec![None; spans.len()],
    };
    Ok(spans.into_iter().enumerate().flat_map(read).collect())
}

/// Composes the digits of cells to a line; returns the picture, and where each cell begins and ends.
fn compose(gray: &GrayImage, cells: &[&[Digit]], grid: &Grid) -> (GrayImage, Vec<(f32, f32)>) {
    let (pitch, height) = (grid.template.pitch, grid.height);
    let (gap, margin) = ((height * CELL_GAP) as u32, (height * MARGIN) as u32);
    let window = pitch.round() as u32;
    let tall = (height * LINE_HEIGHT).round() as u32;
    let digits: usize = cells.iter().map(|cell| cell.len()).sum();
    let width = 2 * margin + gap * cells.len().saturating_sub(1) as u32 + window * digits as u32;
    let mut line = GrayImage::from_pixel(width, tall, Luma([u8::MAX]));
    let window_height = ((height * WINDOW_HEIGHT).round() as u32).min(tall);
    let top_of_window = (tall - window_height) / 2;
    let mut spans = Vec::with_capacity(cells.len());
    let mut x = margin;
    for cell in cells {
        let start = x;
        for digit in *cell {
            let left = digit.center.0 - window as f32 / 2.0;
            let top = digit.center.1 - window_height as f32 / 2.0;
            let place = PixelBox {
                left: x,
                top: top_of_window,
                right: x + window,
                bottom: top_of_window + window_height,
            };
            paste(&mut line, &place, gray, (left.round() as i64, top.round() as i64));
            x += window;
        }
        spans.push((start as f32, x as f32));
        x += gap;
    }
    (line, spans)
}

/// Copies the window of the page that begins at `left`, `top` to a place of a line.
fn paste(line: &mut GrayImage, place: &PixelBox, gray: &GrayImage, (left, top): (i64, i64)) {
    for row in 0..place.height() {
        for column in 0..place.width() {
            let from = (left + i64::from(column), top + i64::from(row));
            let (Ok(from_x), Ok(from_y)) = (u32::try_from(from.0), u32::try_from(from.1)) else {
                continue;
            };
            if let Some(pixel) = gray.get_pixel_checked(from_x, from_y) {
                line.put_pixel(place.left + column, place.top + row, *pixel);
            }
        }
    }
}

/// Returns what a line says of each cell: a cell is read if it has as many digits as it should.
fn cells_of(text: &LineText, spans: &[(f32, f32)], digits: usize) -> Vec<Reading> {
    let mut cells: Vec<Vec<Vote>> = vec![Vec::new(); spans.len()];
    for (middle, vote) in text.words.iter().flat_map(votes_of) {
        let place = spans.iter().position(|&(start, end)| {
            let slack = (end - start) * SLACK;
            (start - slack..end + slack).contains(&middle)
        });
        if let Some(place) = place {
            cells[place].push(vote);
        }
    }
    cells.into_iter().map(|cell| (cell.len() == digits).then_some(cell)).collect()
}

/// Returns the digits of a word with their middles in pixels of the line. Where the recognizer does not
/// say where the characters stand they share the word evenly.
fn votes_of(word: &LineWord) -> Vec<(f32, Vote)> {
    let digit = |text: &str| text.parse::<u8>().ok().filter(|digit| *digit < 10);
    if !word.characters.is_empty() {
        let vote = |c: &LineCharacter| {
            let vote = Vote { digit: digit(&c.text)?, confidence: c.confidence };
            Some(((c.left + c.right) as f32 / 2.0, vote))
        };
        return word.characters.iter().filter_map(vote).collect();
    }
    let characters: Vec<char> = word.text.chars().collect();
    let share = word.right.saturating_sub(word.left) as f32 / characters.len().max(1) as f32;
    let vote = |(index, character): (usize, char)| {
        let middle = word.left as f32 + share * (index as f32 + 0.5);
        let digit = digit(character.encode_utf8(&mut [0; 4]))?;
        Some((middle, Vote { digit, confidence: word.confidence }))
    };
    characters.into_iter().enumerate().filter_map(vote).collect()
}
