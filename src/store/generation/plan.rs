//! Documents → parts of about so many pages, in the order of their numbers.

use crate::document::DocumentId;
use crate::store::connection::Store;
use crate::store::error::{StoreError, failed_to};

use super::Generation;

/// Stored pages that a part has at most, unless one document has more.
const PAGES: i64 = if cfg!(test) { 3 } else { 256 };

/// The documents with stored words between two others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedPart {
    /// The part has the documents behind this one …
    pub(super) behind: i64,
    /// … up to this one.
    pub(super) last: i64,
    pub documents: Vec<DocumentId>,
    /// Stored ones.
    pub pages: u64,
}

impl PlannedPart {
    /// Returns the part's two halves; `None` of a single document.
    pub(super) fn halves(&self) -> Option<(Self, Self)> {
        if self.documents.len() < 2 {
            return None;
        }
        let (left, right) = self.documents.split_at(self.documents.len() / 2);
        let middle = left.last()?.0;
        // Pages are counted for progress alone.
        let pages = self.pages / 2;
        Some((
            Self { last: middle, documents: left.to_vec(), pages, ..*self },
            Self { behind: middle, documents: right.to_vec(), pages: self.pages - pages, ..*self },
        ))
    }
}

impl Store {
    /// Plans the next part of a generation behind a document (0 at first); parts that are written are passed over.
    /// `None` at the end, else the part, and what the next one is behind.
    pub async fn plan_part(
        &self,
        generation: &Generation,
        mut behind: i64,
    ) -> Result<Option<(PlannedPart, i64)>, StoreError> {
        while let Some(written) = generation.written.get(&behind) {
            behind = written.last;
        }
        let part = self.retrying(|| self.plan_part_once(generation, behind)).await?;
        Ok(part.map(|part| {
            let last = part.last;
            (part, last)
        }))
    }

    async fn plan_part_once(
        &self,
        generation: &Generation,
        behind: i64,
    ) -> Result<Option<PlannedPart>, StoreError> {
        let rows: Vec<(i64, i64)> = sqlx::query_as(
            "select document_id, count(*) from scanlift.page
             where document_id > $1 and document_id <= $2 and state = 'stored'
             group by document_id order by document_id limit $3",
        )
        .bind(behind)
        .bind(generation.last_document.0)
        .bind(PAGES)
        .fetch_all(&self.pool)
        .await
        .map_err(failed_to("divide the documents"))?;
        let mut part = PlannedPart { behind, last: behind, documents: Vec::new(), pages: 0 };
        for (document, pages) in rows {
            let pages = pages.cast_unsigned();
            if part.pages > 0 && part.pages + pages > PAGES.cast_unsigned() {
                break;
            }
            part.documents.push(DocumentId(document));
            (part.last, part.pages) = (document, part.pages + pages);
        }
        Ok((!part.documents.is_empty()).then_some(part))
    }
}
