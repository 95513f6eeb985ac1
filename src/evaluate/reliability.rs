//! How far a confidence can be believed: a table, a chart, and the figures for programs.

use std::fmt::Write;

use serde::Serialize;

use super::bounds::{SURENESS, at_least, at_most};
use super::calibrate::{Acceptance, Fitted, HeldOut};

/// Lower ends of the ranges of confidence that are shown.
const RANGES: [f32; 8] = [0.99, 0.97, 0.95, 0.9, 0.8, 0.6, 0.3, 0.0];
/// Characters of the chart's whole width.
const CHART_WIDTH: usize = 40;

/// The values of a range of confidence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ReliabilityBin {
    /// The range, 0–1: from, and below.
    pub from: f32,
    pub below: f32,
    pub values: u64,
    pub right: u64,
    /// Mean confidence, 0–1.
    pub says: f64,
    /// Share that is right, 0–1.
    pub is: f64,
    /// Bounds of that share, each at 95 %.
    pub at_least: f64,
    pub at_most: f64,
}

/// Sorts values into ranges of confidence, the highest first; ranges without values are left out.
pub fn reliability(held_out: &[HeldOut]) -> Vec<ReliabilityBin> {
    let mut below = 1.0_f32 + f32::EPSILON;
    let mut bins = Vec::new();
    for from in RANGES {
        let inside = |value: &&HeldOut| (from..below).contains(&value.says);
        let values: Vec<&HeldOut> = held_out.iter().filter(inside).collect();
        if !values.is_empty() {
            let count = values.len() as u64;
            let right = values.iter().filter(|value| value.right).count() as u64;
            bins.push(ReliabilityBin {
                from,
                below: below.min(1.0),
                values: count,
                right,
                says: values.iter().map(|value| f64::from(value.says)).sum::<f64>() / count as f64,
                is: right as f64 / count as f64,
                at_least: at_least(right, count),
                at_most: at_most(right, count),
            });
        }
        below = from;
    }
    bins
}

/// A calibration for JSON.
#[derive(Debug, Clone, Serialize)]
pub struct FittedShown {
    pub rows: usize,
    pub found: usize,
    pub reliability: Vec<ReliabilityBin>,
    /// Mean squared difference of confidence and truth (Brier), 0–1.
    pub brier: f64,
    /// Mean negative logarithm of what was said of the truth, in nats.
    pub log_loss: f64,
    pub max_error: f32,
    pub chosen: AcceptanceShown,
    /// Whether the labelled values are enough to show that the promise is kept.
    pub shown: bool,
}

/// An [`Acceptance`] for JSON.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct AcceptanceShown {
    pub from: f32,
    pub share: f64,
    pub values: u64,
    pub wrong: u64,
    /// The share of wrong values on papers of others: papers that are alike count less.
    pub of_others: f64,
    pub at_most: f64,
    pub expected: f64,
}

impl From<Acceptance> for AcceptanceShown {
    fn from(acceptance: Acceptance) -> Self {
        let Acceptance { from, share, values, wrong, weight, wrong_weight, expected } = acceptance;
        let of_others = wrong_weight / weight.max(f64::EPSILON);
        Self { from, share, values, wrong, of_others, at_most: acceptance.at_most(), expected }
    }
}

impl Fitted {
    /// Returns the figures for programs.
    pub fn shown(&self) -> FittedShown {
        let count = self.held_out.len().max(1) as f64;
        let mean = |of: fn(&HeldOut) -> f64| self.held_out.iter().map(of).sum::<f64>() / count;
        FittedShown {
            rows: self.rows,
            found: self.found,
            reliability: reliability(&self.held_out),
            brier: mean(|value| (f64::from(value.says) - f64::from(u8::from(value.right))).powi(2)),
            log_loss: mean(|value| {
                let says = f64::from(value.says).clamp(1e-6, 1.0 - 1e-6);
                -(if value.right { says } else { 1.0 - says }).ln()
            }),
            max_error: self.calibration.max_error,
            chosen: self.chosen.into(),
            shown: self.chosen.shows(f64::from(self.calibration.max_error)),
        }
    }

    /// Returns what people want to know: how far the confidence can be believed, as a table with a
    /// chart, what thresholds mean, and which was chosen.
    pub fn text(&self) -> String {
        let shown = self.shown();
        let mut text = format!(
            "{} rows of the truth, {} with a record; each value judged by a fit that did not see its file\n\n\
             confidence     values   says     is   {:.0} % between     0 % right{:>width$}\n",
            self.rows,
            self.found,
            SURENESS * 100.0,
            "100 %",
            width = CHART_WIDTH - 8,
        );
        // Writing to a string cannot fail.
        for bin in &shown.reliability {
            let _written = writeln!(
                text,
                "{:.2} to {:.2}   {:>6}  {:>5.1}  {:>5.1}   {:>5.1} to {:>5.1}  |{}|",
                bin.from,
                bin.below,
                bin.values,
                bin.says * 100.0,
                bin.is * 100.0,
                bin.at_least * 100.0,
                bin.at_most * 100.0,
                chart(bin),
            );
        }
        let _written = write!(
            text,
            "\nBrier score {:.4}, log loss {:.4}; `#` is right, `|` is what the confidence says\n\n\
             accepted   from    wrong values   of others     at most   expected\n",
            shown.brier, shown.log_loss
        );
        for acceptance in &self.others {
            let _written = writeln!(text, "{}", acceptance.line());
        }
        text + "\n" + &self.promise()
    }

    /// Says which threshold was chosen, and whether the labelled values show that it keeps the
    /// promise.
    fn promise(&self) -> String {
        let max_error = f64::from(self.calibration.max_error);
        let percent = |share: f64| format!("{:.2} %", share * 100.0);
        let wanted = percent(max_error);
        let chosen = &self.chosen;
        if chosen.values == 0 {
            return format!(
                "chosen: no record is accepted: these labelled values cannot promise {wanted}; the least they can is {}\n\
                 hint: to promise {wanted} takes {} accepted values without a wrong one: label more pages, or allow more with `--max-error`\n",
                percent(self.least),
                needed(max_error),
            );
        }
        format!(
            "chosen: records are accepted from {:.3}, which is {:.1} % of them, with {} of {} values wrong\n\
             promise: at most {} wrong with {:.0} % certainty\n",
            chosen.from,
            chosen.share * 100.0,
            chosen.wrong,
            chosen.values,
            percent(chosen.at_most()),
            SURENESS * 100.0,
        )
    }
}

impl Acceptance {
    fn line(&self) -> String {
        format!(
            "{:>6.1} %  {:.3}  {:>5} of {:>6}    {:>6.2} %    {:>6.2} %   {:>6.2} %",
            self.share * 100.0,
            self.from,
            self.wrong,
            self.values,
            self.wrong_weight / self.weight.max(f64::EPSILON) * 100.0,
            self.at_most() * 100.0,
            self.expected * 100.0,
        )
    }
}

/// Returns how many right values it takes to show that no more than this share is wrong.
fn needed(max_error: f64) -> u64 {
    ((1.0 - SURENESS).ln() / (1.0 - max_error).ln()).ceil() as u64
}

fn chart(bin: &ReliabilityBin) -> String {
    let at = |share: f64| (share * CHART_WIDTH as f64).round() as usize;
    let (right, says) = (at(bin.is), at(bin.says).saturating_sub(1));
    let mark = |place: usize| match (place == says, place < right) {
        (true, _) => '|',
        (false, true) => '#',
        (false, false) => ' ',
    };
    (0..CHART_WIDTH).map(mark).collect()
}
