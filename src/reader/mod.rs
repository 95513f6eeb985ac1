//! The sandboxed child process that decodes, prepares and recognizes pages: its protocol, its
//! limits, its loop, and the parent's handle to it. Knows nothing of records or of the store.

mod barcodes;
mod certainty;
mod checked;
mod gaps;
mod limits;
mod merge;
mod pipe;
mod placing;
mod process;
mod protocol;
mod sandbox;
mod session;
mod several;
mod sparse;
mod upright;

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::decode::DecodeOptions;
use crate::document::{
    DocumentHash, Failure, Format, Look, PageFacts, PageNumber, PageText, Recipe, Seen, Symbology,
};
use crate::ocr::EngineSettings;
use crate::prepare::PrepareOptions;

pub use process::{ProcessLimits, ReaderProcess};
pub use sandbox::Sandbox;
pub use session::run as run_child;

/// Everything that a reader is told once, when it starts.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ReaderSettings {
    pub engine: EngineSettings,
    pub decode: DecodeOptions,
    pub prepare: PrepareOptions,
    /// Kinds of barcodes that are looked for; without any, a page pays nothing.
    pub barcodes: Vec<Symbology>,
    /// Whether nothing is read where the kernel cannot confine a reader fully.
    pub require_sandbox: bool,
}

impl ReaderSettings {
    /// Returns the settings as they may be noted down: without passwords.
    #[must_use]
    pub fn without_secrets(&self) -> Self {
        let mut settings = self.clone();
        settings.decode.passwords.clear();
        settings
    }
}

/// What a reader tells about a document that it has opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedDocument {
    pub format: Format,
    pub page_count: u32,
}

/// What a reader found on a page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum PageContent {
    Text(Box<PageText>),
    Blank(PageFacts),
}

/// The answer to one page: its content, and what decided it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PageReading {
    pub content: PageContent,
    pub recipe: Recipe,
}

/// Why a reader has no answer.
#[derive(Debug, thiserror::Error)]
pub enum ReaderError {
    /// The page or document is at fault; the reader lives and takes the next one.
    #[error(transparent)]
    Refused(Failure),
    /// The reader is dead (deadline, memory, signal); it starts anew at the next call.
    #[error(transparent)]
    Died(Failure),
    /// No reader can be started: the run cannot go on.
    #[error("reader: cannot be started: {0}")]
    Broken(String),
}

/// A document's bytes: where they are and what they must be.
#[derive(Debug, Clone)]
pub struct DocumentSource {
    pub path: PathBuf,
    /// Hash that the bytes had when they were registered.
    pub hash: DocumentHash,
}

/// Reads pages of one document after the other. Implemented by the reader process and, for tests
/// of the pipeline, by words replayed from memory.
pub trait PageReader {
    /// Opens a document and leaves the one before.
    fn open(&mut self, source: &DocumentSource) -> Result<OpenedDocument, ReaderError>;

    /// Returns whether the document that was opened last is still open: it is not after the reader
    /// has died, or when it is due to be replaced.
    fn has_open_document(&self) -> bool;

    /// Reads a page of the open document.
    fn read_page(&mut self, page: PageNumber) -> Result<PageReading, ReaderError>;

    /// Looks at parts of the page that was read last again; returns what was seen at each of `looks`, in
    /// their order. What is not begun within `budget` is not seen.
    fn look_again(
        &mut self,
        page: PageNumber,
        looks: &[Look],
        budget: Duration,
    ) -> Result<Vec<Seen>, ReaderError>;
}
