//! What the archive will make of records, applied before they are written: as good as all that are made anew say what
//! they said before, and a record that is right when it is written needs no second look.

use std::sync::{Mutex, PoisonError};

use super::knowledge::{Knowledge, expectation, expects_any};
use super::revise::Reviser;
use super::summary::ArchiveSummary;
use crate::document::TypedRecord;
use crate::model::RecordModel;
use crate::pipeline::ModelSet;
use crate::store::{ArchiveRecord, Store, StoreError, put_state};
use crate::validate::Validator;

/// What is foreseen of the records of a run.
#[derive(Debug, Default)]
pub(in crate::pipeline) struct Foresight {
    /// In the order of the models; `None` if nothing is known of one.
    models: Vec<Option<Foreseen>>,
}

/// What is foreseen of the records of a model that a run writes.
#[derive(Debug)]
pub(super) struct Foreseen {
    /// By what was known before the run.
    pub(super) knowledge: Knowledge,
    /// Of the knowledge as it is stored.
    hash: blake3::Hash,
    /// The newest record before the run.
    pub(super) behind: i64,
    /// What became of the run's records.
    summary: Mutex<ArchiveSummary>,
}

impl Foresight {
    /// Reads what is known before a run that alone may write.
    pub(in crate::pipeline) async fn load(
        store: &Store,
        models: &ModelSet,
    ) -> Result<Self, StoreError> {
        let mut all = Vec::new();
        for model in models.models() {
            all.push(if expects_any(model) { foreseen(store, model).await? } else { None });
        }
        Ok(Self { models: all })
    }

    /// Makes of the records what the archive is likely to make of them.
    pub(in crate::pipeline) fn apply(&self, models: &ModelSet, records: &mut [TypedRecord]) {
        for ((model, validator), foreseen) in models.judges().zip(&self.models) {
            let Some(foreseen) = foreseen else { continue };
            let own = records.iter_mut().filter(|record| record.record.model == model.name);
            foreseen.apply(model, validator, own);
        }
    }

    /// Adds what is known to what a hash is made of.
    pub(in crate::pipeline) fn add_to(&self, hasher: &mut blake3::Hasher) {
        for foreseen in &self.models {
            hasher.update(foreseen.as_ref().map_or(&[0; 32], |known| known.hash.as_bytes()));
        }
    }

    /// Returns what is foreseen of a model, by its place among the run's.
    pub(super) fn of(&self, place: usize) -> Option<&Foreseen> {
        self.models.get(place)?.as_ref()
    }
}

async fn foreseen(store: &Store, model: &RecordModel) -> Result<Option<Foreseen>, StoreError> {
    let state = store.archive_state(&model.name).await?;
    let Some(state) = state.filter(|state| state.expects == expectation(model)) else {
        return Ok(None);
    };
    let packed = state.knowledge.unwrap_or_default();
    let Some(knowledge) = Knowledge::unpacked(&packed) else {
        return Ok(None);
    };
    let hash = blake3::hash(&packed);
    let new = store.new_records(&model.name, state.looked_to, state.looked_to).await?;
    Ok(Some(Foreseen { knowledge, hash, behind: new.newest, summary: Mutex::default() }))
}

impl Foreseen {
    fn apply<'r>(
        &self,
        model: &RecordModel,
        validator: &Validator,
        records: impl Iterator<Item = &'r mut TypedRecord>,
    ) {
        let reviser = Reviser { model, validator, knowledge: &self.knowledge };
        let mut summary = ArchiveSummary::default();
        for record in records {
            let read = ArchiveRecord::of(model, record);
            let after = reviser.after(&read, &mut summary);
            if after != read.now {
                summary.changed += 1;
                put_state(model, record, after, &read.now);
            }
        }
        // Sums are whole after each change, so that a panic elsewhere harms nothing.
        self.summary.lock().unwrap_or_else(PoisonError::into_inner).add(&summary);
    }

    /// Returns what was counted of those among these records that the run has written.
    pub(super) fn counted(
        &self,
        model: &RecordModel,
        validator: &Validator,
        records: &[ArchiveRecord],
    ) -> ArchiveSummary {
        let reviser = Reviser { model, validator, knowledge: &self.knowledge };
        let mut summary = ArchiveSummary::default();
        for record in records.iter().filter(|record| record.record_id > self.behind) {
            let after = reviser.after(record, &mut summary);
            summary.changed += u64::from(after != *record.before.as_ref().unwrap_or(&record.now));
        }
        summary
    }

    /// Returns what has become of the run's records.
    pub(super) fn summary(&self) -> ArchiveSummary {
        self.summary.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
