//! Files that hold no document: unreadable ones, those that are no documents, and those that are not where they were.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::OnceLock;

use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};

use crate::document::{Failure, RunId};

use super::connection::Store;
use super::error::{StoreError, failed_to};
use super::known_files::{CHUNK, SeenFiles};
use super::ledger::promote_files;
use super::storable::{Storable, StoredPath};

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

/// A file that is no document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherFile {
    pub path: PathBuf,
    /// In bytes.
    pub size: u64,
    /// Nanoseconds since 1970-01-01 UTC.
    pub modified_ns: i64,
    /// What it is, in words such as `Windows thumbnail cache`.
    pub kind: &'static str,
}

/// A file of the ledger that a walk has not seen. Whether it has gone only the file system knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnseenFile {
    pub source_file_id: i64,
    pub path: PathBuf,
    /// The walk went through its directory, or would have if it were there.
    pub was_walked: bool,
    /// The run found its document at a path that is new to the ledger.
    pub has_new_copy: bool,
    /// It is a file or a directory that could not be read.
    pub is_unreadable: bool,
}

/// What became of files that have gone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GoneFiles {
    pub files: u64,
    /// How many of their documents are now those of files that the run found at new paths.
    pub moved: u64,
}

impl Store {
    /// Notes files that could not be read. A file that has a document from an earlier run keeps it.
    pub async fn mark_unreadable(
        &self,
        run: RunId,
        files: &[UnreadableFile],
    ) -> Result<(), StoreError> {
        self.retrying(|| self.note_unreadable_once(run, files)).await
    }

    async fn note_unreadable_once(
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
                 set size = excluded.size, modified_ns = excluded.modified_ns, status = excluded.status,
                     reason = excluded.reason, message = excluded.message, last_run_id = excluded.last_run_id
                 where source_file.document_id is null",
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

    /// Notes files that are no documents. Documents that such files held go to other files that hold them, if there
    /// are any.
    pub async fn mark_skipped(&self, run: RunId, files: &[OtherFile]) -> Result<(), StoreError> {
        if files.is_empty() {
            return Ok(());
        }
        self.retrying(|| async {
            self.note_skipped_once(run, files)
                .await
                .map_err(failed_to("note files that are no documents"))
        })
        .await
    }

    async fn note_skipped_once(&self, run: RunId, files: &[OtherFile]) -> Result<(), sqlx::Error> {
        let mut transaction = self.pool.begin().await?;
        let paths: Vec<StoredPath> = files.iter().map(|file| StoredPath::new(&file.path)).collect();
        let left: Vec<i64> = sqlx::query_scalar(
            "select document_id from scanlift.source_file where path_key = any($1) and is_own for update",
        )
        .bind(paths.iter().map(|path| path.key.clone()).collect::<Vec<_>>())
        .fetch_all(&mut *transaction)
        .await?;
        write_skipped(&mut transaction, run, files.iter().zip(&paths)).await?;
        promote_files(&mut transaction, &left).await?;
        transaction.commit().await
    }

    /// Returns files that a finished walk has not seen, by id after `after`: those at and below its roots, and those
    /// that stand for a document of which there is another copy. Files in `seen`, and those that the run has noted, were
    /// seen. None: there are no more.
    pub async fn unseen_files(
        &self,
        run: RunId,
        roots: &[PathBuf],
        seen: &SeenFiles,
        (after, limit): (i64, u32),
    ) -> Result<Vec<UnseenFile>, StoreError> {
        let places: Vec<String> = roots
            .iter()
            .map(|root| StoredPath::new(root).text.trim_end_matches('/').to_owned())
            .collect();
        let newest = self.retrying(|| self.newest_file_once()).await?;
        let mut from = after + 1;
        while from <= newest {
            let chunk = from.div_euclid(CHUNK);
            let until = (chunk + 1) * CHUNK;
            let among = Among { from, until, first: chunk * CHUNK, seen: seen.bits(chunk), limit };
            let rows = self.retrying(|| self.unseen_files_once(run, &places, among)).await?;
            if !rows.is_empty() {
                let files = rows.iter().map(unseen_file).collect::<Result<_, _>>();
                return files.map_err(failed_to("look for files that have gone"));
            }
            from = until;
        }
        Ok(Vec::new())
    }

    async fn newest_file_once(&self) -> Result<i64, StoreError> {
        sqlx::query_scalar("select coalesce(max(source_file_id), 0) from scanlift.source_file")
            .fetch_one(&self.pool)
            .await
            .map_err(failed_to("look for files that have gone"))
    }

    async fn unseen_files_once(
        &self,
        run: RunId,
        places: &[String],
        among: Among<'_>,
    ) -> Result<Vec<PgRow>, StoreError> {
        sqlx::query(
            // `0` is the character after `/`. Whether a copy is still there is asked of it when its turn comes.
            "select source_file_id, path, path_bytes, status, was_walked, has_copy, has_new_copy
             from scanlift.source_file f
             cross join lateral (
                 select exists (select from unnest($3::text[]) root where f.path = root
                                or (f.path >= root || '/' and f.path < root || '0')) as was_walked) w
             cross join lateral (
                 select count(*) > 0 as has_copy, coalesce(bool_or(c.first_run_id = $2), false) as has_new_copy
                 from scanlift.source_file c
                 where f.is_own and c.document_id = f.document_id and c.status = 'duplicate'
                   and (c.last_run_id = $2 or exists (
                        select from unnest($3::text[]) root where c.path = root
                        or (c.path >= root || '/' and c.path < root || '0')))) copies
             where source_file_id >= $1 and source_file_id < $5 and status <> 'gone' and last_run_id <> $2
               and case when length($6::bytea) = 0 then true
                        else get_bit($6, (source_file_id - $7)::integer) = 0 end
               and (was_walked or has_copy)
             order by source_file_id limit $4",
        )
        .bind(among.from)
        .bind(run.0)
        .bind(places)
        .bind(i64::from(among.limit))
        .bind(among.until)
        .bind(among.seen)
        .bind(among.first)
        .fetch_all(&self.pool)
        .await
        .map_err(failed_to("look for files that have gone"))
    }

    /// Notes files that have gone. Their documents, with pages and records, stay: they go to other files that hold
    /// them, or stand where they were last seen.
    pub async fn mark_gone(&self, run: RunId, files: &[i64]) -> Result<GoneFiles, StoreError> {
        if files.is_empty() {
            return Ok(GoneFiles::default());
        }
        // Later tries may find what the first one has committed: they have nothing left to count.
        let found = OnceLock::new();
        self.retrying(|| async {
            self.note_gone_once(run, files, &found)
                .await
                .map_err(failed_to("note files that have gone"))
        })
        .await
    }

    async fn note_gone_once(
        &self,
        run: RunId,
        files: &[i64],
        found: &OnceLock<GoneFiles>,
    ) -> Result<GoneFiles, sqlx::Error> {
        let mut transaction = self.pool.begin().await?;
        let gone = note_gone(&mut transaction, run, files).await?;
        let gone = *found.get_or_init(|| gone);
        transaction.commit().await?;
        Ok(gone)
    }

    /// Forgets paths that could not be read, and are directories that can be read now.
    pub async fn forget_unreadable(&self, files: &[i64]) -> Result<(), StoreError> {
        if files.is_empty() {
            return Ok(());
        }
        self.retrying(|| self.forget_unreadable_once(files)).await
    }

    async fn forget_unreadable_once(&self, files: &[i64]) -> Result<(), StoreError> {
        sqlx::query(
            "delete from scanlift.source_file where source_file_id = any($1) and status = 'unreadable'",
        )
        .bind(files)
        .execute(&self.pool)
        .await
        .map(|_| ())
        .map_err(failed_to("forget directories that could not be read"))
    }
}

/// A range of files by their numbers, and which of them a walk has seen.
#[derive(Debug, Clone, Copy)]
struct Among<'a> {
    from: i64,
    /// Behind the last.
    until: i64,
    /// The number that the first bit is of.
    first: i64,
    /// None: no file of the range was seen.
    seen: &'a [u8],
    limit: u32,
}

/// Notes files as none that are documents. One statement cannot touch a row twice: of a path that is given twice, the
/// last counts.
async fn write_skipped(
    connection: &mut PgConnection,
    run: RunId,
    files: impl Iterator<Item = (&OtherFile, &StoredPath)>,
) -> Result<(), sqlx::Error> {
    let files: BTreeMap<&[u8], (&OtherFile, &StoredPath)> =
        files.map(|(file, path)| (path.key.as_slice(), (file, path))).collect();
    let files: Vec<(&OtherFile, &StoredPath)> = files.into_values().collect();
    sqlx::query(
        "insert into scanlift.source_file
             (path_key, path, path_bytes, size, modified_ns, status, reason, first_run_id, last_run_id)
         select path_key, path, path_bytes, size, modified_ns, 'skipped', reason, $7, $7
         from unnest($1::bytea[], $2::text[], $3::bytea[], $4::bigint[], $5::bigint[], $6::text[])
              as t (path_key, path, path_bytes, size, modified_ns, reason)
         on conflict (path_key) do update
         set size = excluded.size, modified_ns = excluded.modified_ns, status = excluded.status,
             document_id = null, is_own = false, reason = excluded.reason, message = null,
             last_run_id = excluded.last_run_id",
    )
    .bind(files.iter().map(|(_, path)| path.key.clone()).collect::<Vec<_>>())
    .bind(files.iter().map(|(_, path)| path.text.clone()).collect::<Vec<_>>())
    .bind(files.iter().map(|(_, path)| path.bytes.clone()).collect::<Vec<_>>())
    .bind(files.iter().map(|(file, _)| file.size.cast_signed()).collect::<Vec<_>>())
    .bind(files.iter().map(|(file, _)| file.modified_ns).collect::<Vec<_>>())
    .bind(files.iter().map(|(file, _)| file.kind).collect::<Vec<_>>())
    .bind(run.0)
    .execute(connection)
    .await
    .map(|_| ())
}

fn unseen_file(row: &PgRow) -> Result<UnseenFile, sqlx::Error> {
    Ok(UnseenFile {
        source_file_id: row.try_get("source_file_id")?,
        path: StoredPath::restore(row.try_get("path")?, row.try_get("path_bytes")?),
        was_walked: row.try_get("was_walked")?,
        has_new_copy: row.try_get("has_new_copy")?,
        is_unreadable: row.try_get::<String, _>("status")? == "unreadable",
    })
}

async fn note_gone(
    connection: &mut PgConnection,
    run: RunId,
    files: &[i64],
) -> Result<GoneFiles, sqlx::Error> {
    let gone: Vec<(Option<i64>, bool)> = sqlx::query_as(
        "update scanlift.source_file set status = 'gone'
         where source_file_id = any($1) and status <> 'gone' returning document_id, is_own",
    )
    .bind(files)
    .fetch_all(&mut *connection)
    .await?;
    let left: Vec<i64> =
        gone.iter().filter(|(_, is_own)| *is_own).filter_map(|(document, _)| *document).collect();
    sqlx::query(
        "update scanlift.source_file f set is_own = false
         where f.document_id = any($1) and f.is_own and exists
             (select from scanlift.source_file c where c.document_id = f.document_id and c.status = 'duplicate')",
    )
    .bind(&left)
    .execute(&mut *connection)
    .await?;
    let promoted = promote_files(connection, &left).await?;
    let moved: i64 = sqlx::query_scalar(
        "select count(*) from scanlift.source_file where source_file_id = any($1) and first_run_id = $2",
    )
    .bind(promoted)
    .bind(run.0)
    .fetch_one(connection)
    .await?;
    Ok(GoneFiles { files: gone.len() as u64, moved: moved.cast_unsigned() })
}
