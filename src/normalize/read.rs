//! Reads a text as a value of a type.

use super::date::SaidOrder;
use super::reading::Reading;
use super::{choice, clock, code, date, lookup, number, text};
use crate::document::{Candidate, Value};
use crate::model::FieldKind;

/// Reads a candidate that is no value as it stands with one doubtful character replaced by what the
/// recognizer thought of as well; `None` unless exactly one value comes out.
pub(super) fn read_alternatives(
    kind: &FieldKind,
    candidate: &Candidate,
    said: SaidOrder,
) -> Option<Reading> {
    let mut found: Option<Reading> = None;
    for doubt in &candidate.doubts {
        let (start, end) = (usize::from(doubt.start), usize::from(doubt.end));
        let (Some(before), Some(after)) = (candidate.text.get(..start), candidate.text.get(end..))
        else {
            continue;
        };
        for alternative in &doubt.alternatives {
            let text = format!("{before}{}{after}", alternative.text);
            match (read_in(kind, &text, said), &found) {
                (Some(reading), Some(other)) if reading.value != other.value => return None,
                (Some(reading), None) => {
                    found = Some(Reading { repairs: reading.repairs.saturating_add(1), ..reading });
                }
                (Some(_) | None, _) => {}
            }
        }
    }
    found
}

/// Returns the value of a type that a text means, as it may stand on a page; `None` if it is none
/// even after repairs.
pub fn value(kind: &FieldKind, text: &str) -> Option<Value> {
    read(kind, text).map(|reading| reading.value)
}

/// Reads a text as a value of a type; `None` if it is none even after repairs.
pub(crate) fn read(kind: &FieldKind, text: &str) -> Option<Reading> {
    read_in(kind, text, SaidOrder::Nothing)
}

pub(super) fn read_in(kind: &FieldKind, text: &str, said: SaidOrder) -> Option<Reading> {
    match kind {
        FieldKind::Text { join, max_length } => text::read(text, join, *max_length),
        FieldKind::Integer { min, max } => number::read_integer(text, *min, *max),
        FieldKind::Decimal { places, min, max } => number::read_decimal(text, *places, *min, *max),
        FieldKind::Money => number::read_money(text),
        FieldKind::Date { order, pivot, partial } => {
            date::read(text, (*order, said), *pivot, *partial)
        }
        FieldKind::Time => clock::read_time(text),
        FieldKind::Duration => clock::read_duration(text),
        FieldKind::Code { shapes, check } => code::read(text, shapes, *check),
        FieldKind::Enum { values } => choice::read_enum(text, values),
        FieldKind::Lookup { dictionary } => lookup::read(text, dictionary),
        FieldKind::Checkbox => choice::read_checkbox(text),
        FieldKind::Barcode { .. } => text::read_barcode(text),
    }
}

/// Reads a text that is no value with one character replaced by one that looks like it, where the
/// type can tell which of them is right: a code by its check digit.
pub(super) fn read_look_alikes(kind: &FieldKind, text: &str) -> Option<Reading> {
    match kind {
        FieldKind::Code { shapes, check: Some(check) } => {
            code::read_look_alikes(text, shapes, *check)
        }
        _ => None,
    }
}
