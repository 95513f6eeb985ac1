//! Why a loop over pages ends before its time.

/// Why the reader loop ends: there will never be a reader again.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Failed(pub String);
