//! What people may say about an export.

use std::num::NonZeroU64;

use crate::document::Verdict;
use crate::store::Filter;

use super::format::Format;

/// Which rows and columns, and how.
#[derive(Debug, Clone, Default)]
pub struct ExportOptions {
    pub format: Format,
    /// Only these columns, in this order; the standard ones if `None`.
    pub columns: Option<Vec<String>>,
    /// Only records with one of these verdicts; all if empty. Of no meaning for page texts, as is all that follows.
    pub statuses: Vec<Verdict>,
    /// Only records that fit, see [`Filter::records`].
    pub filter: Option<Filter>,
    /// Adds the columns that say where a record is from.
    pub provenance: bool,
    /// Files of so many rows each. Parts that are there of an export that was interrupted are kept, if the settings
    /// and the records are the same.
    pub split_rows: Option<NonZeroU64>,
    /// Writes `datapackage.json` and `manifest.json` beside the files.
    pub package: bool,
}
