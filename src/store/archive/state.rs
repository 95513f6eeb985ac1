//! How far the records of a model have been learned from, and what was learned then.

use sqlx::AssertSqlSafe;

use crate::store::connection::Store;
use crate::store::error::{StoreError, failed_to};
use crate::store::model_table::table_of;

/// How far the records of a model have been learned from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveState {
    pub looked_to: i64,
    pub learned_to: i64,
    pub records: i64,
    pub expects: String,
    /// What was learned, as bytes that only the learner understands; `None` from an earlier version.
    pub knowledge: Option<Vec<u8>>,
}

/// What has come since records were looked at and learned from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewRecords {
    /// The newest one.
    pub newest: i64,
    pub unseen: i64,
    pub unlearned: i64,
}

impl Store {
    /// Returns how far a model's records have been learned from, if ever.
    pub async fn archive_state(&self, model: &str) -> Result<Option<ArchiveState>, StoreError> {
        self.retrying(|| self.archive_state_once(model)).await
    }

    async fn archive_state_once(&self, model: &str) -> Result<Option<ArchiveState>, StoreError> {
        type Row = (i64, i64, i64, String, Option<Vec<u8>>);
        let row: Option<Row> = sqlx::query_as(
            "select looked_to, learned_to, records, expects, knowledge from scanlift.archive_state where model = $1",
        )
        .bind(model)
        .fetch_optional(&self.pool)
        .await
        .map_err(failed_to("ask how far the archive has learned"))?;
        Ok(row.map(|(looked_to, learned_to, records, expects, knowledge)| ArchiveState {
            looked_to,
            learned_to,
            records,
            expects,
            knowledge,
        }))
    }

    /// Notes how far a model's records have been learned from.
    pub async fn put_archive_state(
        &self,
        model: &str,
        state: &ArchiveState,
    ) -> Result<(), StoreError> {
        self.retrying(|| self.put_archive_state_once(model, state)).await
    }

    async fn put_archive_state_once(
        &self,
        model: &str,
        state: &ArchiveState,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "insert into scanlift.archive_state (model, looked_to, learned_to, records, expects, knowledge)
             values ($1, $2, $3, $4, $5, $6)
             on conflict (model) do update set looked_to = excluded.looked_to, learned_to = excluded.learned_to,
                 records = excluded.records, expects = excluded.expects, knowledge = excluded.knowledge",
        )
        .bind(model)
        .bind(state.looked_to)
        .bind(state.learned_to)
        .bind(state.records)
        .bind(&state.expects)
        .bind(&state.knowledge)
        .execute(&self.pool)
        .await
        .map(|_| ())
        .map_err(failed_to("note how far the archive has learned"))
    }

    /// Notes that a model's records up to this one have been looked at; what was learned of them stays.
    pub async fn note_looked_to(&self, model: &str, record_id: i64) -> Result<(), StoreError> {
        self.retrying(|| self.note_looked_to_once(model, record_id)).await
    }

    async fn note_looked_to_once(&self, model: &str, record_id: i64) -> Result<(), StoreError> {
        sqlx::query("update scanlift.archive_state set looked_to = $2 where model = $1")
            .bind(model)
            .bind(record_id)
            .execute(&self.pool)
            .await
            .map(|_| ())
            .map_err(failed_to("note how far the archive has learned"))
    }

    /// Forgets how far a model's records have been learned from: until it is noted again they are of no one state.
    pub async fn forget_archive_state(&self, model: &str) -> Result<(), StoreError> {
        self.retrying(|| self.forget_archive_state_once(model)).await
    }

    async fn forget_archive_state_once(&self, model: &str) -> Result<(), StoreError> {
        sqlx::query("delete from scanlift.archive_state where model = $1")
            .bind(model)
            .execute(&self.pool)
            .await
            .map(|_| ())
            .map_err(failed_to("note how far the archive has learned"))
    }

    /// Counts the records of a model behind one that was looked at, and behind an earlier one that was learned from.
    pub async fn new_records(
        &self,
        model: &str,
        looked_to: i64,
        learned_to: i64,
    ) -> Result<NewRecords, StoreError> {
        self.retrying(|| self.new_records_once(model, looked_to, learned_to)).await
    }

    async fn new_records_once(
        &self,
        model: &str,
        looked_to: i64,
        learned_to: i64,
    ) -> Result<NewRecords, StoreError> {
        let sql = format!(
            "select coalesce(max(record_id), 0), count(*) filter (where record_id > $1),
                    count(*) filter (where record_id > $2)
             from {} where record_id > least($1, $2)",
            table_of(model)
        );
        let (newest, unseen, unlearned): (i64, i64, i64) = sqlx::query_as(AssertSqlSafe(sql))
            .bind(looked_to)
            .bind(learned_to)
            .fetch_one(&self.pool)
            .await
            .map_err(failed_to("count records"))?;
        Ok(NewRecords { newest: newest.max(looked_to), unseen, unlearned })
    }

    /// Counts the records of a model up to one.
    pub async fn records_up_to(&self, model: &str, record_id: i64) -> Result<i64, StoreError> {
        self.retrying(|| self.records_up_to_once(model, record_id)).await
    }

    async fn records_up_to_once(&self, model: &str, record_id: i64) -> Result<i64, StoreError> {
        let sql = format!("select count(*) from {} where record_id <= $1", table_of(model));
        sqlx::query_scalar(AssertSqlSafe(sql))
            .bind(record_id)
            .fetch_one(&self.pool)
            .await
            .map_err(failed_to("count records"))
    }
}
