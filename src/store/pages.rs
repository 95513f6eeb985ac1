//! Pages: their states, selecting them to be read again, and reading their stored words back.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, PgConnection, PgPool, Row};

use crate::document::{DocumentHash, DocumentId, PageNumber, PageText, Reason, WordFormat, words};

use super::connection::Store;
use super::error::{StoreError, failed_to, sqlstate};
use super::filter::Filter;
use super::packed;
use super::storable::StoredPath;

/// What has become of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PageState {
    /// Not read yet.
    Pending,
    /// Its words are stored.
    Stored,
    /// There is nothing on it that could be text.
    Blank,
    Failed,
    /// It killed its reader twice.
    Quarantined,
}

impl PageState {
    pub(super) fn from_ledger(word: &str) -> Result<Self, StoreError> {
        word.parse().map_err(|_: String| StoreError::Ledger {
            what: "the state of a page",
            value: word.to_owned(),
        })
    }
}

words!(PageState {
    Pending => "pending", Stored => "stored", Blank => "blank", Failed => "failed",
    Quarantined => "quarantined",
});

/// Key of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PageKey {
    pub document_id: DocumentId,
    pub page: PageNumber,
}

/// A page to read again.
#[derive(Debug, Clone, PartialEq)]
pub struct SelectedPage {
    pub key: PageKey,
    pub hash: DocumentHash,
    /// `None` if the document could never be opened: if it can now, all its pages are to be read.
    pub page_count: Option<u32>,
    /// Files that hold the document, its own one first; never empty.
    pub paths: Vec<PathBuf>,
    pub state: PageState,
    /// Why it is failed or quarantined.
    pub reason: Option<Reason>,
    /// Mean word confidence of what is stored, 0–100.
    pub mean_confidence: Option<f32>,
    /// How often it was tried.
    pub attempts: u32,
}

/// The stored words of a document.
#[derive(Debug, Clone, PartialEq)]
pub struct DocumentPages {
    pub document_id: DocumentId,
    /// Stored pages, ascending; blank pages have no words and are not here.
    pub pages: Vec<(PageNumber, PageText)>,
    /// Failed, quarantined and pending pages, ascending.
    pub missing: Vec<PageNumber>,
}

/// The stored words of a document as they lie in the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackedDocument {
    pub document_id: DocumentId,
    pages: Vec<(PageNumber, Vec<u8>)>,
    missing: Vec<PageNumber>,
}

impl PackedDocument {
    /// Returns the number of stored pages.
    pub fn page_count(&self) -> usize {
        self.pages.len()
    }

    /// Unpacks the words: work for a processor, not for an async task. Errors if the stored bytes are broken.
    pub fn unpack(&self) -> Result<DocumentPages, StoreError> {
        let unpack_page = |(page, bytes): &(PageNumber, Vec<u8>)| {
            Ok((*page, packed::unpack(self.document_id, *page, bytes)?))
        };
        Ok(DocumentPages {
            document_id: self.document_id,
            pages: self.pages.iter().map(unpack_page).collect::<Result<_, StoreError>>()?,
            missing: self.missing.clone(),
        })
    }
}

impl Store {
    /// Selects pages to read again, by document and number, after `after`: without a filter the failed and
    /// quarantined ones, with one any that it fits but pending ones. A page keeps its state until a new attempt is
    /// committed. Pages of superseded documents are not selected.
    pub async fn select_pages(
        &self,
        filter: Option<&Filter>,
        after: Option<PageKey>,
        limit: u32,
    ) -> Result<Vec<SelectedPage>, StoreError> {
        self.retrying(|| self.select_once(filter, after, limit)).await
    }

    async fn select_once(
        &self,
        filter: Option<&Filter>,
        after: Option<PageKey>,
        limit: u32,
    ) -> Result<Vec<SelectedPage>, StoreError> {
        let condition = PageCondition::new(filter, 3);
        let sql = format!(
            "select page.document_id, page.page_number, page.state, page.reason, page.mean_confidence, page.attempts,
                    document.hash, document.page_count, files.paths, files.path_bytes
             from scanlift.page join scanlift.document using (document_id)
             cross join lateral (
                 select array_agg(f.path order by f.status, f.path) as paths,
                        array_agg(f.path_bytes order by f.status, f.path) as path_bytes
                 from scanlift.source_file f where f.document_id = page.document_id) files
             where (page.document_id, page.page_number) > ($1, $2) and files.paths is not null and {}
             order by page.document_id, page.page_number limit $3",
            condition.sql
        );
        let (document, page) = after.map_or((0, 0), |key| (key.document_id.0, key.page.as_i32()));
        let mut query =
            sqlx::query(AssertSqlSafe(sql)).bind(document).bind(page).bind(i64::from(limit));
        for argument in condition.arguments {
            query = query.bind(argument);
        }
        let rows = query.fetch_all(&self.pool).await.map_err(selection_error)?;
        rows.iter().map(selected_page).collect()
    }

    /// Counts what [`Store::select_pages`] gives in all.
    pub async fn count_pages(&self, filter: Option<&Filter>) -> Result<u64, StoreError> {
        self.retrying(|| self.count_pages_once(filter)).await
    }

    async fn count_pages_once(&self, filter: Option<&Filter>) -> Result<u64, StoreError> {
        let condition = PageCondition::new(filter, 0);
        let sql = format!(
            "select count(*) from scanlift.page where {} and exists
                 (select from scanlift.source_file f where f.document_id = page.document_id)",
            condition.sql
        );
        let mut query = sqlx::query_scalar::<_, i64>(AssertSqlSafe(sql));
        for argument in condition.arguments {
            query = query.bind(argument);
        }
        query.fetch_one(&self.pool).await.map(i64::cast_unsigned).map_err(selection_error)
    }

    /// Reads the stored words of the next documents after `after`, by document id: of all, or of those with a stored
    /// page that fits. Empty at the end.
    pub async fn packed_documents(
        &self,
        filter: Option<&Filter>,
        after: Option<DocumentId>,
        limit: u32,
    ) -> Result<Vec<PackedDocument>, StoreError> {
        self.retrying(|| self.next_documents_once(filter, after, limit)).await
    }

    async fn next_documents_once(
        &self,
        filter: Option<&Filter>,
        after: Option<DocumentId>,
        limit: u32,
    ) -> Result<Vec<PackedDocument>, StoreError> {
        let (condition, arguments) = stored_pages(filter, 2);
        let sql = format!(
            "select document_id from scanlift.document d
             where document_id > $1 and exists
                 (select from scanlift.page where page.document_id = d.document_id and {condition})
             order by document_id limit $2"
        );
        let mut query = sqlx::query_scalar(AssertSqlSafe(sql))
            .bind(after.map_or(0, |document| document.0))
            .bind(i64::from(limit));
        for argument in arguments {
            query = query.bind(argument);
        }
        let documents: Vec<i64> = query.fetch_all(&self.pool).await.map_err(selection_error)?;
        self.packed_documents_once(&documents).await
    }

    /// Counts stored pages: all, or those that fit.
    pub async fn count_stored_pages(&self, filter: Option<&Filter>) -> Result<u64, StoreError> {
        self.retrying(|| self.count_stored_pages_once(filter)).await
    }

    async fn count_stored_pages_once(&self, filter: Option<&Filter>) -> Result<u64, StoreError> {
        let (condition, arguments) = stored_pages(filter, 0);
        let sql = format!("select count(*) from scanlift.page where {condition}");
        let mut query = sqlx::query_scalar::<_, i64>(AssertSqlSafe(sql));
        for argument in arguments {
            query = query.bind(argument);
        }
        query.fetch_one(&self.pool).await.map(i64::cast_unsigned).map_err(selection_error)
    }

    /// Reads the stored words of some documents, by document id.
    pub(super) async fn packed_documents_once(
        &self,
        documents: &[i64],
    ) -> Result<Vec<PackedDocument>, StoreError> {
        packed_documents_of(&self.pool, documents).await.map_err(failed_to("read stored words"))
    }

    /// Counts the documents that have stored words.
    pub async fn count_documents(&self) -> Result<u64, StoreError> {
        self.retrying(|| self.count_documents_once()).await
    }

    async fn count_documents_once(&self) -> Result<u64, StoreError> {
        sqlx::query_scalar::<_, i64>(
            "select count(distinct document_id) from scanlift.page where state = 'stored'",
        )
        .fetch_one(&self.pool)
        .await
        .map(i64::cast_unsigned)
        .map_err(failed_to("count documents"))
    }

    /// Reads one page's words; `None` if none are stored.
    pub async fn page_text(&self, key: PageKey) -> Result<Option<PageText>, StoreError> {
        let bytes = self.retrying(|| self.page_content_once(key)).await?;
        bytes.map(|bytes| packed::unpack(key.document_id, key.page, &bytes)).transpose()
    }

    async fn page_content_once(&self, key: PageKey) -> Result<Option<Vec<u8>>, StoreError> {
        sqlx::query_scalar(
            "select content from scanlift.page_text where document_id = $1 and page_number = $2",
        )
        .bind(key.document_id.0)
        .bind(key.page.as_i32())
        .fetch_optional(&self.pool)
        .await
        .map_err(failed_to("read stored words"))
    }

    /// Finds the document that a path holds; `None` if the path is unknown or unreadable.
    pub async fn document_of(&self, path: &Path) -> Result<Option<DocumentId>, StoreError> {
        self.retrying(|| self.document_of_once(path)).await
    }

    async fn document_of_once(&self, path: &Path) -> Result<Option<DocumentId>, StoreError> {
        let found: Option<Option<i64>> =
            sqlx::query_scalar("select document_id from scanlift.source_file where path_key = $1")
                .bind(StoredPath::new(path).key)
                .fetch_optional(&self.pool)
                .await
                .map_err(failed_to("look up a file"))?;
        Ok(found.flatten().map(DocumentId))
    }
}

/// Returns a page number that the ledger holds; `None` below 1, which its constraint forbids.
pub(super) fn page_number(number: i32) -> Option<PageNumber> {
    u32::try_from(number).ok().and_then(NonZeroU32::new).map(PageNumber)
}

pub(super) fn checked_page_number(number: i32) -> Result<PageNumber, StoreError> {
    page_number(number)
        .ok_or_else(|| StoreError::Ledger { what: "a page number", value: number.to_string() })
}

/// Reads the stored words of the given documents, by document id; documents without stored pages come out empty.
pub(super) async fn packed_documents_of(
    pool: &PgPool,
    documents: &[i64],
) -> Result<Vec<PackedDocument>, sqlx::Error> {
    let mut connection = pool.acquire().await?;
    packed_documents_on(&mut connection, documents).await
}

pub(super) async fn packed_documents_on(
    connection: &mut PgConnection,
    documents: &[i64],
) -> Result<Vec<PackedDocument>, sqlx::Error> {
    let rows: Vec<(i64, i32, String, Option<Vec<u8>>)> = sqlx::query_as(
        "select p.document_id, p.page_number, p.state, t.content
         from scanlift.page p left join scanlift.page_text t using (document_id, page_number)
         where p.document_id = any($1) and p.state <> 'blank'
         order by p.document_id, p.page_number",
    )
    .bind(documents)
    .fetch_all(connection)
    .await?;
    let mut packed: Vec<PackedDocument> = Vec::new();
    for (document_id, number, state, content) in rows {
        let document_id = DocumentId(document_id);
        if packed.last().is_none_or(|last| last.document_id != document_id) {
            packed.push(PackedDocument { document_id, pages: Vec::new(), missing: Vec::new() });
        }
        let (Some(document), Some(page)) = (packed.last_mut(), page_number(number)) else {
            continue;
        };
        match content {
            Some(content) if state == PageState::Stored.as_str() => {
                document.pages.push((page, content));
            }
            _ => document.missing.push(page),
        }
    }
    Ok(packed)
}

/// Returns a condition on stored pages, and its parameters, which come after `bound` others.
fn stored_pages(filter: Option<&Filter>, bound: usize) -> (String, Vec<String>) {
    let (condition, arguments) =
        filter.map_or_else(|| ("true".to_owned(), Vec::new()), |filter| filter.to_sql(bound));
    (format!("page.state = 'stored' and {condition}"), arguments)
}

/// The `where` part of a selection: of documents that readers can read, which those of words are not.
struct PageCondition {
    sql: String,
    arguments: Vec<String>,
}

impl PageCondition {
    /// `bound` is the number of parameters before those of the filter.
    fn new(filter: Option<&Filter>, bound: usize) -> Self {
        let (condition, arguments) = match filter {
            None => ("page.state in ('failed', 'quarantined')".to_owned(), Vec::new()),
            Some(filter) => {
                let (condition, arguments) = filter.to_sql(bound);
                (format!("page.state <> 'pending' and {condition}"), arguments)
            }
        };
        let words: Vec<&str> = WordFormat::ALL.iter().map(|format| format.as_str()).collect();
        let sql = format!(
            "{condition} and not exists (select from scanlift.document d
                 where d.document_id = page.document_id and d.format in ('{}'))",
            words.join("', '")
        );
        Self { sql, arguments }
    }
}

fn selected_page(row: &PgRow) -> Result<SelectedPage, StoreError> {
    let read = failed_to("select pages");
    let columns = || -> Result<_, sqlx::Error> {
        let key: (i64, i32) = (row.try_get("document_id")?, row.try_get("page_number")?);
        let state: (String, Option<String>) = (row.try_get("state")?, row.try_get("reason")?);
        let paths: (Vec<String>, Vec<Option<Vec<u8>>>) =
            (row.try_get("paths")?, row.try_get("path_bytes")?);
        let document: (Vec<u8>, Option<i32>) = (row.try_get("hash")?, row.try_get("page_count")?);
        let counts: (Option<f32>, i32) =
            (row.try_get("mean_confidence")?, row.try_get("attempts")?);
        Ok((key, state, paths, document, counts))
    };
    let (
        (document_id, number),
        (state, reason),
        (paths, path_bytes),
        (hash, page_count),
        (confidence, attempts),
    ) = columns().map_err(read)?;
    let hash: [u8; 32] = hash
        .try_into()
        .map_err(|_| StoreError::Ledger { what: "a hash", value: "other than 32 bytes".into() })?;
    Ok(SelectedPage {
        key: PageKey { document_id: DocumentId(document_id), page: checked_page_number(number)? },
        hash: DocumentHash(hash),
        page_count: page_count.and_then(|count| u32::try_from(count).ok()),
        paths: paths
            .into_iter()
            .zip(path_bytes)
            .map(|(text, bytes)| StoredPath::restore(text, bytes))
            .collect(),
        state: PageState::from_ledger(&state)?,
        // A reason of a later version of the program is shown as none rather than stopping the selection.
        reason: reason.and_then(|reason| reason.parse().ok()),
        mean_confidence: confidence,
        attempts: attempts.cast_unsigned(),
    })
}

/// Tells a wrong pattern or model in a condition from trouble with the database.
pub(super) fn selection_error(cause: sqlx::Error) -> StoreError {
    const INVALID_REGULAR_EXPRESSION: &str = "2201B";
    const UNDEFINED_TABLE: &str = "42P01";
    match sqlstate(&cause).as_deref() {
        Some(INVALID_REGULAR_EXPRESSION) => StoreError::Pattern(cause),
        Some(UNDEFINED_TABLE) => {
            let message = cause
                .as_database_error()
                .map(|error| error.message().to_owned())
                .unwrap_or_default();
            StoreError::UnknownModel(
                message.split('"').nth(1).unwrap_or("").trim_start_matches("records.").to_owned(),
            )
        }
        _ => StoreError::Query { what: "select pages", cause },
    }
}
