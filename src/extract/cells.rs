//! Dense tables: one record a row of the grid that the reader found, one value a cell.
//!
//! `table_look` of this room asks the reader for the grid. Here its rows are counted by their labels
//! and the foot is told from the body; whether the numbers agree is judged in `validate`.

use super::raw_record::record;
use super::sheet::Sheet;
use super::value;
use crate::document::{
    Candidate, CellGrid, FOOT_ROW, Found, PageText, PixelBox, RawField, Record, Word,
};
use crate::model::{Dense, FieldKind, Foot, RecordModel, RowLabel};

/// How much the first number of the range is believed before any label is seen, in labels.
const COUNT_FROM_FIRST: f32 = 1.0;
/// How much likelier a label agrees with the right count than with any one wrong count: half of them
/// are read right, the others say any of some thirty numbers.
const TELLS: f32 = 30.0;
/// A count needs so many labels that say it, unless the range leaves no other.
const FEWEST_AGREEING: f32 = 2.0;
/// Where so many labels, and this share of those that agree, say another count, a row may be missing
/// between them.
const FEWEST_CONTRARY: f32 = 3.0;
const CONTRARY_SHARE: f32 = 0.4;
/// How far a count is believed that is not certain: no row of its table is accepted.
const UNCERTAIN: f32 = 0.4;
/// What a row's number that follows from the other labels leaves of the confidence in them.
const COUNTED_SCORE: f32 = 0.98;
/// Share of the columns whose foot sums up the rows exactly, from which no row is missing among them: one that
/// is missing shows in nearly all columns.
const FOOT_SHOWS_WHOLE: f32 = 0.5;
/// Share of the columns that the foot must sum up, and how many at least: a column with one misread
/// cell is none, and a row of the body sums one up by chance in one of a hundred.
const FOOT_AGREES: f32 = 0.2;
const FEWEST_FOOTED: usize = 3;

/// The words of one row of a grid: its label, then a word a column of numbers.
type Cells<'p> = Vec<(PixelBox, Option<&'p Word>)>;

/// Returns the rows of the page's dense table, the foot last with number [`FOOT_ROW`]; none if the
/// reader found no table of the model's form.
pub(super) fn rows(
    model: &RecordModel,
    dense: &Dense,
    (sheet, text): (&Sheet, &PageText),
) -> Vec<Record<RawField>> {
    let columns = dense.columns.saturating_add(1);
    let Some(grid) = text.cell_grids().find(|grid| grid.columns == columns) else {
        return Vec::new();
    };
    let mut cells = cells(grid, text);
    let foot = dense.foot.and_then(|foot| agreement(foot, model, dense, &cells));
    let foot_cells = foot.and_then(|_| cells.pop());
    let is_whole = foot.is_some_and(|share| share >= FOOT_SHOWS_WHOLE);
    let count = match dense.label {
        RowLabel::Counted => Some(Count::vote(&cells, range(model), is_whole)),
        RowLabel::Read => None,
    };
    let page_head = if model.fields.iter().all(|field| field.cell.is_some()) {
        vec![Vec::new(); model.fields.len()]
    } else {
        value::fields(model, sheet, &sheet.labels(model))
    };
    let numbered = (1..).zip(&cells).chain(foot_cells.iter().map(|cells| (FOOT_ROW, cells)));
    let page_head: Vec<RawField> = page_head.into_iter().map(RawField::from).collect();
    let mut records = Vec::with_capacity(cells.len() + 1);
    for (number, row) in numbered {
        let fields = model.fields.iter().zip(&page_head).map(|(field, head)| {
            let Some(column) = field.cell else { return head.clone() };
            let Some(cell) = row.get(usize::from(column)) else { return RawField::default() };
            match &count {
                Some(_) if column == 0 && number == FOOT_ROW => RawField::default(),
                Some(count) if column == 0 => vec![count.candidate(number, cell, sheet)].into(),
                _ => vec![candidate(cell, sheet)].into(),
            }
        });
        records.push(record(model, sheet.number, number, fields));
    }
    records
}

/// Returns the smallest number and the largest that a row may have.
fn range(model: &RecordModel) -> (Option<i64>, Option<i64>) {
    let label = model.fields.iter().find(|field| field.cell == Some(0));
    match label.map(|field| &field.kind) {
        Some(FieldKind::Integer { min, max }) => (*min, *max),
        Some(_) | None => (None, None),
    }
}

/// Sorts the page's words into the cells of a grid.
fn cells<'p>(grid: &CellGrid, text: &'p PageText) -> Vec<Cells<'p>> {
    let columns = usize::from(grid.columns).max(1);
    let mut rows: Vec<Cells<'p>> = grid
        .cells
        .chunks_exact(columns)
        .map(|row| row.iter().map(|bounds| (*bounds, None)).collect())
        .collect();
    let spans: Vec<PixelBox> = grid
        .cells
        .chunks_exact(columns)
        .map(|row| row.iter().fold(row[0], |all, cell| all.union(cell)))
        .collect();
    for word in text.words() {
        for (row, span) in rows.iter_mut().zip(&spans) {
            if !span.holds_center_of(&word.bounds) {
                continue;
            }
            let cell = row.iter_mut().find(|(cell, _)| cell.holds_center_of(&word.bounds));
            if let Some((_, found)) = cell {
                if found.is_none_or(|other: &Word| other.confidence < word.confidence) {
                    *found = Some(word);
                }
                break;
            }
        }
    }
    rows
}

/// Returns what stands in a cell; without a word, a candidate without text that says where.
fn candidate(&(cell, word): &(PixelBox, Option<&Word>), sheet: &Sheet) -> Candidate {
    Candidate {
        text: word.map(|word| word.text.clone()).unwrap_or_default(),
        page: sheet.number,
        bounds: word.map_or(cell, |word| word.bounds),
        word_confidence: word.map_or(0.0, |word| (word.confidence / 100.0).clamp(0.0, 1.0)),
        place_score: 1.0,
        found: Found::Column,
        doubts: word.map(|word| word.doubts.clone()).unwrap_or_default(),
        ambiguity: None,
    }
}

/// What number the first row has, as the labels that could be read say together.
struct Count {
    first: i64,
    /// How likely that is right, 0–1.
    certainty: f32,
}

impl Count {
    /// Counts the rows so that all their numbers are in the range, such as the days of a month. A whole table
    /// begins with the first number of the range, unless its labels say another one.
    fn vote(rows: &[Cells], (min, max): (Option<i64>, Option<i64>), is_whole: bool) -> Self {
        let read: Vec<(i64, i64)> = (0_i64..)
            .zip(rows)
            .filter_map(|(row, cells)| Some((row, cells.first()?.1?.text.trim().parse().ok()?)))
            .collect();
        let start = min.unwrap_or(1);
        let last_first = max.map(|max| max - i64::try_from(rows.len()).unwrap_or(i64::MAX) + 1);
        let fits = |first: i64| {
            min.is_none_or(|min| first >= min) && last_first.is_none_or(|last| first <= last)
        };
        let mut votes: Vec<(i64, f32)> = vec![(start, 0.0)];
        for first in read.iter().map(|(row, label)| label - row) {
            match votes.iter_mut().find(|(known, _)| *known == first) {
                Some((_, count)) => *count += 1.0,
                None => votes.push((first, 1.0)),
            }
        }
        let believed = |(first, count): (i64, f32)| {
            count + if first == start { COUNT_FROM_FIRST } else { 0.0 }
        };
        // The first of equals is the count from the start of the range.
        let fitting = votes.iter().copied().filter(|(first, _)| fits(*first));
        let best =
            fitting.reduce(|best, next| if believed(next) > believed(best) { next } else { best });
        // More rows than the range has numbers.
        let Some((first, agreeing)) = best else {
            return Self { first: start, certainty: UNCERTAIN };
        };
        let others = || votes.iter().filter(|(other, _)| *other != first);
        let second = others().filter(|(other, _)| fits(*other)).map(|vote| believed(*vote));
        let second = second.fold(0.0, f32::max);
        // A label whose head is cut off agrees with the number that ends like it.
        let says = |other: i64| {
            let of_other = read.iter().filter(|(row, label)| label - row == other);
            of_other.filter(|(row, label)| !is_end_of(*label, first + row)).count() as f32
        };
        let contrary = others().map(|(other, _)| says(*other)).fold(0.0, f32::max);
        let only = min.is_some() && (last_first == min || is_whole && Some(first) == min);
        let is_certain = (only || agreeing >= FEWEST_AGREEING)
            && (contrary < FEWEST_CONTRARY || contrary < CONTRARY_SHARE * agreeing);
        let certainty = 1.0 / (1.0 + TELLS.powf(second - believed((first, agreeing))));
        Self { first, certainty: if is_certain { certainty } else { certainty.min(UNCERTAIN) } }
    }

    /// Returns the number of a row, from 1, as a candidate: read if the label says the same.
    fn candidate(&self, row: u32, cell: &(PixelBox, Option<&Word>), sheet: &Sheet) -> Candidate {
        let text = (self.first + i64::from(row) - 1).to_string();
        let read = cell.1.is_some_and(|word| word.text.trim() == text);
        Candidate {
            text,
            word_confidence: match read {
                true if self.certainty > UNCERTAIN => 1.0,
                true => UNCERTAIN,
                false => self.certainty * COUNTED_SCORE,
            },
            found: if read { Found::Column } else { Found::Carried },
            doubts: Vec::new(),
            ..candidate(cell, sheet)
        }
    }
}

/// Tells whether a label is the last figures of a number, but not all of them.
fn is_end_of(label: i64, number: i64) -> bool {
    let [label, number] = [label, number].map(|number| number.to_string());
    number.len() > label.len() && number.ends_with(&label)
}

/// Returns in which share of the columns that can be checked, 0–1, the last row sums up the rows above it; `None` if
/// it is no foot.
fn agreement(foot: Foot, model: &RecordModel, dense: &Dense, rows: &[Cells]) -> Option<f32> {
    let (last, body) = rows.split_last().filter(|(_, body)| body.len() > 1)?;
    let places = dense.shape.rsplit_once('.').map_or(0, |(_, decimals)| decimals.len());
    let unit = 10_f64.powi(i32::try_from(places).unwrap_or(0));
    let (mut read, mut agreeing) = (0, 0);
    for field in &model.fields {
        let Some(column) = field.cell.filter(|column| *column > 0).map(usize::from) else {
            continue;
        };
        let wrap = field.wraps_at.and_then(|wrap| f64::try_from(wrap).ok()).map(|wrap| wrap * unit);
        let number = |row: &Cells| {
            let word = row.get(column)?.1?;
            let digits: String = word.text.chars().filter(char::is_ascii_digit).collect();
            let number: f64 = digits.parse().ok()?;
            Some(wrap.filter(|wrap| number < wrap / 2.0).map_or(number, |wrap| number + wrap))
        };
        let values: Vec<f64> = body.iter().filter_map(number).collect();
        // A column with unread or misread cells says little.
        let Some(said) = number(last).filter(|_| values.len() == body.len()) else { continue };
        let sum: f64 = values.iter().sum();
        read += 1;
        let off = match foot {
            Foot::Mean => said - sum / values.len() as f64,
            Foot::Sum => said - sum,
        };
        agreeing += usize::from(off.abs() <= 1.0);
    }
    let share = agreeing as f32 / read.max(1) as f32;
    let is_foot = agreeing >= FEWEST_FOOTED.min(usize::from(dense.columns)) && share >= FOOT_AGREES;
    is_foot.then_some(share)
}
