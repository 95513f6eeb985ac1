//! Where the tables of a page are, and which column holds which field.
//!
//! A table is found by its header captions or, where none could be read, by its ruled grid.
//! Columns end at ruled lines where there are some, else in the emptiest gutter between two
//! captions; a column without a readable caption is told by what stands in it. `table` calls it.

use std::borrow::Cow;

use super::layout::{Layout, Row, center_x, center_y};
use super::phrase::Match;
use super::sheet::{Caption, Sheet};
use super::word_range::{Extent, WordRange};
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
    pub extent: Extent,
}

/// What stands in a header: the field it names, if it is one of the model's, and its box.
#[derive(Debug, Clone, Copy)]
struct Heading {
    field: Option<usize>,
    bounds: PixelBox,
}

/// A caption of the model in a row that may be a header.
#[derive(Debug, Clone, Copy)]
struct Named {
    field: usize,
    words: WordRange,
    score: f32,
}

/// A header that was found.
struct Header {
    first_row: usize,
    last_row: usize,
    /// From left to right.
    headings: Vec<Heading>,
    score: f32,
}

/// Finds the tables of a page, from top to bottom.
pub(super) fn tables(model: &RecordModel, sheet: &Sheet) -> Vec<Table> {
    let headers = headers(model, sheet);
    let until = model.rows.as_ref().map_or(&[][..], |rows| &rows.until);
    let mut stops = sheet.find(until);
    let begins = |stop: &Caption| sheet.layout.rows[stop.row].words.start;
    stops.retain(|stop| sheet.begins_with(&stop.matched, begins(stop)));
    let ends = |row: &usize| stops.iter().any(|stop| stop.row == *row);
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
            Some(borders) => ruled_columns(&header.headings, &borders),
            None => gutter_columns(&sheet.layout, &header.headings, &body),
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

/// Makes columns of a grid; headings name those that they stand in.
fn ruled_columns(headings: &[Heading], borders: &[f32]) -> Vec<Column> {
    borders
        .windows(2)
        .map(|border| {
            let inside = |heading: &Heading| {
                let x = center_x(&heading.bounds);
                heading.field.filter(|_| x > border[0] && x < border[1])
            };
            let field = headings.iter().find_map(inside);
            Column { field, extent: Extent { left: border[0], right: border[1] } }
        })
        .collect()
}

/// Makes columns around headings, divided in the emptiest gutters between them.
fn gutter_columns(layout: &Layout, headings: &[Heading], body: &[usize]) -> Vec<Column> {
    let mut borders = vec![0.0];
    for pair in headings.windows(2) {
        let (left, right) = (pair[0].bounds, pair[1].bounds);
        let middle = f32::midpoint(left.right as f32, right.left as f32);
        let between = Extent { left: center_x(&left), right: center_x(&right) };
        borders.push(gutter(layout, body, between, middle));
    }
    borders.push(layout.width + 1.0);
    headings
        .iter()
        .zip(borders.windows(2))
        .map(|(heading, border)| Column {
            field: heading.field,
            extent: Extent { left: border[0], right: border[1] },
        })
        .collect()
}

/// Names columns without a known caption by their content: the fields' patterns, and for the
/// first text field that is missing the column with the most words.
fn assign_by_content(model: &RecordModel, sheet: &Sheet, body: &[usize], columns: &mut [Column]) {
    let is_taken = |field: usize| columns.iter().any(|column| column.field == Some(field));
    let mut in_columns = (0..model.fields.len()).filter(|&at| !model.fields[at].column.is_empty());
    if columns.iter().all(|column| column.field.is_some()) || in_columns.all(is_taken) {
        return;
    }
    let cells: Vec<Vec<Cow<str>>> = columns
        .iter()
        .map(|column| {
            let rows = body.iter().map(|&row| &sheet.layout.rows[row]);
            let words = rows.filter_map(|row| sheet.words_in(row, column.extent));
            words.map(|words| sheet.layout.text(words)).collect()
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
    let length = |position: usize| cells[position].iter().map(|cell| cell.len()).sum::<usize>();
    let free = (0..columns.len()).filter(|&position| columns[position].field.is_none());
    if let Some(position) = free.max_by_key(|&position| length(position)) {
        columns[position].field = Some(missing);
    }
}

/// Returns the share of the cells with text of which a pattern takes at least half.
fn share_matching(pattern: &regex::Regex, cells: &[Cow<str>]) -> f32 {
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
        for Caption { row, matched } in sheet.find(&field.column) {
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
    let mut found = captions_in(layout, &layout.rows[first_row], &captions[first_row]);
    if found.is_empty() {
        return None;
    }
    // Captions such as `TOTAL / TIME` stand on two lines, or one stands higher than the others.
    while let Some(next) = layout.rows.get(last_row + 1) {
        let above = &layout.rows[last_row];
        let near = center_y(&next.bounds) - center_y(&above.bounds)
            < HEADER_LINES * above.word_height.max(next.word_height);
        let mut more = captions_in(layout, next, &captions[last_row + 1]);
        more.retain(|new| found.iter().all(|known| known.field != new.field));
        if !near || more.is_empty() {
            break;
        }
        found.extend(more);
        last_row += 1;
    }
    if found.len() < needed {
        return None;
    }
    let score = found.iter().map(|named| named.score).sum::<f32>() / found.len() as f32;
    let bounds_of = |words: WordRange| {
        let words = &layout.words[words.indices()];
        words.iter().fold(words[0].bounds, |all, word| all.union(&word.bounds))
    };
    let ends_of = |words: WordRange| {
        layout.words[words.start].bounds.union(&layout.words[words.end - 1].bounds)
    };
    let heading =
        |named: &Named| Heading { field: Some(named.field), bounds: ends_of(named.words) };
    let mut headings: Vec<Heading> = found.iter().map(heading).collect();
    // Captions that the model does not know divide columns as well.
    for cell in layout.rows[first_row..=last_row].iter().flat_map(Row::cells) {
        let bounds = bounds_of(cell);
        let apart =
            |other: &Heading| bounds.right < other.bounds.left || bounds.left > other.bounds.right;
        if headings.iter().all(apart) && sheet.says_something(cell) {
            headings.push(Heading { field: None, bounds });
        }
    }
    headings.sort_by_key(|heading| heading.bounds.left);
    Some(Header { first_row, last_row, headings, score })
}

/// Returns the model's captions in a row, each field once, from left to right.
fn captions_in(layout: &Layout, row: &Row, captions: &[(usize, Match)]) -> Vec<Named> {
    let gap = CAPTION_GAP * row.word_height;
    let mut all: Vec<Named> = Vec::new();
    for (field, matched) in captions {
        let torn = (matched.first..matched.last).any(|word| layout.divided(word, word + 1, gap));
        if !torn {
            let words = WordRange::through(matched.first, matched.last);
            all.push(Named { field: *field, words, score: matched.score });
        }
    }
    // Better and longer matches first; words belong to one caption.
    all.sort_by(|a, b| b.words.len().cmp(&a.words.len()).then(b.score.total_cmp(&a.score)));
    let mut taken: Vec<Named> = Vec::new();
    for named in all {
        let free = |other: &Named| {
            other.field != named.field && named.words.within(other.words).is_empty()
        };
        if taken.iter().all(free) {
            taken.push(named);
        }
    }
    taken.sort_by_key(|named| named.words.start);
    taken
}

/// Returns the middle of the emptiest strip between two captions; the nearest to `middle` of
/// equally empty ones.
fn gutter(layout: &Layout, body: &[usize], between: Extent, middle: f32) -> f32 {
    let (from, step) = (between.left, layout.pixels_per_mm);
    let strips = (between.width() / step).ceil().clamp(1.0, 1000.0) as usize;
    let mut load = vec![0_u32; strips];
    for &row in body {
        let row = &layout.rows[row];
        for word in &layout.words[row.words.indices()] {
            let (left, right) = (word.bounds.left as f32, word.bounds.right as f32);
            if right < from || left > between.right {
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
