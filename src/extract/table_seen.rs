//! A dense table that was read cell by cell, as `table_look` asked for it, becomes part of the page text. Called by
//! the second look.

use crate::document::{Line, Mark, PageText, TableSeen};

/// Puts a dense table that was read cell by cell in the place of the words that stand there.
pub fn put_table(page: &mut PageText, table: TableSeen) {
    let Some(area) = table.grid.cells.iter().copied().reduce(|all, cell| all.union(&cell)) else {
        return;
    };
    let mut first: Option<usize> = None;
    for (index, line) in page.lines.iter_mut().enumerate() {
        let before = line.words.len();
        line.words.retain(|word| !area.holds_center_of(&word.bounds));
        if line.words.len() < before {
            first.get_or_insert(index);
        }
    }
    let at = first.unwrap_or(page.lines.len());
    let block = page.lines.get(at).map_or(0, |line| line.block);
    let rows = table.lines.into_iter().map(|line| Line { block, paragraph: 0, ..line });
    page.lines.splice(at..at, rows);
    page.lines.retain(|line| !line.words.is_empty());
    page.marks.retain(|mark| !matches!(mark, Mark::Cells(_)));
    page.marks.push(Mark::Cells(table.grid));
}
