//! Several documents on one page: each region gives records of its own.

use super::{document_records, draw, model, page_records, texts};
use crate::document::{Mark, PageNumber, PageText, PixelBox, RawField, Record};
use crate::extract::explain;
use crate::model::RecordModel;

const FIELDS: &str =
    "[claims]\nany = [\"Total\"]\n[fields.total]\ntype = \"integer\"\nlabel = \"Total\"\n";

const SLIPS: &str = "Slip one               Slip two
Total 5                Other words
                       Total 7
";

/// A page whose regions meet at a character.
fn parted(art: &str, column: u32) -> PageText {
    let mut page = draw(art);
    let whole = PixelBox { left: 0, top: 0, right: page.width, bottom: page.height };
    page.marks.push(Mark::Region(PixelBox { right: column * 20, ..whole }));
    page.marks.push(Mark::Region(PixelBox { left: column * 20, ..whole }));
    page
}

/// Returns region, row number and the texts of the only field of each record.
fn seen(records: &[Record<RawField>]) -> Vec<(u16, u32, Vec<&str>)> {
    records.iter().map(|record| (record.region, record.row_number, texts(record, 0))).collect()
}

fn with_scope(scope: &str) -> [RecordModel; 1] {
    [model(scope, FIELDS)]
}

#[test]
fn each_region_gives_a_record_of_its_own_words() {
    let page = parted(SLIPS, 20);
    let records = page_records(&with_scope("page"), PageNumber::FIRST, &page);
    assert_eq!(seen(&records), [(1, 1, vec!["5"]), (2, 2, vec!["7"])]);
}

#[test]
fn values_of_a_region_lie_where_they_stand_on_the_page() {
    let page = parted(SLIPS, 20);
    let records = page_records(&with_scope("page"), PageNumber::FIRST, &page);
    let bounds = records[1].fields[0].candidates[0].bounds;
    assert_eq!((bounds.left, bounds.top), (29 * 20, 2 * 40));
}

#[test]
fn regions_are_documents_of_their_own_between_other_pages() {
    let pages = [draw("Total 1\n"), parted(SLIPS, 20), draw("Total 9\n")];
    let number = |index| PageNumber::from_index(index).unwrap();
    let pages: Vec<(PageNumber, &PageText)> =
        pages.iter().enumerate().map(|(index, page)| (number(index), page)).collect();
    let records = document_records(&with_scope("document"), &pages);
    let expected = [(0, 1, vec!["1"]), (1, 2, vec!["5"]), (2, 3, vec!["7"]), (0, 4, vec!["9"])];
    assert_eq!(seen(&records), expected);
}

#[test]
fn rows_of_a_later_region_are_counted_on() {
    let rows = "[rows]\nstarts_with = \"day\"\n[fields.day]\ntype = \"integer\"\ncolumn = \"Day\"\n[fields.rain]\ntype = \"integer\"\ncolumn = \"Rain\"\n";
    let art = "Day   Rain             Day   Rain\n1     11               3     33\n2     22               4     44\n";
    let records = page_records(&[model("row", rows)], PageNumber::FIRST, &parted(art, 20));
    let expected = [(1, 1, vec!["1"]), (1, 2, vec!["2"]), (2, 3, vec!["3"]), (2, 4, vec!["4"])];
    assert_eq!(seen(&records), expected);
}

#[test]
fn zones_are_those_of_the_region() {
    let zone = "[fields.value]\ntype = \"text\"\nvalue = [{ zone = { left = 0.0, top = 0.0, right = 0.5, bottom = 1.0 } }]\n";
    let page = parted("left                   right\n", 20);
    let records = page_records(&[model("page", zone)], PageNumber::FIRST, &page);
    assert_eq!(seen(&records), [(1, 1, vec!["left"]), (2, 2, vec!["right"])]);
}

#[test]
fn each_region_is_explained() {
    let explained = explain(&with_scope("page")[0], PageNumber::FIRST, &parted(SLIPS, 20));
    let labels: Vec<(u16, u32)> =
        explained.iter().map(|seen| (seen.region, seen.fields[0].labels[0].bounds.left)).collect();
    assert_eq!(labels, [(1, 0), (2, 23 * 20)]);
}
