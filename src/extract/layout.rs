//! The geometry of a page's words: rows as the eye sees them, cells divided by gaps and ruled lines.
//!
//! Recognizers divide a page into blocks, so that a caption and its value on the same height may
//! lie in different lines. This file joins them again. It knows nothing about models or fields.

use std::borrow::Cow;

use super::word_range::{Extent, WordRange};
use crate::document::{Barcode, Line, Mark, PageText, PixelBox, TickBox, Word};
use crate::model::Zone;

/// Gap between words, in word heights, from which on they belong to different cells. A typed
/// space is about 0.6 heights wide, a justified line's rarely more than 1.3.
const CELL_GAP: f32 = 1.8;
/// Share of the smaller height by which two words must overlap to stand on one row.
const ROW_OVERLAP: f32 = 0.45;
/// So many letters a rule may be off the sign that it was read as.
const RULE_SHIFT: f32 = 1.5;
/// A sign so close to a ruled line may be part of it.
const RULE_REACH_MM: f32 = 1.5;
/// Of so many rows before it a piece may be part.
const NEAR_ROWS: usize = 4;
/// Resolution that is assumed where a page does not know its own.
const FALLBACK_DPI: f32 = 300.0;

/// The words of a page in rows, from top to bottom, each from left to right.
pub(crate) struct Layout<'p> {
    pub words: Vec<Cow<'p, Word>>,
    pub rows: Vec<Row>,
    pub width: f32,
    pub height: f32,
    /// Pixels in a millimetre.
    pub pixels_per_mm: f32,
    pub tick_boxes: Vec<TickBox>,
    pub barcodes: Vec<&'p Barcode>,
    vertical_rules: Vec<PixelBox>,
    horizontal_rules: Vec<PixelBox>,
}

/// Words that stand on one height.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    pub words: WordRange,
    /// Where cells begin; the first is the row's first word.
    pub cell_starts: Vec<usize>,
    pub bounds: PixelBox,
    /// Median height of its words in pixels, at least 1.
    pub word_height: f32,
}

impl<'p> Layout<'p> {
    /// Orders a page's words.
    pub fn new(page: &'p PageText) -> Self {
        let dpi = if page.dpi >= 1.0 { page.dpi } else { FALLBACK_DPI };
        let mut layout = Self {
            words: Vec::new(),
            rows: Vec::new(),
            width: page.width.max(1) as f32,
            height: page.height.max(1) as f32,
            pixels_per_mm: dpi / 25.4,
            tick_boxes: Vec::new(),
            barcodes: Vec::new(),
            vertical_rules: Vec::new(),
            horizontal_rules: Vec::new(),
        };
        for mark in &page.marks {
            match mark {
                Mark::VerticalRule(bounds) => layout.vertical_rules.push(*bounds),
                Mark::HorizontalRule(bounds) => layout.horizontal_rules.push(*bounds),
                Mark::TickBox(tick_box) => layout.tick_boxes.push(*tick_box),
                Mark::Barcode(code) => layout.barcodes.push(code),
                Mark::Unread(_)
                | Mark::Cells(_)
                | Mark::Leader(_)
                | Mark::Picture(_)
                | Mark::Struck(_)
                | Mark::Region(_) => {}
            }
        }
        for words in join_lines(&page.lines) {
            let start = layout.words.len();
            for word in words {
                match layout.split(word) {
                    Some(parts) => layout.words.extend(parts.map(Cow::Owned)),
                    None => layout.words.extend(layout.without_rule(word)),
                }
            }
            layout.push_row(start);
        }
        layout
    }

    /// Drops what was read of a ruled line at the ends of a word, as in `[Replaced`; `None` if
    /// nothing else was read.
    fn without_rule<'w>(&self, word: &'w Word) -> Option<Cow<'w, Word>> {
        let (left, right) = (word.bounds.left as f32, word.bounds.right as f32);
        let middle = center_y(&word.bounds);
        let reach = RULE_REACH_MM * self.pixels_per_mm;
        let near = |edge: f32| self.rules_through(middle, middle).any(|x| (x - edge).abs() < reach);
        let starts = word.text.starts_with(is_bar) && near(left);
        let ends = word.text.ends_with(is_bar) && near(right);
        if !starts && !ends {
            return Some(Cow::Borrowed(word));
        }
        let whole = word.text.as_str();
        let start = if starts { whole.len() - whole.trim_start_matches(is_bar).len() } else { 0 };
        let end = if ends { whole.trim_end_matches(is_bar).len() } else { whole.len() };
        (start < end).then(|| Cow::Owned(part_of(word, start, end, word.bounds)))
    }

    /// Splits a word that was read across a ruled line, as in `2314.6|Replaced`.
    fn split(&self, word: &Word) -> Option<[Word; 2]> {
        let mut bars = word.text.match_indices(is_bar);
        bars.find_map(|(at, bar)| self.split_at(word, at, bar))
    }

    fn split_at(&self, word: &Word, at: usize, bar: &str) -> Option<[Word; 2]> {
        let head = word.text[..at].trim_end_matches(is_bar);
        let tail = word.text[at..].trim_start_matches(is_bar);
        if !has_letter(head) || !has_letter(tail) {
            return None;
        }
        let (left, right) = (word.bounds.left as f32, word.bounds.right as f32);
        let length = word.text.chars().count().max(1) as f32;
        let guess = left + (head.chars().count() as f32 + 0.5) / length * (right - left);
        let reach = RULE_SHIFT * (right - left) / length;
        let middle = center_y(&word.bounds);
        let crossing = self.rules_through(middle, middle);
        let rule = crossing
            .filter(|x| (x - guess).abs() < reach && *x > left && *x < right)
            .min_by(|a, b| (a - guess).abs().total_cmp(&(b - guess).abs()));
        // Without a rule only a bar divides: brackets and slashes may be part of a word.
        if rule.is_none() && bar != "|" {
            return None;
        }
        let x = rule.unwrap_or(guess).max(left).min(right) as u32;
        let tail_start = word.text.len() - tail.len();
        Some([
            part_of(word, 0, head.len(), PixelBox { right: x, ..word.bounds }),
            part_of(word, tail_start, word.text.len(), PixelBox { left: x, ..word.bounds }),
        ])
    }

    fn push_row(&mut self, start: usize) {
        let end = self.words.len();
        let Some(first) = self.words.get(start) else { return };
        let bounds =
            self.words[start..].iter().fold(first.bounds, |all, word| all.union(&word.bounds));
        let mut heights: Vec<u32> =
            self.words[start..].iter().map(|word| word.bounds.height()).collect();
        heights.sort_unstable();
        let word_height = heights[heights.len() / 2].max(1) as f32;
        let mut cell_starts = vec![start];
        for index in start + 1..end {
            if self.divided(index - 1, index, CELL_GAP * word_height) {
                cell_starts.push(index);
            }
        }
        let words = WordRange { start, end };
        self.rows.push(Row { words, cell_starts, bounds, word_height });
    }

    /// Tells whether its words are these, in their order.
    pub fn is_in_order_of<'w>(&self, mut words: impl Iterator<Item = &'w Word>) -> bool {
        let is_next = |own: &Cow<Word>| match (own, words.next()) {
            (Cow::Borrowed(own), Some(word)) => std::ptr::eq(*own, word),
            (Cow::Borrowed(_) | Cow::Owned(_), _) => false,
        };
        self.words.iter().all(is_next) && words.next().is_none()
    }

    /// Returns the row that holds a word.
    pub fn row_of(&self, word: usize) -> usize {
        self.rows.partition_point(|row| row.words.end <= word)
    }

    /// Tells whether a gap of more than `widest_gap` pixels or a vertical rule is between two
    /// words of a row.
    pub fn divided(&self, left: usize, right: usize, widest_gap: f32) -> bool {
        let (left, right) = (self.words[left].bounds, self.words[right].bounds);
        let gap = right.left as f32 - left.right as f32;
        gap > widest_gap || self.ruled_between(&left, &right)
    }

    fn ruled_between(&self, left: &PixelBox, right: &PixelBox) -> bool {
        let middle = center_y(right);
        self.vertical_rules.iter().any(|rule| {
            let x = rule.left.midpoint(rule.right);
            x + 2 >= left.right
                && x <= right.left + 2
                && (rule.top as f32) <= middle
                && middle <= rule.bottom as f32
        })
    }

    /// Returns the text of some words, separated by spaces.
    pub fn text(&self, words: WordRange) -> Cow<'_, str> {
        let words = &self.words[words.indices()];
        if let [word] = words {
            return Cow::Borrowed(&word.text);
        }
        let mut text = String::with_capacity(words.iter().map(|word| word.text.len() + 1).sum());
        for word in words {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&word.text);
        }
        Cow::Owned(text)
    }

    /// Tells whether the middle of a box is in a zone; one in millimetres is taken as declared.
    pub fn in_zone(&self, bounds: &PixelBox, zone: &Zone) -> bool {
        let zone = zone.on_page(self.width / self.pixels_per_mm, self.height / self.pixels_per_mm);
        let (x, y) = (center_x(bounds) / self.width, center_y(bounds) / self.height);
        (zone.left..=zone.right).contains(&x) && (zone.top..=zone.bottom).contains(&y)
    }

    /// Tells whether a horizontal rule crosses columns between two heights.
    pub fn rule_between(&self, top: f32, bottom: f32, columns: Extent) -> bool {
        self.horizontal_rules.iter().any(|rule| {
            let y = center_y(rule);
            let crossing =
                columns.right.min(rule.right as f32) - columns.left.max(rule.left as f32);
            y > top && y < bottom && crossing > 0.3 * columns.width().min(self.width)
        })
    }

    /// Returns the horizontal rules of the page.
    pub fn horizontal_rules(&self) -> &[PixelBox] {
        &self.horizontal_rules
    }

    /// Returns the vertical rules of the page.
    pub fn vertical_rules(&self) -> &[PixelBox] {
        &self.vertical_rules
    }

    /// Returns the x of the vertical rules that run through the heights `top..bottom`, in pixels.
    pub fn rules_through(&self, top: f32, bottom: f32) -> impl Iterator<Item = f32> {
        self.vertical_rules
            .iter()
            .filter(move |rule| (rule.top as f32) <= top && rule.bottom as f32 >= bottom)
            .map(center_x)
    }
}

impl Row {
    /// Returns the cell that holds a word.
    pub fn cell_of(&self, word: usize) -> WordRange {
        let after = self.cell_starts.iter().position(|&start| start > word);
        let next = after.map_or(self.cell_starts.len(), |position| position);
        let start = self.cell_starts[next.saturating_sub(1)];
        WordRange { start, end: self.cell_starts.get(next).copied().unwrap_or(self.words.end) }
    }

    /// Returns the cells from left to right.
    pub fn cells(&self) -> impl Iterator<Item = WordRange> {
        let ends = self.cell_starts.iter().skip(1).copied().chain([self.words.end]);
        self.cell_starts.iter().zip(ends).map(|(&start, end)| WordRange { start, end })
    }
}

/// Returns the part of a word that has bytes `start..end` of its text.
fn part_of(word: &Word, start: usize, end: usize, bounds: PixelBox) -> Word {
    Word {
        text: word.text[start..end].to_owned(),
        bounds,
        confidence: word.confidence,
        doubts: word.doubts_of(start, end),
    }
}

/// Returns the horizontal middle of a box.
pub(crate) fn center_x(bounds: &PixelBox) -> f32 {
    f32::midpoint(bounds.left as f32, bounds.right as f32)
}

/// Returns the vertical middle of a box.
pub(crate) fn center_y(bounds: &PixelBox) -> f32 {
    f32::midpoint(bounds.top as f32, bounds.bottom as f32)
}

/// Joins the recognizer's lines that stand beside each other, and orders the rows.
fn join_lines(lines: &[Line]) -> Vec<Vec<&Word>> {
    let mut pieces: Vec<Vec<&Word>> = lines
        .iter()
        .map(|line| {
            let mut words: Vec<&Word> = line.words.iter().collect();
            words.sort_by_key(|word| word.bounds.left);
            words
        })
        .filter(|words| !words.is_empty())
        .collect();
    pieces.sort_by(|a, b| middle(a).total_cmp(&middle(b)));
    let mut rows: Vec<Vec<&Word>> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        // Only the last few rows can be as high as this piece, since pieces come by height.
        let recent = rows.len().saturating_sub(NEAR_ROWS);
        match rows[recent..].iter_mut().rev().find(|row| stands_beside(row, &piece)) {
            Some(row) => {
                row.extend(piece);
                row.sort_by_key(|word| word.bounds.left);
            }
            None => rows.push(piece),
        }
    }
    rows.sort_by(|a, b| middle(a).total_cmp(&middle(b)));
    rows
}

/// Tells whether a sign may be what was read of a vertical line.
fn is_bar(character: char) -> bool {
    matches!(character, '|' | '[' | ']' | '(' | ')' | '{' | '}' | '!' | '/' | '\\')
}

fn has_letter(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

fn middle(words: &[&Word]) -> f32 {
    let sum: f32 = words.iter().map(|word| center_y(&word.bounds)).sum();
    sum / words.len().max(1) as f32
}

/// Tells whether a piece fits into a gap of a row on the same height.
fn stands_beside(row: &[&Word], piece: &[&Word]) -> bool {
    let (Some(first), Some(last)) = (piece.first(), piece.last()) else { return false };
    // A few pixels of overlap are the recognizer's imprecision.
    let slack = first.bounds.height() / 4;
    let collides = row.iter().any(|word| {
        word.bounds.left + slack < last.bounds.right
            && word.bounds.right > first.bounds.left + slack
    });
    if collides {
        return false;
    }
    let left = row.iter().rev().find(|word| word.bounds.left < first.bounds.left);
    let right = row.iter().find(|word| word.bounds.left > first.bounds.left);
    let level = |a: &Word, b: &Word| same_height(&a.bounds, &b.bounds);
    left.is_some_and(|word| level(word, first)) || right.is_some_and(|word| level(word, last))
}

fn same_height(a: &PixelBox, b: &PixelBox) -> bool {
    let overlap = a.bottom.min(b.bottom).saturating_sub(a.top.max(b.top)) as f32;
    overlap >= ROW_OVERLAP * a.height().min(b.height()).max(1) as f32
}
