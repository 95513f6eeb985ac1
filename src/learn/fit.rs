//! Fits the weights of a ranker: conditional logit (`McFadden` 1974) with one more alternative, that
//! no candidate is right, and a penalty on squared weights; minimized by L-BFGS.

use std::collections::BTreeMap;

use argmin::core::{CostFunction, Error, Executor, Gradient, State};
use argmin::solver::linesearch::MoreThuenteLineSearch;
use argmin::solver::quasinewton::LBFGS;

use super::questions::Question;
use crate::extract::{GROUPS, Group, group_size};

/// What a squared weight of 1 costs, in halves of a nat. On labelled receipts 3 to 12 rank held-out
/// pages alike, less than 1 worse.
const PENALTY: f64 = 6.0;
/// Steps of the minimization; it ends earlier where nothing more is gained.
const MOST_STEPS: u64 = 150;
/// How many steps L-BFGS remembers.
const MEMORY: usize = 7;
/// Weights are stored with so many parts of one.
const PRECISION: f64 = 1000.0;

/// The questions with the positions of their features in one row of weights.
struct Likelihood {
    questions: Vec<Indexed>,
}

/// One question.
struct Indexed {
    /// Positions of the weights of each candidate's features.
    candidates: Vec<Vec<u32>>,
    right: Vec<bool>,
}

/// Returns the weights by group of features.
pub(super) fn weights(
    questions: &[Question],
    words: usize,
) -> Result<BTreeMap<String, Vec<f32>>, Error> {
    let starts = starts(words);
    let count = starts.last().copied().unwrap_or(0);
    let position = |(group, at): &(Group, u16)| starts[*group as usize] as u32 + u32::from(*at);
    let questions = questions
        .iter()
        .map(|question| Indexed {
            candidates: question
                .candidates
                .iter()
                .map(|features| features.iter().map(position).collect())
                .collect(),
            right: question.right.clone(),
        })
        .collect();
    let solver = LBFGS::new(MoreThuenteLineSearch::new(), MEMORY);
    let result = Executor::new(Likelihood { questions }, solver)
        .configure(|state| state.param(vec![0.0; count]).max_iters(MOST_STEPS))
        .run()?;
    let fitted = result.state.get_best_param().cloned().unwrap_or_else(|| vec![0.0; count]);
    let mut weights = BTreeMap::new();
    for (group, name) in GROUPS {
        let (start, end) = (starts[group as usize], starts[group as usize + 1]);
        let mut of_group: Vec<f32> = fitted[start..end]
            .iter()
            .map(|weight| ((weight * PRECISION).round() / PRECISION) as f32)
            .collect();
        let used = of_group.iter().rposition(|weight| *weight != 0.0).map_or(0, |last| last + 1);
        of_group.truncate(used);
        if !of_group.is_empty() {
            weights.insert(name.to_owned(), of_group);
        }
    }
    Ok(weights)
}

/// Returns where the weights of each group start, and the number of all.
fn starts(words: usize) -> Vec<usize> {
    let mut starts = vec![0];
    let mut end = 0;
    for (group, _) in GROUPS {
        end += group_size(group, words);
        starts.push(end);
    }
    starts
}

impl Likelihood {
    /// Calls `each` with a question, the likelihood of every candidate, and the share of it that
    /// right ones would have; returns the negative log likelihood of what is right.
    fn visit(&self, weights: &[f64], mut each: impl FnMut(&Indexed, &[f64], &[f64])) -> f64 {
        let mut cost = 0.0;
        for question in &self.questions {
            let scores: Vec<f64> = question
                .candidates
                .iter()
                .map(|features| features.iter().map(|at| weights[*at as usize]).sum())
                .collect();
            // The score of "none of these" is 0. Sums are made of differences to the largest score, so that
            // a long first step gives no infinite cost, at which the search would end.
            let highest = scores.iter().copied().fold(0.0, f64::max);
            let raised: Vec<f64> = scores.iter().map(|score| (score - highest).exp()).collect();
            let all = (-highest).exp() + raised.iter().sum::<f64>();
            let of_right = || scores.iter().zip(&question.right).filter(|(_, right)| **right);
            let best_right = of_right().map(|(score, _)| *score).reduce(f64::max);
            let mut share = vec![0.0; scores.len()];
            let mut meant = 0.0;
            if let Some(best) = best_right {
                let sum: f64 = of_right().map(|(score, _)| (score - best).exp()).sum();
                meant = best + sum.ln();
                for ((share, score), right) in share.iter_mut().zip(&scores).zip(&question.right) {
                    *share = if *right { (score - best).exp() / sum } else { 0.0 };
                }
            }
            cost -= meant - highest - all.ln();
            let likely: Vec<f64> = raised.iter().map(|raised| raised / all).collect();
            each(question, &likely, &share);
        }
        cost
    }
}

impl CostFunction for Likelihood {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, weights: &Self::Param) -> Result<f64, Error> {
        let squares: f64 = weights.iter().map(|weight| weight * weight).sum();
        Ok(self.visit(weights, |_, _, _| {}) + PENALTY / 2.0 * squares)
    }
}

impl Gradient for Likelihood {
    type Param = Vec<f64>;
    type Gradient = Vec<f64>;

    fn gradient(&self, weights: &Self::Param) -> Result<Self::Gradient, Error> {
        let mut gradient: Vec<f64> = weights.iter().map(|weight| PENALTY * weight).collect();
        self.visit(weights, |question, likely, share| {
            for (candidate, features) in question.candidates.iter().enumerate() {
                for at in features {
                    gradient[*at as usize] += likely[candidate] - share[candidate];
                }
            }
        });
        Ok(gradient)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_pages_without_an_answer_do_not_end_the_fit_at_its_first_step() {
        // So steep is the slope at the start that the first step makes scores of more than 700, whose
        // exponential is no number.
        let question = |right: bool| Question {
            candidates: vec![vec![(Group::Row, 0), (Group::Rule, 1)], vec![(Group::Row, 0)]],
            right: vec![right, false],
        };
        let questions: Vec<Question> = (0..3000).map(|index| question(index % 3 == 0)).collect();
        let weights = weights(&questions, 0).unwrap();
        assert!(weights["rule"][1] > 1.0 && weights["row"][0] < -1.0, "{weights:?}");
    }
}
