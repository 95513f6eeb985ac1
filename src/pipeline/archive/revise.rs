//! What the archive makes of a record that it knows something of.

use std::num::NonZeroU32;

use crate::document::{PageNumber, Verdict};
use crate::model::RecordModel;
use crate::store::{ArchiveRecord, RecordChange, RecordState, measured, recurring, spread_of};
use crate::validate::{Judgment, Revision, Validator};
use crate::vocabulary::{Decision, UNUSUAL};

use super::ArchiveSummary;
use super::knowledge::{Knowledge, RECURS_SURELY};

/// What is left of the doubt of a value that recurs: that it is the right one of the page is not shown by it.
const DOUBT_IF_RECURRING: f32 = 0.7;
/// What is left of the confidence of a value that was mended.
const KEPT_IF_MENDED: f32 = 0.95;
/// What a person has said.
const CORRECTED: f32 = 0.99;

/// Revises records of a model by what is known.
#[derive(Clone, Copy)]
pub(super) struct Reviser<'a> {
    pub(super) model: &'a RecordModel,
    pub(super) validator: &'a Validator,
    pub(super) knowledge: &'a Knowledge,
}

impl Reviser<'_> {
    /// Returns what becomes of a record, if it is not so already.
    pub(super) fn change(
        self,
        record: ArchiveRecord,
        summary: &mut ArchiveSummary,
    ) -> Option<RecordChange> {
        let after = self.after(&record, summary);
        let ArchiveRecord { record_id, now, before, .. } = record;
        let read = before.as_ref().unwrap_or(&now);
        let kept = (after != *read).then(|| read.clone());
        if after == now && kept == before {
            return None;
        }
        Some(RecordChange { record_id, now: after, before: kept })
    }

    /// Returns what a record is to be, from what it was before the archive changed it.
    pub(super) fn after(self, record: &ArchiveRecord, summary: &mut ArchiveSummary) -> RecordState {
        summary.records += 1;
        let read = record.before.as_ref().unwrap_or(&record.now);
        let mut values = read.values.clone();
        let mut revisions = Vec::new();
        let sure = |index: usize| read.field_confidence.get(index).copied().unwrap_or(0.0);
        for (place, (index, _)) in recurring(self.model).enumerate() {
            let Some(Some(value)) = values.get_mut(place) else { continue };
            let Some(decision) = self.knowledge.decision(place, value) else { continue };
            revisions.extend(revision(decision, value, (index, sure(index)), summary));
        }
        let group = values.first().cloned().flatten();
        for (place, (index, field)) in measured(self.model).enumerate() {
            let Some(Some((figure, text))) = record.figures.get(place) else { continue };
            let Some(usual) = self.knowledge.usual(place, group.as_ref()) else { continue };
            if usual.is_unusual(*figure, spread_of(field)) {
                summary.unusual += 1;
                let text =
                    format!("{UNUSUAL}{text}, others are about {}", usual.shown(spread_of(field)));
                revisions.push(Revision {
                    field: index,
                    confidence: sure(index),
                    issue: Some((text, Verdict::Review)),
                });
            }
        }
        if revisions.is_empty() {
            return read.clone();
        }
        let page = PageNumber(NonZeroU32::new(record.page).unwrap_or(NonZeroU32::MIN));
        stored(self.validator.revised(&judgment(read), &revisions, page), values)
    }
}

/// Returns what a decision makes of a value, and puts it right.
fn revision(
    decision: &Decision,
    value: &mut String,
    (field, confidence): (usize, f32),
    summary: &mut ArchiveSummary,
) -> Option<Revision> {
    Some(match decision {
        Decision::Known { documents } if *documents >= RECURS_SURELY => Revision {
            field,
            confidence: 1.0 - (1.0 - confidence) * DOUBT_IF_RECURRING,
            issue: None,
        },
        Decision::Known { .. } => return None,
        Decision::Mended { to, documents, confidence: others } => {
            summary.mended += 1;
            let by = match documents {
                0 => "a value that was confirmed".to_owned(),
                1 => "1 document".to_owned(),
                more => format!("{more} documents"),
            };
            let issue = format!("repaired: {value} to {to} by {by}");
            value.clone_from(to);
            let confidence = confidence.max(others * KEPT_IF_MENDED);
            Revision { field, confidence, issue: Some((issue, Verdict::Accepted)) }
        }
        Decision::Corrected { to } => {
            summary.corrected += 1;
            let issue = format!("repaired: {value} to {to} by a correction");
            value.clone_from(to);
            Revision { field, confidence: CORRECTED, issue: Some((issue, Verdict::Accepted)) }
        }
        Decision::Nearly { known, documents } => {
            summary.nearly += 1;
            let issue = format!("nearly `{known}` of {documents} documents");
            Revision { field, confidence, issue: Some((issue, Verdict::Review)) }
        }
    })
}

fn judgment(state: &RecordState) -> Judgment {
    Judgment {
        verdict: state.status,
        confidence: state.confidence,
        field_confidence: state.field_confidence.clone(),
        issues: state.issues.clone(),
    }
}

fn stored(judgment: Judgment, values: Vec<Option<String>>) -> RecordState {
    let Judgment { verdict, confidence, field_confidence, issues } = judgment;
    RecordState { values, status: verdict, confidence, field_confidence, issues }
}
