//! Made-up pages into the ledger, as if they had been read: what `synth` writes words with.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use rayon::prelude::*;
use serde::Serialize;
use tokio::sync::mpsc;

use super::blocking::blocking;
use super::progress::Progress;
use super::{EVENTS, ModelSet, RunError, Stop, Talk};
use crate::document::{
    Attempt, DocumentFormat, DocumentId, Format, PageEnd, PageNumber, PageOutcome, PageText, Recipe,
};
use crate::store::{HashedFile, LedgerEvent, Replace, Run, Store, StoreError};
use crate::synth::{Archive, Entry};

/// Pages that are made and registered at once.
const PAGES_AT_A_TIME: u64 = 1024;
/// What a page of such a kind has as a scan, in bytes.
const SIZE_OF_A_SCAN: u64 = 90_000;

/// What was made.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct SynthSummary {
    /// Pages that the ledger did not have.
    pub pages: u64,
    /// Pages of the same archive that it had.
    pub known: u64,
    pub seconds: f64,
    pub interrupted: bool,
}

impl fmt::Display for SynthSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pages, known, seconds, .. } = self;
        let rate = *pages as f64 / seconds.max(0.001);
        write!(f, "pages: {pages} made in {seconds:.1} s ({rate:.0} pages/s), {known} were there")
    }
}

/// The path that a page's file would have: another one in each archive, since a path holds one document.
pub fn synth_path(archive: &Archive, number: u64) -> PathBuf {
    const IN_A_DIRECTORY: u64 = 1000;
    let directory = number / IN_A_DIRECTORY;
    let Archive { seed, rows, misread } = archive;
    PathBuf::from(format!("/synth/{seed}-{rows}-{misread}/{directory:05}/{number:08}.tif"))
}

/// What is to be made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SynthOrder {
    pub archive: Archive,
    /// Its first so many pages.
    pub pages: u64,
    pub talk: Talk,
}

/// Writes the words of the first pages of an archive; pages that are there stay. `each` gets what the pages say, in
/// order.
pub async fn synthesize(
    store: &Store,
    run: &mut Run,
    order: SynthOrder,
    stop: &Stop,
    each: impl FnMut(u64, &[Entry]) -> std::io::Result<()> + Send,
) -> Result<SynthSummary, RunError> {
    let started = Instant::now();
    let SynthOrder { archive, pages, talk } = order;
    let (events, received) = mpsc::channel(EVENTS);
    let progress = Progress::new(talk);
    progress.expect(pages);
    let options = super::writer_options(&Arc::new(ModelSet::new(Vec::new())), Replace::Always);
    let maker = Maker { store, run: run.id, archive, pages, stop };
    let making = maker.make(events, &progress, each);
    let writing = store.write(run, received, options, |commit| {
        progress.committed(commit.pages.len() as u64, std::iter::empty());
    });
    let (made, written) = tokio::join!(making, writing);
    progress.finish();
    written?;
    let (pages, known) = made?;
    let seconds = started.elapsed().as_secs_f64();
    Ok(SynthSummary { pages, known, seconds, interrupted: stop.is_set() })
}

struct Maker<'a> {
    store: &'a Store,
    run: crate::document::RunId,
    archive: Archive,
    pages: u64,
    stop: &'a Stop,
}

impl Maker<'_> {
    /// Makes pages and sends those that the ledger does not have. Returns how many were sent, and how many were there.
    async fn make(
        self,
        events: mpsc::Sender<LedgerEvent>,
        progress: &Progress,
        mut each: impl FnMut(u64, &[Entry]) -> std::io::Result<()> + Send,
    ) -> Result<(u64, u64), RunError> {
        let (mut sent, mut known) = (0, 0);
        let mut first = 0;
        while first < self.pages && !self.stop.is_set() {
            let numbers = first..self.pages.min(first + PAGES_AT_A_TIME);
            first = numbers.end;
            let archive = self.archive;
            let making = blocking({
                let numbers = numbers.clone();
                move || {
                    let made = numbers.into_par_iter().map(|number| archive.page(number));
                    made.collect::<Vec<_>>()
                }
            });
            let (made, documents) = tokio::join!(making, self.register(numbers.clone()));
            for ((number, page), document) in numbers.zip(made).zip(documents?) {
                each(number, &page.entries).map_err(|error| RunError::Output(error.to_string()))?;
                let Some(document_id) = document else {
                    known += 1;
                    progress.committed(1, std::iter::empty());
                    continue;
                };
                let opened = LedgerEvent::Opened {
                    document_id,
                    format: DocumentFormat::Scan(Format::Tiff),
                    page_count: 1,
                };
                let outcome = LedgerEvent::Page(Box::new(outcome(document_id, page.text)));
                if events.send(opened).await.is_err() || events.send(outcome).await.is_err() {
                    return Ok((sent, known));
                }
                sent += 1;
            }
        }
        Ok((sent, known))
    }

    /// Registers pages as the only ones of their files; `None` for those whose words are there.
    async fn register(
        &self,
        numbers: std::ops::Range<u64>,
    ) -> Result<Vec<Option<DocumentId>>, StoreError> {
        let files: Vec<HashedFile> = numbers
            .map(|number| HashedFile {
                path: synth_path(&self.archive, number),
                size: SIZE_OF_A_SCAN,
                modified_ns: 0,
                hash: self.archive.hash(number),
                words: None,
            })
            .collect();
        let registered = self.store.register(self.run, &files).await?;
        let open =
            |file: crate::store::Registered| (!file.pending.is_empty()).then_some(file.document_id);
        Ok(registered.into_iter().map(open).collect())
    }
}

fn outcome(document_id: DocumentId, text: PageText) -> PageOutcome {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let recipe = Recipe {
        engine: concat!("synth ", env!("CARGO_PKG_VERSION")).to_owned(),
        languages: "eng".to_owned(),
        ..Recipe::default()
    };
    PageOutcome {
        document_id,
        page: PageNumber::FIRST,
        attempt: Attempt {
            started_at_us: i64::try_from(since.as_micros()).unwrap_or(i64::MAX),
            duration_ms: 0,
            recipe: Some(recipe),
        },
        end: PageEnd::Stored(Box::new(text)),
        records: Vec::new(),
        document_records: Some(Vec::new()),
    }
}
