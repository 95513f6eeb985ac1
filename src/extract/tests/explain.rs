//! What extraction tells about itself.

use super::super::{ClaimList, explain};
use super::{draw, model};
use crate::document::PageNumber;

const PAGE: &str = "\
TAX INVOICE\n\
Sub total      10.00\n\
TOTAL          12.50\n\
Paid 12.50 by card";

const FIELDS: &str = "[claims]\nany = [\"tax invoice\", \"cashier\"]\nnone = [\"dissemination\"]\n\
    [fields.amount]\ntype = \"money\"\nlabel = [\"total\"]\nexclude = [\"sub total\"]\n\
    value = [{ right = true }, { pattern = true }]\npattern = '(\\d+\\.\\d\\d)'\n";

#[test]
fn phrases_labels_and_candidates_are_told_with_their_places() {
    let seen = explain(&model("page", FIELDS), PageNumber::FIRST, &draw(PAGE)).remove(0);
    let claims: Vec<(ClaimList, &str, Option<f32>)> =
        seen.claims.iter().map(|claim| (claim.list, claim.phrase.as_str(), claim.score)).collect();
    let expected = [
        (ClaimList::Any, "tax invoice", Some(1.0)),
        (ClaimList::Any, "cashier", None),
        (ClaimList::None, "dissemination", None),
    ];
    assert_eq!(claims, expected);
    // Ten letters of its phrases were read.
    assert!(seen.strength.is_some_and(|strength| (0.29..0.30).contains(&strength)));
    let field = &seen.fields[0];
    let texts = |labels: &[super::super::LabelSeen]| -> Vec<String> {
        labels.iter().map(|label| label.text.clone()).collect()
    };
    assert_eq!(texts(&field.labels), ["TOTAL"]);
    assert_eq!(field.labels[0].bounds.top, 80);
    assert_eq!(texts(&field.excluded), ["Sub total"]);
    let candidates: Vec<(&str, u32, Option<usize>)> = field
        .candidates
        .iter()
        .map(|seen| (seen.candidate.text.as_str(), seen.candidate.bounds.top, seen.place))
        .collect();
    assert_eq!(candidates[0], ("12.50", 80, Some(0)), "by its label");
    assert!(candidates.contains(&("12.50", 120, Some(1))), "by its pattern: {candidates:?}");
    assert!(candidates.contains(&("10.00", 40, Some(1))), "{candidates:?}");
}

#[test]
fn tables_are_told_with_their_columns_and_lines() {
    let rows = "[fields.day]\ntype = \"date\"\norder = \"mdy\"\ncolumn = [\"Date\"]\n\
        [fields.work]\ntype = \"text\"\ncolumn = [\"Work\"]\n[rows]\nstarts_with = \"day\"\n";
    let page = draw("Date        Work\n3-11-74     Oil changed\n4-28-74     Tire replaced");
    let seen = explain(&model("row", rows), PageNumber::FIRST, &page).remove(0);
    let [table] = &seen.tables[..] else { panic!("one table, not {:?}", seen.tables) };
    let fields: Vec<Option<usize>> = table.columns.iter().map(|column| column.field).collect();
    assert_eq!((fields, table.rows.len()), (vec![Some(0), Some(1)], 2));
}
