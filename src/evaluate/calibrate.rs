//! Calibration: from labelled records to probabilities, and to a threshold that keeps a promise.
//!
//! Everything that is shown or promised is measured on records that the fit did not see.

use std::sync::Arc;

use super::Wanted;
use super::bounds::at_most_weighed;
use super::fit::{Clues, Sample, fit};
use super::folds::{folds, groups};
use super::pairing::{FoundRecord, pair};
use super::truth::{Truth, TruthError};
use super::weights::{Residual, weights};
use crate::document::{Record, Repair, TypedField, TypedRecord, Verdict};
use crate::model::{Calibration, Field, Learned, RecordModel, clues};
use crate::validate::Validator;

/// Folds of a calibration: with one labelled page in ten left out, the fit is nearly that of all.
pub const FOLDS: usize = 10;
/// Labelled values of a field from which its confidence is fitted.
const LEAST_SAMPLES: usize = 20;

/// Records of a model that are judged together: those of a page, or of a document.
#[derive(Debug, Clone)]
pub struct RecordGroup {
    /// All files that hold the document.
    pub files: Vec<String>,
    /// As they come from `normalize`.
    pub records: Vec<Record<TypedField>>,
}

/// A value with the probability that it is right, by a fit that did not see it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeldOut {
    /// Position of its field in the model.
    pub field: usize,
    /// 0–1.
    pub says: f32,
    pub right: bool,
}

/// What accepting records from some confidence on would have meant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Acceptance {
    /// The confidence from which records are accepted, 0–1; above 1 if none is.
    pub from: f32,
    /// Share of the labelled records that is accepted, 0–1.
    pub share: f64,
    /// Values of accepted records, and how many of them are wrong.
    pub values: u64,
    pub wrong: u64,
    /// The same, each value counted as far as it says something of papers of others.
    pub weight: f64,
    pub wrong_weight: f64,
    /// The share of wrong ones that their confidence lets expect, 0–1.
    pub expected: f64,
}

impl Acceptance {
    /// Returns the share of wrong values that the labelled ones do not rule out on papers of others, 0–1.
    pub fn at_most(&self) -> f64 {
        at_most_weighed(self.wrong_weight, self.weight)
    }

    /// Tells whether the labelled values show that no more than this share is wrong.
    pub fn shows(&self, max_error: f64) -> bool {
        self.at_most() <= max_error
    }
}

/// A calibration, and how good it is.
#[derive(Debug, Clone)]
pub struct Fitted {
    pub calibration: Calibration,
    pub held_out: Vec<HeldOut>,
    /// What the chosen threshold means.
    pub chosen: Acceptance,
    /// What other thresholds would mean, from the strictest on; one a twentieth of the records.
    pub others: Vec<Acceptance>,
    /// The smallest share of wrong values that any threshold can promise, 0–1.
    pub least: f64,
    /// Rows of the truth, and how many have a record.
    pub rows: usize,
    pub found: usize,
}

/// Fits the confidence of a model to a truth and chooses the threshold from which records are
/// accepted, so that at most a share of `max_error` of their values is wrong.
///
/// # Errors
/// The rows of the truth cannot be told apart.
pub fn calibrate(
    (truth, model): (&Truth, &RecordModel),
    key: Option<&str>,
    groups: &[RecordGroup],
    max_error: f32,
) -> Result<Fitted, TruthError> {
    let plain = with_calibration(model, None);
    let judged = judge(&plain, groups);
    let found: Vec<FoundRecord> =
        judged.iter().map(|(group, record)| found_record(&groups[*group], record)).collect();
    let pairs = pair((truth, model), key, &found)?;
    let fold_of = folds((truth, model), FOLDS);
    let labels = Labels { truth, model, pairs: &pairs, fold_of: &fold_of };
    let (samples, weights) = labels.samples(&judged);

    let mut unseen = Unseen { weights, held_out: Vec::new(), outcomes: Vec::new() };
    for fold in 0..FOLDS {
        let fitted = labels.fit(&samples, Some(fold));
        let is_fitted = |field: &Field| fitted.fields.contains_key(&field.name);
        let calibrated: Vec<bool> = model.fields.iter().map(is_fitted).collect();
        let judged = judge(&with_calibration(model, Some(fitted)), groups);
        labels.look_at(fold, &judged, &calibrated, &mut unseen);
    }
    let Unseen { held_out, outcomes, .. } = unseen;
    let others = acceptances(outcomes, truth.rows.len());
    let chosen = choose(&others, f64::from(max_error));
    let mut calibration = labels.fit(&samples, None);
    calibration.accept_from = chosen.from.min(1.0);
    calibration.max_error = max_error;
    let every = (truth.rows.len() / 20).max(1);
    let found = pairs.iter().flatten().count();
    Ok(Fitted {
        calibration,
        held_out,
        chosen,
        least: others.iter().map(Acceptance::at_most).fold(1.0, f64::min),
        others: others.iter().copied().skip(every - 1).step_by(every).collect(),
        rows: truth.rows.len(),
        found,
    })
}

/// Returns the labelled records as they are judged by a model that was calibrated without them, with
/// its own threshold; a model without a calibration judges them as it is.
///
/// # Errors
/// The rows of the truth cannot be told apart.
pub fn held_out_records(
    (truth, model): (&Truth, &RecordModel),
    key: Option<&str>,
    groups: &[RecordGroup],
) -> Result<Vec<FoundRecord>, TruthError> {
    let found = |(group, record): &(usize, TypedRecord)| found_record(&groups[*group], record);
    let own = model.learned.as_ref().and_then(|learned| learned.calibration.as_ref());
    let Some(own) = own else { return Ok(judge(model, groups).iter().map(found).collect()) };
    let judged = judge(&with_calibration(model, None), groups);
    let plain: Vec<FoundRecord> = judged.iter().map(found).collect();
    let pairs = pair((truth, model), key, &plain)?;
    let fold_of = folds((truth, model), FOLDS);
    let labels = Labels { truth, model, pairs: &pairs, fold_of: &fold_of };
    let (samples, _) = labels.samples(&judged);
    let mut records = Vec::new();
    for fold in 0..FOLDS {
        let fitted = labels.fit(&samples, Some(fold));
        let fitted = Calibration { accept_from: own.accept_from, ..fitted };
        let judged = judge(&with_calibration(model, Some(fitted)), groups);
        let of_fold = pairs.iter().zip(&fold_of).filter(|(_, of)| **of == fold);
        records.extend(of_fold.filter_map(|(pair, _)| Some(found(&judged[(*pair)?]))));
    }
    Ok(records)
}

/// Returns the model with this calibration instead of its own.
fn with_calibration(model: &RecordModel, calibration: Option<Calibration>) -> RecordModel {
    let mut learned = model.learned.as_deref().cloned().unwrap_or_else(|| Learned::nothing(model));
    learned.calibration = calibration;
    RecordModel { learned: Some(Arc::new(learned)), ..model.clone() }
}

/// Judges all records; each comes with the position of its group, in the order of the groups.
fn judge(model: &RecordModel, groups: &[RecordGroup]) -> Vec<(usize, TypedRecord)> {
    let validator = Validator::new(model);
    let mut judged = Vec::new();
    for (at, group) in groups.iter().enumerate() {
        let mut records: Vec<TypedRecord> =
            group.records.iter().map(|record| validator.record(record.clone())).collect();
        validator.rows(&mut records);
        judged.extend(records.into_iter().map(|record| (at, record)));
    }
    judged
}

fn found_record(group: &RecordGroup, record: &TypedRecord) -> FoundRecord {
    FoundRecord {
        files: group.files.clone(),
        page: record.record.page.0.get(),
        row: record.record.row_number,
        verdict: record.verdict,
        confidence: record.confidence,
        values: record.record.fields.iter().map(|field| field.value.clone()).collect(),
    }
}

/// A truth with the records that belong to its rows.
struct Labels<'l> {
    truth: &'l Truth,
    model: &'l RecordModel,
    pairs: &'l [Option<usize>],
    fold_of: &'l [usize],
}

/// A labelled record of a fold that was not fitted.
struct Outcome {
    /// The least that anything of it is sure of, 0–1; `None` if it could not be accepted at all.
    score: Option<f32>,
    values: u64,
    wrong: u64,
    /// How far its values count.
    weight: f64,
    /// The number of wrong values that its confidence lets expect.
    expected: f64,
}

impl Labels<'_> {
    /// Returns by field the row and the sample of each labelled value, and by row how far it counts.
    fn samples(&self, judged: &[(usize, TypedRecord)]) -> (Vec<Vec<(usize, Sample)>>, Vec<f64>) {
        let mut samples = vec![Vec::new(); self.model.fields.len()];
        for (at, (row, pair)) in self.truth.rows.iter().zip(self.pairs).enumerate() {
            let Some(record) = pair.map(|at| &judged[at].1.record) else { continue };
            for &field in &self.truth.fields {
                let typed = &record.fields[field];
                // What a rule repaired is as sure as the rule makes it.
                let by_rule = typed.repairs.iter().any(Repair::is_by_rule);
                let found: Option<Clues> = clues(&self.model.fields[field], typed);
                if let Some(clues) = found.filter(|_| !by_rule) {
                    let right = is_right(row.wanted[field].as_ref(), typed);
                    samples[field].push((at, Sample { clues, right, weight: 1.0 }));
                }
            }
        }
        let weights = self.weights(&samples);
        for (row, sample) in samples.iter_mut().flatten() {
            sample.weight = weights[*row];
        }
        (samples, weights)
    }

    /// Returns by row how far it counts, from what fits that weigh all alike are wrong about.
    fn weights(&self, samples: &[Vec<(usize, Sample)>]) -> Vec<f64> {
        let mut residuals = vec![Vec::new(); samples.len()];
        for fold in 0..FOLDS {
            let fitted = self.fit(samples, Some(fold));
            for ((field, samples), residuals) in
                self.model.fields.iter().zip(samples).zip(&mut residuals)
            {
                let Some(fitted) = fitted.fields.get(&field.name) else { continue };
                let held_out = samples.iter().filter(|(row, _)| self.fold_of[*row] == fold);
                residuals.extend(held_out.map(|(row, sample)| {
                    let says = f64::from(fitted.probability(&sample.clues));
                    Residual { row: *row, off: f64::from(u8::from(sample.right)) - says }
                }));
            }
        }
        weights(&groups((self.truth, self.model)), &residuals)
    }

    /// Fits all fields without the samples of a fold; records of any confidence are accepted.
    fn fit(&self, samples: &[Vec<(usize, Sample)>], without: Option<usize>) -> Calibration {
        let of_field = |(field, samples): (usize, &Vec<(usize, Sample)>)| {
            let kept: Vec<Sample> = samples
                .iter()
                .filter(|(row, _)| Some(self.fold_of[*row]) != without)
                .map(|(_, sample)| *sample)
                .collect();
            let name = &self.model.fields[field].name;
            (samples.len() >= LEAST_SAMPLES).then(|| (name.clone(), fit(&kept)))
        };
        Calibration {
            fields: samples.iter().enumerate().filter_map(of_field).collect(),
            accept_from: 0.0,
            max_error: 0.0,
            records: u32::try_from(self.pairs.iter().flatten().count()).unwrap_or(u32::MAX),
        }
    }

    /// Notes what a fit says of the records of the fold that it did not see.
    fn look_at(
        &self,
        fold: usize,
        judged: &[(usize, TypedRecord)],
        calibrated: &[bool],
        unseen: &mut Unseen,
    ) {
        for (index, (row, pair)) in self.truth.rows.iter().zip(self.pairs).enumerate() {
            let (Some(at), true) = (pair, self.fold_of[index] == fold) else { continue };
            let record = &judged[*at].1;
            let mut outcome = Outcome {
                score: (record.verdict == Verdict::Accepted).then_some(record.confidence),
                values: 0,
                wrong: 0,
                weight: unseen.weights[index],
                expected: 0.0,
            };
            for &field in &self.truth.fields {
                let typed = &record.record.fields[field];
                if typed.value.is_none() {
                    continue;
                }
                let right = is_right(row.wanted[field].as_ref(), typed);
                unseen.held_out.push(HeldOut { field, says: typed.confidence, right });
                outcome.values += 1;
                outcome.wrong += u64::from(!right);
                outcome.expected += f64::from(1.0 - typed.confidence);
            }
            let calibrated = record.record.fields.iter().zip(calibrated);
            let least = calibrated
                .filter(|(typed, calibrated)| **calibrated && typed.value.is_some())
                .map(|(typed, _)| typed.confidence)
                .fold(1.0, f32::min);
            outcome.score = outcome.score.map(|score| score.min(least));
            unseen.outcomes.push(outcome);
        }
    }
}

/// What fits say of records that they did not see.
struct Unseen {
    /// How far each row of the truth counts.
    weights: Vec<f64>,
    held_out: Vec<HeldOut>,
    outcomes: Vec<Outcome>,
}

fn is_right(wanted: Option<&Wanted>, typed: &TypedField) -> bool {
    match (wanted, &typed.value) {
        (Some(wanted), Some(value)) => wanted.is_met_by(value),
        (Some(_), None) | (None, _) => false,
    }
}

/// Returns what each threshold would mean, from the strictest on.
fn acceptances(mut outcomes: Vec<Outcome>, rows: usize) -> Vec<Acceptance> {
    outcomes.retain(|outcome| outcome.score.is_some());
    let score = |outcome: &Outcome| outcome.score.unwrap_or(0.0);
    outcomes.sort_by(|a, b| score(b).total_cmp(&score(a)));
    let (mut values, mut wrong, mut expected) = (0, 0, 0.0);
    let (mut weight, mut wrong_weight) = (0.0, 0.0);
    let mut acceptances = Vec::with_capacity(outcomes.len());
    for (at, outcome) in outcomes.iter().enumerate() {
        values += outcome.values;
        wrong += outcome.wrong;
        expected += outcome.expected;
        weight += outcome.weight * outcome.values as f64;
        wrong_weight += outcome.weight * outcome.wrong as f64;
        // Records of one score are accepted together.
        if outcomes.get(at + 1).is_some_and(|next| score(next) >= score(outcome)) {
            continue;
        }
        acceptances.push(Acceptance {
            from: score(outcome),
            share: (at + 1) as f64 / rows.max(1) as f64,
            values,
            wrong,
            weight,
            wrong_weight,
            expected: expected / (values.max(1)) as f64,
        });
    }
    acceptances
}

/// Chooses the threshold that accepts most of those that the labelled values show to keep the promise; if
/// there is none, nothing is accepted: a promise that a sample cannot carry is not made.
fn choose(acceptances: &[Acceptance], max_error: f64) -> Acceptance {
    let shown = acceptances.iter().rev().find(|acceptance| acceptance.shows(max_error));
    let nothing = Acceptance {
        from: 2.0,
        share: 0.0,
        values: 0,
        wrong: 0,
        weight: 0.0,
        wrong_weight: 0.0,
        expected: 0.0,
    };
    shown.copied().unwrap_or(nothing)
}
