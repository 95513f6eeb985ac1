//! Values that stand beside, below or above a label.
//!
//! Columns and cells are kept apart: what stands under or beside another label is not taken.
//! `value` calls it for each label of a field.

use super::bound::{Below, Bound};
use super::layout::center_y;
use super::phrase::Match;
use super::piece::Piece;
use super::sheet::Label;
use super::value::Search;
use super::word_range::{Extent, WordRange};
use crate::document::{Candidate, Count, Found, PixelBox};
use crate::model::{Choose, FieldKind, Until};
use crate::normalize;

/// Score of the next cell, relative to the one before it.
const NEXT_CELL: f32 = 0.9;
/// A line counts as below a label if its middle is so much (of the label's height) lower.
const BELOW: f32 = 0.6;
/// Cells so close to a label's height (in word heights) stand beside it.
const NEIGHBOR: f32 = 0.9;
/// Rows whose middles are more word heights lower than a label's have none beside it.
const LOWEST_NEIGHBOR: f32 = 2.0;
/// Columns begin this many word heights left of their caption.
const COLUMN_SLACK: f32 = 1.5;

/// What ends the lines of a value.
enum End {
    /// A ruled line.
    Rule,
    /// White of so many word heights.
    Gap(f32),
    /// A label with which a line begins.
    Label(Match),
}

impl Search<'_> {
    /// Returns what stands behind a label on its line, of the label's last word what is glued to it.
    pub(super) fn after(&self, label: &Label) -> Piece {
        let matched = &label.matched;
        let end = self.row(label.row).words.end;
        let word = &self.sheet.layout.words[matched.last].text;
        let glued = word.get(matched.tail..).unwrap_or_default();
        if glued.chars().any(char::is_alphanumeric) {
            let value = glued.trim_start_matches([':', ';', '.', ',', '=', '-', ')', '_', ' ']);
            let head = word.len() - value.len();
            return Piece { lines: vec![WordRange { start: matched.last, end }], head };
        }
        Piece::line(WordRange { start: matched.last + 1, end })
    }

    pub(super) fn right(
        &self,
        label: &Label,
        within_mm: Option<f32>,
        candidates: &mut Vec<Candidate>,
    ) {
        let layout = &self.sheet.layout;
        let row = self.row(label.row);
        let rest = self.after(label);
        let edge = layout.words[label.matched.last].bounds.right as f32;
        let limit = within_mm.map_or(layout.width, |mm| edge + mm * layout.pixels_per_mm);
        let mut start = rest.lines[0].start;
        let mut score = label.score;
        while start < row.words.end {
            let cell = WordRange { start, end: row.cell_of(start).end.max(start + 1) };
            if layout.words[start].bounds.left as f32 > limit {
                break;
            }
            if let Some(words) = self.own_words(label.row, cell) {
                let known = candidates.len();
                self.push(&rest.part(words), score, Found::Label, candidates);
                if self.has_its_date(&candidates[known..]) {
                    break;
                }
                if self.field.count == Count::One {
                    score *= NEXT_CELL;
                }
            }
            if self.other_label_begins(label.row, cell) {
                break;
            }
            start = cell.end;
        }
        // A wide gap may be inside the value.
        if matches!(self.field.kind, FieldKind::Text { .. }) && score < label.score * NEXT_CELL {
            self.push(&rest, score, Found::Label, candidates);
        }
    }

    /// Tells whether one of a label's candidates is its date: the next one is then another caption's, which may be none
    /// of the model's labels.
    fn has_its_date(&self, candidates: &[Candidate]) -> bool {
        let is_date =
            |candidate: &Candidate| normalize::value(&self.field.kind, &candidate.text).is_some();
        matches!(self.field.kind, FieldKind::Date { .. })
            && self.field.choose == Choose::Best
            && self.field.count == Count::One
            && candidates.iter().any(is_date)
    }

    /// Tells whether the label of another field begins with one of some words of a row.
    fn other_label_begins(&self, row: usize, words: WordRange) -> bool {
        let begins = |label: &Label| label.row == row && words.contains(label.matched.first);
        let fields = self.labels.by_field.iter().enumerate();
        let mut others = fields.filter(|(field, _)| *field != self.index);
        others.any(|(_, found)| found.iter().any(begins))
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
        let mut before = WordRange { end: label.matched.first, ..row.words };
        let near = |word: &usize| layout.words[*word].bounds.right as f32 >= limit;
        let Some(start) = before.indices().find(near) else { return };
        before.start = start;
        if let Some(words) = self.own_words(label.row, before) {
            self.push(&Piece::line(words), label.score, Found::Label, candidates);
        }
    }

    /// Returns the columns of a label: as far as to what stands beside it.
    fn columns(&self, label: &Label, bound: Bound) -> Extent {
        let layout = &self.sheet.layout;
        let slack = COLUMN_SLACK * self.row(label.row).word_height;
        let edge = layout.words[label.matched.first].bounds.left as f32;
        let mut columns = Extent { left: 0.0, right: layout.width + slack };
        let mut neighbors = self.labels_beside(label);
        match bound {
            Bound::Cells => neighbors.extend(self.cells_beside(label)),
            Bound::Labels => {}
        }
        for word in neighbors {
            let x = layout.words[word].bounds.left as f32;
            if x < edge - slack {
                columns.left = edge - slack;
            } else if x > edge + slack {
                columns.right = columns.right.min(x);
            }
        }
        columns.right -= slack;
        columns
    }

    /// Returns the first words of the labels on the height of a label.
    fn labels_beside(&self, label: &Label) -> Vec<usize> {
        let (first, last) = (label.matched.first, label.matched.last);
        let all = self.labels.by_field.iter().flatten().map(|other| other.matched.first);
        // What stands in the label itself, such as `Facture` in `No. de facture`, bounds nothing.
        let others = all.filter(|word| !(first..=last).contains(word));
        others.filter(|&word| self.is_level(label, word)).collect()
    }

    /// Returns the first words of the cells on the height of a label.
    fn cells_beside<'s>(&'s self, label: &'s Label) -> impl Iterator<Item = usize> + 's {
        let layout = &self.sheet.layout;
        let (first, last) = (label.matched.first, label.matched.last);
        let lowest = center_y(&layout.words[first].bounds)
            + LOWEST_NEIGHBOR * self.row(label.row).word_height;
        let near = layout.rows[label.row.saturating_sub(1)..].iter();
        let near = near.take_while(move |row| center_y(&row.bounds) <= lowest);
        near.flat_map(move |row| {
            let others = row.cells().filter(move |cell| cell.start > last || cell.end <= first);
            // Words of the label's own row divide wherever they stand, others if they are
            // about as high: pages are a little skewed.
            let divide = move |cell: &WordRange| {
                (row.words.contains(first) || self.is_level(label, cell.start))
                    && self.sheet.says_something(*cell)
            };
            others.filter(divide).map(|cell| cell.start)
        })
    }

    /// Tells whether a word stands about as high as a label.
    fn is_level(&self, label: &Label, word: usize) -> bool {
        let y = |word: usize| center_y(&self.sheet.layout.words[word].bounds);
        (y(word) - y(label.matched.first)).abs() < NEIGHBOR * self.row(label.row).word_height
    }

    /// Takes the lines below a label, in the columns that nothing else stands in.
    pub(super) fn below(&self, label: &Label, below: &Below, candidates: &mut Vec<Candidate>) {
        let columns = self.columns(label, Bound::Cells);
        let lines = self.lines_under(label, columns, Vec::new(), below);
        self.push_lines(label.score, &lines, candidates);
    }

    /// Takes what stands beside and below a label in its cell of a form.
    pub(super) fn in_cell(&self, label: &Label, below: &Below, candidates: &mut Vec<Candidate>) {
        let columns = self.columns(label, Bound::Labels);
        let beside = self.beside(label, columns).into_iter().collect();
        let lines = self.lines_under(label, columns, beside, below);
        self.push_lines(label.score, &lines, candidates);
    }

    fn beside(&self, label: &Label, columns: Extent) -> Option<Piece> {
        let rest = self.after(label);
        let words = &self.sheet.layout.words;
        let start = rest.lines[0].start;
        let inside = rest.lines[0].indices();
        let inside = inside.take_while(|&word| (words[word].bounds.left as f32) < columns.right);
        let own = self.own_words(label.row, WordRange { start, end: inside.last()? + 1 })?;
        Some(rest.part(own))
    }

    /// Adds the lines under a label to those of its value.
    fn lines_under(
        &self,
        label: &Label,
        columns: Extent,
        mut lines: Vec<Piece>,
        below: &Below,
    ) -> Vec<Piece> {
        let layout = &self.sheet.layout;
        let word_height = self.row(label.row).word_height;
        let caption = layout.words[label.matched.first].bounds;
        let highest = center_y(&caption) + BELOW * word_height;
        let lowest = caption.bottom as f32 + below.within_mm * layout.pixels_per_mm;
        // Where nothing bounds the column, a wide gap does.
        let bounded = columns.right + COLUMN_SLACK * word_height < layout.width;
        let ends = below.until.map(|until| self.ends(until)).unwrap_or_default();
        // A rule may divide the label from its value; what follows the field is never its value.
        let ends_at_once = matches!(below.until, Some(Until::Labels(_)));
        let mut bottom = caption.bottom as f32;
        for index in label.row + 1..layout.rows.len() {
            let row = self.row(index);
            let middle = center_y(&row.bounds);
            if middle > lowest || lines.len() >= below.most_lines {
                break;
            }
            if middle < highest {
                continue;
            }
            let Some(words) = self.words_under(&caption, index, columns) else { continue };
            let may_end = ends_at_once || !lines.is_empty();
            let is_end = |end: &End| self.is_end(end, index, words, bottom);
            let first_words = WordRange { end: words.start + 2, ..words };
            if may_end && ends.iter().any(is_end) || self.other_label_begins(index, first_words) {
                break;
            }
            let Some(own) = self.own_words(index, words) else { continue };
            let cell = row.cell_of(words.start);
            let in_cell = WordRange { end: own.end.min(cell.end), ..own };
            let line = if bounded || in_cell.is_empty() { own } else { in_cell };
            lines.push(Piece::line(line));
            bottom = row.bounds.bottom as f32;
        }
        lines
    }

    /// Returns the words of a row in the columns of a label, from the first whose cell does not end left of it.
    fn words_under(&self, label: &PixelBox, row: usize, columns: Extent) -> Option<WordRange> {
        let row = self.row(row);
        let words = self.sheet.words_in(row, columns)?;
        let edge = label.left as f32 - COLUMN_SLACK * row.word_height;
        let reaches = |word: &usize| {
            let after = row.cell_of(*word).end.max(word + 1);
            self.sheet.layout.words[after - 1].bounds.right as f32 >= edge
        };
        let start = words.indices().find(reaches)?;
        Some(WordRange { start, ..words })
    }

    fn ends(&self, until: &Until) -> Vec<End> {
        match until {
            Until::Rule => vec![End::Rule],
            Until::Gap(heights) => vec![End::Gap(*heights)],
            Until::Labels(labels) => {
                let found = self.sheet.find(labels).into_iter();
                found.map(|caption| End::Label(caption.matched)).collect()
            }
            Until::Any(ends) => ends.iter().flat_map(|end| self.ends(end)).collect(),
        }
    }

    /// Tells whether a value that reaches down to `bottom` ends before some words of a row.
    fn is_end(&self, end: &End, row: usize, words: WordRange, bottom: f32) -> bool {
        let layout = &self.sheet.layout;
        let row = self.row(row);
        match end {
            End::Rule => {
                let boxes = &layout.words[words.indices()];
                let left = boxes.first().map_or(0.0, |word| word.bounds.left as f32);
                let right = boxes.last().map_or(0.0, |word| word.bounds.right as f32);
                layout.rule_between(bottom, center_y(&row.bounds), Extent { left, right })
            }
            End::Gap(heights) => row.bounds.top as f32 - bottom > heights * row.word_height,
            End::Label(stop) => {
                words.contains(stop.first) && self.sheet.begins_with(stop, words.start)
            }
        }
    }

    pub(super) fn above(
        &self,
        label: &Label,
        within_mm: f32,
        most_lines: usize,
        candidates: &mut Vec<Candidate>,
    ) {
        let layout = &self.sheet.layout;
        let top = self.row(label.row).bounds.top as f32;
        let highest = top - within_mm * layout.pixels_per_mm;
        let columns = self.columns(label, Bound::Cells);
        let mut lines: Vec<Piece> = Vec::new();
        for index in (0..label.row).rev() {
            let row = self.row(index);
            if center_y(&row.bounds) < highest || lines.len() >= most_lines {
                break;
            }
            let words = self.sheet.words_in(row, columns);
            if let Some(words) = words.and_then(|words| self.own_words(index, words)) {
                lines.insert(0, Piece::line(words));
            }
        }
        self.push_lines(label.score, &lines, candidates);
    }
}
