//! What one transaction of the writer does.

use sqlx::PgConnection;

use super::batch::{BatchContext, write_events};
use super::commit_summary::CommitSummary;
use super::pack::PackedEvent;
use super::refusal::{BatchError, Refusal};
use super::refused;

/// What one transaction does.
#[derive(Debug, Clone, Copy)]
pub(super) enum Job<'a> {
    /// Writes events; each page and each document's records at most once.
    Events(&'a [PackedEvent]),
    /// Writes one event of which the database refuses a row.
    Refused(&'a PackedEvent, &'a Refusal),
    /// Notes only the refused row.
    RejectOnly(&'a PackedEvent, &'a Refusal),
}

/// Does a job within a transaction.
pub(super) async fn write(
    connection: &mut PgConnection,
    context: &BatchContext<'_>,
    job: Job<'_>,
) -> Result<CommitSummary, BatchError> {
    match job {
        Job::Events(events) => write_events(connection, context, events).await,
        Job::Refused(event, refusal) => {
            refused::write_refused(connection, context, event, refusal).await
        }
        Job::RejectOnly(event, refusal) => {
            refused::write_reject_only(connection, context, event, refusal).await
        }
    }
}
