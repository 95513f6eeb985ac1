//! Divides a truth into folds, so that nothing is judged by what it taught itself.

use std::collections::HashMap;

use super::compare::bare;
use super::truth::Truth;
use crate::model::{FieldKind, RecordModel};

/// A text that so large a part of the rows shares says nothing of where they come from.
const COMMON_TEXT: f64 = 0.2;

/// Returns the fold of each row of the truth, below `count`. The rows of a group share a fold. The
/// folds are nearly even, and the same for the same truth.
pub fn folds(labels: (&Truth, &RecordModel), count: usize) -> Vec<usize> {
    let firsts = groups(labels);
    let mut sizes: HashMap<usize, usize> = HashMap::new();
    for first in &firsts {
        *sizes.entry(*first).or_default() += 1;
    }
    let mut groups: Vec<(usize, usize)> = sizes.into_iter().collect();
    // Each group, the largest first, goes to the smallest fold.
    groups.sort_by_key(|(first, size)| (std::cmp::Reverse(*size), *first));
    let mut filled = vec![0_usize; count.max(1)];
    let mut fold_of: HashMap<usize, usize> = HashMap::new();
    for (first, size) in groups {
        let fold = (0..filled.len()).min_by_key(|fold| filled[*fold]).unwrap_or(0);
        filled[fold] += size;
        fold_of.insert(first, fold);
    }
    firsts.iter().map(|first| fold_of[first]).collect()
}

/// Returns for each row of the truth the first row of its group. Rows of one file are of one group,
/// and so are rows that have a text in common, such as a company's papers: new papers mostly come
/// from others.
pub(super) fn groups((truth, model): (&Truth, &RecordModel)) -> Vec<usize> {
    let mut groups = Groups::new(truth.rows.len());
    groups.join_equal(truth.rows.iter().map(|row| Some(row.file.clone())).collect());
    for &field in &truth.fields {
        if !matches!(model.fields[field].kind, FieldKind::Text { .. }) {
            continue;
        }
        let texts: Vec<Option<String>> = truth
            .rows
            .iter()
            .map(|row| row.wanted[field].as_ref().map(|wanted| bare(&wanted.shown())))
            .collect();
        if largest_share(&texts) <= COMMON_TEXT {
            groups.join_equal(texts);
        }
    }
    (0..truth.rows.len()).map(|row| groups.first(row)).collect()
}

fn largest_share(texts: &[Option<String>]) -> f64 {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for text in texts.iter().flatten() {
        *counts.entry(text).or_default() += 1;
    }
    counts.values().copied().max().unwrap_or(0) as f64 / texts.len().max(1) as f64
}

/// Rows that belong together: each knows one before it, or is the first.
struct Groups {
    before: Vec<usize>,
}

impl Groups {
    fn new(rows: usize) -> Self {
        Self { before: (0..rows).collect() }
    }

    fn first(&self, row: usize) -> usize {
        let mut row = row;
        while self.before[row] != row {
            row = self.before[row];
        }
        row
    }

    /// Joins the rows of equal texts; `None` is equal to nothing.
    fn join_equal(&mut self, texts: Vec<Option<String>>) {
        let mut seen: HashMap<String, usize> = HashMap::new();
        for (row, text) in texts.into_iter().enumerate() {
            let Some(text) = text else { continue };
            let other = *seen.entry(text).or_insert(row);
            let (a, b) = (self.first(row), self.first(other));
            self.before[a.max(b)] = a.min(b);
        }
    }
}
