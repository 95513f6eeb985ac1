//! Labelled records as questions: which of these candidates is the value?

use super::labelled::Labelled;
use crate::document::Value;
use crate::evaluate::{Wanted, similarity};
use crate::extract::{self, Example, Feature};
use crate::model::RecordModel;

/// The candidate most alike the right text is taken for right if it is so much alike: the others
/// are farther off, and recognition errors should not hide where the value stands.
const ALIKE: f64 = 0.7;

/// One record's candidates for one field.
pub(super) struct Question {
    /// The features of each candidate.
    pub candidates: Vec<Vec<Feature>>,
    /// Which candidates are right; none, if the value is not on the page.
    pub right: Vec<bool>,
}

impl Question {
    /// Returns the question that a record asks; `None` if the field's value is not known.
    pub fn of(
        (model, at): (&RecordModel, usize),
        words: &[String],
        record: &Labelled,
    ) -> Option<Self> {
        let wanted = record.wanted[at].as_ref()?;
        let examples: Vec<Example> = record
            .pages
            .iter()
            .flat_map(|(number, text)| extract::examples(model, at, words, (*number, text)))
            .collect();
        let right = right(wanted, &examples);
        let candidates = examples.into_iter().map(|example| example.features).collect();
        Some(Self { candidates, right })
    }
}

/// Tells whether the right value is among a record's candidates.
pub(super) fn is_findable(model: &RecordModel, at: usize, record: &Labelled) -> bool {
    let Some(wanted) = &record.wanted[at] else { return false };
    record.pages.iter().any(|(number, text)| {
        let examples = extract::examples(model, at, &[], (*number, text));
        examples.iter().any(|example| meets(wanted, example))
    })
}

fn meets(wanted: &Wanted, example: &Example) -> bool {
    example.value.as_ref().is_some_and(|value| wanted.is_met_by(value))
}

fn right(wanted: &Wanted, examples: &[Example]) -> Vec<bool> {
    let exact: Vec<bool> = examples.iter().map(|example| meets(wanted, example)).collect();
    if exact.contains(&true) {
        return exact;
    }
    let alike: Vec<f64> = examples
        .iter()
        .map(|example| match &example.value {
            Some(Value::Text(text)) => likeness(wanted, text),
            _ => 0.0,
        })
        .collect();
    let best = alike.iter().copied().fold(ALIKE, f64::max);
    alike.iter().map(|alike| *alike >= best).collect()
}

fn likeness(wanted: &Wanted, text: &str) -> f64 {
    let texts: Vec<String> = match wanted {
        Wanted::Values(values) => values.iter().map(ToString::to_string).collect(),
        Wanted::Names(names) => names.clone(),
    };
    texts.iter().map(|wanted| similarity(text, wanted)).fold(0.0, f64::max)
}
