//! Why a page could not be read: a value that is stored, counted and shown, never only a message.

use serde::{Deserialize, Serialize};

use super::words::words;

/// Where in the way of a page it went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Walk,
    Read,
    Decode,
    Prepare,
    Recognize,
    Extract,
    Store,
}

/// The kind of failure; `report` counts by it and `reprocess --where reason=…` selects by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The file was gone when it was to be read.
    Vanished,
    /// The file's bytes changed between the walk and the reading.
    Changed,
    /// The operating system refused to read it (permissions, input/output error).
    Unreadable,
    /// The file has no bytes.
    Empty,
    /// The content is of no format that scanlift reads.
    Unsupported,
    /// The content breaks its format's rules or ends too early.
    Corrupt,
    /// A password is needed, or the given ones do not fit.
    Encrypted,
    /// The declared dimensions or the size of the file are over the limit.
    TooLarge,
    /// No answer within the page's deadline; the reader was killed.
    Timeout,
    /// The reader ran into its memory cap.
    Memory,
    /// The reader died of a signal.
    Crashed,
    /// The program has a bug that this page found.
    Panicked,
    /// Tesseract refused the page.
    Engine,
    /// `--pdf-text only` was given and the page has no text layer.
    NoTextLayer,
    /// The database refused the page's rows.
    Rejected,
}

words!(Stage {
    Walk => "walk", Read => "read", Decode => "decode", Prepare => "prepare",
    Recognize => "recognize", Extract => "extract", Store => "store",
});

words!(Reason {
    Vanished => "vanished", Changed => "changed", Unreadable => "unreadable", Empty => "empty",
    Unsupported => "unsupported", Corrupt => "corrupt", Encrypted => "encrypted",
    TooLarge => "too_large", Timeout => "timeout", Memory => "memory", Crashed => "crashed",
    Panicked => "panicked", Engine => "engine", NoTextLayer => "no_text_layer",
    Rejected => "rejected",
});

/// What went wrong with one file or page. Reads as `stage: message`; the caller adds where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{stage}: {message}")]
pub struct Failure {
    pub stage: Stage,
    pub reason: Reason,
    /// Lowercase, no full stop, values in backticks.
    pub message: String,
}

impl Failure {
    /// Builds a failure of the decode stage.
    pub fn decode(reason: Reason, message: impl Into<String>) -> Self {
        Self { stage: Stage::Decode, reason, message: message.into() }
    }

    /// Builds a failure of any stage.
    pub fn new(stage: Stage, reason: Reason, message: impl Into<String>) -> Self {
        Self { stage, reason, message: message.into() }
    }
}
