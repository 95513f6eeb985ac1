//! How records of documents are made, away from the runtime.

use std::sync::Arc;

use crate::document::TypedRecord;
use crate::store::error::StoreError;
use crate::store::pages::DocumentPages;

/// Makes the records of document scope from a document's pages. Pure; runs on a blocking thread.
pub type MakeDocumentRecords = Arc<dyn Fn(DocumentPages) -> Vec<TypedRecord> + Send + Sync>;

/// Runs work that keeps a processor busy where it does not hold up the runtime. Its panic is an error of the run.
pub(super) async fn on_blocking_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|stopped| StoreError::MakeRecords(stopped.to_string()))
}
