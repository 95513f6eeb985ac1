//! Counts what is right: precision, recall and F1 of each field, and what is wrong in silence.

use serde::Serialize;

use super::Wanted;
use super::pairing::FoundRecord;
use super::truth::{Truth, TruthRow};
use crate::document::{Value, Verdict};
use crate::model::RecordModel;

/// How good the values of a field, or of all, are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    /// Values that the truth has.
    pub wanted: u64,
    /// Values that the records have.
    pub given: u64,
    /// Values that are right.
    pub right: u64,
    /// Values that are right or nearly so, see [`super::Wanted::is_nearly_met_by`].
    pub close: u64,
    /// Values of accepted records.
    pub accepted: u64,
    /// Wrong values of accepted records: what nobody would look at again.
    pub silent: u64,
}

/// The figures of a [`Count`], each 0–1; `None` where nothing was counted.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figures {
    pub wanted: u64,
    pub given: u64,
    pub right: u64,
    /// Share of the given values that is right.
    pub precision: Option<f64>,
    /// Share of the wanted values that was found.
    pub recall: Option<f64>,
    /// Harmonic mean of both.
    pub f1: Option<f64>,
    /// The same, where values that are nearly right count.
    pub close_f1: Option<f64>,
    /// Wrong values in accepted records.
    pub silent_errors: u64,
    /// Their share of all values in accepted records.
    pub silent_error_rate: Option<f64>,
}

impl Count {
    /// Counts one value.
    fn add(&mut self, wanted: Option<&Wanted>, value: Option<&Value>, verdict: Verdict) {
        self.wanted += u64::from(wanted.is_some());
        let Some(value) = value else { return };
        let is = |met: fn(&Wanted, &Value) -> bool| wanted.is_some_and(|wanted| met(wanted, value));
        let right = is(Wanted::is_met_by);
        self.given += 1;
        self.right += u64::from(right);
        self.close += u64::from(is(Wanted::is_nearly_met_by));
        if verdict == Verdict::Accepted {
            self.accepted += 1;
            self.silent += u64::from(!right);
        }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            wanted: self.wanted + other.wanted,
            given: self.given + other.given,
            right: self.right + other.right,
            close: self.close + other.close,
            accepted: self.accepted + other.accepted,
            silent: self.silent + other.silent,
        }
    }

    /// Returns the figures.
    pub fn figures(self) -> Figures {
        // F1 = 2 right / (given + wanted), which is the harmonic mean of precision and recall.
        Figures {
            wanted: self.wanted,
            given: self.given,
            right: self.right,
            precision: share(self.right, self.given),
            recall: share(self.right, self.wanted),
            f1: share(2 * self.right, self.given + self.wanted),
            close_f1: share(2 * self.close, self.given + self.wanted),
            silent_errors: self.silent,
            silent_error_rate: share(self.silent, self.accepted),
        }
    }
}

fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// How good the records of a model are.
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    /// Name and count of each field that the truth has, in the model's order.
    pub fields: Vec<(String, Count)>,
    /// Rows of the truth.
    pub rows: u64,
    /// Rows that have a record.
    pub found: u64,
    /// Rows whose record is accepted.
    pub accepted: u64,
    /// Rows of whose record every value is right and none is missing.
    pub whole: u64,
    /// What is not as it should be: wrong values of accepted records first, then other wrong ones,
    /// then missing ones; by line of the truth.
    pub misses: Vec<Miss>,
}

/// A value that is wrong or missing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Miss {
    /// Line of the truth.
    pub line: u64,
    /// The file as the truth names it.
    pub file: String,
    pub field: String,
    /// What would be right; `None` if there should be no value.
    pub wanted: Option<String>,
    /// What the record has.
    pub value: Option<String>,
    /// `None` without a record.
    pub verdict: Option<Verdict>,
    /// Position of the row in the truth.
    #[serde(skip)]
    pub row: usize,
}

impl Scores {
    /// Compares records with a truth; `pairs` is what [`super::pair`] returns.
    pub fn new(
        (truth, model): (&Truth, &RecordModel),
        records: &[FoundRecord],
        pairs: &[Option<usize>],
    ) -> Self {
        let named = |field: &usize| (model.fields[*field].name.clone(), Count::default());
        let mut scores = Self {
            fields: truth.fields.iter().map(named).collect(),
            rows: truth.rows.len() as u64,
            found: 0,
            accepted: 0,
            whole: 0,
            misses: Vec::new(),
        };
        for (at, (row, pair)) in truth.rows.iter().zip(pairs).enumerate() {
            scores.add((at, row), &truth.fields, pair.map(|record| &records[record]));
        }
        let severity = |miss: &Miss| match (&miss.value, miss.verdict) {
            (Some(_), Some(Verdict::Accepted)) => 0,
            (Some(_), _) => 1,
            (None, _) => 2,
        };
        scores.misses.sort_by_key(severity);
        scores
    }

    fn add(
        &mut self,
        (at, row): (usize, &TruthRow),
        fields: &[usize],
        record: Option<&FoundRecord>,
    ) {
        let verdict = record.map(|record| record.verdict);
        self.found += u64::from(record.is_some());
        self.accepted += u64::from(verdict == Some(Verdict::Accepted));
        let mut whole = record.is_some();
        for (&field, (name, count)) in fields.iter().zip(&mut self.fields) {
            let wanted = row.wanted[field].as_ref();
            let value = record.and_then(|record| record.values[field].as_ref());
            count.add(wanted, value, verdict.unwrap_or(Verdict::Rejected));
            let fine = match (wanted, value) {
                (Some(wanted), Some(value)) => wanted.is_met_by(value),
                (None, None) => true,
                (Some(_), None) | (None, Some(_)) => false,
            };
            if !fine {
                whole = false;
                self.misses.push(Miss {
                    line: row.line,
                    file: row.file.clone(),
                    field: name.clone(),
                    wanted: wanted.map(Wanted::shown),
                    value: value.map(ToString::to_string),
                    verdict,
                    row: at,
                });
            }
        }
        self.whole += u64::from(whole);
    }

    /// Returns the counts of all fields together.
    pub fn total(&self) -> Count {
        self.fields.iter().map(|(_, count)| *count).fold(Count::default(), Count::plus)
    }

    /// Returns the share of the rows whose record is accepted, 0–1.
    pub fn accepted_share(&self) -> f64 {
        share(self.accepted, self.rows).unwrap_or(0.0)
    }
}
