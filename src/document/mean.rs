//! The mean of values of which some count more: how sure a page, a line or a value is.

/// Returns the mean of values, each with its weight; `None` if nothing has any weight.
pub fn weighted_mean(values: impl IntoIterator<Item = (f32, f32)>) -> Option<f32> {
    let (mut sum, mut weights) = (0.0_f64, 0.0_f64);
    for (value, weight) in values {
        sum += f64::from(value) * f64::from(weight);
        weights += f64::from(weight);
    }
    (weights > 0.0).then(|| (sum / weights) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_count_by_their_weights() {
        assert_eq!(weighted_mean([(90.0, 1.0), (50.0, 3.0)]), Some(60.0));
        assert_eq!(weighted_mean([(90.0, 0.0)]), None);
        assert_eq!(weighted_mean([]), None);
    }
}
