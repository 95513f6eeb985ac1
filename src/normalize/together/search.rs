//! The walk over all assignments of candidates to amounts, and what it says of each of them.

use std::sync::Arc;

use super::amounts::{
    Amount, Choice, Derived, LEAST, MOST, Together, ZERO, decimal, thousandths_of,
};
use crate::document::{Found, RawField};
use crate::model::{Agreement, Balance, RecordModel};

/// How much likelier amounts are right if a balance of three or more of them holds than if none was
/// seen, if it holds but for its tolerance, if one of two holds, and if one does not. Of chance sums a page of amounts has about one in
/// twenty; amounts that are right do not add up where a part that is optional was not found.
const HOLDS: f64 = 18.0;
const NEARLY_HOLDS: f64 = 6.0;
const REPEATS: f64 = 2.0;
const BROKEN: f64 = 0.25;
const BROKEN_WITH_OPTIONAL: f64 = 0.6;
/// How likely two fields have but one amount on the page.
const SHARED: f64 = 0.3;
/// The score of the best place is not exceeded by agreement.
const BEST_PLACE: f32 = 0.99;

/// How a balance stands in an assignment.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Standing {
    Broken,
    BrokenWithOptional,
    Unknown,
    Repeats,
    NearlyHolds,
    Holds,
}

/// The walk over all assignments.
pub(super) struct Search<'s> {
    model: &'s RecordModel,
    amounts: &'s [Amount],
    /// Of each balance and sum: its terms as positions in `amounts`, with weights.
    sums: Vec<Vec<Sum>>,
    all: f64,
    /// Of each amount and choice, the weight of the assignments with it.
    with: Vec<Vec<f64>>,
    best: (f64, Vec<Option<usize>>),
}

struct Sum {
    terms: Vec<(usize, i64, bool)>,
    constant: i64,
    tolerance: i64,
}

impl<'s> Search<'s> {
    pub(super) fn new(model: &'s RecordModel, amounts: &'s [Amount]) -> Self {
        let sum = |balance: &Agreement, sum: &Balance| {
            let term = |(field, weight): &(usize, i64)| {
                let at = amounts.iter().position(|amount| amount.field == *field)?;
                Some((at, *weight, balance.optional.binary_search(field).is_ok()))
            };
            Some(Sum {
                terms: sum.terms.iter().map(term).collect::<Option<_>>()?,
                constant: thousandths_of(sum.constant)?,
                tolerance: thousandths_of(sum.tolerance)?,
            })
        };
        let sums =
            |balance: &Agreement| balance.sums.iter().filter_map(|one| sum(balance, one)).collect();
        Self {
            model,
            amounts,
            sums: model.balances.iter().map(sums).collect(),
            all: 0.0,
            with: amounts.iter().map(|amount| vec![0.0; amount.choices.len()]).collect(),
            best: (0.0, vec![None; amounts.len()]),
        }
    }

    /// Goes on with the amount at `at`, after those that were chosen; `likely` is how likely they are.
    pub(super) fn visit(&mut self, chosen: &mut Vec<Option<usize>>, at: usize, likely: f64) {
        let amounts = self.amounts;
        let Some(amount) = amounts.get(at) else {
            self.count(chosen, likely);
            return;
        };
        for (index, choice) in amount.choices.iter().enumerate() {
            let shared = if self.is_taken(chosen, at, choice) { SHARED } else { 1.0 };
            chosen[at] = Some(index);
            self.visit(chosen, at + 1, likely * choice.prior * shared);
        }
        chosen[at] = None;
        self.visit(chosen, at + 1, likely * amount.absent);
    }

    /// Tells whether another field has the only place of a choice.
    fn is_taken(&self, chosen: &[Option<usize>], at: usize, choice: &Choice) -> bool {
        let earlier = self.amounts.iter().zip(chosen).take(at);
        let mut others = earlier.filter_map(|(amount, index)| Some(&amount.choices[(*index)?]));
        others.any(|other| other.shares_place(choice))
    }

    fn count(&mut self, chosen: &[Option<usize>], likely: f64) {
        let mut weight = likely;
        for (balance, sums) in self.sums.iter().enumerate() {
            weight *= match self.standing((balance, sums), chosen) {
                Standing::Holds => HOLDS,
                Standing::NearlyHolds => NEARLY_HOLDS,
                Standing::Repeats => REPEATS,
                Standing::Unknown => 1.0,
                Standing::BrokenWithOptional => BROKEN_WITH_OPTIONAL,
                Standing::Broken => BROKEN,
            };
        }
        self.all += weight;
        for (with, index) in self.with.iter_mut().zip(chosen) {
            if let Some(index) = index {
                with[*index] += weight;
            }
        }
        if weight > self.best.0 {
            self.best = (weight, chosen.to_vec());
        }
    }

    /// Returns how a balance stands: as the best of its sums. Of a value that nobody read and that was
    /// found by this balance it says nothing.
    fn standing(&self, (balance, sums): (usize, &[Sum]), chosen: &[Option<usize>]) -> Standing {
        let follows = self.amounts.iter().zip(chosen).any(|(amount, index)| {
            let derived = index.and_then(|index| amount.choices[index].derived.as_ref());
            derived.is_some_and(|(by, read)| *by == balance && read.is_none())
        });
        if follows {
            return Standing::Unknown;
        }
        let standings = sums.iter().map(|sum| self.standing_of(sum, chosen));
        let best = standings.reduce(|best, next| if next > best { next } else { best });
        best.unwrap_or(Standing::Unknown)
    }

    fn standing_of(&self, sum: &Sum, chosen: &[Option<usize>]) -> Standing {
        let mut off = sum.constant;
        let mut present: Vec<&Choice> = Vec::with_capacity(sum.terms.len());
        for (at, weight, optional) in &sum.terms {
            match chosen[*at] {
                Some(index) => {
                    let choice = &self.amounts[*at].choices[index];
                    off = off.saturating_add(choice.value.saturating_mul(*weight));
                    if choice.value != 0 {
                        present.push(choice);
                    }
                }
                None if *optional => {}
                None => return Standing::Unknown,
            }
        }
        let holds = off.saturating_abs() <= sum.tolerance;
        let shares = |(at, one): (usize, &&Choice)| {
            present[..at].iter().any(|other| other.shares_place(one))
        };
        match present.len() {
            0 | 1 => Standing::Unknown,
            // An amount is no witness of itself.
            _ if holds && present.iter().enumerate().any(shares) => Standing::Unknown,
            _ if !holds && sum.terms.iter().any(|(_, _, optional)| *optional) => {
                Standing::BrokenWithOptional
            }
            _ if !holds => Standing::Broken,
            2 => Standing::Repeats,
            _ if off == 0 => Standing::Holds,
            _ => Standing::NearlyHolds,
        }
    }

    /// Writes what was learned into the candidates, and returns the rest of it.
    pub(super) fn told(&self, fields: &mut [RawField]) -> Together {
        let mut together = Together::default();
        for (at, amount) in self.amounts.iter().enumerate() {
            let after = |index: usize| (self.with[at][index] / self.all).clamp(LEAST, MOST);
            let candidates = Arc::make_mut(&mut fields[amount.field].candidates);
            for candidate in &mut *candidates {
                let place = (candidate.page, candidate.bounds);
                let found = amount.choices.iter().position(|choice| choice.places.contains(&place));
                let Some(index) = found else { continue };
                let choice = &amount.choices[index];
                let is_zero = choice.value == 0 && self.model.fields[amount.field].required;
                let change = logit(after(index)) - logit(choice.prior)
                    + if is_zero { ZERO.ln() } else { 0.0 };
                let score = logit(f64::from(candidate.place_score)) + change;
                candidate.place_score = ((1.0 / (1.0 + (-score).exp())) as f32).min(BEST_PLACE);
            }
            if candidates.first().is_some_and(|first| first.found == Found::Learned) {
                candidates.sort_by(|a, b| b.place_score.total_cmp(&a.place_score));
            }
            let likeliest =
                (0..amount.choices.len()).max_by(|a, b| after(*a).total_cmp(&after(*b)));
            let Some(index) = likeliest else { continue };
            let choice = &amount.choices[index];
            if let Some((balance, read)) = &choice.derived {
                together.derived.push(Derived {
                    field: amount.field,
                    value: decimal(choice.value),
                    rule: self.model.balances[*balance].name.clone(),
                    probability: after(index) as f32,
                    read: read.clone(),
                });
            }
            if let Some(index) = self.best.1[at] {
                let value = decimal(amount.choices[index].value);
                together.agreements.push((amount.field, value, self.agreements(at)));
            }
        }
        together
    }

    /// Returns how many balances with an amount hold in the best assignment.
    fn agreements(&self, at: usize) -> u8 {
        let holds = |sums: &&Vec<Sum>| {
            sums.iter().any(|sum| {
                sum.terms.iter().any(|(term, _, _)| *term == at)
                    && self.standing_of(sum, &self.best.1) >= Standing::NearlyHolds
            })
        };
        u8::try_from(self.sums.iter().filter(holds).count()).unwrap_or(u8::MAX)
    }
}

fn logit(probability: f64) -> f64 {
    let bounded = probability.clamp(LEAST, MOST);
    (bounded / (1.0 - bounded)).ln()
}
