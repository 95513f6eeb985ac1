//! Clean datasets out: CSV of a model's records, of the pages' texts, or of the report's lines.
//!
//! Rows come from the store in a stable order and leave as they come: memory does not grow with their number, and two
//! exports of the same state are equal byte for byte. Called by `commands`.

mod cells;
mod error;
mod formulas;
mod page_texts;
mod sink;
mod words;

#[cfg(test)]
mod tests;

use crate::document::Verdict;
use crate::model::RecordModel;
use crate::store::{Cursor, Filter, Store};

use cells::{Cell, Columns};
use page_texts::PageTexts;
use sink::Sink;

pub use error::ExportError;
pub use formulas::Formulas;
pub use page_texts::{Dictionary, TextForm};
pub use sink::Target;
pub use words::{WordTarget, export_words};

/// What is exported.
#[derive(Debug, Clone)]
pub enum Content<'a> {
    /// The records of a model: its fields by name, then `_file`, `_page`, `_row`, `_region` (empty on a page that is
    /// one region), `_status`, `_confidence` (0–1) and `_issues` (joined by `; `).
    Records(&'a RecordModel),
    /// All pages: `_file`, `_page`, `text`, `_status`, `_confidence` (0–1), `_unread` (share of the ink that looks like
    /// text and was not read, 0–1; 0 if all was read), `_issues` (joined by `; `).
    PageText(TextForm),
}

/// Which rows and columns, and how.
#[derive(Debug, Clone, Default)]
pub struct ExportOptions {
    /// Only records with one of these verdicts; all if empty. Of no meaning for page texts.
    pub statuses: Vec<Verdict>,
    /// Only these columns, in this order; all if `None`.
    pub columns: Option<Vec<String>>,
    /// Only records that fit, see [`Filter::records`]. Of no meaning for page texts.
    pub filter: Option<Filter>,
    pub formulas: Formulas,
}

/// Exports to a file or stdout and returns the number of rows. A file appears whole or not at all.
pub async fn export(
    store: &Store,
    content: Content<'_>,
    target: &Target,
    options: &ExportOptions,
) -> Result<u64, ExportError> {
    match content {
        Content::Records(model) => {
            let columns =
                Columns::choose(&cells::record_columns(model), options.columns.as_deref())?;
            let rows = store.record_rows(model, options.filter.as_ref(), &options.statuses).await?;
            stream(rows, target, columns, options.formulas, each(cells::of_record)).await
        }
        Content::PageText(form) => {
            let columns = Columns::choose(&cells::page_text_columns(), options.columns.as_deref())?;
            let rows = store.page_text_rows().await?;
            let mut texts = PageTexts::new(form);
            let cells_of = move |row| match row {
                Some(row) => texts.take(row),
                None => texts.finish(),
            };
            stream(rows, target, columns, options.formulas, cells_of).await
        }
    }
}

/// Writes the report's lines, `_file,status,reason,unread,without_words,issues`: one for every file found. Returns their number.
pub async fn report_lines(
    store: &Store,
    target: &Target,
    formulas: Formulas,
) -> Result<u64, ExportError> {
    let columns = Columns::choose(&cells::report_columns(), None)?;
    let rows = store.file_lines().await?;
    stream(rows, target, columns, formulas, each(cells::of_file_line)).await
}

/// Makes a row of cells of each row.
fn each<T>(cells_of: fn(T) -> Vec<Cell>) -> impl FnMut(Option<T>) -> Vec<Vec<Cell>> {
    move |row| row.into_iter().map(cells_of).collect()
}

/// Passes rows from the database to the sink, a batch at a time. `cells_of` may hold rows back; it is asked for the
/// last of them with `None`.
async fn stream<T: Send + 'static>(
    mut rows: Cursor<'_, T>,
    target: &Target,
    columns: Columns,
    formulas: Formulas,
    mut cells_of: impl FnMut(Option<T>) -> Vec<Vec<Cell>> + Send + 'static,
) -> Result<u64, ExportError> {
    let mut sink = Sink::open(target)?;
    sink.write(columns.names())?;
    let mut count = 0_u64;
    loop {
        let batch = rows.next_rows().await?;
        let is_end = batch.is_empty();
        count += batch.len() as u64;
        let chosen = columns.clone();
        // Compression and disks are slow for an async task.
        (sink, cells_of) = on_blocking_thread(move || {
            let rows = batch.into_iter().map(Some).chain(is_end.then_some(None));
            for cells in rows.flat_map(&mut cells_of) {
                sink.write(chosen.pick(cells, formulas).iter())?;
            }
            Ok((sink, cells_of))
        })
        .await?;
        if is_end {
            break;
        }
    }
    on_blocking_thread(move || sink.finish()).await?;
    Ok(count)
}

async fn on_blocking_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ExportError> + Send + 'static,
) -> Result<T, ExportError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|stopped| ExportError::Stopped(stopped.to_string()))?
}
