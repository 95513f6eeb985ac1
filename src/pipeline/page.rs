//! The way of one page, in a straight line. Read this first.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use super::failed::Failed;
use super::records::{ModelSet, PageRecords};
use super::second_look::{self, Effort, SecondLook};
use crate::document::{Attempt, DocumentId, PageEnd, PageNumber, PageOutcome, PageText, Recipe};
use crate::reader::{DocumentSource, PageContent, PageReader, PageReading, ReaderError};

/// A page to be read: its document is open in the reader.
#[derive(Debug, Clone, Copy)]
pub(super) struct PageJob<'a> {
    pub document_id: DocumentId,
    pub source: &'a DocumentSource,
    pub page: PageNumber,
    /// Number of pages of the document.
    pub page_count: u32,
}

/// Reads a page and makes its records: read → look again → extract → normalize → validate → outcome.
/// An error means that no reader can be started any more.
pub(super) fn process(
    reader: &mut dyn PageReader,
    job: PageJob<'_>,
    (models, second_look): (&ModelSet, SecondLook),
) -> Result<PageOutcome, Failed> {
    let clock = Clock::start();
    let reading = match read(reader, job)? {
        Ok(reading) => reading,
        Err(end) => return Ok(clock.outcome(job.document_id, job.page, end)),
    };
    let mut recipe = reading.recipe;
    let mut text = match reading.content {
        PageContent::Blank(facts) => {
            let mut outcome = clock.outcome(job.document_id, job.page, PageEnd::Blank(facts));
            outcome.attempt.recipe = Some(recipe);
            if job.page_count == 1 {
                outcome.document_records = Some(Vec::new());
            }
            return Ok(outcome);
        }
        PageContent::Text(text) => text,
    };
    let has_second_network = recipe.has_second_network();
    let effort = Effort { look: second_look, has_second_network };
    let looked = second_look::improve(reader, (job.page, &mut text), models, effort)?;
    recipe.steps.extend(looked.step);
    let place = Place { document_id: job.document_id, page: job.page, page_count: job.page_count };
    Ok(stored(&clock, place, ReadWords { text, recipe, records: looked.records }, models))
}

/// Which page words are of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub document_id: DocumentId,
    pub page: PageNumber,
    /// Number of pages of the document.
    pub page_count: u32,
}

/// Words, with their records if these have been made already.
struct ReadWords {
    text: Box<PageText>,
    recipe: Recipe,
    records: Option<PageRecords>,
}

/// Makes the records of words that another engine has read: extract → normalize → validate → outcome.
pub(super) fn imported(
    place: Place,
    (text, recipe): (PageText, Recipe),
    models: &ModelSet,
) -> PageOutcome {
    let words = ReadWords { text: Box::new(text), recipe, records: None };
    stored(&Clock::start(), place, words, models)
}

fn stored(clock: &Clock, place: Place, words: ReadWords, models: &ModelSet) -> PageOutcome {
    let Place { document_id, page, page_count } = place;
    let ReadWords { text, recipe, records } = words;
    let is_alone = page_count == 1;
    let records = match records {
        Some(records) => Ok(records),
        None if is_alone => models.of_only_page(page, &text),
        None => models
            .of_page(page, &text)
            .map(|of_page| PageRecords { of_page, of_document: Vec::new() }),
    };
    let records = match records {
        Ok(records) => records,
        Err(failure) => return clock.outcome(document_id, page, PageEnd::Failed(failure)),
    };
    let mut outcome = clock.outcome(document_id, page, PageEnd::Stored(text));
    outcome.attempt.recipe = Some(recipe);
    outcome.records = records.of_page;
    outcome.document_records = is_alone.then_some(records.of_document);
    outcome
}

/// Reads a page; if that kills the reader, once more with a new one. Twice means quarantine.
fn read(
    reader: &mut dyn PageReader,
    job: PageJob<'_>,
) -> Result<Result<PageReading, PageEnd>, Failed> {
    match reader.read_page(job.page) {
        Ok(reading) => return Ok(Ok(reading)),
        Err(ReaderError::Refused(failure)) => return Ok(Err(PageEnd::Failed(failure))),
        Err(ReaderError::Broken(why)) => return Err(Failed(why)),
        Err(ReaderError::Died(failure)) => {
            tracing::debug!(document.path = %job.source.path.display(), page = %job.page, %failure, "reader died, second try");
        }
    }
    let second = reader.open(job.source).and_then(|_| reader.read_page(job.page));
    match second {
        Ok(reading) => Ok(Ok(reading)),
        Err(ReaderError::Refused(failure)) => Ok(Err(PageEnd::Failed(failure))),
        Err(ReaderError::Died(failure)) => Ok(Err(PageEnd::Quarantined(failure))),
        Err(ReaderError::Broken(why)) => Err(Failed(why)),
    }
}

/// Returns the outcome of a page that nothing was read of.
pub(super) fn unread(document_id: DocumentId, page: PageNumber, end: PageEnd) -> PageOutcome {
    Clock::start().outcome(document_id, page, end)
}

/// When an attempt started.
struct Clock {
    started: Instant,
    started_at_us: i64,
}

impl Clock {
    fn start() -> Self {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let started_at_us = i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX);
        Self { started: Instant::now(), started_at_us }
    }

    fn outcome(&self, document_id: DocumentId, page: PageNumber, end: PageEnd) -> PageOutcome {
        let duration_ms = u32::try_from(self.started.elapsed().as_millis()).unwrap_or(u32::MAX);
        let attempt = Attempt { started_at_us: self.started_at_us, duration_ms, recipe: None };
        PageOutcome { document_id, page, attempt, end, records: Vec::new(), document_records: None }
    }
}

#[cfg(test)]
mod tests;
