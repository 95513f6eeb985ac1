//! Measures rankers on records that they were not learned from.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Gain, Labelled, LearnError, questions, ranker};
use crate::document::{PageNumber, PageText, RawField, Record};
use crate::extract;
use crate::model::{Learned, RecordModel, Scope};
use crate::normalize;

/// The records are divided into so many parts; each is measured with what the others teach.
const FOLDS: usize = 5;

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
    let fold_of = fold_of_groups(labelled);
    for fold in 0..FOLDS {
        let is_held_out = |record: &&Labelled| fold_of[record.group.as_str()] == fold;
        let held_out: Vec<&Labelled> = labelled.iter().filter(is_held_out).collect();
        let others: Vec<&Labelled> =
            labelled.iter().filter(|record| !is_held_out(record)).collect();
        if held_out.is_empty() || others.is_empty() {
            continue;
        }
        let mut learned = Learned::nothing(model);
        for &at in fields {
            let name = model.fields[at].name.clone();
            learned.ranking.insert(name, ranker(model, at, &others)?);
        }
        let taught = RecordModel { learned: Some(Arc::new(learned)), ..model.clone() };
        for record in held_out {
            let before = right_fields(&untaught, record);
            let after = right_fields(&taught, record);
            for (&at, gain) in fields.iter().zip(&mut gains) {
                gain.right_before += usize::from(before[at]);
                gain.right_after += usize::from(after[at]);
            }
        }
    }
    Ok(gains)
}

/// Deals the groups to the folds, the largest first, each to the smallest fold.
fn fold_of_groups(labelled: &[Labelled]) -> BTreeMap<&str, usize> {
    let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
    for record in labelled {
        *sizes.entry(record.group.as_str()).or_default() += 1;
    }
    let mut groups: Vec<(&str, usize)> = sizes.into_iter().collect();
    groups.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
    let mut filled = [0_usize; FOLDS];
    let mut fold_of = BTreeMap::new();
    for (group, size) in groups {
        let fold = (0..FOLDS).min_by_key(|fold| filled[*fold]).unwrap_or(0);
        filled[fold] += size;
        fold_of.insert(group, fold);
    }
    fold_of
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
