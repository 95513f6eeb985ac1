//! The queue between the walk (async) and the reader loops (threads): bounded where files come in.
//! Readers that find no document in it join those that others have open.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use tokio::sync::Semaphore;

use super::shared::SharedDocument;
use super::stop::Stop;
use crate::document::{DocumentHash, DocumentId, PageNumber};

/// Documents that wait at most; a job has some hundred bytes.
const CAPACITY: usize = 1024;

/// Pages of one document that are to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Job {
    pub document_id: DocumentId,
    pub hash: DocumentHash,
    /// Files that hold the document, the best first; never empty.
    pub paths: Vec<PathBuf>,
    pub pages: Pages,
    /// Number of pages of the document, if it was opened before.
    pub page_count: Option<u32>,
}

/// Which pages of a document are to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Pages {
    /// All there are: the document was never opened.
    All,
    /// These, ascending.
    Only(Vec<PageNumber>),
}

/// What a reader is to do next.
pub(super) enum Work {
    /// A document that nobody has open.
    Document(Job),
    /// Pages of a document that another reader has open.
    Share(Arc<SharedDocument>),
}

/// A bounded queue of jobs. Ends when it is closed, empty, and no job in work can be shared any more.
pub(super) struct JobQueue {
    state: Mutex<State>,
    changed: Condvar,
    places: Semaphore,
    stop: Stop,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    /// Documents in work that have more than one page.
    shared: Vec<Arc<SharedDocument>>,
    closed: bool,
    /// Work that was taken and is not done: it may still be shared.
    taken: usize,
}

impl State {
    /// Returns what is to be done now. Documents that nobody has open come first: they are opened anyway.
    fn next(&mut self) -> Option<Work> {
        if let Some(job) = self.jobs.pop_front() {
            return Some(Work::Document(job));
        }
        self.shared.retain(|document| document.has_pages());
        let worth_it = self.shared.iter().find(|document| document.is_worth_joining())?;
        Some(Work::Share(Arc::clone(worth_it)))
    }
}

impl JobQueue {
    pub(super) fn new(stop: Stop) -> Self {
        Self {
            state: Mutex::default(),
            changed: Condvar::new(),
            places: Semaphore::new(CAPACITY),
            stop,
        }
    }

    /// Adds a job; waits while the queue is full. Returns `false` if the queue has been closed.
    pub(super) async fn push(&self, job: Job) -> bool {
        let Ok(place) = self.places.acquire().await else { return false };
        place.forget();
        let mut state = self.lock();
        if state.closed {
            return false;
        }
        state.jobs.push_back(job);
        drop(state);
        self.changed.notify_one();
        true
    }

    /// Offers the rest of a document to readers that have nothing else to do.
    pub(super) fn share(&self, document: Arc<SharedDocument>) {
        self.lock().shared.push(document);
        self.changed.notify_all();
    }

    /// Wakes readers that wait: a shared document may be worth joining now.
    pub(super) fn wake(&self) {
        self.changed.notify_all();
    }

    /// Takes work; waits for some. `None` at the end or after a stop.
    pub(super) fn take(&self) -> Option<Taken<'_>> {
        let mut state = self.lock();
        loop {
            if self.stop.is_set() {
                return None;
            }
            if let Some(work) = state.next() {
                state.taken += 1;
                match &work {
                    Work::Document(_) => self.places.add_permits(1),
                    Work::Share(_) => {}
                }
                return Some(Taken { queue: self, work });
            }
            if state.closed && state.taken == 0 {
                return None;
            }
            // A stop does not notify, as it may come from a signal; nor does what pages cost.
            let wait = std::time::Duration::from_millis(100);
            state =
                self.changed.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Says that no more jobs come from outside.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    /// Ends the queue for those who push: the readers are gone.
    pub(super) fn abandon(&self) {
        self.close();
        self.places.close();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic of another reader loop leaves the state whole: each change is one statement.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Work that was taken; the queue cannot end before it is dropped.
pub(super) struct Taken<'a> {
    queue: &'a JobQueue,
    pub work: Work,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.queue.lock().taken -= 1;
        self.queue.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::reader::DocumentSource;

    fn job(id: i64) -> Job {
        Job {
            document_id: DocumentId(id),
            hash: DocumentHash([0; 32]),
            paths: vec![PathBuf::from("a.tif")],
            pages: Pages::All,
            page_count: None,
        }
    }

    /// A document in work whose three pages left take a second each, and opening nothing.
    fn shared(id: i64) -> Arc<SharedDocument> {
        let source = DocumentSource { path: "a.tif".into(), hash: DocumentHash([0; 32]) };
        let pages = (1..4).filter_map(PageNumber::from_index).collect();
        let document = SharedDocument::new(DocumentId(id), source, 4, (pages, Duration::ZERO));
        document.note_read(Duration::from_secs(1));
        Arc::new(document)
    }

    fn id(taken: &Taken) -> i64 {
        match &taken.work {
            Work::Document(job) => job.document_id.0,
            Work::Share(document) => document.document_id.0,
        }
    }

    #[tokio::test]
    async fn open_documents_are_joined_when_no_other_waits_and_until_their_pages_are_taken() {
        let queue = JobQueue::new(Stop::default());
        assert!(queue.push(job(1)).await);
        assert!(queue.push(job(2)).await);
        queue.close();
        let first = queue.take().unwrap();
        let document = shared(1);
        queue.share(Arc::clone(&document));
        assert_eq!(id(&queue.take().unwrap()), 2);
        assert_eq!(id(&queue.take().unwrap()), 1);
        assert_eq!(id(&queue.take().unwrap()), 1);
        while document.take_page().is_some() {}
        drop(first);
        assert!(queue.take().is_none());
    }

    #[tokio::test]
    async fn the_end_waits_for_work_that_may_be_shared() {
        let queue = JobQueue::new(Stop::default());
        assert!(queue.push(job(1)).await);
        queue.close();
        let first = queue.take().unwrap();
        std::thread::scope(|scope| {
            let second = scope.spawn(|| queue.take().map(|taken| id(&taken)));
            queue.share(shared(1));
            assert_eq!(second.join().unwrap(), Some(1));
        });
        drop(first);
    }

    #[tokio::test]
    async fn gives_nothing_after_a_stop() {
        let stop = Stop::default();
        let queue = JobQueue::new(stop.clone());
        assert!(queue.push(job(1)).await);
        stop.set();
        assert!(queue.take().is_none());
    }

    #[tokio::test]
    async fn refuses_jobs_when_the_readers_are_gone() {
        let queue = JobQueue::new(Stop::default());
        queue.abandon();
        assert!(!queue.push(job(1)).await);
    }
}
