//! Names of things in the ledger, and what kind of file a document is.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::words::words;

/// Key of a row of `run`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RunId(pub i64);

/// Key of a row of `document`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DocumentId(pub i64);

/// BLAKE3 of a document's bytes: what makes two files the same document.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DocumentHash(pub [u8; 32]);

impl fmt::Display for DocumentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for DocumentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DocumentHash({self})")
    }
}

/// The file formats that are read, told by content and never by extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    Png,
    Jpeg,
    Bmp,
    Gif,
    Webp,
    Pnm,
    Jpeg2000,
    Tiff,
    Pdf,
}

words!(Format {
    Png => "png", Jpeg => "jpeg", Bmp => "bmp", Gif => "gif", Webp => "webp", Pnm => "pnm",
    Jpeg2000 => "jpeg2000", Tiff => "tiff", Pdf => "pdf",
});
