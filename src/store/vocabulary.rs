//! The vocabularies of fields: what recurs, and what people have decided about it.

use serde_json::json;
use sqlx::Row;
use sqlx::postgres::PgRow;

use crate::vocabulary::{Entry, State};

use super::connection::Store;
use super::error::{StoreError, failed_to};

/// Entries written at once.
const ENTRIES_AT_A_TIME: usize = 2000;

const INSERT: &str = "insert into scanlift.vocabulary (model, field, value, documents, confidence, state, instead)
     select distinct on (e.value) $1, $2, e.value, e.documents, e.confidence, e.state, e.instead
     from jsonb_to_recordset($3::jsonb) as e(value text, documents bigint, confidence real, state text, instead text)
     order by e.value, e.documents desc
     on conflict (model, field, md5(value)) do update set ";

impl Store {
    /// Returns the vocabulary of a field: the most frequent values first.
    pub async fn vocabulary(&self, model: &str, field: &str) -> Result<Vec<Entry>, StoreError> {
        self.retrying(|| self.vocabulary_once(model, field)).await
    }

    async fn vocabulary_once(&self, model: &str, field: &str) -> Result<Vec<Entry>, StoreError> {
        let rows = sqlx::query(
            "select value, documents, confidence, state, instead from scanlift.vocabulary
             where model = $1 and field = $2 order by documents desc, value",
        )
        .bind(model)
        .bind(field)
        .fetch_all(&self.pool)
        .await
        .map_err(failed_to("read a vocabulary"))?;
        rows.iter().map(entry).collect()
    }

    /// Writes what was learned of a field in place of what was proposed before; what people have decided stays.
    pub async fn put_vocabulary(
        &self,
        (model, field): (&str, &str),
        entries: &[Entry],
    ) -> Result<(), StoreError> {
        self.retrying(|| self.put_vocabulary_once((model, field), entries)).await
    }

    async fn put_vocabulary_once(
        &self,
        (model, field): (&str, &str),
        entries: &[Entry],
    ) -> Result<(), StoreError> {
        let error = || failed_to("write a vocabulary");
        let mut transaction = self.pool.begin().await.map_err(error())?;
        sqlx::query(
            "delete from scanlift.vocabulary where model = $1 and field = $2 and state = 'proposed'",
        )
        .bind(model)
        .bind(field)
        .execute(&mut *transaction)
        .await
        .map_err(error())?;
        for some in entries.chunks(ENTRIES_AT_A_TIME) {
            let sql = format!(
                "{INSERT} documents = excluded.documents, confidence = excluded.confidence"
            );
            sqlx::query(sqlx::AssertSqlSafe(sql))
                .bind(model)
                .bind(field)
                .bind(as_json(some))
                .execute(&mut *transaction)
                .await
                .map_err(error())?;
        }
        transaction.commit().await.map_err(error())
    }

    /// Notes what a person has decided about values of a field; what was learned before is learned anew.
    pub async fn decide_vocabulary(
        &self,
        (model, field): (&str, &str),
        entries: &[Entry],
    ) -> Result<(), StoreError> {
        for some in entries.chunks(ENTRIES_AT_A_TIME) {
            self.retrying(|| self.decide_vocabulary_once((model, field), some)).await?;
        }
        Ok(())
    }

    async fn decide_vocabulary_once(
        &self,
        (model, field): (&str, &str),
        entries: &[Entry],
    ) -> Result<(), StoreError> {
        let sql = format!(
            "with forgotten as (delete from scanlift.archive_state where model = $1)
             {INSERT} state = excluded.state, instead = excluded.instead, changed_at = now()"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(model)
            .bind(field)
            .bind(as_json(entries))
            .execute(&self.pool)
            .await
            .map(|_| ())
            .map_err(failed_to("note what was decided about values"))
    }
}

fn as_json(entries: &[Entry]) -> String {
    let entry = |entry: &Entry| {
        json!({
            "value": entry.value,
            "documents": entry.documents,
            "confidence": entry.confidence,
            "state": entry.state.as_str(),
            "instead": entry.instead,
        })
    };
    entries.iter().map(entry).collect::<serde_json::Value>().to_string()
}

fn entry(row: &PgRow) -> Result<Entry, StoreError> {
    let read = || -> Result<_, sqlx::Error> {
        let documents: i64 = row.try_get(1)?;
        let state: String = row.try_get(3)?;
        let entry = Entry {
            value: row.try_get(0)?,
            documents: u32::try_from(documents).unwrap_or(u32::MAX),
            confidence: row.try_get(2)?,
            state: State::Proposed,
            instead: row.try_get(4)?,
        };
        Ok((state, entry))
    };
    let (state, entry) = read().map_err(failed_to("read a vocabulary"))?;
    match state.parse() {
        Ok(state) => Ok(Entry { state, ..entry }),
        Err(_) => Err(StoreError::Ledger { what: "the state of a value", value: state }),
    }
}
