//! What a digit is, all told: the second reader's opinion and the recognizer's votes become
//! probabilities.
//!
//! A logistic model with few weights, fitted on 20 photographed pages of observatory registers (58,000
//! digits); fitted on either half of the pages it is as good on the other one.

use super::classifier::{CLASSES, Opinion};
use super::labels::Vote;

/// Probabilities of the ten digits.
pub(super) type Probabilities = [f32; CLASSES];

/// Weight of a distance to a class, in units of the limit of what is normal.
const DISTANCE_WEIGHT: f32 = 0.15;
/// Distances beyond this say no more.
const LARGEST_DISTANCE: f32 = 6.0;
/// Weight of the logarithm of the share of neighbors.
const NEIGHBOR_WEIGHT: f32 = 1.5;
/// Added to shares of neighbors, so that none is zero.
const NEIGHBOR_FLOOR: f32 = 0.033;
/// Weights of the votes of a row's strip and of the single cell.
const VOTE_WEIGHTS: [f32; 2] = [2.3, 1.7];
/// Up to the first distance a digit looks as it should; beyond the second it is damaged.
const DAMAGE: (f32, f32) = (0.5, 2.5);
/// How much of the evidence counts for a damaged digit.
const LEAST_TRUST: f32 = 0.05;
/// Without a second reader votes count by their confidences, less because they are alike.
const VOTES_ALONE: f32 = 0.7;
/// No vote is surer than this.
const SUREST_VOTE: f32 = 0.98;

/// Returns the probabilities of a digit from what is known of it.
pub(super) fn posterior(opinion: Option<&Opinion>, votes: [Option<Vote>; 2]) -> Probabilities {
    let mut scores = [0.0_f32; CLASSES];
    match opinion {
        Some(opinion) => {
            let nearest = opinion.distances.iter().copied().fold(f32::MAX, f32::min);
            let trust = ((DAMAGE.1 - nearest) / (DAMAGE.1 - DAMAGE.0)).clamp(LEAST_TRUST, 1.0);
            for (class, score) in scores.iter_mut().enumerate() {
                let far = (opinion.distances[class] - nearest).min(LARGEST_DISTANCE);
                let share = match &opinion.neighbors {
                    Some(shares) => shares[class],
                    None => f32::from(u8::from(far <= 0.0)),
                };
                let neighbors = NEIGHBOR_WEIGHT * (share + NEIGHBOR_FLOOR).ln();
                *score += trust * (neighbors - DISTANCE_WEIGHT * far);
            }
            for (vote, weight) in votes.iter().zip(VOTE_WEIGHTS) {
                if let Some(vote) = vote {
                    scores[usize::from(vote.digit)] += trust * weight;
                }
            }
        }
        None => {
            for vote in votes.iter().flatten() {
                let sure = (vote.confidence / 100.0).clamp(1.0 - SUREST_VOTE, SUREST_VOTE);
                let odds = (CLASSES - 1) as f32 * sure / (1.0 - sure);
                scores[usize::from(vote.digit)] += VOTES_ALONE * odds.ln();
            }
        }
    }
    let highest = scores.iter().copied().fold(f32::MIN, f32::max);
    let weights = scores.map(|score| (score - highest).exp());
    let sum: f32 = weights.iter().sum();
    weights.map(|weight| weight / sum)
}

/// Returns whether the nearest neighbors should be asked about a digit: it looks odd, it lies between
/// classes, or not all say the same.
pub(super) fn is_doubtful(distances: &[f32; CLASSES], votes: [Option<Vote>; 2]) -> bool {
    const ODD: f32 = 0.7;
    const BETWEEN: f32 = 0.6;
    let (mut nearest, mut second, mut class) = (f32::INFINITY, f32::INFINITY, 0);
    for (index, &distance) in distances.iter().enumerate() {
        if distance < nearest {
            (second, nearest, class) = (nearest, distance, index);
        } else {
            second = second.min(distance);
        }
    }
    let is_confirmed = votes.iter().all(|v| v.is_some_and(|v| usize::from(v.digit) == class));
    nearest > ODD || second - nearest < BETWEEN || !is_confirmed
}
