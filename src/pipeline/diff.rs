//! What a change of a model would change in the records of all stored words; nothing is written.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use rayon::prelude::*;
use serde::Serialize;

use super::blocking::blocking;
use super::{ModelSet, Stop};
use crate::authoring::{Change, Pair, Said, align};
use crate::document::{DocumentId, PageNumber, Verdict};
use crate::store::{DocumentPages, PackedDocument, Store, StoreError};

/// Documents that are fetched and compared at once.
pub(super) const DOCUMENTS_PER_BATCH: u32 = 256;

/// What became of one field over all records that both models give.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct FieldDifference {
    pub same: u64,
    pub changed: u64,
    /// Had no value, has one now.
    pub filled: u64,
    /// Had a value, has none now.
    pub emptied: u64,
}

/// A record that is different, as an example.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Example {
    /// `None` if the document's files hold other content now.
    pub file: Option<PathBuf>,
    pub page: PageNumber,
    pub row: u32,
    pub kind: ExampleKind,
    /// All values of a record that came or went, else what is different.
    pub changes: Vec<Change>,
}

/// What happened to the record of an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ExampleKind {
    Gained,
    Lost,
    Changed,
}

/// What would change.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ModelDifference {
    pub documents: u64,
    /// Documents that cannot be compared, since their stored words are broken.
    pub failed: u64,
    pub records_old: u64,
    pub records_new: u64,
    pub gained: u64,
    pub lost: u64,
    /// Records of both with the same values.
    pub same: u64,
    pub fields: BTreeMap<String, FieldDifference>,
    /// Verdicts of records of both that change, as `review → accepted`.
    pub verdicts: BTreeMap<String, u64>,
    pub examples: Vec<Example>,
    pub interrupted: bool,
}

/// What records say, and how they were judged.
pub(super) type Records = Vec<(Said, Verdict)>;

/// The old and the new records of a document, paired.
pub(super) struct Compared {
    document_id: DocumentId,
    old: Records,
    new: Records,
    pairs: Vec<Pair>,
}

impl Compared {
    pub(super) fn of(document_id: DocumentId, old: Records, new: Records) -> Self {
        let only = |records: &Records| -> Vec<Said> {
            records.iter().map(|(said, _)| said.clone()).collect()
        };
        let pairs = align(&only(&old), &only(&new));
        Self { document_id, old, new, pairs }
    }
}

/// Extracts every stored document by two models of one record each and counts the differences; `examples` is how
/// many different records are shown.
pub async fn difference(
    store: &Store,
    (old, new): (Arc<ModelSet>, Arc<ModelSet>),
    examples: usize,
    stop: &Stop,
) -> Result<ModelDifference, StoreError> {
    let mut difference = ModelDifference::default();
    let mut shown = Vec::new();
    let mut after = None;
    while !stop.is_set() {
        let documents = store.packed_documents(None, after, DOCUMENTS_PER_BATCH).await?;
        let Some(last) = documents.last() else { break };
        after = Some(last.document_id);
        let (old, new) = (Arc::clone(&old), Arc::clone(&new));
        let compared = blocking(move || {
            documents.par_iter().map(|document| compare((&old, &new), document)).collect::<Vec<_>>()
        })
        .await;
        for document in compared {
            match document {
                Ok(document) => difference.add(&document, examples, &mut shown),
                Err(why) => {
                    tracing::error!(%why, "a document could not be compared");
                    difference.failed += 1;
                }
            }
        }
    }
    difference.show(store, shown).await?;
    difference.interrupted = stop.is_set();
    Ok(difference)
}

fn compare(
    (old, new): (&ModelSet, &ModelSet),
    document: &PackedDocument,
) -> Result<Compared, String> {
    let words = document.unpack().map_err(|error| error.to_string())?;
    Ok(Compared::of(document.document_id, said(old, &words)?, said(new, &words)?))
}

fn said(models: &ModelSet, words: &DocumentPages) -> Result<Records, String> {
    let records = models.of_pages(words).map_err(|failure| failure.to_string())?;
    let model_of = |name: &str| models.models().iter().find(|model| model.name == name);
    Ok(records
        .iter()
        .filter_map(|record| {
            Some((Said::of(model_of(&record.record.model)?, record), record.verdict))
        })
        .collect())
}

impl ModelDifference {
    /// Takes records as examples, with the files that they are of.
    pub(super) async fn show(
        &mut self,
        store: &Store,
        shown: Vec<(DocumentId, Example)>,
    ) -> Result<(), StoreError> {
        for (document, example) in shown {
            let file = store.path_of(document).await?;
            self.examples.push(Example { file, ..example });
        }
        Ok(())
    }

    /// Counts a document's differences; takes at most so many examples.
    pub(super) fn add(
        &mut self,
        document: &Compared,
        most: usize,
        shown: &mut Vec<(DocumentId, Example)>,
    ) {
        self.documents += 1;
        self.records_old += document.old.len() as u64;
        self.records_new += document.new.len() as u64;
        for pair in &document.pairs {
            let nothing = |said: &Said| Said { values: BTreeMap::new(), ..said.clone() };
            let (kind, said, changes) = match *pair {
                Pair::Both(a, b) => {
                    let changes = self.both(&document.old[a], &document.new[b]);
                    (ExampleKind::Changed, &document.new[b].0, changes)
                }
                Pair::Lost(a) => {
                    self.lost += 1;
                    let said = &document.old[a].0;
                    (ExampleKind::Lost, said, said.changes(&nothing(said)))
                }
                Pair::Gained(b) => {
                    self.gained += 1;
                    let said = &document.new[b].0;
                    (ExampleKind::Gained, said, nothing(said).changes(said))
                }
            };
            let unchanged = kind == ExampleKind::Changed && changes.is_empty();
            if !unchanged && shown.len() < most {
                let (page, row) = (said.page, said.row);
                let example = Example { file: None, page, row, kind, changes };
                shown.push((document.document_id, example));
            }
        }
    }

    /// Counts the differences of a record that both models give, and returns them.
    fn both(&mut self, old: &(Said, Verdict), new: &(Said, Verdict)) -> Vec<Change> {
        let changes = old.0.changes(&new.0);
        self.same += u64::from(changes.is_empty());
        for name in old.0.values.keys().filter(|name| new.0.values.contains_key(*name)) {
            let same = changes.iter().all(|change| change.field != *name);
            self.fields.entry(name.clone()).or_default().same += u64::from(same);
        }
        for change in &changes {
            let field = self.fields.entry(change.field.clone()).or_default();
            match (&change.old, &change.new) {
                (None, _) => field.filled += 1,
                (_, None) => field.emptied += 1,
                (Some(_), Some(_)) => field.changed += 1,
            }
        }
        if old.1 != new.1 {
            *self.verdicts.entry(format!("{} → {}", old.1, new.1)).or_default() += 1;
        }
        changes
    }
}
