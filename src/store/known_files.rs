//! What the ledger knows of paths that a walk finds: what has not changed needs neither to be read nor to be written again.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use sqlx::Row;
use sqlx::postgres::PgRow;

use crate::document::{DocumentHash, DocumentId, WordFormat};

use super::connection::Store;
use super::error::{StoreError, failed_to};
use super::storable::StoredPath;

/// What the ledger knows of a path from earlier runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownFile {
    /// Its number, for [`SeenFiles`].
    pub source_file_id: i64,
    /// In bytes; `None` if the file could not be asked.
    pub size: Option<u64>,
    /// Nanoseconds since 1970-01-01 UTC.
    pub modified_ns: Option<i64>,
    /// `None` for an unreadable file.
    pub document: Option<(DocumentId, DocumentHash)>,
    /// True if it was not where it was.
    pub has_gone: bool,
    /// What it is if it is no document, as this version of the program has said.
    pub skipped_as: Option<String>,
    /// True if pages of the document are still to be read: register the file again, with the known hash if size and
    /// time have not changed.
    pub unfinished: bool,
    /// True if the document could not be opened because it is of no known format: it may be no document.
    pub unsupported: bool,
    /// The format of the words that it holds: no reader can read it.
    pub words: Option<WordFormat>,
}

/// Files of the ledger that a walk has seen as they were. Takes a bit a file.
#[derive(Debug, Default, Clone)]
pub struct SeenFiles {
    /// Bits by number, in chunks: numbers have gaps.
    chunks: BTreeMap<i64, Box<[u8; CHUNK_BYTES]>>,
}

/// Bytes of a chunk of [`SeenFiles`].
const CHUNK_BYTES: usize = (CHUNK / 8) as usize;
/// Numbers of a chunk.
pub(super) const CHUNK: i64 = 8 * 8192;

impl SeenFiles {
    /// Notes that a file was seen.
    pub fn insert(&mut self, source_file_id: i64) {
        let (chunk, at) = (source_file_id.div_euclid(CHUNK), source_file_id.rem_euclid(CHUNK));
        let bits = self.chunks.entry(chunk).or_insert_with(|| Box::new([0; CHUNK_BYTES]));
        // The remainder is below the number of bits.
        bits[at as usize / 8] |= 1 << (at % 8);
    }

    /// Returns the bits of a chunk, as `get_bit` of Postgres counts them; none if no file of it was seen.
    pub(super) fn bits(&self, chunk: i64) -> &[u8] {
        self.chunks.get(&chunk).map_or(&[], |bits| &bits[..])
    }
}

impl Store {
    /// Looks up paths: an answer for each, in the same order; `None` for paths the ledger has not seen.
    pub async fn known_files(
        &self,
        paths: &[PathBuf],
    ) -> Result<Vec<Option<KnownFile>>, StoreError> {
        let keys: Vec<Vec<u8>> = paths.iter().map(|path| StoredPath::new(path).key).collect();
        let mut found = self.retrying(|| self.look_up_once(&keys)).await?;
        Ok(keys.iter().map(|key| found.remove(key)).collect())
    }

    async fn look_up_once(
        &self,
        keys: &[Vec<u8>],
    ) -> Result<HashMap<Vec<u8>, KnownFile>, StoreError> {
        let rows = sqlx::query(
            "select f.path_key, f.source_file_id, f.size, f.modified_ns, f.status = 'gone' as has_gone,
                    case when f.status = 'skipped' and r.program_version = $2 then f.reason end as skipped_as,
                    d.document_id, d.hash, d.format,
                    coalesce(p.unfinished, false) as unfinished, coalesce(p.unsupported, false) as unsupported
             from scanlift.source_file f
             left join scanlift.run r on r.run_id = f.last_run_id
             left join scanlift.document d using (document_id)
             left join lateral (
                 select bool_or(state = 'pending') as unfinished,
                        bool_or(state = 'failed' and reason in ('unsupported', 'empty')) as unsupported
                 from scanlift.page
                 where page.document_id = d.document_id and state in ('pending', 'failed', 'quarantined')) p on true
             where f.path_key = any($1)",
        )
        .bind(keys)
        .bind(env!("CARGO_PKG_VERSION"))
        .fetch_all(&self.pool)
        .await
        .map_err(failed_to("look up files"))?;
        rows.iter().map(known_file).collect::<Result<_, _>>().map_err(failed_to("look up files"))
    }
}

fn known_file(row: &PgRow) -> Result<(Vec<u8>, KnownFile), sqlx::Error> {
    let document_id: Option<i64> = row.try_get("document_id")?;
    let hash: Option<Vec<u8>> = row.try_get("hash")?;
    let hash = hash.and_then(|hash| hash.try_into().ok()).map(DocumentHash);
    let format: Option<String> = row.try_get("format")?;
    let file = KnownFile {
        source_file_id: row.try_get("source_file_id")?,
        size: row.try_get::<Option<i64>, _>("size")?.map(i64::cast_unsigned),
        modified_ns: row.try_get("modified_ns")?,
        document: document_id.map(DocumentId).zip(hash),
        has_gone: row.try_get("has_gone")?,
        skipped_as: row.try_get("skipped_as")?,
        unfinished: row.try_get("unfinished")?,
        unsupported: row.try_get("unsupported")?,
        words: format.and_then(|format| format.parse().ok()),
    };
    Ok((row.try_get("path_key")?, file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seen_files_are_bits_that_postgres_counts() {
        let mut seen = SeenFiles::default();
        assert!(seen.bits(0).is_empty());
        for number in [0, 9, CHUNK - 1, 3 * CHUNK + 8] {
            seen.insert(number);
        }
        assert_eq!(seen.bits(0)[..3], [1, 2, 0]);
        assert_eq!(seen.bits(0)[CHUNK_BYTES - 1], 0x80);
        assert_eq!(seen.bits(3)[..2], [0, 1]);
        assert!(seen.bits(1).is_empty());
    }
}
