//! Small questions of the tools for people who write models: which document holds these bytes, what a
//! document's files are called, and what a model's text was when it was last used.

use std::path::PathBuf;

use super::connection::Store;
use super::error::{StoreError, failed_to};
use super::pages::{DocumentPages, PackedDocument, packed_documents_of};
use super::storable::StoredPath;
use crate::document::{DocumentHash, DocumentId};

impl Store {
    /// Reads the stored words of the document with these bytes; `None` if it is unknown or has none.
    pub async fn pages_of_hash(
        &self,
        hash: DocumentHash,
    ) -> Result<Option<DocumentPages>, StoreError> {
        let packed = self.retrying(|| self.packed_of_hash_once(hash)).await?;
        let pages = packed.first().map(PackedDocument::unpack).transpose()?;
        Ok(pages.filter(|document| !document.pages.is_empty()))
    }

    async fn packed_of_hash_once(
        &self,
        hash: DocumentHash,
    ) -> Result<Vec<PackedDocument>, StoreError> {
        let error = || failed_to("look up a document");
        let found: Option<i64> =
            sqlx::query_scalar("select document_id from scanlift.document where hash = $1")
                .bind(hash.0.to_vec())
                .fetch_optional(&self.pool)
                .await
                .map_err(error())?;
        let Some(document) = found else { return Ok(Vec::new()) };
        packed_documents_of(&self.pool, &[document]).await.map_err(error())
    }

    /// Returns the path of a document's own file; `None` if all of its files hold other content now.
    pub async fn path_of(&self, document: DocumentId) -> Result<Option<PathBuf>, StoreError> {
        self.retrying(|| self.path_of_once(document)).await
    }

    async fn path_of_once(&self, document: DocumentId) -> Result<Option<PathBuf>, StoreError> {
        let found: Option<(String, Option<Vec<u8>>)> = sqlx::query_as(
            "select path, path_bytes from scanlift.source_file where document_id = $1
             order by status, path limit 1",
        )
        .bind(document.0)
        .fetch_optional(&self.pool)
        .await
        .map_err(failed_to("look up a file"))?;
        Ok(found.map(|(text, bytes)| StoredPath::restore(text, bytes)))
    }

    /// Returns the TOML text of a model as it was when its table was last fitted to it; `None` if it never was.
    pub async fn recorded_model(&self, name: &str) -> Result<Option<String>, StoreError> {
        self.retrying(|| self.recorded_model_once(name)).await
    }

    async fn recorded_model_once(&self, name: &str) -> Result<Option<String>, StoreError> {
        sqlx::query_scalar(
            "select toml from scanlift.record_model where name = $1 and rolled_back_at is null
             order by record_model_id desc limit 1",
        )
        .bind(name)
        .fetch_optional(&self.pool)
        .await
        .map_err(failed_to("look up a model"))
    }
}
