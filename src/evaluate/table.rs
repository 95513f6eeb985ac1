//! Scores as a table for people and as JSON for programs.

use std::fmt::Write;

use serde::Serialize;

use super::scores::{Count, Figures, Miss, Scores};
use crate::document::Verdict;

/// All figures of an evaluation, for JSON.
#[derive(Debug, Clone, Serialize)]
pub struct ScoresShown<'a> {
    /// Rows of the truth.
    pub rows: u64,
    pub found: u64,
    pub accepted: u64,
    /// 0–1.
    pub accepted_share: f64,
    pub right_as_a_whole: u64,
    pub fields: Vec<FieldFigures<'a>>,
    /// Of all fields together.
    pub all: Figures,
    pub misses: &'a [Miss],
}

/// The figures of a field.
#[derive(Debug, Clone, Serialize)]
pub struct FieldFigures<'a> {
    pub name: &'a str,
    #[serde(flatten)]
    pub figures: Figures,
}

impl Scores {
    /// Returns all figures; of the misses the first `show`.
    pub fn shown(&self, show: usize) -> ScoresShown<'_> {
        ScoresShown {
            rows: self.rows,
            found: self.found,
            accepted: self.accepted,
            accepted_share: self.accepted_share(),
            right_as_a_whole: self.whole,
            fields: self
                .fields
                .iter()
                .map(|(name, count)| FieldFigures { name, figures: count.figures() })
                .collect(),
            all: self.total().figures(),
            misses: &self.misses[..show.min(self.misses.len())],
        }
    }

    /// Returns the figures as a table of text, one line a field, and one for all of them.
    pub fn table(&self) -> String {
        let all = ("all".to_owned(), self.total());
        let lines: Vec<&(String, Count)> = self.fields.iter().chain([&all]).collect();
        let width = lines.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0).max(5);
        let mut text = format!(
            "{} rows, {} with a record, {} accepted ({:.1} %), {} right as a whole\n\n\
             {:width$}  wanted   given   right  precision  recall      F1   close  silent errors\n",
            self.rows,
            self.found,
            self.accepted,
            self.accepted_share() * 100.0,
            self.whole,
            "field",
        );
        for (name, count) in lines {
            let figures = count.figures();
            let rate = figures.silent_error_rate.map_or_else(String::new, |rate| {
                format!("{} of {}, {:.2} %", count.silent, count.accepted, rate * 100.0)
            });
            // Writing to a string cannot fail.
            let _written = writeln!(
                text,
                "{name:width$}  {:>6}  {:>6}  {:>6}  {:>9}  {:>6}  {:>6}  {:>6}  {rate}",
                count.wanted,
                count.given,
                count.right,
                three_places(figures.precision),
                three_places(figures.recall),
                three_places(figures.f1),
                three_places(figures.close_f1),
            );
        }
        text
    }
}

fn three_places(share: Option<f64>) -> String {
    share.map_or_else(|| "-".to_owned(), |share| format!("{share:.3}"))
}

impl Miss {
    /// Returns what is wrong, in a line.
    pub fn line(&self) -> String {
        let verdict = self.verdict.map_or("no record", Verdict::as_str);
        let place = format!("{} (line {}): {}", self.file, self.line, self.field);
        match (&self.value, &self.wanted) {
            (Some(value), Some(wanted)) => {
                format!("{place}: `{value}` is not `{wanted}` [{verdict}]")
            }
            (Some(value), None) => format!("{place}: `{value}`, but there is nothing [{verdict}]"),
            (None, Some(wanted)) => format!("{place}: nothing, not `{wanted}` [{verdict}]"),
            (None, None) => format!("{place}: nothing [{verdict}]"),
        }
    }
}
