//! Work that would hold up an async task.

use super::error::ExportError;

pub(super) async fn on_blocking_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ExportError> + Send + 'static,
) -> Result<T, ExportError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|stopped| ExportError::Stopped(stopped.to_string()))?
}
