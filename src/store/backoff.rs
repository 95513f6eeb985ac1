//! Outliving trouble that passes: the same step again, with growing pauses, until patience ends.
//!
//! Every step that the store takes in the database goes through `Store::retrying`, and is written so that doing it
//! twice is doing it once: a question is asked again; a change finds out first whether an earlier try, whose connection
//! was lost during the commit, has made it. `tests/tidy.rs` knows what a step looks like. Two things lose more than a
//! step can start over with: the writer's batches (`writer/retry.rs`) and streams of rows (`rows.rs`); both pause here
//! as well.

use std::time::Duration;

use sqlx::migrate::MigrateError;
use tokio::time::{Instant, sleep};

use super::error::{ClusterError, StoreError, Trouble, trouble};

/// How long a lost connection or a full disk is borne.
pub(super) const PATIENCE: Duration = Duration::from_secs(300);

/// How long to wait at first contact for a server that is not there: its address may be wrong.
const FIRST_PATIENCE: Duration = Duration::from_secs(10);

/// Short: a connection that was cut is often made anew at once.
const FIRST_PAUSE: Duration = Duration::from_millis(25);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// Growing pauses between tries, until time is up.
#[derive(Debug)]
pub(super) struct Backoff {
    since: Instant,
    patience: Duration,
    pause: Duration,
    first_contact: bool,
}

impl Backoff {
    pub(super) fn new(patience: Duration) -> Self {
        Self { since: Instant::now(), patience, pause: FIRST_PAUSE, first_contact: false }
    }

    /// Before the server has answered once: one that is not there may have a wrong address.
    pub(super) fn at_first_contact() -> Self {
        Self { first_contact: true, ..Self::new(PATIENCE) }
    }

    /// Waits if trying again may help; gives the error back if not, or if time is up.
    pub(super) async fn pause(&mut self, error: StoreError) -> Result<(), StoreError> {
        let waited = self.since.elapsed();
        let hopeless = self.first_contact && is_absent(&error) && waited > FIRST_PATIENCE;
        if !is_passing(&error) || hopeless {
            return Err(error);
        }
        if waited + self.pause > self.patience {
            return Err(StoreError::GaveUp { waited, cause: Box::new(error) });
        }
        let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        tracing::warn!(waited_s = waited.as_secs(), cause, "{error}; trying again");
        sleep(self.pause).await;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        Ok(())
    }
}

fn is_passing(error: &StoreError) -> bool {
    match error {
        StoreError::Query { cause, .. } | StoreError::Connect { cause, .. } => {
            trouble(cause) == Trouble::Passing
        }
        StoreError::Migrate(cause) => match &**cause {
            MigrateError::Execute(cause) | MigrateError::ExecuteMigration(cause, _) => {
                trouble(cause) == Trouble::Passing
            }
            _ => false,
        },
        // Our own old connection may still hold the lock until the server notices that it is gone; somebody else may
        // be starting or stopping the server just now.
        StoreError::Busy { .. } | StoreError::Cluster(ClusterError::Command { .. }) => true,
        _ => false,
    }
}

/// True if no server has answered at all.
fn is_absent(error: &StoreError) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionReset, UnexpectedEof};
    let StoreError::Connect { cause: sqlx::Error::Io(cause), .. } = error else { return false };
    !matches!(cause.kind(), ConnectionAborted | ConnectionReset | UnexpectedEof)
}
