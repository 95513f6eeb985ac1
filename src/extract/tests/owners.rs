//! Who owns a page, which pages continue others, and where stacks are split.

use super::{document_records, draw, model, page_records, texts};
use crate::document::{PageNumber, PageText, RawField, Record};
use crate::extract::claim_strength;
use crate::model::RecordModel;

const FIELD: &str = "[fields.number]\ntype = \"integer\"\nlabel = \"Number\"\n";

fn named(name: &str, scope: &str, claims: &str) -> RecordModel {
    RecordModel { name: name.to_owned(), ..model(scope, &format!("[claims]\n{claims}\n{FIELD}")) }
}

/// Returns the owners of a page.
fn owners(models: &[RecordModel], art: &str) -> Vec<String> {
    let records = page_records(models, PageNumber::FIRST, &draw(art));
    records.into_iter().map(|record| record.model).collect()
}

fn numbered(pages: &[PageText]) -> Vec<(PageNumber, &PageText)> {
    let number = |index| PageNumber::from_index(index).unwrap();
    pages.iter().enumerate().map(|(index, page)| (number(index), page)).collect()
}

/// Returns model, first page, row number and best number of each record of a document.
fn check(models: &[RecordModel], pages: &[&str], expected: &[(&str, u32, u32, &str)]) {
    let drawn: Vec<PageText> = pages.iter().map(|art| draw(art)).collect();
    let records = document_records(models, &numbered(&drawn));
    let found: Vec<(&str, u32, u32, &str)> = records
        .iter()
        .map(|record: &Record<RawField>| {
            let number = texts(record, 0).first().copied().unwrap_or_default();
            (record.model.as_str(), record.page.0.get(), record.row_number, number)
        })
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn the_model_of_the_highest_priority_takes_a_page() {
    let models = [
        named("low", "page", "any = [\"Number\", \"Invoice\"]\npriority = -1"),
        named("high", "page", "any = [\"Number\"]\npriority = 3"),
    ];
    assert_eq!(owners(&models, "Invoice Number 5\n"), ["high"]);
}

#[test]
fn of_equal_priority_the_model_with_more_of_its_phrases_takes_a_page() {
    let models = [
        named("receipt", "page", "any = [\"Number\", \"Cash\"]"),
        named("invoice", "page", "any = [\"Number\", \"Invoice\", \"Due date\"]"),
        named("any_page", "page", ""),
    ];
    assert_eq!(owners(&models, "Number 5 Invoice Due date\n"), ["invoice"]);
    assert_eq!(owners(&models, "Number 5 Cash\n"), ["receipt"]);
    assert_eq!(owners(&models, "Nothing of it\n"), ["any_page"]);
    assert_eq!(owners(&models, "Number 5\n"), ["receipt", "invoice"], "both are as good");
}

#[test]
fn strength_grows_with_the_letters_that_were_found() {
    let invoice = named("invoice", "page", "any = [\"Invoice number\", \"Due date\", \"Total\"]");
    let strength = |art| claim_strength(&invoice, PageNumber::FIRST, &draw(art));
    let (one, all) = (strength("Total 5\n"), strength("Invoice number 7 Due date 3 Total 5\n"));
    assert_eq!(strength("Receipt\n"), None);
    assert!(one > Some(0.1) && one < Some(0.2), "5 letters: {one:?}");
    assert!(all > Some(0.55) && all < Some(0.65), "25 letters: {all:?}");
    let misread = strength("Invo1ce nunber 7 Due dafe 3 Total 5\n");
    assert!(misread < all && misread > Some(0.5), "{misread:?}");
}

#[test]
fn a_document_is_claimed_by_any_page_and_read_from_all() {
    let report = named("report", "document", "any = [\"Annual Report\"]");
    let pages = ["Number 17\n", "Annual Report\nNumber 42\n"];
    check(&[report], &pages, &[("report", 2, 1, "42")]);
    check(&[named("report", "document", "any = [\"Annual Report\"]")], &pages[..1], &[]);
}

#[test]
fn a_stack_is_split_where_a_first_page_begins() {
    let claims = "any = [\"Invoice\"]\nfirst_page = [\"Page 1 of\"]";
    let pages = [
        "Cover\n",
        "Invoice\nPage 1 of 2\nNumber 5\n",
        "Terms\n",
        "Invoice\nPage 1 of 1\nNumber 6\n",
        "Invoice\nPage 1 of 2\n",
        "Invoice\nPage 2 of 2\nNumber 7\n",
    ];
    let expected = [("invoice", 2, 1, "5"), ("invoice", 4, 2, "6"), ("invoice", 5, 3, "7")];
    check(&[named("invoice", "document", claims)], &pages, &expected);
}

#[test]
fn a_stack_may_hold_documents_of_several_models() {
    let models = [
        named("invoice", "document", "any = [\"Invoice\"]\nfirst_page = [\"Invoice\"]"),
        named("order", "document", "any = [\"Order\"]\nfirst_page = [\"Order\"]"),
    ];
    let pages = ["Invoice Number 5\n", "Order Number 6\n", "Number 9\n", "Invoice Number 7\n"];
    let expected = [("invoice", 1, 1, "5"), ("order", 2, 1, "6"), ("invoice", 4, 2, "7")];
    check(&models, &pages, &expected);
}

#[test]
fn pages_that_nobody_claims_continue_the_one_before_if_the_model_says_so() {
    let list = |continues: &str| named("list", "page", &format!("any = [\"List\"]\n{continues}"));
    let other = || named("other", "page", "any = [\"Cover\"]");
    let pages = ["Number 1\n", "List\nNumber 2\n", "Number 3\n", "Cover\nNumber 4\n", "Number 5\n"];
    let all = [list("continues = true"), other()];
    check(&all, &pages, &[("list", 2, 1, "2"), ("list", 3, 1, "3")]);
    assert!(owners(&all, pages[1]).is_empty(), "it waits for the whole document");
    assert_eq!(owners(&all, pages[3]), ["other"]);
    let marked = [list("continues = [\"continued\"]"), other()];
    check(&marked, &pages, &[("list", 2, 1, "2")]);
    check(
        &marked,
        &["List\n", "List (continued)\n", "Number 3\ncontinued\n"],
        &[("list", 1, 1, ""), ("list", 2, 1, ""), ("list", 3, 1, "3")],
    );
    check(&[list("")], &pages, &[]);
}

#[test]
fn continued_pages_of_a_document_count_in_full() {
    let pages = ["Letter\n", "Number 17\n"];
    let score = |continues: &str| {
        let letter = named("letter", "document", &format!("any = [\"Letter\"]\n{continues}"));
        let drawn: Vec<PageText> = pages.iter().map(|art| draw(art)).collect();
        document_records(&[letter], &numbered(&drawn))[0].fields[0].candidates[0].place_score
    };
    assert!(score("continues = true") > 1.3 * score(""));
}

#[test]
fn models_of_pages_and_of_documents_compete_for_a_page() {
    let models = [
        named("receipt", "page", "any = [\"Number\", \"Cash\", \"Change\"]"),
        named("invoice", "document", "any = [\"Number\", \"Due date\"]\nagainst = [\"Change\"]"),
    ];
    let invoice = "Due date Number 5\n";
    assert!(owners(&models, invoice).is_empty(), "its record is made for the document");
    check(&models, &[invoice], &[("invoice", 1, 1, "5")]);
    let receipt = "Number 6 Cash Change Due date\n";
    assert_eq!(owners(&models, receipt), ["receipt"]);
    check(&models, &[receipt], &[]);
}

#[test]
fn what_two_phrases_find_at_one_place_counts_once() {
    let strength = |claims: &str, art: &str| {
        claim_strength(&named("sample", "page", claims), PageNumber::FIRST, &draw(art)).unwrap()
    };
    let once = strength("any = [\"Total\"]", "Total 5\n");
    let twice = strength("any = [\"Total\", \"Totaal\", \"Totale\"]", "Total 5\n");
    assert!((once - twice).abs() < 0.01, "{once} {twice}");
    let apart = strength("any = [\"Sub total\", \"Total\"]", "Sub total 5\nTotal 6\n");
    assert!(apart > strength("any = [\"Sub total\", \"Total\"]", "Sub total 5\n"));
}

#[test]
fn one_of_the_titles_must_stand_there_and_others_speak_for_it() {
    let model = named("invoice", "page", "one_of = [\"Invoice\", \"Rechnung\"]\nfor = [\"Datum\"]");
    let strength = |art: &str| claim_strength(&model, PageNumber::FIRST, &draw(art));
    assert_eq!(strength("Datum 5\n"), None);
    let (title, both) =
        (strength("Rechnung 5\n").unwrap(), strength("Rechnung 5 Datum\n").unwrap());
    assert!(both > title, "{both} {title}");
}
