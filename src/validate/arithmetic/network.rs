//! Belief propagation over numbers that must make sums.
//!
//! Each number has a spread of values; each sum says that some of them, weighted, are zero within a
//! tolerance; a series says that each number is near its neighbors. Messages go back and forth a few
//! rounds (Pearl 1988; loopy, so the beliefs are close, not exact). Most numbers are nearly certain:
//! then one of them is wrong at a time, and a sum needs no convolution; those that are open are
//! convolved with each other.

use super::spread::Spread;

/// Rounds of messages; more change nothing that counts.
const ROUNDS: usize = 3;
/// A number whose likeliest value has this probability is sure: others deviate one at a time.
const SURE: f64 = 0.9;
/// Printed sums are off by more than their rounding in 4 of 100 rows, by up to three times as much;
/// a wrong sum is seldom printed. Measured on 611 rows of printed weather tables.
const NEARLY: f64 = 0.04;
const NEARLY_TIMES: i64 = 3;
const SELDOM: f64 = 1e-6;
/// Combinations of open numbers beyond which a sum says nothing about the others.
const MOST_COMBINED: usize = 1 << 16;
/// Up to so many combinations, deviations of sure numbers are weighed beside them.
const FEW_COMBINED: usize = 64;
/// Values of open numbers less likely than this share of the likeliest are left out of combinations.
const OPEN_NEGLIGIBLE: f64 = 1e-5;

/// A weighted sum of numbers that is zero: `|Σ weight × number + constant| <= tolerance`.
#[derive(Debug, Clone)]
pub(super) struct Sum {
    /// Which number, and its weight; not 0.
    pub(super) terms: Vec<(usize, i64)>,
    pub(super) constant: i64,
    pub(super) tolerance: i64,
}

impl Sum {
    fn chance(&self, off: i64) -> f64 {
        let off = off.saturating_abs();
        if off <= self.tolerance {
            1.0
        } else if off <= self.tolerance.saturating_mul(NEARLY_TIMES) {
            NEARLY
        } else {
            SELDOM
        }
    }
}

/// What is known of a number: logarithms of how likely each value of its spread is.
pub(super) type Belief = Vec<f64>;

/// Returns the probability of each value of each spread, given the sums and the series. `series`
/// holds numbers in order of time, `None` where one is not known at all.
pub(super) fn posteriors(spreads: &[Spread], sums: &[Sum], series: &[usize]) -> Vec<Vec<f64>> {
    let priors: Vec<Belief> = spreads
        .iter()
        .map(|spread| spread.values.iter().map(|(_, likely)| likely.max(1e-12).ln()).collect())
        .collect();
    let mut beliefs = priors.clone();
    // By sum, then by its terms.
    let mut messages: Vec<Vec<Belief>> = vec![Vec::new(); sums.len()];
    for _ in 0..ROUNDS {
        let trend = super::series::messages(spreads, &beliefs, series);
        for (sum, said) in sums.iter().zip(&mut messages) {
            *said = say(sum, spreads, &beliefs, said);
        }
        beliefs.clone_from(&priors);
        for (number, message) in trend {
            add(&mut beliefs[number], &message);
        }
        for (sum, said) in sums.iter().zip(&messages) {
            for ((number, _), message) in sum.terms.iter().zip(said) {
                add(&mut beliefs[*number], message);
            }
        }
    }
    beliefs.iter().map(|belief| probabilities(belief)).collect()
}

fn add(belief: &mut Belief, message: &[f64]) {
    for (all, more) in belief.iter_mut().zip(message) {
        *all += more;
    }
}

/// Returns the index of the likeliest value and its probability.
pub(super) fn likeliest(belief: &[f64]) -> (usize, f64) {
    let (mut best, mut most) = (0, f64::NEG_INFINITY);
    for (index, &likely) in belief.iter().enumerate() {
        if likely > most {
            (best, most) = (index, likely);
        }
    }
    let sum: f64 = belief.iter().map(|likely| (likely - most).exp()).sum();
    (best, 1.0 / sum)
}

fn probabilities(belief: &[f64]) -> Vec<f64> {
    let most = belief.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut all: Vec<f64> = belief.iter().map(|likely| (likely - most).exp()).collect();
    let sum: f64 = all.iter().sum();
    all.iter_mut().for_each(|likely| *likely /= sum);
    all
}

/// A number as one sum sees it: what all else says of it.
struct Term<'s> {
    weight: i64,
    spread: &'s Spread,
    cavity: Belief,
    /// Index of its likeliest value.
    base: usize,
    sure: bool,
}

impl Term<'_> {
    /// Returns by how much the sum changes if the number is its value of an index, not its base.
    fn change(&self, index: usize) -> i64 {
        let [base, value] = [self.base, index].map(|index| self.spread.values[index].0);
        self.weight.saturating_mul(value.saturating_sub(base))
    }

    /// Returns the changes by its values but the base, with their chances against the base.
    fn deviations(&self) -> impl Iterator<Item = (i64, f64)> + '_ {
        let most = self.cavity[self.base];
        (0..self.cavity.len())
            .filter(|&index| index != self.base)
            .map(move |index| (self.change(index), (self.cavity[index] - most).exp()))
    }
}

/// Returns what a sum says of each of its terms, given what it said before.
fn say(sum: &Sum, spreads: &[Spread], beliefs: &[Belief], before: &[Belief]) -> Vec<Belief> {
    let mut terms: Vec<Term> = Vec::with_capacity(sum.terms.len());
    for (position, &(number, weight)) in sum.terms.iter().enumerate() {
        let mut cavity = beliefs[number].clone();
        if let Some(said) = before.get(position) {
            for (all, own) in cavity.iter_mut().zip(said) {
                *all -= own;
            }
        }
        let (base, chance) = likeliest(&cavity);
        terms.push(Term { weight, spread: &spreads[number], cavity, base, sure: chance >= SURE });
    }
    let off = terms.iter().fold(sum.constant, |off, term| {
        off.saturating_add(term.weight.saturating_mul(term.spread.values[term.base].0))
    });
    let all_sure = terms.iter().all(|term| term.sure);
    if all_sure && off.saturating_abs() <= sum.tolerance {
        return agreeing(sum, &terms, off);
    }
    let deviations = Cumulated::of_deviations(&terms);
    let mut said = Vec::with_capacity(terms.len());
    for (position, term) in terms.iter().enumerate() {
        let open = combined(&terms, position);
        said.push(match open {
            None => vec![0.0; term.cavity.len()],
            Some(open) if open.len() <= FEW_COMBINED => {
                few_open(sum, (term, off), &open, &deviations)
            }
            Some(open) => many_open(sum, (term, off), open),
        });
    }
    said
}

/// What a sum says that comes out right with the likeliest values of sure numbers: another value
/// makes it wrong, unless a second one is wrong too.
fn agreeing(sum: &Sum, terms: &[Term], off: i64) -> Vec<Belief> {
    // A second wrong number makes up for the first in about one of 32 ways.
    const MAKES_UP: f64 = 1.0 / 32.0;
    let doubt: f64 = terms
        .iter()
        .map(|term| {
            let most = term.cavity[term.base];
            term.cavity.iter().map(|likely| (likely - most).exp()).sum::<f64>() - 1.0
        })
        .sum();
    let otherwise = doubt * MAKES_UP;
    let (right, nearly, seldom) = (0.0, (NEARLY + otherwise).ln(), (SELDOM + otherwise).ln());
    terms
        .iter()
        .map(|term| {
            let said = (0..term.cavity.len()).map(|index| {
                let off = off.saturating_add(term.change(index)).saturating_abs();
                if off <= sum.tolerance {
                    right
                } else if off <= sum.tolerance.saturating_mul(NEARLY_TIMES) {
                    nearly
                } else {
                    seldom
                }
            });
            said.collect()
        })
        .collect()
}

/// What a sum says of a number while few combinations of open ones and one deviation of a sure one
/// are possible.
fn few_open(
    sum: &Sum,
    (term, off): (&Term, i64),
    open: &[(i64, f64)],
    deviations: &Cumulated,
) -> Belief {
    // Its own deviations are among those of all sure numbers.
    let own: Vec<(i64, f64)> = if term.sure { term.deviations().collect() } else { Vec::new() };
    let said = (0..term.cavity.len()).map(|index| {
        let at = off.saturating_add(term.change(index));
        let chance: f64 = open
            .iter()
            .map(|(change, likely)| {
                let at = at.saturating_add(*change);
                let own: f64 = own
                    .iter()
                    .map(|(change, likely)| likely * sum.chance(at.saturating_add(*change)))
                    .sum();
                likely * (deviations.chance(sum, at) - own).max(SELDOM)
            })
            .sum();
        chance.max(f64::MIN_POSITIVE).ln()
    });
    said.collect()
}

/// What a sum says of a number while many combinations of open ones are possible: deviations of sure
/// numbers do not matter beside them.
fn many_open(sum: &Sum, (term, off): (&Term, i64), open: Vec<(i64, f64)>) -> Belief {
    let open = Cumulated::new(open);
    let said = (0..term.cavity.len()).map(|index| {
        let at = off.saturating_add(term.change(index));
        open.chance(sum, at).max(f64::MIN_POSITIVE).ln()
    });
    said.collect()
}

/// Returns the changes that the open numbers other than the one at `position` make together, with
/// their chances, which sum to 1; `None` if there are too many.
fn combined(terms: &[Term], position: usize) -> Option<Vec<(i64, f64)>> {
    let mut all = vec![(0_i64, 1.0_f64)];
    let open = terms.iter().enumerate().filter(|(other, term)| *other != position && !term.sure);
    for (_, term) in open {
        let mut changes: Vec<(i64, f64)> = term.deviations().collect();
        changes.push((0, 1.0));
        changes.retain(|(_, likely)| *likely >= OPEN_NEGLIGIBLE);
        if all.len().checked_mul(changes.len())? > MOST_COMBINED {
            return None;
        }
        let mut next = Vec::with_capacity(all.len() * changes.len());
        for (change, likely) in &all {
            next.extend(
                changes
                    .iter()
                    .map(|(more, chance)| (change.saturating_add(*more), likely * chance)),
            );
        }
        all = next;
    }
    let sum: f64 = all.iter().map(|(_, likely)| likely).sum();
    all.iter_mut().for_each(|(_, likely)| *likely /= sum);
    Some(all)
}

/// Changes of a sum in ascending order, with the sums of their chances up to each.
struct Cumulated {
    changes: Vec<i64>,
    /// One longer than `changes`; the first is 0.
    chances: Vec<f64>,
}

impl Cumulated {
    fn new(mut changes: Vec<(i64, f64)>) -> Self {
        changes.sort_unstable_by_key(|(change, _)| *change);
        let mut chances = Vec::with_capacity(changes.len() + 1);
        let mut sum = 0.0;
        chances.push(sum);
        for (_, chance) in &changes {
            sum += chance;
            chances.push(sum);
        }
        Self { changes: changes.into_iter().map(|(change, _)| change).collect(), chances }
    }

    /// No deviation, or one of one sure number.
    fn of_deviations(terms: &[Term]) -> Self {
        let mut all = vec![(0, 1.0)];
        all.extend(terms.iter().filter(|term| term.sure).flat_map(Term::deviations));
        Self::new(all)
    }

    /// Returns how likely the sum comes out if it is off by `at` before the changes.
    fn chance(&self, sum: &Sum, at: i64) -> f64 {
        let total = self.chances.last().copied().unwrap_or(0.0);
        let right = self.within(at, sum.tolerance);
        let nearly = self.within(at, sum.tolerance.saturating_mul(NEARLY_TIMES));
        SELDOM * total + (NEARLY - SELDOM) * nearly + (1.0 - NEARLY) * right
    }

    /// Returns the chances of the changes that bring `at` within the tolerance.
    fn within(&self, at: i64, tolerance: i64) -> f64 {
        let lowest = tolerance.saturating_neg().saturating_sub(at);
        let highest = tolerance.saturating_sub(at);
        let from = self.changes.partition_point(|change| *change < lowest);
        let to = self.changes.partition_point(|change| *change <= highest);
        self.chances[to] - self.chances[from]
    }
}
