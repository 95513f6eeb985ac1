//! Steps in the database that outlive a lost connection: see `backoff`.

use std::time::Duration;

use super::backoff::{Backoff, PATIENCE};
use super::connection::Store;
use super::error::StoreError;

impl Store {
    /// Takes a step that may be done twice, again and again while the trouble may pass.
    pub(super) async fn retrying<T, Work, Done>(&self, work: Work) -> Result<T, StoreError>
    where
        Work: FnMut() -> Done,
        Done: Future<Output = Result<T, StoreError>>,
    {
        self.retrying_for(PATIENCE, work).await
    }

    /// Does the same with a patience of the caller's.
    pub(super) async fn retrying_for<T, Work, Done>(
        &self,
        patience: Duration,
        mut work: Work,
    ) -> Result<T, StoreError>
    where
        Work: FnMut() -> Done,
        Done: Future<Output = Result<T, StoreError>>,
    {
        let mut backoff = Backoff::new(patience);
        loop {
            match work().await {
                Ok(done) => return Ok(done),
                Err(error) => self.pause(&mut backoff, error).await?,
            }
        }
    }

    /// Waits if trying again may help, and starts a private server again that died.
    pub(super) async fn pause(
        &self,
        backoff: &mut Backoff,
        error: StoreError,
    ) -> Result<(), StoreError> {
        backoff.pause(error).await?;
        while let Err(error) = self.revive().await {
            backoff.pause(error).await?;
        }
        Ok(())
    }
}
