//! Work that keeps a processor busy, beside the runtime. The writer packs events with it, `endings` makes records.

use crate::store::error::StoreError;

/// Runs work that keeps a processor busy where it does not hold up the runtime. Its panic is an error of the run.
pub(super) async fn on_blocking_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|stopped| StoreError::MakeRecords(stopped.to_string()))
}
