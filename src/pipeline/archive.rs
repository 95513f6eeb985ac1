//! The archive teaches itself, after a run and when it is asked: readings of fields that recur → vocabulary → records.
//!
//! All follows from what extraction said of the records and from what people have decided, so that learning twice
//! changes nothing, and a run that was killed is made good by the next. Readings and records are streamed; memory is
//! bounded by `vocabulary`. A few new records of a large archive are held against what is known already; when they
//! have become a tenth of it, it learns from all again.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;

use serde::Serialize;

use super::blocking::blocking;
use super::{ModelSet, Stop};
use crate::document::{PageNumber, Verdict};
use crate::model::{Field, RecordModel};
use crate::normalize;
use crate::store::{
    Among, ArchiveRecord, ArchiveState, RecordChange, RecordState, Store, StoreError, measured,
    recurring, spread_of,
};
use crate::validate::{Judgment, Revision, Validator};
use crate::vocabulary::{Clusters, Decision, Learned, Reading, State, Usual};

/// Records that are looked at, and changed, at a time.
const RECORDS_AT_A_TIME: u32 = 2000;
/// Values of a field that may recur; of more the most frequent are kept.
const MOST_RECURRING: usize = 100_000;
/// Archives up to this many records are learned from as a whole each time.
const SMALL_ARCHIVE: i64 = if cfg!(test) { 10 } else { 10_000 };
/// From such a share of new records on a larger one is.
const NEW_SHARE: i64 = 10;

/// Documents from which a value that recurs is likely read right.
const RECURS_SURELY: u32 = 3;
/// What is left of the doubt of a value that recurs: that it is the right one of the page is not shown by it.
const DOUBT_IF_RECURRING: f32 = 0.7;
/// What is left of the confidence of a value that was mended.
const KEPT_IF_MENDED: f32 = 0.95;
/// What a person has said.
const CORRECTED: f32 = 0.99;

/// How much is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// What has come since the last time; nothing if nothing has.
    New,
    /// All records.
    All,
}

/// What the archive has taught itself, in values of records that were looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ArchiveSummary {
    /// Records that were looked at.
    pub records: u64,
    /// Misreadings of values that recur.
    pub mended: u64,
    /// Values that a person has corrected.
    pub corrected: u64,
    /// Values that are almost one that recurs.
    pub nearly: u64,
    /// Figures that are far from what is usual.
    pub unusual: u64,
    /// Records that say something else than before.
    pub changed: u64,
}

impl fmt::Display for ArchiveSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} values mended by what recurs, {} corrected, {} nearly known, {} unusual; {} of {} records changed",
            self.mended, self.corrected, self.nearly, self.unusual, self.changed, self.records
        )
    }
}

/// Learns from the records of all models that expect it, and changes what follows.
pub async fn learn(
    store: &Store,
    models: &Arc<ModelSet>,
    extent: Extent,
    stop: &Stop,
) -> Result<ArchiveSummary, StoreError> {
    let mut summary = ArchiveSummary::default();
    for (model, validator) in models.judges() {
        if recurring(model).next().is_none() && measured(model).next().is_none() {
            continue;
        }
        if stop.is_set() {
            break;
        }
        Learner { store, model, validator, stop }.learn(extent, &mut summary).await?;
    }
    Ok(summary)
}

/// Learns from the records of a model.
struct Learner<'a> {
    store: &'a Store,
    model: &'a RecordModel,
    validator: &'a Validator,
    stop: &'a Stop,
}

/// What was learned of a model.
struct Knowledge {
    /// By field that recurs, in order.
    decisions: Vec<HashMap<String, Decision>>,
    /// By field that is measured, in order, and by the value of the first field that recurs.
    usual: Vec<HashMap<Option<String>, Usual>>,
}

impl Learner<'_> {
    async fn learn(&self, extent: Extent, summary: &mut ArchiveSummary) -> Result<(), StoreError> {
        let name = &self.model.name;
        let expects = expectation(self.model);
        let state = self.store.archive_state(name).await?;
        let state = state.filter(|state| extent == Extent::New && state.expects == expects);
        let looked_to = state.as_ref().map_or(0, |state| state.looked_to);
        let (newest, unseen) = self.store.newest_record(name, looked_to).await?;
        if unseen == 0 && state.is_some() {
            return Ok(());
        }
        if let Some(state) = state.filter(|state| state.records > SMALL_ARCHIVE) {
            let (_, unlearned) = self.store.newest_record(name, state.learned_to).await?;
            if unlearned < state.records / NEW_SHARE {
                let knowledge = self.knowledge(Some(looked_to)).await?;
                if self.look_at_all(looked_to, &knowledge, summary).await? {
                    let state = ArchiveState { looked_to: newest, ..state };
                    self.store.put_archive_state(name, &state).await?;
                }
                return Ok(());
            }
        }
        let knowledge = self.knowledge(None).await?;
        if self.look_at_all(0, &knowledge, summary).await? {
            let (_, records) = self.store.newest_record(name, 0).await?;
            let state = ArchiveState { looked_to: newest, learned_to: newest, records, expects };
            self.store.put_archive_state(name, &state).await?;
        }
        Ok(())
    }

    /// Learns from all readings, or holds those of the records behind one against what is known.
    async fn knowledge(&self, behind: Option<i64>) -> Result<Knowledge, StoreError> {
        let mut knowledge = Knowledge { decisions: Vec::new(), usual: Vec::new() };
        for (index, field) in recurring(self.model) {
            let learned = match behind {
                None => self.learn_all(index, field).await?,
                Some(record) => self.compare_new(index, field, record).await?,
            };
            knowledge.decisions.push(possible(learned.decisions, field));
        }
        for (index, _) in measured(self.model) {
            knowledge.usual.push(self.store.usual(self.model, index).await?);
        }
        Ok(knowledge)
    }

    async fn learn_all(&self, index: usize, field: &Field) -> Result<Learned, StoreError> {
        let place = (self.model.name.as_str(), field.name.as_str());
        let mut decided = self.store.vocabulary(place.0, place.1).await?;
        decided.retain(|entry| entry.state != State::Proposed);
        let mut recurs: Vec<Reading> = Vec::new();
        let mut cursor = self.store.readings(self.model, index, Among::Recurring).await?;
        loop {
            let rows = cursor.next_rows().await?;
            let is_end = rows.is_empty();
            recurs.extend(rows);
            if recurs.len() > 2 * MOST_RECURRING || is_end {
                recurs.sort_by(|a, b| {
                    b.documents.cmp(&a.documents).then_with(|| a.value.cmp(&b.value))
                });
                recurs.truncate(MOST_RECURRING);
            }
            if is_end {
                break;
            }
        }
        drop(cursor);
        let mut clusters = blocking(move || {
            let mut clusters = Clusters::new(decided);
            clusters.add_recurring(recurs);
            clusters
        })
        .await;
        clusters = self.add_singles(clusters, index, Among::Single).await?;
        if self.stop.is_set() {
            return Ok(Learned::default());
        }
        let learned = blocking(move || clusters.finish()).await;
        self.store.put_vocabulary(place, &learned.entries).await?;
        Ok(learned)
    }

    async fn compare_new(
        &self,
        index: usize,
        field: &Field,
        behind: i64,
    ) -> Result<Learned, StoreError> {
        let entries = self.store.vocabulary(&self.model.name, &field.name).await?;
        let (proposed, decided): (Vec<_>, Vec<_>) =
            entries.into_iter().partition(|entry| entry.state == State::Proposed);
        let mut clusters = Clusters::new(decided);
        let known = proposed.into_iter().map(|entry| Reading {
            value: entry.value,
            documents: entry.documents,
            confidence: entry.confidence,
        });
        clusters.add_recurring(known.collect());
        clusters = self.add_singles(clusters, index, Among::Behind(behind)).await?;
        Ok(blocking(move || clusters.finish()).await)
    }

    async fn add_singles(
        &self,
        mut clusters: Clusters,
        index: usize,
        among: Among,
    ) -> Result<Clusters, StoreError> {
        let mut cursor = self.store.readings(self.model, index, among).await?;
        loop {
            let rows = cursor.next_rows().await?;
            if rows.is_empty() || self.stop.is_set() {
                return Ok(clusters);
            }
            clusters = blocking(move || {
                for reading in rows {
                    clusters.add_single(reading);
                }
                clusters
            })
            .await;
        }
    }

    /// Changes what follows in the records behind one. Returns false if it was stopped.
    async fn look_at_all(
        &self,
        mut behind: i64,
        knowledge: &Knowledge,
        summary: &mut ArchiveSummary,
    ) -> Result<bool, StoreError> {
        let next = |behind| self.store.archive_records(self.model, behind, RECORDS_AT_A_TIME);
        let mut records = next(behind).await?;
        loop {
            if self.stop.is_set() {
                return Ok(false);
            }
            let Some(last) = records.last() else { return Ok(true) };
            behind = last.record_id;
            let mut changes = Vec::new();
            for record in records {
                summary.records += 1;
                changes.extend(self.change(record, knowledge, summary));
            }
            summary.changed += changes.len() as u64;
            // The next ones are read while these are written: they are others.
            let changing = self.store.change_records(self.model, &changes);
            ((), records) = tokio::try_join!(changing, next(behind))?;
        }
    }

    /// Returns what becomes of a record, if it is not so already.
    fn change(
        &self,
        record: ArchiveRecord,
        knowledge: &Knowledge,
        summary: &mut ArchiveSummary,
    ) -> Option<RecordChange> {
        let ArchiveRecord { record_id, page, now, before, figures } = record;
        let read = before.as_ref().unwrap_or(&now);
        let mut values = read.values.clone();
        let mut revisions = Vec::new();
        for (place, (index, _)) in recurring(self.model).enumerate() {
            let Some(Some(value)) = values.get_mut(place) else { continue };
            let Some(decision) = knowledge.decisions[place].get(value.as_str()) else { continue };
            let confidence = read.field_confidence.get(index).copied().unwrap_or(0.0);
            revisions.extend(revision(decision, value, (index, confidence), summary));
        }
        let group = values.first().cloned().flatten();
        for (place, (index, field)) in measured(self.model).enumerate() {
            let Some(Some((figure, text))) = figures.get(place) else { continue };
            let usual = &knowledge.usual[place];
            let own = group.is_some().then(|| usual.get(&group)).flatten();
            let Some(usual) = own.or_else(|| usual.get(&None)) else { continue };
            if usual.is_unusual(*figure, spread_of(field)) {
                summary.unusual += 1;
                let confidence = read.field_confidence.get(index).copied().unwrap_or(0.0);
                let text =
                    format!("unusual: {text}, others are about {}", usual.shown(spread_of(field)));
                revisions.push(Revision {
                    field: index,
                    confidence,
                    issue: Some((text, Verdict::Review)),
                });
            }
        }
        let after = if revisions.is_empty() {
            read.clone()
        } else {
            let page = PageNumber(NonZeroU32::new(page).unwrap_or(NonZeroU32::MIN));
            stored(self.validator.revised(&judgment(read), &revisions, page), values)
        };
        let kept = (after != *read).then(|| read.clone());
        if after == now && kept == before {
            return None;
        }
        Some(RecordChange { record_id, now: after, before: kept })
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

/// Drops decisions for what would be no value of the field's type.
fn possible(decisions: HashMap<String, Decision>, field: &Field) -> HashMap<String, Decision> {
    let is_value = |decision: &Decision| match decision {
        Decision::Mended { to, .. } => normalize::value(&field.kind, to).is_some(),
        Decision::Known { .. } | Decision::Corrected { .. } | Decision::Nearly { .. } => true,
    };
    decisions.into_iter().filter(|(_, decision)| is_value(decision)).collect()
}

/// Names what a model expects of the archive.
fn expectation(model: &RecordModel) -> String {
    let names = |fields: &mut dyn Iterator<Item = (usize, &Field)>| -> String {
        fields.map(|(_, field)| field.name.as_str()).collect::<Vec<_>>().join(" ")
    };
    format!("recurs: {}; outliers: {}", names(&mut recurring(model)), names(&mut measured(model)))
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
