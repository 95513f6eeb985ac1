//! Measures rankers on records that they were not learned from.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::labelled::Labelled;
use super::lesson::{Gain, LearnError};
use super::questions;
use super::teach::teach;
use crate::document::{PageNumber, PageText, RawField, Record};
use crate::extract;
use crate::model::{RecordModel, Scope};
use crate::normalize;

/// Measures each field: right with the model's own places, and with a ranker.
pub(super) fn measure(
    model: &RecordModel,
    labelled: &[Labelled],
    fields: &[usize],
) -> Result<Vec<Gain>, LearnError> {
    let mut gains: Vec<Gain> = fields
        .iter()
        .map(|&at| Gain {
            field: model.fields[at].name.clone(),
            labelled: labelled.iter().filter(|record| record.wanted[at].is_some()).count(),
            findable: labelled.iter().filter(|r| questions::is_findable(model, at, r)).count(),
            right_before: 0,
            right_after: 0,
            taken: false,
        })
        .collect();
    let untaught = RecordModel { learned: None, ..model.clone() };
    let taught = held_out_models(model, fields, labelled)?;
    for record in labelled {
        let Some(taught) = taught.get(&record.fold) else { continue };
        let before = right_fields(&untaught, record);
        let after = right_fields(taught, record);
        for (&at, gain) in fields.iter().zip(&mut gains) {
            gain.right_before += usize::from(before[at]);
            gain.right_after += usize::from(after[at]);
        }
    }
    Ok(gains)
}

/// Returns for each fold the model as the records of the other folds teach it to rank these fields.
pub fn held_out_models(
    model: &RecordModel,
    fields: &[usize],
    labelled: &[Labelled],
) -> Result<BTreeMap<usize, RecordModel>, LearnError> {
    let folds: BTreeSet<usize> = labelled.iter().map(|record| record.fold).collect();
    let mut models = BTreeMap::new();
    for fold in folds {
        let others: Vec<&Labelled> = labelled.iter().filter(|record| record.fold != fold).collect();
        if !others.is_empty() {
            let learned = teach(model, fields, &others)?;
            models.insert(fold, RecordModel { learned: Some(Arc::new(learned)), ..model.clone() });
        }
    }
    Ok(models)
}

/// Tells for each field of a model whether the record's value comes out right.
fn right_fields(model: &RecordModel, record: &Labelled) -> Vec<bool> {
    let pages: Vec<(PageNumber, &PageText)> =
        record.pages.iter().map(|(number, text)| (*number, text)).collect();
    let found: Option<Record<RawField>> = match model.scope {
        Scope::Document => extract::document(model, &pages),
        Scope::Page | Scope::Row => pages
            .first()
            .and_then(|(number, text)| extract::page(model, *number, text))
            .and_then(|records| records.into_iter().next()),
    };
    let Some(found) = found else { return vec![false; model.fields.len()] };
    let typed = normalize::record(model, found);
    record
        .wanted
        .iter()
        .zip(&typed.fields)
        .map(|(wanted, field)| match (wanted, &field.value) {
            (Some(wanted), Some(value)) => wanted.is_met_by(value),
            (Some(_), None) | (None, _) => false,
        })
        .collect()
}
