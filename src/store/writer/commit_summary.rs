//! What a commit changed.

use std::collections::BTreeMap;

use crate::document::{DocumentId, PageNumber, Reason, Verdict};
use crate::store::pages::PageState;

/// What a committed attempt made of a page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PageChange {
    pub document_id: DocumentId,
    pub page: PageNumber,
    /// The page's state before.
    pub before: PageState,
    /// What the earlier reading is worth: the mean confidence of its words, 0–100, less what it left unread.
    pub worth_before: f32,
    /// How the attempt ended.
    pub attempt: PageState,
    /// Why the attempt failed.
    pub reason: Option<Reason>,
    /// What the attempt's reading is worth, 0–100.
    pub worth: f32,
    /// The attempt found something on the page, but read no word of it.
    pub without_words: bool,
    /// The attempt left areas unread that look like text.
    pub unread: bool,
    /// The page's state now; not the attempt's if what was there was better and was kept.
    pub after: PageState,
}

/// What one commit changed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CommitSummary {
    /// One entry for each attempt.
    pub pages: Vec<PageChange>,
    /// Records written, by verdict.
    pub records: BTreeMap<Verdict, u64>,
    /// Rows that the database refused.
    pub rejects: u64,
    /// Documents whose records of document scope were made, or whose records were replaced.
    pub documents: u64,
}
