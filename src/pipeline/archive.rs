//! The archive teaches itself, after a run and when it is asked: readings of fields that recur → vocabulary → records.
//!
//! All follows from what extraction said of the records and from what people have decided, so that learning twice
//! changes nothing, and a run that was killed is made good by the next. Readings and records are streamed; memory is
//! bounded by `vocabulary`. A few new records of a large archive are held against what is known already; when they
//! have become a tenth of it, it learns from all again. Where all records are made anew, what was known before is
//! applied to them before they are written (`foresight`), and only those are looked at again of which something else
//! follows now (`knowledge` compares). `revise` makes of a record what the archive makes of it.

mod foresight;
mod knowledge;
mod revise;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use super::blocking::blocking;
use super::{ModelSet, Stop};
use crate::model::{Field, RecordModel};
use crate::store::{Among, ArchiveState, Cursor, Store, StoreError, Suspects, measured, recurring};
use crate::validate::Validator;
use crate::vocabulary::{Clusters, Learned, Reading, State};

use self::foresight::Foreseen;
use self::knowledge::{Knowledge, UsualOfGroups};
use self::revise::Reviser;

pub(super) use self::foresight::Foresight;

/// Records that are looked at, and changed, at a time.
const RECORDS_AT_A_TIME: u32 = 2000;
/// Values of a field that may recur; of more the most frequent are kept.
const MOST_RECURRING: usize = 100_000;
/// Archives up to this many records are learned from as a whole each time.
const SMALL_ARCHIVE: i64 = if cfg!(test) { 10 } else { 10_000 };
/// From such a share of new records on a larger one is.
const NEW_SHARE: i64 = 10;

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

impl ArchiveSummary {
    fn add(&mut self, other: &Self) {
        let Self { records, mended, corrected, nearly, unusual, changed } = other;
        self.records += records;
        self.mended += mended;
        self.corrected += corrected;
        self.nearly += nearly;
        self.unusual += unusual;
        self.changed += changed;
    }

    /// Takes back what was counted of records that are counted again.
    fn take_back(&mut self, other: &Self) {
        let Self { records, mended, corrected, nearly, unusual, changed } = other;
        let less = |sum: &mut u64, part: &u64| *sum = sum.saturating_sub(*part);
        less(&mut self.records, records);
        less(&mut self.mended, mended);
        less(&mut self.corrected, corrected);
        less(&mut self.nearly, nearly);
        less(&mut self.unusual, unusual);
        less(&mut self.changed, changed);
    }
}

/// Learns from the records of all models that expect it, and changes what follows.
pub async fn learn(
    store: &Store,
    models: &Arc<ModelSet>,
    extent: Extent,
    stop: &Stop,
) -> Result<ArchiveSummary, StoreError> {
    learn_foreseen(store, models, extent, &Foresight::default(), stop).await
}

/// The same after a run whose records were all written as they were foreseen.
pub(super) async fn learn_foreseen(
    store: &Store,
    models: &Arc<ModelSet>,
    extent: Extent,
    foresight: &Foresight,
    stop: &Stop,
) -> Result<ArchiveSummary, StoreError> {
    let mut summary = ArchiveSummary::default();
    for (place, (model, validator)) in models.judges().enumerate() {
        if !expects_any(model) {
            continue;
        }
        if stop.is_set() {
            break;
        }
        let foreseen = foresight.of(place);
        Learner { store, model, validator, foreseen, stop }.learn(extent, &mut summary).await?;
    }
    Ok(summary)
}

/// Tells whether a model expects anything of the archive.
fn expects_any(model: &RecordModel) -> bool {
    recurring(model).next().is_some() || measured(model).next().is_some()
}

/// Learns from the records of a model.
struct Learner<'a> {
    store: &'a Store,
    model: &'a RecordModel,
    validator: &'a Validator,
    /// As the records of the run were written, if they were.
    foreseen: Option<&'a Foreseen>,
    stop: &'a Stop,
}

impl Learner<'_> {
    async fn learn(&self, extent: Extent, summary: &mut ArchiveSummary) -> Result<(), StoreError> {
        let name = &self.model.name;
        let expects = expectation(self.model);
        let state = self.store.archive_state(name).await?;
        let state = state.filter(|state| extent == Extent::New && state.expects == expects);
        let (looked_to, learned_to) =
            state.as_ref().map_or((0, 0), |state| (state.looked_to, state.learned_to));
        let new = self.store.new_records(name, looked_to, learned_to).await?;
        if new.unseen == 0 && state.is_some() {
            return Ok(());
        }
        if let Some(state) = state.as_ref().filter(|state| {
            state.records > SMALL_ARCHIVE && new.unlearned < state.records / NEW_SHARE
        }) {
            let knowledge = self.compared(state).await?;
            if self.look_at((looked_to, None), &knowledge, summary).await? {
                self.store.note_looked_to(name, new.newest).await?;
            }
            return Ok(());
        }
        let knowledge = self.learned().await?;
        if self.stop.is_set() {
            return Ok(());
        }
        let suspects = self.suspects(state.as_ref(), &knowledge, summary);
        let records = new.unlearned + self.store.records_up_to(name, learned_to).await?;
        // Until all are looked at they are of no one state.
        self.store.forget_archive_state(name).await?;
        let nothing_to_do = suspects.as_ref().is_some_and(Suspects::is_empty);
        if nothing_to_do || self.look_at((0, suspects.as_ref()), &knowledge, summary).await? {
            let (looked_to, learned_to, knowledge) = (new.newest, new.newest, knowledge.packed());
            let state = ArchiveState { looked_to, learned_to, records, expects, knowledge };
            self.store.put_archive_state(name, &state).await?;
        }
        Ok(())
    }

    /// Returns the records that may say something else than they were foreseen to, or are none of the run's and have
    /// not been looked at; `None` for all. Counts all that were foreseen.
    fn suspects(
        &self,
        state: Option<&ArchiveState>,
        knowledge: &Knowledge,
        summary: &mut ArchiveSummary,
    ) -> Option<Suspects> {
        let (state, foreseen) = state.zip(self.foreseen)?;
        let suspects = knowledge.suspects_since(&foreseen.knowledge, self.model)?;
        summary.add(&foreseen.summary());
        let between = (state.learned_to, foreseen.behind);
        Some(Suspects { between: (between.0 < between.1).then_some(between), ..suspects })
    }

    /// Learns from all readings.
    async fn learned(&self) -> Result<Knowledge, StoreError> {
        let decided = async {
            let mut knowledge = Knowledge::default();
            for (index, field) in recurring(self.model) {
                let learned = self.learn_all(index, field).await?;
                knowledge.add_decisions(field, learned.decisions);
            }
            Ok::<_, StoreError>(knowledge)
        };
        let (mut knowledge, usual) = tokio::try_join!(decided, self.usual())?;
        knowledge.usual = usual;
        Ok(knowledge)
    }

    /// Holds the readings of the records that have not been looked at against what is known.
    async fn compared(&self, state: &ArchiveState) -> Result<Knowledge, StoreError> {
        let mut knowledge = Knowledge::default();
        for (index, field) in recurring(self.model) {
            let learned = self.compare_new(index, field, state.looked_to).await?;
            knowledge.add_decisions(field, learned.decisions);
        }
        if let Some(known) = state.knowledge.as_deref().and_then(Knowledge::unpacked) {
            knowledge.usual = known.usual;
        } else {
            knowledge.usual = self.usual().await?;
        }
        Ok(knowledge)
    }

    /// Asks what is usual of the fields that are measured, in all records.
    async fn usual(&self) -> Result<Vec<UsualOfGroups>, StoreError> {
        let mut usual = Vec::new();
        for (index, _) in measured(self.model) {
            usual.push(self.store.usual(self.model, index).await?);
        }
        Ok(usual)
    }

    async fn learn_all(&self, index: usize, field: &Field) -> Result<Learned, StoreError> {
        let place = (self.model.name.as_str(), field.name.as_str());
        let before = self.store.vocabulary(place.0, place.1).await?;
        let mut decided = before.clone();
        decided.retain(|entry| entry.state != State::Proposed);
        let mut recurs: Vec<Reading> = Vec::new();
        let mut singles: Vec<Reading> = Vec::new();
        let mut cursor = self.store.readings(self.model, index, Among::All).await?;
        let mut is_end = false;
        while !is_end && singles.is_empty() {
            let rows = cursor.next_rows().await?;
            is_end = rows.is_empty();
            let (several, one) = rows.into_iter().partition(|reading| reading.documents > 1);
            singles = one;
            recurs.extend::<Vec<Reading>>(several);
            if recurs.len() > 2 * MOST_RECURRING || is_end || !singles.is_empty() {
                keep_most_frequent(&mut recurs);
            }
        }
        let clusters = blocking(move || {
            let mut clusters = Clusters::new(decided);
            clusters.add_recurring(recurs);
            clusters
        })
        .await;
        let clusters = self.add_singles(clusters, singles, cursor).await?;
        if self.stop.is_set() {
            return Ok(Learned::default());
        }
        let learned = blocking(move || clusters.finish()).await;
        if before != learned.entries {
            self.store.put_vocabulary(place, &learned.entries).await?;
        }
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
        let cursor = self.store.readings(self.model, index, Among::Behind(behind)).await?;
        let clusters = self.add_singles(clusters, Vec::new(), cursor).await?;
        Ok(blocking(move || clusters.finish()).await)
    }

    /// Adds these readings and those that the cursor still has.
    async fn add_singles(
        &self,
        mut clusters: Clusters,
        mut readings: Vec<Reading>,
        mut cursor: Cursor<'_, Reading>,
    ) -> Result<Clusters, StoreError> {
        loop {
            clusters = blocking(move || {
                for reading in readings {
                    clusters.add_single(reading);
                }
                clusters
            })
            .await;
            readings = cursor.next_rows().await?;
            if readings.is_empty() || self.stop.is_set() {
                return Ok(clusters);
            }
        }
    }

    /// Changes what follows in the records behind one, or in the suspects among them. Returns false if it was stopped.
    async fn look_at(
        &self,
        (mut behind, suspects): (i64, Option<&Suspects>),
        knowledge: &Knowledge,
        summary: &mut ArchiveSummary,
    ) -> Result<bool, StoreError> {
        let (store, model, validator) = (self.store, self.model, self.validator);
        let next = async |behind| match suspects {
            None => store.archive_records(model, behind, RECORDS_AT_A_TIME).await,
            Some(suspects) => {
                store.suspect_records(model, behind, RECORDS_AT_A_TIME, suspects).await
            }
        };
        let reviser = Reviser { model, validator, knowledge };
        let foreseen = self.foreseen.filter(|_| suspects.is_some());
        let mut records = next(behind).await?;
        loop {
            if self.stop.is_set() {
                return Ok(false);
            }
            let Some(last) = records.last() else { return Ok(true) };
            behind = last.record_id;
            if let Some(foreseen) = foreseen {
                summary.take_back(&foreseen.counted(model, validator, &records));
            }
            let mut changes = Vec::new();
            for record in records {
                let foreseen = foreseen.is_some_and(|run| record.record_id > run.behind);
                let was_changed = foreseen && record.before.is_some();
                let change = reviser.change(record, summary);
                let is_changed = change
                    .as_ref()
                    .map_or(was_changed, |change| !foreseen || change.before.is_some());
                summary.changed += u64::from(is_changed);
                changes.extend(change);
            }
            // The next ones are read while these are written: they are others.
            let changing = store.change_records(model, &changes);
            ((), records) = tokio::try_join!(changing, next(behind))?;
        }
    }
}

/// Keeps the most frequent readings, as many as may recur.
fn keep_most_frequent(readings: &mut Vec<Reading>) {
    readings.sort_by(|a, b| b.documents.cmp(&a.documents).then_with(|| a.value.cmp(&b.value)));
    readings.truncate(MOST_RECURRING);
}

/// Names what a model expects of the archive.
fn expectation(model: &RecordModel) -> String {
    let names = |fields: &mut dyn Iterator<Item = (usize, &Field)>| -> String {
        fields.map(|(_, field)| field.name.as_str()).collect::<Vec<_>>().join(" ")
    };
    format!("recurs: {}; outliers: {}", names(&mut recurring(model)), names(&mut measured(model)))
}
