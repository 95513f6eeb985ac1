//! Row models: the records of a page's tables, a line or several for each.
//!
//! `columns` says where the tables and their columns are; here lines become rows by the field that
//! starts them, ditto marks and empty cells are filled, and the page's head is repeated.

use std::borrow::Cow;

use regex::Regex;

use super::columns::{self, Column, Table};
use super::layout::Row;
use super::piece::{Piece, Standing, is_ditto};
use super::raw_record::record;
use super::sheet::Sheet;
use super::value;
use super::word_range::WordRange;
use crate::document::{Candidate, Found, PixelBox, RawField, Record};
use crate::model::{Field, FieldKind, RecordModel};

/// Score of a value in its column; of one that a ditto mark repeats; of one for an empty cell,
/// which may as well be one that could not be read; of one without a header.
const COLUMN_SCORE: f32 = 0.95;
const CARRIED_SCORE: f32 = 0.85;
const BLANK_SCORE: f32 = 0.5;
const PATTERN_SCORE: f32 = 0.6;
/// Words of the longest value that is found by its pattern.
const MOST_WORDS: usize = 3;

/// The cells of one record on their way: for each field the words of its lines.
type Cells = Vec<Piece>;

/// Returns the records of a page's tables; none if there is no table.
pub(super) fn rows(model: &RecordModel, sheet: &Sheet) -> Vec<Record<RawField>> {
    let labels = sheet.labels(model);
    let tables = columns::tables(model, sheet);
    let mut read: Vec<(Vec<Cells>, f32)> = tables
        .iter()
        .map(|table| (rows_of(model, sheet, table), COLUMN_SCORE * table.score))
        .collect();
    let mut found = Found::Column;
    if read.iter().all(|(rows, _)| rows.is_empty()) {
        read = vec![(by_pattern(model, sheet), PATTERN_SCORE)];
        found = Found::Pattern;
    }
    let mut page_head = value::fields(model, sheet, &labels);
    for candidates in &mut page_head {
        candidates.retain(|candidate| {
            !read.iter().any(|(rows, _)| stands_in(sheet, rows, &candidate.bounds))
        });
    }
    let page_head: Vec<RawField> = page_head.into_iter().map(RawField::from).collect();
    let mut records: Vec<Record<RawField>> = Vec::new();
    for (cells, score) in read {
        for row in cells {
            let standing = Standing { score, found };
            let above = records.last();
            // Fields of the page's head stand in every row.
            let fields = model.fields.iter().enumerate().map(|(index, field)| {
                let above = above.and_then(|record| record.fields.get(index));
                if field.column.is_empty() {
                    page_head[index].clone()
                } else {
                    in_cell(sheet, field, &row[index], standing, above).into()
                }
            });
            let number = u32::try_from(records.len() + 1).unwrap_or(u32::MAX);
            records.push(record(model, sheet.number, number, fields));
        }
    }
    records
}

/// Tells whether a box is among a table's rows: what stands there is no head of the page.
fn stands_in(sheet: &Sheet, rows: &[Cells], bounds: &PixelBox) -> bool {
    let words = rows.iter().flatten().flat_map(|cell| &cell.lines).map(|line| line.start);
    let tops = words.map(|word| sheet.layout.words[word].bounds);
    let Some(all) = tops.reduce(|all, word| all.union(&word)) else { return false };
    bounds.top >= all.top && bounds.bottom <= all.bottom
}

/// Reads the rows of a table.
fn rows_of(model: &RecordModel, sheet: &Sheet, table: &Table) -> Vec<Cells> {
    let Some(rules) = &model.rows else { return Vec::new() };
    let starter = model.fields.iter().position(|field| field.name == rules.starts_with);
    let mut records: Vec<Cells> = Vec::new();
    for &row in &table.body {
        let cells = cells(model, sheet, &sheet.layout.rows[row], &table.columns);
        if cells.iter().all(|cell| cell.lines.is_empty()) {
            continue;
        }
        // What stands between the header and the first row belongs to neither.
        if begins(model, sheet, &cells, records.last(), starter) {
            records.push(cells);
        } else if let Some(current) = records.last_mut() {
            for (all, more) in current.iter_mut().zip(cells) {
                all.lines.extend(more.lines);
            }
        }
    }
    records.retain(|cells| {
        cells.iter().filter(|cell| !cell.lines.is_empty()).count() >= rules.min_fields.max(1)
    });
    records
}

/// Tells whether a line begins a new record rather than continuing the current one, if any.
fn begins(
    model: &RecordModel,
    sheet: &Sheet,
    cells: &Cells,
    current: Option<&Cells>,
    starter: Option<usize>,
) -> bool {
    let Some(starter) = starter else { return true };
    if starts(model, sheet, cells, starter) {
        return true;
    }
    // With the starting value carried down, or read as nothing, a second number for a column that
    // holds one means a new record; text columns may run over lines.
    model.fields[starter].carry
        && model.fields.iter().enumerate().any(|(index, field)| {
            let one_line = matches!(
                field.kind,
                FieldKind::Decimal { .. } | FieldKind::Duration | FieldKind::Integer { .. }
            );
            let filled = current.is_none_or(|current| looks_right(field, sheet, &current[index]));
            one_line && filled && looks_right(field, sheet, &cells[index])
        })
}

/// Tells whether a cell may hold a field's value: it matches the pattern, or has a digit.
fn looks_right(field: &Field, sheet: &Sheet, cell: &Piece) -> bool {
    let text = plain(sheet, cell);
    match &field.pattern {
        Some(pattern) => pattern.is_match(&text),
        None => text.chars().any(|character| character.is_ascii_digit()),
    }
}

/// Tells whether the cell of the starting field holds a value or a ditto mark.
fn starts(model: &RecordModel, sheet: &Sheet, cells: &Cells, starter: usize) -> bool {
    let field = &model.fields[starter];
    let text = plain(sheet, &cells[starter]);
    if text.is_empty() {
        return false;
    }
    if is_ditto(&text) {
        return true;
    }
    match (&field.pattern, &field.kind) {
        (Some(pattern), _) => pattern.is_match(&text),
        (
            None,
            FieldKind::Text { .. }
            | FieldKind::Code { .. }
            | FieldKind::Enum { .. }
            | FieldKind::Lookup { .. },
        ) => text.chars().any(char::is_alphanumeric),
        (
            None,
            FieldKind::Integer { .. }
            | FieldKind::Decimal { .. }
            | FieldKind::Money
            | FieldKind::Date { .. }
            | FieldKind::Time
            | FieldKind::Duration
            | FieldKind::Checkbox
            | FieldKind::Barcode { .. },
        ) => looks_right(field, sheet, &cells[starter]),
    }
}

fn plain<'s>(sheet: &'s Sheet, cell: &Piece) -> Cow<'s, str> {
    match cell.lines.as_slice() {
        [] => Cow::Borrowed(""),
        &[words] => sheet.layout.text(words),
        lines => {
            let lines: Vec<Cow<str>> =
                lines.iter().map(|&words| sheet.layout.text(words)).collect();
            Cow::Owned(lines.join(" "))
        }
    }
}

/// Assigns the words of a row to the columns of the model's fields.
fn cells(model: &RecordModel, sheet: &Sheet, row: &Row, columns: &[Column]) -> Cells {
    let mut cells = vec![Piece::default(); model.fields.len()];
    for column in columns {
        let Some(field) = column.field else { continue };
        if let Some(words) = sheet.words_in(row, column.extent)
            && (sheet.says_something(words) || is_ditto(&sheet.layout.text(words)))
        {
            cells[field].lines.push(words);
        }
    }
    cells
}

/// Reads a page without a header: a record a line, each field by its pattern.
fn by_pattern(model: &RecordModel, sheet: &Sheet) -> Vec<Cells> {
    let Some(rules) = &model.rows else { return Vec::new() };
    let starter = model.fields.iter().position(|field| field.name == rules.starts_with);
    let Some(starter) = starter.filter(|&field| model.fields[field].pattern.is_some()) else {
        return Vec::new();
    };
    let mut records: Vec<Cells> = Vec::new();
    for row in &sheet.layout.rows {
        let (cells, begun) = pattern_cells(model, sheet, row, starter);
        match records.last_mut() {
            _ if begun => records.push(cells),
            Some(current) => {
                for (all, more) in current.iter_mut().zip(cells) {
                    all.lines.extend(more.lines);
                }
            }
            None => {}
        }
    }
    let needed = rules.min_fields.max(2);
    records.retain(|cells| cells.iter().filter(|cell| !cell.lines.is_empty()).count() >= needed);
    records
}

/// Takes a line apart: fields with patterns take their words from the left, the first text field
/// without one takes the rest. Tells also whether the line begins a record.
fn pattern_cells(model: &RecordModel, sheet: &Sheet, row: &Row, starter: usize) -> (Cells, bool) {
    let mut cells = vec![Piece::default(); model.fields.len()];
    let mut taken: Vec<WordRange> = Vec::new();
    let is_free = |taken: &[WordRange], words: WordRange| {
        taken.iter().all(|other| other.within(words).is_empty())
    };
    let in_rows = model.fields.iter().enumerate().filter(|(_, field)| !field.column.is_empty());
    for (index, field) in in_rows.clone() {
        let Some(pattern) = &field.pattern else { continue };
        let fits = |words: &WordRange| {
            words.end <= row.words.end
                && is_free(&taken, *words)
                && is_whole_match(pattern, &sheet.layout.text(*words))
        };
        let Some(words) = short_ranges(row.words).find(fits) else { continue };
        // A line begins with the value that starts it.
        if index == starter && words.start > row.words.start + 1 {
            continue;
        }
        taken.push(words);
        cells[index].lines.push(words);
    }
    let rest = in_rows
        .clone()
        .find(|(_, field)| field.pattern.is_none() && matches!(field.kind, FieldKind::Text { .. }));
    if let Some((index, _)) = rest {
        let free = |word: usize| is_free(&taken, WordRange::new(word, word + 1));
        cells[index].lines.extend(row.words.first_run(free));
    }
    let begun = !cells[starter].lines.is_empty();
    (cells, begun)
}

/// Returns all ranges of up to three words, as `12 MAR 78` is a value; at each word the longest first.
fn short_ranges(words: WordRange) -> impl Iterator<Item = WordRange> {
    words.indices().flat_map(|start| {
        (1..=MOST_WORDS).rev().map(move |length| WordRange::new(start, start + length))
    })
}

fn is_whole_match(pattern: &Regex, text: &str) -> bool {
    pattern.find(text).is_some_and(|found| found.start() == 0 && found.end() == text.len())
}

/// Turns a cell into candidates; an empty one and a ditto mark take the value of the row above where the field is
/// carried.
fn in_cell(
    sheet: &Sheet,
    field: &Field,
    cell: &Piece,
    standing: Standing,
    above: Option<&RawField>,
) -> Vec<Candidate> {
    let is_carried = is_ditto(&plain(sheet, cell)) || (cell.lines.is_empty() && field.carry);
    if !is_carried {
        return cell.candidates(&sheet.layout, sheet.number, field, standing);
    }
    let most = if cell.lines.is_empty() { BLANK_SCORE } else { CARRIED_SCORE };
    let carried = above.map_or(&[][..], |field| &field.candidates);
    carried
        .iter()
        .map(|candidate| Candidate {
            place_score: candidate.place_score.min(most),
            found: Found::Carried,
            ..candidate.clone()
        })
        .collect()
}
