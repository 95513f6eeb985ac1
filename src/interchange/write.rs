//! Pages → hOCR, ALTO 4 and JSONL. Each format has the words, lines, blocks, rules and pictures of a page, its size and
//! resolution, the engine and the languages; alternatives of characters, barcodes and tables are in none of them.

mod alto;
mod hocr;
mod jsonl;
mod page;

pub use page::{Engine, Head, PageToWrite};

/// The formats that words are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WrittenFormat {
    Hocr,
    Alto,
    Jsonl,
}

impl WrittenFormat {
    /// What is put behind the name of a document.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Hocr => ".hocr",
            Self::Alto => ".alto.xml",
            Self::Jsonl => ".jsonl",
        }
    }

    /// Returns the part of a page in its file, and notes in the head what belongs there.
    pub fn page(self, page: &PageToWrite<'_>, head: &mut Head) -> String {
        let engine = head.add(page);
        match self {
            Self::Hocr => hocr::page(page),
            Self::Alto => alto::page(page, engine),
            Self::Jsonl => jsonl::page(page),
        }
    }

    /// Returns what stands before the pages of a file.
    pub fn head(self, head: &Head) -> String {
        match self {
            Self::Hocr => hocr::head(head),
            Self::Alto => alto::head(head),
            Self::Jsonl => String::new(),
        }
    }

    /// Returns what stands after the pages of a file.
    pub fn foot(self) -> &'static str {
        match self {
            Self::Hocr => hocr::FOOT,
            Self::Alto => alto::FOOT,
            Self::Jsonl => "",
        }
    }
}
