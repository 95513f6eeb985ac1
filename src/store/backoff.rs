//! Outliving trouble that passes: the same work again, with growing pauses, until patience ends.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::connection::Store;
use super::error::{StoreError, Trouble, trouble};

/// How long a lost connection or a full disk is borne.
pub(super) const PATIENCE: Duration = Duration::from_secs(300);

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// Growing pauses between tries, until time is up.
#[derive(Debug)]
pub(super) struct Backoff {
    since: Instant,
    patience: Duration,
    pause: Duration,
}

impl Backoff {
    pub(super) fn new(patience: Duration) -> Self {
        Self { since: Instant::now(), patience, pause: FIRST_PAUSE }
    }

    /// Waits if trying again may help; gives the error back if not, or if time is up.
    pub(super) async fn pause(&mut self, error: StoreError) -> Result<(), StoreError> {
        if !is_passing(&error) {
            return Err(error);
        }
        let waited = self.since.elapsed();
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
        // Our own old connection may still hold the lock until the server notices that it is gone.
        StoreError::Busy { .. } => true,
        _ => false,
    }
}

impl Store {
    /// Does work that may be done twice, again and again while the trouble may pass.
    pub(super) async fn retrying<T, Work, Done>(&self, mut work: Work) -> Result<T, StoreError>
    where
        Work: FnMut() -> Done,
        Done: Future<Output = Result<T, StoreError>>,
    {
        let mut backoff = Backoff::new(PATIENCE);
        loop {
            match work().await {
                Ok(done) => return Ok(done),
                Err(error) => backoff.pause(error).await?,
            }
            self.revive().await?;
        }
    }
}
