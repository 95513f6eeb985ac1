//! Learns from labelled pages which of the candidates of a field is its value.
//!
//! Makes the rankers of `NAME.learned.json`, and measures them on pages that they were not learned
//! from. `commands` brings the pages and writes the file; `extract` says what may be the value and
//! what is seen of it; what is right, `evaluate` decides.

mod fit;
mod folds;
mod labelled;
mod lesson;
mod questions;
mod teach;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::document::Count;
use crate::model::{Field, FieldKind, RecordModel, Scope};
pub use folds::held_out_models;
pub use labelled::Labelled;
pub use lesson::{FEWEST, Gain, LearnError, Lesson};
use teach::teach;

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
