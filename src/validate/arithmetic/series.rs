//! What the neighbors of a number say of it where numbers follow each other in time.

use super::belief::{Belief, likeliest};
use super::spread::Spread;

/// A neighbor counts if its likeliest value has this probability.
const SURE: f64 = 0.9;
/// Neighbors farther away say too little.
const FARTHEST: usize = 3;
/// Degrees of freedom of Student's distribution of the differences from the neighbors: weather is
/// calm for days and then is not, so far outliers are more likely than a normal distribution says.
const FREEDOM: f64 = 2.0;
/// No difference makes a value less likely than this logarithm, of one in a million: neighbors may
/// be wrong together.
const FLOOR: f64 = -13.8;
/// Fewer sure triples than this tell no scale.
const FEWEST_TRIPLES: usize = 20;

/// Returns what its neighbors say of each number of a series, as logarithms by its values.
pub(super) fn messages(
    spreads: &[Spread],
    beliefs: &[Belief],
    series: &[usize],
) -> Vec<(usize, Belief)> {
    let sure: Vec<Option<f64>> = series
        .iter()
        .map(|&number| {
            let (best, chance) = likeliest(&beliefs[number]);
            (chance >= SURE).then(|| spreads[number].values[best].0 as f64)
        })
        .collect();
    let Some(scale) = scale(&sure) else { return Vec::new() };
    let mut messages = Vec::with_capacity(series.len());
    for (position, &number) in series.iter().enumerate() {
        let left = (1..=FARTHEST.min(position))
            .find_map(|step| Some((step as f64, sure[position - step]?)));
        let right =
            (1..=FARTHEST).find_map(|step| Some((step as f64, (*sure.get(position + step)?)?)));
        let (expected, gap) = match (left, right) {
            (Some((before, from)), Some((after, to))) => {
                ((from * after + to * before) / (before + after), f64::midpoint(before, after))
            }
            // Without the other side, the value may go on rising as well as turn.
            (Some((step, value)), None) | (None, Some((step, value))) => (value, 3.0 * step),
            (None, None) => continue,
        };
        let scale = scale * gap.powf(1.5);
        let message = spreads[number].values.iter().map(|(value, _)| {
            let off = (*value as f64 - expected) / scale;
            let chance = -f64::midpoint(FREEDOM, 1.0) * (1.0 + off * off / FREEDOM).ln();
            chance.max(FLOOR)
        });
        messages.push((number, message.collect()));
    }
    messages
}

/// Returns how far a number usually is from the middle of its neighbors, at least a unit; `None` if
/// too few are sure.
fn scale(sure: &[Option<f64>]) -> Option<f64> {
    let mut off: Vec<f64> = sure
        .windows(3)
        .filter_map(|three| Some((three[1]? - f64::midpoint(three[0]?, three[2]?)).abs()))
        .collect();
    if off.len() < FEWEST_TRIPLES {
        return None;
    }
    let middle = off.len() / 2;
    let (_, median, _) = off.select_nth_unstable_by(middle, f64::total_cmp);
    // The median of the distances of a normal distribution is 0.6745 of its standard deviation.
    Some((*median / 0.6745).max(1.0))
}
