//! The typed tables of models: planning, applying and undoing their changes.
//!
//! A plan never drops a column and never changes a type in a way that could lose a value. Its inverse is recorded
//! with it, so that the newest change of a table can be undone. `names` what things are called · `present` what there is ·
//! `plan` what is missing.

mod names;
mod plan;
mod present;

use sqlx::{AssertSqlSafe, PgConnection};

use self::plan::plan;
use self::present::present_table;
use super::connection::Store;
use super::error::{StoreError, failed_to};
use crate::model::RecordModel;

pub(super) use self::names::{NEXT_RECORDS, OWN_COLUMNS, RECORDS, table_of};
pub use self::plan::TablePlan;
pub(super) use self::present::column_types;

/// Key of the lock on changes of the models' tables: the letters `scanlmod` as a number.
const CHANGE_LOCK: i64 = 0x7363_616e_6c6d_6f64;

impl Store {
    /// Plans the table of each model: making it, adding columns and indexes, widening types (bigint → numeric → text,
    /// and any change of a column without values). Errors if a model no longer fits its table.
    pub async fn plan_models(&self, models: &[RecordModel]) -> Result<Vec<TablePlan>, StoreError> {
        self.retrying(|| self.plan_models_once(models)).await
    }

    async fn plan_models_once(&self, models: &[RecordModel]) -> Result<Vec<TablePlan>, StoreError> {
        let mut connection =
            self.pool.acquire().await.map_err(failed_to("look at the models' tables"))?;
        let mut plans = Vec::with_capacity(models.len());
        for model in models {
            let present = present_table(&mut connection, model)
                .await
                .map_err(failed_to("look at the models' tables"))?;
            plans.push(plan(model, present.as_ref())?);
        }
        Ok(plans)
    }

    /// Applies plans, all or none, and records each with its inverse, and the text of each model that has changed.
    pub async fn apply_models(&self, plans: &[TablePlan]) -> Result<(), StoreError> {
        let numbers = self.retrying(|| self.change_numbers_once(plans.len())).await?;
        self.retrying(|| self.apply_models_once(plans, &numbers)).await
    }

    /// Takes a number for each of so many changes.
    async fn change_numbers_once(&self, count: usize) -> Result<Vec<i64>, StoreError> {
        sqlx::query_scalar(
            "select nextval(pg_get_serial_sequence('scanlift.record_model', 'record_model_id'))
             from generate_series(1, $1)",
        )
        .bind(i64::try_from(count).unwrap_or(i64::MAX))
        .fetch_all(&self.pool)
        .await
        .map_err(failed_to("number the changes of the models' tables"))
    }

    /// Applies plans and records them under these numbers, unless they stand there already.
    async fn apply_models_once(
        &self,
        plans: &[TablePlan],
        numbers: &[i64],
    ) -> Result<(), StoreError> {
        let error = || failed_to("change the models' tables");
        let mut transaction = self.pool.begin().await.map_err(error())?;
        take_turn(&mut transaction).await.map_err(error())?;
        let applied: bool = sqlx::query_scalar(
            "select exists (select from scanlift.record_model where record_model_id = any($1))",
        )
        .bind(numbers)
        .fetch_one(&mut *transaction)
        .await
        .map_err(error())?;
        if applied {
            return Ok(());
        }
        for (plan, number) in plans.iter().zip(numbers) {
            let hash = blake3::hash(plan.toml.as_bytes()).as_bytes().to_vec();
            if plan.is_empty()
                && newest_hash(&mut transaction, &plan.model).await.map_err(error())?.as_ref()
                    == Some(&hash)
            {
                continue;
            }
            run_statements(&mut transaction, &plan.statements).await.map_err(error())?;
            sqlx::query(
                "insert into scanlift.record_model
                     (name, version, toml, hash, statements, inverse_statements, record_model_id)
                 overriding system value values ($1, $2, $3, $4, $5, $6, $7)",
            )
            .bind(&plan.model)
            .bind(i64::from(plan.version))
            .bind(plan.toml.replace('\0', ""))
            .bind(hash)
            .bind(&plan.statements)
            .bind(&plan.inverse)
            .bind(number)
            .execute(&mut *transaction)
            .await
            .map_err(error())?;
        }
        transaction.commit().await.map_err(error())
    }

    /// Undoes the newest change of a model's table that is not undone yet. Returns the statements that were run.
    /// Columns (or the table) that the change made go with their values: the caller asks first.
    pub async fn rollback_model(&self, model: &str) -> Result<Vec<String>, StoreError> {
        let Some((record_model_id, inverse)) =
            self.retrying(|| self.newest_change_once(model)).await?
        else {
            return Err(StoreError::NothingToUndo(model.to_owned()));
        };
        let statements: Vec<String> = inverse.into_iter().rev().collect();
        self.retrying(|| self.rollback_model_once(model, record_model_id, &statements)).await?;
        Ok(statements)
    }

    /// Finds the newest change of a model's table that is not undone: its number and its inverse statements.
    async fn newest_change_once(
        &self,
        model: &str,
    ) -> Result<Option<(i64, Vec<String>)>, StoreError> {
        sqlx::query_as(
            "select record_model_id, inverse_statements from scanlift.record_model
             where name = $1 and rolled_back_at is null and cardinality(statements) > 0
             order by record_model_id desc limit 1",
        )
        .bind(model)
        .fetch_optional(&self.pool)
        .await
        .map_err(failed_to("look for the newest change of a model's table"))
    }

    /// Undoes a change, unless it is undone already.
    async fn rollback_model_once(
        &self,
        model: &str,
        record_model_id: i64,
        statements: &[String],
    ) -> Result<(), StoreError> {
        let error = || failed_to("undo the change of a model's table");
        let mut transaction = self.pool.begin().await.map_err(error())?;
        take_turn(&mut transaction).await.map_err(error())?;
        let undone: bool = sqlx::query_scalar(
            "select rolled_back_at is not null from scanlift.record_model where record_model_id = $1",
        )
        .bind(record_model_id)
        .fetch_one(&mut *transaction)
        .await
        .map_err(error())?;
        if undone {
            return Ok(());
        }
        run_statements(&mut transaction, statements).await.map_err(error())?;
        // Texts that were recorded since then go with it: they are of a model that needs the change.
        sqlx::query(
            "update scanlift.record_model set rolled_back_at = now()
             where name = $1 and record_model_id >= $2 and rolled_back_at is null",
        )
        .bind(model)
        .bind(record_model_id)
        .execute(&mut *transaction)
        .await
        .map_err(error())?;
        transaction.commit().await.map_err(error())
    }
}

/// Waits until no other transaction changes the models' tables. One whose connection was lost has ended then, so that
/// what it committed can be seen.
async fn take_turn(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query("select pg_advisory_xact_lock($1)")
        .bind(CHANGE_LOCK)
        .execute(connection)
        .await
        .map(|_| ())
}

async fn run_statements(
    connection: &mut PgConnection,
    statements: &[String],
) -> Result<(), sqlx::Error> {
    for statement in statements {
        sqlx::raw_sql(AssertSqlSafe(statement.clone())).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Returns the hash of a model's text as it was last recorded.
async fn newest_hash(
    connection: &mut PgConnection,
    model: &str,
) -> Result<Option<Vec<u8>>, sqlx::Error> {
    sqlx::query_scalar(
        "select hash from scanlift.record_model where name = $1 and rolled_back_at is null
         order by record_model_id desc limit 1",
    )
    .bind(model)
    .fetch_optional(connection)
    .await
}
