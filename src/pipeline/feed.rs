//! Feeds the queue: from a walk through the ledger (`ingest`), or from pages that the ledger
//! already has (`reprocess`).

use std::collections::BTreeMap;
use std::path::PathBuf;

use rayon::prelude::*;
use serde::Serialize;

use super::blocking::blocking;
use super::gone::note_gone;
use super::progress::Progress;
use super::queue::{Job, JobQueue, Pages};
use super::stop::Stop;
use crate::document::{DocumentHash, RunId, WordFormat};
use crate::intake::{FileContent, Found, FoundFile, LeftOut, UnreadablePath, Walk, read_file};
use crate::store::{
    Filter, GoneFiles, HashedFile, KnownFile, OtherFile, PageKey, Registered, SeenFiles, Standing,
    Store, StoreError, UnreadableFile,
};

/// Files that are looked up, hashed and registered at once.
pub(super) const FILES_PER_BATCH: usize = 256;
/// So many where nothing has changed.
const MOST_PER_BATCH: usize = 4096;

/// What became of the files of a walk; `found` is the sum of the next six.
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
    /// Files that are no documents.
    pub skipped: u64,
    /// The same by what they are.
    pub skipped_kinds: BTreeMap<String, u64>,
    /// Files of earlier runs that are not where they were.
    pub gone: u64,
    /// Left on purpose; not found.
    pub left_out: LeftOut,
}

/// What tells that a file has not changed since an earlier run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    SizeAndTime,
    /// Its content alone.
    Nothing,
}

/// Registers the files of a walk.
#[derive(Clone, Copy)]
pub(super) struct Feed<'a> {
    pub(super) store: &'a Store,
    pub(super) run: RunId,
    pub(super) trust: Trust,
}

/// What became of a batch of files.
#[derive(Default)]
struct RegisteredBatch {
    /// Files that hold documents, with their ledger entries.
    files: Vec<(HashedFile, Registered)>,
    unreadable: u64,
    others: Vec<OtherFile>,
    /// Files that are as they were, and of which nothing is to be done.
    settled: Vec<Settled>,
}

/// A file of which the ledger knows all there is.
struct Settled {
    source_file_id: i64,
    /// What it is, if it is no document.
    skipped_as: Option<String>,
}

impl Feed<'_> {
    /// Walks and registers files and queues what is to be read. After all have been seen, notes those that have gone.
    pub(super) async fn take_walk(
        self,
        walk: Walk,
        queue: &JobQueue,
        progress: &Progress,
        stop: &Stop,
    ) -> Result<FileCounts, StoreError> {
        let mut counts = FileCounts::default();
        let mut seen = SeenFiles::default();
        let roots = walk.roots().to_vec();
        let mut size = FILES_PER_BATCH;
        let (mut walk, mut batch) = next_batch(walk, size).await;
        while !batch.is_empty() {
            counts.left_out = walk.left_out();
            if stop.is_set() {
                return Ok(counts);
            }
            // The next batch is found while this one is looked up.
            let (found, registered) = tokio::join!(next_batch(walk, size), self.register(batch));
            (walk, batch) = found;
            let registered = registered?;
            size = registered.next_size(size);
            for file in &registered.settled {
                seen.insert(file.source_file_id);
            }
            counts.add(&registered);
            progress.found(counts.found, registered.unreadable);
            for (file, registered) in registered.files {
                // Words that were not all imported are no work for readers.
                if registered.pending.is_empty() || file.words.is_some() {
                    continue;
                }
                progress.expect(registered.pending.len() as u64);
                if !queue.push(job(file, registered)).await {
                    return Ok(counts);
                }
            }
        }
        counts.left_out = walk.left_out();
        if stop.is_set() {
            return Ok(counts);
        }
        counts.add_gone(note_gone(self.store, self.run, &roots, &seen).await?);
        Ok(counts)
    }

    async fn register(self, batch: Vec<Found>) -> Result<RegisteredBatch, StoreError> {
        let (files, mut unreadable) = sorted(batch);
        let paths: Vec<PathBuf> = files.iter().map(|file| file.path.clone()).collect();
        let known = self.store.known_files(&paths).await?;
        let looked_at = blocking(move || look_at(files, known, self.trust)).await;
        let (mut readable, mut others, mut settled) = (Vec::new(), Vec::new(), Vec::new());
        for looked_at in looked_at {
            match looked_at {
                LookedAt::Document(file) => readable.push(file),
                LookedAt::Other(file) => others.push(file),
                LookedAt::Unreadable(file) => unreadable.push(file),
                LookedAt::Settled(file) => settled.push(file),
            }
        }
        if !unreadable.is_empty() {
            self.store.mark_unreadable(self.run, &unreadable).await?;
        }
        self.store.mark_skipped(self.run, &others).await?;
        let registered = match readable.as_slice() {
            [] => Vec::new(),
            readable => self.store.register(self.run, readable).await?,
        };
        Ok(RegisteredBatch {
            files: readable.into_iter().zip(registered).collect(),
            unreadable: unreadable.len() as u64,
            others,
            settled,
        })
    }
}

impl RegisteredBatch {
    /// Returns how many files to look up at once after it: more and more where nothing has changed, since asking takes
    /// longer than answering, few where readers wait for work.
    fn next_size(&self, size: usize) -> usize {
        let is_settled = self.files.is_empty() && self.others.is_empty();
        if is_settled { (2 * size).min(MOST_PER_BATCH) } else { FILES_PER_BATCH }
    }
}

impl FileCounts {
    /// Counts a registered file.
    pub(super) fn add_standing(&mut self, standing: Standing) {
        match standing {
            Standing::New => self.new += 1,
            Standing::Known => self.known += 1,
            Standing::Moved => self.moved += 1,
            Standing::Duplicate => self.duplicates += 1,
        }
    }

    /// Notes files that have gone: what moved from there was a duplicate when it was found, because the old path had not
    /// been looked for yet.
    pub(super) fn add_gone(&mut self, gone: GoneFiles) {
        self.gone = gone.files;
        let moved = gone.moved.min(self.duplicates);
        self.moved += moved;
        self.duplicates -= moved;
    }

    fn add(&mut self, batch: &RegisteredBatch) {
        self.unreadable += batch.unreadable;
        self.skipped += batch.others.len() as u64;
        self.found += batch.files.len() as u64 + batch.unreadable + batch.others.len() as u64;
        for other in &batch.others {
            *self.skipped_kinds.entry(other.kind.to_owned()).or_default() += 1;
        }
        self.found += batch.settled.len() as u64;
        for settled in &batch.settled {
            match &settled.skipped_as {
                None => self.known += 1,
                Some(kind) => {
                    self.skipped += 1;
                    *self.skipped_kinds.entry(kind.clone()).or_default() += 1;
                }
            }
        }
        for (_, registered) in &batch.files {
            self.add_standing(registered.standing);
        }
    }
}

/// Walks on.
async fn next_batch(mut walk: Walk, size: usize) -> (Walk, Vec<Found>) {
    blocking(move || {
        let batch = walk.by_ref().take(size).collect();
        (walk, batch)
    })
    .await
}

/// Tells files from what cannot be read.
pub(super) fn sorted(batch: Vec<Found>) -> (Vec<FoundFile>, Vec<UnreadableFile>) {
    let (mut files, mut unreadable) = (Vec::new(), Vec::new());
    for found in batch {
        match found {
            Found::File(file) => files.push(file),
            Found::Unreadable(path) => unreadable.push(without_size(path)),
        }
    }
    (files, unreadable)
}

fn without_size(path: UnreadablePath) -> UnreadableFile {
    UnreadableFile { path: path.path, size: None, modified_ns: None, failure: path.failure }
}

/// What a file that was found turned out to be.
enum LookedAt {
    Document(HashedFile),
    Other(OtherFile),
    Unreadable(UnreadableFile),
    Settled(Settled),
}

/// Looks into files, but not into those that the ledger knows and that have not changed.
fn look_at(files: Vec<FoundFile>, known: Vec<Option<KnownFile>>, trust: Trust) -> Vec<LookedAt> {
    files
        .into_par_iter()
        .zip(known)
        .map(|(file, known)| match known.and_then(|known| unchanged(&file, known, trust)) {
            Some(Unchanged::Settled(settled)) => LookedAt::Settled(settled),
            Some(Unchanged::Unfinished(hash, words)) => {
                let FoundFile { path, size, modified_ns } = file;
                LookedAt::Document(HashedFile { path, size, modified_ns, hash, words })
            }
            None => look_into(file),
        })
        .collect()
}

/// What is known of a file that has not changed.
enum Unchanged {
    Settled(Settled),
    /// There are pages to be read, or it was not where it is: with the hash that it has.
    Unfinished(DocumentHash, Option<WordFormat>),
}

/// Returns what the ledger has of a file, if it still holds. What could not be read because it is of no
/// known format may be no document, and is looked at again. Words that were imported stay what they are: to a walk
/// that looks for scans their content is no document.
fn unchanged(file: &FoundFile, known: KnownFile, trust: Trust) -> Option<Unchanged> {
    let same = known.size == Some(file.size) && known.modified_ns == Some(file.modified_ns);
    let is_trusted = trust == Trust::SizeAndTime && !known.unsupported;
    if !same || !(is_trusted || known.words.is_some()) {
        return None;
    }
    let settled = |skipped_as| {
        let source_file_id = known.source_file_id;
        Some(Unchanged::Settled(Settled { source_file_id, skipped_as }))
    };
    match known.document {
        Some(_) if !known.unfinished && !known.has_gone => settled(None),
        Some((_, hash)) => Some(Unchanged::Unfinished(hash, known.words)),
        None if known.skipped_as.is_some() => settled(known.skipped_as),
        None => None,
    }
}

fn look_into(file: FoundFile) -> LookedAt {
    match read_file(&file.path) {
        Ok(FileContent::Document(content)) => LookedAt::Document(HashedFile {
            path: file.path,
            size: content.size,
            modified_ns: content.modified_ns,
            hash: content.hash,
            words: None,
        }),
        Ok(FileContent::Other { kind, size, modified_ns }) => {
            LookedAt::Other(OtherFile { path: file.path, size, modified_ns, kind })
        }
        Err(failure) => LookedAt::Unreadable(UnreadableFile {
            path: file.path,
            size: Some(file.size),
            modified_ns: Some(file.modified_ns),
            failure,
        }),
    }
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

#[cfg(test)]
mod tests;
