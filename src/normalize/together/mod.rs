//! Chooses the candidates of fields that belong together: those whose amounts agree.
//!
//! A model's balances are weighed over all assignments of candidates to its amounts. How likely a
//! candidate is becomes how likely it is with all others (the marginal of a small factor graph), and a
//! value that the other amounts ask for takes part even if it was misread. `record` calls it before
//! fields are chosen one by one.

mod amounts;
mod search;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use super::date::SaidOrder;
use super::judged::{Judged, judged};
use crate::document::{Candidate, Count, Found, RawField};
use crate::model::{Agreement, RecordModel};
pub(super) use amounts::Together;
use amounts::{Amount, Choice, LEAST, MOST, ZERO, decimal, thousandths, thousandths_of};
use search::Search;

/// So many candidates of a required field take part, and so many of another one.
const MOST_REQUIRED: usize = 8;
const MOST_OPTIONAL: usize = 3;
/// So many values are tried that were not read but follow from other amounts.
const MOST_DERIVED: usize = 4;
/// With more assignments, fields keep but their best candidates.
const MOST_ASSIGNMENTS: usize = 40_000;
/// How likely an amount was misread for each percent of doubt about its words, and without any.
const MISREAD: f64 = 0.7;
const MISREAD_ANYWAY: f64 = 0.01;
/// Of misread amounts, how many have one other digit, and how many one more or less.
const ONE_DIGIT_OFF: f64 = 0.5;
const ONE_LENGTH_OFF: f64 = 0.25;
/// How likely a required amount that was not read at all is the one that others ask for, if they are
/// complete or parts may be missing.
const UNREAD: f64 = 0.5;
const UNREAD_WITH_OPTIONAL: f64 = 0.1;
/// Weighs the candidates of a record's amounts together; place scores change by what is learned.
pub(super) fn weigh(model: &RecordModel, fields: &mut [RawField]) -> Together {
    if model.balances.is_empty() {
        return Together::default();
    }
    let mut amounts = amounts(model, fields);
    if amounts.iter().filter(|amount| !amount.choices.is_empty()).count() < 2 {
        return Together::default();
    }
    bound(&mut amounts);
    for at in 0..amounts.len() {
        if model.fields[amounts[at].field].required {
            derive(model, &mut amounts, at, fields);
        }
    }
    bound(&mut amounts);
    let mut search = Search::new(model, &amounts);
    search.visit(&mut vec![None; amounts.len()], 0, 1.0);
    search.told(fields)
}

/// Returns the fields that balances speak of, with their candidates.
fn amounts(model: &RecordModel, fields: &[RawField]) -> Vec<Amount> {
    let sums = model.balances.iter().flat_map(|balance| &balance.sums);
    let spoken_of: BTreeSet<usize> =
        sums.flat_map(|sum| sum.terms.iter().map(|(field, _)| *field)).collect();
    let amounts = spoken_of.into_iter().filter(|field| model.fields[*field].count == Count::One);
    amounts.map(|field| amount(model, field, &fields[field])).collect()
}

fn amount(model: &RecordModel, field: usize, raw: &RawField) -> Amount {
    let spec = &model.fields[field];
    let mut choices: Vec<Choice> = Vec::new();
    for judged in judged(spec, raw, SaidOrder::Nothing) {
        let Some(value) = thousandths(&judged.reading.value) else { continue };
        let learned = judged.candidate.found == Found::Learned;
        let mut prior = f64::from(weight(&judged));
        if value == 0 && spec.required {
            prior *= ZERO;
        }
        let place = (judged.candidate.page, judged.candidate.bounds);
        match choices.iter_mut().find(|choice| choice.value == value) {
            Some(same) => {
                same.prior = if learned { same.prior + prior } else { same.prior.max(prior) };
                same.places.push(place);
            }
            None => choices.push(Choice { value, prior, places: vec![place], derived: None }),
        }
    }
    choices.sort_by(|a, b| b.prior.total_cmp(&a.prior));
    choices.truncate(if spec.required { MOST_REQUIRED } else { MOST_OPTIONAL });
    // Ranked candidates are probabilities of one; others compete for what the best one claims.
    let best = choices.first().map_or(0.0, |choice| choice.prior);
    let sum: f64 = choices.iter().map(|choice| choice.prior).sum();
    let ranked = raw.candidates.first().is_some_and(|first| first.found == Found::Learned);
    let claimed = if ranked { sum.min(MOST) } else { best.min(MOST) };
    for choice in &mut choices {
        choice.prior = (choice.prior / sum.max(LEAST) * claimed).max(LEAST);
    }
    Amount { field, choices, absent: (1.0 - claimed).max(LEAST) }
}

/// Returns how likely a candidate is by itself.
fn weight(judged: &Judged) -> f32 {
    match judged.candidate.found {
        Found::Learned => judged.candidate.place_score * (1.0 - misread(judged.candidate) as f32),
        _ => judged.confidence,
    }
}

/// Adds the values of an amount that others ask for.
fn derive(model: &RecordModel, amounts: &mut [Amount], at: usize, fields: &[RawField]) {
    let field = amounts[at].field;
    let mut found: Vec<(f64, usize, i64, bool)> = Vec::new();
    for (index, balance) in model.balances.iter().enumerate() {
        for sum in &balance.sums {
            let Some(own) = sum.terms.iter().find(|(other, _)| *other == field) else { continue };
            let mut rests = vec![(1.0, thousandths_of(sum.constant).unwrap_or(0), 0_usize)];
            for (other, weight) in sum.terms.iter().filter(|(other, _)| *other != field) {
                rests = with_term(rests, (*other, *weight), (balance, amounts));
            }
            let is_optional =
                |(field, _): &(usize, i64)| balance.optional.binary_search(field).is_ok();
            let complete = !sum.terms.iter().any(is_optional);
            let solved = rests.into_iter().filter(|rest| rest.2 > 1);
            found.extend(solved.filter_map(|(likely, rest, _)| {
                let value = rest.checked_neg()?.checked_div(own.1)?;
                (rest % own.1 == 0 && value > 0).then_some((likely, index, value, complete))
            }));
        }
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    let absent = amounts[at].absent;
    let mut values: Vec<BTreeSet<i64>> = vec![BTreeSet::new(); model.balances.len()];
    for (_, balance, value, _) in &found {
        values[*balance].insert(*value);
    }
    for (_, balance, value, complete) in found {
        let choices = &mut amounts[at].choices;
        let derived = choices.iter().filter(|choice| choice.derived.is_some()).count();
        if derived == MOST_DERIVED {
            break;
        }
        if choices.iter().all(|choice| choice.value != value) {
            let (alike, read) = alike(value, &fields[field]);
            let others = values[balance].len().max(1) as f64;
            let unread = if complete { UNREAD } else { UNREAD_WITH_OPTIONAL };
            let prior = alike.max(absent * unread / others);
            let derived = Some((balance, read));
            choices.push(Choice { value, prior, places: Vec::new(), derived });
        }
    }
}

/// Returns sums with the values of one more term: likelihood, sum, number of terms that are not 0.
fn with_term(
    sums: Vec<(f64, i64, usize)>,
    (field, weight): (usize, i64),
    (balance, amounts): (&Agreement, &[Amount]),
) -> Vec<(f64, i64, usize)> {
    let amount = amounts.iter().find(|amount| amount.field == field);
    let mut values: Vec<(f64, i64)> = amount.map_or_else(Vec::new, |amount| {
        let read = amount.choices.iter().filter(|choice| choice.derived.is_none());
        read.map(|choice| (choice.prior, choice.value)).collect()
    });
    if balance.optional.binary_search(&field).is_ok() {
        values.push((amount.map_or(1.0, |amount| amount.absent), 0));
    }
    let mut all = Vec::with_capacity(sums.len() * values.len());
    for (likely, sum, count) in sums {
        for (prior, value) in &values {
            let next = value.checked_mul(weight).and_then(|term| term.checked_add(sum));
            all.extend(next.map(|next| (likely * prior, next, count + usize::from(*value != 0))));
        }
    }
    all
}

/// Returns how likely a value was misread as what stands among a field's candidates, and the one that
/// is most like it.
fn alike(value: i64, raw: &RawField) -> (f64, Option<Candidate>) {
    let mut printed = decimal(value);
    printed.rescale(printed.scale().max(2));
    let wanted = digits(&printed.to_string());
    let mut best = (0.0, None);
    for candidate in raw.candidates.iter() {
        let read = digits(&candidate.text);
        let off = read.iter().zip(&wanted).filter(|(a, b)| a != b).count();
        let share = if read.len() == wanted.len() && off <= 1 {
            ONE_DIGIT_OFF
        } else if is_one_longer(&read, &wanted) || is_one_longer(&wanted, &read) {
            ONE_LENGTH_OFF
        } else {
            continue;
        };
        let likely = f64::from(candidate.place_score) * misread(candidate) * share;
        if likely > best.0 {
            best = (likely, Some(candidate.clone()));
        }
    }
    best
}

/// Returns how likely the digits of a candidate were misread.
fn misread(candidate: &Candidate) -> f64 {
    MISREAD_ANYWAY + MISREAD * (1.0 - f64::from(candidate.word_confidence.clamp(0.0, 1.0)))
}

fn digits(text: &str) -> Vec<char> {
    let letters = text.chars().map(|letter| match letter {
        'o' | 'O' => '0',
        'i' | 'I' | 'l' => '1',
        's' | 'S' => '5',
        other => other,
    });
    letters.filter(char::is_ascii_digit).collect()
}

/// Tells whether a row of digits is another one with one more in it.
fn is_one_longer(long: &[char], short: &[char]) -> bool {
    long.len() == short.len() + 1 && {
        let same = long.iter().zip(short).take_while(|(a, b)| a == b).count();
        long[same + 1..] == short[same..]
    }
}

/// Drops the least likely choices until the assignments can be counted.
fn bound(amounts: &mut [Amount]) {
    let count = |amounts: &[Amount]| {
        amounts
            .iter()
            .fold(1_usize, |product, amount| product.saturating_mul(amount.choices.len() + 1))
    };
    while count(amounts) > MOST_ASSIGNMENTS {
        let Some(most) = amounts.iter_mut().max_by_key(|amount| amount.choices.len()) else {
            return;
        };
        let least = (0..most.choices.len())
            .min_by(|a, b| most.choices[*a].prior.total_cmp(&most.choices[*b].prior));
        let Some(least) = least else { return };
        most.choices.remove(least);
    }
}
