//! What extraction saw of a model's fields, and what each candidate was read as.

use crate::document::{PageNumber, PageText, RawField, TypedField};
use crate::extract::{CandidateSeen, Explanation, explain};
use crate::model::RecordModel;
use crate::normalize;

/// What a model sees on a page, and what it makes of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Explained {
    pub seen: Explanation,
    /// In the model's order: each candidate of the field and what it would be by itself.
    pub readings: Vec<Vec<(CandidateSeen, TypedField)>>,
}

impl Explained {
    /// Looks at each region of a page as a model does, whether the model claims it or not.
    pub fn all(model: &RecordModel, number: PageNumber, text: &PageText) -> Vec<Self> {
        let seen = explain(model, number, text).into_iter();
        seen.map(|seen| Self::of(model, seen)).collect()
    }

    fn of(model: &RecordModel, seen: Explanation) -> Self {
        let readings = model.fields.iter().zip(&seen.fields).map(|(spec, field)| {
            let alone = field.candidates.iter().map(|seen| {
                let raw = RawField::from(vec![seen.candidate.clone()]);
                (seen.clone(), normalize::field(spec, &raw))
            });
            alone.collect()
        });
        let readings = readings.collect();
        Self { seen, readings }
    }
}
