//! Row models: the records of a page's tables, a line or several for each.
//!
//! `columns` says where the tables and their columns are; here lines become rows by the field that
//! starts them, ditto marks and empty cells are filled, and the page's head is repeated.

use super::columns::{self, Column, Table};
use super::layout::Row;
use super::piece::{Piece, Standing, is_ditto};
use super::raw_record::record;
use super::sheet::Sheet;
use super::value;
use crate::document::{Candidate, Found, PixelBox, RawField, Record};
use crate::model::{Field, FieldKind, RecordModel};

/// Score of a value in its column; of one that a ditto mark repeats; of one for an empty cell,
/// which may as well be one that could not be read; of one without a header.
const COLUMN_SCORE: f32 = 0.95;
const CARRIED_SCORE: f32 = 0.85;
const BLANK_SCORE: f32 = 0.5;
const PATTERN_SCORE: f32 = 0.6;

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
    let mut records: Vec<Record<RawField>> = Vec::new();
    for (cells, score) in read {
        for row in cells {
            let standing = Standing { score, found };
            let fields = fill(model, sheet, (&row, &page_head), (standing, records.last()));
            let number = u32::try_from(records.len() + 1).unwrap_or(u32::MAX);
            records.push(record(model, sheet.number, number, fields));
        }
    }
    records
}

/// Tells whether a box is among a table's rows: what stands there is no head of the page.
fn stands_in(sheet: &Sheet, rows: &[Cells], bounds: &PixelBox) -> bool {
    let words = rows.iter().flatten().flat_map(|cell| &cell.lines).map(|&(start, _)| start);
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
        if begins(model, sheet, (&cells, records.last()), starter) {
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
    (cells, current): (&Cells, Option<&Cells>),
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

fn plain(sheet: &Sheet, cell: &Piece) -> String {
    let lines: Vec<String> =
        cell.lines.iter().map(|&(start, end)| sheet.layout.text(start, end)).collect();
    lines.join(" ")
}

/// Assigns the words of a row to the columns of the model's fields.
fn cells(model: &RecordModel, sheet: &Sheet, row: &Row, columns: &[Column]) -> Cells {
    let mut cells = vec![Piece::default(); model.fields.len()];
    for column in columns {
        let Some(field) = column.field else { continue };
        if let Some((start, end)) = sheet.words_in(row, (column.left, column.right)) {
            let marks = sheet.layout.text(start, end);
            if sheet.says_something(start, end) || is_ditto(&marks) {
                cells[field].lines.push((start, end));
            }
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
    let mut taken: Vec<bool> = vec![false; row.end - row.start];
    let in_rows = model.fields.iter().enumerate().filter(|(_, field)| !field.column.is_empty());
    for (index, field) in in_rows.clone() {
        let Some(pattern) = &field.pattern else { continue };
        let free = (row.start..row.end).filter(|word| !taken[word - row.start]);
        // Up to three words make a value, as in `12 MAR 78`.
        let spans = free.flat_map(|word| (1..=3).rev().map(move |length| (word, word + length)));
        let span = spans
            .filter(|&(from, to)| {
                to <= row.end && !taken[from - row.start..to - row.start].contains(&true)
            })
            .find(|&(from, to)| {
                let text = sheet.layout.text(from, to);
                pattern
                    .find(&text)
                    .is_some_and(|found| found.start() == 0 && found.end() == text.len())
            });
        let Some((from, to)) = span else { continue };
        // A line begins with the value that starts it.
        if index == starter && from > row.start + 1 {
            continue;
        }
        taken[from - row.start..to - row.start].fill(true);
        cells[index].lines.push((from, to));
    }
    let rest = in_rows
        .clone()
        .find(|(_, field)| field.pattern.is_none() && matches!(field.kind, FieldKind::Text { .. }));
    if let Some((index, _)) = rest {
        let start = (row.start..row.end).find(|word| !taken[word - row.start]);
        if let Some(start) = start {
            let length = taken[start - row.start..].iter().take_while(|taken| !**taken).count();
            cells[index].lines.push((start, start + length));
        }
    }
    let begun = !cells[starter].lines.is_empty();
    (cells, begun)
}

/// Turns a row's cells into candidates; fields of the page's head stand in every row, empty cells
/// and ditto marks take the value of the row above where the field is carried.
fn fill(
    model: &RecordModel,
    sheet: &Sheet,
    (cells, page_head): (&Cells, &[Vec<Candidate>]),
    (standing, above): (Standing, Option<&Record<RawField>>),
) -> Vec<Vec<Candidate>> {
    let mut fields = Vec::with_capacity(model.fields.len());
    for (index, field) in model.fields.iter().enumerate() {
        if field.column.is_empty() {
            fields.push(page_head[index].clone());
            continue;
        }
        let cell = &cells[index];
        let text = plain(sheet, cell);
        let carried = is_ditto(&text) || (cell.lines.is_empty() && field.carry);
        if !carried {
            fields.push(cell.candidates(&sheet.layout, (sheet.number, field), standing));
            continue;
        }
        let above = above.and_then(|record| record.fields.get(index));
        let candidates = above.map(|field| field.candidates.clone()).unwrap_or_default();
        let most = if cell.lines.is_empty() { BLANK_SCORE } else { CARRIED_SCORE };
        fields.push(
            candidates
                .into_iter()
                .map(|candidate| Candidate {
                    place_score: candidate.place_score.min(most),
                    found: Found::Carried,
                    ..candidate
                })
                .collect(),
        );
    }
    fields
}
