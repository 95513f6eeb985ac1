//! From the places of a field to its candidates: right of a label, below it, in a zone, ….
//!
//! Scores say how well a place fits; `normalize` weighs them against what the value says.

use super::layout::{Row, center_y};
use super::phrase::Phrase;
use super::piece::{Piece, Standing};
use super::sheet::{Label, Labels, Sheet};
use crate::document::{Candidate, Found};
use crate::model::{
    Choose, EnumValue, Field, FieldKind, LinePattern, Place, RecordModel, Until, Zone,
};

/// Each later place of a field's list is tried with its scores multiplied by this.
const LATER_PLACE: f32 = 0.85;
/// Score of what stands in a fixed zone, in a passage, or was found by its pattern alone.
const ZONE_SCORE: f32 = 0.85;
const PASSAGE_SCORE: f32 = 0.95;
const PATTERN_SCORE: f32 = 0.75;
/// Score of the next cell, relative to the one before it.
const NEXT_CELL: f32 = 0.9;
/// Score of a value with one line fewer than it might have.
const FEWER_LINES: f32 = 0.85;
/// So many candidates are kept for each field.
const MOST_CANDIDATES: usize = 12;
/// A line counts as below a label if its middle is so much (of the label's height) lower.
const BELOW: f32 = 0.6;
/// Cells so close to a label's height (in word heights) stand beside it.
const NEIGHBOR: f32 = 0.9;
/// What is left of the doubt about a place when another place says the same.
const CORROBORATED: f32 = 0.6;
/// The patterns of a passage see so many lines at once.
const PASSAGE_VIEW: usize = 3;
/// Columns begin this many word heights left of their caption.
const COLUMN_SLACK: f32 = 1.5;

/// What ends the columns of a label on its own height.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Bound {
    /// Any other cell.
    Cells,
    /// Labels of other fields; a cell between may be the value itself.
    Labels,
}

/// One field of a model on one page.
#[derive(Clone, Copy)]
pub(super) struct Search<'s> {
    pub sheet: &'s Sheet<'s>,
    pub labels: &'s Labels,
    /// Position of the field in its model.
    pub index: usize,
    pub field: &'s Field,
}

/// Finds the candidates of each field of a model, best first.
pub(super) fn fields(model: &RecordModel, sheet: &Sheet, labels: &Labels) -> Vec<Vec<Candidate>> {
    model
        .fields
        .iter()
        .enumerate()
        .map(|(index, field)| {
            let mut candidates = Search { sheet, labels, index, field }.candidates();
            rank(field, &mut candidates);
            candidates
        })
        .collect()
}

/// Orders candidates by how the field chooses, best first, and drops all but the best.
pub(super) fn rank(field: &Field, candidates: &mut Vec<Candidate>) {
    let order =
        |candidate: &Candidate| (candidate.page, candidate.bounds.top, candidate.bounds.left);
    let better = |a: &Candidate, b: &Candidate| {
        b.place_score.total_cmp(&a.place_score).then(order(a).cmp(&order(b)))
    };
    candidates.sort_by(better);
    let mut seen: Vec<(u32, u32, String)> = Vec::new();
    candidates.retain(|candidate| {
        let key = (candidate.bounds.left, candidate.bounds.top, candidate.text.clone());
        let fresh = !seen.contains(&key);
        if fresh {
            seen.push(key);
        }
        fresh
    });
    candidates.truncate(MOST_CANDIDATES);
    match field.choose {
        Choose::Best => {}
        Choose::First => candidates.sort_by_key(order),
        Choose::Last => candidates.sort_by_key(|candidate| std::cmp::Reverse(order(candidate))),
        Choose::Largest => candidates.sort_by(|a, b| size(&b.text).total_cmp(&size(&a.text))),
    }
}

/// Raises candidates that other places of the page confirm by saying the same: a total that is
/// printed three times was read right.
fn corroborate(candidates: &mut [Candidate]) {
    let bare = |text: &str| -> String {
        let letters = text.chars().filter(|character| character.is_alphanumeric());
        letters.flat_map(char::to_uppercase).collect()
    };
    let said: Vec<(String, u32)> =
        candidates.iter().map(|candidate| (bare(&candidate.text), candidate.bounds.top)).collect();
    for (candidate, (text, top)) in candidates.iter_mut().zip(&said) {
        let mut elsewhere: Vec<u32> = said
            .iter()
            .filter(|(other, at)| other == text && at != top)
            .map(|(_, at)| *at)
            .collect();
        elsewhere.dedup();
        let doubt = CORROBORATED.powi(i32::try_from(elsewhere.len()).unwrap_or(i32::MAX));
        candidate.place_score = 1.0 - (1.0 - candidate.place_score) * doubt;
    }
}

/// Returns the texts that mean a value of an enum.
fn names(value: &EnumValue) -> impl Iterator<Item = &String> {
    std::iter::once(&value.value).chain(&value.synonyms)
}

/// Returns how large a value is for [`Choose::Largest`]: its digits as a number.
fn size(text: &str) -> f64 {
    let digits: String = text
        .chars()
        .map(|character| if character == ',' { '.' } else { character })
        .filter(|character| character.is_ascii_digit() || *character == '.')
        .collect();
    // `1.234.50`: only the last point can be the decimal one.
    let whole_ends = digits.rfind('.').unwrap_or(digits.len());
    let (whole, part) = digits.split_at(whole_ends);
    format!("{}{part}", whole.replace('.', "")).parse().unwrap_or(0.0)
}

impl Search<'_> {
    fn candidates(&self) -> Vec<Candidate> {
        let mut candidates = Vec::new();
        let mut factor = 1.0;
        for place in &self.field.places {
            let from = candidates.len();
            self.at_place(place, &mut candidates);
            for candidate in &mut candidates[from..] {
                candidate.place_score = (candidate.place_score * factor).clamp(0.0, 1.0);
            }
            factor *= LATER_PLACE;
        }
        corroborate(&mut candidates);
        candidates
    }

    fn at_place(&self, place: &Place, candidates: &mut Vec<Candidate>) {
        match place {
            Place::Zone { zone, lines } => self.in_zone(zone, *lines, candidates),
            Place::Pattern { zone } => self.by_pattern(zone.as_ref(), candidates),
            Place::Between { from, to } => self.between(from, to, candidates),
            Place::Passage { starts, ends, lines, zone } => {
                let limits = (ends.as_ref(), lines.unwrap_or(1) as usize);
                self.passages(starts, limits, zone.as_ref(), candidates);
            }
            Place::Labelled { labels, place } => {
                let excluded = &self.labels.excluded[self.index];
                for label in &self.sheet.labels_of(labels, excluded) {
                    self.at_label(place, label, candidates);
                }
            }
            Place::Right { .. }
            | Place::Left { .. }
            | Place::Below { .. }
            | Place::Above { .. }
            | Place::Cell { .. }
            | Place::Line => {
                for label in &self.labels.by_field[self.index] {
                    self.at_label(place, label, candidates);
                }
            }
        }
    }

    fn at_label(&self, place: &Place, label: &Label, candidates: &mut Vec<Candidate>) {
        match place {
            Place::Right { within_mm } => self.right(label, *within_mm, candidates),
            Place::Left { within_mm } => self.left(label, *within_mm, candidates),
            Place::Below { within_mm, lines, until } => {
                let reach = (*within_mm, lines.unwrap_or(u32::MAX) as usize, until.as_ref());
                self.under((label, Bound::Cells), Vec::new(), reach, candidates);
            }
            Place::Cell { within_mm, lines, until } => {
                let reach = (*within_mm, lines.unwrap_or(u32::MAX) as usize, until.as_ref());
                let beside = self.beside(label).into_iter().collect();
                self.under((label, Bound::Labels), beside, reach, candidates);
            }
            Place::Above { within_mm, lines } => {
                self.above(label, *within_mm, lines.unwrap_or(1) as usize, candidates);
            }
            Place::Line => {
                let row = &self.row(label.row);
                self.push(&Piece::line(row.start, row.end), label.score, Found::Label, candidates);
            }
            Place::Zone { .. }
            | Place::Labelled { .. }
            | Place::Between { .. }
            | Place::Pattern { .. }
            | Place::Passage { .. } => {}
        }
    }

    fn row(&self, index: usize) -> &Row {
        &self.sheet.layout.rows[index]
    }

    fn push(&self, piece: &Piece, score: f32, found: Found, candidates: &mut Vec<Candidate>) {
        let target = (self.sheet.number, self.field);
        let standing = Standing { score, found };
        candidates.extend(piece.candidates(&self.sheet.layout, target, standing));
    }

    /// Returns the words after a label in its row: glued to it, or the rest.
    fn after(&self, label: &Label) -> (Piece, usize) {
        let matched = &label.matched;
        let row = self.row(label.row);
        let glued = self.sheet.layout.words[matched.last].text.get(matched.tail..);
        if glued.is_some_and(|rest| rest.chars().any(char::is_alphanumeric)) {
            let piece = Piece { lines: vec![(matched.last, row.end)], head: matched.tail };
            return (piece, matched.last);
        }
        (Piece::line(matched.last + 1, row.end), matched.last + 1)
    }

    fn right(&self, label: &Label, within_mm: Option<f32>, candidates: &mut Vec<Candidate>) {
        let layout = &self.sheet.layout;
        let row = self.row(label.row);
        let (rest, start) = self.after(label);
        let edge = layout.words[label.matched.last].bounds.right as f32;
        let limit = within_mm.map_or(layout.width, |mm| edge + mm * layout.pixels_per_mm);
        let mut cell = start;
        let mut score = label.score;
        while cell < row.end {
            let end = layout.cell_of(row, cell).1.max(cell + 1);
            if layout.words[cell].bounds.left as f32 > limit {
                break;
            }
            let span = (label.row, cell, end);
            if let Some((from, to)) = self.sheet.between_captions(self.labels, self.index, span) {
                let head = if from == start { rest.head } else { 0 };
                let piece = Piece { lines: vec![(from, to)], head };
                self.push(&piece, score, Found::Label, candidates);
                score *= NEXT_CELL;
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

    /// Tells whether another field's label stands in a run of words.
    fn stops_at(&self, row: usize, start: usize, end: usize) -> bool {
        self.labels.by_field.iter().enumerate().any(|(field, found)| {
            field != self.index
                && found
                    .iter()
                    .any(|label| label.row == row && (start..end).contains(&label.matched.first))
        })
    }

    fn left(&self, label: &Label, within_mm: Option<f32>, candidates: &mut Vec<Candidate>) {
        let layout = &self.sheet.layout;
        let row = self.row(label.row);
        let edge = layout.words[label.matched.first].bounds.left as f32;
        let limit = within_mm.map_or(0.0, |mm| edge - mm * layout.pixels_per_mm);
        let start = (row.start..label.matched.first)
            .find(|&word| layout.words[word].bounds.right as f32 >= limit);
        let Some(start) = start else { return };
        let span = (label.row, start, label.matched.first);
        if let Some((from, to)) = self.sheet.between_captions(self.labels, self.index, span) {
            self.push(&Piece::line(from, to), label.score, Found::Label, candidates);
        }
    }

    /// Returns the columns that belong to a label: from it to what bounds it on its height.
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
                let (_, end) = layout.cell_of(near, start);
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
            if high && x > left_edge + slack {
                right = right.min(x);
            } else if high && x < left_edge - slack {
                left = left_edge - slack;
            }
        }
        (left, right - slack)
    }

    fn beside(&self, label: &Label) -> Option<(usize, Piece)> {
        let (rest, start) = self.after(label);
        let row = self.row(label.row);
        let right = self.columns(label, Bound::Labels).1;
        let end = (start..row.end)
            .take_while(|&word| (self.sheet.layout.words[word].bounds.left as f32) < right)
            .last()?
            + 1;
        let (from, to) =
            self.sheet.between_captions(self.labels, self.index, (label.row, start, end))?;
        let head = if from == start { rest.head } else { 0 };
        Some((label.row, Piece { lines: vec![(from, to)], head }))
    }

    fn under(
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
        for (index, below) in layout.rows.iter().enumerate().skip(label.row + 1) {
            let middle = center_y(&below.bounds);
            if middle > lowest || found.len() >= lines {
                break;
            }
            if middle < center_y(&word) + BELOW * row.word_height {
                continue;
            }
            let Some((start, end)) = self.sheet.words_in(below, columns) else { continue };
            if !found.is_empty() && self.ends_here(until, index, (start, end), bottom)
                || self.ends_at_label(index, start)
            {
                break;
            }
            // Where nothing bounds the column, a wide gap does.
            let bounded = columns.1 + COLUMN_SLACK * row.word_height < layout.width;
            let cell_end = if bounded { end } else { layout.cell_of(below, start).1.min(end) };
            let span = (index, start, end);
            let Some((from, to)) = self.sheet.between_captions(self.labels, self.index, span)
            else {
                continue;
            };
            let to = if from < cell_end { to.min(cell_end) } else { to };
            bottom = below.bounds.bottom as f32;
            found.push((index, Piece::line(from, to)));
        }
        self.push_lines(label.score, &found, candidates);
    }

    /// Pushes a value of several lines: all of them, then fewer; for other types one by one.
    fn push_lines(&self, score: f32, found: &[(usize, Piece)], candidates: &mut Vec<Candidate>) {
        let mut score = score;
        if !matches!(self.field.kind, FieldKind::Text { .. }) {
            for (_, piece) in found {
                self.push(piece, score, Found::Label, candidates);
                score *= FEWER_LINES;
            }
            return;
        }
        for count in (1..=found.len()).rev() {
            let head = found[0].1.head;
            let lines = found[..count].iter().flat_map(|(_, piece)| piece.lines.clone()).collect();
            self.push(&Piece { lines, head }, score, Found::Label, candidates);
            score *= FEWER_LINES;
        }
    }

    fn ends_here(
        &self,
        until: Option<&Until>,
        row: usize,
        (start, end): (usize, usize),
        bottom: f32,
    ) -> bool {
        let layout = &self.sheet.layout;
        let bounds = self.row(row).bounds;
        let words = &layout.words[start..end];
        let left = words.first().map_or(0.0, |word| word.bounds.left as f32);
        let right = words.last().map_or(0.0, |word| word.bounds.right as f32);
        match until {
            None => false,
            Some(Until::Rule) => layout.rule_between(bottom, center_y(&bounds), (left, right)),
            Some(Until::Gap(heights)) => {
                bounds.top as f32 - bottom > heights * self.row(row).word_height
            }
            Some(Until::Labels(labels)) => {
                let letters = super::phrase::Letters::of_words(layout, start, end);
                labels.iter().any(|label| Phrase::new(label).find_at_start(&letters).is_some())
            }
        }
    }

    /// Tells whether another field's label begins at a word.
    fn ends_at_label(&self, row: usize, start: usize) -> bool {
        self.labels.by_field.iter().enumerate().any(|(field, found)| {
            field != self.index
                && found.iter().any(|label| {
                    label.row == row && (start..start + 2).contains(&label.matched.first)
                })
        })
    }

    fn above(&self, label: &Label, within_mm: f32, lines: usize, candidates: &mut Vec<Candidate>) {
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
            if let Some((from, to)) = self.sheet.between_captions(self.labels, self.index, span) {
                found.insert(0, (index, Piece::line(from, to)));
            }
        }
        self.push_lines(label.score, &found, candidates);
    }

    /// Returns the parts of all rows that are in a zone, without captions.
    fn zone_rows(&self, zone: &Zone) -> Vec<(usize, Piece)> {
        let layout = &self.sheet.layout;
        let mut found = Vec::new();
        for (index, row) in layout.rows.iter().enumerate() {
            let inside = |word: &usize| layout.in_zone(&layout.words[*word].bounds, zone);
            let Some(start) = (row.start..row.end).find(inside) else { continue };
            let end = (start..row.end).take_while(inside).last().map_or(start, |last| last + 1);
            let span = (index, start, end);
            if let Some((from, to)) = self.sheet.without_captions(self.labels, self.index, span) {
                found.push((index, Piece::line(from, to)));
            }
        }
        found
    }

    fn in_zone(&self, zone: &Zone, lines: Option<u32>, candidates: &mut Vec<Candidate>) {
        if let FieldKind::Enum { values } = &self.field.kind {
            let texts = values.iter().flat_map(names);
            self.by_phrases(texts, Some(zone), candidates);
            return;
        }
        let mut found = self.zone_rows(zone);
        found.truncate(lines.map_or(usize::MAX, |lines| lines as usize));
        self.push_lines(ZONE_SCORE, &found, candidates);
    }

    fn by_pattern(&self, zone: Option<&Zone>, candidates: &mut Vec<Candidate>) {
        if let FieldKind::Enum { values } = &self.field.kind {
            let texts = values.iter().flat_map(names);
            self.by_phrases(texts, zone, candidates);
            return;
        }
        let whole = Zone { left: 0.0, top: 0.0, right: 1.0, bottom: 1.0 };
        for (_, piece) in self.zone_rows(zone.unwrap_or(&whole)) {
            self.push(&piece, PATTERN_SCORE, Found::Pattern, candidates);
        }
    }

    /// Finds an enum's synonyms wherever they stand.
    fn by_phrases<'t>(
        &self,
        texts: impl Iterator<Item = &'t String>,
        zone: Option<&Zone>,
        candidates: &mut Vec<Candidate>,
    ) {
        let layout = &self.sheet.layout;
        for text in texts {
            let phrase = Phrase::new(text);
            for letters in &self.sheet.letters {
                for matched in phrase.find_all(letters) {
                    let bounds = layout.words[matched.first].bounds;
                    if zone.is_none_or(|zone| layout.in_zone(&bounds, zone)) {
                        let piece = Piece::line(matched.first, matched.last + 1);
                        self.push(&piece, matched.score, Found::Pattern, candidates);
                    }
                }
            }
        }
    }

    fn between(&self, from: &[String], to: &[String], candidates: &mut Vec<Candidate>) {
        let layout = &self.sheet.layout;
        let letters = super::phrase::Letters::of_words(layout, 0, layout.words.len());
        let ends: Vec<usize> = to
            .iter()
            .flat_map(|text| Phrase::new(text).find_all(&letters))
            .map(|matched| matched.first)
            .collect();
        for text in from {
            for matched in Phrase::new(text).find_all(&letters) {
                let start = matched.last + 1;
                let Some(&end) = ends.iter().filter(|&&end| end >= start).min() else { continue };
                let lines = layout
                    .rows
                    .iter()
                    .map(|row| (row.start.max(start), row.end.min(end)))
                    .filter(|(from, to)| from < to)
                    .collect();
                let piece = Piece { lines, head: 0 };
                self.push(&piece, matched.score, Found::Label, candidates);
            }
        }
    }

    fn passages(
        &self,
        starts: &LinePattern,
        (ends, lines): (Option<&LinePattern>, usize),
        zone: Option<&Zone>,
        candidates: &mut Vec<Candidate>,
    ) {
        let layout = &self.sheet.layout;
        let whole = Zone { left: 0.0, top: 0.0, right: 1.0, bottom: 1.0 };
        let rows = self.zone_rows(zone.unwrap_or(&whole));
        let texts: Vec<String> = rows
            .iter()
            .map(|(_, piece)| piece.lines.iter().map(|&(from, to)| layout.text(from, to)).collect())
            .collect();
        let at = |pattern: &LinePattern, line: usize| {
            let view = texts[line..texts.len().min(line + PASSAGE_VIEW)].join("\n");
            pattern.0.find(&view).is_some_and(|found| found.start() <= texts[line].len())
        };
        let ended = |line: usize| ends.is_some_and(|ends| at(ends, line));
        let mut score = PASSAGE_SCORE;
        let mut next = 0;
        while next < rows.len() {
            if !at(starts, next) || ended(next) {
                next += 1;
                continue;
            }
            let limit = rows.len().min(next + lines);
            let length = (next + 1..limit).take_while(|&line| !ended(line)).count() + 1;
            let lines = rows[next..next + length]
                .iter()
                .flat_map(|(_, piece)| piece.lines.clone())
                .collect();
            self.push(&Piece { lines, head: 0 }, score, Found::Zone, candidates);
            score *= LATER_PLACE;
            next += length;
        }
    }
}
