//! Totals of an archive from a stratified two-stage sample of its documents and of their pages, with confidence
//! intervals. Pure. The formulas are those of W. G. Cochran, *Sampling Techniques*, 3rd ed., 1977: stratified sampling
//! (5.3), degrees of freedom (5.16), subsampling with units of unequal sizes (11.24).

use std::collections::BTreeMap;

use serde::Serialize;

use crate::document::Verdict;
use crate::evaluate::{at_least, at_most};
use crate::store::Footprint;

/// How often the truth is inside the intervals.
pub const LEVEL: f64 = 0.9;
/// The normal quantile that leaves half of the rest above.
const QUANTILE: f64 = 1.644_853_6;
/// Student's quantiles at the same level for 1 and 2 degrees of freedom; for more a series is close.
const QUANTILE_OF_ONE: f64 = 6.3138;
const QUANTILE_OF_TWO: f64 = 2.9200;

/// What a document or page costs and gives.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Amounts {
    /// Time of one reader.
    pub seconds: f64,
    pub stored: f64,
    pub blank: f64,
    pub failed: f64,
    pub quarantined: f64,
    pub footprint: Footprint,
    pub records: BTreeMap<(String, Verdict), f64>,
}

impl Amounts {
    /// Number of pages that ended, one way or another.
    pub(super) fn pages(&self) -> f64 {
        self.stored + self.blank + self.failed + self.quarantined
    }
}

/// A document of the sample.
#[derive(Debug, Clone, Default)]
pub(super) struct SampledDocument {
    /// What it costs and gives as a whole.
    pub itself: Amounts,
    /// Its first page, which is always in the sample: it is often not like the others. `None`: nobody can open the file.
    pub first: Option<Amounts>,
    /// How many other pages it has, and those that were read.
    pub other_pages: u32,
    pub others: Vec<Amounts>,
}

/// One number of amounts.
pub(super) type Of<'a> = &'a dyn Fn(&Amounts) -> f64;

impl SampledDocument {
    /// Returns its total: of its other pages that of the sample, blown up.
    fn total(&self, of: Of) -> f64 {
        let first = self.first.as_ref().map_or(0.0, of);
        let (mean, _) = moments(self.others.iter().map(of));
        of(&self.itself) + first + f64::from(self.other_pages) * mean
    }

    /// Returns the variance of its total, because not all of its pages were read.
    fn variance(&self, of: Of) -> f64 {
        let (all, read) = (f64::from(self.other_pages), self.others.len() as f64);
        if read < 1.0 || read >= all {
            return 0.0;
        }
        let (_, variance) = moments(self.others.iter().map(of));
        all * (all - read) * variance / read
    }

    /// Returns the total of what was read of it.
    fn seen(&self, of: Of) -> f64 {
        let pages = self.first.iter().chain(&self.others);
        of(&self.itself) + pages.map(of).sum::<f64>()
    }
}

/// A stratum of the archive and its sample.
#[derive(Debug, Clone, Default)]
pub(super) struct SampledStratum {
    /// Documents in it.
    pub documents: f64,
    pub sample: Vec<SampledDocument>,
}

/// A total of the whole archive, and between which bounds it lies at [`LEVEL`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Estimate {
    pub total: f64,
    pub low: f64,
    pub high: f64,
}

impl Estimate {
    /// A number that is known.
    pub fn exactly(total: f64) -> Self {
        Self { total, low: total, high: total }
    }

    /// Returns the same in another unit.
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        Self { total: self.total * factor, low: self.low * factor, high: self.high * factor }
    }

    /// Returns it with bounds that are further away by a share, for what no sample tells.
    #[must_use]
    pub fn wider(self, share: f64) -> Self {
        Self { total: self.total, low: self.low * (1.0 - share), high: self.high * (1.0 + share) }
    }
}

/// Puts strata of which less than two documents were read, but not all, with their neighbors: alone they have no
/// variance. Strata without any sample go the same way.
pub(super) fn collapsed(strata: Vec<SampledStratum>) -> Vec<SampledStratum> {
    let is_enough = |stratum: &SampledStratum| {
        let read = stratum.sample.len();
        read >= 2 || (read > 0 && read as f64 >= stratum.documents)
    };
    let mut whole: Vec<SampledStratum> = Vec::new();
    let mut open: Option<SampledStratum> = None;
    for mut stratum in strata {
        if let Some(before) = open.take() {
            stratum.documents += before.documents;
            stratum.sample.extend(before.sample);
        }
        if is_enough(&stratum) {
            whole.push(stratum);
        } else {
            open = Some(stratum);
        }
    }
    match (open, whole.last_mut()) {
        (Some(rest), Some(last)) => {
            last.documents += rest.documents;
            last.sample.extend(rest.sample);
        }
        (Some(rest), None) => whole.push(rest),
        (None, _) => {}
    }
    whole
}

/// Estimates a total.
pub(super) fn total(strata: &[SampledStratum], of: Of) -> Estimate {
    let (mut total, mut seen, mut variance) = (0.0, 0.0, 0.0);
    // Sums of g·s² and of (g·s²)² / (n − 1).
    let (mut between, mut freedom) = (0.0, 0.0);
    for stratum in strata {
        let read = stratum.sample.len() as f64;
        if read < 1.0 {
            continue;
        }
        let all = stratum.documents.max(read);
        let (mean, spread) = moments(stratum.sample.iter().map(|document| document.total(of)));
        let within: f64 = stratum.sample.iter().map(|document| document.variance(of)).sum();
        let weighed = all * (all - read) / read * spread;
        total += all * mean;
        seen += stratum.sample.iter().map(|document| document.seen(of)).sum::<f64>();
        variance += weighed + all / read * within;
        between += weighed;
        if read > 1.0 {
            freedom += weighed * weighed / (read - 1.0);
        }
    }
    let freedom = if freedom > 0.0 { between * between / freedom } else { f64::INFINITY };
    let error = student(freedom) * variance.sqrt();
    Estimate { total, low: (total - error).max(seen).min(total), high: total + error }
}

/// Estimates how many of the things that `all` counts are those that `of` counts. A sample that has seen none does not say
/// that there are none: the bounds are at least those of Clopper and Pearson for what was not looked at.
pub(super) fn count(strata: &[SampledStratum], of: Of, all: Of) -> Estimate {
    let estimate = total(strata, of);
    let everything = total(strata, all);
    let documents = || strata.iter().flat_map(|stratum| &stratum.sample);
    let trials: f64 = documents().map(|document| document.seen(all)).sum();
    let hits: f64 = documents().map(|document| document.seen(of)).sum();
    let unseen = (everything.total - trials).max(0.0);
    let (hits, trials) = (hits.round() as u64, trials.round() as u64);
    let low = hits as f64 + at_least(hits, trials) * unseen;
    let high = hits as f64 + at_most(hits, trials) * unseen;
    Estimate {
        total: estimate.total,
        low: estimate.low.min(low),
        high: estimate.high.max(high).min(everything.high.max(estimate.total)),
    }
}

/// Returns mean and variance of a sample; 0 for what it is too small for.
fn moments(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let count = values.clone().count() as f64;
    if count < 1.0 {
        return (0.0, 0.0);
    }
    let mean = values.clone().sum::<f64>() / count;
    if count < 2.0 {
        return (mean, 0.0);
    }
    let squares: f64 = values.map(|value| (value - mean).powi(2)).sum();
    (mean, squares / (count - 1.0))
}

/// Returns Student's quantile at [`LEVEL`] for so many degrees of freedom (Abramowitz and Stegun, 26.7.5).
fn student(freedom: f64) -> f64 {
    let x = QUANTILE;
    match freedom {
        f if f < 1.5 => QUANTILE_OF_ONE,
        f if f < 2.5 => QUANTILE_OF_TWO,
        f => {
            let first = (x.powi(3) + x) / 4.0;
            let second = (5.0 * x.powi(5) + 16.0 * x.powi(3) + 3.0 * x) / 96.0;
            let third = (3.0 * x.powi(7) + 19.0 * x.powi(5) + 17.0 * x.powi(3) - 15.0 * x) / 384.0;
            x + first / f + second / f.powi(2) + third / f.powi(3)
        }
    }
}

#[cfg(test)]
mod tests;
