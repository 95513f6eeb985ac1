//! Source files and documents: what was found, what is the same, what is still to be read.

use std::collections::HashMap;
use std::path::PathBuf;

use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};

use crate::document::{DocumentHash, DocumentId, Failure, PageNumber, RunId};

use super::connection::Store;
use super::error::{StoreError, failed_to};
use super::pages::page_number;
use super::storable::{Storable, StoredPath};

/// A file whose content was hashed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HashedFile {
    pub path: PathBuf,
    /// In bytes.
    pub size: u64,
    /// Nanoseconds since 1970-01-01 UTC.
    pub modified_ns: i64,
    pub hash: DocumentHash,
}

/// A file that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableFile {
    pub path: PathBuf,
    /// In bytes, if the file could be asked.
    pub size: Option<u64>,
    /// Nanoseconds since 1970-01-01 UTC, if the file could be asked.
    pub modified_ns: Option<i64>,
    pub failure: Failure,
}

/// What the ledger knows of a path from earlier runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownFile {
    /// In bytes; `None` if the file could not be asked.
    pub size: Option<u64>,
    /// Nanoseconds since 1970-01-01 UTC.
    pub modified_ns: Option<i64>,
    /// `None` for an unreadable file.
    pub document: Option<(DocumentId, DocumentHash)>,
    /// True if pages of the document are still to be read: register the file again, with the known hash if size and
    /// time have not changed.
    pub unfinished: bool,
}

/// What a file is to the ledger after its registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The first file of a document that nobody has seen.
    New,
    /// This path had this content before.
    Known,
    /// Another path holds the same document.
    Duplicate,
}

/// The answer to the registration of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    pub document_id: DocumentId,
    pub standing: Standing,
    /// `None` until the document has been opened once.
    pub page_count: Option<u32>,
    /// The pages to read now, ascending. A document's pending pages are handed out once in a run, so a duplicate that
    /// comes later gets none. `[1]` without a page count means: open it, then read all pages.
    pub pending: Vec<PageNumber>,
}

impl Store {
    /// Looks up paths: an answer for each, in the same order; `None` for paths the ledger has not seen.
    pub async fn known_files(
        &self,
        paths: &[PathBuf],
    ) -> Result<Vec<Option<KnownFile>>, StoreError> {
        let keys: Vec<Vec<u8>> = paths.iter().map(|path| StoredPath::new(path).key).collect();
        let rows = sqlx::query(
            "select f.path_key, f.size, f.modified_ns, d.document_id, d.hash,
                    exists (select from scanlift.page p
                            where p.document_id = d.document_id and p.state = 'pending') as unfinished
             from scanlift.source_file f left join scanlift.document d using (document_id)
             where f.path_key = any($1)",
        )
        .bind(&keys)
        .fetch_all(&self.pool)
        .await
        .map_err(failed_to("look up files"))?;
        let mut found = HashMap::with_capacity(rows.len());
        for row in rows {
            let (key, file) = known_file(&row).map_err(failed_to("look up files"))?;
            found.insert(key, file);
        }
        Ok(keys.iter().map(|key| found.get(key).cloned()).collect())
    }

    /// Registers files with their documents and page 1 of each: an answer for each file, in the same order. Doing it
    /// twice changes nothing. A path whose content changed points to its new document from then on.
    pub async fn register(
        &self,
        run: RunId,
        files: &[HashedFile],
    ) -> Result<Vec<Registered>, StoreError> {
        self.register_files(run, files).await.map_err(failed_to("register files"))
    }

    async fn register_files(
        &self,
        run: RunId,
        files: &[HashedFile],
    ) -> Result<Vec<Registered>, sqlx::Error> {
        let mut transaction = self.pool.begin().await?;
        let documents = make_documents(&mut transaction, files).await?;
        let mut standings = Vec::with_capacity(files.len());
        for file in files {
            let Some(&(document_id, is_new)) = documents.get(&file.hash) else {
                return Err(sqlx::Error::RowNotFound);
            };
            let standing = note_file(&mut transaction, run, file, document_id).await?;
            standings.push((
                document_id,
                if is_new && standing == Standing::Known { Standing::New } else { standing },
            ));
        }
        let ids: Vec<i64> = documents.values().map(|(id, _)| id.0).collect();
        let mut claims = claim_pending(&mut transaction, run, &ids).await?;
        transaction.commit().await?;
        Ok(standings
            .into_iter()
            .map(|(document_id, standing)| {
                let claim = claims.get_mut(&document_id);
                let page_count = claim.as_ref().and_then(|claim| claim.page_count);
                let pending =
                    claim.map(|claim| std::mem::take(&mut claim.pending)).unwrap_or_default();
                Registered { document_id, standing, page_count, pending }
            })
            .collect())
    }

    /// Notes files that could not be read. A file that has a document from an earlier run keeps it.
    pub async fn mark_unreadable(
        &self,
        run: RunId,
        files: &[UnreadableFile],
    ) -> Result<(), StoreError> {
        let mut transaction =
            self.pool.begin().await.map_err(failed_to("note unreadable files"))?;
        for file in files {
            let path = StoredPath::new(&file.path);
            sqlx::query(
                "insert into scanlift.source_file
                     (path_key, path, path_bytes, size, modified_ns, status, reason, message, first_run_id, last_run_id)
                 values ($1, $2, $3, $4, $5, 'unreadable', $6, $7, $8, $8)
                 on conflict (path_key) do update
                 set size = excluded.size, modified_ns = excluded.modified_ns, reason = excluded.reason,
                     message = excluded.message, last_run_id = excluded.last_run_id
                 where source_file.status = 'unreadable'",
            )
            .bind(path.key)
            .bind(path.text)
            .bind(path.bytes)
            .bind(file.size.map(u64::cast_signed))
            .bind(file.modified_ns)
            .bind(file.failure.reason.as_str())
            .bind(Storable::new(&file.failure.message).into_string())
            .bind(run.0)
            .execute(&mut *transaction)
            .await
            .map_err(failed_to("note unreadable files"))?;
        }
        transaction.commit().await.map_err(failed_to("note unreadable files"))
    }
}

fn known_file(row: &PgRow) -> Result<(Vec<u8>, KnownFile), sqlx::Error> {
    let document_id: Option<i64> = row.try_get("document_id")?;
    let hash: Option<Vec<u8>> = row.try_get("hash")?;
    let hash = hash.and_then(|hash| hash.try_into().ok()).map(DocumentHash);
    let file = KnownFile {
        size: row.try_get::<Option<i64>, _>("size")?.map(i64::cast_unsigned),
        modified_ns: row.try_get("modified_ns")?,
        document: document_id.map(DocumentId).zip(hash),
        unfinished: row.try_get("unfinished")?,
    };
    Ok((row.try_get("path_key")?, file))
}

/// Makes the documents that are not there yet, each with page 1 pending. Returns which ones were made now.
async fn make_documents(
    connection: &mut PgConnection,
    files: &[HashedFile],
) -> Result<HashMap<DocumentHash, (DocumentId, bool)>, sqlx::Error> {
    let mut sizes: HashMap<DocumentHash, i64> = HashMap::new();
    for file in files {
        sizes.insert(file.hash, file.size.cast_signed());
    }
    // Sorted, so that document ids do not hang on a hash map's order.
    let mut hashes: Vec<Vec<u8>> = Vec::new();
    let mut document_sizes: Vec<i64> = Vec::new();
    for file in files {
        if let Some(size) = sizes.remove(&file.hash) {
            hashes.push(file.hash.0.to_vec());
            document_sizes.push(size);
        }
    }
    let made: Vec<i64> = sqlx::query_scalar(
        "insert into scanlift.document (hash, size)
         select hash, size from unnest($1::bytea[], $2::bigint[]) with ordinality as t (hash, size, position)
         order by position
         on conflict (hash) do nothing returning document_id",
    )
    .bind(&hashes)
    .bind(&document_sizes)
    .fetch_all(&mut *connection)
    .await?;
    sqlx::query(
        "insert into scanlift.page (document_id, page_number) select unnest($1::bigint[]), 1",
    )
    .bind(&made)
    .execute(&mut *connection)
    .await?;
    let rows: Vec<(i64, Vec<u8>)> =
        sqlx::query_as("select document_id, hash from scanlift.document where hash = any($1)")
            .bind(&hashes)
            .fetch_all(&mut *connection)
            .await?;
    Ok(rows
        .into_iter()
        .filter_map(|(id, hash)| {
            let hash = DocumentHash(hash.try_into().ok()?);
            Some((hash, (DocumentId(id), made.contains(&id))))
        })
        .collect())
}

/// Notes one file as its document's own or as a duplicate. `Known` stands for "not a duplicate" here.
async fn note_file(
    connection: &mut PgConnection,
    run: RunId,
    file: &HashedFile,
    document_id: DocumentId,
) -> Result<Standing, sqlx::Error> {
    let path = StoredPath::new(&file.path);
    let before: Option<(Option<i64>, String)> = sqlx::query_as(
        "select document_id, status from scanlift.source_file where path_key = $1 for update",
    )
    .bind(&path.key)
    .fetch_optional(&mut *connection)
    .await?;
    let status = match &before {
        Some((Some(known), status)) if *known == document_id.0 => status.as_str(),
        _ if has_own_file(connection, document_id).await? => "duplicate",
        _ => "document",
    };
    sqlx::query(
        "insert into scanlift.source_file
             (path_key, path, path_bytes, size, modified_ns, document_id, status, first_run_id, last_run_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $8)
         on conflict (path_key) do update
         set size = excluded.size, modified_ns = excluded.modified_ns, document_id = excluded.document_id,
             status = excluded.status, reason = null, message = null, last_run_id = excluded.last_run_id",
    )
    .bind(&path.key)
    .bind(&path.text)
    .bind(&path.bytes)
    .bind(file.size.cast_signed())
    .bind(file.modified_ns)
    .bind(document_id.0)
    .bind(status)
    .bind(run.0)
    .execute(&mut *connection)
    .await?;
    if let Some((Some(left), _)) =
        before.as_ref().filter(|(known, _)| *known != Some(document_id.0))
    {
        promote_a_duplicate(connection, *left).await?;
    }
    let returned = before.as_ref().is_some_and(|(known, _)| *known == Some(document_id.0));
    Ok(if status == "duplicate" && !returned { Standing::Duplicate } else { Standing::Known })
}

async fn has_own_file(
    connection: &mut PgConnection,
    document_id: DocumentId,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar(
        "select exists (select from scanlift.source_file where document_id = $1 and status = 'document')",
    )
    .bind(document_id.0)
    .fetch_one(connection)
    .await
}

/// A document whose own file holds other content now gets one of its duplicates as its own, if it has any.
async fn promote_a_duplicate(
    connection: &mut PgConnection,
    document_id: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update scanlift.source_file set status = 'document'
         where source_file_id = (select source_file_id from scanlift.source_file
                                 where document_id = $1 and status = 'duplicate' order by path limit 1)
           and not exists (select from scanlift.source_file where document_id = $1 and status = 'document')",
    )
    .bind(document_id)
    .execute(connection)
    .await
    .map(|_| ())
}

/// What is to be read of a document.
#[derive(Debug, Default)]
struct Claim {
    page_count: Option<u32>,
    pending: Vec<PageNumber>,
}

/// Hands the documents' pending pages to this run, unless it has them already.
async fn claim_pending(
    connection: &mut PgConnection,
    run: RunId,
    documents: &[i64],
) -> Result<HashMap<DocumentId, Claim>, sqlx::Error> {
    let rows: Vec<(i64, Option<i32>, Option<Vec<i32>>)> = sqlx::query_as(
        "with claimed as (
             update scanlift.document set claimed_run_id = $1
             where document_id = any($2) and claimed_run_id is distinct from $1 and exists
                 (select from scanlift.page p where p.document_id = document.document_id and p.state = 'pending')
             returning document_id)
         select d.document_id, d.page_count,
                (select array_agg(p.page_number order by p.page_number) from scanlift.page p
                 where p.document_id = d.document_id and p.state = 'pending' and c.document_id is not null)
         from scanlift.document d left join claimed c using (document_id)
         where d.document_id = any($2)",
    )
    .bind(run.0)
    .bind(documents)
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(document_id, page_count, pending)| {
            let claim = Claim {
                page_count: page_count.and_then(|count| u32::try_from(count).ok()),
                pending: pending.unwrap_or_default().into_iter().filter_map(page_number).collect(),
            };
            (DocumentId(document_id), claim)
        })
        .collect())
}
