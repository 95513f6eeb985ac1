//! What speaks for a value beside the confidence of its reading, and which characters speak against it.
//!
//! A record is accepted only where each value that it needs has a calibrated probability or evidence of
//! another source. `Validator` asks.

use crate::document::{Record, TypedField, Value};
use crate::model::{Field, FieldKind, RecordModel, certainty};

/// Confidence from which a value needs no evidence: a clean reading at a certain place. Of values of
/// strangers' pages at this confidence, about one in fifty is wrong.
pub(super) const SURE_WITHOUT: f32 = 0.9;
/// How likely the characters of a value must be right for the same text elsewhere to confirm it.
const SURE_CHARACTERS: f32 = 0.85;
/// What each improbable character leaves of the confidence.
const KEPT_PER_ODD_CHARACTER: f32 = 0.6;
/// Signs that stand in no word, with the letter that is printed like them, if there is one.
const ODD: [(char, &str); 18] = [
    ('¥', "Y"),
    ('£', "E"),
    ('€', "E"),
    ('¢', "c"),
    ('§', "S"),
    ('©', "C"),
    ('®', "R"),
    ('¤', "o"),
    ('¦', "I"),
    ('|', "I"),
    ('{', "C"),
    ('}', "J"),
    ('\\', "I"),
    ('~', ""),
    ('^', ""),
    ('<', "C"),
    ('>', ""),
    ('=', ""),
];

/// Tells whether something else than its reading speaks for a value: amounts that agree, a check digit or
/// a dictionary, the same text at another place.
pub(super) fn confirms(
    model: &RecordModel,
    (spec, field): (&Field, &TypedField),
    record: &Record<TypedField>,
) -> bool {
    let by_type = match &spec.kind {
        FieldKind::Code { check, .. } => check.is_some(),
        FieldKind::Barcode { .. }
        | FieldKind::Lookup { .. }
        | FieldKind::Enum { .. }
        | FieldKind::Checkbox => true,
        FieldKind::Text { .. }
        | FieldKind::Integer { .. }
        | FieldKind::Decimal { .. }
        | FieldKind::Money
        | FieldKind::Date { .. }
        | FieldKind::Time
        | FieldKind::Duration => false,
    };
    let by_rule = || field.repairs.iter().any(crate::document::Repair::is_by_rule);
    // A broken rule has an issue of its own, and one that lacks a term says nothing.
    let by_balance = || {
        let position = model.fields.iter().position(|known| known.name == spec.name);
        let speaks_of = |balance: &crate::model::Balance| {
            balance.terms.len() > 1
                && balance.terms.iter().any(|(field, _)| Some(*field) == position)
                && balance.terms.iter().all(|(field, _)| record.fields[*field].value.is_some())
        };
        model.rules.iter().filter_map(|rule| rule.balance.as_ref()).any(speaks_of)
    };
    // A default is what the author of the model is sure of.
    let is_default = field.evidence.found.is_none();
    by_type
        || is_default
        || field.evidence.agreements > 0
        // The same print elsewhere may be misread in the same way.
        || field.evidence.elsewhere > 0 && certainty(spec, field) >= SURE_CHARACTERS
        || field.evidence.witnesses > 1.0
        || by_rule()
        || by_balance()
}

/// Lowers the confidence of texts with characters that no name has.
pub(super) fn doubt_odd_characters(model: &RecordModel, record: &mut Record<TypedField>) {
    for (spec, field) in model.fields.iter().zip(&mut record.fields) {
        if matches!(spec.kind, FieldKind::Text { .. })
            && let Some(Value::Text(text)) = &field.value
        {
            let count = i32::try_from(found(text).count()).unwrap_or(i32::MAX);
            field.confidence *= KEPT_PER_ODD_CHARACTER.powi(count);
        }
    }
}

/// Says which character of a text is improbable, and what it may be.
pub(super) fn odd_characters(value: &Value) -> Option<String> {
    let Value::Text(text) = value else { return None };
    let (sign, letter) = found(text).next()?;
    Some(if letter.is_empty() {
        format!("unlikely character `{sign}`")
    } else {
        format!("unlikely character `{sign}`, perhaps `{letter}`")
    })
}

/// Returns the signs inside words: before a letter, where no price or mark stands.
fn found(text: &str) -> impl Iterator<Item = (char, &'static str)> {
    let pairs = text.chars().zip(text.chars().skip(1));
    pairs
        .filter(|(_, next)| next.is_alphabetic())
        .filter_map(|(sign, _)| ODD.iter().find(|(odd, _)| *odd == sign).copied())
}
