//! Drafts a model from a few labelled pages: what type each field has, where its values stand, which labels mark
//! them, and which phrases tell such pages from others.
//!
//! What cannot be told by rule is tried: of several ways to find a field, the one that extraction finds the most
//! values with is written down. `commands` brings the words and the truths.

mod claims;
mod column;
mod drafted;
mod kinds;
mod labels;
mod places;
mod scan;
mod sightings;
#[cfg(test)]
mod tests;
mod toml_text;
mod trial;

use crate::extract::page_rows;
use crate::model::{Scope, parse};
use column::{Choice, Column};
pub use drafted::{Draft, DraftError, Drafted};
pub use scan::Labelled;
use scan::Scan;

/// Drafts a model. `columns` are the names of its fields, legal ones.
pub fn draft(name: &str, columns: &[String], documents: &[Labelled]) -> Result<Draft, DraftError> {
    let scans: Vec<Scan> = documents
        .iter()
        .map(|labelled| Scan {
            labelled,
            pages: labelled.pages.iter().map(|(_, text)| page_rows(text)).collect(),
        })
        .collect();
    let whole = documents.iter().any(|document| document.pages.len() > 1);
    let scope = if whole { Scope::Document } else { Scope::Page };
    let mut drafted = Vec::new();
    for (at, column) in columns.iter().enumerate() {
        let (kind, sightings) = kinds::infer(&scans, at);
        if sightings.is_empty() && !kind.is_told_by_phrases() {
            continue;
        }
        let choice = Choice::default();
        drafted.push(Column { name: column, at, kind, sightings, choice });
    }
    if drafted.is_empty() {
        return Err(DraftError::NothingSeen);
    }
    for column in &mut drafted {
        column.choice = places::choose(column, scope, &scans);
    }
    let claims = claims::claims(&scans);
    let mut toml = toml_text::model((name, scope), &claims, &drafted);
    let model = parse(&toml, name).map_err(DraftError::NoModel)?;
    let found = trial::found(&model, &scans);
    let fields: Vec<Drafted> = columns
        .iter()
        .enumerate()
        .map(|(at, column)| {
            let known = documents.iter().filter(|document| !document.truths[at].is_empty()).count();
            let position = drafted.iter().position(|drafted| drafted.at == at);
            let (kind, seen) = position.map_or(("none", 0), |position| {
                (drafted[position].kind.name(), sightings::scans(&drafted[position].sightings))
            });
            let count = |result| {
                let Some(position) = position else { return 0 };
                let truths = documents.iter().zip(&found).filter(|(document, values)| {
                    let value = values.get(position).and_then(Option::as_ref);
                    trial::judge(&document.truths[at], value, &model.fields[position]) == result
                });
                truths.count()
            };
            let (right, wrong) = (count(trial::Outcome::Right), count(trial::Outcome::Wrong));
            Drafted { field: column.clone(), kind, known, seen, right, wrong }
        })
        .collect();
    toml_text::add_figures(&mut toml, &fields);
    Ok(Draft { toml, fields })
}
