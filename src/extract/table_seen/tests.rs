use super::*;
use crate::document::{CellGrid, PageFacts, PixelBox, Word};

/// A line of block `block` with words of 8 px beside each other at `left` and `top`.
fn line(block: u16, words: &str, (left, top): (u32, u32)) -> Line {
    let word = |(index, text): (usize, &str)| {
        let left = left + 10 * index as u32;
        let bounds = PixelBox { left, top, right: left + 8, bottom: top + 8 };
        Word { text: text.to_owned(), bounds, confidence: 90.0, doubts: Vec::new() }
    };
    let words = words.split(' ').enumerate().map(word).collect();
    Line { block, paragraph: 3, words }
}

/// A grid of two columns at 0, 100 whose rows are 10 px high.
fn grid(rows: u32) -> CellGrid {
    let cell = |index: u32| {
        let (left, top) = (10 * (index % 2), 100 + 10 * (index / 2));
        PixelBox { left, top, right: left + 10, bottom: top + 10 }
    };
    CellGrid { columns: 2, cells: (0..2 * rows).map(cell).collect() }
}

fn page(lines: Vec<Line>, marks: Vec<Mark>) -> PageText {
    let facts = PageFacts::default();
    PageText { width: 500, height: 500, dpi: 200.0, lines, marks, facts }
}

fn plain(page: &PageText) -> Vec<(u16, u16, String)> {
    let text =
        |line: &Line| line.words.iter().map(|word| &*word.text).collect::<Vec<_>>().join(" ");
    page.lines.iter().map(|line| (line.block, line.paragraph, text(line))).collect()
}

fn expected(lines: &[(u16, u16, &str)]) -> Vec<(u16, u16, String)> {
    lines.iter().map(|(block, paragraph, text)| (*block, *paragraph, (*text).to_owned())).collect()
}

#[test]
fn the_rows_of_a_table_stand_where_its_words_stood() {
    let lines = vec![
        line(0, "Pressure", (0, 20)),
        line(4, "1 Z", (0, 101)),
        line(4, "S 4 right", (0, 111)),
        line(5, "Checked", (0, 200)),
    ];
    let mut page = page(lines, Vec::new());
    let seen = vec![line(9, "1 2", (0, 101)), line(9, "3 4", (0, 111))];
    put_table(&mut page, TableSeen { grid: grid(2), lines: seen });
    // What stands beside the table stays, behind it.
    let after =
        [(0, 3, "Pressure"), (4, 0, "1 2"), (4, 0, "3 4"), (4, 3, "right"), (5, 3, "Checked")];
    assert_eq!(plain(&page), expected(&after));
    assert_eq!(page.marks, [Mark::Cells(grid(2))]);
}

#[test]
fn a_table_in_whose_place_nothing_was_read_comes_last() {
    let mut page = page(vec![line(0, "Pressure", (0, 20))], Vec::new());
    put_table(&mut page, TableSeen { grid: grid(1), lines: vec![line(9, "1 2", (0, 101))] });
    assert_eq!(plain(&page), expected(&[(0, 3, "Pressure"), (0, 0, "1 2")]));
}

#[test]
fn a_new_grid_takes_the_place_of_an_older_one_and_an_empty_one_changes_nothing() {
    let rule = Mark::HorizontalRule(PixelBox { left: 0, top: 99, right: 20, bottom: 100 });
    let mut page = page(Vec::new(), vec![Mark::Cells(grid(3)), rule.clone()]);
    put_table(&mut page, TableSeen { grid: grid(0), lines: Vec::new() });
    assert_eq!(page.marks, [Mark::Cells(grid(3)), rule.clone()]);
    put_table(&mut page, TableSeen { grid: grid(1), lines: Vec::new() });
    assert_eq!(page.marks, [rule, Mark::Cells(grid(1))]);
}
