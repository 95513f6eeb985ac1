//! Where the tables of a page are, and which column holds which field.
//!
//! A table is found by its header captions or, where none could be read, by its ruled grid.
//! Columns end at ruled lines where there are some, else in the emptiest gutter between two
//! captions; a column without a readable caption is told by what stands in it. `table` calls it.

use super::layout::{Layout, center_x, center_y};
use super::phrase::Match;
use super::sheet::Sheet;
use crate::document::PixelBox;
use crate::model::{FieldKind, RecordModel};

/// A header needs so many of the model's columns.
const FEWEST_CAPTIONS: usize = 2;
/// A header may be broken over lines that are this close, in word heights.
const HEADER_LINES: f32 = 2.2;
/// Captions may have gaps of so many word heights.
const CAPTION_GAP: f32 = 3.0;
/// A ruled grid has so many vertical lines at least, each so long.
const FEWEST_RULES: usize = 4;
const SHORTEST_RULE_MM: f32 = 20.0;
/// Vertical lines closer than this are one.
const SAME_RULE_MM: f32 = 1.5;
/// Share of a column's cells that must look like a field's values.
const LOOKS_LIKE: f32 = 0.5;
/// Score of a table that was found by its grid alone.
const GRID_SCORE: f32 = 0.8;

/// A table: its rows under the header and its columns.
pub(super) struct Table {
    /// Positions in [`Layout::rows`].
    pub body: Vec<usize>,
    pub columns: Vec<Column>,
    /// How well its header was read, 0–1.
    pub score: f32,
}

/// A column of a table: the field it holds, if it is one of the model's, and where it runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Column {
    pub field: Option<usize>,
    pub left: f32,
    pub right: f32,
}

/// A caption of a header: the field it names, if it is one of the model's, and its box.
type Caption = (Option<usize>, PixelBox);

/// A header that was found.
struct Header {
    first_row: usize,
    last_row: usize,
    /// From left to right.
    captions: Vec<Caption>,
    score: f32,
}

/// Finds the tables of a page, from top to bottom.
pub(super) fn tables(model: &RecordModel, sheet: &Sheet) -> Vec<Table> {
    let headers = headers(model, sheet);
    let until = model.rows.as_ref().map_or(&[][..], |rows| &rows.until);
    let mut stops = sheet.find(until);
    stops.retain(|(row, matched)| sheet.begins_with(matched, sheet.layout.rows[*row].start));
    let ends = |row: &usize| stops.iter().any(|(stop, _)| stop == row);
    let mut tables = Vec::new();
    for (position, header) in headers.iter().enumerate() {
        let end = headers.get(position + 1).map_or(sheet.layout.rows.len(), |next| next.first_row);
        let grid = grid_below(&sheet.layout, header);
        let lowest = grid.iter().map(|rule| rule.bottom).max().map_or(f32::MAX, |y| y as f32);
        let body: Vec<usize> = (header.last_row + 1..end)
            .take_while(|row| !ends(row))
            .take_while(|row| center_y(&sheet.layout.rows[*row].bounds) <= lowest)
            .collect();
        let mut columns = match grid_borders(&sheet.layout, &grid) {
            Some(borders) => ruled_columns(&header.captions, &borders),
            None => gutter_columns(&sheet.layout, &header.captions, &body),
        };
        assign_by_content(model, sheet, &body, &mut columns);
        tables.push(Table { body, columns, score: header.score });
    }
    if tables.is_empty() {
        tables.extend(grid_table(model, sheet));
    }
    tables
}

/// Finds a table by its ruled grid alone.
fn grid_table(model: &RecordModel, sheet: &Sheet) -> Option<Table> {
    let layout = &sheet.layout;
    let shortest = SHORTEST_RULE_MM * layout.pixels_per_mm;
    let long: Vec<PixelBox> = layout
        .vertical_rules()
        .iter()
        .filter(|rule| rule.height() as f32 > shortest)
        .copied()
        .collect();
    // The rules of one table end on one height; the longest shows it.
    let longest = long.iter().max_by_key(|rule| rule.height())?;
    let grid: Vec<PixelBox> = long
        .iter()
        .filter(|rule| rule.top < longest.bottom && rule.bottom > longest.top)
        .copied()
        .collect();
    let borders = grid_borders(layout, &grid)?;
    let body = (0..layout.rows.len())
        .filter(|&row| {
            let y = center_y(&layout.rows[row].bounds);
            y > longest.top as f32 && y < longest.bottom as f32
        })
        .collect::<Vec<usize>>();
    let mut columns = ruled_columns(&[], &borders);
    assign_by_content(model, sheet, &body, &mut columns);
    Some(Table { body, columns, score: GRID_SCORE })
}

/// Returns the vertical rules that run on below a header.
fn grid_below(layout: &Layout, header: &Header) -> Vec<PixelBox> {
    let row = &layout.rows[header.last_row];
    let (bottom, height) = (row.bounds.bottom as f32, row.word_height);
    layout
        .vertical_rules()
        .iter()
        .filter(|rule| {
            rule.top as f32 <= bottom + 2.0 * height && rule.bottom as f32 > bottom + 2.0 * height
        })
        .copied()
        .collect()
}

/// Returns the x of a grid's vertical lines, from left to right; `None` if there are too few.
fn grid_borders(layout: &Layout, grid: &[PixelBox]) -> Option<Vec<f32>> {
    let mut borders: Vec<f32> = grid.iter().map(center_x).collect();
    borders.sort_by(f32::total_cmp);
    let same = SAME_RULE_MM * layout.pixels_per_mm;
    borders.dedup_by(|right, left| *right - *left < same);
    (borders.len() >= FEWEST_RULES).then_some(borders)
}

/// Makes columns of a grid; captions name those that they stand in.
fn ruled_columns(captions: &[Caption], borders: &[f32]) -> Vec<Column> {
    borders
        .windows(2)
        .map(|border| {
            let inside = |(field, bounds): &Caption| {
                let x = center_x(bounds);
                field.filter(|_| x > border[0] && x < border[1])
            };
            let field = captions.iter().find_map(inside);
            Column { field, left: border[0], right: border[1] }
        })
        .collect()
}

/// Makes columns around captions, divided in the emptiest gutters between them.
fn gutter_columns(layout: &Layout, captions: &[Caption], body: &[usize]) -> Vec<Column> {
    let mut borders = vec![0.0];
    for pair in captions.windows(2) {
        let (left, right) = (pair[0].1, pair[1].1);
        let middle = f32::midpoint(left.right as f32, right.left as f32);
        borders.push(gutter(layout, body, (center_x(&left), center_x(&right)), middle));
    }
    borders.push(layout.width + 1.0);
    captions
        .iter()
        .zip(borders.windows(2))
        .map(|((field, _), border)| Column { field: *field, left: border[0], right: border[1] })
        .collect()
}

/// Names columns without a known caption by their content: the fields' patterns, and for the
/// first text field that is missing the column with the most words.
fn assign_by_content(model: &RecordModel, sheet: &Sheet, body: &[usize], columns: &mut [Column]) {
    let cells: Vec<Vec<String>> = columns
        .iter()
        .map(|column| {
            let rows = body.iter().map(|&row| &sheet.layout.rows[row]);
            let words = rows.filter_map(|row| sheet.words_in(row, (column.left, column.right)));
            words.map(|(start, end)| sheet.layout.text(start, end)).collect()
        })
        .collect();
    loop {
        let mut best: Option<(usize, usize, f32)> = None;
        for (index, field) in model.fields.iter().enumerate() {
            let taken = columns.iter().any(|column| column.field == Some(index));
            let Some(pattern) = field.pattern.as_ref().filter(|_| !taken) else { continue };
            if field.column.is_empty() {
                continue;
            }
            for (position, column) in columns.iter().enumerate() {
                let share = share_matching(pattern, &cells[position]);
                let better = best.is_none_or(|(_, _, most)| share > most);
                if column.field.is_none() && share >= LOOKS_LIKE && better {
                    best = Some((position, index, share));
                }
            }
        }
        let Some((position, index, _)) = best else { break };
        columns[position].field = Some(index);
    }
    let missing = model.fields.iter().position(|field| {
        let text = matches!(field.kind, FieldKind::Text { .. });
        text && field.pattern.is_none() && !field.column.is_empty()
    });
    let Some(missing) = missing else { return };
    if columns.iter().any(|column| column.field == Some(missing)) {
        return;
    }
    let length = |position: usize| cells[position].iter().map(String::len).sum::<usize>();
    let free = (0..columns.len()).filter(|&position| columns[position].field.is_none());
    if let Some(position) = free.max_by_key(|&position| length(position)) {
        columns[position].field = Some(missing);
    }
}

/// Returns the share of the cells with text of which a pattern takes at least half.
fn share_matching(pattern: &regex::Regex, cells: &[String]) -> f32 {
    let mut matching = 0;
    for cell in cells {
        let length = pattern
            .captures(cell)
            .and_then(|found| found.get(1).or_else(|| found.get(0)))
            .map_or(0, |found| found.len());
        matching += usize::from(2 * length >= cell.len());
    }
    // One cell is no evidence.
    if cells.len() < 2 { 0.0 } else { matching as f32 / cells.len() as f32 }
}

/// Finds all headers: rows with enough of the model's column captions.
fn headers(model: &RecordModel, sheet: &Sheet) -> Vec<Header> {
    let mut captions: Vec<Vec<(usize, Match)>> = vec![Vec::new(); sheet.layout.rows.len()];
    let mut fields = 0;
    for (index, field) in model.fields.iter().enumerate() {
        fields += usize::from(!field.column.is_empty());
        for (row, matched) in sheet.find(&field.column) {
            captions[row].push((index, matched));
        }
    }
    let needed = FEWEST_CAPTIONS.min(fields);
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
    captions: &[Vec<(usize, Match)>],
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
        found.extend(
            more.into_iter()
                .filter(|(field, ..)| !found.iter().any(|(known, ..)| known == field))
                .collect::<Vec<_>>(),
        );
        last_row += 1;
    }
    if found.len() < needed {
        return None;
    }
    let score = found.iter().map(|(_, _, score)| score).sum::<f32>() / found.len() as f32;
    let mut captions: Vec<Caption> =
        found.iter().map(|(field, bounds, _)| (Some(*field), *bounds)).collect();
    // Captions that the model does not know divide columns as well.
    for row in &layout.rows[first_row..=last_row] {
        for (cell, &start) in row.cell_starts.iter().enumerate() {
            let end = row.cell_starts.get(cell + 1).copied().unwrap_or(row.end);
            let words = &layout.words[start..end];
            let bounds = words.iter().fold(words[0].bounds, |all, word| all.union(&word.bounds));
            let apart =
                |(_, other): &Caption| bounds.right < other.left || bounds.left > other.right;
            if captions.iter().all(apart) && sheet.says_something(start, end) {
                captions.push((None, bounds));
            }
        }
    }
    captions.sort_by_key(|(_, bounds)| bounds.left);
    Some(Header { first_row, last_row, captions, score })
}

/// Returns the model's captions in a row: field, box and score; each field once.
fn captions_in(
    sheet: &Sheet,
    row: usize,
    captions: &[Vec<(usize, Match)>],
) -> Vec<(usize, PixelBox, f32)> {
    let layout = &sheet.layout;
    let mut all: Vec<(usize, usize, usize, f32)> = Vec::new();
    for (field, matched) in &captions[row] {
        let gap = CAPTION_GAP * layout.rows[row].word_height;
        let torn = (matched.first..matched.last).any(|word| layout.divided(word, word + 1, gap));
        if !torn {
            all.push((*field, matched.first, matched.last, matched.score));
        }
    }
    // Better and longer matches first; words belong to one caption.
    all.sort_by(|a, b| (b.2 - b.1).cmp(&(a.2 - a.1)).then(b.3.total_cmp(&a.3)));
    let mut taken: Vec<(usize, usize, usize, f32)> = Vec::new();
    for caption in all {
        let free = taken
            .iter()
            .all(|other| other.0 != caption.0 && (caption.1 > other.2 || caption.2 < other.1));
        if free {
            taken.push(caption);
        }
    }
    taken.sort_by_key(|caption| caption.1);
    taken
        .into_iter()
        .map(|(field, first, last, score)| {
            let bounds = layout.words[first].bounds.union(&layout.words[last].bounds);
            (field, bounds, score)
        })
        .collect()
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
