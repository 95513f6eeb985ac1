//! What is usual of a figure in a group of records, and what is far from it.
//!
//! Robust statistics: the median and the median absolute deviation (Hampel 1974), which wrong values cannot pull.
//! Amounts are compared by their logarithms: they differ by factors.

use serde::{Deserialize, Serialize};

/// A normal distribution's standard deviation is so many median absolute deviations.
const DEVIATIONS: f64 = 1.4826;
/// An amount is unusual from so many standard deviations on …
const UNUSUAL_AMOUNT: f64 = 6.0;
/// … but a group whose amounts are all alike may still vary by a factor of e to this.
const LEAST_SPREAD: f64 = 0.4;
/// A day is unusual from so many standard deviations on …
const UNUSUAL_DAY: f64 = 8.0;
/// … of at least half a year.
const LEAST_DAYS: f64 = 183.0;

/// How figures are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spread {
    /// By factors: amounts, hours, numbers. Given as natural logarithms.
    Factors,
    /// By days.
    Days,
}

/// What is usual in a group.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Usual {
    /// Of logarithms or days.
    pub median: f64,
    /// The median distance from it.
    pub deviation: f64,
    /// How many figures the group has.
    pub count: u32,
}

impl Usual {
    /// Figures that a group needs before any of them is unusual.
    pub const FEWEST: u32 = 8;

    /// Tells whether a figure (as a logarithm or a day) is far from what is usual.
    pub fn is_unusual(&self, figure: f64, spread: Spread) -> bool {
        self.count >= Self::FEWEST && (figure - self.median).abs() > self.reach(spread)
    }

    /// Returns between which figures none is unusual, a hair too narrow; `None` if no figure is.
    pub fn bounds(&self, spread: Spread) -> Option<(f64, f64)> {
        const HAIR: f64 = 1e-9;
        let reach = self.reach(spread) - HAIR * self.median.abs().max(1.0);
        (self.count >= Self::FEWEST).then_some((self.median - reach, self.median + reach))
    }

    /// Returns how far from the median the last figure is that is not unusual.
    fn reach(&self, spread: Spread) -> f64 {
        let (least, limit) = match spread {
            Spread::Factors => (LEAST_SPREAD, UNUSUAL_AMOUNT),
            Spread::Days => (LEAST_DAYS, UNUSUAL_DAY),
        };
        limit * (self.deviation * DEVIATIONS).max(least)
    }

    /// Returns the median as people write it.
    pub fn shown(&self, spread: Spread) -> String {
        match spread {
            Spread::Factors => {
                let amount = self.median.exp();
                if amount < 100.0 { format!("{amount:.2}") } else { format!("{amount:.0}") }
            }
            Spread::Days => {
                let epoch = jiff::civil::date(1970, 1, 1);
                let days = jiff::Span::new().try_days(self.median.round() as i64);
                let day = days.ok().and_then(|days| epoch.checked_add(days).ok());
                day.unwrap_or(epoch).to_string()
            }
        }
    }
}
