//! Imports words that other engines have read: walk → tell formats → hash → ledger → parse → extract → store writer.
//!
//! Files are registered in batches, as those of scans are; while a batch is parsed on rayon, the next one is registered.
//! A file is read page by page, and some pages of it are in memory at once.

use std::collections::HashSet;
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use rayon::prelude::*;
use tokio::sync::mpsc;

use super::blocking::blocking;
use super::feed::{FILES_PER_BATCH, sorted};
use super::gone::note_gone;
use super::page::{self, Place};
use super::progress::Progress;
use super::{EVENTS, Extent, FileCounts, ModelSet, RunError, Stop, Summary, Talk, archive};
use crate::document::{
    DocumentFormat, Failure, PageEnd, PageNumber, PageOutcome, PageText, Reason, Recipe, RunId,
    Stage, WordFormat, guarded,
};
use crate::intake::{Found, FoundFile, Walk, hash_file};
use crate::interchange::{self, HEAD, ImportedPage, Pages};
use crate::store::{
    HashedFile, KnownFile, LedgerEvent, Registered, Replace, Run, SeenFiles, Store, StoreError,
    UnreadableFile,
};

/// Pages of a file that are in memory at once; their records are made on all cores.
const PAGES_AT_ONCE: usize = 64;

/// What a file that holds no words is counted as.
const NO_WORDS: &str = "no words";

/// What stands for the engine if a file does not say it.
const UNKNOWN_ENGINE: &str = "unknown";

/// Which documents are imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// Those that the ledger does not have, and what is left of those that were not imported to their end.
    Never,
    /// All; what is read now replaces what was.
    Always,
}

/// How an import works.
pub struct ImportSettings {
    /// Without any, words are stored and no records made.
    pub models: Arc<ModelSet>,
    /// The format of all files; told by content without it.
    pub format: Option<WordFormat>,
    pub again: Again,
    pub talk: Talk,
    pub stop: Stop,
}

/// Imports the words of the files of a walk, until there are no more or `stop` is set. Files that hold no words are left
/// alone: they may be scans that the ledger has or is to have.
pub async fn import_words(
    store: &Store,
    run: &mut Run,
    walk: Walk,
    settings: ImportSettings,
) -> Result<Summary, RunError> {
    let started = Instant::now();
    let ImportSettings { models, format, again, talk, stop } = settings;
    let progress = Arc::new(Progress::new(talk));
    let (events, received) = mpsc::channel(EVENTS);
    let replace = match again {
        Again::Never => Replace::IfNotWorse,
        Again::Always => Replace::Always,
    };
    let import = Import {
        models: Arc::clone(&models),
        events,
        progress: Arc::clone(&progress),
        stop: stop.clone(),
        again,
    };
    let mut summary = Summary::default();
    let feed = WordFeed { store, run: run.id, format };
    let options = super::writer_options(&models, replace);
    let writing = store.write(run, received, options, |change| {
        progress.committed(change.pages.len() as u64, change.pages.iter().filter_map(|p| p.reason));
        summary.add(&change);
    });
    let (fed, written) = tokio::join!(feed.take_walk(walk, import), writing);
    progress.finish();
    written?;
    summary.files = Some(fed?);
    summary.archive = archive::learn(store, &models, Extent::New, &stop).await?;
    summary.finish(started.elapsed(), stop.is_set());
    Ok(summary)
}

/// Registers the files of a walk that hold words.
struct WordFeed<'a> {
    store: &'a Store,
    run: RunId,
    format: Option<WordFormat>,
}

/// A file whose words are to be read.
#[derive(Debug)]
struct WordFile {
    file: HashedFile,
    format: WordFormat,
    registered: Registered,
}

/// What a file that was found turned out to be.
enum LookedAt {
    Words(HashedFile),
    Unreadable(UnreadableFile),
    /// Something else, which is left alone.
    Other,
}

impl WordFeed<'_> {
    /// Walks and registers files, and imports the pages that are to be imported. After all have been seen, notes those
    /// that have gone.
    async fn take_walk(self, walk: Walk, import: Import) -> Result<FileCounts, StoreError> {
        let mut counts = FileCounts::default();
        let roots = walk.roots().to_vec();
        let mut walk = walk;
        let mut ready: Vec<WordFile> = Vec::new();
        let mut import = import;
        // Of several files that hold a document one is imported; else only the first of them has pages pending.
        let mut seen = HashSet::new();
        loop {
            let (rest, batch) = blocking(move || {
                let batch: Vec<Found> = walk.by_ref().take(FILES_PER_BATCH).collect();
                (walk, batch)
            })
            .await;
            walk = rest;
            counts.left_out = walk.left_out();
            if import.stop.is_set() || (batch.is_empty() && ready.is_empty()) {
                break;
            }
            let importing = blocking(move || {
                let goes_on = import.all(&ready);
                (import, goes_on)
            });
            let registering = self.register(batch, &roots, &mut counts);
            let ((back, goes_on), registered) = tokio::join!(importing, registering);
            import = back;
            ready = registered?;
            if import.again == Again::Always {
                ready.retain(|file| seen.insert(file.registered.document_id));
            }
            if !goes_on {
                // The writer is gone, and has the true error.
                return Ok(counts);
            }
            import.progress.found(counts.found, 0);
        }
        if !import.stop.is_set() {
            drop(import);
            counts.add_gone(note_gone(self.store, self.run, &roots, &SeenFiles::default()).await?);
        }
        Ok(counts)
    }

    /// Registers a batch of files; returns those that hold words.
    async fn register(
        &self,
        batch: Vec<Found>,
        roots: &[PathBuf],
        counts: &mut FileCounts,
    ) -> Result<Vec<WordFile>, StoreError> {
        let (files, mut unreadable) = sorted(batch);
        let paths: Vec<PathBuf> = files.iter().map(|file| file.path.clone()).collect();
        let known = self.store.known_files(&paths).await?;
        let format = self.format;
        let named: Vec<bool> = files.iter().map(|file| roots.contains(&file.path)).collect();
        let looked_at = blocking(move || look_at(files, known, (format, &named))).await;
        let mut words = Vec::new();
        for looked_at in looked_at {
            match looked_at {
                LookedAt::Words(file) => words.push(file),
                LookedAt::Unreadable(file) => unreadable.push(file),
                LookedAt::Other => {
                    counts.found += 1;
                    counts.skipped += 1;
                    *counts.skipped_kinds.entry(NO_WORDS.to_owned()).or_default() += 1;
                }
            }
        }
        for file in &unreadable {
            tracing::warn!(document.path = %file.path.display(), "skipped file: {}", file.failure);
        }
        self.store.mark_unreadable(self.run, &unreadable).await?;
        let registered = self.store.register(self.run, &words).await?;
        counts.unreadable += unreadable.len() as u64;
        counts.found += (unreadable.len() + words.len()) as u64;
        for registered in &registered {
            counts.add_standing(registered.standing);
        }
        let with_format = |(file, registered): (HashedFile, Registered)| {
            file.words.map(|format| WordFile { file, format, registered })
        };
        Ok(words.into_iter().zip(registered).filter_map(with_format).collect())
    }
}

/// Looks into files, but not into those that the ledger knows as words and that have not changed. `named` are those that
/// the command line names: they are expected to hold words.
fn look_at(
    files: Vec<FoundFile>,
    known: Vec<Option<KnownFile>>,
    (format, named): (Option<WordFormat>, &[bool]),
) -> Vec<LookedAt> {
    files
        .into_par_iter()
        .zip(known)
        .zip(named)
        .map(|((file, known), &is_named)| {
            let unchanged = known.as_ref().and_then(|known| unchanged(&file, known, format));
            if let Some(hashed) = unchanged {
                return LookedAt::Words(hashed);
            }
            let is_scan =
                known.is_some_and(|known| known.document.is_some() && known.words.is_none());
            look_into(&file, format, is_named && !is_scan).unwrap_or_else(|failure| {
                LookedAt::Unreadable(UnreadableFile {
                    path: file.path,
                    size: Some(file.size),
                    modified_ns: Some(file.modified_ns),
                    failure,
                })
            })
        })
        .collect()
}

/// Returns the file as the ledger knows it, if that still holds.
fn unchanged(
    file: &FoundFile,
    known: &KnownFile,
    format: Option<WordFormat>,
) -> Option<HashedFile> {
    let same = known.size == Some(file.size) && known.modified_ns == Some(file.modified_ns);
    let ((_, hash), words) = (known.document?, known.words?);
    same.then(|| HashedFile {
        path: file.path.clone(),
        size: file.size,
        modified_ns: file.modified_ns,
        hash,
        words: Some(format.unwrap_or(words)),
    })
}

fn look_into(
    file: &FoundFile,
    format: Option<WordFormat>,
    is_expected: bool,
) -> Result<LookedAt, Failure> {
    let mut head = Vec::with_capacity(HEAD);
    File::open(&file.path)
        .and_then(|opened| opened.take(HEAD as u64).read_to_end(&mut head))
        .map_err(|error| Failure::new(Stage::Read, Reason::Unreadable, error.to_string()))?;
    let told = if interchange::is_text(&head) {
        format.or_else(|| interchange::format_of(&head))
    } else {
        None
    };
    let Some(words) = told else {
        if !is_expected {
            return Ok(LookedAt::Other);
        }
        let known: Vec<&str> = WordFormat::ALL.iter().map(|format| format.as_str()).collect();
        let message = format!("the content is of no format of words: {}", known.join(", "));
        return Err(Failure::decode(Reason::Unsupported, message));
    };
    let content = hash_file(&file.path)?;
    Ok(LookedAt::Words(HashedFile {
        path: file.path.clone(),
        size: content.size,
        modified_ns: content.modified_ns,
        hash: content.hash,
        words: Some(words),
    }))
}

/// Parses files and sends what is in them to the writer.
struct Import {
    models: Arc<ModelSet>,
    events: mpsc::Sender<LedgerEvent>,
    progress: Arc<Progress>,
    stop: Stop,
    again: Again,
}

/// The writer is gone; it has the true error.
struct NoWriter;

type Imported = Result<ImportedPage, Failure>;

impl Import {
    /// Imports files on all cores; returns whether there is still a writer.
    fn all(&self, files: &[WordFile]) -> bool {
        files.par_iter().try_for_each(|file| self.file(file)).is_ok()
    }

    fn file(&self, file: &WordFile) -> Result<(), NoWriter> {
        let is_wanted = match self.again {
            Again::Never => !file.registered.pending.is_empty(),
            Again::Always => true,
        };
        if !is_wanted || self.stop.is_set() {
            return Ok(());
        }
        match open(&file.file) {
            Ok(opened) => self.pages(file, interchange::pages(opened, file.format)),
            Err(failure) => {
                self.progress.expect(1);
                self.chunk(file, 0, vec![Err(failure)], false)
            }
        }
    }

    /// Sends the pages of a file, some at a time. Until the last ones are sent, one page more than was sent is pending in
    /// the ledger, so that a run that is killed in between does not take the document for whole.
    fn pages(&self, file: &WordFile, pages: Pages<'_>) -> Result<(), NoWriter> {
        let mut pages = Guarded(Some(pages)).peekable();
        let mut sent = 0;
        while pages.peek().is_some() {
            let chunk: Vec<Imported> = pages.by_ref().take(PAGES_AT_ONCE).collect();
            self.progress.expect(chunk.len() as u64);
            let count = chunk.len();
            self.chunk(file, sent, chunk, pages.peek().is_some())?;
            sent += count;
            if self.stop.is_set() {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Sends pages of a file; `sent` were sent before.
    fn chunk(
        &self,
        file: &WordFile,
        sent: usize,
        pages: Vec<Imported>,
        has_more: bool,
    ) -> Result<(), NoWriter> {
        let counted = u32::try_from(sent + pages.len() + usize::from(has_more)).unwrap_or(u32::MAX);
        // What an earlier run has pending behind these pages must stay so.
        let known = file.registered.page_count.filter(|_| has_more).unwrap_or(0);
        let page_count = counted.max(known);
        let document_id = file.registered.document_id;
        let format = DocumentFormat::Words(file.format);
        self.send(LedgerEvent::Opened { document_id, format, page_count })?;
        let outcomes: Vec<_> = pages
            .into_par_iter()
            .enumerate()
            .filter_map(|(index, imported)| {
                let page = PageNumber::from_index(sent + index)?;
                let place = Place { document_id, page, page_count };
                self.is_wanted(file, page).then(|| self.outcome(file, place, imported))
            })
            .collect();
        for outcome in outcomes {
            self.send(LedgerEvent::Page(Box::new(outcome)))?;
        }
        Ok(())
    }

    /// Tells whether a page is to be stored: an earlier run that was killed may have stored the first ones.
    fn is_wanted(&self, file: &WordFile, page: PageNumber) -> bool {
        let Registered { page_count, pending, .. } = &file.registered;
        let is_known = page_count.is_some_and(|count| page.0.get() <= count);
        self.again == Again::Always || !is_known || pending.contains(&page)
    }

    fn outcome(&self, file: &WordFile, place: Place, imported: Imported) -> PageOutcome {
        match imported {
            Ok(imported) => page::imported(place, words_of(imported, file.format), &self.models),
            Err(failure) => {
                tracing::warn!(document.path = %file.file.path.display(), page = %place.page.0, "failed page: {failure}");
                page::unread(place.document_id, place.page, PageEnd::Failed(failure))
            }
        }
    }

    fn send(&self, event: LedgerEvent) -> Result<(), NoWriter> {
        self.events.blocking_send(event).map_err(|_| NoWriter)
    }
}

/// Opens a file, if it is still the one that was hashed.
fn open(file: &HashedFile) -> Result<File, Failure> {
    let unreadable = |error: std::io::Error| {
        let reason = match error.kind() {
            std::io::ErrorKind::NotFound => Reason::Vanished,
            _ => Reason::Unreadable,
        };
        Failure::new(Stage::Read, reason, error.to_string())
    };
    let opened = File::open(&file.path).map_err(unreadable)?;
    let now = opened.metadata().map_err(unreadable)?;
    let modified_ns = now.mtime().saturating_mul(1_000_000_000).saturating_add(now.mtime_nsec());
    if (now.len(), modified_ns) != (file.size, file.modified_ns) {
        let message = "the file was written to since it was found";
        return Err(Failure::new(Stage::Read, Reason::Changed, message));
    }
    Ok(opened)
}

fn words_of(imported: ImportedPage, format: WordFormat) -> (PageText, Recipe) {
    let ImportedPage { text, engine, languages, steps } = imported;
    let engine = if engine.is_empty() { UNKNOWN_ENGINE.to_owned() } else { engine };
    let all = std::iter::once(format!("imported:{format}")).chain(steps).collect();
    (text, Recipe { engine, languages, steps: all, ..Recipe::default() })
}

/// Pages of a file of which a panic costs what is left.
struct Guarded<'a>(Option<Pages<'a>>);

impl Iterator for Guarded<'_> {
    type Item = Imported;

    fn next(&mut self) -> Option<Self::Item> {
        let pages = self.0.as_mut()?;
        guarded(Stage::Decode, || pages.next()).unwrap_or_else(|failure| {
            self.0 = None;
            Some(Err(failure))
        })
    }
}
