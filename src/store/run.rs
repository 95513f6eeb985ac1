//! Runs, and the lock that keeps two of them from writing at once.
//!
//! The lock is a Postgres advisory lock that belongs to the connection the run writes with: when that connection is
//! lost, so is the lock, and whoever has it again knows that the old connection's last transaction has ended.

use std::fs;
use std::time::Duration;

use sqlx::{Connection, PgConnection, Row};
use tokio::time::{Instant, sleep};

use crate::document::RunId;

use super::connection::Store;
use super::error::{StoreError, failed_to};

/// Key of the write lock: the letters `scanlift` as a number.
const WRITE_LOCK: i64 = 0x7363_616e_6c69_6674;

/// How long a new run waits for the lock of one that may just have been killed.
const LOCK_PATIENCE: Duration = Duration::from_secs(2);
const LOCK_POLL: Duration = Duration::from_millis(200);

/// A run that may write. Holds the database's write lock until it is finished or dropped.
#[derive(Debug)]
pub struct Run {
    /// Its key in the ledger.
    pub id: RunId,
    /// `None` after the connection was lost, until the writer has a new one.
    pub(super) connection: Option<PgConnection>,
    /// Number of the last batch that was committed.
    pub(super) last_batch: i64,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunEnd {
    Finished,
    /// By Ctrl-C.
    Interrupted,
    Failed,
}

impl RunEnd {
    fn as_str(self) -> &'static str {
        match self {
            Self::Finished => "finished",
            Self::Interrupted => "interrupted",
            Self::Failed => "failed",
        }
    }
}

impl Store {
    /// Takes the write lock and notes a new run. `command` is the verb, such as `ingest`. Errors with
    /// [`StoreError::Busy`] if another scanlift is writing.
    pub async fn start_run(
        &self,
        command: &str,
        settings: &serde_json::Value,
    ) -> Result<Run, StoreError> {
        let mut connection = self.patiently_locked_connection().await?;
        let run_id: i64 = sqlx::query_scalar(
            "insert into scanlift.run (command, settings, program_version, process_id, host)
             values ($1, $2::text::jsonb, $3, $4, $5) returning run_id",
        )
        .bind(command)
        .bind(settings.to_string())
        .bind(env!("CARGO_PKG_VERSION"))
        .bind(std::process::id().cast_signed())
        .bind(host())
        .fetch_one(&mut connection)
        .await
        .map_err(failed_to("note the run"))?;
        Ok(Run { id: RunId(run_id), connection: Some(connection), last_batch: 0 })
    }

    /// Notes the end and the summary of a run and gives the write lock back.
    pub async fn finish_run(
        &self,
        run: Run,
        end: RunEnd,
        summary: &serde_json::Value,
    ) -> Result<(), StoreError> {
        self.retrying(|| self.note_end(run.id, end, summary)).await?;
        match run.connection {
            Some(connection) => {
                connection.close().await.map_err(failed_to("close the run's connection"))
            }
            None => Ok(()),
        }
    }

    async fn note_end(
        &self,
        run: RunId,
        end: RunEnd,
        summary: &serde_json::Value,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "update scanlift.run set ended_at = now(), ended_as = $2, summary = $3::text::jsonb where run_id = $1",
        )
        .bind(run.0)
        .bind(end.as_str())
        .bind(summary.to_string())
        .execute(&self.pool)
        .await
        .map(|_| ())
        .map_err(failed_to("note the end of the run"))
    }

    /// Takes the write lock. The server may need a moment to notice that its former holder was killed.
    async fn patiently_locked_connection(&self) -> Result<PgConnection, StoreError> {
        let since = Instant::now();
        loop {
            match self.locked_connection().await {
                Err(StoreError::Busy { .. }) if since.elapsed() < LOCK_PATIENCE => {
                    sleep(LOCK_POLL).await;
                }
                settled => return settled,
            }
        }
    }

    /// Opens a connection that holds the write lock. Errors with [`StoreError::Busy`] if another one has it.
    pub(super) async fn locked_connection(&self) -> Result<PgConnection, StoreError> {
        let mut connection = self.dedicated_connection().await?;
        let locked: bool = sqlx::query_scalar("select pg_try_advisory_lock($1)")
            .bind(WRITE_LOCK)
            .fetch_one(&mut connection)
            .await
            .map_err(failed_to("take the write lock"))?;
        if locked {
            return Ok(connection);
        }
        Err(StoreError::Busy { holder: lock_holder(&mut connection).await? })
    }
}

/// Describes the run that holds the lock: the newest one that has not ended.
async fn lock_holder(connection: &mut PgConnection) -> Result<String, StoreError> {
    let row = sqlx::query(
        "select process_id, host, to_char(started_at, 'YYYY-MM-DD HH24:MI:SS') || ' UTC' as since
         from scanlift.run where ended_at is null order by run_id desc limit 1",
    )
    .fetch_optional(connection)
    .await
    .map_err(failed_to("ask who is writing"))?;
    let Some(row) = row else { return Ok("just starting".to_owned()) };
    let read = || -> Result<(i32, String, String), sqlx::Error> {
        Ok((row.try_get("process_id")?, row.try_get("host")?, row.try_get("since")?))
    };
    let (process, host, since) = read().map_err(failed_to("ask who is writing"))?;
    Ok(format!("process {process}, host {host}, since {since}"))
}

fn host() -> String {
    fs::read_to_string("/proc/sys/kernel/hostname")
        .map_or_else(|_| "unknown".to_owned(), |name| name.trim().to_owned())
}
