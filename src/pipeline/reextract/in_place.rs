//! Records of documents → the writer, which replaces those that are there.

use std::sync::Arc;

use rayon::prelude::*;
use tokio::sync::mpsc;

use super::anew::{Anew, Watch, median, note_failed};
use super::summary::ReextractSummary;
use crate::pipeline::blocking::blocking;
use crate::pipeline::{EVENTS, RunError, writer_options};
use crate::store::{Filter, LedgerEvent, Replace, Run, Store, StoreError};

/// Documents that are fetched, extracted and handed to the writer at once.
const DOCUMENTS_PER_BATCH: u32 = 256;

/// What was done so far.
#[derive(Default)]
struct Extracted {
    documents: u64,
    pages: u64,
    failed: u64,
    /// For each document, milliseconds a page.
    milliseconds: Vec<f64>,
}

/// Replaces the records of documents with stored words, or of those with a page that fits a condition.
pub(super) async fn make(
    store: &Store,
    run: &mut Run,
    anew: &Anew,
    condition: Option<&Filter>,
    watch: Watch<'_>,
) -> Result<ReextractSummary, RunError> {
    let mut summary = ReextractSummary::default();
    let (events, received) = mpsc::channel(EVENTS);
    let extracting = extract_all(store, anew, condition, events, watch);
    let options = writer_options(&anew.models, Replace::IfNotWorse);
    let writing = store.write(run, received, options, |commit| {
        for (verdict, count) in &commit.records {
            *summary.records.entry(*verdict).or_default() += count;
        }
    });
    let (extracted, written) = tokio::join!(extracting, writing);
    written?;
    let mut extracted = extracted?;
    Ok(ReextractSummary {
        documents: extracted.documents,
        pages: extracted.pages,
        failed: extracted.failed,
        extraction_ms_a_page: median(&mut extracted.milliseconds),
        ..summary
    })
}

async fn extract_all(
    store: &Store,
    anew: &Anew,
    condition: Option<&Filter>,
    events: mpsc::Sender<LedgerEvent>,
    watch: Watch<'_>,
) -> Result<Extracted, StoreError> {
    let (mut after, mut all) = (None, Extracted::default());
    let names: Arc<[String]> = anew.names().into();
    while !watch.stop.is_set() {
        let documents = store.packed_documents(condition, after, DOCUMENTS_PER_BATCH).await?;
        let Some(last) = documents.last() else { break };
        after = Some(last.document_id);
        let anew = anew.clone();
        let extracted = blocking(move || {
            let made = documents.into_par_iter().map(|document| {
                let made = anew.records(&document);
                (document, made)
            });
            made.collect::<Vec<_>>()
        })
        .await;
        for (document, made) in extracted {
            let pages = document.page_count() as u64;
            watch.progress.committed(pages, std::iter::empty());
            let records = match made {
                Ok(made) => {
                    all.milliseconds.push(made.milliseconds);
                    made.records
                }
                Err(why) => {
                    note_failed(&document, &why);
                    all.failed += 1;
                    continue;
                }
            };
            let document_id = document.document_id;
            let models = Arc::clone(&names);
            let event = LedgerEvent::Reextracted { document_id, models, records };
            if events.send(event).await.is_err() {
                return Ok(all);
            }
            all.documents += 1;
            all.pages += pages;
        }
    }
    Ok(all)
}
