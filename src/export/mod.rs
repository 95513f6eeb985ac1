//! Clean datasets out: a model's records as CSV, JSONL or Parquet; the pages' texts and the report's lines as CSV.
//!
//! Rows come from the store in a stable order and leave as they come: memory does not grow with their number, and two
//! exports of the same state are equal byte for byte. Called by `commands`.
//!
//! `records` both ends of an export · `format` rows as bytes · `plan` what they have in common · `part` one file · `packing` compression on threads ·
//! `target` files that appear whole · `progress` going on after an interruption · `package` what describes the files ·
//! `texts` pages and lines · `words` files of words.

mod blocking;
mod cells;
mod compressed;
mod error;
mod format;
mod formulas;
mod options;
mod package;
mod packing;
mod page_texts;
mod part;
mod plan;
mod progress;
mod records;
mod target;
mod texts;
mod words;

#[cfg(test)]
mod tests;

use crate::model::RecordModel;
use crate::store::Store;

pub use error::ExportError;
pub use format::{DecimalMark, Dialect, Format};
pub use formulas::Formulas;
pub use options::ExportOptions;
pub use page_texts::{Dictionary, TextForm};
pub use target::Target;
pub use texts::report_lines;
pub use words::{WordTarget, export_words};

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
