//! Tables of what is right: `TRUTH.csv`, row by row, and fitted to a model's fields.
//!
//! Owns the format: which column is a key, a field, or left alone; what a cell means. How values
//! are compared stands in `compare`; which record belongs to which row, in `pairing`.

use std::path::{Path, PathBuf};

use super::compare::{Wanted, canonical};
use crate::model::{Field, RecordModel};

/// Divides several values of one cell, any of which is right.
const ALTERNATIVES: &str = " | ";
/// Ends the name of a column that holds the names a register knows, any of which is right.
const ANY_OF: &str = "_any_of";

/// Why a truth table cannot be used. Reads as `file: line: what is wrong`.
#[derive(Debug, thiserror::Error)]
pub enum TruthError {
    #[error("{}: truth: {cause}", .file.display())]
    Unreadable { file: PathBuf, cause: csv::Error },
    #[error("{}: truth: there is no column `file`", .file.display())]
    NoFileColumn { file: PathBuf },
    #[error("{}: truth: column `{column}` is there twice", .file.display())]
    TwoColumns { file: PathBuf, column: String },
    #[error("{}: line {line}: `file` is empty", .file.display())]
    NoFile { file: PathBuf, line: u64 },
    #[error("{}: line {line}: column `{column}`: `{text}` is no number from 1", .file.display())]
    NotANumber { file: PathBuf, line: u64, column: String, text: String },
    #[error("{}: line {line}: column `{column}`: `{text}` is no value of type {kind}", .file.display())]
    NotOfType { file: PathBuf, line: u64, column: String, text: String, kind: &'static str },
    #[error("{}: truth: no column is a field of model `{model}`", .file.display())]
    NoFields { file: PathBuf, model: String },
    #[error("{}: truth: there are no rows", .file.display())]
    Empty { file: PathBuf },
    #[error("{}: truth: nothing tells the rows of one file apart", .file.display())]
    NoKey { file: PathBuf },
    #[error("{}: truth: `{name}` cannot be the key: it has no column", .file.display())]
    UnknownKey { file: PathBuf, name: String },
    #[error("{}: lines {first} and {second}: two rows of one key", .file.display())]
    SameKey { file: PathBuf, first: u64, second: u64 },
}

impl TruthError {
    /// Returns what the user can do about it, if we know.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NoFileColumn { .. } => {
                "the first line names the columns: `file`, then fields of the model by name"
            }
            Self::NoFields { .. } => "`scanlift model list` shows the fields of the models",
            Self::NoKey { .. } => {
                "rows are told apart by the field that starts them, by a column `row`, or by `--key FIELD`"
            }
            Self::NotOfType { .. } => "dates are best written as 1978-03-12, amounts as 1234.50",
            Self::SameKey { .. } => {
                "a column `page` or `row`, or another `--key`, tells them apart"
            }
            Self::Unreadable { .. }
            | Self::TwoColumns { .. }
            | Self::NoFile { .. }
            | Self::NotANumber { .. }
            | Self::UnknownKey { .. }
            | Self::Empty { .. } => return None,
        };
        Some(hint.to_owned())
    }
}

/// A truth table as it was written, without regard to a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TruthTable {
    /// Where it was read from.
    pub path: PathBuf,
    /// Names of the columns that are no key, in the order of the file.
    pub columns: Vec<String>,
    pub rows: Vec<TableRow>,
}

/// A row of a [`TruthTable`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableRow {
    /// Line of the file, from 1.
    pub line: u64,
    /// The scan: a path, or its last parts; see [`is_path_of`].
    pub file: String,
    /// From 1, if there is such a column and it is not empty.
    pub page: Option<u32>,
    pub row: Option<u32>,
    /// One a column of the table, trimmed; empty where there is no value.
    pub cells: Vec<String>,
}

impl TruthTable {
    /// Reads a CSV file with a header. `file`, `page` and `row` are keys, also with a `_` before
    /// them as in exports; where both are there, only `_file` is a key. Other columns that begin
    /// with `_` are dropped.
    pub fn read(path: &Path) -> Result<Self, TruthError> {
        let unreadable = |cause| TruthError::Unreadable { file: path.to_owned(), cause };
        let mut reader = csv::Reader::from_path(path).map_err(unreadable)?;
        let header: Vec<String> =
            reader.headers().map_err(unreadable)?.iter().map(|name| name.trim().into()).collect();
        let keys = Keys::find(path, &header)?;
        let of_fields: Vec<usize> = (0..header.len())
            .filter(|at| !keys.has(*at) && !header[*at].starts_with('_'))
            .collect();
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(unreadable)?;
            rows.push(keys.row(path, &record, &of_fields)?);
        }
        if rows.is_empty() {
            return Err(TruthError::Empty { file: path.to_owned() });
        }
        let columns = of_fields.into_iter().map(|at| header[at].clone()).collect();
        Ok(Self { path: path.to_owned(), columns, rows })
    }
}

/// Positions of the key columns.
struct Keys {
    file: usize,
    page: Option<usize>,
    row: Option<usize>,
}

impl Keys {
    fn find(path: &Path, header: &[String]) -> Result<Self, TruthError> {
        for (at, name) in header.iter().enumerate() {
            if header[..at].contains(name) {
                let column = name.clone();
                return Err(TruthError::TwoColumns { file: path.to_owned(), column });
            }
        }
        let position = |name: &str| header.iter().position(|column| column == name);
        let key = |name: &str| position(&format!("_{name}")).or_else(|| position(name));
        let Some(file) = key("file") else {
            return Err(TruthError::NoFileColumn { file: path.to_owned() });
        };
        Ok(Self { file, page: key("page"), row: key("row") })
    }

    fn has(&self, at: usize) -> bool {
        self.file == at || self.page == Some(at) || self.row == Some(at)
    }

    fn row(
        &self,
        path: &Path,
        record: &csv::StringRecord,
        of_fields: &[usize],
    ) -> Result<TableRow, TruthError> {
        let line = record.position().map_or(0, csv::Position::line);
        let cell = |at: usize| record.get(at).unwrap_or_default().trim().to_owned();
        let number = |at: Option<usize>, column: &str| {
            let Some(text) = at.map(cell).filter(|text| !text.is_empty()) else { return Ok(None) };
            match text.parse::<u32>() {
                Ok(number) if number > 0 => Ok(Some(number)),
                Ok(_) | Err(_) => Err(TruthError::NotANumber {
                    file: path.to_owned(),
                    line,
                    column: column.to_owned(),
                    text,
                }),
            }
        };
        let file = cell(self.file);
        if file.is_empty() {
            return Err(TruthError::NoFile { file: path.to_owned(), line });
        }
        Ok(TableRow {
            line,
            file,
            page: number(self.page, "page")?,
            row: number(self.row, "row")?,
            cells: of_fields.iter().map(|at| cell(*at)).collect(),
        })
    }
}

/// What is right, in the fields of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Truth {
    pub path: PathBuf,
    /// Positions in the model of the fields that have a column, ascending; never empty.
    pub fields: Vec<usize>,
    /// Columns that are no field of the model.
    pub ignored: Vec<String>,
    /// Never empty.
    pub rows: Vec<TruthRow>,
}

/// What is right about one record.
#[derive(Debug, Clone, PartialEq)]
pub struct TruthRow {
    /// Line of the file, from 1.
    pub line: u64,
    /// The scan: a path, or its last parts; see [`is_path_of`].
    pub file: String,
    pub page: Option<u32>,
    pub row: Option<u32>,
    /// In the model's order of fields; `None` where the record should have no value, or the field
    /// has no column.
    pub wanted: Vec<Option<Wanted>>,
}

impl Truth {
    /// Reads a table and fits it to a model. Errors if it cannot be read, if no column is a field,
    /// or if a cell is no value of its field's type.
    pub fn read(path: &Path, model: &RecordModel) -> Result<Self, TruthError> {
        Self::of(&TruthTable::read(path)?, model)
    }

    /// Fits a table to a model: a column is the field of its name; `NAME_any_of` is field `NAME`,
    /// or the only field that begins with `NAME_`. Alternatives in a cell are divided by ` | `.
    pub fn of(table: &TruthTable, model: &RecordModel) -> Result<Self, TruthError> {
        let mut columns = Vec::new();
        let mut ignored = Vec::new();
        for (at, column) in table.columns.iter().enumerate() {
            match field_of(column, model) {
                Some((field, meant)) => columns.push((at, field, meant)),
                None => ignored.push(column.clone()),
            }
        }
        if columns.is_empty() {
            let model = model.name.clone();
            return Err(TruthError::NoFields { file: table.path.clone(), model });
        }
        let mut rows = Vec::with_capacity(table.rows.len());
        for row in &table.rows {
            let mut wanted = vec![None; model.fields.len()];
            for &(at, field, meant) in &columns {
                let spec = &model.fields[field];
                wanted[field] =
                    meant.wanted(&row.cells[at], spec).map_err(|text| TruthError::NotOfType {
                        file: table.path.clone(),
                        line: row.line,
                        column: table.columns[at].clone(),
                        text,
                        kind: spec.column_type().as_str(),
                    })?;
            }
            let (page, number) = (row.page, row.row);
            let file = row.file.clone();
            rows.push(TruthRow { line: row.line, file, page, row: number, wanted });
        }
        let mut fields: Vec<usize> = columns.iter().map(|(_, field, _)| *field).collect();
        fields.sort_unstable();
        fields.dedup();
        Ok(Self { path: table.path.clone(), fields, ignored, rows })
    }
}

/// What a column of truths holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meant {
    /// What stands on the page.
    Values,
    /// Names as a register has them.
    Names,
}

impl Meant {
    /// Returns what a cell wants; `None` if it is empty. The error is the alternative that is no
    /// value of the field's type.
    fn wanted(self, cell: &str, spec: &Field) -> Result<Option<Wanted>, String> {
        let texts: Vec<&str> =
            cell.split(ALTERNATIVES).map(str::trim).filter(|text| !text.is_empty()).collect();
        if texts.is_empty() {
            return Ok(None);
        }
        if self == Self::Names {
            return Ok(Some(Wanted::Names(texts.into_iter().map(str::to_owned).collect())));
        }
        let value = |text: &&str| canonical(&spec.kind, text).ok_or_else(|| (*text).to_owned());
        texts.iter().map(value).collect::<Result<_, _>>().map(|values| Some(Wanted::Values(values)))
    }
}

fn field_of(column: &str, model: &RecordModel) -> Option<(usize, Meant)> {
    let position = |name: &str| model.fields.iter().position(|field| field.name == name);
    if let Some(field) = position(column) {
        return Some((field, Meant::Values));
    }
    let name = column.strip_suffix(ANY_OF)?;
    let begins = format!("{name}_");
    let mut starting =
        (0..model.fields.len()).filter(|at| model.fields[*at].name.starts_with(&begins));
    let field = position(name).or_else(|| starting.next().filter(|_| starting.next().is_none()))?;
    Some((field, Meant::Names))
}

/// Tells whether a path of the archive is the file that a truth table names: the path itself, or
/// its last parts.
pub fn is_path_of(path: &str, file: &str) -> bool {
    let file = file.strip_prefix("./").unwrap_or(file);
    path.strip_suffix(file)
        .is_some_and(|before| before.is_empty() || before.ends_with('/') || file.starts_with('/'))
}
