//! Makes records anew from the stored words: no OCR, all cores.
//!
//! All records of a model go into the next generation of its table (`generation`), which takes the place of the one that
//! is there; those of some documents, or of a table that something hangs on, are replaced where they are (`in_place`).

mod generation;
mod in_place;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use serde::Serialize;

use super::archive::{ArchiveSummary, Extent, Foresight, learn_foreseen};
use super::progress::Progress;
use super::{ModelSet, RunError, Stop, Talk};
use crate::document::{TypedRecord, Verdict};
use crate::store::{Filter, PackedDocument, Run, Store};

/// What a re-extraction did.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ReextractSummary {
    pub documents: u64,
    /// Stored ones.
    pub pages: u64,
    pub records: BTreeMap<Verdict, u64>,
    /// Documents whose stored words cannot be used any more, or of which a record was refused; they keep their records.
    pub failed: u64,
    /// Pages of which an earlier run that was interrupted had made the records; they are among the others.
    pub resumed: u64,
    pub seconds: f64,
    /// The part of the seconds that making and exchanging the tables took, after the last record.
    pub indexing_seconds: f64,
    /// What the archive has taught itself, and the part of the seconds that it took.
    pub archive: ArchiveSummary,
    pub learning_seconds: f64,
    /// Milliseconds that a page's words take to become judged records on one core: the median over
    /// documents; 0 without any.
    pub extraction_ms_a_page: f64,
    pub interrupted: bool,
}

impl fmt::Display for ReextractSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let records: Vec<String> =
            self.records.iter().map(|(verdict, count)| format!("{count} {verdict}")).collect();
        write!(
            f,
            "documents: {} in {:.1} s ({:.2} ms of extraction a page), {} failed\nrecords:   {}",
            self.documents,
            self.seconds,
            self.extraction_ms_a_page,
            self.failed,
            if records.is_empty() { "none".to_owned() } else { records.join(", ") }
        )?;
        if self.resumed > 0 {
            write!(f, "\nresumed:   {} pages were made by an interrupted run", self.resumed)?;
        }
        if self.archive.records > 0 {
            write!(f, "\narchive:   {}, in {:.1} s", self.archive, self.learning_seconds)?;
        }
        if self.interrupted {
            write!(f, "\ninterrupted: the same command goes on where this one stopped")?;
        }
        Ok(())
    }
}

/// Replaces the records of the given models: of every document that has stored words, or of those with a page that
/// fits a condition.
pub async fn reextract(
    store: &Store,
    run: &mut Run,
    models: Arc<ModelSet>,
    (condition, talk): (Option<&Filter>, Talk),
    stop: &Stop,
) -> Result<ReextractSummary, RunError> {
    let started = Instant::now();
    let progress = Progress::new(talk);
    progress.expect(store.count_stored_pages(condition).await?);
    let foresight = Arc::new(Foresight::load(store, &models).await?);
    let anew = Anew { models, foresight: Arc::clone(&foresight), progress: Arc::new(progress) };
    let is_whole = condition.is_none() && is_free(store, &anew.models).await?;
    let done = if is_whole {
        generation::make(store, run, &anew, stop).await
    } else {
        in_place::make(store, run, &anew, condition, stop).await
    };
    anew.progress.finish();
    let mut summary = done?;
    let learning = Instant::now();
    summary.interrupted = stop.is_set();
    // What is not in its place yet is nothing to learn from.
    if !(summary.interrupted && is_whole) {
        // A document that keeps its records may have them from just before: then nothing is known of them. What an
        // interrupted run has made was not counted.
        let is_known = summary.failed == 0 && summary.resumed == 0 && condition.is_none();
        let foresight = if is_known { &*foresight } else { &Foresight::default() };
        summary.archive = learn_foreseen(store, &anew.models, Extent::New, foresight, stop).await?;
    }
    summary.learning_seconds = learning.elapsed().as_secs_f64();
    summary.seconds = started.elapsed().as_secs_f64();
    summary.interrupted = stop.is_set();
    Ok(summary)
}

/// Tells whether the tables of all models can be exchanged for others.
async fn is_free(store: &Store, models: &ModelSet) -> Result<bool, RunError> {
    for model in models.models() {
        if let Some(what) = store.bound_to_table(&model.name).await? {
            tracing::warn!(
                "records.{}: {what} hangs on the table: its records are replaced one by one, which takes longer",
                model.name
            );
            return Ok(false);
        }
    }
    Ok(true)
}

/// What records are made anew with.
#[derive(Clone)]
struct Anew {
    models: Arc<ModelSet>,
    foresight: Arc<Foresight>,
    progress: Arc<Progress>,
}

/// A document's records, and how many milliseconds they took a page once unpacked.
struct Made {
    records: Vec<TypedRecord>,
    milliseconds: f64,
}

impl Anew {
    fn names(&self) -> Vec<String> {
        self.models.models().iter().map(|model| model.name.clone()).collect()
    }

    /// Makes a document's records as the archive will have them.
    fn records(&self, document: &PackedDocument) -> Result<Made, String> {
        let words = document.unpack().map_err(|error| error.to_string())?;
        let started = Instant::now();
        let mut records = self.models.of_pages(&words).map_err(|failure| failure.to_string())?;
        let milliseconds = started.elapsed().as_secs_f64() * 1000.0;
        self.foresight.apply(&self.models, &mut records);
        Ok(Made { records, milliseconds: milliseconds / words.pages.len().max(1) as f64 })
    }
}

fn note_failed(document: &PackedDocument, why: &str) {
    tracing::error!(document.id = document.document_id.0, %why, "kept the old records of a document");
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}
