//! A document that is open, with its pages that nobody has taken yet: readers share a large one page by page.
//!
//! The reader that has opened it takes its pages one after the other. Another one joins when nothing else is to
//! be done, by opening it once, too, and only if its share of what is left costs more than that.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::document::{DocumentId, PageNumber};
use crate::reader::DocumentSource;

/// A share must be worth so many openings: opening is work that nobody needs twice.
const OPENINGS_PER_SHARE: f64 = 2.0;

/// A document that at least one reader has open.
pub(super) struct SharedDocument {
    pub document_id: DocumentId,
    pub source: DocumentSource,
    /// Number of pages of the document.
    pub page_count: u32,
    state: Mutex<State>,
}

struct State {
    /// Pages that nobody has taken, ascending.
    left: VecDeque<PageNumber>,
    /// Readers that have the document open, or are about to.
    holders: usize,
    may_join: bool,
    /// What opening took the first reader.
    opening: Duration,
    /// Pages that were read, and what they took.
    read: u32,
    reading: Duration,
}

impl SharedDocument {
    /// Returns a document that one reader has opened, which took it so long.
    pub(super) fn new(
        document_id: DocumentId,
        source: DocumentSource,
        page_count: u32,
        (pages, opening): (Vec<PageNumber>, Duration),
    ) -> Self {
        let state = State {
            left: pages.into(),
            holders: 1,
            may_join: true,
            opening,
            read: 0,
            reading: Duration::ZERO,
        };
        Self { document_id, source, page_count, state: Mutex::new(state) }
    }

    /// Takes the next page.
    pub(super) fn take_page(&self) -> Option<PageNumber> {
        self.lock().left.pop_front()
    }

    /// Returns whether pages are left.
    pub(super) fn has_pages(&self) -> bool {
        !self.lock().left.is_empty()
    }

    /// Notes what a page took. Returns whether it was the first: now it is known what the others may take.
    pub(super) fn note_read(&self, took: Duration) -> bool {
        let mut state = self.lock();
        state.read = state.read.saturating_add(1);
        state.reading += took;
        state.read == 1
    }

    /// Returns whether one more reader would save more than its opening costs. Nobody knows before a page has been read.
    pub(super) fn is_worth_joining(&self) -> bool {
        let state = self.lock();
        if !state.may_join || state.read == 0 {
            return false;
        }
        let page = state.reading.as_secs_f64() / f64::from(state.read);
        let share = state.left.len() as f64 / (state.holders + 1) as f64;
        share * page > OPENINGS_PER_SHARE * state.opening.as_secs_f64()
    }

    /// Notes that one more reader is about to open the document.
    pub(super) fn enter(&self) {
        self.lock().holders += 1;
    }

    /// Notes that a reader has come to the end of the document.
    pub(super) fn leave(&self) {
        self.lock().holders -= 1;
    }

    /// Notes that a reader cannot open the document: no other one tries. Returns the pages that nobody reads any
    /// more: none while others have it open.
    pub(super) fn give_up(&self) -> Vec<PageNumber> {
        let mut state = self.lock();
        state.may_join = false;
        state.holders -= 1;
        if state.holders > 0 { Vec::new() } else { state.left.drain(..).collect() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Each change leaves the state whole, so that a panic of another reader loop harms nothing.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::DocumentHash;

    /// A document of so many pages whose opening took so many milliseconds.
    fn document(pages: usize, opening_ms: u64) -> SharedDocument {
        let source = DocumentSource { path: "a.tif".into(), hash: DocumentHash([0; 32]) };
        let numbers = (0..pages).filter_map(PageNumber::from_index).collect();
        let opening = Duration::from_millis(opening_ms);
        SharedDocument::new(DocumentId(1), source, pages as u32, (numbers, opening))
    }

    fn indexes(pages: &[PageNumber]) -> Vec<usize> {
        pages.iter().map(|page| page.index()).collect()
    }

    #[test]
    fn a_document_is_joined_where_a_share_of_its_rest_is_worth_two_openings() {
        let document = document(5, 100);
        assert!(!document.is_worth_joining(), "what a page takes is not known");
        document.take_page();
        assert!(document.note_read(Duration::from_millis(101)));
        // Half of 4 pages of 101 ms against twice 100 ms.
        assert!(document.is_worth_joining());
        document.enter();
        assert!(!document.is_worth_joining(), "a third of them is not worth it");
    }

    #[test]
    fn the_cost_of_a_page_is_their_mean() {
        let document = document(5, 100);
        document.take_page();
        assert!(document.note_read(Duration::from_millis(300)));
        document.take_page();
        assert!(!document.note_read(Duration::from_millis(10)));
        // Half of 3 pages of 155 ms against twice 100 ms.
        assert!(document.is_worth_joining());
        document.note_read(Duration::from_millis(10));
        assert!(!document.is_worth_joining());
    }

    #[test]
    fn pages_are_left_to_those_who_have_the_document_open() {
        let document = document(3, 0);
        document.take_page();
        document.enter();
        assert_eq!(indexes(&document.give_up()), [0_usize; 0]);
        document.note_read(Duration::from_secs(1));
        assert!(!document.is_worth_joining(), "what one could not open no other tries");
        assert_eq!(indexes(&document.give_up()), [1, 2]);
        assert!(!document.has_pages());
    }
}
