//! One file of an export, while rows come.

use std::thread::Scope;

use crate::store::Datum;

use super::cells::Cell;
use super::error::ExportError;
use super::format::Format;
use super::format::csv_rows::CsvRows;
use super::format::json_lines::JsonRows;
#[cfg(feature = "parquet")]
use super::format::parquet_file::ParquetFile;
use super::packing::Packing;
use super::plan::Plan;
use super::target::{Target, TargetFile, WrittenFile};

/// Bytes of text that are written, or compressed by a thread, at a time: enough for zstd's window to be of use.
const BLOCK_BYTES: usize = if cfg!(test) { 1 << 10 } else { 1 << 20 };

/// A file that is being written.
pub(super) struct Part {
    body: Body,
    rows: u64,
}

enum Body {
    Text(Box<TextFile>),
    #[cfg(feature = "parquet")]
    Parquet(Box<ParquetFile>),
}

/// Text on its way to a file, block by block.
pub(super) struct TextFile {
    rows: TextRows,
    target: Target,
    file: TargetFile,
    packing: Option<Packing>,
    /// What stands before the first row, until that is written.
    head: Option<Vec<u8>>,
}

enum TextRows {
    Csv(Box<CsvRows>),
    Json(JsonRows),
}

impl Part {
    /// Opens a file; `scope` holds the threads that compress it.
    pub(super) fn open<'scope>(
        scope: &'scope Scope<'scope, '_>,
        plan: &Plan,
        target: &Target,
    ) -> Result<Self, ExportError> {
        let file = TargetFile::open(target, plan.is_hashed)?;
        let names = plan.columns.iter().map(|column| column.name.as_str());
        let body = match &plan.format {
            Format::Csv(dialect) => {
                let mut rows = CsvRows::new(dialect.clone());
                let head = rows.head(names)?;
                let rows = TextRows::Csv(Box::new(rows));
                Body::Text(Box::new(TextFile::start(scope, rows, target, file, head)))
            }
            Format::JsonLines => {
                let rows = TextRows::Json(JsonRows::new(names));
                Body::Text(Box::new(TextFile::start(scope, rows, target, file, Vec::new())))
            }
            #[cfg(feature = "parquet")]
            Format::Parquet => {
                Body::Parquet(Box::new(ParquetFile::start(scope, &plan.columns, file)?))
            }
            #[cfg(not(feature = "parquet"))]
            Format::Parquet => return Err(ExportError::NoParquet),
        };
        Ok(Self { body, rows: 0 })
    }

    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// Adds a row: a value for each column, in their order.
    pub(super) fn row(&mut self, row: &[Datum<'_>]) -> Result<(), ExportError> {
        self.rows += 1;
        match &mut self.body {
            Body::Text(text) => text.row(row),
            #[cfg(feature = "parquet")]
            Body::Parquet(file) => file.row(row),
        }
    }

    /// Ends the file and puts it in its place.
    pub(super) fn finish(self) -> Result<WrittenFile, ExportError> {
        match self.body {
            Body::Text(text) => text.finish(),
            #[cfg(feature = "parquet")]
            Body::Parquet(file) => file.finish(),
        }
    }
}

impl TextFile {
    /// Opens a file of CSV whose cells are text already.
    pub(super) fn of_cells<'scope>(
        scope: &'scope Scope<'scope, '_>,
        mut rows: CsvRows,
        target: &Target,
        names: &[String],
    ) -> Result<Self, ExportError> {
        let head = rows.head(names.iter().map(String::as_str))?;
        let file = TargetFile::open(target, false)?;
        Ok(Self::start(scope, TextRows::Csv(Box::new(rows)), target, file, head))
    }

    fn start<'scope>(
        scope: &'scope Scope<'scope, '_>,
        rows: TextRows,
        target: &Target,
        file: TargetFile,
        head: Vec<u8>,
    ) -> Self {
        let packing = target.compression().map(|compression| Packing::start(scope, compression));
        Self { rows, target: target.clone(), file, packing, head: Some(head) }
    }

    fn row(&mut self, row: &[Datum<'_>]) -> Result<(), ExportError> {
        match &mut self.rows {
            TextRows::Csv(rows) => rows.row(row)?,
            TextRows::Json(rows) => rows.row(row)?,
        }
        self.put_if_full()
    }

    pub(super) fn cells<'a>(
        &mut self,
        cells: impl Iterator<Item = &'a Cell>,
    ) -> Result<(), ExportError> {
        if let TextRows::Csv(rows) = &mut self.rows {
            rows.cells(cells)?;
        }
        self.put_if_full()
    }

    fn put_if_full(&mut self) -> Result<(), ExportError> {
        let length = match &self.rows {
            TextRows::Csv(rows) => rows.length(),
            TextRows::Json(rows) => rows.length(),
        };
        if length >= BLOCK_BYTES { self.put_rows() } else { Ok(()) }
    }

    fn put_rows(&mut self) -> Result<(), ExportError> {
        let mut block = match &mut self.rows {
            TextRows::Csv(rows) => rows.take()?,
            TextRows::Json(rows) => rows.take(),
        };
        if let Some(mut head) = self.head.take() {
            head.append(&mut block);
            block = head;
        } else if block.is_empty() {
            return Ok(());
        }
        let Some(packing) = &mut self.packing else { return self.file.put(&block) };
        let earlier = packing.give(block).map_err(|cause| self.target.failed(cause))?;
        earlier.map_or(Ok(()), |packed| self.file.put(&packed))
    }

    pub(super) fn finish(mut self) -> Result<WrittenFile, ExportError> {
        self.put_rows()?;
        if let Some(mut packing) = self.packing.take() {
            let error = |cause| self.target.failed(cause);
            while let Some(packed) = packing.take().map_err(error)? {
                self.file.put(&packed)?;
            }
        }
        self.file.finish()
    }
}
