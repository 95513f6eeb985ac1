//! Candidates that are valid values, and how far they can be trusted.

use super::date::SaidOrder;
use super::read::{read_alternatives, read_in, read_look_alikes};
use super::reading::Reading;
use crate::document::{Candidate, Found, RawField, Repair, Value};
use crate::model::{Field, FieldKind};

/// What a place score of 0 would leave of the confidence.
const KEPT_WITHOUT_PLACE: f32 = 0.3;

/// Confidence of a value that the model's author wrote down.
pub(super) const DEFAULT_CONFIDENCE: f32 = 0.9;

/// A candidate that is a valid value, and how far that can be trusted.
pub(super) struct Judged<'c> {
    pub candidate: &'c Candidate,
    pub reading: Reading,
    pub confidence: f32,
}

/// Reads all candidates; those that are no values are left out.
pub(super) fn judged<'c>(field: &Field, raw: &'c RawField, said: SaidOrder) -> Vec<Judged<'c>> {
    let mut readings: Vec<Judged> = Vec::new();
    for candidate in raw.candidates.iter() {
        let reading = read_in(&field.kind, &candidate.text, said)
            .or_else(|| read_alternatives(&field.kind, candidate, said))
            .or_else(|| read_look_alikes(&field.kind, &candidate.text));
        if let Some(mut reading) = reading {
            if let (true, Value::Decimal(amount)) = (field.unsigned, &mut reading.value) {
                *amount = amount.abs();
            }
            let confidence = confidence(&field.kind, candidate, &reading);
            readings.push(Judged { candidate, reading, confidence });
        }
    }
    readings
}

/// Returns what was changed to make a value valid, if anything was.
pub(super) fn repair_of(judged: &Judged) -> Option<Repair> {
    (judged.reading.repairs > 0).then(|| Repair {
        before: judged.candidate.text.clone(),
        after: judged.reading.value.to_string(),
        rule: Repair::BY_TYPE.to_owned(),
    })
}

/// Combines how sure the words, the place and the meaning are into a probability.
fn confidence(kind: &FieldKind, candidate: &Candidate, reading: &Reading) -> f32 {
    let place = match candidate.found {
        Found::Constant => return DEFAULT_CONFIDENCE * reading.rank(),
        Found::Label
        | Found::Pattern
        | Found::Zone
        | Found::Column
        | Found::Carried
        | Found::Learned => {
            KEPT_WITHOUT_PLACE + (1.0 - KEPT_WITHOUT_PLACE) * candidate.place_score.clamp(0.0, 1.0)
        }
    };
    // A misread word seldom still is a date or one of a few names: the more a type refuses, the
    // less the doubt of the recognizer counts.
    let doubt_kept = match kind {
        // A barcode has its own check, and a tick box no letters.
        FieldKind::Text { .. } | FieldKind::Barcode { .. } => 1.0,
        FieldKind::Integer { .. } | FieldKind::Decimal { .. } | FieldKind::Duration => 0.9,
        FieldKind::Money | FieldKind::Code { .. } | FieldKind::Time => 0.8,
        FieldKind::Date { .. } => 0.7,
        FieldKind::Enum { .. } | FieldKind::Lookup { .. } | FieldKind::Checkbox => 0.4,
    };
    let read = candidate.word_confidence.clamp(0.0, 1.0);
    // A ranked candidate is where it is for what it looks like, however badly it was read: doubtful
    // words count for more. On receipts of shops that the ranker had not seen, 0.5 kept half as many
    // wrong values among the surest third of the records as 0.
    let doubt = if candidate.found == Found::Learned { read.sqrt() } else { 1.0 };
    let words = doubt * (1.0 - doubt_kept * (1.0 - read));
    (words * place * reading.rank()).clamp(0.0, 1.0)
}
