//! Records of all documents → the next generation of the models' tables. Fetching, extracting and writing of several
//! parts of the archive overlap.

use std::fs;
use std::num::NonZeroUsize;
use std::os::unix::fs::MetadataExt;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Instant;

use rayon::prelude::*;
use tokio::task::JoinSet;

use super::anew::{Anew, Watch, median, note_failed};
use super::summary::ReextractSummary;
use crate::document::Verdict;
use crate::pipeline::RunError;
use crate::pipeline::blocking::blocking;
use crate::store::{
    EncodedDocument, Generation, GenerationTables, NotedPart, PlannedPart, Run, Store, StoreError,
};

/// Beside those parts that are extracted, so many are fetched or written; each holds a connection.
const BESIDE: usize = 2;
/// Connections that parts use at most.
const MOST_PARTS: usize = 5;

/// Makes the next generation and puts it in its place. If it is stopped, what is made stays for the next run.
pub(super) async fn make(
    store: &Store,
    run: &mut Run,
    anew: &Anew,
    watch: Watch<'_>,
) -> Result<ReextractSummary, RunError> {
    let (names, fingerprint) = (anew.names(), fingerprint(anew));
    let generation = store.begin_generation(run, &names, &fingerprint).await?;
    let mut summary = ReextractSummary::default();
    for noted in generation.written() {
        summary.add(noted);
        summary.resumed += noted.pages;
        watch.progress.committed(noted.pages, std::iter::empty());
    }
    let mut milliseconds = Vec::new();
    let parts = Parts {
        store: store.clone(),
        run: run.id,
        anew: anew.clone(),
        generation: Arc::new(generation),
        tables: Arc::new(GenerationTables::new(anew.models.models())),
    };
    let written = parts.write_all(&mut summary, &mut milliseconds, watch).await;
    summary.extraction_ms_a_page = median(&mut milliseconds);
    written?;
    if !watch.stop.is_set() {
        let indexing = Instant::now();
        store.finish_generation(&parts.generation).await?;
        summary.indexing_seconds = indexing.elapsed().as_secs_f64();
    }
    Ok(summary)
}

/// Returns a hash of all that decides what records are made of words.
fn fingerprint(anew: &Anew) -> Vec<u8> {
    let mut hasher = blake3::Hasher::new();
    let program = std::env::current_exe().and_then(fs::metadata);
    let program = program.map(|file| (file.len(), file.mtime(), file.mtime_nsec())).ok();
    hasher.update(format!("{} {program:?}", env!("CARGO_PKG_VERSION")).as_bytes());
    for model in anew.models.models() {
        hasher.update(format!("{model:?}").as_bytes());
    }
    anew.foresight.add_to(&mut hasher);
    hasher.finalize().as_bytes().to_vec()
}

/// What each part is made with.
#[derive(Clone)]
struct Parts {
    store: Store,
    run: crate::document::RunId,
    anew: Anew,
    generation: Arc<Generation>,
    tables: Arc<GenerationTables>,
}

/// A part's notes, and for each of its documents the milliseconds that a page took.
type Written = (Vec<NotedPart>, Vec<f64>);

impl Parts {
    async fn write_all(
        &self,
        summary: &mut ReextractSummary,
        milliseconds: &mut Vec<f64>,
        watch: Watch<'_>,
    ) -> Result<(), StoreError> {
        let cores = available_parallelism().map_or(1, NonZeroUsize::get);
        let most = (cores + BESIDE).min(MOST_PARTS);
        let mut working: JoinSet<Result<Written, StoreError>> = JoinSet::new();
        let (mut behind, mut is_end) = (0, false);
        loop {
            while !is_end && !watch.stop.is_set() && working.len() < most {
                match self.store.plan_part(&self.generation, behind).await? {
                    Some((part, last)) => {
                        behind = last;
                        let parts = self.clone();
                        working.spawn(async move { parts.write(part).await });
                    }
                    None => is_end = true,
                }
            }
            let Some(written) = working.join_next().await else { return Ok(()) };
            let (noted, took) = match written {
                Ok(written) => written?,
                Err(error) => std::panic::resume_unwind(error.into_panic()),
            };
            milliseconds.extend(took);
            for noted in &noted {
                summary.add(noted);
                watch.progress.committed(noted.pages, std::iter::empty());
            }
        }
    }

    /// Fetches a part's words, makes its records and writes them.
    async fn write(self, part: PlannedPart) -> Result<Written, StoreError> {
        let packed = self.store.packed_documents_of(&part.documents).await?;
        let (anew, tables) = (self.anew.clone(), Arc::clone(&self.tables));
        let made: Vec<(EncodedDocument, Option<f64>)> = blocking(move || {
            let made = packed.par_iter().map(|document| match anew.records(document) {
                Ok(made) => {
                    (tables.encode(document.document_id, &made.records), Some(made.milliseconds))
                }
                Err(why) => {
                    note_failed(document, &why);
                    (EncodedDocument::kept(document.document_id), None)
                }
            });
            made.collect()
        })
        .await;
        let (documents, milliseconds): (Vec<_>, Vec<_>) = made.into_iter().unzip();
        let (generation, tables) = (&self.generation, &self.tables);
        let noted = self.store.write_part(self.run, generation, tables, (part, documents)).await?;
        Ok((noted, milliseconds.into_iter().flatten().collect()))
    }
}

impl ReextractSummary {
    fn add(&mut self, noted: &NotedPart) {
        let failed = noted.failed.len() as u64;
        self.documents += noted.documents - failed;
        self.failed += failed;
        self.pages += noted.pages;
        for (verdict, count) in [
            (Verdict::Accepted, noted.accepted),
            (Verdict::Review, noted.review),
            (Verdict::Rejected, noted.rejected),
        ] {
            if count > 0 {
                *self.records.entry(verdict).or_default() += count;
            }
        }
    }
}
