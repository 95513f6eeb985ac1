//! Why a dictionary cannot be used.

use std::io;

use super::quoted::quoted;

/// Why a dictionary cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DictionaryError {
    #[error("dictionary `{file}` cannot be read: {cause}")]
    Unreadable { file: String, cause: io::Error },
    #[error("dictionary `{file}` is no CSV: {cause}")]
    NotCsv { file: String, cause: csv::Error },
    #[error("dictionary `{file}` has no column `{column}`, it has {}", quoted(.known))]
    NoColumn { file: String, column: String, known: Vec<String> },
    #[error("dictionary `{file}` has no names in {}", quoted(.columns))]
    Empty { file: String, columns: Vec<String> },
}
