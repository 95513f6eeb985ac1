//! What the writer is sent.

use std::sync::Arc;

use crate::document::{DocumentFormat, DocumentId, PageNumber, PageOutcome, TypedRecord};

/// What workers send, in order for each document: its opening before its pages.
#[derive(Debug)]
pub enum LedgerEvent {
    /// A document was opened: pages 2 to `page_count` become pending. (One that cannot be opened fails its page 1.)
    /// May come again as more of a document is known; the last one counts.
    Opened { document_id: DocumentId, format: DocumentFormat, page_count: u32 },
    /// An attempt at a page has ended.
    Page(Box<PageOutcome>),
    /// All rows of the document in the tables of these models are replaced by these records.
    Reextracted { document_id: DocumentId, models: Arc<[String]>, records: Vec<TypedRecord> },
}

impl LedgerEvent {
    /// What may be written only once in a batch.
    pub(super) fn touches(&self) -> Option<(DocumentId, Option<PageNumber>)> {
        match self {
            Self::Opened { .. } => None,
            Self::Page(outcome) => Some((outcome.document_id, Some(outcome.page))),
            Self::Reextracted { document_id, .. } => Some((*document_id, None)),
        }
    }

    /// Roughly what the event takes in memory and on the wire.
    pub(super) fn estimated_bytes(&self) -> usize {
        const WORD: usize = 64;
        const FIELD: usize = 96;
        const REST: usize = 512;
        let of_records = |records: &[TypedRecord]| -> usize {
            records.iter().map(|record| REST + FIELD * record.record.fields.len()).sum()
        };
        REST + match self {
            Self::Opened { .. } => 0,
            Self::Reextracted { records, .. } => of_records(records),
            Self::Page(outcome) => {
                let words = match &outcome.end {
                    crate::document::PageEnd::Stored(text) => text.words().count() * WORD,
                    crate::document::PageEnd::Blank(_)
                    | crate::document::PageEnd::Failed(_)
                    | crate::document::PageEnd::Quarantined(_) => 0,
                };
                words
                    + of_records(&outcome.records)
                    + outcome.document_records.as_deref().map_or(0, of_records)
            }
        }
    }
}
