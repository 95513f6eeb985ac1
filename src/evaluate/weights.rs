//! How much each labelled record says of papers of others: the papers of one company are alike, and a
//! hundred of them are no hundred companies.
//!
//! The design effect of Kish (Survey Sampling, 1965): of a group of `n` each counts 1 / (1 + (n − 1) ρ),
//! where ρ, the correlation inside of groups, is measured on the labelled values themselves. On receipts
//! it is 0.3 to 0.7: a company's name is read right on all of its papers or on none. Called by `calibrate`.

use std::collections::HashMap;

/// What a fit that did not see a value was wrong about it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Residual {
    /// Position of the value's row in the truth.
    pub row: usize,
    /// 1 for a right value and 0 for a wrong one, less what the fit said.
    pub off: f64,
}

/// The sums of squares of one field between its groups and inside of them, by their degrees of freedom.
struct Variances {
    between: f64,
    within: f64,
    /// The size of a group that stands for all sizes.
    size: f64,
}

/// Returns the weight of each row, above 0 and at most 1; `groups` has the group of each row, `fields` what was
/// wrong in each field.
pub(super) fn weights(groups: &[usize], fields: &[Vec<Residual>]) -> Vec<f64> {
    let correlation = correlation(groups, fields);
    let mut sizes: HashMap<usize, usize> = HashMap::new();
    for group in groups {
        *sizes.entry(*group).or_default() += 1;
    }
    groups.iter().map(|group| 1.0 / (1.0 + (sizes[group] - 1) as f64 * correlation)).collect()
}

/// Returns the correlation of residuals inside of groups, 0–1, pooled over fields: the estimator of the
/// analysis of variance (Donner, Int. Stat. Review 54, 1986).
fn correlation(groups: &[usize], fields: &[Vec<Residual>]) -> f64 {
    let (mut shared, mut all) = (0.0, 0.0);
    for Variances { between, within, size } in
        fields.iter().filter_map(|field| variances(groups, field))
    {
        shared += between - within;
        all += between + (size - 1.0) * within;
    }
    if all > f64::EPSILON { (shared / all).clamp(0.0, 1.0) } else { 0.0 }
}

/// Returns the variances of a field; `None` if it has no group of several, or but one group.
fn variances(groups: &[usize], residuals: &[Residual]) -> Option<Variances> {
    let mut by_group: HashMap<usize, Vec<f64>> = HashMap::new();
    for residual in residuals {
        by_group.entry(groups[residual.row]).or_default().push(residual.off);
    }
    let count = residuals.len() as f64;
    let group_count = by_group.len() as f64;
    if by_group.len() < 2 || by_group.len() == residuals.len() {
        return None;
    }
    let mean = residuals.iter().map(|residual| residual.off).sum::<f64>() / count;
    let (mut between, mut within, mut squares) = (0.0, 0.0, 0.0);
    for offs in by_group.values() {
        let size = offs.len() as f64;
        let own = offs.iter().sum::<f64>() / size;
        between += size * (own - mean).powi(2);
        within += offs.iter().map(|off| (off - own).powi(2)).sum::<f64>();
        squares += size * size;
    }
    Some(Variances {
        between: between / (group_count - 1.0),
        within: within / (count - group_count),
        size: (count - squares / count) / (group_count - 1.0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(groups: &[usize], offs: &[f64]) -> Vec<f64> {
        let residuals =
            offs.iter().enumerate().map(|(row, &off)| Residual { row, off }).collect::<Vec<_>>();
        weights(groups, &[residuals])
    }

    #[test]
    fn papers_that_are_right_or_wrong_together_count_as_one() {
        let weights = of(&[0, 0, 0, 0, 4, 4, 6], &[0.5, 0.5, 0.5, 0.5, -0.5, -0.5, -0.5]);
        assert_eq!(weights, [0.25, 0.25, 0.25, 0.25, 0.5, 0.5, 1.0]);
    }

    #[test]
    fn papers_that_have_nothing_in_common_but_their_company_count_in_full() {
        let weights = of(&[0, 0, 2, 2], &[0.5, -0.5, 0.5, -0.5]);
        assert_eq!(weights, [1.0; 4]);
        assert_eq!(of(&[0, 1, 2], &[0.5, -0.5, 0.5]), [1.0; 3]);
    }
}
