//! The next generation of models' tables: made beside them without indexes, in parts and on several connections at
//! once, then indexed, then put in their place in one transaction. Whoever reads sees one generation or the other.
//!
//! `table` makes, indexes and exchanges tables · `part` writes records · `plan` divides the documents. A part is committed
//! together with the note that it is there, so that a run that was killed goes on behind it. The next generation is
//! given up where anything else has been written since it was begun, or where other records would be made now.

mod part;
mod plan;
mod table;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use sqlx::AssertSqlSafe;

use crate::document::DocumentId;

use super::connection::Store;
use super::error::{StoreError, failed_to};
use super::model_table::{NEXT_RECORDS, RECORDS};
use super::run::Run;

pub use part::{EncodedDocument, GenerationTables, NotedPart};
pub use plan::PlannedPart;

/// A generation that is being made.
#[derive(Debug, Clone)]
pub struct Generation {
    id: i64,
    models: Vec<String>,
    last_document: DocumentId,
    /// The parts that an earlier run has written, by the document that they are behind.
    written: HashMap<i64, NotedPart>,
    is_indexed: bool,
}

impl Generation {
    /// Returns the parts that an earlier run has written.
    pub fn written(&self) -> impl Iterator<Item = &NotedPart> {
        self.written.values()
    }
}

impl Store {
    /// Goes on with the generation that an earlier run has begun for these models, if it would be the same now
    /// (`fingerprint`), else gives it up and begins one. The models' tables must fit.
    pub async fn begin_generation(
        &self,
        run: &Run,
        models: &[String],
        fingerprint: &[u8],
    ) -> Result<Generation, StoreError> {
        let begun = self.retrying(|| self.begun_generation_once(run, models, fingerprint)).await?;
        if let Some(generation) = begun {
            return Ok(generation);
        }
        self.retrying(|| self.begin_generation_once(run, models, fingerprint)).await
    }

    /// Finds the generation that can be gone on with.
    async fn begun_generation_once(
        &self,
        run: &Run,
        models: &[String],
        fingerprint: &[u8],
    ) -> Result<Option<Generation>, StoreError> {
        // A column that was added in the meantime would be lost.
        let columns = |schema: &str| {
            format!(
                "(select array_agg(attname || ' ' || format_type(atttypid, atttypmod) order by attname)
                  from pg_attribute where attrelid = to_regclass('{schema}.' || quote_ident(m.name))
                    and attnum > 0 and not attisdropped)"
            )
        };
        let (of_records, of_next) = (columns(RECORDS), columns(NEXT_RECORDS));
        let sql = format!(
            "select generation_id, last_document_id, is_indexed from scanlift.generation g
             where models = $1 and fingerprint = $2
               and not exists (select from scanlift.run r
                               where r.run_id > g.run_id and r.run_id <> $3 and r.command <> 'reextract')
               and not exists (select from scanlift.document d where d.document_id > g.last_document_id)
               and not exists (select from unnest(g.models) m (name)
                               where {of_records} is distinct from {of_next})"
        );
        let row: Option<(i64, i64, bool)> = sqlx::query_as(AssertSqlSafe(sql))
            .bind(models)
            .bind(fingerprint)
            .bind(run.id.0)
            .fetch_optional(&self.pool)
            .await
            .map_err(failed_to("look for records that are being made anew"))?;
        let Some((id, last_document, is_indexed)) = row else { return Ok(None) };
        let written = self.noted_parts_once(id).await?;
        let models = models.to_vec();
        let last_document = DocumentId(last_document);
        Ok(Some(Generation { id, models, last_document, written, is_indexed }))
    }
}
