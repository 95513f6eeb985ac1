//! The queue between the walk (async) and the reader loops (threads): bounded where files come in,
//! and open to pieces of large documents that a reader splits off.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use tokio::sync::Semaphore;

use super::stop::Stop;
use crate::document::{DocumentHash, DocumentId, PageNumber};
use std::path::PathBuf;

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

/// A bounded queue of jobs. Ends when it is closed, empty, and no taken job can split any more.
pub(super) struct JobQueue {
    state: Mutex<State>,
    changed: Condvar,
    places: Semaphore,
    stop: Stop,
}

#[derive(Default)]
struct State {
    /// Jobs, and whether each holds a place of the bounded part.
    jobs: VecDeque<(Job, Place)>,
    closed: bool,
    /// Jobs that were taken and are not done: they may still split.
    taken: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Bounded,
    SplitOff,
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
        state.jobs.push_back((job, Place::Bounded));
        drop(state);
        self.changed.notify_one();
        true
    }

    /// Puts pieces of a taken job in front; never waits, as it is called by those who take.
    pub(super) fn split_off(&self, pieces: impl DoubleEndedIterator<Item = Job>) {
        let mut state = self.lock();
        for piece in pieces.rev() {
            state.jobs.push_front((piece, Place::SplitOff));
        }
        drop(state);
        self.changed.notify_all();
    }

    /// Takes a job; waits for one. `None` at the end or after a stop.
    pub(super) fn take(&self) -> Option<Taken<'_>> {
        let mut state = self.lock();
        loop {
            if self.stop.is_set() {
                return None;
            }
            if let Some((job, place)) = state.jobs.pop_front() {
                state.taken += 1;
                if place == Place::Bounded {
                    self.places.add_permits(1);
                }
                return Some(Taken { queue: self, job });
            }
            if state.closed && state.taken == 0 {
                return None;
            }
            // A stop does not notify: it may come from a signal.
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

/// A job in work; the queue cannot end before it is dropped.
pub(super) struct Taken<'a> {
    queue: &'a JobQueue,
    pub job: Job,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.queue.lock().taken -= 1;
        self.queue.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(id: i64) -> Job {
        Job {
            document_id: DocumentId(id),
            hash: DocumentHash([0; 32]),
            paths: vec![PathBuf::from("a.tif")],
            pages: Pages::All,
            page_count: None,
        }
    }

    #[tokio::test]
    async fn pieces_come_before_waiting_jobs_and_the_end_waits_for_them() {
        let queue = JobQueue::new(Stop::default());
        assert!(queue.push(job(1)).await);
        assert!(queue.push(job(2)).await);
        queue.close();
        let first = queue.take().unwrap();
        queue.split_off([job(11), job(12)].into_iter());
        drop(first);
        let mut order = Vec::new();
        while let Some(taken) = queue.take() {
            order.push(taken.job.document_id.0);
        }
        assert_eq!(order, [11, 12, 2]);
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
