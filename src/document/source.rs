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

/// The formats of words that other engines and programs write, told by content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WordFormat {
    Hocr,
    Alto,
    PageXml,
    /// Tesseract's.
    Tsv,
    Textract,
    DocumentAi,
    /// Our own: a page a line.
    Jsonl,
}

words!(WordFormat {
    Hocr => "hocr", Alto => "alto", PageXml => "page_xml", Tsv => "tsv", Textract => "textract",
    DocumentAi => "document_ai", Jsonl => "jsonl",
});

/// What a document's bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DocumentFormat {
    /// Pictures of pages, which readers read.
    Scan(Format),
    /// Words that another engine has read.
    Words(WordFormat),
}

impl DocumentFormat {
    /// Returns the word used in SQL, JSON and messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Scan(format) => format.as_str(),
            Self::Words(format) => format.as_str(),
        }
    }
}

impl fmt::Display for DocumentFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
