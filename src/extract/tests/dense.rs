//! Dense tables: rows of a grid, counted labels, the foot.

use super::{best, draw, model, page};
use crate::document::{
    CellGrid, FOOT_ROW, Found, Line, PageNumber, PageText, PixelBox, TableSeen, Word,
};
use crate::extract::put_table;
use crate::model::{FieldKind, RecordModel};

fn rain() -> RecordModel {
    model(
        "row",
        r#"
[claims]
any = ["Rainfall"]
[fields.station]
type = "text"
label = "Station"
[fields.day]
type = "integer"
cell = 0
[fields."week_{1..2}"]
type = "decimal"
places = 1
cell = 1
[rows]
starts_with = "day"
dense = { columns = 2, shape = "9.9", label = "counted", foot = "sum" }
"#,
    )
}

/// Returns a page with a head and a table of three columns; `-` is a cell without a word.
fn rain_page(rows: &[[&str; 3]]) -> PageText {
    let mut page = draw("Rainfall   Station Alba\n\n      1 was read at first\n");
    let cell = |row: usize, column: usize| {
        let (left, top) = (100 + 200 * column as u32, 80 + 40 * row as u32);
        PixelBox { left, top, right: left + 200, bottom: top + 40 }
    };
    let mut table =
        TableSeen { grid: CellGrid { columns: 3, cells: Vec::new() }, lines: Vec::new() };
    for (row, texts) in rows.iter().enumerate() {
        let mut words = Vec::new();
        for (column, text) in texts.iter().enumerate() {
            let bounds = cell(row, column);
            table.grid.cells.push(bounds);
            if *text != "-" {
                let text = (*text).to_owned();
                words.push(Word { text, bounds, confidence: 90.0, doubts: Vec::new() });
            }
        }
        table.lines.push(Line { block: 0, paragraph: 0, words });
    }
    put_table(&mut page, table);
    page
}

fn check(rows: &[[&str; 3]], expected: &[[&str; 4]]) {
    let records = page(&rain(), PageNumber::FIRST, &rain_page(rows)).unwrap();
    assert_eq!(best(&records), expected);
}

#[test]
fn a_table_takes_the_place_of_the_words_that_were_read_there() {
    let page = rain_page(&[["1", "0.5", "1.5"]]);
    let words: Vec<&str> = page.words().map(|word| word.text.as_str()).collect();
    assert_eq!(words, ["Rainfall", "Station", "Alba", "1", "0.5", "1.5"]);
}

#[test]
fn a_row_of_cells_is_a_record_and_an_unread_cell_a_candidate_without_text() {
    check(
        &[["1", "0.5", "1.5"], ["2", "-", "2.5"]],
        &[["Alba", "1", "0.5", "1.5"], ["Alba", "2", "", "2.5"]],
    );
}

#[test]
fn labels_that_cannot_be_read_are_counted() {
    let rows = [["-", "0.5", "1.5"], ["15", "-", "2.5"], ["8", "1.0", "-"], ["17", "-", "9.9"]];
    check(
        &rows,
        &[
            ["Alba", "14", "0.5", "1.5"],
            ["Alba", "15", "", "2.5"],
            ["Alba", "16", "1.0", ""],
            ["Alba", "17", "", "9.9"],
        ],
    );
    let records = page(&rain(), PageNumber::FIRST, &rain_page(&rows)).unwrap();
    let found: Vec<Found> =
        records.iter().map(|record| record.fields[1].candidates[0].found).collect();
    assert_eq!(found, [Found::Carried, Found::Column, Found::Carried, Found::Column]);
}

#[test]
fn rows_without_any_label_are_counted_from_one() {
    check(
        &[["-", "0.5", "1.5"], ["-", "0.1", "2.5"]],
        &[["Alba", "1", "0.5", "1.5"], ["Alba", "2", "0.1", "2.5"]],
    );
}

/// Checks the numbers of a table's rows and whether they can be accepted; its days go from 1 to 6.
fn check_days(labels: &[&str], expected: &[&str], certain: bool) {
    let mut model = rain();
    model.fields[1].kind = FieldKind::Integer { min: Some(1), max: Some(6) };
    let rows: Vec<[&str; 3]> = labels.iter().map(|label| [*label, "0.5", "-"]).collect();
    let records = page(&model, PageNumber::FIRST, &rain_page(&rows)).unwrap();
    let days = records.iter().map(|record| &record.fields[1].candidates[0]);
    let said: Vec<&str> = days.clone().map(|day| day.text.as_str()).collect();
    assert_eq!(said, expected);
    for day in days {
        assert_eq!(day.word_confidence > 0.9, certain, "{} {}", day.text, day.word_confidence);
    }
}

#[test]
fn rows_are_counted_within_their_range_by_what_is_visible() {
    check_days(&["-", "3", "4", "-"], &["2", "3", "4", "5"], true);
    // No other day can be the first.
    check_days(&["-", "-", "-", "-", "-", "-"], &["1", "2", "3", "4", "5", "6"], true);
}

#[test]
fn no_row_is_sure_if_its_table_is_not_anchored() {
    // A cut off column: the labels are parts of other numbers.
    check_days(&["-", "17", "18", "-"], &["1", "2", "3", "4"], false);
    check_days(&["-", "-", "-", "-"], &["1", "2", "3", "4"], false);
    // One label may be misread.
    check_days(&["-", "3", "-", "-"], &["1", "2", "3", "4"], false);
}

/// Returns the days of a table whose days go from 1 to 31, and whether all can be accepted.
fn days(rows: &[[&str; 3]]) -> (Vec<String>, bool) {
    let mut model = rain();
    model.fields[1].kind = FieldKind::Integer { min: Some(1), max: Some(31) };
    let records = page(&model, PageNumber::FIRST, &rain_page(rows)).unwrap();
    let body = records.iter().filter(|record| record.row_number != FOOT_ROW);
    let days: Vec<_> = body.map(|record| &record.fields[1].candidates[0]).collect();
    let certain = days.iter().all(|day| day.word_confidence > 0.9);
    (days.iter().map(|day| day.text.clone()).collect(), certain)
}

#[test]
fn labels_whose_heads_are_cut_off_agree_with_the_numbers_they_end() {
    let rows = ["8", "9", "-", "1", "2", "3"].map(|label| [label, "0.5", "-"]);
    let expected = ["8", "9", "10", "11", "12", "13"].map(str::to_owned).to_vec();
    assert_eq!(days(&rows), (expected.clone(), true));
    // Three labels of another count are not the ends of 11 to 13.
    let rows = ["7", "8", "9", "-", "6", "7", "8"].map(|label| [label, "0.5", "-"]);
    assert!(!days(&rows).1);
}

#[test]
fn a_table_that_its_foot_shows_to_be_whole_begins_with_the_first_number() {
    let mut rows = [["-", "0.5", "1.5"], ["-", "0.1", "2.5"], ["-", "0.6", "4.0"]];
    assert_eq!(days(&rows), (vec!["1".to_owned(), "2".to_owned()], true));
    // Without a foot that agrees, rows before them may be missing.
    rows[2] = ["-", "0.9", "6.0"];
    assert!(!days(&rows).1);
}

#[test]
fn the_row_that_sums_up_the_others_is_the_foot() {
    let rows = [["1", "0.5", "1.5"], ["2", "0.1", "2.5"], ["-", "0.6", "4.0"]];
    let records = page(&rain(), PageNumber::FIRST, &rain_page(&rows)).unwrap();
    let numbers: Vec<u32> = records.iter().map(|record| record.row_number).collect();
    assert_eq!(numbers, [1, 2, FOOT_ROW]);
    // Its label is no day.
    assert_eq!(best(&records)[2], ["Alba", "", "0.6", "4.0"]);
}

#[test]
fn the_table_of_a_claimed_page_is_asked_for_once() {
    let ask = |page: &PageText| super::super::table_look(&rain(), PageNumber::FIRST, page);
    let look = ask(&draw("Rainfall   Station Alba\n1   0.5   1.5\n")).unwrap();
    assert_eq!((look.zone, look.columns, look.shape.as_str()), (None, 2, "9.9"));
    assert_eq!(ask(&draw("Sunshine   Station Alba\n")), None);
    assert_eq!(ask(&rain_page(&[["1", "0.5", "1.5"]])), None);
}
