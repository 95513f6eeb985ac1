//! Why an export was not made.

use crate::store::StoreError;

/// Why an export was not made. A file that was there before is still the same.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("no column `{name}`: there are {known}")]
    UnknownColumn { name: String, known: String },
    #[error("cannot write `{target}`")]
    Write {
        target: String,
        #[source]
        cause: std::io::Error,
    },
    /// The options ask for what does not go together.
    #[error("{0}")]
    Unfit(&'static str),
    #[error("--format parquet: this program: it was built without Parquet")]
    NoParquet,
    #[error("cannot encode a row: {0}")]
    Encode(String),
    /// The rows ended before all were there; the store says why.
    #[error("the export was cut off")]
    CutOff,
    #[error("the export's thread stopped: {0}")]
    Stopped(String),
}

impl ExportError {
    /// True if the reader of our stdout has gone away, such as `head`: no reason to complain.
    pub fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Write { cause, .. } if cause.kind() == std::io::ErrorKind::BrokenPipe)
    }

    /// Returns what the user can do about it, if we know.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Store(error) => error.hint(),
            Self::NoParquet => {
                Some("build it with `cargo build --release --features parquet`".to_owned())
            }
            Self::UnknownColumn { .. }
            | Self::Write { .. }
            | Self::Unfit(_)
            | Self::Encode(_)
            | Self::CutOff
            | Self::Stopped(_) => None,
        }
    }
}
