//! Tables: columns, rows, dittos, and tables without a header.

use super::{best, draw, model, page};
use crate::document::{Found, PageNumber};
use crate::model::RecordModel;

fn log() -> RecordModel {
    model(
        "row",
        r#"
[fields.ship]
type = "text"
label = "Ship"
[fields.date]
type = "date"
column = ["Date"]
carry = true
pattern = '\d+/\d+/\d+'
[fields.hours]
type = "decimal"
column = ["Hours"]
pattern = '\d+\.\d'
[fields.work]
type = "text"
column = ["Work done"]
[rows]
starts_with = "date"
until = ["Carried forward"]
"#,
    )
}

fn check(art: &str, expected: &[[&str; 4]]) {
    let records = page(&log(), PageNumber::FIRST, &draw(art)).unwrap();
    assert_eq!(best(&records), expected);
    let numbers: Vec<u32> = records.iter().map(|record| record.row_number).collect();
    let counted: Vec<u32> = (1..=expected.len() as u32).collect();
    assert_eq!(numbers, counted);
}

#[test]
fn reads_rows_under_their_captions_and_repeats_the_head_of_the_page() {
    check(
        "Ship Alba\n\
         Date     Hours    Work done\n\
         3/4/78   12.5     oil changed\n\
         5/6/78   14.0     hull painted\n",
        &[["Alba", "3/4/78", "12.5", "oil changed"], ["Alba", "5/6/78", "14.0", "hull painted"]],
    );
}

#[test]
fn continues_a_row_over_lines_and_ends_at_the_labels() {
    check(
        "Date     Hours    Work done\n\
         3/4/78   12.5     oil changed and\n\
         \x20                 filter cleaned\n\
         Carried forward   12.5\n\
         5/6/78   14.0     hull painted\n",
        &[["", "3/4/78", "12.5", "oil changed and\nfilter cleaned"]],
    );
}

#[test]
fn fills_dittos_and_empty_cells_from_the_row_above() {
    let art = "Date     Hours    Work done\n\
               3/4/78   12.5     oil changed\n\
               \"        13.0     hull painted\n\
               \x20        14.0     mast set\n";
    check(
        art,
        &[
            ["", "3/4/78", "12.5", "oil changed"],
            ["", "3/4/78", "13.0", "hull painted"],
            ["", "3/4/78", "14.0", "mast set"],
        ],
    );
    let records = page(&log(), PageNumber::FIRST, &draw(art)).unwrap();
    let date = |row: usize| &records[row].fields[1].candidates[0];
    assert_eq!((date(1).found, date(2).found), (Found::Carried, Found::Carried));
    assert!(date(2).place_score < date(1).place_score, "an empty cell says less than a ditto");
}

#[test]
fn ruled_lines_divide_columns_that_gaps_do_not() {
    check(
        "| Date     | Hours | Work done    | Signed  |\n\
         | 3/4/78   | 12.5 | oil changed  | A. Hill |\n\
         | 5/6/78   | 14.0 | hull painted | A. Hill |\n",
        &[["", "3/4/78", "12.5", "oil changed"], ["", "5/6/78", "14.0", "hull painted"]],
    );
}

#[test]
fn tells_columns_with_unreadable_captions_by_their_content() {
    check(
        "| D*te     | H~~   | Work done    | xx      |\n\
         | 3/4/78   | 12.5  | oil changed  | A. Hill |\n\
         | 5/6/78   | 14.0  | hull painted | A. Hill |\n",
        &[["", "3/4/78", "12.5", "oil changed"], ["", "5/6/78", "14.0", "hull painted"]],
    );
}

#[test]
fn reads_lines_by_their_patterns_where_there_is_no_header() {
    check(
        "Log of the year\n\
         3/4/78 12.5 oil changed and\n\
         filter cleaned\n\
         5/6/78 14.0 hull painted\n",
        &[
            ["", "3/4/78", "12.5", "oil changed and\nfilter cleaned"],
            ["", "5/6/78", "14.0", "hull painted"],
        ],
    );
}

#[test]
fn splits_words_that_were_read_across_a_rule() {
    check(
        "| Date     | Hours | Work done    | Signed  |\n\
         | 3/4/78   |  12.5|oil changed  | A. Hill |\n\
         | 5/6/78   |   14.0/C/W order 7 | A. Hill |\n\
         | 7/8/78   | 15.0  | I/O checked  | A. Hill |\n",
        &[
            ["", "3/4/78", "12.5", "oil changed"],
            ["", "5/6/78", "14.0", "C/W order 7"],
            ["", "7/8/78", "15.0", "I/O checked"],
        ],
    );
}

#[test]
fn drops_what_was_read_of_a_rule() {
    check(
        "| Date     | Hours | Work done    | Signed  |\n\
         | 3/4/78   | 12.5  |[oil changed  | A. Hill |\n\
         | 5/6/78   | 14.0  | hull (painted) | A. Hill |\n",
        &[["", "3/4/78", "12.5", "oil changed"], ["", "5/6/78", "14.0", "hull (painted)"]],
    );
}

#[test]
fn a_page_may_hold_two_tables() {
    check(
        "Date     Hours    Work done\n\
         3/4/78   12.5     oil changed\n\
         Date     Work done          Hours\n\
         5/6/78   hull painted       14.0\n",
        &[["", "3/4/78", "12.5", "oil changed"], ["", "5/6/78", "14.0", "hull painted"]],
    );
}

#[test]
fn a_label_in_the_table_is_not_the_head_of_the_page() {
    check(
        "Date     Hours    Work done\n\
         3/4/78   12.5     Ship painted\n\
         5/6/78   14.0     oil changed\n",
        &[["", "3/4/78", "12.5", "Ship painted"], ["", "5/6/78", "14.0", "oil changed"]],
    );
}
