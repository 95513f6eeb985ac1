//! Feeds the queue: from a walk through the ledger (`ingest`), or from pages that the ledger
//! already has (`reprocess`).

use std::path::PathBuf;

use rayon::prelude::*;
use serde::Serialize;

use super::progress::Progress;
use super::queue::{Job, JobQueue, Pages};
use super::stop::Stop;
use crate::document::{Failure, RunId};
use crate::intake::{Found, FoundFile, Skipped, UnreadablePath, Walk, hash_file};
use crate::store::{
    Filter, HashedFile, KnownFile, PageKey, Registered, Standing, Store, StoreError, UnreadableFile,
};

/// Files that are looked up, hashed and registered at once.
const FILES_PER_BATCH: usize = 256;

/// What became of the files of a walk; `found` is the sum of the next five.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct FileCounts {
    pub found: u64,
    /// First files of documents that the ledger did not have.
    pub new: u64,
    /// Known with this content from an earlier run.
    pub known: u64,
    /// New paths of documents whose files are not where they were.
    pub moved: u64,
    /// New files of documents that another file holds already.
    pub duplicates: u64,
    pub unreadable: u64,
    /// Left on purpose; not found.
    pub skipped: Skipped,
}

/// Walks and registers files and queues what is to be read.
pub(super) async fn from_walk(
    store: &Store,
    run: RunId,
    walk: Walk,
    queue: &JobQueue,
    progress: &Progress,
    stop: &Stop,
) -> Result<FileCounts, StoreError> {
    let mut counts = FileCounts::default();
    let mut walk = walk;
    loop {
        let (rest, batch) = blocking(move || {
            let batch: Vec<Found> = walk.by_ref().take(FILES_PER_BATCH).collect();
            (walk, batch)
        })
        .await;
        walk = rest;
        counts.skipped = walk.skipped();
        if batch.is_empty() || stop.is_set() {
            return Ok(counts);
        }
        let (files, unreadable) = register(store, run, batch).await?;
        counts.found += (files.len() + unreadable) as u64;
        counts.unreadable += unreadable as u64;
        progress.found(counts.found, unreadable as u64);
        for (file, registered) in files {
            match registered.standing {
                Standing::New => counts.new += 1,
                Standing::Known => counts.known += 1,
                Standing::Moved => counts.moved += 1,
                Standing::Duplicate => counts.duplicates += 1,
            }
            if registered.pending.is_empty() {
                continue;
            }
            progress.expect(registered.pending.len() as u64);
            if !queue.push(job(file, registered)).await {
                return Ok(counts);
            }
        }
    }
}

/// A file with its ledger entry, and how many entries of the batch were unreadable.
type RegisteredBatch = (Vec<(HashedFile, Registered)>, usize);

async fn register(
    store: &Store,
    run: RunId,
    batch: Vec<Found>,
) -> Result<RegisteredBatch, StoreError> {
    let (mut files, mut unreadable) = (Vec::new(), Vec::new());
    for found in batch {
        match found {
            Found::File(file) => files.push(file),
            Found::Unreadable(path) => unreadable.push(without_size(path)),
        }
    }
    let paths: Vec<PathBuf> = files.iter().map(|file| file.path.clone()).collect();
    let known = store.known_files(&paths).await?;
    let hashed = blocking(move || hash_changed(files, known)).await;
    let mut readable = Vec::new();
    for (file, hashed) in hashed {
        match hashed {
            Ok(hashed) => readable.push(hashed),
            Err(failure) => unreadable.push(UnreadableFile {
                path: file.path,
                size: Some(file.size),
                modified_ns: Some(file.modified_ns),
                failure,
            }),
        }
    }
    store.mark_unreadable(run, &unreadable).await?;
    let registered = store.register(run, &readable).await?;
    Ok((readable.into_iter().zip(registered).collect(), unreadable.len()))
}

fn without_size(path: UnreadablePath) -> UnreadableFile {
    UnreadableFile { path: path.path, size: None, modified_ns: None, failure: path.failure }
}

/// Hashes files, but for those that have the size and time that the ledger knows.
fn hash_changed(
    files: Vec<FoundFile>,
    known: Vec<Option<KnownFile>>,
) -> Vec<(FoundFile, Result<HashedFile, Failure>)> {
    files
        .into_par_iter()
        .zip(known)
        .map(|(file, known)| {
            let unchanged = known.as_ref().and_then(|known| {
                let same =
                    known.size == Some(file.size) && known.modified_ns == Some(file.modified_ns);
                known.document.filter(|_| same)
            });
            let hashed = match unchanged {
                Some((_, hash)) => Ok((hash, file.size, file.modified_ns)),
                None => hash_file(&file.path)
                    .map(|content| (content.hash, content.size, content.modified_ns)),
            };
            let hashed = hashed.map(|(hash, size, modified_ns)| HashedFile {
                path: file.path.clone(),
                size,
                modified_ns,
                hash,
            });
            (file, hashed)
        })
        .collect()
}

fn job(file: HashedFile, registered: Registered) -> Job {
    let pages = match registered.page_count {
        None => Pages::All,
        Some(_) => Pages::Only(registered.pending),
    };
    Job {
        document_id: registered.document_id,
        hash: file.hash,
        paths: vec![file.path],
        pages,
        page_count: registered.page_count,
    }
}

/// Pages that are fetched from the ledger at once.
const PAGES_PER_BATCH: u32 = 512;

/// Queues the pages that a condition selects; failed and quarantined ones without a condition.
pub(super) async fn from_ledger(
    store: &Store,
    filter: Option<&Filter>,
    queue: &JobQueue,
    progress: &Progress,
    stop: &Stop,
) -> Result<(), StoreError> {
    let mut after: Option<PageKey> = None;
    loop {
        let selected = store.select_pages(filter, after, PAGES_PER_BATCH).await?;
        let Some(last) = selected.last() else { return Ok(()) };
        after = Some(last.key);
        progress.expect(selected.len() as u64);
        let mut jobs: Vec<Job> = Vec::new();
        for page in selected {
            if let Some(job) = jobs.last_mut()
                && job.document_id == page.key.document_id
                && let Pages::Only(pages) = &mut job.pages
            {
                pages.push(page.key.page);
                continue;
            }
            jobs.push(Job {
                document_id: page.key.document_id,
                hash: page.hash,
                paths: page.paths,
                pages: match page.page_count {
                    None => Pages::All,
                    Some(_) => Pages::Only(vec![page.key.page]),
                },
                page_count: page.page_count,
            });
        }
        for job in jobs {
            if stop.is_set() || !queue.push(job).await {
                return Ok(());
            }
        }
    }
}

/// Runs work that reads files or computes on a thread where it may block.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}
