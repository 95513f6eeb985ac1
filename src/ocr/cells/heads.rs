//! The heads of rows: short numbers to the left of the first column, such as days.
//!
//! Each is read by the line recognizer; what is wider than a few digits, such as the word before a row
//! of means, is no number.

use image::{GrayImage, Luma, imageops};

use super::ReadLines;
use super::grid::Grid;
use super::ground::{DIGIT_HEIGHTS, Ground};
use super::table::clamped;
use crate::document::{PixelBox, Word};
use crate::shapes::Component;

/// The head of a row.
pub(super) struct RowHead {
    pub bounds: PixelBox,
    /// What was read, if it is a number.
    pub word: Option<Word>,
}

/// Heads have at most so many digits.
const MOST_DIGITS: usize = 3;
/// Heads end at least so many pitches before the middle of the first digit, and begin so many before.
const REACH: (f32, f32) = (0.75, 7.0);
/// Digits of one head are so many pitches apart at most.
const WIDEST_GAP: f32 = 1.0;
/// The image that is read is so many digit heights high.
const LINE_HEIGHT: f32 = 2.2;
/// Space at its ends in digit heights.
const MARGIN: f32 = 0.5;

/// Reads the heads of all rows, in order.
pub(super) fn read_heads(ground: &Ground, grid: &Grid, read: ReadLines) -> Vec<Option<RowHead>> {
    let found: Vec<Option<(PixelBox, usize)>> =
        (0..grid.rows.len()).map(|row| find_head(ground, grid, row)).collect();
    let is_number = |head: &Option<(PixelBox, usize)>| {
        head.filter(|&(_, digits)| (1..=MOST_DIGITS).contains(&digits))
    };
    let numbers: Vec<PixelBox> = found.iter().filter_map(is_number).map(|(b, _)| b).collect();
    let lines: Vec<GrayImage> = numbers.iter().map(|bounds| line_of(ground, bounds)).collect();
    let mut texts = read(&lines).into_iter();
    let mut heads = Vec::with_capacity(found.len());
    for head in found {
        let text = is_number(&head).and_then(|_| texts.next());
        heads.push(head.map(|(bounds, digits)| {
            let characters = text.iter().flat_map(|text| &text.words).flat_map(|w| &w.characters);
            let (read, confidence) = characters.fold((String::new(), 100.0_f32), |(text, least), c| {
                (text + &c.text, least.min(c.confidence))
            });
            let is_number = read.len() == digits && read.bytes().all(|byte| byte.is_ascii_digit());
            let word = Word { text: read, bounds, confidence, doubts: Vec::new() };
            RowHead { bounds, word: is_number.then_some(word) }
        }));
    }
    heads
}

/// Returns the box of the digits that stand nearest to the left of a row, and how many there are.
fn find_head(ground: &Ground, grid: &Grid, row: usize) -> Option<(PixelBox, usize)> {
    let (baseline, pitch) = (&grid.rows[row], grid.template.pitch);
    let (x, _) = grid.origin(baseline, grid.columns.first()?);
    let range = x - REACH.1 * pitch..x - REACH.0 * pitch;
    let is_digit = |component: &&Component| {
        let (middle, center) = component.center();
        range.contains(&(component.bounds.right as f32))
            && DIGIT_HEIGHTS.contains(&(component.height() / grid.height))
            && (baseline.at(middle) - grid.height / 2.0 - center).abs() < grid.height * 0.3
    };
    let mut digits: Vec<PixelBox> =
        ground.components.iter().filter(is_digit).map(|component| component.bounds).collect();
    digits.sort_by_key(|bounds| std::cmp::Reverse(bounds.right));
    let mut head = *digits.first()?;
    let mut count = 0;
    for bounds in digits {
        if (head.left as f32 - bounds.right as f32) > WIDEST_GAP * pitch {
            break;
        }
        // What is wider than a digit counts as several, so that words are no numbers.
        count += (bounds.width() as f32 / (1.15 * pitch)).ceil() as usize;
        head = head.union(&bounds);
    }
    Some((head, count))
}

/// Returns the picture of a head as a line with white around it.
fn line_of(ground: &Ground, bounds: &PixelBox) -> GrayImage {
    let margin = (ground.height * MARGIN) as u32;
    let tall = (ground.height * LINE_HEIGHT) as u32;
    let PixelBox { left, top, right, bottom } = *bounds;
    let wide = clamped(
        (left as f32 - 2.0, right as f32 + 2.0),
        (top as f32 - 2.0, bottom as f32 + 2.0),
        ground.gray.dimensions(),
    );
    let (width, height) = (wide.width(), wide.height());
    let part = imageops::crop_imm(&ground.gray, wide.left, wide.top, width, height).to_image();
    let mut line =
        GrayImage::from_pixel(width + 2 * margin, tall.max(height), Luma([u8::MAX]));
    let down = i64::from((line.height() - height) / 2);
    imageops::replace(&mut line, &part, i64::from(margin), down);
    line
}
