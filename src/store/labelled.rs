//! What evaluation and learning read: the documents of files that are known by name, with their
//! records and their words.

use std::collections::BTreeMap;
use std::path::PathBuf;

use sqlx::AssertSqlSafe;

use crate::document::DocumentId;
use crate::model::RecordModel;

use super::connection::Store;
use super::error::{StoreError, failed_to};
use super::model_table::column_types;
use super::pages::{PackedDocument, selection_error};
use super::rows::{RecordRow, record_row, select_records};
use super::storable::StoredPath;

impl Store {
    /// Finds the documents that are held by files of one of these names (the last part of their
    /// paths), each with all of its paths.
    pub async fn documents_named(
        &self,
        names: &[String],
    ) -> Result<BTreeMap<DocumentId, Vec<PathBuf>>, StoreError> {
        self.retrying(|| self.documents_named_once(names)).await
    }

    async fn documents_named_once(
        &self,
        names: &[String],
    ) -> Result<BTreeMap<DocumentId, Vec<PathBuf>>, StoreError> {
        let rows: Vec<(i64, String, Option<Vec<u8>>)> = sqlx::query_as(
            "select document_id, path, path_bytes from scanlift.source_file
             where document_id in (
                 select document_id from scanlift.source_file
                 where document_id is not null and substring(path from '[^/]*$') = any($1))
             order by document_id, status, path",
        )
        .bind(names)
        .fetch_all(&self.pool)
        .await
        .map_err(failed_to("look up files"))?;
        let mut documents: BTreeMap<DocumentId, Vec<PathBuf>> = BTreeMap::new();
        for (document, text, bytes) in rows {
            let path = StoredPath::restore(text, bytes);
            documents.entry(DocumentId(document)).or_default().push(path);
        }
        Ok(documents)
    }

    /// Returns the names of the columns of a model's table; none without a table.
    pub async fn columns_of(&self, model: &RecordModel) -> Result<Vec<String>, StoreError> {
        self.retrying(|| self.columns_of_once(model)).await
    }

    async fn columns_of_once(&self, model: &RecordModel) -> Result<Vec<String>, StoreError> {
        let error = || failed_to("look at the model's table");
        let mut connection = self.pool.acquire().await.map_err(error())?;
        let columns = column_types(&mut connection, model).await.map_err(error())?;
        Ok(columns.into_iter().map(|(name, _)| name).collect())
    }

    /// Reads a model's records of some documents, in the order of path, page and row.
    ///
    /// # Errors
    /// The model has no table yet, or the database does not answer.
    pub async fn records_of(
        &self,
        model: &RecordModel,
        documents: &[DocumentId],
    ) -> Result<Vec<RecordRow>, StoreError> {
        self.retrying(|| self.records_of_once(model, documents)).await
    }

    async fn records_of_once(
        &self,
        model: &RecordModel,
        documents: &[DocumentId],
    ) -> Result<Vec<RecordRow>, StoreError> {
        let sql = format!(
            "{} where record.document_id = any($1)
             order by file.path, record.document_id, record.page_number, record.row_number",
            select_records(model)
        );
        let wanted: Vec<i64> = documents.iter().map(|document| document.0).collect();
        let query = sqlx::query(AssertSqlSafe(sql)).bind(wanted);
        let rows = query.fetch_all(&self.pool).await.map_err(selection_error)?;
        rows.iter().map(record_row).collect()
    }

    /// Reads the stored words of some documents, by document.
    pub async fn packed_documents_of(
        &self,
        documents: &[DocumentId],
    ) -> Result<Vec<PackedDocument>, StoreError> {
        let wanted: Vec<i64> = documents.iter().map(|document| document.0).collect();
        self.retrying(|| self.packed_documents_once(&wanted)).await
    }
}
