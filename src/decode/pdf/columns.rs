//! Columns of prose among the words of a digital page: finds the white that runs down between them, so
//! that they are read one after the other. Tables, captions with values, and all else stay rows.
//!
//! Does with exact words what `ocr/layout` does with shapes; `text` calls it.

use super::pieces::{Piece, Row};

// Lengths are shares of the font size.
/// A gap in a row from which on columns may be parted there.
const MIN_GAP: f32 = 0.8;
/// White that is left between columns over all of their rows.
const MIN_GUTTER: f32 = 0.7;
/// A column of prose is so wide.
const MIN_COLUMN: f32 = 7.0;
/// Its lines follow each other within so much.
const MAX_PITCH: f32 = 1.9;

/// A line that stands beside no other and is so far from the next belongs to no column.
const END_PITCH: f32 = 2.2;
/// Edges are compared with this tolerance, in pixels.
const ROUNDING: f32 = 0.01;

/// A gutter runs through so many rows, …
const MIN_ROWS: usize = 4;
/// … and each of its columns has so many lines.
const MIN_LINES: usize = 3;
/// The middle line of a column fills this share of its width.
const MIN_FILL: f32 = 0.7;
/// Prose has so many words in a line on the average, …
const MIN_WORDS: f32 = 3.0;
/// … and most of them have letters.
const MIN_LETTERS: f32 = 0.6;
/// Two columns stand beside each other over this share of the shorter one.
const MIN_BESIDE: f32 = 0.5;
/// Gaps that are tried; a page with more is a table.
const MAX_GAPS: usize = 3000;
/// Columns within columns: more than this is no print.
const MAX_DEPTH: usize = 8;

/// White between two columns.
#[derive(Debug, Clone, Copy)]
struct Gutter {
    left: f32,
    right: f32,
    /// The rows that it runs through.
    from: usize,
    to: usize,
}

/// Parts rows, from top to bottom, into regions in reading order; each is read row by row.
pub(super) fn regions(rows: Vec<Row>) -> Vec<Vec<Row>> {
    let mut regions = Vec::new();
    read(rows, 0, &mut regions);
    regions
}

fn read(mut rows: Vec<Row>, depth: usize, regions: &mut Vec<Vec<Row>>) {
    if rows.is_empty() {
        return;
    }
    let gutter = if depth < MAX_DEPTH { widest_gutter(&rows) } else { None };
    let Some(gutter) = gutter else {
        regions.push(rows);
        return;
    };
    let below = rows.split_off(gutter.to);
    let beside = rows.split_off(gutter.from);
    read(rows, depth + 1, regions);
    let middle = f32::midpoint(gutter.left, gutter.right);
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for mut row in beside {
        let rest = row.split_off(row.partition_point(|word| word.middle() < middle));
        left.extend((!row.is_empty()).then_some(row));
        right.extend((!rest.is_empty()).then_some(rest));
    }
    read(left, depth + 1, regions);
    read(right, depth + 1, regions);
    read(below, depth + 1, regions);
}

/// Returns the gutter between two columns of prose that runs through the most rows.
fn widest_gutter(rows: &[Row]) -> Option<Gutter> {
    let mut best: Option<Gutter> = None;
    let mut tried = 0;
    for (index, row) in rows.iter().enumerate() {
        let mut right = f32::MAX;
        for word in row {
            let gap = (right, word.left);
            right = if right < f32::MAX { right.max(word.right) } else { word.right };
            // A gutter that was found already is not followed again.
            let is_known = best.is_some_and(|known| {
                (known.from..known.to).contains(&index)
                    && gap.0 <= known.left
                    && known.right <= gap.1
            });
            if gap.1 - gap.0 < MIN_GAP * word.size || is_known {
                continue;
            }
            tried += 1;
            if tried > MAX_GAPS {
                return best;
            }
            let Some(gutter) = followed(rows, index, gap) else { continue };
            let is_longer =
                best.is_none_or(|known| gutter.to - gutter.from > known.to - known.from);
            if is_longer && parts_prose(rows, gutter) {
                best = Some(gutter);
            }
        }
    }
    best
}

/// Follows a gap up and down as far as enough of it stays white.
fn followed(rows: &[Row], index: usize, gap: (f32, f32)) -> Option<Gutter> {
    let mut gutter = Gutter { left: gap.0, right: gap.1, from: index, to: index + 1 };
    while let Some(next) = rows.get(gutter.to) {
        let Some(white) = white_in(next, gutter) else { break };
        (gutter.left, gutter.right) = white;
        gutter.to += 1;
    }
    while let Some(next) = gutter.from.checked_sub(1).and_then(|above| rows.get(above)) {
        let Some(white) = white_in(next, gutter) else { break };
        (gutter.left, gutter.right) = white;
        gutter.from -= 1;
    }
    let gutter = without_ends(rows, gutter);
    (gutter.to - gutter.from >= MIN_ROWS).then_some(gutter)
}

/// Takes off the rows at both ends that stand alone and far from the columns: headings and feet.
fn without_ends(rows: &[Row], mut gutter: Gutter) -> Gutter {
    let sides = |index: usize| {
        let row = &rows[index];
        (
            row.iter().any(|word| word.right <= gutter.left + ROUNDING),
            row.iter().any(|word| word.left >= gutter.right - ROUNDING),
        )
    };
    let all = gutter.from..gutter.to;
    let left = |index: &usize| sides(*index).0;
    let right = |index: &usize| sides(*index).1;
    let first = all.clone().find(left).max(all.clone().find(right));
    let last = all.clone().rev().find(left).min(all.clone().rev().find(right));
    let (Some(first), Some(last)) = (first, last) else { return gutter };
    let is_far = |upper: usize| {
        let size = rows[upper].iter().map(|word| word.size).fold(0.0, f32::max);
        baseline(&rows[upper + 1]) - baseline(&rows[upper]) > END_PITCH * size
    };
    let (first, last) = (first.min(last), last.max(first));
    if let Some(end) = (last..gutter.to - 1).find(|upper| is_far(*upper)) {
        gutter.to = end + 1;
    }
    if let Some(start) = (gutter.from..first).rev().find(|upper| is_far(*upper)) {
        gutter.from = start + 1;
    }
    gutter
}

fn baseline(row: &Row) -> f32 {
    row.first().map_or(0.0, |word| word.baseline)
}

/// Returns what a row leaves of a gutter.
fn white_in(row: &Row, gutter: Gutter) -> Option<(f32, f32)> {
    let (mut left, mut right) = (gutter.left, gutter.right);
    let mut size = 0.0_f32;
    for word in row {
        size = size.max(word.size);
        if word.right <= left || word.left >= right {
            continue;
        }
        // The longer side of the white on the two sides of the word stays.
        if word.left - left >= right - word.right {
            right = word.left;
        } else {
            left = word.right;
        }
    }
    (right - left >= MIN_GUTTER * size).then_some((left, right))
}

fn parts_prose(rows: &[Row], gutter: Gutter) -> bool {
    let beside = &rows[gutter.from..gutter.to];
    let left = Column::of(beside, |word| word.right <= gutter.left + ROUNDING);
    let right = Column::of(beside, |word| word.left >= gutter.right - ROUNDING);
    let both = left.bottom.min(right.bottom) - left.top.max(right.top);
    let shorter = (left.bottom - left.top).min(right.bottom - right.top);
    left.is_prose() && right.is_prose() && both >= MIN_BESIDE * shorter
}

/// What tells prose from a column of a table.
struct Column {
    lines: usize,
    words: usize,
    with_letters: usize,
    left: f32,
    right: f32,
    top: f32,
    bottom: f32,
    /// Of each line.
    widths: Vec<f32>,
    pitches: Vec<f32>,
    size: f32,
}

impl Column {
    fn of(rows: &[Row], is_in: impl Fn(&Piece) -> bool) -> Self {
        let mut column = Self {
            lines: 0,
            words: 0,
            with_letters: 0,
            left: f32::MAX,
            right: f32::MIN,
            top: f32::MAX,
            bottom: f32::MIN,
            widths: Vec::new(),
            pitches: Vec::new(),
            size: 0.0,
        };
        let mut sizes = Vec::new();
        for row in rows {
            let mut words = row.iter().filter(|word| is_in(word)).peekable();
            let Some(first) = words.peek() else { continue };
            let (left, baseline) = (first.left, first.baseline);
            let mut right = left;
            for word in words {
                right = right.max(word.right);
                column.words += 1;
                column.with_letters += usize::from(word.text.chars().any(char::is_alphabetic));
                sizes.push(word.size);
            }
            if column.lines > 0 {
                column.pitches.push(baseline - column.bottom);
            }
            column.lines += 1;
            column.widths.push(right - left);
            column.left = column.left.min(left);
            column.right = column.right.max(right);
            column.top = column.top.min(baseline);
            column.bottom = column.bottom.max(baseline);
        }
        column.size = median(&mut sizes);
        column
    }

    fn is_prose(&self) -> bool {
        let width = self.right - self.left;
        self.lines >= MIN_LINES
            && width >= MIN_COLUMN * self.size
            && self.words as f32 >= MIN_WORDS * self.lines as f32
            && self.with_letters as f32 >= MIN_LETTERS * self.words as f32
            && median(&mut self.widths.clone()) >= MIN_FILL * width
            && median(&mut self.pitches.clone()) <= MAX_PITCH * self.size
    }
}

fn median(values: &mut [f32]) -> f32 {
    values.sort_by(f32::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}
