//! Words as other engines and programs write them: bytes → pages, and pages → bytes. Knows nothing of files, ledger or
//! records; called by `pipeline` (import) and `export`.
//!
//! A reader for each format (`hocr`, `alto`, `page_xml`, `tsv`, `textract`, `document_ai`, `jsonl`) makes a `RawPage` of
//! what stands there; `finish` is the one border where boxes, confidences and texts are checked and what is absent is
//! chosen. `write` has the other direction.

mod absent;
mod alto;
mod broken;
mod document_ai;
mod finish;
mod hocr;
mod imported;
mod jsonl;
mod language;
mod limited;
mod page_xml;
mod raw_page;
mod sniff;
mod source;
#[cfg(test)]
mod tests;
mod textract;
mod tsv;
mod turn;
pub mod write;
mod xml;

use std::io::Read;

use crate::document::{Failure, WordFormat};

use broken::Broken;
use source::PageSource;

pub use absent::{ABSENT_CONFIDENCE, VIRTUAL_DPI, VIRTUAL_SIZE};
pub use imported::ImportedPage;
pub use limited::MAX_PAGE_BYTES;
pub use sniff::{HEAD, format_of, is_text};

/// The pages of one file, in its order. An error stands for one page: where the file itself is broken it is the last one,
/// where only a page is, others follow. A file without pages is an error, too.
pub struct Pages<'a> {
    source: Option<Box<dyn PageSource + 'a>>,
    any: bool,
}

/// Opens a file of words. Pages are parsed as they are asked for; of `textract` and `document_ai`, whose pages are spread
/// over one JSON value, all at the first call.
pub fn pages<'a>(bytes: impl Read + 'a, format: WordFormat) -> Pages<'a> {
    let text = limited::text_of(bytes);
    let source: Box<dyn PageSource + 'a> = match format {
        WordFormat::Hocr => Box::new(hocr::Hocr::new(text)),
        WordFormat::Alto => Box::new(alto::Alto::new(text)),
        WordFormat::PageXml => Box::new(page_xml::PageXml::new(text)),
        WordFormat::Tsv => Box::new(tsv::Tsv::new(text)),
        WordFormat::Textract => Box::new(textract::Textract::new(text)),
        WordFormat::DocumentAi => Box::new(document_ai::DocumentAi::new(text)),
        WordFormat::Jsonl => Box::new(jsonl::Jsonl::new(text)),
    };
    Pages { source: Some(source), any: false }
}

impl Iterator for Pages<'_> {
    type Item = Result<ImportedPage, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.source.as_mut()?.next_page();
        let page = match next {
            Ok(Some(raw)) => finish::finish(raw).map_err(Failure::from),
            Ok(None) => {
                self.source = None;
                if self.any {
                    return None;
                }
                Err(Broken::corrupt("there is no page in it").into())
            }
            Err(broken) => {
                self.source = None;
                Err(broken.into())
            }
        };
        self.any = true;
        Some(page)
    }
}
