//! Runs, and the lock that keeps two of them from writing at once.
//!
//! The lock is a Postgres advisory lock that belongs to the connection the run writes with: when that connection is
//! lost, so is the lock, and whoever has it again knows that the old connection's last transaction has ended.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use sqlx::{Connection, PgConnection, Row};
use tokio::time::{Instant, sleep};

use crate::document::{RunId, words};

use super::backoff::PATIENCE;
use super::connection::Store;
use super::error::{StoreError, failed_to};

/// Key of the write lock: the letters `scanlift` as a number.
const WRITE_LOCK: i64 = 0x7363_616e_6c69_6674;

/// How long a new run waits for the lock of one that may be about to end. One that is known to have ended is waited for
/// as long as for a lost connection.
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

words!(RunEnd { Finished => "finished", Interrupted => "interrupted", Failed => "failed" });

impl Store {
    /// Takes the write lock and notes a new run. `command` is the verb, such as `ingest`. Errors with
    /// [`StoreError::Busy`] if another scanlift is writing.
    pub async fn start_run(
        &self,
        command: &str,
        settings: &serde_json::Value,
    ) -> Result<Run, StoreError> {
        let number = OnceLock::new();
        self.retrying(|| async {
            match self.start_run_once(&number, command, settings).await {
                // The lock of another process is none to wait for; of our own lost connection it is.
                Err(error @ StoreError::Busy { .. }) if number.get().is_none() => Ok(Err(error)),
                started => started.map(Ok),
            }
        })
        .await?
    }

    /// Notes the run under the number that its first try got, so that noting it twice is noting it once.
    async fn start_run_once(
        &self,
        number: &OnceLock<i64>,
        command: &str,
        settings: &serde_json::Value,
    ) -> Result<Run, StoreError> {
        let mut connection = self.patiently_locked_connection().await?;
        let run_id = if let Some(number) = number.get() {
            *number
        } else {
            let taken = next_run_id(&mut connection).await?;
            *number.get_or_init(|| taken)
        };
        sqlx::query(
            "insert into scanlift.run (run_id, command, settings, program_version, process_id, host)
             overriding system value
             values ($1, $2, $3::text::jsonb, $4, $5, $6) on conflict (run_id) do nothing",
        )
        .bind(run_id)
        .bind(command)
        .bind(settings.to_string())
        .bind(env!("CARGO_PKG_VERSION"))
        .bind(std::process::id().cast_signed())
        .bind(host())
        .execute(&mut connection)
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
        self.retrying(|| self.note_end_once(run.id, end, summary)).await?;
        if let Some(connection) = run.connection
            && let Err(error) = connection.close().await
        {
            // A connection that is gone has given the lock back as well.
            tracing::debug!(%error, "the run's connection was lost before it was closed");
        }
        Ok(())
    }

    async fn note_end_once(
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

    /// Takes the write lock. The server may need a moment to notice that its former holder has ended, and on a busy
    /// machine a long one.
    async fn patiently_locked_connection(&self) -> Result<PgConnection, StoreError> {
        let since = Instant::now();
        loop {
            let holder = match self.try_lock().await? {
                Lock::Ours(connection) => return Ok(connection),
                Lock::Taken(holder) => holder,
            };
            let gone = holder.as_ref().is_some_and(Holder::has_ended);
            if since.elapsed() >= if gone { PATIENCE } else { LOCK_PATIENCE } {
                return Err(busy(holder.as_ref()));
            }
            sleep(LOCK_POLL).await;
        }
    }

    /// Opens a connection that holds the write lock. Errors with [`StoreError::Busy`] if another one has it.
    pub(super) async fn locked_connection(&self) -> Result<PgConnection, StoreError> {
        match self.try_lock().await? {
            Lock::Ours(connection) => Ok(connection),
            Lock::Taken(holder) => Err(busy(holder.as_ref())),
        }
    }

    async fn try_lock(&self) -> Result<Lock, StoreError> {
        let mut connection = self.dedicated_connection().await?;
        let locked: bool = sqlx::query_scalar("select pg_try_advisory_lock($1)")
            .bind(WRITE_LOCK)
            .fetch_one(&mut connection)
            .await
            .map_err(failed_to("take the write lock"))?;
        if locked {
            return Ok(Lock::Ours(connection));
        }
        Ok(Lock::Taken(lock_holder(&mut connection).await?))
    }
}

/// The write lock, or who has it.
enum Lock {
    Ours(PgConnection),
    /// `None`: a run that is just starting.
    Taken(Option<Holder>),
}

/// The process of a run that holds the write lock.
struct Holder {
    process: i32,
    host: String,
    since: String,
}

impl Holder {
    /// True if it ran on this machine and is there no more: only the server does not know yet.
    fn has_ended(&self) -> bool {
        self.host == host() && !Path::new(&format!("/proc/{}", self.process)).exists()
    }
}

fn busy(holder: Option<&Holder>) -> StoreError {
    let holder = holder.map_or_else(
        || "just starting".to_owned(),
        |Holder { process, host, since }| format!("process {process}, host {host}, since {since}"),
    );
    StoreError::Busy { holder }
}

async fn next_run_id(connection: &mut PgConnection) -> Result<i64, StoreError> {
    sqlx::query_scalar("select nextval(pg_get_serial_sequence('scanlift.run', 'run_id'))")
        .fetch_one(connection)
        .await
        .map_err(failed_to("number the run"))
}

/// Finds the run that holds the lock: the newest one that has not ended.
async fn lock_holder(connection: &mut PgConnection) -> Result<Option<Holder>, StoreError> {
    let row = sqlx::query(
        "select process_id, host, to_char(started_at, 'YYYY-MM-DD HH24:MI:SS') || ' UTC' as since
         from scanlift.run where ended_at is null order by run_id desc limit 1",
    )
    .fetch_optional(connection)
    .await
    .map_err(failed_to("ask who is writing"))?;
    let Some(row) = row else { return Ok(None) };
    let read = || -> Result<Holder, sqlx::Error> {
        Ok(Holder {
            process: row.try_get("process_id")?,
            host: row.try_get("host")?,
            since: row.try_get("since")?,
        })
    };
    read().map(Some).map_err(failed_to("ask who is writing"))
}

fn host() -> String {
    fs::read_to_string("/proc/sys/kernel/hostname")
        .map_or_else(|_| "unknown".to_owned(), |name| name.trim().to_owned())
}
