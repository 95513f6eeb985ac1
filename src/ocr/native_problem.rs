//! Why the native engine cannot be used.

/// Why the native engine cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum NativeProblem {
    /// Tesseract can do it: `auto` takes it.
    #[error("`{languages}`: native engine: {what}\nhint: `--engine tesseract` can read it")]
    Unsupported { languages: String, what: String },
    #[error("{0}")]
    Broken(String),
}
