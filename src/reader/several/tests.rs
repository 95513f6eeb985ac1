//! Pages drawn with characters, and the documents that must be found on them.

use super::divide;
use crate::document::{Line, Mark, PageFacts, PageIssue, PageText, PixelBox, Word};

/// A character is 2 mm wide and a line 5 mm high, at 10 pixels a millimetre.
const CHARACTER_WIDTH: u32 = 20;
const LINE_HEIGHT: u32 = 50;
const WORD_HEIGHT: u32 = 30;

/// What is found on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    One,
    Unsure,
    Regions(usize),
}

/// Draws blocks of lines with their left column, and the height of their first line in lines.
fn draw(blocks: &[(u32, f32, &str)]) -> PageText {
    let mut lines: Vec<(u32, Line)> = Vec::new();
    for &(left, top, art) in blocks {
        for (row, text) in art.lines().enumerate() {
            let y = ((top + row as f32) * LINE_HEIGHT as f32) as u32;
            let mut column = left;
            let mut words = Vec::new();
            for part in text.split(' ') {
                let length = part.chars().count() as u32;
                if !part.is_empty() {
                    let bounds = PixelBox {
                        left: column * CHARACTER_WIDTH,
                        top: y,
                        right: (column + length) * CHARACTER_WIDTH,
                        bottom: y + WORD_HEIGHT,
                    };
                    let text = part.to_owned();
                    words.push(Word { text, bounds, confidence: 90.0, doubts: Vec::new() });
                }
                column += length + 1;
            }
            if !words.is_empty() {
                lines.push((y, Line { block: 0, paragraph: 0, words }));
            }
        }
    }
    // A recognizer reads what stands on one height as one line.
    lines.sort_by_key(|(y, line)| (*y, line.words[0].bounds.left));
    let mut read: Vec<(u32, Line)> = Vec::new();
    for (y, line) in lines {
        match read.last_mut().filter(|last| last.0 == y) {
            Some((_, last)) => last.words.extend(line.words),
            None => read.push((y, line)),
        }
    }
    PageText {
        width: 2100,
        height: 2970,
        dpi: 254.0,
        lines: read.into_iter().map(|(_, line)| line).collect(),
        marks: Vec::new(),
        facts: PageFacts::default(),
    }
}

fn found(page: &PageText) -> Found {
    let mut page = page.clone();
    divide(&mut page);
    match page.regions().count() {
        0 if page.facts.issues == [PageIssue::SeveralDocuments] => Found::Unsure,
        0 => Found::One,
        count => Found::Regions(count),
    }
}

fn check(blocks: &[(u32, f32, &str)], expected: Found) {
    assert_eq!(found(&draw(blocks)), expected, "{blocks:#?}");
}

const ROPE: &str = "BLUE SEA TRADING\n8 HIGH STREET\nTAX INVOICE\nInvoice no: B-55\nDate: 21/02/2024\nRope          29.00\nPaint         15.60\nSub total     44.60\nTotal         44.60\nThank you";
const KOPI: &str = "MORNING COFFEE\n21 ROSE LANE\nTAX INVOICE\nInvoice no: C-62\nDate: 23/02/2024\nKopi           7.00\nRoti           4.50\nSub total     11.50\nTotal         11.50\nThank you";
const TALL: &str = "NIGHT MARKET\nTAX INVOICE\nInvoice no: D-9\nDate: 24/02/2024\nRice           7.00\nFish           4.50\nLeek           1.50\nCorn           2.50\nSalt           1.00\nOnion          1.20\nSub total     17.70\nTotal         17.70\nThank you";
const PROSE: &str = "The harbour board met on Monday to hear the\nreport of the surveyor about the quay and two\nof the wooden piles that had been damaged in\nthe frost of the last winter and will now be\nreplaced before the spring by a firm from the\ntown which offered to do all of the work in\nthree weeks and the members accepted the offer";
const CARD: &str = "CATALOGUE CARD\nAccession No.   1932.44\nTitle    Brass sextant\nDate    1 May 1888\nShelf    Room 3";

#[test]
fn receipts_side_by_side_are_two_regions_even_on_the_same_lines() {
    check(&[(3, 1.0, ROPE), (60, 1.0, KOPI)], Found::Regions(2));
    check(&[(3, 1.0, ROPE), (60, 4.4, KOPI)], Found::Regions(2));
    check(&[(3, 1.0, ROPE), (28, 1.0, KOPI)], Found::Regions(2));
}

#[test]
fn three_slips_of_different_height_are_three_regions() {
    check(&[(2, 1.0, ROPE), (38, 3.3, TALL), (75, 2.6, KOPI)], Found::Regions(3));
}

#[test]
fn documents_below_each_other_are_regions() {
    check(&[(3, 1.0, ROPE), (20, 18.0, KOPI)], Found::Regions(2));
    check(&[(3, 1.0, CARD), (6, 16.0, CARD), (4, 30.0, CARD)], Found::Regions(3));
}

#[test]
fn four_cards_are_regions_from_row_to_row() {
    let mut page = draw(&[(3, 1.0, CARD), (60, 1.0, CARD), (3, 20.0, CARD), (60, 20.0, CARD)]);
    divide(&mut page);
    let corners: Vec<(bool, bool)> =
        page.regions().map(|region| (region.left < 1000, region.top < 500)).collect();
    assert_eq!(corners, [(true, true), (false, true), (true, false), (false, false)]);
}

#[test]
fn the_lines_of_a_region_stand_together() {
    let mut page = draw(&[
        (3, 1.0, "Shop one\nTAX INVOICE\nInvoice no: 1\nDate: 2\nTotal 3"),
        (60, 1.0, "Shop two\nTAX INVOICE\nInvoice no: 4\nDate: 5\nTotal 6"),
    ]);
    assert_eq!(divide(&mut page), Some("regions(2)".to_owned()));
    let expected = "Shop one\nTAX INVOICE\nInvoice no: 1\nDate: 2\nTotal 3\n\nShop two\nTAX INVOICE\nInvoice no: 4\nDate: 5\nTotal 6";
    assert_eq!(page.plain(), expected);
}

#[test]
fn words_of_one_row_that_other_regions_have_parted_are_joined() {
    let mut page = draw(&[(3, 1.0, ROPE), (60, 1.4, KOPI)]);
    // As a layout gives them that takes the price for a line of its own.
    let row = page.lines.iter().position(|line| line.words[0].text == "Rope").unwrap();
    let price = page.lines[row].words.split_off(1);
    page.lines.insert(row + 2, Line { block: 0, paragraph: 0, words: price });
    divide(&mut page);
    assert!(page.plain().contains("\nRope 29.00\nPaint 15.60\n"), "{}", page.plain());
}

#[test]
fn a_spread_and_an_article_are_one_page() {
    check(&[(2, 1.0, PROSE), (52, 1.0, PROSE)], Found::One);
    check(&[(2, 1.0, PROSE), (52, 3.4, PROSE)], Found::One);
    check(
        &[(30, 1.0, "THE NORTHERN QUAY OF THE TOWN"), (2, 4.0, PROSE), (52, 4.0, PROSE)],
        Found::One,
    );
}

#[test]
fn a_form_with_two_blocks_is_one_page() {
    let block =
        "Name      Anna Berg\nStreet    Quay 8\nTown      Molde\nPhone     4410\nDate      9 May";
    let title = "DELIVERY NOTE OF THE HARBOUR";
    check(&[(30, 1.0, title), (3, 4.0, block), (60, 4.0, block)], Found::One);
    // A title that stands over one block only may be that of both.
    check(&[(3, 1.0, "DELIVERY NOTE"), (3, 4.0, block), (60, 4.0, block)], Found::Unsure);
}

#[test]
fn a_balance_sheet_is_one_page_though_both_sides_have_totals() {
    let assets = "Assets\nLand    120\nBoats    80\nStock    9\nCash    3\nTotal    212";
    let debts = "Liabilities\nCapital    150\nLoans    50\nTax    9\nCash    3\nTotal    212";
    check(&[(3, 1.0, assets), (60, 1.0, debts)], Found::One);
}

#[test]
fn tables_with_wide_gaps_are_one_page() {
    let names = "Name\nAnna Berg\nOle Dahl\nIda Holm\nPer Lund\nEva Moe\nJon Nes";
    let towns = "Town\nBergen\nOslo\nMolde\nHamar\nNarvik\nMoss";
    check(&[(3, 1.0, names), (70, 1.0, towns)], Found::One);
    let months =
        "Month  Level\nJan  3.1\nFeb  4.2\nMar  3.8\nApr  4.4\nMay  2.9\nJun  3.7\nJul  3.9";
    check(&[(3, 1.0, months), (60, 1.0, months)], Found::One);
}

#[test]
fn a_rule_across_the_white_makes_one_page_of_both_sides() {
    let mut page = draw(&[(3, 1.0, ROPE), (60, 1.0, KOPI)]);
    let rule = PixelBox { left: 60, top: 240, right: 1700, bottom: 244 };
    page.marks.push(Mark::HorizontalRule(rule));
    assert_eq!(found(&page), Found::One);
}

#[test]
fn unlike_documents_with_lines_of_their_own_are_for_a_person() {
    let fuel = "PETROL STATION\nOld Road 17\nPump 4 Diesel\nLitres 31.20\nPrice 2.05\nAMOUNT 63.96\nCARD 4411\nSafe trip\nGoodbye";
    check(&[(3, 1.0, ROPE), (60, 1.5, fuel)], Found::Unsure);
}

#[test]
fn entries_of_a_list_under_one_title_are_one_page() {
    let entry = "Name    Anna Berg\nStreet    Quay 8\nTown    Molde\nPhone    4410\nSince    9 May";
    check(
        &[(3, 1.0, "MEMBERS OF THE CLUB"), (3, 3.0, entry), (3, 11.0, entry), (3, 19.0, entry)],
        Found::One,
    );
}

#[test]
fn white_within_a_document_does_not_part_it() {
    let invoice = "Kestrel Boats               INVOICE\n3 Slip Road     Invoice No. KB-31\nBill To: Rowing Club     Date 9 May\nBoathouse 2\nOars              120.00\nTotal             153.00\nPayment terms net";
    check(&[(2, 1.0, invoice), (55, 2.7, invoice)], Found::Regions(2));
}

#[test]
fn entries_between_rules_are_one_page() {
    let entry =
        "Art-No       44\nSupplier     7\nMaterial     Oak\nColor        red\nPlace        Bay 4";
    let mut page = draw(&[(3, 1.0, entry), (3, 9.0, entry)]);
    let rule = PixelBox { left: 50, top: 400, right: 500, bottom: 404 };
    page.marks.push(Mark::HorizontalRule(rule));
    assert_eq!(found(&page), Found::Unsure, "a rule, or the edge of a paper");
    check(&[(3, 1.0, entry), (3, 9.0, entry)], Found::Regions(2));
}
