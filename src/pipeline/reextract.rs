//! Makes all records anew from the stored words: no OCR, all cores.

use std::fmt;
use std::sync::Arc;

use rayon::prelude::*;
use serde::Serialize;
use std::collections::BTreeMap;
use tokio::sync::mpsc;

use super::archive::{ArchiveSummary, Extent, Foresight, learn_foreseen};
use super::blocking::blocking;
use super::{EVENTS, ModelSet, RunError, Stop};
use crate::document::TypedRecord;
use crate::store::{LedgerEvent, PackedDocument, Replace, Run, Store, StoreError};

/// Documents that are fetched, extracted and handed to the writer at once.
const DOCUMENTS_PER_BATCH: u32 = 256;

/// What a re-extraction did.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ReextractSummary {
    pub documents: u64,
    pub records: BTreeMap<String, u64>,
    /// Documents whose stored words cannot be used any more; they keep their records.
    pub failed: u64,
    pub seconds: f64,
    /// What the archive has taught itself, and the part of the seconds that it took.
    pub archive: ArchiveSummary,
    pub learning_seconds: f64,
    /// Milliseconds that a page's words take to become judged records on one core: the median over
    /// documents; 0 without any.
    pub extraction_ms_a_page: f64,
    pub interrupted: bool,
}

/// What was done so far.
#[derive(Default)]
struct Extracted {
    documents: u64,
    failed: u64,
    /// For each document, milliseconds a page.
    milliseconds: Vec<f64>,
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
        if self.archive.records > 0 {
            write!(f, "\narchive:   {}, in {:.1} s", self.archive, self.learning_seconds)?;
        }
        Ok(())
    }
}

/// Replaces the records of the given models for every document that has stored words.
pub async fn reextract(
    store: &Store,
    run: &mut Run,
    models: Arc<ModelSet>,
    stop: &Stop,
) -> Result<ReextractSummary, RunError> {
    let started = std::time::Instant::now();
    let names: Arc<[String]> = models.models().iter().map(|model| model.name.clone()).collect();
    let (events, received) = mpsc::channel(EVENTS);
    let mut summary = ReextractSummary::default();
    let foresight = Arc::new(Foresight::load(store, &models).await?);
    let anew = Anew { models: Arc::clone(&models), names, foresight: Arc::clone(&foresight) };
    let extracting = extract_all(store, &anew, events, stop);
    let mut records: BTreeMap<String, u64> = BTreeMap::new();
    let options = super::writer_options(&models, Replace::IfNotWorse);
    let writing = store.write(run, received, options, |commit| {
        for (verdict, count) in &commit.records {
            *records.entry(verdict.to_string()).or_default() += count;
        }
    });
    let (extracted, written) = tokio::join!(extracting, writing);
    written?;
    let mut extracted = extracted?;
    summary.documents = extracted.documents;
    summary.failed = extracted.failed;
    summary.extraction_ms_a_page = median(&mut extracted.milliseconds);
    summary.records = records;
    let learning = std::time::Instant::now();
    // A document that keeps its records may have them from just before: then nothing is known of them.
    let foresight = if summary.failed > 0 { &Foresight::default() } else { &*foresight };
    summary.archive = learn_foreseen(store, &models, Extent::New, foresight, stop).await?;
    summary.learning_seconds = learning.elapsed().as_secs_f64();
    summary.seconds = started.elapsed().as_secs_f64();
    summary.interrupted = stop.is_set();
    Ok(summary)
}

/// What records are made anew with.
struct Anew {
    models: Arc<ModelSet>,
    names: Arc<[String]>,
    foresight: Arc<Foresight>,
}

async fn extract_all(
    store: &Store,
    anew: &Anew,
    events: mpsc::Sender<LedgerEvent>,
    stop: &Stop,
) -> Result<Extracted, StoreError> {
    let (mut after, mut all) = (None, Extracted::default());
    while !stop.is_set() {
        let documents = store.packed_documents(after, DOCUMENTS_PER_BATCH).await?;
        let Some(last) = documents.last() else { break };
        after = Some(last.document_id);
        let (set, foresight) = (Arc::clone(&anew.models), Arc::clone(&anew.foresight));
        let extracted = blocking(move || {
            let one = |document: &PackedDocument| {
                let mut made = records(&set, document);
                if let Ok((records, _)) = &mut made {
                    foresight.apply(&set, records);
                }
                (document.document_id, made)
            };
            documents.par_iter().map(one).collect::<Vec<_>>()
        })
        .await;
        for (document_id, records) in extracted {
            let records = match records {
                Ok((records, milliseconds)) => {
                    all.milliseconds.push(milliseconds);
                    records
                }
                Err(why) => {
                    tracing::error!(document.id = document_id.0, %why, "kept the old records of a document");
                    all.failed += 1;
                    continue;
                }
            };
            let event =
                LedgerEvent::Reextracted { document_id, models: Arc::clone(&anew.names), records };
            if events.send(event).await.is_err() {
                return Ok(all);
            }
            all.documents += 1;
        }
    }
    Ok(all)
}

/// Returns a document's records, and how many milliseconds they took a page once unpacked.
fn records(
    models: &ModelSet,
    document: &PackedDocument,
) -> Result<(Vec<TypedRecord>, f64), String> {
    let document = document.unpack().map_err(|error| error.to_string())?;
    let started = std::time::Instant::now();
    let records = models.of_pages(&document).map_err(|failure| failure.to_string())?;
    let milliseconds = started.elapsed().as_secs_f64() * 1000.0;
    Ok((records, milliseconds / document.pages.len().max(1) as f64))
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}
