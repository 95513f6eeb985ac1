//! Page texts and the report's lines as CSV: rows of some hundred kB, or few.

use std::thread;

use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::oneshot;

use crate::store::{Cursor, Store};

use super::blocking::on_blocking_thread;
use super::cells::{self, Cell, PAGE_TEXT_COLUMNS, REPORT_COLUMNS, choose};
use super::error::ExportError;
use super::format::csv_rows::CsvRows;
use super::format::{Dialect, Format};
use super::formulas::Formulas;
use super::options::ExportOptions;
use super::page_texts::{PageTexts, TextForm};
use super::part::TextFile;
use super::target::Target;

/// Writes the texts of all pages and returns their number.
pub(super) async fn page_texts(
    store: &Store,
    form: TextForm,
    target: &Target,
    options: &ExportOptions,
) -> Result<u64, ExportError> {
    let dialect = match (&options.format, options) {
        (
            Format::Csv(dialect),
            ExportOptions { package: false, split_rows: None, provenance: false, .. },
        ) => dialect.clone(),
        _ => return Err(ExportError::Unfit("page-text: it is written as one file of CSV only")),
    };
    let positions = match &options.columns {
        Some(wanted) => choose(&PAGE_TEXT_COLUMNS, wanted)?,
        None => (0..PAGE_TEXT_COLUMNS.len()).collect(),
    };
    let names = positions.iter().map(|&position| PAGE_TEXT_COLUMNS[position].to_owned()).collect();
    let table = Table { dialect, target: target.clone(), names, positions };
    let rows = store.page_text_rows().await?;
    let mut texts = PageTexts::new(form);
    let cells_of = move |row| match row {
        Some(row) => texts.take(row),
        None => texts.finish(),
    };
    table.run(rows, cells_of).await
}

/// Writes the report's lines, `_file,status,reason,unread,without_words,issues`: one for every file found. Returns their number.
pub async fn report_lines(
    store: &Store,
    target: &Target,
    formulas: Formulas,
) -> Result<u64, ExportError> {
    let table = Table {
        dialect: Dialect { formulas, ..Dialect::default() },
        target: target.clone(),
        names: REPORT_COLUMNS.map(str::to_owned).to_vec(),
        positions: (0..REPORT_COLUMNS.len()).collect(),
    };
    let cells_of = |line: Option<_>| line.into_iter().map(cells::of_file_line).collect();
    table.run(store.file_lines().await?, cells_of).await
}

/// A table of cells that are text already.
struct Table {
    dialect: Dialect,
    target: Target,
    names: Vec<String>,
    /// Of the columns among all cells of a row.
    positions: Vec<usize>,
}

impl Table {
    /// Runs both ends: the store sends, a thread writes. `cells_of` may hold rows back; it is asked for the last of them
    /// with `None`.
    async fn run<T: Send + 'static>(
        self,
        rows: Cursor<'_, T>,
        cells_of: impl FnMut(Option<T>) -> Vec<Vec<Cell>> + Send + 'static,
    ) -> Result<u64, ExportError> {
        let (sender, batches) = mpsc::channel(1);
        let (all, all_sent) = oneshot::channel();
        let sending = async move {
            let count = send(rows, sender).await?;
            // Who writes may have stopped.
            let _told = all.send(());
            Ok::<_, ExportError>(count)
        };
        let writing = on_blocking_thread(move || self.write(batches, all_sent, cells_of));
        let (sent, written) = tokio::join!(sending, writing);
        let count = sent?;
        written?;
        Ok(count)
    }

    fn write<T>(
        self,
        mut batches: Receiver<Vec<T>>,
        all_sent: oneshot::Receiver<()>,
        mut cells_of: impl FnMut(Option<T>) -> Vec<Vec<Cell>>,
    ) -> Result<(), ExportError> {
        let Self { dialect, target, names, positions } = self;
        thread::scope(|scope| {
            let mut file = TextFile::of_cells(scope, CsvRows::new(dialect), &target, &names)?;
            let mut put = |row| {
                for cells in cells_of(row) {
                    file.cells(positions.iter().filter_map(|&position| cells.get(position)))?;
                }
                Ok::<_, ExportError>(())
            };
            while let Some(batch) = batches.blocking_recv() {
                batch.into_iter().try_for_each(|row| put(Some(row)))?;
            }
            all_sent.blocking_recv().map_err(|_| ExportError::CutOff)?;
            put(None)?;
            file.finish()?;
            Ok(())
        })
    }
}

/// Sends rows until there are no more or nobody takes them; returns their number.
async fn send<T>(mut rows: Cursor<'_, T>, batches: Sender<Vec<T>>) -> Result<u64, ExportError> {
    let mut count = 0;
    loop {
        let batch = rows.next_rows().await?;
        count += batch.len() as u64;
        if batch.is_empty() || batches.send(batch).await.is_err() {
            return Ok(count);
        }
    }
}
