//! Which record of one extraction is which of another: rows of a table may have come or gone between them.

use std::collections::BTreeSet;

use super::said::Said;
use crate::document::PageNumber;

/// What it costs that a record is only on one side, in shares of a record's fields: a record of which more than
/// twice as much is different is another record.
const GAP: f32 = 0.45;
/// Tables of two sides with more pairs of rows than this are paired by position.
const MOST_PAIRS: usize = 4_000_000;

/// Two records that are the same one, or a record that is only on one side; indexes into what was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pair {
    Both(usize, usize),
    Lost(usize),
    Gained(usize),
}

/// Pairs the records of a document as two extractions gave them: page by page and in order, so that as few
/// fields as possible differ.
pub fn align(old: &[Said], new: &[Said]) -> Vec<Pair> {
    // A document's one record is the same wherever it starts.
    if let ([_], [_]) = (old, new) {
        return vec![Pair::Both(0, 0)];
    }
    let pages: BTreeSet<PageNumber> = old.iter().chain(new).map(|record| record.page).collect();
    let mut pairs = Vec::with_capacity(old.len().max(new.len()));
    for page in pages {
        let of_page = |records: &[Said]| -> Vec<usize> {
            (0..records.len()).filter(|&index| records[index].page == page).collect()
        };
        let (from, to) = (of_page(old), of_page(new));
        if from.len() == to.len() || from.len().saturating_mul(to.len()) > MOST_PAIRS {
            pairs.extend(by_position(&from, &to));
        } else {
            pairs.extend(by_content((old, &from), (new, &to)));
        }
    }
    pairs
}

fn by_position(from: &[usize], to: &[usize]) -> Vec<Pair> {
    let both = from.len().min(to.len());
    let shared = from.iter().zip(to).map(|(&a, &b)| Pair::Both(a, b));
    let lost = from[both..].iter().map(|&a| Pair::Lost(a));
    let gained = to[both..].iter().map(|&b| Pair::Gained(b));
    shared.chain(lost).chain(gained).collect()
}

/// Global alignment (Needleman and Wunsch 1970).
fn by_content((old, from): (&[Said], &[usize]), (new, to): (&[Said], &[usize])) -> Vec<Pair> {
    let width = to.len() + 1;
    let mut cost = vec![0.0_f32; (from.len() + 1) * width];
    let difference = |a: usize, b: usize| {
        let (a, b) = (&old[from[a]], &new[to[b]]);
        let fields = a.values.len().max(b.values.len()).max(1);
        a.changes(b).len() as f32 / fields as f32
    };
    for a in 0..=from.len() {
        for b in 0..=to.len() {
            let best = match (a, b) {
                (0, _) => b as f32 * GAP,
                (_, 0) => a as f32 * GAP,
                _ => (cost[(a - 1) * width + b - 1] + difference(a - 1, b - 1))
                    .min(cost[(a - 1) * width + b] + GAP)
                    .min(cost[a * width + b - 1] + GAP),
            };
            cost[a * width + b] = best;
        }
    }
    let (mut a, mut b) = (from.len(), to.len());
    let mut pairs = Vec::with_capacity(a.max(b));
    while a > 0 || b > 0 {
        let here = cost[a * width + b];
        let is = |other: f32| (here - other).abs() < 1e-4;
        if a > 0 && b > 0 && is(cost[(a - 1) * width + b - 1] + difference(a - 1, b - 1)) {
            (a, b) = (a - 1, b - 1);
            pairs.push(Pair::Both(from[a], to[b]));
        } else if a > 0 && is(cost[(a - 1) * width + b] + GAP) {
            a -= 1;
            pairs.push(Pair::Lost(from[a]));
        } else if b > 0 {
            b -= 1;
            pairs.push(Pair::Gained(to[b]));
        } else {
            // Rounding has hidden where the path came from; what is left is lost.
            a -= 1;
            pairs.push(Pair::Lost(from[a]));
        }
    }
    pairs.reverse();
    pairs
}
