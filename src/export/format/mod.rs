//! The formats of exports: what rows look like as bytes.

pub(super) mod csv_rows;
pub(super) mod json_lines;
#[cfg(feature = "parquet")]
pub(super) mod parquet_file;
pub(super) mod text;

use super::formulas::Formulas;

/// A format of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    Csv(Dialect),
    /// One object a line, with the names of the CSV's columns: numbers with all their decimals, dates and times as ISO
    /// 8601, lists as arrays, null where there is no value.
    JsonLines,
    /// Typed columns, compressed with zstd; needs the feature `parquet`.
    Parquet,
}

/// How CSV is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dialect {
    /// An ASCII character.
    pub delimiter: u8,
    /// A byte order mark at the start, by which spreadsheets know UTF-8.
    pub byte_order_mark: bool,
    /// What stands for a missing value.
    pub null: String,
    pub decimal_mark: DecimalMark,
    pub formulas: Formulas,
}

/// What stands before the decimals of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DecimalMark {
    #[default]
    Point,
    Comma,
}

impl Default for Dialect {
    fn default() -> Self {
        Self {
            delimiter: b',',
            byte_order_mark: false,
            null: String::new(),
            decimal_mark: DecimalMark::Point,
            formulas: Formulas::AsIs,
        }
    }
}

impl Default for Format {
    fn default() -> Self {
        Self::Csv(Dialect::default())
    }
}

impl DecimalMark {
    pub(super) fn as_char(self) -> char {
        match self {
            Self::Point => '.',
            Self::Comma => ',',
        }
    }
}
