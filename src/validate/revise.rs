//! Judges stored records again whose values the archive has changed or spoken for.
//!
//! Rules are not evaluated again: their issues stay as they are. Called by `pipeline` after a run.

use super::{LOW_CONFIDENCE, UNCONFIRMED, Validator};
use crate::document::{PageNumber, Record, TypedField, Value, Verdict};

/// What is stored of how a record was judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgment {
    pub verdict: Verdict,
    /// Of the record, 0–1.
    pub confidence: f32,
    /// Of each field in the model's order, 0–1; 0 without a value.
    pub field_confidence: Vec<f32>,
    pub issues: Vec<String>,
}

/// What the archive says of a field of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Revision {
    /// Its index in the model.
    pub field: usize,
    pub confidence: f32,
    /// What is to be told, and the verdict it leads to at least.
    pub issue: Option<(String, Verdict)>,
}

impl Validator {
    /// Returns the judgment after these revisions. Doubts that are settled go; a record is accepted only if none is
    /// left, and one that the revisions doubt goes to review.
    pub fn revised(&self, before: &Judgment, revisions: &[Revision], page: PageNumber) -> Judgment {
        let mut after = before.clone();
        for Revision { field, confidence, issue } in revisions {
            let Some(spec) = self.model.fields.get(*field) else { continue };
            if let Some(own) = after.field_confidence.get_mut(*field) {
                *own = *confidence;
            }
            let doubt = format!("{}: {LOW_CONFIDENCE}", spec.name);
            let unconfirmed = format!("{}: {UNCONFIRMED}", spec.name);
            let is_doubtful = *confidence < self.doubtful_below(spec);
            // What recurs, and what a person has said, is evidence.
            if !is_doubtful {
                after.issues.retain(|issue| *issue != doubt && *issue != unconfirmed);
            } else if !after.issues.contains(&doubt) {
                after.issues.push(doubt);
            }
            if let Some((text, verdict)) = issue {
                after.issues.push(format!("{}: {text}", spec.name));
                after.verdict = after.verdict.max(*verdict);
            }
        }
        let (was, is) = (self.joint(before, page), self.joint(&after, page));
        if was > f32::EPSILON {
            after.confidence = (before.confidence * is / was).clamp(0.0, 1.0);
        }
        after.issues.retain(|issue| issue != LOW_CONFIDENCE);
        if after.confidence < self.accept_from() {
            after.issues.push(LOW_CONFIDENCE.to_owned());
        }
        let doubtful = |issue: &String| !issue.contains(": repaired: ");
        after.verdict = match after.verdict {
            Verdict::Rejected => Verdict::Rejected,
            Verdict::Accepted | Verdict::Review if after.issues.iter().any(doubtful) => {
                Verdict::Review
            }
            Verdict::Accepted | Verdict::Review => Verdict::Accepted,
        };
        after
    }

    /// Returns the confidence of a record by those of its fields.
    fn joint(&self, judgment: &Judgment, page: PageNumber) -> f32 {
        let field = |confidence: &f32| TypedField {
            value: (*confidence > 0.0).then_some(Value::Boolean(true)),
            confidence: *confidence,
            ..TypedField::default()
        };
        self.confidence(&Record {
            model: self.model.name.clone(),
            page,
            row_number: 1,
            region: 0,
            fields: judgment.field_confidence.iter().map(field).collect(),
        })
    }
}
