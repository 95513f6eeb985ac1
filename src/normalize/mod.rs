//! From candidate texts to typed values: what a text means, what was misread, how sure that is.
//!
//! Pure: no input or output, no clock. `pipeline` calls [`record`] between `extract` and
//! `validate`. Patterns have been applied by `extract`; ranges and rules are judged in `validate`.

mod check_digit;
mod choice;
mod clock;
mod code;
mod confusion;
mod date;
mod doubted;
mod fold;
mod judged;
mod lookup;
mod many;
mod month;
mod number;
mod pairs;
mod read;
mod reading;
mod repair;
#[cfg(test)]
mod tests;
mod text;
mod together;
mod vocabulary;
mod weekday;

pub(crate) use confusion::{
    EDIT, JOINED_COST, exchange, family, look_alike, merge, signs_as_digits,
};
pub use date::SaidOrder;
pub use fold::{fold, similarity};
pub(crate) use number::Widened;
pub(crate) use read::read;
pub use read::value;

use std::borrow::Cow;

use judged::{DEFAULT_CONFIDENCE, Judged, judged, repair_of};
use reading::KEPT_PER_REPAIR;
use together::Together;

use crate::document::{
    Ambiguity, Candidate, Count, Evidence, Found, PixelBox, RawField, Record, Repair, TypedField,
    Value,
};
use crate::model::{Choose, Field, FieldKind, RecordModel, Scope};

/// Candidates placed this much worse than the best do not take part in `choose`.
const EQUALLY_PLACED: f32 = 0.1;

/// What is left of the confidence if another value stands at as good a place.
const KEPT_IF_CONTRADICTED: f32 = 0.8;
/// What is left of the doubt if the same value stands at a second place.
const DOUBT_IF_CONFIRMED: f32 = 0.6;

/// Normalizes every field of a record; `raw.fields` is in the model's order. Amounts that the model's
/// balances join are chosen together.
pub fn record(model: &RecordModel, raw: Record<RawField>) -> Record<TypedField> {
    one_of(model, Cow::Owned(raw), SaidOrder::Nothing, &mut no_heads(model))
}

/// Normalizes records of a document whose dates say something about their order. What stands in many rows, as
/// the head of a page does, is read once.
pub fn records_in<'r>(
    model: &RecordModel,
    records: impl Iterator<Item = &'r Record<RawField>>,
    said: SaidOrder,
) -> Vec<Record<TypedField>> {
    let mut read = no_heads(model);
    records.map(|record| one_of(model, Cow::Borrowed(record), said, &mut read)).collect()
}

/// A field of a row model's page head, and what it was read as.
type ReadHead = Option<(RawField, TypedField)>;

fn no_heads(model: &RecordModel) -> Vec<ReadHead> {
    model.fields.iter().map(|_| None).collect()
}

fn one_of(
    model: &RecordModel,
    mut raw: Cow<'_, Record<RawField>>,
    said: SaidOrder,
    read: &mut [ReadHead],
) -> Record<TypedField> {
    let together = if model.balances.is_empty() {
        Together::default()
    } else {
        together::weigh(model, &mut raw.to_mut().fields)
    };
    let mut fields: Vec<TypedField> = Vec::with_capacity(raw.fields.len());
    for ((spec, candidates), read) in model.fields.iter().zip(&raw.fields).zip(read) {
        let is_head = model.scope == Scope::Row && spec.column.is_empty() && spec.cell.is_none();
        fields.push(match read {
            Some((known, typed)) if is_head && known.is_same(candidates) => typed.clone(),
            _ => {
                let typed = field_in(spec, candidates, said);
                if is_head {
                    *read = Some((candidates.clone(), typed.clone()));
                }
                typed
            }
        });
    }
    together.tell(&mut fields);
    Record {
        fields,
        model: raw.model.clone(),
        page: raw.page,
        row_number: raw.row_number,
        region: raw.region,
    }
}

/// Returns the value of the most trustworthy candidate that makes a valid one: place, word
/// confidence and repairs weigh in, and of equally placed candidates the field's `choose` decides.
/// Without a valid candidate the field's default is taken; without one the best candidate's text
/// is kept as `raw` with no value.
pub fn field(field: &Field, raw: &RawField) -> TypedField {
    field_in(field, raw, SaidOrder::Nothing)
}

fn field_in(field: &Field, raw: &RawField, said: SaidOrder) -> TypedField {
    let readings = judged(field, raw, said);
    let found = match field.count {
        Count::One => chosen(field, &readings),
        Count::Many => many::values(readings),
    };
    if let Some(found) = found {
        return found;
    }
    if let Some(reading) = field.default.as_deref().and_then(|text| read(&field.kind, text)) {
        let value = match field.count {
            Count::One => reading.value,
            Count::Many => Value::List(vec![reading.value]),
        };
        return TypedField {
            value: Some(value),
            confidence: DEFAULT_CONFIDENCE,
            ..TypedField::default()
        };
    }
    let unread = raw.candidates.first();
    TypedField {
        raw: unread.map(|candidate| candidate.text.clone()),
        page: unread.map(|candidate| candidate.page),
        bounds: unread.map(|candidate| candidate.bounds),
        ..TypedField::default()
    }
}

/// Returns the one value that is chosen among the candidates that make one.
fn chosen(field: &Field, readings: &[Judged]) -> Option<TypedField> {
    let chosen = choose(field.choose, readings)?;
    let Judged { candidate, reading, confidence } = &readings[chosen];
    let witnesses = witnesses(field, readings, chosen);
    let (value, respelled) = respell(&reading.value, candidate, &field.vocabulary);
    let kept = KEPT_PER_REPAIR.powi(i32::try_from(respelled.len()).unwrap_or(i32::MAX));
    Some(TypedField {
        value: Some(value),
        raw: Some(candidate.text.clone()),
        page: Some(candidate.page),
        bounds: Some(candidate.bounds).filter(|bounds| *bounds != PixelBox::default()),
        confidence: confidence * witnesses * kept,
        evidence: Evidence {
            found: Some(candidate.found),
            words: candidate.word_confidence,
            place: candidate.place_score,
            meaning: reading.rank() * kept,
            witnesses,
            margin: margin(readings, chosen),
            ambiguity: candidate.ambiguity.or(reading.ambiguity),
            ..Evidence::default()
        },
        repairs: repair_of(&readings[chosen]).into_iter().chain(respelled).collect(),
        doubts: candidate.doubts.clone(),
    })
}

/// Puts the misread words of a text right, if the field has a vocabulary.
fn respell(value: &Value, candidate: &Candidate, vocabulary: &[String]) -> (Value, Vec<Repair>) {
    match value {
        Value::Text(text) if !vocabulary.is_empty() => {
            let (text, mut repairs) = doubted::repair(text, candidate, vocabulary);
            let (text, of_words) = vocabulary::repair(&text, vocabulary);
            repairs.extend(of_words);
            let (text, of_pairs) = pairs::repair(&text, vocabulary);
            repairs.extend(of_pairs);
            (Value::Text(text), repairs)
        }
        Value::Text(_)
        | Value::Integer(_)
        | Value::Decimal(_)
        | Value::Date(_)
        | Value::Time(_)
        | Value::Boolean(_)
        | Value::List(_) => (value.clone(), Vec::new()),
    }
}

/// Returns the whole of what a pattern matched in a text: a number with its sign and all its digits,
/// and whether it may be part of a longer one. If the whole is no value, but the match is one, that
/// is in doubt. A date loses none of its digits; other types are what their pattern says.
pub(crate) fn widened(
    kind: &FieldKind,
    text: &str,
    span: (usize, usize),
    gaps: number::Gaps,
) -> number::Widened {
    match kind {
        FieldKind::Integer { .. } | FieldKind::Decimal { .. } | FieldKind::Money => {}
        FieldKind::Date { .. } => {
            let whole = number::Widened { span: date::widen(text, span), ambiguity: None };
            return unless_cut(kind, text, span, whole);
        }
        FieldKind::Text { .. }
        | FieldKind::Time
        | FieldKind::Duration
        | FieldKind::Code { .. }
        | FieldKind::Enum { .. }
        | FieldKind::Lookup { .. }
        | FieldKind::Checkbox
        | FieldKind::Barcode { .. } => return number::Widened { span, ambiguity: None },
    }
    let whole = unless_cut(kind, text, span, number::widen(text, span, gaps));
    let is_count = matches!(kind, FieldKind::Integer { .. });
    if is_count && touches_look_alike(text, whole.span) {
        return number::Widened { ambiguity: Some(Ambiguity::NumberBeside), ..whole };
    }
    whole
}

/// Signs that a figure is misread as, and that stand at no count.
const LIKE_FIGURES: [char; 3] = ['£', '§', '¥'];

/// Tells whether such a sign touches a number: `£430` may be 5430.
fn touches_look_alike(text: &str, (from, to): (usize, usize)) -> bool {
    let before = text[..from].chars().next_back();
    let after = text[to..].chars().next();
    let inside = text[from..to].trim_matches(|c: char| c.is_ascii_digit());
    let ends = [before, after, inside.chars().next(), inside.chars().next_back()];
    ends.into_iter().flatten().any(|sign| LIKE_FIGURES.contains(&sign))
}

/// Returns the whole, or the match if that alone is a value.
fn unless_cut(
    kind: &FieldKind,
    text: &str,
    span: (usize, usize),
    whole: number::Widened,
) -> number::Widened {
    let is_value = |(from, to): (usize, usize)| read(kind, &text[from..to]).is_some();
    if whole.span != span && is_value(span) && !is_value(whole.span) {
        return number::Widened { span, ambiguity: Some(Ambiguity::NumberBeside) };
    }
    whole
}

/// Returns the index of the reading that wins.
fn choose(how: Choose, readings: &[Judged]) -> Option<usize> {
    // Learned candidates come in their order.
    if readings.first()?.candidate.found == Found::Learned {
        return Some(0);
    }
    let best_place = best_place(readings);
    let mut equally_placed = readings
        .iter()
        .enumerate()
        .filter(|(_, judged)| judged.candidate.place_score >= best_place - EQUALLY_PLACED);
    let winner = match how {
        Choose::Best => readings
            .iter()
            .enumerate()
            .reduce(|best, next| if next.1.confidence > best.1.confidence { next } else { best }),
        // Extraction has put the candidates in the order of choice.
        Choose::First | Choose::Last | Choose::ByRate => equally_placed.next(),
        Choose::Largest => equally_placed.reduce(|best, next| {
            if is_larger(&next.1.reading.value, &best.1.reading.value) { next } else { best }
        }),
    };
    winner.map(|(index, _)| index)
}

fn best_place(readings: &[Judged]) -> f32 {
    readings.iter().map(|judged| judged.candidate.place_score).fold(0.0, f32::max)
}

/// Returns the factor by which other candidates change the confidence of the chosen one: the same
/// value at another spot confirms it, another value at as good a spot contradicts it. Candidates
/// for text are longer and shorter cuts of one passage and say nothing about each other.
fn witnesses(field: &Field, readings: &[Judged], chosen: usize) -> f32 {
    let learned = readings[chosen].candidate.found == Found::Learned;
    if learned || matches!(field.kind, FieldKind::Text { .. }) || field.choose != Choose::Best {
        return 1.0;
    }
    let winner = &readings[chosen];
    let others = || readings.iter().enumerate().filter(|(index, _)| *index != chosen);
    let contradicted = others().any(|(_, other)| {
        other.reading.value != winner.reading.value
            && other.candidate.place_score >= winner.candidate.place_score
            && other.reading.rank() >= winner.reading.rank()
    });
    if contradicted {
        return KEPT_IF_CONTRADICTED;
    }
    let confirmed = others().any(|(_, other)| {
        other.reading.value == winner.reading.value
            && (other.candidate.page, other.candidate.bounds)
                != (winner.candidate.page, winner.candidate.bounds)
    });
    if confirmed && winner.confidence > 0.0 {
        let doubt = (1.0 - winner.confidence) * DOUBT_IF_CONFIRMED;
        return (1.0 - doubt) / winner.confidence;
    }
    1.0
}

/// Returns by how much the chosen reading is better placed and read than the best one of another
/// value, −1 to 1; without another value, how well it is placed and read.
fn margin(readings: &[Judged], chosen: usize) -> f32 {
    let standing =
        |judged: &Judged| judged.candidate.place_score * judged.candidate.word_confidence;
    let winner = &readings[chosen];
    // The value may stand at a better place as well.
    let (mut own, mut other) = (0.0_f32, 0.0_f32);
    for reading in readings {
        let best =
            if reading.reading.value == winner.reading.value { &mut own } else { &mut other };
        *best = best.max(standing(reading));
    }
    own - other
}

fn is_larger(value: &Value, other: &Value) -> bool {
    match (value, other) {
        (Value::Integer(a), Value::Integer(b)) => a > b,
        (Value::Decimal(a), Value::Decimal(b)) => a > b,
        (Value::Date(a), Value::Date(b)) => a > b,
        (Value::Time(a), Value::Time(b)) => a > b,
        (Value::Text(a), Value::Text(b)) => a.len() > b.len(),
        _ => false,
    }
}
