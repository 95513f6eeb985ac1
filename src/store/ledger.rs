//! Source files and documents: what was found, what is the same, what is still to be read.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, Ordering};

use sqlx::PgConnection;

use crate::document::{DocumentHash, DocumentId, PageNumber, RunId, WordFormat};

use super::connection::Store;
use super::error::{StoreError, failed_to};
use super::pages::page_number;
use super::storable::StoredPath;

/// A file whose content was hashed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HashedFile {
    pub path: PathBuf,
    /// In bytes.
    pub size: u64,
    /// Nanoseconds since 1970-01-01 UTC.
    pub modified_ns: i64,
    pub hash: DocumentHash,
    /// The format of the words in it; `None` for a scan.
    pub words: Option<WordFormat>,
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
    /// All files of the document had gone; now this path holds it.
    Moved,
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
    /// Registers files with their documents and page 1 of each: an answer for each file, in the same order. Doing it
    /// twice changes nothing. A path whose content changed points to its new document from then on.
    pub async fn register(
        &self,
        run: RunId,
        files: &[HashedFile],
    ) -> Result<Vec<Registered>, StoreError> {
        // If the connection is lost during the commit, the same call must be given the same pages again.
        static CALLS: AtomicI64 = AtomicI64::new(1);
        let claim = ClaimKey { run, call: CALLS.fetch_add(1, Ordering::Relaxed) };
        // What the first try found is what the files were before: later ones may find what it has committed.
        let found = OnceLock::new();
        self.retrying(|| async {
            self.register_once(claim, files, &found).await.map_err(failed_to("register files"))
        })
        .await
    }

    async fn register_once(
        &self,
        claim: ClaimKey,
        files: &[HashedFile],
        found: &OnceLock<Vec<Standing>>,
    ) -> Result<Vec<Registered>, sqlx::Error> {
        let mut transaction = self.pool.begin().await?;
        let documents = make_documents(&mut transaction, claim, files).await?;
        let noted = note_files(&mut transaction, claim.run, files, &documents).await?;
        let ids: Vec<i64> = documents.values().map(|(id, _)| id.0).collect();
        let mut claims = claim_pending(&mut transaction, claim, &ids).await?;
        let standings = found.get_or_init(|| noted.iter().map(|&(_, standing)| standing).collect());
        transaction.commit().await?;
        // A try that was not committed numbered the documents in vain: only what they were to it counts.
        Ok(noted
            .iter()
            .zip(standings)
            .map(|(&(document_id, _), &standing)| {
                let work = claims.get_mut(&document_id);
                let page_count = work.as_ref().and_then(|work| work.page_count);
                let pending =
                    work.map(|work| std::mem::take(&mut work.pending)).unwrap_or_default();
                Registered { document_id, standing, page_count, pending }
            })
            .collect())
    }
}

/// Makes the documents that are not there yet, each with page 1 pending and claimed at once, which saves writing its row
/// again. Returns which ones were made now.
async fn make_documents(
    connection: &mut PgConnection,
    claim: ClaimKey,
    files: &[HashedFile],
) -> Result<HashMap<DocumentHash, (DocumentId, bool)>, sqlx::Error> {
    let mut about: HashMap<DocumentHash, (i64, Option<&str>)> = HashMap::new();
    for file in files {
        let format = file.words.map(WordFormat::as_str);
        about.insert(file.hash, (file.size.cast_signed(), format));
    }
    // Sorted, so that document ids do not hang on a hash map's order.
    let mut hashes: Vec<Vec<u8>> = Vec::new();
    let mut document_sizes: Vec<i64> = Vec::new();
    let mut formats: Vec<Option<&str>> = Vec::new();
    for file in files {
        if let Some((size, format)) = about.remove(&file.hash) {
            hashes.push(file.hash.0.to_vec());
            document_sizes.push(size);
            formats.push(format);
        }
    }
    let made: Vec<i64> = sqlx::query_scalar(
        "insert into scanlift.document (hash, size, format, claimed_run_id, claimed_call)
         select hash, size, format, $4, $5 from unnest($1::bytea[], $2::bigint[], $3::text[]) with ordinality
              as t (hash, size, format, position)
         order by position
         on conflict (hash) do nothing returning document_id",
    )
    .bind(&hashes)
    .bind(&document_sizes)
    .bind(&formats)
    .bind(claim.run.0)
    .bind(claim.call)
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

/// What a file's row in the ledger says, before and after.
#[derive(Debug, Clone)]
struct FileRow {
    path: StoredPath,
    size: i64,
    modified_ns: i64,
    document_id: i64,
    is_own: bool,
}

/// The status of a file that stands for its document and is there.
const OWN: &str = "document";

/// What the ledger has of a path that held a document.
#[derive(Debug, Clone, Copy)]
struct FileBefore {
    document_id: i64,
    /// It stands for the document, whether it has gone or not.
    is_own: bool,
    has_gone: bool,
}

/// The files that stand for documents, of some documents.
#[derive(Debug, Default)]
struct Owned {
    /// Documents whose own file is there.
    present: HashSet<i64>,
    /// Documents all of whose files have gone.
    gone: HashSet<i64>,
}

/// Files as they are noted, one after the other.
struct Notes {
    /// What paths hold, with what was noted by now.
    held: HashMap<Vec<u8>, FileBefore>,
    owned: Owned,
    /// Documents whose own file holds other content now.
    left: Vec<i64>,
    rows: Vec<FileRow>,
}

impl Notes {
    fn note(
        &mut self,
        file: &HashedFile,
        path: StoredPath,
        document: DocumentId,
        is_new: bool,
    ) -> Standing {
        let DocumentId(document_id) = document;
        let held = self.held.get(&path.key).copied();
        let same = held.filter(|held| held.document_id == document_id);
        let is_own = match same {
            Some(same) if !same.has_gone => same.is_own,
            Some(_) | None => !self.owned.present.contains(&document_id),
        };
        if let Some(other) = held.filter(|held| held.document_id != document_id && held.is_own) {
            self.owned.present.remove(&other.document_id);
            self.left.push(other.document_id);
        }
        if is_own {
            self.owned.present.insert(document_id);
        }
        if held.is_some() {
            // One statement cannot touch a row twice: of a path that is given twice, the last counts.
            self.rows.retain(|row| row.path.key != path.key);
        }
        self.held.insert(path.key.clone(), FileBefore { document_id, is_own, has_gone: false });
        let (size, modified_ns) = (file.size.cast_signed(), file.modified_ns);
        self.rows.push(FileRow { path, size, modified_ns, document_id, is_own });
        if same.is_some() {
            Standing::Known
        } else if !is_own {
            Standing::Duplicate
        } else if is_new {
            Standing::New
        } else if self.owned.gone.contains(&document_id) {
            Standing::Moved
        } else {
            Standing::Known
        }
    }
}

/// Notes files as their document's own or as duplicates, in the order they are given. A document whose own file holds
/// other content now gets one of its duplicates as its own, if it has any.
async fn note_files(
    connection: &mut PgConnection,
    run: RunId,
    files: &[HashedFile],
    documents: &HashMap<DocumentHash, (DocumentId, bool)>,
) -> Result<Vec<(DocumentId, Standing)>, sqlx::Error> {
    let paths: Vec<StoredPath> = files.iter().map(|file| StoredPath::new(&file.path)).collect();
    let held = files_before(connection, &paths).await?;
    let ids: Vec<i64> = documents.values().map(|(id, _)| id.0).collect();
    let owned = owned_of(connection, &ids).await?;
    let mut notes = Notes { held, owned, left: Vec::new(), rows: Vec::with_capacity(files.len()) };
    let mut standings = Vec::with_capacity(files.len());
    for (file, path) in files.iter().zip(paths) {
        let &(document, is_new) = documents.get(&file.hash).ok_or(sqlx::Error::RowNotFound)?;
        standings.push((document, notes.note(file, path, document, is_new)));
    }
    write_files(connection, run, &notes.rows).await?;
    promote_files(connection, &notes.left).await?;
    Ok(standings)
}

/// Finds which of the documents have their own file, and of which it has gone.
async fn owned_of(connection: &mut PgConnection, documents: &[i64]) -> Result<Owned, sqlx::Error> {
    let rows: Vec<(i64, bool)> = sqlx::query_as(
        "select document_id, status = 'gone' from scanlift.source_file where document_id = any($1) and is_own",
    )
    .bind(documents)
    .fetch_all(connection)
    .await?;
    let mut owned = Owned::default();
    for (document, has_gone) in rows {
        let set = if has_gone { &mut owned.gone } else { &mut owned.present };
        set.insert(document);
    }
    Ok(owned)
}

/// Reads which document each path had, and as what. Unreadable and skipped files had none.
async fn files_before(
    connection: &mut PgConnection,
    paths: &[StoredPath],
) -> Result<HashMap<Vec<u8>, FileBefore>, sqlx::Error> {
    let keys: Vec<&[u8]> = paths.iter().map(|path| path.key.as_slice()).collect();
    let rows: Vec<(Vec<u8>, i64, bool, bool)> = sqlx::query_as(
        "select path_key, document_id, is_own, status = 'gone' from scanlift.source_file
         where path_key = any($1) and document_id is not null for update",
    )
    .bind(keys)
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(key, document_id, is_own, has_gone)| {
            (key, FileBefore { document_id, is_own, has_gone })
        })
        .collect())
}

async fn write_files(
    connection: &mut PgConnection,
    run: RunId,
    rows: &[FileRow],
) -> Result<(), sqlx::Error> {
    let own = rows.iter().filter(|row| row.is_own).map(|row| row.document_id).collect::<Vec<_>>();
    // A file that has gone makes room for one that is there.
    sqlx::query(
        "update scanlift.source_file set is_own = false
         where document_id = any($1) and is_own and status = 'gone'",
    )
    .bind(own)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "insert into scanlift.source_file
             (path_key, path, path_bytes, size, modified_ns, document_id, status, is_own, first_run_id, last_run_id)
         select path_key, path, path_bytes, size, modified_ns, document_id,
                case when is_own then 'document' else 'duplicate' end, is_own, $8, $8
         from unnest($1::bytea[], $2::text[], $3::bytea[], $4::bigint[], $5::bigint[], $6::bigint[], $7::boolean[])
              with ordinality
              as t (path_key, path, path_bytes, size, modified_ns, document_id, is_own, position)
         order by position
         on conflict (path_key) do update
         set size = excluded.size, modified_ns = excluded.modified_ns, document_id = excluded.document_id,
             status = excluded.status, is_own = excluded.is_own, reason = null, message = null,
             last_run_id = excluded.last_run_id",
    )
    .bind(rows.iter().map(|row| row.path.key.clone()).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.path.text.clone()).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.path.bytes.clone()).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.size).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.modified_ns).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.document_id).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.is_own).collect::<Vec<_>>())
    .bind(run.0)
    .execute(connection)
    .await
    .map(|_| ())
}

/// Lets another file stand for each of these documents that has none: a duplicate, or else one that has gone. Returns
/// the duplicates that became documents.
pub(super) async fn promote_files(
    connection: &mut PgConnection,
    documents: &[i64],
) -> Result<Vec<i64>, sqlx::Error> {
    if documents.is_empty() {
        return Ok(Vec::new());
    }
    let promoted: Vec<(i64, String)> = sqlx::query_as(
        "update scanlift.source_file
         set status = case status when 'duplicate' then 'document' else status end, is_own = true
         where source_file_id in (
             select distinct on (f.document_id) f.source_file_id from scanlift.source_file f
             where f.document_id = any($1) and f.status in ('duplicate', 'gone') and not exists
                 (select from scanlift.source_file own where own.document_id = f.document_id and own.is_own)
             order by f.document_id, f.status, f.path)
         returning source_file_id, status",
    )
    .bind(documents)
    .fetch_all(connection)
    .await?;
    Ok(promoted.into_iter().filter(|(_, status)| status == OWN).map(|(id, _)| id).collect())
}

/// Names one registration: pending pages belong to it.
#[derive(Debug, Clone, Copy)]
struct ClaimKey {
    run: RunId,
    /// Counts the calls of this process.
    call: i64,
}

/// What is to be read of a document.
#[derive(Debug, Default)]
struct Claim {
    page_count: Option<u32>,
    pending: Vec<PageNumber>,
}

/// Hands the documents' pending pages to this registration, unless another one of the run has them already.
async fn claim_pending(
    connection: &mut PgConnection,
    claim: ClaimKey,
    documents: &[i64],
) -> Result<HashMap<DocumentId, Claim>, sqlx::Error> {
    let rows: Vec<(i64, Option<i32>, Option<Vec<i32>>)> = sqlx::query_as(
        "with claimed as (
             update scanlift.document set claimed_run_id = $1, claimed_call = $3
             where document_id = any($2) and claimed_run_id is distinct from $1 and exists
                 (select from scanlift.page p where p.document_id = document.document_id and p.state = 'pending')
             returning document_id)
         select d.document_id, d.page_count,
                (select array_agg(p.page_number order by p.page_number) from scanlift.page p
                 where p.document_id = d.document_id and p.state = 'pending'
                   and (c.document_id is not null or (d.claimed_run_id, d.claimed_call) = ($1, $3)))
         from scanlift.document d left join claimed c using (document_id)
         where d.document_id = any($2)",
    )
    .bind(claim.run.0)
    .bind(documents)
    .bind(claim.call)
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(document_id, page_count, pending)| {
            let work = Claim {
                page_count: page_count.and_then(|count| u32::try_from(count).ok()),
                pending: pending.unwrap_or_default().into_iter().filter_map(page_number).collect(),
            };
            (DocumentId(document_id), work)
        })
        .collect())
}
