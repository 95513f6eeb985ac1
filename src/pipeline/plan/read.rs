//! Reads the sample, with the readers and models that `ingest` would use, and keeps only what it costs and gives.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rayon::prelude::*;

use super::estimate::{Amounts, SampledDocument};
use super::measured::{of_document, of_page, of_records};
use super::strata::rank_of;
use crate::document::{
    DocumentId, Failure, PageEnd, PageNumber, PageOutcome, PageText, Reason, Stage, guarded,
};
use crate::intake::hash_file;
use crate::pipeline::failed::Failed;
use crate::pipeline::page::{self, PageJob};
use crate::pipeline::progress::Progress;
use crate::pipeline::worker::try_open;
use crate::pipeline::{ModelSet, Readers, SecondLook, Stop};
use crate::reader::{DocumentSource, PageReader, ReaderProcess};

/// A document of which fewer pages are left out is read as a whole: records that run over pages come out as they will.
const LEAST_PAGES_OF_DOCUMENT: usize = 6;
/// One document takes at most this share of the sample's pages.
const SHARE_OF_DOCUMENT: usize = 10;

/// How the sample is read.
pub(super) struct Sampling<'a> {
    pub readers: &'a Readers,
    pub models: &'a ModelSet,
    pub second_look: SecondLook,
    pub progress: &'a Progress,
    pub stop: &'a Stop,
    /// Pages that are read.
    pub pages: usize,
    /// For how long, at most.
    pub longest: Option<Duration>,
}

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Sample {
    /// Documents, each with the position of its stratum.
    pub documents: Vec<(usize, SampledDocument)>,
    pub pages: u64,
    /// Failed and quarantined pages by reason.
    pub failures: BTreeMap<Reason, u64>,
    /// What the readers took to start.
    pub start_seconds: f64,
    /// What all of it took.
    pub seconds: f64,
    /// What a byte took to be hashed.
    pub seconds_a_byte: f64,
}

/// A document that may be read.
struct Candidate {
    stratum: usize,
    path: PathBuf,
    /// `None`: nobody can read the file.
    source: Option<DocumentSource>,
}

/// A document that is read, with the pages that are.
struct Chosen<'a> {
    stratum: usize,
    path: &'a Path,
    source: Option<&'a DocumentSource>,
    page_count: u32,
    pages: Vec<PageNumber>,
}

/// A document with the failures of its pages.
type Read = (SampledDocument, Vec<Reason>);

impl Sampling<'_> {
    /// Reads documents in the order in which they are given, until there are enough pages. Which ones hangs on nothing but
    /// the files, unless time runs out. An error means that no reader can be started.
    pub(super) fn read(&self, candidates: Vec<(usize, PathBuf)>) -> Result<Sample, Failed> {
        let started = Instant::now();
        let crew = Crew::new(self)?;
        let mut sample = Sample::default();
        let paths: Vec<(usize, PathBuf)> = candidates.into_iter().take(self.pages.max(1)).collect();
        let candidates = Self::hashed(&crew, &paths, &mut sample);
        let opened = crew.each(&candidates, |reader, candidate| {
            let Some(source) = &candidate.source else { return Ok(Some(0)) };
            Ok(Some(try_open(reader, source)?.map_or(1, |opened| opened.page_count)))
        })?;
        let chosen = self.chosen(&candidates, &opened);
        sample.start_seconds = self.warm_up(&crew, &chosen)?;
        self.progress.expect(chosen.iter().map(|document| document.pages.len() as u64).sum());
        let read = crew.each(&chosen, |reader, document| {
            let read = self.read_document(reader, document)?;
            if let Some((_, reasons)) = &read {
                self.progress.committed(document.pages.len() as u64, reasons.iter().copied());
            }
            Ok(read)
        })?;
        for (document, read) in chosen.iter().zip(read) {
            let Some((measured, reasons)) = read else { continue };
            sample.pages += u64::from(measured.first.is_some()) + measured.others.len() as u64;
            for reason in reasons {
                *sample.failures.entry(reason).or_default() += 1;
            }
            sample.documents.push((document.stratum, measured));
        }
        sample.seconds = started.elapsed().as_secs_f64();
        Ok(sample)
    }

    /// Hashes the files; the same content counts once.
    fn hashed(crew: &Crew<'_>, paths: &[(usize, PathBuf)], sample: &mut Sample) -> Vec<Candidate> {
        let started = Instant::now();
        let contents: Vec<_> =
            crew.pool.install(|| paths.par_iter().map(|(_, path)| hash_file(path).ok()).collect());
        let bytes: u64 = contents.iter().flatten().map(|content| content.size).sum();
        sample.seconds_a_byte = started.elapsed().as_secs_f64() / bytes.max(1) as f64;
        let mut seen = HashSet::new();
        let mut candidates = Vec::new();
        for ((stratum, path), content) in paths.iter().zip(contents) {
            let source =
                content.map(|content| DocumentSource { path: path.clone(), hash: content.hash });
            if source.as_ref().is_none_or(|source| seen.insert(source.hash)) {
                candidates.push(Candidate { stratum: *stratum, path: path.clone(), source });
            }
        }
        candidates
    }

    /// Chooses documents and pages.
    fn chosen<'c>(&self, candidates: &'c [Candidate], opened: &[Option<u32>]) -> Vec<Chosen<'c>> {
        let most = LEAST_PAGES_OF_DOCUMENT.max(self.pages / SHARE_OF_DOCUMENT);
        let mut left = self.pages;
        let mut chosen = Vec::new();
        for (candidate, count) in candidates.iter().zip(opened) {
            if left == 0 {
                break;
            }
            let Some(page_count) = *count else { continue };
            let Candidate { stratum, path, source } = candidate;
            let pages = pages_of(path, page_count, most);
            left = left.saturating_sub(pages.len());
            let (stratum, source) = (*stratum, source.as_ref());
            chosen.push(Chosen { stratum, path, source, page_count, pages });
        }
        chosen
    }

    /// Has each reader read a page that does not count: the first one takes what is loaded when it is needed. Returns
    /// what that took longer than reading it once more will take.
    fn warm_up(&self, crew: &Crew<'_>, chosen: &[Chosen]) -> Result<f64, Failed> {
        let Some(first) = chosen.iter().find(|document| document.source.is_some()) else {
            return Ok(0.0);
        };
        let one = Chosen { pages: first.pages[..first.pages.len().min(1)].to_vec(), ..*first };
        let mut took = [0.0, 0.0];
        for seconds in &mut took {
            let started = Instant::now();
            crew.all(|reader| self.read_document(reader, &one))?;
            *seconds = started.elapsed().as_secs_f64();
        }
        Ok((took[0] - took[1]).max(0.0))
    }

    /// Reads pages of a document; nothing if there is no time for all of them.
    fn read_document(
        &self,
        reader: &mut dyn PageReader,
        document: &Chosen,
    ) -> Result<Option<Read>, Failed> {
        let mut read = SampledDocument { itself: of_document(document.path), ..Default::default() };
        let Some(source) = document.source else { return Ok(Some((read, Vec::new()))) };
        let started = Instant::now();
        if let Err(end) = try_open(reader, source)? {
            let outcome = page::unread(DocumentId(0), PageNumber::FIRST, end);
            let (seconds, reasons) = (started.elapsed(), reason_of(&outcome));
            read.first = Some(of_page(&outcome, seconds, self.models));
            return Ok(Some((read, reasons)));
        }
        read.itself.seconds += started.elapsed().as_secs_f64();
        read.other_pages = document.page_count.saturating_sub(1);
        let (mut reasons, mut missing, mut texts) = (Vec::new(), Vec::new(), Vec::new());
        let mut pages: BTreeMap<PageNumber, Amounts> = BTreeMap::new();
        for &number in &document.pages {
            if self.stop.is_set() {
                return Ok(None);
            }
            let started = Instant::now();
            let outcome = self.read_page(reader, (document, source), number)?;
            pages.insert(number, of_page(&outcome, started.elapsed(), self.models));
            let failed = reason_of(&outcome);
            if !failed.is_empty() {
                missing.push(number);
            }
            reasons.extend(failed);
            if let PageEnd::Stored(text) = outcome.end {
                texts.push((number, text));
            }
        }
        if document.page_count > 1 {
            let started = Instant::now();
            self.add_document_records(&mut pages, &texts, &missing);
            read.itself.seconds += started.elapsed().as_secs_f64();
        }
        read.first = pages.remove(&PageNumber::FIRST);
        read.others = pages.into_values().collect();
        Ok(Some((read, reasons)))
    }

    fn read_page(
        &self,
        reader: &mut dyn PageReader,
        (document, source): (&Chosen, &DocumentSource),
        page: PageNumber,
    ) -> Result<PageOutcome, Failed> {
        let (document_id, page_count) = (DocumentId(0), document.page_count);
        if !reader.has_open_document()
            && let Err(end) = try_open(reader, source)?
        {
            return Ok(page::unread(document_id, page, end));
        }
        let job = PageJob { document_id, source, page, page_count };
        let how = (self.models, self.second_look);
        match guarded(Stage::Extract, || page::process(reader, job, how)) {
            Ok(outcome) => outcome,
            Err(failure) => Ok(page::unread(document_id, page, PageEnd::Failed(failure))),
        }
    }

    /// Adds the records of a document to the pages that they start on. Those of a document that makes extraction panic
    /// are none, as in a run.
    fn add_document_records(
        &self,
        pages: &mut BTreeMap<PageNumber, Amounts>,
        texts: &[(PageNumber, Box<PageText>)],
        missing: &[PageNumber],
    ) {
        let texts: Vec<(PageNumber, &PageText)> =
            texts.iter().map(|(number, text)| (*number, &**text)).collect();
        let records = self.models.of_document(&texts, missing).unwrap_or_default();
        for record in records {
            if let Some(page) = pages.get_mut(&record.record.page) {
                of_records(page, &[record], self.models);
            }
        }
    }
}

fn reason_of(outcome: &PageOutcome) -> Vec<Reason> {
    match &outcome.end {
        PageEnd::Failed(Failure { reason, .. }) | PageEnd::Quarantined(Failure { reason, .. }) => {
            vec![*reason]
        }
        PageEnd::Stored(_) | PageEnd::Blank(_) => Vec::new(),
    }
}

/// Returns the pages of a document that are read: all, or the first one and others that were drawn by lot.
fn pages_of(path: &Path, count: u32, most: usize) -> Vec<PageNumber> {
    let all = (0..count as usize).filter_map(PageNumber::from_index);
    if count as usize <= most {
        return all.collect();
    }
    let seed = rank_of(path.file_name().unwrap_or_default().as_encoded_bytes());
    let others = fastrand::Rng::with_seed(seed).choose_multiple(all.skip(1), most - 1);
    let mut pages: Vec<PageNumber> = std::iter::once(PageNumber::FIRST).chain(others).collect();
    pages.sort_unstable();
    pages
}

/// The readers, each on a thread of its own.
struct Crew<'a> {
    pool: rayon::ThreadPool,
    readers: Vec<Mutex<ReaderProcess>>,
    stop: &'a Stop,
    until: Option<Instant>,
}

impl<'a> Crew<'a> {
    fn new(sampling: &Sampling<'a>) -> Result<Self, Failed> {
        let Readers { count, program, settings, limits } = sampling.readers;
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(count.get())
            .thread_name(|index| format!("reader-{index}"))
            .build()
            .map_err(|error| Failed(error.to_string()))?;
        let reader =
            |_| Mutex::new(ReaderProcess::new(program.clone(), settings.clone(), limits.clone()));
        let readers = (0..count.get()).map(reader).collect();
        let until = sampling.longest.map(|longest| Instant::now() + longest);
        Ok(Self { pool, readers, stop: sampling.stop, until })
    }

    /// Does a piece of work with each reader.
    fn all<T: Send>(
        &self,
        work: impl Fn(&mut dyn PageReader) -> Result<T, Failed> + Sync,
    ) -> Result<Vec<T>, Failed> {
        let done = self.pool.broadcast(|context| {
            // No other thread has this reader, and a panic is caught before it gets here.
            let mut reader =
                self.readers[context.index()].lock().unwrap_or_else(PoisonError::into_inner);
            work(&mut *reader)
        });
        done.into_iter().collect()
    }

    /// Does a piece of work for each item, with any reader, until time is over: nothing for the rest.
    fn each<T: Sync, R: Send>(
        &self,
        items: &[T],
        work: impl Fn(&mut dyn PageReader, &T) -> Result<Option<R>, Failed> + Sync,
    ) -> Result<Vec<Option<R>>, Failed> {
        let next = AtomicUsize::new(0);
        let is_over =
            || self.stop.is_set() || self.until.is_some_and(|until| Instant::now() >= until);
        let done = self.all(|reader| {
            let mut done = Vec::new();
            while !is_over() {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(item) = items.get(at) else { break };
                done.push((at, work(reader, item)?));
            }
            Ok(done)
        })?;
        let mut results: Vec<Option<R>> = items.iter().map(|_| None).collect();
        for (at, result) in done.into_iter().flatten() {
            results[at] = result;
        }
        Ok(results)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_document_the_first_page_and_some_by_lot_are_read() {
        let numbers = |count, most| -> Vec<usize> {
            pages_of(Path::new("a.pdf"), count, most).iter().map(|page| page.index()).collect()
        };
        assert_eq!(numbers(3, 6), [0, 1, 2]);
        assert_eq!(numbers(0, 6), [0_usize; 0]);
        let some = numbers(1000, 6);
        assert_eq!((some.len(), some[0]), (6, 0));
        assert!(some.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(some, numbers(1000, 6), "the same every time");
        assert_ne!(some, [0, 1, 2, 3, 4, 5]);
    }
}
