//! Row models: finds the table by its header, its columns by the gutters, its rows by the field
//! that starts them.

use super::layout::{Layout, Row, center_y};
use super::phrase::Phrase;
use super::piece::{Piece, Standing, is_ditto};
use super::sheet::Sheet;
use super::value;
use crate::document::{Candidate, Found, RawField, Record};
use crate::model::{FieldKind, RecordModel};

/// A header needs so many of the model's columns.
const FEWEST_COLUMNS: usize = 2;
/// A header may be broken over lines that are this close, in word heights.
const HEADER_LINES: f32 = 2.2;
/// Score of a value in its column; of one that was carried down; of one without a header.
const COLUMN_SCORE: f32 = 0.95;
const CARRIED_SCORE: f32 = 0.85;
const PATTERN_SCORE: f32 = 0.6;

/// A column of a table: the field it holds, if it is one of the model's, and where it runs.
#[derive(Debug, Clone, PartialEq)]
struct Column {
    field: Option<usize>,
    left: f32,
    right: f32,
}

/// A header that was found: its last row and its captions.
struct Header {
    last_row: usize,
    /// Field and box (left, right) of each caption, from left to right.
    captions: Vec<(Option<usize>, f32, f32)>,
    score: f32,
}

/// The cells of one record on their way: for each field the words of its lines.
type Cells = Vec<Piece>;

/// Returns the records of a page's tables; none if there is no table.
pub(super) fn rows(model: &RecordModel, sheet: &Sheet) -> Vec<Record<RawField>> {
    let labels = sheet.labels(model);
    let page_head = value::fields(model, sheet, &labels);
    let headers = headers(model, sheet);
    let mut tables: Vec<(Vec<Cells>, f32)> = Vec::new();
    for (position, header) in headers.iter().enumerate() {
        let end = headers.get(position + 1).map_or(sheet.layout.rows.len(), |next| {
            (next.last_row + 1).saturating_sub(2).max(header.last_row + 1)
        });
        tables.push((table(model, sheet, header, end), COLUMN_SCORE * header.score));
    }
    let mut found = Found::Column;
    if tables.iter().all(|(rows, _)| rows.is_empty()) {
        tables = vec![(by_pattern(model, sheet), PATTERN_SCORE)];
        found = Found::Pattern;
    }
    let mut records: Vec<Record<RawField>> = Vec::new();
    for (cells, score) in tables {
        for row in cells {
            let standing = Standing { score, found };
            let fields = fill(model, sheet, (&row, &page_head), (standing, records.last()));
            let number = u32::try_from(records.len() + 1).unwrap_or(u32::MAX);
            records.push(super::record(model, sheet.number, number, fields));
        }
    }
    records
}

/// Finds all headers: rows with enough of the model's column captions.
fn headers(model: &RecordModel, sheet: &Sheet) -> Vec<Header> {
    let captions: Vec<(usize, Vec<Phrase>)> = model
        .fields
        .iter()
        .enumerate()
        .filter(|(_, field)| !field.column.is_empty())
        .map(|(index, field)| (index, Phrase::all(&field.column)))
        .collect();
    let needed = FEWEST_COLUMNS.min(captions.len());
    let mut headers: Vec<Header> = Vec::new();
    let mut row = 0;
    while row < sheet.layout.rows.len() {
        match header_at(sheet, row, &captions, needed) {
            Some(header) => {
                row = header.last_row + 1;
                headers.push(header);
            }
            None => row += 1,
        }
    }
    headers
}

fn header_at(
    sheet: &Sheet,
    first_row: usize,
    captions: &[(usize, Vec<Phrase>)],
    needed: usize,
) -> Option<Header> {
    let layout = &sheet.layout;
    let mut last_row = first_row;
    let mut found = captions_in(sheet, first_row, captions);
    if found.is_empty() {
        return None;
    }
    // Captions such as `TOTAL / TIME` stand on two lines, or one stands higher than the others.
    while let Some(next) = layout.rows.get(last_row + 1) {
        let above = &layout.rows[last_row];
        let near = center_y(&next.bounds) - center_y(&above.bounds)
            < HEADER_LINES * above.word_height.max(next.word_height);
        let more = captions_in(sheet, last_row + 1, captions);
        let fresh = more.iter().any(|(field, ..)| found.iter().all(|(known, ..)| known != field));
        if !near || !fresh {
            break;
        }
        found.extend(more.into_iter().filter(|(field, ..)| {
            !found.iter().any(|(known, ..)| known == field)
        }).collect::<Vec<_>>());
        last_row += 1;
    }
    if found.len() < needed {
        return None;
    }
    let score = found.iter().map(|(_, _, score)| score).sum::<f32>() / found.len() as f32;
    let mut columns: Vec<(Option<usize>, f32, f32)> =
        found.iter().map(|(field, (left, right), _)| (Some(*field), *left, *right)).collect();
    // Captions that the model does not know divide columns as well.
    for row in &layout.rows[first_row..=last_row] {
        for (cell, &start) in row.cell_starts.iter().enumerate() {
            let end = row.cell_starts.get(cell + 1).copied().unwrap_or(row.end);
            let left = layout.words[start].bounds.left as f32;
            let right = layout.words[end - 1].bounds.right as f32;
            let apart = columns.iter().all(|(_, from, to)| right < *from || left > *to);
            if apart && sheet.says_something(start, end) {
                columns.push((None, left, right));
            }
        }
    }
    columns.sort_by(|a, b| a.1.total_cmp(&b.1));
    Some(Header { last_row, captions: columns, score })
}

/// Returns the model's captions in a row: field, left and right edge, score; each field once.
fn captions_in(
    sheet: &Sheet,
    row: usize,
    captions: &[(usize, Vec<Phrase>)],
) -> Vec<(usize, (f32, f32), f32)> {
    let layout = &sheet.layout;
    let mut all: Vec<(usize, usize, usize, f32)> = Vec::new();
    for (field, phrases) in captions {
        for phrase in phrases {
            for matched in phrase.find_all(&sheet.letters[row]) {
                let gap = 3.0 * layout.rows[row].word_height;
                let torn = (matched.first..matched.last)
                    .any(|word| layout.divided(word, word + 1, gap));
                if !torn {
                    all.push((*field, matched.first, matched.last, matched.score));
                }
            }
        }
    }
    // Better and longer matches first; words belong to one caption.
    all.sort_by(|a, b| (b.2 - b.1).cmp(&(a.2 - a.1)).then(b.3.total_cmp(&a.3)));
    let mut taken: Vec<(usize, usize, usize, f32)> = Vec::new();
    for caption in all {
        let free = taken.iter().all(|other| {
            other.0 != caption.0 && (caption.1 > other.2 || caption.2 < other.1)
        });
        if free {
            taken.push(caption);
        }
    }
    taken.sort_by_key(|caption| caption.1);
    taken
        .into_iter()
        .map(|(field, first, last, score)| {
            let left = layout.words[first].bounds.left as f32;
            (field, (left, layout.words[last].bounds.right as f32), score)
        })
        .collect()
}

/// Reads the rows between a header and the row `end`.
fn table(model: &RecordModel, sheet: &Sheet, header: &Header, end: usize) -> Vec<Cells> {
    let Some(rules) = &model.rows else { return Vec::new() };
    let until = Phrase::all(&rules.until);
    let ended = |row: &usize| {
        until.iter().any(|phrase| phrase.find_at_start(&sheet.letters[*row]).is_some())
    };
    let body: Vec<usize> =
        (header.last_row + 1..end).take_while(|row| !ended(row)).collect();
    let columns = columns(&sheet.layout, header, &body);
    let starter = model.fields.iter().position(|field| field.name == rules.starts_with);
    let mut records: Vec<Cells> = Vec::new();
    for row in body {
        let cells = cells(model, sheet, &sheet.layout.rows[row], &columns);
        if cells.iter().all(|cell| cell.lines.is_empty()) {
            continue;
        }
        match records.last_mut() {
            Some(current) if !begins(model, sheet, (&cells, current), starter) => {
                for (all, more) in current.iter_mut().zip(cells) {
                    all.lines.extend(more.lines);
                }
            }
            Some(_) => records.push(cells),
            // What stands between the header and the first row belongs to neither.
            None => {
                if starter.is_none_or(|field| starts(model, sheet, &cells, field)) {
                    records.push(cells);
                }
            }
        }
    }
    records.retain(|cells| {
        cells.iter().filter(|cell| !cell.lines.is_empty()).count() >= rules.min_fields.max(1)
    });
    records
}

/// Tells whether a line begins a new record rather than continuing the current one.
fn begins(
    model: &RecordModel,
    sheet: &Sheet,
    (cells, current): (&Cells, &Cells),
    starter: Option<usize>,
) -> bool {
    let Some(starter) = starter else { return true };
    if starts(model, sheet, cells, starter) {
        return true;
    }
    // With the starting value carried down, a second value for a column that holds one means a
    // new record; text columns may run over lines.
    model.fields[starter].carry
        && cells[starter].lines.is_empty()
        && model.fields.iter().zip(cells).zip(current).any(|((field, cell), before)| {
            let one_line = matches!(
                field.kind,
                FieldKind::Decimal { .. } | FieldKind::Duration | FieldKind::Integer { .. }
            );
            one_line && !before.lines.is_empty() && has_digit(sheet, cell)
        })
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
        (None, FieldKind::Text { .. } | FieldKind::Code { .. } | FieldKind::Enum { .. }) => {
            text.chars().any(char::is_alphanumeric)
        }
        (
            None,
            FieldKind::Integer { .. }
            | FieldKind::Decimal { .. }
            | FieldKind::Money
            | FieldKind::Date { .. }
            | FieldKind::Time
            | FieldKind::Duration
            | FieldKind::Checkbox,
        ) => has_digit(sheet, &cells[starter]),
    }
}

fn has_digit(sheet: &Sheet, cell: &Piece) -> bool {
    plain(sheet, cell).chars().any(|character| character.is_ascii_digit())
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

/// Divides the page into columns: at ruled lines where there are some, else in the widest gutter
/// between two captions.
fn columns(layout: &Layout, header: &Header, body: &[usize]) -> Vec<Column> {
    let captions = &header.captions;
    let mut borders = vec![0.0];
    for pair in captions.windows(2) {
        borders.push(border(layout, body, (pair[0].1, pair[0].2), (pair[1].1, pair[1].2)));
    }
    borders.push(layout.width + 1.0);
    captions
        .iter()
        .zip(borders.windows(2))
        .map(|((field, ..), border)| Column { field: *field, left: border[0], right: border[1] })
        .collect()
}

/// Returns where one column ends and the next begins, in pixels.
fn border(
    layout: &Layout,
    body: &[usize],
    (left, left_end): (f32, f32),
    (right, right_end): (f32, f32),
) -> f32 {
    let middle = f32::midpoint(left_end, right);
    let (Some(&first), Some(&last)) = (body.first(), body.last()) else { return middle };
    let (top, bottom) = (layout.rows[first].bounds.top, layout.rows[last].bounds.bottom);
    let (top, bottom) = (top as f32, bottom as f32);
    // Rules are often broken: one through the upper part of the table is enough.
    let lower = top + 0.3 * (bottom - top);
    let from = f32::midpoint(left, left_end);
    let to = f32::midpoint(right, right_end);
    let ruled = layout
        .rules_through(top + 0.1 * (bottom - top), lower)
        .filter(|&x| x > from && x < to)
        .min_by(|a, b| (a - middle).abs().total_cmp(&(b - middle).abs()));
    ruled.unwrap_or_else(|| gutter(layout, body, (from, to), middle))
}

/// Returns the middle of the emptiest strip between two captions; the nearest to `middle` of
/// equally empty ones.
fn gutter(layout: &Layout, body: &[usize], (from, to): (f32, f32), middle: f32) -> f32 {
    let step = layout.pixels_per_mm;
    let strips = ((to - from) / step).ceil().clamp(1.0, 1000.0) as usize;
    let mut load = vec![0_u32; strips];
    for &row in body {
        let row = &layout.rows[row];
        for word in &layout.words[row.start..row.end] {
            let (left, right) = (word.bounds.left as f32, word.bounds.right as f32);
            if right < from || left > to {
                continue;
            }
            let first = ((left - from) / step).floor().max(0.0) as usize;
            let last = ((right - from) / step).floor().max(0.0) as usize;
            for strip in load.iter_mut().take((last + 1).min(strips)).skip(first) {
                *strip += 1;
            }
        }
    }
    let least = load.iter().copied().min().unwrap_or(0);
    let mut best: Option<(usize, f32)> = None;
    let mut strip = 0;
    while strip < strips {
        if load[strip] > least {
            strip += 1;
            continue;
        }
        let length = load[strip..].iter().take_while(|&&words| words == least).count();
        let center = from + (strip as f32 + length as f32 / 2.0) * step;
        let nearer = |at: f32| (center - middle).abs() < (at - middle).abs();
        if best.is_none_or(|(longest, at)| length > longest || length == longest && nearer(at)) {
            best = Some((length, center));
        }
        strip += length;
    }
    best.map_or(middle, |(_, center)| center)
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
            .filter(|&(from, to)| to <= row.end && !taken[from - row.start..to - row.start].contains(&true))
            .find(|&(from, to)| {
                let text = sheet.layout.text(from, to);
                pattern.find(&text).is_some_and(|found| found.start() == 0 && found.end() == text.len())
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
        fields.push(
            candidates
                .into_iter()
                .map(|candidate| Candidate {
                    place_score: candidate.place_score.min(CARRIED_SCORE),
                    found: Found::Carried,
                    ..candidate
                })
                .collect(),
        );
    }
    fields
}
