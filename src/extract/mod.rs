//! From the words of a page to the candidates of a model's fields.
//!
//! Pure: no input or output, no clock, the same answer for the same page. `pipeline` calls it for
//! new pages and for stored ones; what a candidate's text means is decided in `normalize`.

mod apart;
mod beyond;
mod bound;
mod boxed;
mod captions;
mod cells;
mod claims;
mod columns;
mod explain;
mod from_label;
mod labels;
mod layout;
mod letters;
mod marks;
mod owners;
mod parts;
mod party;
mod phrase;
mod phrases;
mod piece;
mod ranking;
mod rates;
mod raw_record;
mod region;
mod registration;
mod sheet;
mod surroundings;
mod table;
mod table_seen;
#[cfg(test)]
mod tests;
mod value;
mod word_range;

pub use apart::contradictions;
pub use explain::{
    CandidateSeen, ClaimList, ColumnFound, Explanation, FieldSeen, LabelSeen, PageRow, PhraseSeen,
    TableFound, explain, page_rows, phrase_scores,
};
pub use parts::region_of;
pub use phrases::Phrases;
pub use ranking::{Example, Feature, GROUPS, Group, group_size, learned_words};

use crate::document::{Candidate, PageNumber, PageText, RawField, Record, TableLook};
use crate::model::{RecordModel, Scope};
use owners::Claimant;
use parts::Part;
use raw_record::record;
use sheet::Sheet;
pub use surroundings::Surroundings;
pub use table_seen::put_table;

/// Candidates on pages that a model does not claim itself score less by this factor.
const UNCLAIMED_PAGE: f32 = 0.7;

/// Returns how sure a model may be that a page is its own (0–1: how many letters of its claims'
/// phrases stand there, and how well they were read), or `None` if it does not claim the page.
pub fn claim_strength(model: &RecordModel, number: PageNumber, text: &PageText) -> Option<f32> {
    claims::strength(&model.claims, &Sheet::new(&Phrases::default(), number, text))
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

/// Returns the records of a model of page or row scope on a page, or `None` if the model claims
/// none of its regions or has document scope.
pub fn page(
    model: &RecordModel,
    number: PageNumber,
    text: &PageText,
) -> Option<Vec<Record<RawField>>> {
    let mut records: Option<Vec<Record<RawField>>> = None;
    let phrases = Phrases::default();
    for part in Part::all(number, text) {
        let sheet = part.sheet(&phrases);
        if claims::strength(&model.claims, &sheet).is_some() {
            let found = part.placed(on_page(model, &sheet)?);
            parts::append(records.get_or_insert_default(), found);
        }
    }
    records
}

/// Returns a document's first record by a model of document scope, or `None` if the model claims
/// none of its pages or has another scope.
pub fn document(
    model: &RecordModel,
    pages: &[(PageNumber, &PageText)],
) -> Option<Record<RawField>> {
    let records = document_records(std::slice::from_ref(model), &Phrases::default(), pages);
    records.into_iter().next().filter(|_| model.scope == Scope::Document)
}

/// Returns all that may hold the value of a field that is learned, with what a ranker sees of it;
/// `known` are the learned words, folded, ascending.
pub fn examples(
    model: &RecordModel,
    index: usize,
    known: &[String],
    (number, text): (PageNumber, &PageText),
) -> Vec<Example> {
    let phrases = Phrases::default();
    let sheet = Sheet::new(&phrases, number, text);
    let labels = sheet.labels(model);
    let search =
        value::Search { sheet: &sheet, labels: &labels, index, field: &model.fields[index] };
    let mut rules = search.candidates();
    value::rank(&model.fields[index], &mut rules);
    search.examples(&ranking::Words::new(&sheet.layout, known), &rules)
}

/// What all models make of the words of a document's pages.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Records {
    /// For each page, the records that need it alone.
    pub of_pages: Vec<Vec<Record<RawField>>>,
    /// The records that need all pages.
    pub of_document: Vec<Record<RawField>>,
}

/// Runs all models on the pages of a document (that could be read): what [`page_records`] gives for each
/// and [`document_records`] for all, from one look at each page. `phrases` are those of the models.
pub fn records(
    models: &[RecordModel],
    phrases: &Phrases,
    pages: &[(PageNumber, &PageText)],
) -> Records {
    let parts: Vec<Part> =
        pages.iter().flat_map(|(number, text)| Part::all(*number, text)).collect();
    let sheets: Vec<Sheet> = parts.iter().map(|part| part.sheet(phrases)).collect();
    let mut rest = &sheets[..];
    let of_pages = parts.chunk_by(|a, b| a.number == b.number).map(|parts| {
        let (own, others) = rest.split_at(parts.len());
        rest = others;
        of_page(models, parts, own)
    });
    Records { of_pages: of_pages.collect(), of_document: of_all_pages(models, &parts, &sheets) }
}

/// Runs the models of page and row scope that need only this page; of those that claim it the
/// best takes it, several only if they are equally good.
pub fn page_records(
    models: &[RecordModel],
    phrases: &Phrases,
    number: PageNumber,
    text: &PageText,
) -> Vec<Record<RawField>> {
    if models.iter().all(RecordModel::needs_document) {
        return Vec::new();
    }
    let parts = Part::all(number, text);
    let sheets: Vec<Sheet> = parts.iter().map(|part| part.sheet(phrases)).collect();
    of_page(models, &parts, &sheets)
}

/// Runs the models that need all pages of a document (that could be read): those of document
/// scope, one record for each document of a stack, and those whose pages continue others.
pub fn document_records(
    models: &[RecordModel],
    phrases: &Phrases,
    pages: &[(PageNumber, &PageText)],
) -> Vec<Record<RawField>> {
    if !models.iter().any(RecordModel::needs_document) {
        return Vec::new();
    }
    let parts: Vec<Part> =
        pages.iter().flat_map(|(number, text)| Part::all(*number, text)).collect();
    let sheets: Vec<Sheet> = parts.iter().map(|part| part.sheet(phrases)).collect();
    of_all_pages(models, &parts, &sheets)
}

fn of_page(models: &[RecordModel], parts: &[Part], sheets: &[Sheet]) -> Vec<Record<RawField>> {
    let mut records = Vec::new();
    for (part, sheet) in parts.iter().zip(sheets) {
        // Models of whole documents may claim the page better; their records are made later.
        let owners = owners::of_page(models, sheet, false).into_iter();
        for model in owners.filter(|model| !model.needs_document()) {
            let found = on_page(model, sheet).unwrap_or_default();
            parts::append(&mut records, part.placed(found));
        }
    }
    records
}

fn of_all_pages(models: &[RecordModel], parts: &[Part], sheets: &[Sheet]) -> Vec<Record<RawField>> {
    let mut records = of_documents(models, parts, sheets);
    records.extend(on_continued_pages(models, parts, sheets));
    records
}

fn of_documents(models: &[RecordModel], parts: &[Part], sheets: &[Sheet]) -> Vec<Record<RawField>> {
    let (of_documents, of_pages): (Vec<_>, Vec<_>) =
        models.iter().partition(|model| model.scope == Scope::Document);
    let of_documents = of_documents.into_iter();
    let of_documents = of_documents.map(|model| Claimant::new(model, &of_pages, sheets));
    let claimants: Vec<Claimant> = of_documents.collect();
    let mut records: Vec<Record<RawField>> = Vec::new();
    for pages in owners::documents(&claimants, sheets) {
        for claimant in owners::of_pages(&claimants, &pages) {
            let model = claimant.model;
            let earlier = records.iter().filter(|record| record.model == model.name).count();
            let row_number = u32::try_from(earlier + 1).unwrap_or(u32::MAX);
            let claimed: Vec<bool> =
                pages.clone().map(|page| claimant.on_page(page).is_some()).collect();
            let found = in_documents(model, &sheets[pages.clone()], &claimed, row_number);
            // A region is a document of its own, so that its record has candidates of nowhere else.
            records.extend(parts[pages.start].placed(found));
        }
    }
    records
}

/// Runs the models of page and row scope whose pages may continue others: a page that nobody
/// claims belongs to the owner of the page before it.
fn on_continued_pages(
    models: &[RecordModel],
    parts: &[Part],
    sheets: &[Sheet],
) -> Vec<Record<RawField>> {
    let continued = |model: &RecordModel| model.scope != Scope::Document && model.needs_document();
    if !models.iter().any(continued) {
        return Vec::new();
    }
    let mut records = Vec::new();
    let mut before: Vec<&RecordModel> = Vec::new();
    for (part, sheet) in parts.iter().zip(sheets) {
        let mut owners = owners::of_page(models, sheet, true);
        if sheet.region > 0 {
            before.clear();
        }
        if owners.is_empty() {
            before.retain(|model| owners::continues(&model.claims, sheet));
            owners = before;
        }
        for model in owners.iter().copied().filter(|model| continued(model)) {
            let found = on_page(model, sheet).unwrap_or_default();
            parts::append(&mut records, part.placed(found));
        }
        // Nothing continues one of several documents on a page.
        before = if sheet.region > 0 { Vec::new() } else { owners };
    }
    records
}

fn on_page(model: &RecordModel, sheet: &Sheet) -> Option<Vec<Record<RawField>>> {
    match model.scope {
        Scope::Document => None,
        Scope::Page => {
            let labels = sheet.labels(model);
            let fields = value::fields(model, sheet, &labels);
            Some(vec![record(model, sheet.number, 1, fields)])
        }
        Scope::Row => match model.rows.as_ref().and_then(|rows| rows.dense.as_ref()) {
            Some(dense) => Some(cells::rows(model, dense, (sheet, sheet.text))),
            None => Some(table::rows(model, sheet)),
        },
    }
}

/// Makes the records of pages that hang together: one, unless a page says that it begins another document;
/// `claimed` says which of the pages the model claims.
fn in_documents(
    model: &RecordModel,
    sheets: &[Sheet],
    claimed: &[bool],
    first_number: u32,
) -> Vec<Record<RawField>> {
    let mut belongs = false;
    let mut pages: Vec<apart::Page> = Vec::with_capacity(sheets.len());
    for (sheet, &claimed) in sheets.iter().zip(claimed) {
        belongs = claimed || belongs && owners::continues(&model.claims, sheet);
        let labels = sheet.labels(model);
        let factor = if belongs { 1.0 } else { UNCLAIMED_PAGE };
        let mut fields = value::fields(model, sheet, &labels);
        for candidate in fields.iter_mut().flatten() {
            candidate.place_score *= factor;
        }
        pages.push(apart::Page { number: sheet.number, claimed, fields });
    }
    let mut records = Vec::new();
    for (pages, row_number) in apart::documents(model, pages).into_iter().zip(first_number..) {
        let Some(first) = pages.iter().find(|page| page.claimed) else { continue };
        let number = first.number;
        let mut fields: Vec<Vec<Candidate>> = vec![Vec::new(); model.fields.len()];
        for page in pages {
            for (all, found) in fields.iter_mut().zip(page.fields) {
                all.extend(found);
            }
        }
        for (field, candidates) in model.fields.iter().zip(&mut fields) {
            value::rank(field, candidates);
        }
        records.push(record(model, number, row_number, fields));
    }
    records
}
