//! Taxes by rate: values in rows with percentages of their own are parts of one sum.
//!
//! `value` calls it for fields that choose `by_rate`.

use std::sync::LazyLock;

use regex::Regex;
use rust_decimal::Decimal;

use super::layout::center_y;
use super::value::Search;
use crate::document::{Candidate, Value};
use crate::normalize;

static PERCENTAGE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:^|[^\d.,])(\d{1,2}(?:[.,]\d{1,2})?)\s?%")
        .expect("the pattern is fixed and tested")
});

/// The value in a labelled row, and the percentage there.
struct Part {
    rate: String,
    candidate: Candidate,
    amount: Decimal,
}

impl Search<'_> {
    /// Replaces values in rows of different percentages by their sum. Where a labelled row has a value
    /// and no percentage, the sum is printed, and nothing changes.
    pub(super) fn add_rates(&self, candidates: &mut Vec<Candidate>) {
        let mut rows: Vec<usize> =
            self.labels.by_field[self.index].iter().map(|label| label.row).collect();
        rows.dedup();
        let mut parts: Vec<Part> = Vec::new();
        for row in rows {
            let Some(candidate) = self.last_in(row, candidates) else { continue };
            let row = self.row(row);
            let text = self.sheet.layout.text(row.words);
            let Some(rate) = PERCENTAGE.captures(&text).map(|found| found[1].to_owned()) else {
                return;
            };
            let Some(amount) = self.amount(candidate) else { return };
            if parts.iter().any(|part| part.rate == rate) {
                return;
            }
            parts.push(Part { rate, candidate: candidate.clone(), amount });
        }
        if parts.len() < 2 {
            return;
        }
        let inside = |candidate: &Candidate| {
            parts.iter().any(|part| same_height(candidate, &part.candidate))
        };
        candidates.retain(|candidate| !inside(candidate));
        candidates.extend(sum(parts));
    }

    /// Returns the last value in a row, where amounts stand behind rates and what they are of.
    fn last_in<'c>(&self, row: usize, candidates: &'c [Candidate]) -> Option<&'c Candidate> {
        let bounds = self.row(row).bounds;
        let inside = |candidate: &&Candidate| {
            let y = center_y(&candidate.bounds);
            y >= bounds.top as f32 && y <= bounds.bottom as f32
        };
        candidates.iter().filter(inside).max_by_key(|candidate| candidate.bounds.left)
    }

    fn amount(&self, candidate: &Candidate) -> Option<Decimal> {
        match normalize::read(&self.field.kind, &candidate.text)?.value {
            Value::Decimal(amount) => Some(amount),
            _ => None,
        }
    }
}

fn same_height(candidate: &Candidate, other: &Candidate) -> bool {
    let y = center_y(&candidate.bounds);
    y >= other.bounds.top as f32 && y <= other.bounds.bottom as f32
}

/// Returns the sum of the parts as one value, no surer than the least sure of them.
fn sum(parts: Vec<Part>) -> Option<Candidate> {
    let total: Decimal = parts.iter().map(|part| part.amount).sum();
    let all = parts.into_iter().map(|part| part.candidate);
    let joined = all.reduce(|all, next| Candidate {
        bounds: all.bounds.union(&next.bounds),
        word_confidence: all.word_confidence.min(next.word_confidence),
        place_score: all.place_score.min(next.place_score),
        ambiguity: all.ambiguity.or(next.ambiguity),
        ..all
    })?;
    Some(Candidate { text: format!("{total:.2}"), doubts: Vec::new(), ..joined })
}
