//! What a count of wrong values says about the rate behind it.

/// How sure the bounds are.
pub const SURENESS: f64 = 0.95;
/// Halvings of the interval: to far below what is shown.
const HALVINGS: u32 = 50;
/// Sums of weights that miss a whole number by less are that number.
const WHOLE: f64 = 1e-6;

/// Returns the largest rate that still explains so few wrong of so many: the upper bound of
/// Clopper and Pearson (Biometrika 26, 1934), one-sided at [`SURENESS`]. 1 without any.
pub fn at_most(wrong: u64, of: u64) -> f64 {
    if wrong >= of {
        return 1.0;
    }
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..HALVINGS {
        let rate = f64::midpoint(low, high);
        if at_most_so_many(wrong, of, rate) > 1.0 - SURENESS {
            low = rate;
        } else {
            high = rate;
        }
    }
    high
}

/// Returns the same for counts that are no whole numbers, because not all values count in full: a line between
/// the bounds of whole numbers.
pub(super) fn at_most_weighed(wrong: f64, of: f64) -> f64 {
    let (whole, part) = (wrong.floor(), wrong.fract());
    let bound = |wrong: f64| at_most(wrong as u64, (of + WHOLE) as u64);
    (1.0 - part) * bound(whole) + part * bound(whole + 1.0)
}

/// Returns the smallest rate that explains so many right of so many: the lower bound likewise.
pub fn at_least(right: u64, of: u64) -> f64 {
    1.0 - at_most(of.saturating_sub(right), of)
}

/// Returns how likely there are at most `wrong` of `of`, each with this probability.
fn at_most_so_many(wrong: u64, of: u64, rate: f64) -> f64 {
    let odds = (rate / (1.0 - rate)).ln();
    let mut term = of as f64 * (1.0 - rate).ln();
    let mut sum = term.exp();
    for count in 1..=wrong {
        term += ((of - count + 1) as f64 / count as f64).ln() + odds;
        sum += term.exp();
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_those_of_the_tables() {
        // The rule of three: none of 300 is at most 1 % (1 − 0.05^(1/300) = 0.009936).
        assert!((at_most(0, 300) - 0.009_936).abs() < 1e-5);
        // Clopper and Pearson for 1 of 10, one-sided 95 %: 0.3942.
        assert!((at_most(1, 10) - 0.3942).abs() < 1e-4);
        assert!((at_least(10, 10) - 0.7411).abs() < 1e-4);
        assert!((at_most(0, 0) - 1.0).abs() < 1e-9);
        assert!((at_most(5, 5) - 1.0).abs() < 1e-9);
        // Half a value is half way from 0.009936 to the 0.015715 of 1 of 300.
        assert!((at_most_weighed(0.5, 300.4) - 0.012_825).abs() < 1e-4);
    }
}
