//! One reader loop: takes jobs, opens documents, reads their pages, sends the outcomes.

use tokio::sync::mpsc;

use super::failed::Failed;
use super::page::{self, PageJob};
use super::progress::Progress;
use super::queue::{Job, JobQueue, Pages};
use super::records::ModelSet;
use super::second_look::SecondLook;
use super::stop::Stop;
use crate::document::{Failure, PageEnd, PageNumber, PageOutcome, Reason};
use crate::reader::{DocumentSource, OpenedDocument, PageReader, ReaderError};
use crate::store::LedgerEvent;

/// A document of more pages is split, so that several readers share it.
const PAGES_PER_JOB: usize = 8;

/// What all reader loops share.
pub(super) struct Loop<'a> {
    pub queue: &'a JobQueue,
    pub models: &'a ModelSet,
    pub second_look: SecondLook,
    pub events: mpsc::Sender<LedgerEvent>,
    pub progress: &'a Progress,
    pub stop: &'a Stop,
}

/// Why a loop ended before the queue did.
pub(super) enum Ended {
    /// The writer is gone; it has the true error.
    NoWriter,
    /// No reader can be started.
    NoReader(String),
}

impl From<Failed> for Ended {
    fn from(failed: Failed) -> Self {
        Self::NoReader(failed.0)
    }
}

impl Loop<'_> {
    /// Works until the queue ends.
    pub(super) fn run(&self, reader: &mut dyn PageReader) -> Result<(), Ended> {
        while let Some(taken) = self.queue.take() {
            self.read_document(reader, &taken.job)?;
        }
        Ok(())
    }

    fn read_document(&self, reader: &mut dyn PageReader, job: &Job) -> Result<(), Ended> {
        let (source, opened) = match open(reader, job)? {
            Ok(opened) => opened,
            Err(end) => return self.fail_all(job, &end),
        };
        if job.page_count.is_none() {
            self.send(LedgerEvent::Opened {
                document_id: job.document_id,
                format: opened.format,
                page_count: opened.page_count,
            })?;
            // One page was expected of a document that nobody had opened.
            self.progress.expect(u64::from(opened.page_count.saturating_sub(1)));
        }
        let mut pages = match &job.pages {
            Pages::All => {
                (0..opened.page_count as usize).filter_map(PageNumber::from_index).collect()
            }
            Pages::Only(pages) => pages.clone(),
        };
        if pages.len() > PAGES_PER_JOB {
            let rest = pages.split_off(PAGES_PER_JOB);
            self.queue.split_off(rest.chunks(PAGES_PER_JOB).map(|piece| Job {
                pages: Pages::Only(piece.to_vec()),
                page_count: Some(opened.page_count),
                ..job.clone()
            }));
        }
        for page in pages {
            if self.stop.is_set() {
                return Ok(());
            }
            let job = PageJob {
                document_id: job.document_id,
                source: &source,
                page,
                page_count: opened.page_count,
            };
            self.send(LedgerEvent::Page(Box::new(self.process(reader, job)?)))?;
        }
        Ok(())
    }

    /// Reads a page; opens the document again if the page before has killed the reader.
    fn process(&self, reader: &mut dyn PageReader, job: PageJob<'_>) -> Result<PageOutcome, Ended> {
        if !reader.has_open_document() {
            match try_open(reader, job.source)? {
                Ok(_) => {}
                Err(end) => return Ok(page::unopened(job.document_id, job.page, end)),
            }
        }
        Ok(page::process(reader, job, (self.models, self.second_look))?)
    }

    /// A document that cannot be opened fails its first page, or those that were asked for.
    fn fail_all(&self, job: &Job, end: &PageEnd) -> Result<(), Ended> {
        let pages = match &job.pages {
            Pages::All => vec![PageNumber::FIRST],
            Pages::Only(pages) => pages.clone(),
        };
        for page in pages {
            let outcome = page::unopened(job.document_id, page, end.clone());
            self.send(LedgerEvent::Page(Box::new(outcome)))?;
        }
        Ok(())
    }

    fn send(&self, event: LedgerEvent) -> Result<(), Ended> {
        self.events.blocking_send(event).map_err(|_| Ended::NoWriter)
    }
}

type Opened = Result<(DocumentSource, OpenedDocument), PageEnd>;

/// Opens a document from the first of its files that is still there.
fn open(reader: &mut dyn PageReader, job: &Job) -> Result<Opened, Failed> {
    let mut last = PageEnd::Failed(Failure::new(
        crate::document::Stage::Read,
        Reason::Vanished,
        "no file holds the document any more",
    ));
    for path in &job.paths {
        let source = DocumentSource { path: path.clone(), hash: job.hash };
        match try_open(reader, &source)? {
            Ok(opened) => return Ok(Ok((source, opened))),
            Err(end) => {
                let elsewhere = matches!(
                    &end,
                    PageEnd::Failed(failure)
                        if matches!(failure.reason, Reason::Vanished | Reason::Changed | Reason::Unreadable)
                );
                last = end;
                if !elsewhere {
                    break;
                }
            }
        }
    }
    Ok(Err(last))
}

/// Opens a document; if that kills the reader, once more with a new one. Twice means quarantine.
fn try_open(
    reader: &mut dyn PageReader,
    source: &DocumentSource,
) -> Result<Result<OpenedDocument, PageEnd>, Failed> {
    let opened = match reader.open(source) {
        Err(ReaderError::Died(_)) => reader.open(source),
        opened => opened,
    };
    match opened {
        Ok(opened) => Ok(Ok(opened)),
        Err(ReaderError::Refused(failure)) => Ok(Err(PageEnd::Failed(failure))),
        Err(ReaderError::Died(failure)) => Ok(Err(PageEnd::Quarantined(failure))),
        Err(ReaderError::Broken(why)) => Err(Failed(why)),
    }
}
