//! Rows of CSV (RFC 4180, with `\n` as line end): quoted where they must be.

use crate::document::LIST_SEPARATOR;
use crate::export::cells::Cell;
use crate::export::error::ExportError;
use crate::export::formulas::{Formulas, looks_like_formula};
use crate::store::{Datum, List, StoreError};

use super::text::write_value;
use super::{DecimalMark, Dialect};

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Rows on their way to a block of CSV.
pub(in crate::export) struct CsvRows {
    dialect: Dialect,
    writer: csv::Writer<Vec<u8>>,
    cell: Vec<u8>,
    /// Bytes that were given to the writer, without delimiters and quotes.
    length: usize,
}

impl CsvRows {
    pub(in crate::export) fn new(dialect: Dialect) -> Self {
        Self { writer: writer(&dialect), dialect, cell: Vec::new(), length: 0 }
    }

    /// Returns what a file starts with.
    pub(in crate::export) fn head<'a>(
        &mut self,
        names: impl Iterator<Item = &'a str>,
    ) -> Result<Vec<u8>, ExportError> {
        let mut head = Vec::new();
        if self.dialect.byte_order_mark {
            head.extend_from_slice(BYTE_ORDER_MARK);
        }
        for name in names {
            self.field(name.as_bytes())?;
        }
        self.end_row()?;
        head.extend(self.take()?);
        Ok(head)
    }

    /// Returns about how many bytes are waiting.
    pub(in crate::export) fn length(&self) -> usize {
        self.length
    }

    pub(in crate::export) fn row(&mut self, row: &[Datum<'_>]) -> Result<(), ExportError> {
        let mut cell = std::mem::take(&mut self.cell);
        for datum in row {
            cell.clear();
            match datum {
                Datum::Null => cell.extend_from_slice(self.dialect.null.as_bytes()),
                Datum::Text(text) => {
                    if !self.is_protected(text) {
                        self.field(text.as_bytes())?;
                        continue;
                    }
                    cell.push(b'\'');
                    cell.extend_from_slice(text.as_bytes());
                }
                Datum::List(list) => {
                    join(&mut cell, *list, self.dialect.decimal_mark)?;
                    if std::str::from_utf8(&cell).is_ok_and(|text| self.is_protected(text)) {
                        cell.insert(0, b'\'');
                    }
                }
                Datum::Integer(_)
                | Datum::Share(_)
                | Datum::Decimal(_)
                | Datum::Date(_)
                | Datum::Time(_)
                | Datum::Boolean(_) => write_value(&mut cell, datum, self.dialect.decimal_mark),
            }
            self.field(&cell)?;
        }
        self.cell = cell;
        self.end_row()
    }

    /// Adds a row of cells that are text already.
    pub(in crate::export) fn cells<'a>(
        &mut self,
        cells: impl Iterator<Item = &'a Cell>,
    ) -> Result<(), ExportError> {
        for cell in cells {
            match (cell, self.dialect.decimal_mark) {
                (Cell::Text(text), _) if self.is_protected(text) => {
                    self.field(format!("'{text}").as_bytes())?;
                }
                (Cell::Number(number), DecimalMark::Comma) => {
                    self.field(number.replace('.', ",").as_bytes())?;
                }
                (Cell::Text(text) | Cell::Number(text), _) => self.field(text.as_bytes())?,
            }
        }
        self.end_row()
    }

    /// Returns the rows that are waiting.
    pub(in crate::export) fn take(&mut self) -> Result<Vec<u8>, ExportError> {
        self.length = 0;
        let full = std::mem::replace(&mut self.writer, writer(&self.dialect));
        full.into_inner().map_err(|error| ExportError::Encode(error.to_string()))
    }

    fn is_protected(&self, text: &str) -> bool {
        self.dialect.formulas == Formulas::Protected && looks_like_formula(text)
    }

    fn field(&mut self, bytes: &[u8]) -> Result<(), ExportError> {
        self.length += bytes.len() + 1;
        self.writer.write_field(bytes).map_err(|error| ExportError::Encode(error.to_string()))
    }

    fn end_row(&mut self) -> Result<(), ExportError> {
        self.writer
            .write_record(None::<&[u8]>)
            .map_err(|error| ExportError::Encode(error.to_string()))
    }
}

fn writer(dialect: &Dialect) -> csv::Writer<Vec<u8>> {
    csv::WriterBuilder::new().delimiter(dialect.delimiter).from_writer(Vec::new())
}

/// Joins the values of a list; null is left out, and booleans are `t` and `f`, as Postgres' `array_to_string` does.
fn join(cell: &mut Vec<u8>, list: List<'_>, mark: DecimalMark) -> Result<(), StoreError> {
    let mut is_first = true;
    for value in list.values() {
        let value = value?;
        if value == Datum::Null {
            continue;
        }
        if !std::mem::take(&mut is_first) {
            cell.extend_from_slice(LIST_SEPARATOR.as_bytes());
        }
        match value {
            Datum::Boolean(truth) => cell.push(if truth { b't' } else { b'f' }),
            other => write_value(cell, &other, mark),
        }
    }
    Ok(())
}
