//! Clean datasets out: a model's records as CSV, JSONL or Parquet; the pages' texts and the report's lines as CSV.
//!
//! Rows come from the store in a stable order and leave as they come: memory does not grow with their number, and two
//! exports of the same state are equal byte for byte. Called by `commands`.
//!
//! `records` both ends of an export · `format` rows as bytes · `part` one file · `packing` compression on threads ·
//! `target` files that appear whole · `progress` going on after an interruption · `package` what describes the files ·
//! `texts` pages and lines.

mod cells;
mod error;
mod format;
mod formulas;
mod package;
mod packing;
mod page_texts;
mod part;
mod progress;
mod records;
mod target;
mod texts;

#[cfg(test)]
mod tests;

use std::num::NonZeroU64;

use crate::document::Verdict;
use crate::model::RecordModel;
use crate::store::{Filter, Store};

pub use error::ExportError;
pub use format::{DecimalMark, Dialect, Format};
pub use formulas::Formulas;
pub use page_texts::{Dictionary, TextForm};
pub use target::Target;
pub use texts::report_lines;

/// What is exported.
#[derive(Debug, Clone)]
pub enum Content<'a> {
    /// The records of a model: its fields by name, then `_file`, `_page`, `_row`, `_region` (empty on a page that is
    /// one region), `_status`, `_confidence` (0–1) and `_issues` (joined by `; `).
    Records(&'a RecordModel),
    /// All pages: `_file`, `_page`, `text`, `_status`, `_confidence` (0–1), `_unread` (share of the ink that looks like
    /// text and was not read, 0–1; 0 if all was read), `_issues` (joined by `; `). As CSV in one file.
    PageText(TextForm),
}

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

/// Exports to a file or stdout and returns the number of rows. A file appears whole or not at all.
pub async fn export(
    store: &Store,
    content: Content<'_>,
    target: &Target,
    options: &ExportOptions,
) -> Result<u64, ExportError> {
    match content {
        Content::Records(model) => records::export(store, model, target, options).await,
        Content::PageText(form) => texts::page_texts(store, form, target, options).await,
    }
}

async fn on_blocking_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ExportError> + Send + 'static,
) -> Result<T, ExportError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|stopped| ExportError::Stopped(stopped.to_string()))?
}
