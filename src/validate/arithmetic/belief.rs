//! How likely the values of a number are, and which is the likeliest.

/// What is known of a number: logarithms of how likely each value of its spread is.
pub(super) type Belief = Vec<f64>;

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
