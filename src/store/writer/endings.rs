//! Documents whose last page has ended: their records are made beside the writer, which goes on with the next pages.
//!
//! A document is pending in the ledger until its records are committed, so that a run that is killed in between loses
//! nothing. If one of its pages is written while they are made, they are made again.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::document::{DocumentId, TypedRecord};
use crate::store::connection::Store;
use crate::store::error::StoreError;
use crate::store::pages::{DocumentPages, PackedDocument};

use super::blocking::on_blocking_thread;
use super::pack::{Completion, PackedEvent, RecordReplacement};

/// Makes the records of document scope from a document's pages. Pure; runs on a blocking thread.
pub type MakeDocumentRecords = Arc<dyn Fn(DocumentPages) -> Vec<TypedRecord> + Send + Sync>;

/// How many documents are read back at a time to make their records.
const DOCUMENTS_AT_A_TIME: usize = 64;

/// Makes the records of documents from their stored pages.
#[derive(Clone)]
pub(super) struct Maker {
    pub(super) store: Store,
    pub(super) make: MakeDocumentRecords,
    /// Models whose records are made of documents.
    pub(super) models: Arc<[String]>,
    pub(super) retry_for: Duration,
}

/// Ended documents on their way to their records.
pub(super) struct Endings {
    maker: Maker,
    waiting: BTreeSet<i64>,
    /// What is at work, one lot at a time; it ends with the writer.
    work: JoinSet<Result<Vec<PackedEvent>, StoreError>>,
    in_work: HashSet<i64>,
    /// Those in work of which a page was written since.
    outdated: HashSet<i64>,
}

impl Endings {
    pub(super) fn new(maker: Maker) -> Self {
        Self {
            maker,
            waiting: BTreeSet::new(),
            work: JoinSet::new(),
            in_work: HashSet::new(),
            outdated: HashSet::new(),
        }
    }

    /// Notes that pages of these documents were written: what is being made of them is no longer true.
    pub(super) fn outdate(&mut self, documents: &HashSet<i64>) {
        self.outdated.extend(self.in_work.intersection(documents));
    }

    /// Takes documents that have no page left to read.
    pub(super) fn add(&mut self, documents: Vec<i64>) {
        self.waiting.extend(documents);
        self.go_on();
    }

    /// Waits for the records of some documents; `None` if none are waited for. May be given up and called again.
    pub(super) async fn next(&mut self) -> Option<Result<Vec<PackedEvent>, StoreError>> {
        let made = self.work.join_next().await?;
        let outdated = std::mem::take(&mut self.outdated);
        self.in_work.clear();
        self.go_on();
        let made = made.unwrap_or_else(|stopped| Err(StoreError::MakeRecords(stopped.to_string())));
        let is_true = |event: &PackedEvent| match event {
            PackedEvent::Records(records) => !outdated.contains(&records.document_id.0),
            PackedEvent::Opened { .. } | PackedEvent::Page(_) => true,
        };
        Some(made.map(|events| events.into_iter().filter(is_true).collect()))
    }

    fn go_on(&mut self) {
        if !self.work.is_empty() || self.waiting.is_empty() {
            return;
        }
        let rest = self.waiting.iter().nth(DOCUMENTS_AT_A_TIME).copied();
        let rest = rest.map(|first| self.waiting.split_off(&first)).unwrap_or_default();
        let documents: Vec<i64> = std::mem::replace(&mut self.waiting, rest).into_iter().collect();
        self.in_work = documents.iter().copied().collect();
        self.work.spawn(records(self.maker.clone(), documents));
    }
}

/// Reads documents back and makes their records.
async fn records(maker: Maker, documents: Vec<i64>) -> Result<Vec<PackedEvent>, StoreError> {
    let Maker { store, make, models, retry_for } = maker;
    let mut packed = Vec::new();
    if !models.is_empty() {
        packed = store.retrying_for(retry_for, || store.packed_documents_once(&documents)).await?;
    }
    on_blocking_thread(move || {
        let mut records = records_of(&packed, &make)?;
        let replacement = |document_id| {
            let document_id = DocumentId(document_id);
            let records = records.remove(&document_id).unwrap_or_default();
            let (models, then) = (Arc::clone(&models), Completion::Made);
            PackedEvent::Records(RecordReplacement { document_id, models, records, then })
        };
        Ok(documents.into_iter().map(replacement).collect())
    })
    .await?
}

fn records_of(
    documents: &[PackedDocument],
    make: &MakeDocumentRecords,
) -> Result<BTreeMap<DocumentId, Vec<TypedRecord>>, StoreError> {
    let mut records = BTreeMap::new();
    for document in documents {
        let pages = document.unpack()?;
        if !pages.pages.is_empty() {
            records.insert(document.document_id, make(pages));
        }
    }
    Ok(records)
}
