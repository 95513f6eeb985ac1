//! One record is one document: pages that say different things are of different ones.
//!
//! A file may hold several bills that no `first_page` tells apart. Two pages with different numbers and
//! something else that differs begin two records; where only one thing differs, `pipeline` sends the record to
//! review.

use super::Candidate;
use crate::document::{Count, Found, PageNumber, RawField, Record, Value};
use crate::model::{Field, FieldKind, RecordModel};
use crate::normalize;

/// How well a value stands and was read (0–1) that is no accident.
const SURE: f32 = 0.7;
/// How well the words were read (0–1) that tell documents apart.
const READ: f32 = 0.85;

/// A page with the candidates that a model finds on it.
pub(super) struct Page {
    pub number: PageNumber,
    /// Whether the model claims it.
    pub claimed: bool,
    /// By field, best first.
    pub fields: Vec<Vec<Candidate>>,
}

/// Divides pages that hang together into documents.
pub(super) fn documents(model: &RecordModel, pages: Vec<Page>) -> Vec<Vec<Page>> {
    let mut documents: Vec<Vec<Page>> = Vec::new();
    let mut said: Vec<Option<Value>> = vec![None; model.fields.len()];
    for page in pages {
        let says: Vec<Option<Value>> = model
            .fields
            .iter()
            .zip(&page.fields)
            .map(|(field, candidates)| sure_value(field, candidates))
            .collect();
        let differ = |at: &usize| matches!((&said[*at], &says[*at]), (Some(a), Some(b)) if a != b);
        let different: Vec<usize> = (0..says.len()).filter(differ).collect();
        let apart = different.len() > 1
            && different.iter().any(|at| names_document(&model.fields[*at], says[*at].as_ref()));
        match documents.last_mut() {
            Some(document) if !(apart && page.claimed) => {
                for (said, says) in said.iter_mut().zip(says) {
                    *said = said.take().or(says);
                }
                document.push(page);
            }
            Some(_) | None => {
                said = says;
                documents.push(vec![page]);
            }
        }
    }
    documents
}

/// Returns what pages of a record say differently, by field: a text such as
/// `page 1 says KB-3107, page 2 KB-3108`.
pub fn contradictions(model: &RecordModel, raw: &Record<RawField>) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (at, (field, raw)) in model.fields.iter().zip(&raw.fields).enumerate() {
        let mut pages: Vec<PageNumber> = raw.candidates.iter().map(|c| c.page).collect();
        pages.sort_unstable();
        pages.dedup();
        if pages.len() < 2 {
            continue;
        }
        let mut said: Option<(PageNumber, Value)> = None;
        for page in pages {
            let own: Vec<Candidate> =
                raw.candidates.iter().filter(|one| one.page == page).cloned().collect();
            let Some(value) = sure_value(field, &own) else { continue };
            match &said {
                Some((first, other)) if *other != value => {
                    let text = format!("page {first} says {other}, page {page} {value}");
                    found.push((at, text));
                    break;
                }
                Some(_) => {}
                None => said = Some((page, value)),
            }
        }
    }
    found
}

/// Returns the value of a field that a page is sure of: at its label, read well, in the field's form. Texts
/// without digits are no values but names, which pages abbreviate and cut.
fn sure_value(field: &Field, candidates: &[Candidate]) -> Option<Value> {
    if field.count == Count::Many || !field.required {
        return None;
    }
    let placed = candidates.iter().filter(|candidate| candidate.found == Found::Label);
    let best = placed.max_by(|a, b| a.place_score.total_cmp(&b.place_score))?;
    if best.word_confidence < READ || best.place_score * best.word_confidence < SURE {
        return None;
    }
    let value = normalize::value(&field.kind, &best.text)?;
    match &value {
        Value::Text(text) => {
            let text: String =
                text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect();
            text.contains(|c: char| c.is_ascii_digit()).then_some(Value::Text(text))
        }
        _ => Some(value),
    }
}

/// Tells whether a value is a document's own, such as the number of a bill: a code, or a single word with
/// digits.
fn names_document(field: &Field, value: Option<&Value>) -> bool {
    match &field.kind {
        FieldKind::Code { .. } => true,
        FieldKind::Text { .. } => {
            matches!(value, Some(Value::Text(text)) if text.contains(|c: char| c.is_ascii_digit()))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::PixelBox;

    const BILL: &str = r#"
        name = "bill"
        version = 1
        records = "document"
        [claims]
        any = ["Bill"]
        [fields.number]
        type = "text"
        label = "Number"
        required = true
        [fields.issued]
        type = "date"
        label = "Date"
        required = true
        [fields.total]
        type = "money"
        label = "Total"
        required = true
    "#;

    fn bill() -> RecordModel {
        crate::model::parse(BILL, "bill.toml").unwrap()
    }

    /// What stands at a field's label on a page, read as well as `word_confidence`; nothing of an empty text.
    fn read(page: u32, text: &str, word_confidence: f32) -> Vec<Candidate> {
        let candidate = Candidate {
            text: text.to_owned(),
            page: PageNumber::from_index(page as usize - 1).unwrap(),
            bounds: PixelBox::default(),
            word_confidence,
            place_score: 0.95,
            found: Found::Label,
            doubts: Vec::new(),
            ambiguity: None,
        };
        if text.is_empty() { Vec::new() } else { vec![candidate] }
    }

    /// A page of number, date and total.
    fn page(number: u32, texts: [&str; 3], claimed: bool) -> Page {
        let fields = texts.iter().map(|text| read(number, text, 0.96)).collect();
        Page { number: PageNumber::from_index(number as usize - 1).unwrap(), claimed, fields }
    }

    /// The numbers of the pages of each document.
    fn divided(pages: Vec<Page>) -> Vec<Vec<u32>> {
        let numbers = |pages: Vec<Page>| pages.iter().map(|page| page.number.0.get()).collect();
        documents(&bill(), pages).into_iter().map(numbers).collect()
    }

    #[test]
    fn another_number_and_another_total_begin_another_document() {
        let first = page(1, ["KB-3107", "", "12.50"], true);
        let second = page(2, ["KB-3108", "", "80.00"], true);
        assert_eq!(divided(vec![first, second]), vec![vec![1], vec![2]]);
    }

    #[test]
    fn one_difference_is_a_page_of_the_same_document() {
        let first = page(1, ["KB-3107", "", "12.50"], true);
        let second = page(2, ["KB-3107", "", "80.00"], true);
        let third = page(3, ["", "", ""], true);
        assert_eq!(divided(vec![first, second, third]), vec![vec![1, 2, 3]]);
    }

    #[test]
    fn figures_that_differ_without_a_number_of_their_own_divide_nothing() {
        let first = page(1, ["KB-3107", "3 May 2019", "12.50"], true);
        let second = page(2, ["", "9 June 2019", "80.00"], true);
        assert_eq!(divided(vec![first, second]), vec![vec![1, 2]]);
    }

    #[test]
    fn a_page_that_the_model_does_not_claim_begins_no_document() {
        let first = page(1, ["KB-3107", "", "12.50"], true);
        let second = page(2, ["KB-3108", "", "80.00"], false);
        assert_eq!(divided(vec![first, second]), vec![vec![1, 2]]);
    }

    #[test]
    fn a_later_page_is_held_against_what_the_pages_before_it_say() {
        let first = page(1, ["KB-3107", "", ""], true);
        let second = page(2, ["", "", "12.50"], true);
        let third = page(3, ["KB-3108", "", "80.00"], true);
        assert_eq!(divided(vec![first, second, third]), vec![vec![1, 2], vec![3]]);
    }

    fn contradicted(second: Vec<Candidate>) -> Vec<(usize, String)> {
        let number = [read(1, "KB-3107", 0.96), second].concat();
        let fields = [number, Vec::new(), Vec::new()];
        let raw = Record {
            model: "bill".to_owned(),
            page: PageNumber::FIRST,
            row_number: 1,
            region: 0,
            fields: fields.map(RawField::from).into(),
        };
        contradictions(&bill(), &raw)
    }

    #[test]
    fn a_difference_between_pages_is_told() {
        let told = "page 1 says KB3107, page 2 KB3108".to_owned();
        assert_eq!(contradicted(read(2, "KB-3108", 0.96)), vec![(0, told)]);
    }

    #[test]
    fn what_was_read_badly_or_says_the_same_contradicts_nothing() {
        assert_eq!(contradicted(read(2, "KB-3108", 0.6)), Vec::new());
        assert_eq!(contradicted(read(2, "kb 3107", 0.96)), Vec::new());
    }
}
