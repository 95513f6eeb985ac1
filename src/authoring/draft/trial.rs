//! Tries a model on the labelled scans: extraction and normalization as they are, judged by what is known.

use super::scan::Scan;
use crate::document::{PageNumber, PageText, Value};
use crate::evaluate::{CLOSE, canonical, same, same_name, similarity};
use crate::model::{Field, RecordModel, Scope};
use crate::{extract, normalize};

/// What is worth a right value, and what a wrong one costs.
const RIGHT: i64 = 3;
const WRONG: i64 = 1;

/// What became of a known value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Right,
    Wrong,
    /// Nothing was found, or nothing is known.
    Missing,
}

/// Returns the values that a model finds, by scan and field.
pub(super) fn found(model: &RecordModel, scans: &[Scan]) -> Vec<Vec<Option<Value>>> {
    scans
        .iter()
        .map(|scan| {
            let pages: Vec<(PageNumber, &PageText)> =
                scan.labelled.pages.iter().map(|(number, text)| (*number, text)).collect();
            let raw = match model.scope {
                Scope::Document => extract::document(model, &pages),
                Scope::Page | Scope::Row => pages.iter().find_map(|(number, text)| {
                    extract::page(model, *number, text)?.into_iter().next()
                }),
            };
            let record = raw.map(|raw| normalize::record(model, raw));
            record.map_or_else(Vec::new, |record| {
                record.fields.into_iter().map(|field| field.value).collect()
            })
        })
        .collect()
}

/// Returns how good a model of one field is: right values count, wrong ones count against it.
pub(super) fn score(model: &RecordModel, column: usize, scans: &[Scan]) -> i64 {
    let values = found(model, scans);
    let outcomes = scans.iter().zip(&values).map(|(scan, values)| {
        let value = values.first().and_then(Option::as_ref);
        judge(&scan.labelled.truths[column], value, &model.fields[0])
    });
    outcomes
        .map(|outcome| match outcome {
            Outcome::Right => RIGHT,
            Outcome::Wrong => -WRONG,
            Outcome::Missing => 0,
        })
        .sum()
}

/// Compares a value with what would be right: texts that are close enough for a person are.
pub(super) fn judge(truths: &[String], value: Option<&Value>, field: &Field) -> Outcome {
    let Some(value) = value.filter(|_| !truths.is_empty()) else { return Outcome::Missing };
    let right = truths.iter().any(|truth| match value {
        Value::Text(text) => {
            similarity(text, truth) >= CLOSE || truths.len() > 1 && same_name(text, truth)
        }
        _ => canonical(&field.kind, truth).is_some_and(|wanted| same(&wanted, value)),
    });
    if right { Outcome::Right } else { Outcome::Wrong }
}
