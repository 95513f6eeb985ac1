//! Learns from labelled pages which of the candidates of a field is its value.
//!
//! Makes the rankers of `NAME.learned.json`, and measures them on pages that they were not learned
//! from. `commands` brings the pages and writes the file; `extract` says what may be the value and
//! what is seen of it; what is right, `evaluate` decides.

mod fit;
mod folds;
mod questions;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::document::{Count, PageNumber, PageText};
use crate::evaluate::Wanted;
use crate::model::{Field, FieldKind, Learned, Ranker, RecordModel, Scope};
pub use folds::held_out_models;
use questions::Question;

/// With fewer labelled records nothing is learned.
pub const FEWEST: usize = 10;
/// A word is learned if it stands in so many groups; a name stands in one.
const WORD_GROUPS: usize = 5;
/// Of few groups, in this share of them, but never in fewer than [`FEWEST_WORD_GROUPS`].
const WORD_SHARE: f32 = 0.2;
const FEWEST_WORD_GROUPS: usize = 3;

/// A record whose right values are known.
#[derive(Debug)]
pub struct Labelled {
    /// The pages of the record, with their words.
    pub pages: Vec<(PageNumber, PageText)>,
    /// What is right, in the model's order of fields.
    pub wanted: Vec<Option<Wanted>>,
    /// Whose it is, such as a company: a word that only one group has is a name.
    pub group: String,
    /// Records of one fold are measured with what the other folds teach.
    pub fold: usize,
}

/// What was learned, and how good it is.
#[derive(Debug)]
pub struct Lesson {
    pub learned: Learned,
    pub gains: Vec<Gain>,
}

/// How much better a field is found, measured on records that were not learned from.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Gain {
    pub field: String,
    /// Records with a value of this field.
    pub labelled: usize,
    /// Of those: the right value is among the candidates.
    pub findable: usize,
    /// Right by the model's own places.
    pub right_before: usize,
    /// Right by the ranker.
    pub right_after: usize,
    /// Whether the ranker is used: where it finds more, or the model says so.
    pub taken: bool,
}

/// Why nothing can be learned.
#[derive(Debug, thiserror::Error)]
pub enum LearnError {
    #[error(
        "model `{model}` makes a record of each row; only those of pages and documents are learned"
    )]
    Rows { model: String },
    #[error("{found} labelled records with stored words, at least {FEWEST} are needed")]
    TooFew { found: usize },
    #[error("all labelled records have a text in common, so nothing could be measured")]
    OneFold,
    #[error("no labelled field of model `{model}` can be learned")]
    NoFields { model: String },
    #[error("the weights of field `{field}` cannot be fitted: {reason}")]
    Fit { field: String, reason: String },
}

/// Learns the rankers of all labelled fields that may be learned, and measures each by
/// cross-validation. What the model learned before is not used.
pub fn learn(model: &RecordModel, labelled: &[Labelled]) -> Result<Lesson, LearnError> {
    if model.scope == Scope::Row {
        return Err(LearnError::Rows { model: model.name.clone() });
    }
    if labelled.len() < FEWEST {
        return Err(LearnError::TooFew { found: labelled.len() });
    }
    let folds: BTreeSet<usize> = labelled.iter().map(|record| record.fold).collect();
    if folds.len() < 2 {
        return Err(LearnError::OneFold);
    }
    let fields: Vec<usize> = (0..model.fields.len())
        .filter(|&at| is_learnable(&model.fields[at]))
        .filter(|&at| labelled.iter().any(|record| record.wanted[at].is_some()))
        .collect();
    if fields.is_empty() {
        return Err(LearnError::NoFields { model: model.name.clone() });
    }
    let mut gains = folds::measure(model, labelled, &fields)?;
    for (&at, gain) in fields.iter().zip(&mut gains) {
        let asked = model.fields[at].learn.is_some_and(|learn| learn.always);
        gain.taken = asked || gain.right_after > gain.right_before;
    }
    let taken: Vec<usize> =
        fields.iter().zip(&gains).filter(|(_, gain)| gain.taken).map(|(at, _)| *at).collect();
    let all: Vec<&Labelled> = labelled.iter().collect();
    let learned = teach(model, &taken, &all)?;
    Ok(Lesson { learned, gains })
}

/// Learns the rankers of some fields from all of these records.
fn teach(
    model: &RecordModel,
    fields: &[usize],
    labelled: &[&Labelled],
) -> Result<Learned, LearnError> {
    let mut learned = Learned::nothing(model);
    if fields.is_empty() {
        return Ok(learned);
    }
    learned.words = words(labelled);
    for &at in fields {
        let ranker = ranker((model, at), &learned.words, labelled)?;
        learned.ranking.insert(model.fields[at].name.clone(), ranker);
    }
    Ok(learned)
}

/// Tells whether candidates of a field can be ranked: names of a list, tick boxes and barcodes are
/// found by what they say, and of many values all are taken.
fn is_learnable(field: &Field) -> bool {
    let kind = match field.kind {
        FieldKind::Enum { .. }
        | FieldKind::Lookup { .. }
        | FieldKind::Checkbox
        | FieldKind::Barcode { .. } => false,
        FieldKind::Text { .. }
        | FieldKind::Integer { .. }
        | FieldKind::Decimal { .. }
        | FieldKind::Money
        | FieldKind::Date { .. }
        | FieldKind::Time
        | FieldKind::Duration
        | FieldKind::Code { .. } => true,
    };
    kind && field.count == Count::One && field.learn.is_some()
}

/// Learns the ranker of one field.
fn ranker(
    (model, at): (&RecordModel, usize),
    words: &[String],
    labelled: &[&Labelled],
) -> Result<Ranker, LearnError> {
    let questions: Vec<Question> =
        labelled.iter().filter_map(|record| Question::of((model, at), words, record)).collect();
    let weights = fit::weights(&questions, words.len()).map_err(|reason| LearnError::Fit {
        field: model.fields[at].name.clone(),
        reason: reason.to_string(),
    })?;
    Ok(Ranker { weights })
}

/// Returns the words that stand in so many groups that they are no names, folded, ascending.
fn words(labelled: &[&Labelled]) -> Vec<String> {
    let mut groups: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for record in labelled {
        for word in record.pages.iter().flat_map(|(_, text)| text.words()) {
            for word in crate::extract::learned_words(&word.text) {
                groups.entry(word).or_default().insert(&record.group);
            }
        }
    }
    let all: BTreeSet<&str> = labelled.iter().map(|record| record.group.as_str()).collect();
    let share = (all.len() as f32 * WORD_SHARE) as usize;
    let needed = share.clamp(FEWEST_WORD_GROUPS, WORD_GROUPS);
    groups.into_iter().filter(|(_, of)| of.len() >= needed).map(|(word, _)| word).collect()
}
