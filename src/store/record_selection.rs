//! Which records a stream has, and where one stands among them.

use serde::{Deserialize, Serialize};

use crate::document::Verdict;
use crate::model::RecordModel;

use super::filter::Filter;
use super::record_columns::RecordColumn;

/// Which records, and what of them.
#[derive(Debug, Clone)]
pub struct Selection<'a> {
    pub model: &'a RecordModel,
    pub columns: Vec<RecordColumn>,
    pub filter: Option<&'a Filter>,
    /// Only records with one of these verdicts; all if empty.
    pub statuses: &'a [Verdict],
}

/// Where a record stands in the order of all: by path, document, page and row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordKey {
    pub(super) path: String,
    pub(super) document_id: i64,
    pub(super) page: i64,
    pub(super) row: i64,
}
