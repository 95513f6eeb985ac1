//! One reader loop: takes jobs, opens documents, reads their pages, sends the outcomes.

use std::sync::Arc;
use std::time::Instant;

use tokio::sync::mpsc;

use super::failed::Failed;
use super::page::{self, PageJob};
use super::progress::Progress;
use super::queue::{Job, JobQueue, Pages, Work};
use super::records::ModelSet;
use super::second_look::SecondLook;
use super::shared::SharedDocument;
use super::stop::Stop;
use crate::document::{
    DocumentFormat, DocumentId, Failure, PageEnd, PageNumber, Reason, Stage, guarded,
};
use crate::reader::{DocumentSource, OpenedDocument, PageReader, ReaderError};
use crate::store::LedgerEvent;

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
            match &taken.work {
                Work::Document(job) => self.read_document(reader, job)?,
                Work::Share(document) => self.join(reader, document)?,
            }
        }
        Ok(())
    }

    /// Opens a document and reads its pages, those that no other reader takes meanwhile.
    fn read_document(&self, reader: &mut dyn PageReader, job: &Job) -> Result<(), Ended> {
        let started = Instant::now();
        let (source, opened) = match open(reader, job)? {
            Ok(opened) => opened,
            Err(end) => {
                // A document that cannot be opened fails its first page, or those that were asked for.
                let pages = match &job.pages {
                    Pages::All => vec![PageNumber::FIRST],
                    Pages::Only(pages) => pages.clone(),
                };
                return self.fail(job.document_id, pages, &end);
            }
        };
        let opening = started.elapsed();
        if job.page_count.is_none() {
            self.send(LedgerEvent::Opened {
                document_id: job.document_id,
                format: DocumentFormat::Scan(opened.format),
                page_count: opened.page_count,
            })?;
            // One page was expected of a document that nobody had opened.
            self.progress.expect(u64::from(opened.page_count.saturating_sub(1)));
        }
        let pages: Vec<PageNumber> = match &job.pages {
            Pages::All => {
                (0..opened.page_count as usize).filter_map(PageNumber::from_index).collect()
            }
            Pages::Only(pages) => pages.clone(),
        };
        let is_large = pages.len() > 1;
        let (id, count) = (job.document_id, opened.page_count);
        let document = Arc::new(SharedDocument::new(id, source, count, (pages, opening)));
        if is_large {
            self.queue.share(Arc::clone(&document));
        }
        self.read_pages(reader, &document)
    }

    /// Helps with a document that another reader has open.
    fn join(&self, reader: &mut dyn PageReader, document: &SharedDocument) -> Result<(), Ended> {
        document.enter();
        match try_open(reader, &document.source)? {
            Ok(_) => self.read_pages(reader, document),
            Err(end) => self.fail(document.document_id, document.give_up(), &end),
        }
    }

    /// Reads pages of an open document until none is left. Opens it again where a page has killed the reader, or
    /// the reader is due to be replaced.
    fn read_pages(
        &self,
        reader: &mut dyn PageReader,
        document: &SharedDocument,
    ) -> Result<(), Ended> {
        while !self.stop.is_set()
            && let Some(page) = document.take_page()
        {
            if !reader.has_open_document()
                && let Err(end) = try_open(reader, &document.source)?
            {
                let pages = std::iter::once(page).chain(document.give_up());
                return self.fail(document.document_id, pages, &end);
            }
            let job = PageJob {
                document_id: document.document_id,
                source: &document.source,
                page,
                page_count: document.page_count,
            };
            let started = Instant::now();
            // What a reader answers is used in there: a panic costs the page.
            let how = (self.models, self.second_look);
            let outcome = match guarded(Stage::Extract, || page::process(reader, job, how)) {
                Ok(outcome) => outcome?,
                Err(failure) => page::unread(job.document_id, page, PageEnd::Failed(failure)),
            };
            if document.note_read(started.elapsed()) {
                self.queue.wake();
            }
            self.send(LedgerEvent::Page(Box::new(outcome)))?;
        }
        document.leave();
        Ok(())
    }

    /// Notes that pages cannot be read, because their document cannot be opened.
    fn fail(
        &self,
        document_id: DocumentId,
        pages: impl IntoIterator<Item = PageNumber>,
        end: &PageEnd,
    ) -> Result<(), Ended> {
        for page in pages {
            let outcome = page::unread(document_id, page, end.clone());
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
        Stage::Read,
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
pub(super) fn try_open(
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

#[cfg(test)]
mod tests;
