//! From the words of a page to the candidates of a model's fields.
//!
//! Pure: no input or output, no clock, the same answer for the same page. `pipeline` calls it for
//! new pages and for stored ones; what a candidate's text means is decided in `normalize`.

mod cells;
mod claims;
mod columns;
mod explain;
mod from_label;
mod layout;
mod letters;
mod phrase;
mod piece;
mod ranking;
mod region;
mod sheet;
mod surroundings;
mod table;
#[cfg(test)]
mod tests;
mod value;

pub use explain::{
    CandidateSeen, ClaimList, ColumnFound, Explanation, FieldSeen, LabelSeen, PageRow, PhraseSeen,
    TableFound, explain, page_rows, phrase_scores,
};
pub use ranking::{Example, Feature, GROUPS, Group, group_size, learned_words};

use crate::document::{Candidate, PageNumber, PageText, RawField, Record, TableLook};
use crate::model::{Ranker, RecordModel, Scope};
use sheet::Sheet;
pub use surroundings::Surroundings;

/// Candidates on pages that a model does not claim itself score less by this factor.
const UNCLAIMED_PAGE: f32 = 0.7;

/// Returns how well a page fits a model's claims (0–1), or `None` if it is not claimed.
pub fn claim_strength(model: &RecordModel, number: PageNumber, text: &PageText) -> Option<f32> {
    claims::strength(&model.claims, text, &Sheet::new(number, text))
}

/// Returns the dense table that a model wants read cell by cell on a page; `None` if it has none,
/// does not claim the page, or the page's cells are known already.
pub fn table_look(model: &RecordModel, number: PageNumber, text: &PageText) -> Option<TableLook> {
    let dense = model.rows.as_ref()?.dense.as_ref()?;
    let columns = dense.columns.saturating_add(1);
    if text.cell_grids().any(|grid| grid.columns == columns) {
        return None;
    }
    claim_strength(model, number, text)?;
    Some(TableLook { zone: None, columns: dense.columns, shape: dense.shape.clone() })
}

/// Returns the records of a model of page or row scope on a page, or `None` if the model does not
/// claim the page or has document scope.
pub fn page(
    model: &RecordModel,
    number: PageNumber,
    text: &PageText,
) -> Option<Vec<Record<RawField>>> {
    let sheet = Sheet::new(number, text);
    claims::strength(&model.claims, text, &sheet)?;
    on_page(model, &sheet, text)
}

/// Returns a document's record by a model of document scope, or `None` if the model claims none
/// of its pages or has another scope.
pub fn document(
    model: &RecordModel,
    pages: &[(PageNumber, &PageText)],
) -> Option<Record<RawField>> {
    let sheets: Vec<Sheet> = pages.iter().map(|(number, text)| Sheet::new(*number, text)).collect();
    in_document(model, pages, &sheets)
}

/// Returns all that may hold the value of a field that is learned, with what a ranker sees of it;
/// `ranker` says which words it looks for.
pub fn examples(
    model: &RecordModel,
    index: usize,
    ranker: &Ranker,
    (number, text): (PageNumber, &PageText),
) -> Vec<Example> {
    let sheet = Sheet::new(number, text);
    let labels = sheet.labels(model);
    let search =
        value::Search { sheet: &sheet, labels: &labels, index, field: &model.fields[index] };
    let mut rules = search.candidates();
    value::rank(&model.fields[index], &mut rules);
    search.examples(ranker, &rules)
}

/// Runs all models of page and row scope over a page; of those that claim it, only the ones of
/// the highest priority take it.
pub fn page_records(
    models: &[RecordModel],
    number: PageNumber,
    text: &PageText,
) -> Vec<Record<RawField>> {
    let sheet = Sheet::new(number, text);
    let claiming: Vec<&RecordModel> = models
        .iter()
        .filter(|model| model.scope != Scope::Document)
        .filter(|model| claims::strength(&model.claims, text, &sheet).is_some())
        .collect();
    let top = claiming.iter().map(|model| model.claims.priority).max();
    claiming
        .into_iter()
        .filter(|model| Some(model.claims.priority) == top)
        .flat_map(|model| on_page(model, &sheet, text).unwrap_or_default())
        .collect()
}

/// Runs all models of document scope over the pages of a document that could be read; of those
/// that claim any of them, only the ones of the highest priority take the document.
pub fn document_records(
    models: &[RecordModel],
    pages: &[(PageNumber, &PageText)],
) -> Vec<Record<RawField>> {
    let sheets: Vec<Sheet> = pages.iter().map(|(number, text)| Sheet::new(*number, text)).collect();
    let claimed: Vec<(i32, Record<RawField>)> = models
        .iter()
        .filter_map(|model| Some((model.claims.priority, in_document(model, pages, &sheets)?)))
        .collect();
    let top = claimed.iter().map(|(priority, _)| *priority).max();
    let taken = claimed.into_iter().filter(|(priority, _)| Some(*priority) == top);
    taken.map(|(_, record)| record).collect()
}

fn on_page(model: &RecordModel, sheet: &Sheet, text: &PageText) -> Option<Vec<Record<RawField>>> {
    match model.scope {
        Scope::Document => None,
        Scope::Page => {
            let labels = sheet.labels(model);
            let fields = value::fields(model, sheet, &labels);
            Some(vec![record(model, sheet.number, 1, fields)])
        }
        Scope::Row => match model.rows.as_ref().and_then(|rows| rows.dense.as_ref()) {
            Some(dense) => Some(cells::rows(model, dense, (sheet, text))),
            None => Some(table::rows(model, sheet)),
        },
    }
}

fn in_document(
    model: &RecordModel,
    pages: &[(PageNumber, &PageText)],
    sheets: &[Sheet],
) -> Option<Record<RawField>> {
    if model.scope != Scope::Document {
        return None;
    }
    let claimed: Vec<bool> = pages
        .iter()
        .zip(sheets)
        .map(|((_, text), sheet)| claims::strength(&model.claims, text, sheet).is_some())
        .collect();
    let first = sheets.iter().zip(&claimed).find(|(_, claimed)| **claimed)?.0.number;
    let mut fields: Vec<Vec<Candidate>> = vec![Vec::new(); model.fields.len()];
    for (sheet, &claimed) in sheets.iter().zip(&claimed) {
        let labels = sheet.labels(model);
        let factor = if claimed { 1.0 } else { UNCLAIMED_PAGE };
        for (all, found) in fields.iter_mut().zip(value::fields(model, sheet, &labels)) {
            all.extend(found.into_iter().map(|candidate| Candidate {
                place_score: candidate.place_score * factor,
                ..candidate
            }));
        }
    }
    for (field, candidates) in model.fields.iter().zip(&mut fields) {
        value::rank(field, candidates);
    }
    Some(record(model, first, 1, fields))
}

fn record(
    model: &RecordModel,
    page: PageNumber,
    row_number: u32,
    fields: Vec<Vec<Candidate>>,
) -> Record<RawField> {
    let fields = fields.into_iter().map(|candidates| RawField { candidates }).collect();
    Record { model: model.name.clone(), page, row_number, fields }
}
