//! Belief propagation over numbers that must make sums.
//!
//! Each number has a spread of values; each sum says that some of them, weighted, are zero within a
//! tolerance; a series says that each number is near its neighbors. Messages go back and forth a few
//! rounds (Pearl 1988; loopy, so the beliefs are close, not exact). Most numbers are nearly certain:
//! then one of them is wrong at a time, and a sum needs no convolution; those that are open are
//! convolved with each other.

use super::belief::{Belief, likeliest};
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
const MOST_COMBINED: usize = 1 << 14;
/// Open numbers explain a sum if they make it right with this chance.
const EXPLAINS: f64 = 1e-3;
/// Up to so many combinations, deviations of sure numbers are weighed beside them.
const FEW_COMBINED: usize = 64;
/// Values of open numbers less likely than this share of the likeliest are left out of combinations.
const OPEN_NEGLIGIBLE: f64 = 1e-4;

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
        match self.fit(off) {
            Fit::Right => 1.0,
            Fit::Nearly => NEARLY,
            Fit::Wrong => SELDOM,
        }
    }

    /// Tells how well the sum comes out if it is off by so much.
    fn fit(&self, off: i64) -> Fit {
        let off = off.saturating_abs();
        if off <= self.tolerance {
            Fit::Right
        } else if off <= self.tolerance.saturating_mul(NEARLY_TIMES) {
            Fit::Nearly
        } else {
            Fit::Wrong
        }
    }
}

/// How well a sum comes out.
#[derive(Debug, Clone, Copy)]
enum Fit {
    Right,
    Nearly,
    Wrong,
}

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
        let mut all_agree = true;
        for (sum, said) in sums.iter().zip(&mut messages) {
            let terms = terms(sum, spreads, &beliefs, said);
            let off = off(sum, &terms);
            if agrees(sum, &terms, off) {
                *said = say_agreeing(sum, &terms, off);
            } else {
                *said = say(sum, &terms, off);
                all_agree = false;
            }
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
        if all_agree {
            break;
        }
    }
    beliefs.iter().map(|belief| probabilities(belief)).collect()
}

fn add(belief: &mut Belief, message: &[f64]) {
    for (all, more) in belief.iter_mut().zip(message) {
        *all += more;
    }
}

fn probabilities(belief: &[f64]) -> Vec<f64> {
    let most = belief.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut all: Vec<f64> = belief.iter().map(|likely| (likely - most).exp()).collect();
    let sum: f64 = all.iter().sum();
    for likely in &mut all {
        *likely /= sum;
    }
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
    /// How likely it is any other value, against its likeliest.
    doubt: f64,
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

/// Returns the numbers of a sum as it sees them, given what it said of them before.
fn terms<'s>(
    sum: &Sum,
    spreads: &'s [Spread],
    beliefs: &[Belief],
    before: &[Belief],
) -> Vec<Term<'s>> {
    let mut terms = Vec::with_capacity(sum.terms.len());
    for (position, &(number, weight)) in sum.terms.iter().enumerate() {
        let mut cavity = beliefs[number].clone();
        if let Some(said) = before.get(position) {
            for (all, own) in cavity.iter_mut().zip(said) {
                *all -= own;
            }
        }
        let (base, chance) = likeliest(&cavity);
        let (sure, doubt) = (chance >= SURE, 1.0 / chance - 1.0);
        terms.push(Term { weight, spread: &spreads[number], cavity, base, sure, doubt });
    }
    terms
}

/// Returns by how much a sum is off with the likeliest values.
fn off(sum: &Sum, terms: &[Term]) -> i64 {
    terms.iter().fold(sum.constant, |off, term| {
        off.saturating_add(term.weight.saturating_mul(term.spread.values[term.base].0))
    })
}

/// Tells whether a sum of sure numbers comes out as well as printed ones do.
fn agrees(sum: &Sum, terms: &[Term], off: i64) -> bool {
    off.saturating_abs() <= sum.tolerance.saturating_mul(NEARLY_TIMES)
        && terms.iter().all(|term| term.sure)
}

/// Returns what a sum says of each of its terms.
fn say(sum: &Sum, terms: &[Term], off: i64) -> Vec<Belief> {
    let deviations = Cumulated::of_deviations(terms);
    let open_to_sure = Open::of(terms, None);
    let explained = open_to_sure.explains(sum, off);
    let said = terms.iter().enumerate().map(|(position, term)| {
        if !term.sure {
            Open::of(terms, Some(position)).say(sum, (term, off), Some(&deviations))
        } else if explained {
            open_to_sure.say(sum, (term, off), None)
        } else {
            open_to_sure.say(sum, (term, off), Some(&deviations))
        }
    });
    said.collect()
}

/// What a sum of sure numbers says that agrees: another value makes it wrong, unless a second one is
/// wrong too.
fn say_agreeing(sum: &Sum, terms: &[Term], off: i64) -> Vec<Belief> {
    // A second wrong number makes up for the first in about one of 32 ways.
    const MAKES_UP: f64 = 1.0 / 32.0;
    let doubt: f64 = terms.iter().map(|term| term.doubt).sum();
    let said = [1.0, NEARLY, SELDOM].map(|chance| (chance + doubt * MAKES_UP).ln());
    let of_term = |term: &Term| {
        let offs = (0..term.cavity.len()).map(|index| off.saturating_add(term.change(index)));
        offs.map(|off| said[sum.fit(off) as usize]).collect()
    };
    terms.iter().map(of_term).collect()
}

/// The changes that the open numbers of a sum make together, with their chances, which sum to 1.
enum Open {
    Few(Vec<(i64, f64)>),
    /// Beside these, deviations of sure numbers do not matter.
    Many(Cumulated),
    TooMany,
}

impl Open {
    /// Combines the open numbers but the one at position `but`.
    fn of(terms: &[Term], but: Option<usize>) -> Self {
        let mut all = vec![(0_i64, 1.0_f64)];
        let open =
            terms.iter().enumerate().filter(|(other, term)| Some(*other) != but && !term.sure);
        for (_, term) in open {
            let mut changes: Vec<(i64, f64)> = term.deviations().collect();
            changes.push((0, 1.0));
            changes.retain(|(_, likely)| *likely >= OPEN_NEGLIGIBLE);
            if all.len().saturating_mul(changes.len()) > MOST_COMBINED {
                return Self::TooMany;
            }
            let mut next = Vec::with_capacity(all.len() * changes.len());
            for (change, likely) in &all {
                let more = changes.iter();
                next.extend(
                    more.map(|(more, chance)| (change.saturating_add(*more), likely * chance)),
                );
            }
            all = next;
        }
        let sum: f64 = all.iter().map(|(_, likely)| likely).sum();
        for (_, likely) in &mut all {
            *likely /= sum;
        }
        if all.len() > FEW_COMBINED { Self::Many(Cumulated::new(all)) } else { Self::Few(all) }
    }

    /// Tells whether the open numbers alone may make a sum right that is off by so much: then the sure
    /// ones need not be looked at one by one.
    fn explains(&self, sum: &Sum, off: i64) -> bool {
        match self {
            Self::Few(changes) => {
                let right = |change: &&(i64, f64)| {
                    matches!(sum.fit(off.saturating_add(change.0)), Fit::Right)
                };
                let chance: f64 = changes.iter().filter(right).map(|(_, likely)| likely).sum();
                changes.len() > 1 && chance >= EXPLAINS
            }
            Self::Many(changes) => changes.within(off, sum.tolerance) >= EXPLAINS,
            Self::TooMany => true,
        }
    }

    /// Returns what a sum that is off by `off` says of a term. `deviations` are those of all sure
    /// numbers, also of the term itself: one of a few dozen, so that leaving it out changes little.
    /// Without them only the open numbers count.
    fn say(&self, sum: &Sum, (term, off): (&Term, i64), deviations: Option<&Cumulated>) -> Belief {
        let chance = |at: i64| match (self, deviations) {
            (Self::TooMany, _) => 1.0,
            (Self::Many(open), _) => open.chance(sum, at),
            (Self::Few(open), Some(deviations)) => open
                .iter()
                .map(|(change, likely)| likely * deviations.chance(sum, at.saturating_add(*change)))
                .sum(),
            (Self::Few(open), None) => open
                .iter()
                .map(|(change, likely)| likely * sum.chance(at.saturating_add(*change)))
                .sum(),
        };
        let indices = 0..term.cavity.len();
        let offs = indices.map(|index| off.saturating_add(term.change(index)));
        offs.map(|at| chance(at).max(f64::MIN_POSITIVE).ln()).collect()
    }
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
