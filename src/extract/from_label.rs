//! Values that stand beside, below or above a label.
//!
//! Columns and cells are kept apart: what stands under or beside another label is not taken.
//! `value` calls it for each label of a field.

use super::bound::Bound;
use super::layout::{Row, center_y};
use super::phrase::Match;
use super::piece::Piece;
use super::sheet::Label;
use super::value::Search;
use crate::document::{Candidate, Count, Found, PixelBox};
use crate::model::{FieldKind, Until};

/// Score of the next cell, relative to the one before it.
const NEXT_CELL: f32 = 0.9;
/// A line counts as below a label if its middle is so much (of the label's height) lower.
const BELOW: f32 = 0.6;
/// Cells so close to a label's height (in word heights) stand beside it.
const NEIGHBOR: f32 = 0.9;
/// Columns begin this many word heights left of their caption.
const COLUMN_SLACK: f32 = 1.5;

impl Search<'_> {
    pub(super) fn after(&self, label: &Label) -> (Piece, usize) {
        let matched = &label.matched;
        let row = self.row(label.row);
        let word = &self.sheet.layout.words[matched.last].text;
        let glued = word.get(matched.tail..).unwrap_or_default();
        if glued.chars().any(char::is_alphanumeric) {
            let value = glued.trim_start_matches([':', ';', '.', ',', '=', '-', ')', '_', ' ']);
            let head = word.len() - value.len();
            let piece = Piece { lines: vec![(matched.last, row.end)], head };
            return (piece, matched.last);
        }
        (Piece::line(matched.last + 1, row.end), matched.last + 1)
    }

    pub(super) fn right(
        &self,
        label: &Label,
        within_mm: Option<f32>,
        candidates: &mut Vec<Candidate>,
    ) {
        let layout = &self.sheet.layout;
        let row = self.row(label.row);
        let (rest, start) = self.after(label);
        let edge = layout.words[label.matched.last].bounds.right as f32;
        let limit = within_mm.map_or(layout.width, |mm| edge + mm * layout.pixels_per_mm);
        let mut cell = start;
        let mut score = label.score;
        while cell < row.end {
            let end = row.cell_of(cell).1.max(cell + 1);
            if layout.words[cell].bounds.left as f32 > limit {
                break;
            }
            let span = (label.row, cell, end);
            if let Some((from, to)) =
                self.sheet.between_captions(self.labels, (self.index, self.field.count), span)
            {
                let head = if from == start { rest.head } else { 0 };
                let piece = Piece { lines: vec![(from, to)], head };
                self.push(&piece, score, Found::Label, candidates);
                if self.field.count == Count::One {
                    score *= NEXT_CELL;
                }
            }
            if self.stops_at(label.row, cell, end) {
                break;
            }
            cell = end;
        }
        // A wide gap may be inside the value.
        if matches!(self.field.kind, FieldKind::Text { .. }) && score < label.score * NEXT_CELL {
            self.push(&rest, score, Found::Label, candidates);
        }
    }

    fn stops_at(&self, row: usize, start: usize, end: usize) -> bool {
        self.labels.by_field.iter().enumerate().any(|(field, found)| {
            field != self.index
                && found
                    .iter()
                    .any(|label| label.row == row && (start..end).contains(&label.matched.first))
        })
    }

    pub(super) fn left(
        &self,
        label: &Label,
        within_mm: Option<f32>,
        candidates: &mut Vec<Candidate>,
    ) {
        let layout = &self.sheet.layout;
        let row = self.row(label.row);
        let edge = layout.words[label.matched.first].bounds.left as f32;
        let limit = within_mm.map_or(0.0, |mm| edge - mm * layout.pixels_per_mm);
        let start = (row.start..label.matched.first)
            .find(|&word| layout.words[word].bounds.right as f32 >= limit);
        let Some(start) = start else { return };
        let span = (label.row, start, label.matched.first);
        if let Some((from, to)) =
            self.sheet.between_captions(self.labels, (self.index, self.field.count), span)
        {
            self.push(&Piece::line(from, to), label.score, Found::Label, candidates);
        }
    }

    fn columns(&self, label: &Label, bound: Bound) -> (f32, f32) {
        let layout = &self.sheet.layout;
        let row = self.row(label.row);
        let slack = COLUMN_SLACK * row.word_height;
        let (first, last) = (label.matched.first, label.matched.last);
        let left_edge = layout.words[first].bounds.left as f32;
        let middle = center_y(&layout.words[first].bounds);
        let mut left = 0.0;
        let mut right = layout.width + slack;
        let near_rows = match bound {
            Bound::Cells => &layout.rows[label.row.saturating_sub(1)..],
            Bound::Labels => &[],
        };
        for near in near_rows {
            if center_y(&near.bounds) > middle + 2.0 * row.word_height {
                break;
            }
            for &start in &near.cell_starts {
                let word = &layout.words[start];
                // Words of the label's own row divide wherever they stand, others if they are
                // about as high: pages are a little skewed.
                let high = (center_y(&word.bounds) - middle).abs() < NEIGHBOR * row.word_height;
                let own = (near.start..near.end).contains(&first);
                let (_, end) = near.cell_of(start);
                if (start <= last && end > first)
                    || !(own || high)
                    || !self.sheet.says_something(start, end)
                {
                    continue;
                }
                let x = word.bounds.left as f32;
                if x < left_edge - slack {
                    left = left_edge - slack;
                } else if x > left_edge + slack {
                    right = right.min(x);
                }
            }
        }
        for other in self.labels.by_field.iter().flatten() {
            let word = layout.words[other.matched.first].bounds;
            let high = (center_y(&word) - middle).abs() < NEIGHBOR * row.word_height;
            let x = word.left as f32;
            // What stands in the label itself, such as `Facture` in `No. de facture`, bounds nothing.
            let within = (first..=last).contains(&other.matched.first);
            if high && !within && x > left_edge + slack {
                right = right.min(x);
            } else if high && x < left_edge - slack {
                left = left_edge - slack;
            }
        }
        (left, right - slack)
    }

    pub(super) fn beside(&self, label: &Label) -> Option<(usize, Piece)> {
        let (rest, start) = self.after(label);
        let row = self.row(label.row);
        let right = self.columns(label, Bound::Labels).1;
        let end = (start..row.end)
            .take_while(|&word| (self.sheet.layout.words[word].bounds.left as f32) < right)
            .last()?
            + 1;
        let (from, to) = self.sheet.between_captions(
            self.labels,
            (self.index, self.field.count),
            (label.row, start, end),
        )?;
        let head = if from == start { rest.head } else { 0 };
        Some((label.row, Piece { lines: vec![(from, to)], head }))
    }

    pub(super) fn under(
        &self,
        (label, bound): (&Label, Bound),
        beside: Vec<(usize, Piece)>,
        (within_mm, lines, until): (f32, usize, Option<&Until>),
        candidates: &mut Vec<Candidate>,
    ) {
        let layout = &self.sheet.layout;
        let row = self.row(label.row);
        let columns = self.columns(label, bound);
        let word = layout.words[label.matched.first].bounds;
        let lowest = word.bottom as f32 + within_mm * layout.pixels_per_mm;
        let mut found = beside;
        let mut bottom = word.bottom as f32;
        let stops = self.stops(until);
        for (index, below) in layout.rows.iter().enumerate().skip(label.row + 1) {
            let middle = center_y(&below.bounds);
            if middle > lowest || found.len() >= lines {
                break;
            }
            if middle < center_y(&word) + BELOW * row.word_height {
                continue;
            }
            let Some((start, end)) = self.sheet.words_in(below, columns) else { continue };
            let Some(start) = self.not_left_of(&word, below, (start, end)) else { continue };
            // A rule may divide the label from its value; what follows the field is never its value.
            let may_end = !found.is_empty() || matches!(until, Some(Until::Labels(_)));
            if may_end && self.ends_here((until, &stops), index, (start, end), bottom)
                || self.ends_at_label(index, start)
            {
                break;
            }
            // Where nothing bounds the column, a wide gap does.
            let bounded = columns.1 + COLUMN_SLACK * row.word_height < layout.width;
            let cell_end = if bounded { end } else { below.cell_of(start).1.min(end) };
            let span = (index, start, end);
            let Some((from, to)) =
                self.sheet.between_captions(self.labels, (self.index, self.field.count), span)
            else {
                continue;
            };
            let to = if from < cell_end { to.min(cell_end) } else { to };
            bottom = below.bounds.bottom as f32;
            found.push((index, Piece::line(from, to)));
        }
        self.push_lines(label.score, &found, candidates);
    }

    /// Returns the first of some words of a row whose cell does not end left of a label.
    fn not_left_of(
        &self,
        label: &PixelBox,
        row: &Row,
        (start, end): (usize, usize),
    ) -> Option<usize> {
        let edge = label.left as f32 - COLUMN_SLACK * row.word_height;
        let reaches = |word: &usize| {
            let (_, after) = row.cell_of(*word);
            self.sheet.layout.words[after.max(word + 1) - 1].bounds.right as f32 >= edge
        };
        (start..end).find(reaches)
    }

    /// Finds the labels that end a value.
    fn stops(&self, until: Option<&Until>) -> Vec<Match> {
        match until {
            Some(Until::Labels(labels)) => {
                let found = self.sheet.find(labels);
                found.into_iter().map(|(_, matched)| matched).collect()
            }
            Some(Until::Any(ends)) => ends.iter().flat_map(|end| self.stops(Some(end))).collect(),
            None | Some(Until::Rule | Until::Gap(_)) => Vec::new(),
        }
    }

    fn ends_here(
        &self,
        (until, stops): (Option<&Until>, &[Match]),
        row: usize,
        (start, end_of_words): (usize, usize),
        bottom: f32,
    ) -> bool {
        let layout = &self.sheet.layout;
        let bounds = self.row(row).bounds;
        let words = &layout.words[start..end_of_words];
        let left = words.first().map_or(0.0, |word| word.bounds.left as f32);
        let right = words.last().map_or(0.0, |word| word.bounds.right as f32);
        match until {
            None => false,
            Some(Until::Rule) => layout.rule_between(bottom, center_y(&bounds), (left, right)),
            Some(Until::Gap(heights)) => {
                bounds.top as f32 - bottom > heights * self.row(row).word_height
            }
            Some(Until::Any(ends)) => ends
                .iter()
                .any(|end| self.ends_here((Some(end), stops), row, (start, end_of_words), bottom)),
            Some(Until::Labels(_)) => stops.iter().any(|stop| {
                (start..end_of_words).contains(&stop.first) && self.sheet.begins_with(stop, start)
            }),
        }
    }

    fn ends_at_label(&self, row: usize, start: usize) -> bool {
        self.labels.by_field.iter().enumerate().any(|(field, found)| {
            field != self.index
                && found.iter().any(|label| {
                    label.row == row && (start..start + 2).contains(&label.matched.first)
                })
        })
    }

    pub(super) fn above(
        &self,
        label: &Label,
        within_mm: f32,
        lines: usize,
        candidates: &mut Vec<Candidate>,
    ) {
        let layout = &self.sheet.layout;
        let top = self.row(label.row).bounds.top as f32;
        let highest = top - within_mm * layout.pixels_per_mm;
        let columns = self.columns(label, Bound::Cells);
        let mut found: Vec<(usize, Piece)> = Vec::new();
        for index in (0..label.row).rev() {
            let above = self.row(index);
            if center_y(&above.bounds) < highest || found.len() >= lines {
                break;
            }
            let Some((start, end)) = self.sheet.words_in(above, columns) else { continue };
            let span = (index, start, end);
            if let Some((from, to)) =
                self.sheet.between_captions(self.labels, (self.index, self.field.count), span)
            {
                found.insert(0, (index, Piece::line(from, to)));
            }
        }
        self.push_lines(label.score, &found, candidates);
    }
}
