//! A labelled scan on its way to a draft.

use crate::document::{PageNumber, PageText};
use crate::extract::PageRow;

/// A scan and what is right about it.
#[derive(Debug, Clone)]
pub struct Labelled {
    /// Ascending; never empty.
    pub pages: Vec<(PageNumber, PageText)>,
    /// One a column: what would be right, any of these; empty where nothing is known.
    pub truths: Vec<Vec<String>>,
}

/// A scan on its way to a draft: its rows by page.
pub(super) struct Scan<'l> {
    pub labelled: &'l Labelled,
    pub pages: Vec<Vec<PageRow>>,
}
