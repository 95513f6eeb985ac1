//! What making records anew would change; nothing is written.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::Arc;

use rayon::prelude::*;

use super::anew::{Anew, note_failed};
use crate::authoring::Said;
use crate::document::{DocumentId, PageNumber};
use crate::model::RecordModel;
use crate::pipeline::archive::Foresight;
use crate::pipeline::blocking::blocking;
use crate::pipeline::diff::{Compared, DOCUMENTS_PER_BATCH, Example, ModelDifference, Records};
use crate::pipeline::{ModelSet, Stop};
use crate::store::{Filter, PackedDocument, Store, StoreError};

/// Makes the records of stored documents anew, of all or of those with a page that fits, as [`super::reextract`] would
/// write them, and counts how they differ from those that are there. One difference a model, in the order of the models;
/// `examples` is how many different records of each are shown.
pub async fn dry_run(
    store: &Store,
    models: Arc<ModelSet>,
    condition: Option<&Filter>,
    examples: usize,
    stop: &Stop,
) -> Result<Vec<ModelDifference>, StoreError> {
    let mut seen = Vec::new();
    for model in models.models() {
        seen.push(Seen::of(store, model).await?);
    }
    let foresight = Arc::new(Foresight::load(store, &models).await?);
    let anew = Anew { models, foresight };
    let mut after = None;
    while !stop.is_set() {
        let documents = store.packed_documents(condition, after, DOCUMENTS_PER_BATCH).await?;
        let Some(last) = documents.last() else { break };
        after = Some(last.document_id);
        let ids: Vec<DocumentId> = documents.iter().map(|document| document.document_id).collect();
        let anew = anew.clone();
        let made = blocking(move || {
            documents.par_iter().map(|document| by_model(&anew, document)).collect::<Vec<_>>()
        })
        .await;
        for (place, seen) in seen.iter_mut().enumerate() {
            let mut stored = seen.stored(store, &ids).await?;
            for (document_id, new) in ids.iter().zip(&made) {
                let old = stored.remove(document_id).unwrap_or_default();
                let Some(new) = new else {
                    seen.difference.failed += 1;
                    continue;
                };
                let document = Compared::of(*document_id, old, new[place].clone());
                seen.difference.add(&document, examples, &mut seen.examples);
            }
        }
    }
    let mut differences = Vec::new();
    for Seen { mut difference, examples, .. } in seen {
        difference.show(store, examples).await?;
        difference.interrupted = stop.is_set();
        differences.push(difference);
    }
    Ok(differences)
}

/// Makes the records of a document anew, by model; `None` if it would keep those that it has.
fn by_model(anew: &Anew, document: &PackedDocument) -> Option<Vec<Records>> {
    let records = match anew.records(document) {
        Ok(made) => made.records,
        Err(why) => {
            note_failed(document, &why);
            return None;
        }
    };
    let of_model = |model: &RecordModel| {
        let own = records.iter().filter(|record| record.record.model == model.name);
        own.map(|record| (Said::of(model, record), record.verdict)).collect()
    };
    Some(anew.models.models().iter().map(of_model).collect())
}

/// What is seen of a model.
struct Seen {
    /// The model with those of its fields that its table has columns for; `None` without a table.
    stored: Option<RecordModel>,
    difference: ModelDifference,
    examples: Vec<(DocumentId, Example)>,
}

impl Seen {
    async fn of(store: &Store, model: &RecordModel) -> Result<Self, StoreError> {
        let columns = store.columns_of(model).await?;
        let stored = (!columns.is_empty()).then(|| {
            let mut stored = model.clone();
            stored.fields.retain(|field| columns.contains(&field.name));
            stored
        });
        Ok(Self { stored, difference: ModelDifference::default(), examples: Vec::new() })
    }

    /// Reads the records of documents that are there.
    async fn stored(
        &self,
        store: &Store,
        documents: &[DocumentId],
    ) -> Result<HashMap<DocumentId, Records>, StoreError> {
        let mut stored: HashMap<DocumentId, Records> = HashMap::new();
        let Some(model) = &self.stored else { return Ok(stored) };
        for row in store.records_of(model, documents).await? {
            let values = model.fields.iter().map(|field| field.name.clone()).zip(row.fields);
            let page = NonZeroU32::new(row.page).map_or(PageNumber::FIRST, PageNumber);
            let said = Said { page, row: row.row, values: values.collect() };
            stored.entry(row.document_id).or_default().push((said, row.status));
        }
        Ok(stored)
    }
}
