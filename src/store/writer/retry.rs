//! Outliving a lost connection: the same batch again, with growing pauses, never twice.
//!
//! A connection that is lost during `commit` leaves it open whether the commit took place. Each batch therefore
//! writes its number into its run's row in the same transaction. The new connection takes the write lock first, which
//! it gets only when the old one's last transaction has ended, and then reads the number: no guess is left.

use std::time::Duration;

use sqlx::{Connection, PgConnection};
use tokio::time::timeout;

use crate::store::backoff::Backoff;
use crate::store::connection::Store;
use crate::store::error::{StoreError, failed_to};
use crate::store::run::Run;

use super::batch::BatchContext;
use super::commit_summary::CommitSummary;
use super::job::{self, Job};
use super::refusal::{BatchError, Refusal};

/// A batch is 16 MiB at most; a server that takes longer than this for it is as good as gone.
const BATCH_TIMEOUT: Duration = Duration::from_secs(300);

/// Commits a job once, on as many connections as it takes. The inner error is a refused row.
pub(super) async fn commit(
    store: &Store,
    run: &mut Run,
    context: &BatchContext<'_>,
    job: Job<'_>,
    patience: Duration,
) -> Result<Result<CommitSummary, Refusal>, StoreError> {
    let number = run.last_batch + 1;
    let mut backoff = Backoff::new(patience);
    // What a try would have committed, known from just before its commit on.
    let mut unsure: Option<CommitSummary> = None;
    loop {
        let mut connection = match connection_of(store, run).await {
            Ok(connection) => connection,
            Err(error) => {
                backoff.pause(error).await?;
                continue;
            }
        };
        if let Some(summary) = unsure.take() {
            match last_batch(&mut connection, run).await {
                Ok(last) if last >= number => {
                    run.connection = Some(connection);
                    run.last_batch = number;
                    return Ok(Ok(summary));
                }
                Ok(_) => {}
                Err(cause) => {
                    unsure = Some(summary);
                    backoff
                        .pause(StoreError::Query { what: "read the run's last batch", cause })
                        .await?;
                    continue;
                }
            }
        }
        let tried =
            timeout(BATCH_TIMEOUT, attempt(&mut connection, context, job, number, &mut unsure))
                .await;
        let error = match tried {
            Ok(Ok(summary)) => {
                run.connection = Some(connection);
                run.last_batch = number;
                return Ok(Ok(summary));
            }
            Ok(Err(BatchError::Row(refusal))) => {
                run.connection = Some(connection);
                return Ok(Err(refusal));
            }
            Ok(Err(BatchError::Database(cause))) => cause,
            Err(_) => sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()),
        };
        drop(connection);
        backoff.pause(failed_to("write a batch")(error)).await?;
    }
}

/// Takes the run's connection, or a new one that holds the write lock.
async fn connection_of(store: &Store, run: &mut Run) -> Result<PgConnection, StoreError> {
    match run.connection.take() {
        Some(connection) => Ok(connection),
        None => store.locked_connection().await,
    }
}

async fn last_batch(connection: &mut PgConnection, run: &Run) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("select last_batch from scanlift.run where run_id = $1")
        .bind(run.id.0)
        .fetch_one(connection)
        .await
}

async fn attempt(
    connection: &mut PgConnection,
    context: &BatchContext<'_>,
    job: Job<'_>,
    number: i64,
    unsure: &mut Option<CommitSummary>,
) -> Result<CommitSummary, BatchError> {
    let mut transaction = connection.begin().await?;
    match write(&mut transaction, context, job, number).await {
        Ok(summary) => {
            *unsure = Some(summary.clone());
            transaction.commit().await?;
            *unsure = None;
            Ok(summary)
        }
        Err(BatchError::Row(refusal)) => {
            transaction.rollback().await?;
            Err(BatchError::Row(refusal))
        }
        // The connection is dropped with the transaction.
        Err(BatchError::Database(cause)) => Err(BatchError::Database(cause)),
    }
}

async fn write(
    transaction: &mut PgConnection,
    context: &BatchContext<'_>,
    job: Job<'_>,
    number: i64,
) -> Result<CommitSummary, BatchError> {
    sqlx::query("update scanlift.run set last_batch = $2 where run_id = $1")
        .bind(context.run.0)
        .bind(number)
        .execute(&mut *transaction)
        .await?;
    job::write(transaction, context, job).await
}
