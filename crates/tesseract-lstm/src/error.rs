//! What can be wrong with a model file. Raised by all parsers.

use thiserror::Error;

/// Why a `.traineddata` file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ModelError {
    /// The file contradicts itself or ends too early; Tesseract could not read it either.
    #[error("broken model file: {part}: {what}")]
    Broken {
        /// The part of the file, such as `container` or `network`.
        part: &'static str,
        /// What is wrong there.
        what: String,
    },
    /// The file may be fine, but it needs something that only Tesseract can do.
    #[error("model not supported: {0}")]
    Unsupported(String),
}

impl ModelError {
    /// Returns a `Broken` error.
    pub(super) fn broken(part: &'static str, what: impl Into<String>) -> Self {
        Self::Broken { part, what: what.into() }
    }
}
