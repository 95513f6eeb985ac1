//! From typed values to judged records: issues, confidence, verdict.
//!
//! Pure: no input or output, no clock. `pipeline` builds one [`Validator`] a model and calls it
//! after `normalize`. What a text means is decided there; here only what is missing, doubtful or
//! against the rules.

mod arithmetic;
mod comparison;
mod evidence;
mod revise;
mod rules;
#[cfg(test)]
mod tests;

use crate::document::{FOOT_ROW, Issue, Record, Repair, TypedField, TypedRecord, Value, Verdict};
use crate::model::{Calibration, Dense, Doubtful, Field, FieldKind, RecordModel};
pub use revise::{Judgment, Revision};
use rules::{CompiledRules, Outcome};

/// The issues of values and records that are not sure enough, …
const LOW_CONFIDENCE: &str = "low confidence";
/// … and of those that only their own reading speaks for.
const UNCONFIRMED: &str = "nothing confirms it";

/// What a missing required field counts as in the confidence of its record.
const MISSING_CONFIDENCE: f32 = 0.3;
/// What a broken rule leaves of the confidence of a record: one of its values is wrong, or the
/// rule is too strict.
const KEPT_PER_BROKEN_RULE: f32 = 0.5;

/// Judges the records of one model; its rules are compiled once. Shared between threads.
#[derive(Debug)]
pub struct Validator {
    model: RecordModel,
    rules: CompiledRules,
}

// Threads of the re-extraction judge records side by side.
const _: () = {
    const fn shared<T: Send + Sync>() {}
    shared::<Validator>();
};

impl Validator {
    /// Prepares the rules of a model.
    pub fn new(model: &RecordModel) -> Self {
        Self { model: model.clone(), rules: CompiledRules::new(model) }
    }

    /// Judges one record: missing and unreadable values, ranges, doubtful fields, and all rules but
    /// those that speak of the row above. Without any value it is rejected.
    ///
    /// Before that, a wrong digit is repaired by rules that repair, but in dense tables: those are
    /// repaired by [`Validator::rows`].
    pub fn record(&self, mut typed: Record<TypedField>) -> TypedRecord {
        if self.dense().is_none() {
            arithmetic::repair_record(&self.model, &mut typed);
            evidence::doubt_odd_characters(&self.model, &mut typed);
            self.calibrate(&mut typed);
        }
        self.judged(typed)
    }

    fn dense(&self) -> Option<&Dense> {
        self.model.rows.as_ref()?.dense.as_ref()
    }

    fn judged(&self, mut typed: Record<TypedField>) -> TypedRecord {
        // A default stands nowhere on the page.
        let found =
            typed.fields.iter().any(|field| field.value.is_some() && field.bounds.is_some());
        let mut issues = Vec::new();
        let mut omitted = Vec::new();
        if found {
            for (index, (spec, field)) in self.model.fields.iter().zip(&typed.fields).enumerate() {
                let of_field = self.field_issues((spec, field), &typed);
                let is_doubtful = of_field.iter().any(|issue| issue.verdict != Verdict::Accepted);
                if is_doubtful && !spec.required && spec.doubtful == Doubtful::Omit {
                    omitted.push(index);
                } else {
                    issues.extend(of_field);
                }
            }
        } else {
            issues.push(Issue {
                field: None,
                text: "nothing found".to_owned(),
                verdict: Verdict::Rejected,
            });
        }
        let mut confidence = if found { self.confidence(&typed) } else { 0.0 };
        if found {
            for outcome in self.rules.on_record(&typed) {
                confidence *= KEPT_PER_BROKEN_RULE;
                issues.push(issue_of(outcome));
            }
            if confidence < self.accept_from() {
                issues.push(Issue {
                    field: None,
                    text: LOW_CONFIDENCE.to_owned(),
                    verdict: Verdict::Review,
                });
            }
        }
        // Rules have seen all values.
        omit(&mut typed, &omitted);
        let mut judged = TypedRecord {
            record: typed,
            model_version: self.model.version,
            confidence,
            verdict: Verdict::Accepted,
            issues,
            dates: crate::document::SaidOrder::Nothing,
            before_archive: None,
        };
        judge(&mut judged);
        judged
    }

    /// Judges the rows of a table by the rules that speak of the row above. `rows` are in order;
    /// a rule that does not hold is an issue of the lower row. The numbers of dense tables are repaired
    /// first, and their feet taken away.
    pub fn rows(&self, rows: &mut Vec<TypedRecord>) {
        if let Some(dense) = self.dense() {
            self.repair_tables(dense, rows);
        }
        for index in 1..rows.len() {
            let (above, below) = rows.split_at_mut(index);
            let (Some(previous), Some(row)) = (above.last(), below.first_mut()) else { continue };
            for outcome in self.rules.on_rows(&previous.record, &row.record) {
                row.confidence *= KEPT_PER_BROKEN_RULE;
                row.issues.push(issue_of(outcome));
            }
            judge(row);
        }
    }

    /// Repairs the dense tables of the rows, one a page, and judges their rows again.
    fn repair_tables(&self, dense: &Dense, rows: &mut Vec<TypedRecord>) {
        for page in rows.chunk_by_mut(|above, below| above.record.page == below.record.page) {
            let mut foot = None;
            let mut body = Vec::with_capacity(page.len());
            for row in page.iter_mut() {
                if row.record.row_number == FOOT_ROW {
                    foot = Some(&row.record);
                } else {
                    body.push(&mut row.record);
                }
            }
            arithmetic::repair_table(&self.model, dense, &mut body, foot);
        }
        rows.retain(|row| row.record.row_number != FOOT_ROW);
        for row in rows {
            *row = self.judged(row.record.clone());
        }
    }

    fn calibration(&self) -> Option<&Calibration> {
        self.model.learned.as_ref()?.calibration.as_ref()
    }

    /// Replaces the confidence of values by what labelled pages taught about it. What a rule repaired
    /// is as sure as the rule makes it.
    fn calibrate(&self, typed: &mut Record<TypedField>) {
        let Some(calibration) = self.calibration() else { return };
        for (spec, field) in self.model.fields.iter().zip(&mut typed.fields) {
            if field.repairs.iter().any(Repair::is_by_rule) {
                continue;
            }
            if let Some(probability) = calibration.probability(spec, field) {
                field.confidence = probability;
            }
        }
    }

    /// Returns the confidence from which a record is accepted.
    fn accept_from(&self) -> f32 {
        self.calibration().map_or(self.model.review_below, |calibration| calibration.accept_from)
    }

    /// Returns the confidence below which a value is doubtful. What is calibrated is measured by
    /// what the record needs; thresholds that were written for other figures say nothing of it.
    fn doubtful_below(&self, spec: &Field) -> f32 {
        let calibrated = |learned: &&Calibration| learned.fields.contains_key(&spec.name);
        self.calibration()
            .filter(calibrated)
            .map_or(spec.review_below, |calibration| calibration.accept_from)
    }

    /// Tells whether a value that a record needs has a calibrated probability or evidence beside its
    /// confidence; what has neither must be read almost without a doubt.
    fn is_confirmed(
        &self,
        (spec, field): (&Field, &TypedField),
        record: &Record<TypedField>,
    ) -> bool {
        let calibrated = self
            .calibration()
            .is_some_and(|calibration| calibration.fields.contains_key(&spec.name));
        !spec.required
            || calibrated
            || self.dense().is_some()
            || field.confidence >= evidence::SURE_WITHOUT
            || evidence::confirms(&self.model, (spec, field), record)
    }

    fn field_issues(
        &self,
        (spec, field): (&Field, &TypedField),
        record: &Record<TypedField>,
    ) -> Vec<Issue> {
        let mut texts: Vec<String> = Vec::new();
        match (&field.value, &field.raw) {
            (None, Some(_)) => texts.push("unreadable".to_owned()),
            (None, None) if spec.required => texts.push("missing".to_owned()),
            (None, None) => {}
            (Some(value), raw) => {
                if is_out_of_range(&spec.kind, value) {
                    texts.push("out of range".to_owned());
                }
                if let Some(limit) = cut_at(&spec.kind, raw.as_deref()) {
                    texts.push(format!("cut at {limit} characters"));
                }
                if field.evidence.is_struck {
                    texts.push("is struck out".to_owned());
                }
                if let Some(ambiguity) = field.evidence.ambiguity {
                    texts.push(ambiguity.to_string());
                }
                if field.confidence < self.doubtful_below(spec) {
                    texts.push(LOW_CONFIDENCE.to_owned());
                } else if !self.is_confirmed((spec, field), record) {
                    texts.push(UNCONFIRMED.to_owned());
                }
                if matches!(spec.kind, FieldKind::Text { .. }) {
                    texts.extend(evidence::odd_characters(value));
                }
            }
        }
        let issue = |text| Issue { field: Some(spec.name.clone()), text, verdict: Verdict::Review };
        let mut issues: Vec<Issue> = texts.into_iter().map(issue).collect();
        issues.extend(self.repair_issues(spec, field));
        issues
    }

    /// Tells of values that rules have changed. A person looks at them unless they are sure enough.
    fn repair_issues(&self, spec: &Field, field: &TypedField) -> impl Iterator<Item = Issue> {
        let sure = field.confidence >= self.doubtful_below(spec);
        let verdict = if sure { Verdict::Accepted } else { Verdict::Review };
        let by_rule = field.repairs.iter().filter(|repair| repair.is_by_rule());
        by_rule.map(move |repair| Issue {
            field: Some(spec.name.clone()),
            text: format!("repaired: {} to {} by {}", repair.before, repair.after, repair.rule),
            verdict,
        })
    }

    /// Returns the probability that the required values are right; without required fields, that
    /// all found ones are. Misreadings on one page have common causes, so the fields are not
    /// independent: the least certain counts in full, the others half (the root of their product).
    fn confidence(&self, typed: &Record<TypedField>) -> f32 {
        let any_required = self.model.fields.iter().any(|field| field.required);
        let mut least = 1.0_f32;
        let mut product = 1.0_f32;
        for (spec, field) in self.model.fields.iter().zip(&typed.fields) {
            let confidence = match field.value {
                Some(_) if spec.required || !any_required => field.confidence,
                None if spec.required => MISSING_CONFIDENCE,
                Some(_) | None => continue,
            };
            least = least.min(confidence);
            product *= confidence;
        }
        if least <= f32::EPSILON {
            return 0.0;
        }
        (least * (product / least).sqrt()).clamp(0.0, 1.0)
    }
}

/// Takes away the values of fields, so that nothing is said of them.
fn omit(typed: &mut Record<TypedField>, fields: &[usize]) {
    for &index in fields {
        if let Some(field) = typed.fields.get_mut(index) {
            *field =
                TypedField { raw: field.raw.take(), page: field.page, ..TypedField::default() };
        }
    }
}

/// A record is as good as its worst issue.
fn judge(record: &mut TypedRecord) {
    let worst = record.issues.iter().map(|issue| issue.verdict).max();
    record.verdict = worst.unwrap_or(Verdict::Accepted);
}

fn issue_of(outcome: Outcome) -> Issue {
    match outcome {
        Outcome::Broken { rule, verdict } => {
            Issue { field: None, text: format!("rule {rule}"), verdict }
        }
        Outcome::Failed { rule } => Issue {
            field: None,
            text: format!("rule {rule} cannot be evaluated"),
            verdict: Verdict::Review,
        },
    }
}

fn is_out_of_range(kind: &FieldKind, value: &Value) -> bool {
    match (kind, value) {
        (FieldKind::Integer { min, max }, Value::Integer(number)) => {
            min.is_some_and(|min| *number < min) || max.is_some_and(|max| *number > max)
        }
        (FieldKind::Decimal { min, max, .. }, Value::Decimal(number)) => {
            // Every decimal has a nearest float.
            let number = f64::try_from(*number).unwrap_or(f64::NAN);
            min.is_some_and(|min| number < min) || max.is_some_and(|max| number > max)
        }
        (_, Value::List(values)) => values.iter().any(|value| is_out_of_range(kind, value)),
        _ => false,
    }
}

fn cut_at(kind: &FieldKind, raw: Option<&str>) -> Option<usize> {
    let FieldKind::Text { max_length, .. } = kind else { return None };
    // White space and junk go before the cut is made, so a little more is not yet too much.
    let words: usize = raw?.split_whitespace().map(|word| word.chars().count() + 1).sum();
    (words > max_length.saturating_add(1)).then_some(*max_length)
}
