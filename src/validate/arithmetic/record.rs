//! Repairs a single record whose sums do not agree: one wrong digit, if only one makes them agree.

use rust_decimal::Decimal;

use super::spread::digit_places;
use super::{off, weighed};
use crate::document::{Record, Repair, TypedField, Value};
use crate::model::{FieldKind, Mends, RecordModel, Rule};

/// Digits that recognizers take for each other: `CONFUSED[d]` may be meant where `d` was read.
const CONFUSED: [&[u32]; 10] = [
    &[6, 8, 9],
    &[4, 7],
    &[7],
    &[5, 8, 9],
    &[1, 9],
    &[3, 6, 8],
    &[0, 5, 8],
    &[1, 2],
    &[0, 3, 5, 6, 9],
    &[0, 3, 4, 8],
];
/// Confidence of a value with a digit that the recognizer thought of, or that is often confused. Not
/// measured, so a person looks at it unless the model says otherwise.
const THOUGHT_OF: f32 = 0.65;
const CONFUSABLE: f32 = 0.5;

/// A value that a field may have instead.
struct Change {
    field: usize,
    value: Decimal,
}

/// Repairs the record by each of its repairing rules in turn.
pub(in crate::validate) fn repair_record(model: &RecordModel, record: &mut Record<TypedField>) {
    for rule in &model.rules {
        if matches!(rule.mends, Mends::Nothing) || holds(model, record, rule, None) != Some(false) {
            continue;
        }
        let Some(balance) = &rule.balance else { continue };
        for (alternatives, confidence) in [
            (thought_of as fn(&TypedField, Decimal) -> Vec<Decimal>, THOUGHT_OF),
            (confusable, CONFUSABLE),
        ] {
            let mut found: Vec<Change> = Vec::new();
            for &(field, _) in &balance.terms {
                let Some(value) = decimal(&record.fields[field]) else { continue };
                let changes = alternatives(&record.fields[field], value)
                    .into_iter()
                    .map(|value| Change { field, value });
                found.extend(changes.filter(|change| agrees(model, record, rule, change)));
            }
            if let [Change { field, value }] = found.as_slice() {
                put(&mut record.fields[*field], *value, (&rule.name, confidence));
            }
            if !found.is_empty() {
                break;
            }
        }
    }
}

/// Tells whether a rule holds, with one field changed; `None` if it speaks of a missing value or is
/// no balance.
fn holds(
    model: &RecordModel,
    record: &Record<TypedField>,
    rule: &Rule,
    change: Option<&Change>,
) -> Option<bool> {
    let balance = rule.balance.as_ref()?;
    let number = |field: usize| {
        let spec = model.fields.get(field)?;
        match change {
            Some(change) if change.field == field => weighed(spec, &Value::Decimal(change.value)),
            Some(_) | None => weighed(spec, record.fields.get(field)?.value.as_ref()?),
        }
    };
    off(balance, number).map(|off| off.abs() <= balance.tolerance)
}

/// Tells whether a change makes its rule hold and breaks no other.
fn agrees(model: &RecordModel, record: &Record<TypedField>, rule: &Rule, change: &Change) -> bool {
    let possible = match (&model.fields[change.field].kind, f64::try_from(change.value)) {
        (FieldKind::Decimal { min, max, .. }, Ok(value)) => {
            min.is_none_or(|min| value >= min) && max.is_none_or(|max| value <= max)
        }
        (FieldKind::Integer { min, max }, Ok(value)) => {
            min.is_none_or(|min| value >= min as f64) && max.is_none_or(|max| value <= max as f64)
        }
        _ => true,
    };
    let others = || model.rules.iter().filter(|other| other.name != rule.name);
    possible
        && holds(model, record, rule, Some(change)) == Some(true)
        && others().all(|other| {
            holds(model, record, other, Some(change)) != Some(false)
                || holds(model, record, other, None) == Some(false)
        })
}

fn decimal(field: &TypedField) -> Option<Decimal> {
    match field.value.as_ref()? {
        Value::Decimal(number) => Some(*number),
        Value::Integer(number) => Some(Decimal::from(*number)),
        _ => None,
    }
}

/// Returns the value with one doubtful digit replaced by what the recognizer thought of as well.
fn thought_of(field: &TypedField, value: Decimal) -> Vec<Decimal> {
    let Some(raw) = &field.raw else { return Vec::new() };
    let read = digit_places(raw);
    let printed = digit_places(&value.to_string());
    // Where digits were repaired or left away, those of the text are not those of the value.
    if !read.iter().map(|(_, digit)| digit).eq(printed.iter().map(|(_, digit)| digit)) {
        return Vec::new();
    }
    let mut values = Vec::new();
    for (index, (at, read)) in read.iter().enumerate() {
        let here = field.doubts.iter().filter(|doubt| usize::from(doubt.start) == *at);
        for alternative in here.flat_map(|doubt| &doubt.alternatives) {
            let digit = alternative.text.parse::<u32>().ok().filter(|digit| digit < &10);
            if let Some(digit) = digit.filter(|digit| digit != read) {
                values.extend(with_digit(value, index, digit));
            }
        }
    }
    values
}

/// Returns the value with one digit replaced by one that is often read for it.
fn confusable(_: &TypedField, value: Decimal) -> Vec<Decimal> {
    let digits = digit_places(&value.to_string());
    let replaced = digits.iter().enumerate().flat_map(|(index, (_, digit))| {
        CONFUSED[*digit as usize].iter().filter_map(move |other| with_digit(value, index, *other))
    });
    replaced.collect()
}

/// Returns a number with its digit of an index, from the left, replaced.
fn with_digit(value: Decimal, index: usize, digit: u32) -> Option<Decimal> {
    let text = value.to_string();
    let (at, _) = *digit_places(&text).get(index)?;
    let mut changed = text;
    changed.replace_range(at..=at, &digit.to_string());
    changed.parse().ok()
}

fn put(field: &mut TypedField, value: Decimal, (rule, confidence): (&str, f32)) {
    let typed = match field.value {
        Some(Value::Integer(_)) => i64::try_from(value).ok().map(Value::Integer),
        _ => Some(Value::Decimal(value)),
    };
    let Some(typed) = typed else { return };
    field.repairs.push(Repair {
        before: field.raw.clone().unwrap_or_default(),
        after: value.to_string(),
        rule: rule.to_owned(),
    });
    field.value = Some(typed);
    field.confidence = confidence;
}
