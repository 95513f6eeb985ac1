//! The reconciliation: sums that must agree, and a line for every file.

use std::collections::BTreeMap;

use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, PgConnection, Row};

use super::connection::Store;
use super::error::{StoreError, failed_to};
use super::model_table::table_of;
use super::rows::{Cursor, Key, Listing};

/// What has become of everything that was found, from one snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Report {
    /// Files found.
    pub files: u64,
    /// Files that are their document's own one, which is the number of documents.
    pub documents: u64,
    /// Files that hold a document which another file holds as well.
    pub duplicates: u64,
    /// Files that could not be read.
    pub unreadable: u64,
    /// Pages of the documents; a document that could never be opened counts as one page.
    pub pages: u64,
    pub stored: u64,
    pub blank: u64,
    pub failed: u64,
    pub quarantined: u64,
    pub pending: u64,
    /// Failed and quarantined pages by reason.
    pub failures: BTreeMap<String, u64>,
    /// Unreadable files by reason.
    pub unreadable_files: BTreeMap<String, u64>,
    /// Records of each model by verdict.
    pub records: BTreeMap<String, BTreeMap<String, u64>>,
    /// Rows that the database refused.
    pub rejects: u64,
    /// Documents all of whose files hold other content now. Neither they nor their pages and records are counted
    /// above.
    pub superseded_documents: u64,
}

impl Report {
    /// True if every file and every page is accounted for: files = documents + duplicates + unreadable, pages =
    /// stored + blank + failed + quarantined + pending, and the reasons sum up to the failures.
    pub fn adds_up(&self) -> bool {
        self.files == self.documents + self.duplicates + self.unreadable
            && self.pages
                == self.stored + self.blank + self.failed + self.quarantined + self.pending
            && self.failures.values().sum::<u64>() == self.failed + self.quarantined
            && self.unreadable_files.values().sum::<u64>() == self.unreadable
    }
}

/// One line of `report --csv`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLine {
    pub file: String,
    /// `stored`, `blank`, `partial`, `failed`, `quarantined`, `pending`, `duplicate` or `unreadable`.
    pub status: String,
    /// Why; empty if all is well.
    pub reason: String,
}

impl Store {
    /// Counts everything in one snapshot.
    pub async fn report(&self) -> Result<Report, StoreError> {
        self.retrying(|| async {
            self.count_everything_once().await.map_err(failed_to("count for the report"))
        })
        .await
    }

    async fn count_everything_once(&self) -> Result<Report, sqlx::Error> {
        let mut transaction = self.pool.begin().await?;
        sqlx::raw_sql("set transaction isolation level repeatable read, read only")
            .execute(&mut *transaction)
            .await?;
        let mut report = Report::default();
        count_files(&mut transaction, &mut report).await?;
        count_pages(&mut transaction, &mut report).await?;
        report.records = count_records(&mut transaction).await?;
        let (rejects, superseded): (i64, i64) = sqlx::query_as(
            "select (select count(*) from scanlift.reject),
                    (select count(*) from scanlift.document d
                     where not exists (select from scanlift.source_file f where f.document_id = d.document_id))",
        )
        .fetch_one(&mut *transaction)
        .await?;
        report.rejects = rejects.cast_unsigned();
        report.superseded_documents = superseded.cast_unsigned();
        transaction.commit().await?;
        Ok(report)
    }

    /// Streams one line for every file found, in the order of their paths. A document of several pages is `partial`
    /// if some of them are read and some are not.
    pub async fn file_lines(&self) -> Result<Cursor<'_, FileLine>, StoreError> {
        const KEY: Key = Key { path: "path", id: "source_file_id", numbers: &[] };
        let sql = "select f.path, f.source_file_id, f.status, f.reason,
                          coalesce(own.path, '') as own_path,
                          coalesce(p.pages, 0) as pages, coalesce(p.stored, 0) as stored,
                          coalesce(p.blank, 0) as blank, coalesce(p.failed, 0) as failed,
                          coalesce(p.quarantined, 0) as quarantined, coalesce(p.pending, 0) as pending,
                          coalesce(p.reasons, '') as reasons
                   from scanlift.source_file f
                   left join scanlift.source_file own
                        on f.status = 'duplicate' and own.document_id = f.document_id and own.status = 'document'
                   left join lateral (
                        select count(*) as pages,
                               count(*) filter (where state = 'stored') as stored,
                               count(*) filter (where state = 'blank') as blank,
                               count(*) filter (where state = 'failed') as failed,
                               count(*) filter (where state = 'quarantined') as quarantined,
                               count(*) filter (where state = 'pending') as pending,
                               string_agg(distinct reason, ', ' order by reason) as reasons
                        from scanlift.page where page.document_id = f.document_id and f.status = 'document') p on true
                   order by f.path, f.source_file_id";
        let listing = Listing { sql: sql.to_owned(), arguments: Vec::new(), key: KEY };
        self.cursor(listing, file_line).await
    }
}

async fn count_files(
    connection: &mut PgConnection,
    report: &mut Report,
) -> Result<(), sqlx::Error> {
    let rows: Vec<(String, Option<String>, i64)> = sqlx::query_as(
        "select status, reason, count(*) from scanlift.source_file group by status, reason",
    )
    .fetch_all(connection)
    .await?;
    for (status, reason, count) in rows {
        let count = count.cast_unsigned();
        report.files += count;
        match status.as_str() {
            "document" => report.documents += count,
            "duplicate" => report.duplicates += count,
            _ => {
                report.unreadable += count;
                *report.unreadable_files.entry(reason.unwrap_or_default()).or_insert(0) += count;
            }
        }
    }
    Ok(())
}

async fn count_pages(
    connection: &mut PgConnection,
    report: &mut Report,
) -> Result<(), sqlx::Error> {
    let rows: Vec<(String, Option<String>, i64)> = sqlx::query_as(
        "select p.state, p.reason, count(*) from scanlift.page p
         join scanlift.source_file f on f.document_id = p.document_id and f.status = 'document'
         group by p.state, p.reason",
    )
    .fetch_all(connection)
    .await?;
    for (state, reason, count) in rows {
        let count = count.cast_unsigned();
        report.pages += count;
        match state.as_str() {
            "stored" => report.stored += count,
            "blank" => report.blank += count,
            "failed" => report.failed += count,
            "quarantined" => report.quarantined += count,
            // A state of a later version is left out, so that the sums do not agree and it is seen.
            "pending" => report.pending += count,
            _ => {}
        }
        if let Some(reason) = reason {
            *report.failures.entry(reason).or_insert(0) += count;
        }
    }
    Ok(())
}

async fn count_records(
    connection: &mut PgConnection,
) -> Result<BTreeMap<String, BTreeMap<String, u64>>, sqlx::Error> {
    let models: Vec<String> = sqlx::query_scalar(
        "select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = 'records' and c.relkind = 'r'
           and exists (select from scanlift.record_model m where m.name = c.relname)
         order by 1",
    )
    .fetch_all(&mut *connection)
    .await?;
    let mut records = BTreeMap::new();
    for model in models {
        let sql = format!(
            "select r.status, count(*) from {} r
             join scanlift.source_file f on f.document_id = r.document_id and f.status = 'document'
             group by r.status",
            table_of(&model)
        );
        let counts: Vec<(String, i64)> =
            sqlx::query_as(AssertSqlSafe(sql)).fetch_all(&mut *connection).await?;
        records.insert(
            model,
            counts.into_iter().map(|(status, count)| (status, count.cast_unsigned())).collect(),
        );
    }
    Ok(records)
}

/// Pages of a document by state.
#[derive(Debug, Clone, Copy, Default)]
struct PageCounts {
    pages: i64,
    stored: i64,
    blank: i64,
    failed: i64,
    quarantined: i64,
    pending: i64,
}

fn file_line(row: &PgRow) -> Result<FileLine, StoreError> {
    let read = || -> Result<FileLine, sqlx::Error> {
        let file: String = row.try_get("path")?;
        let status: String = row.try_get("status")?;
        let (status, reason) = match status.as_str() {
            "document" => {
                let counts = PageCounts {
                    pages: row.try_get("pages")?,
                    stored: row.try_get("stored")?,
                    blank: row.try_get("blank")?,
                    failed: row.try_get("failed")?,
                    quarantined: row.try_get("quarantined")?,
                    pending: row.try_get("pending")?,
                };
                document_line(counts, &row.try_get::<String, _>("reasons")?)
            }
            "duplicate" => (status, format!("same as {}", row.try_get::<String, _>("own_path")?)),
            _ => (status, row.try_get::<Option<String>, _>("reason")?.unwrap_or_default()),
        };
        Ok(FileLine { file, status, reason })
    };
    read().map_err(failed_to("read the lines of the report"))
}

/// Returns status and reason of a document from the states of its pages.
fn document_line(counts: PageCounts, reasons: &str) -> (String, String) {
    let PageCounts { pages, stored, blank, failed, quarantined, pending } = counts;
    let read = stored + blank;
    let mut troubles = Vec::new();
    if failed + quarantined > 0 {
        troubles.push(format!("{} of {pages} pages failed: {reasons}", failed + quarantined));
    }
    if pending > 0 {
        troubles.push(format!("{pending} of {pages} pages pending"));
    }
    let trouble = troubles.join("; ");
    match () {
        () if trouble.is_empty() && stored > 0 => ("stored".into(), String::new()),
        () if trouble.is_empty() => ("blank".into(), String::new()),
        () if read > 0 => ("partial".into(), trouble),
        () if pending > 0 => {
            ("pending".into(), if failed + quarantined > 0 { trouble } else { String::new() })
        }
        () if quarantined > 0 => ("quarantined".into(), reasons.to_owned()),
        () => ("failed".into(), reasons.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(counts: [i64; 5], reasons: &str, status: &str, reason: &str) {
        let [stored, blank, failed, quarantined, pending] = counts;
        let pages = counts.iter().sum();
        let line = document_line(
            PageCounts { pages, stored, blank, failed, quarantined, pending },
            reasons,
        );
        assert_eq!(line, (status.to_owned(), reason.to_owned()));
    }

    #[test]
    fn a_document_is_what_its_pages_are() {
        check([3, 0, 0, 0, 0], "", "stored", "");
        check([1, 2, 0, 0, 0], "", "stored", "");
        check([0, 2, 0, 0, 0], "", "blank", "");
        check([0, 0, 1, 0, 0], "corrupt", "failed", "corrupt");
        check([0, 0, 1, 1, 0], "corrupt, timeout", "quarantined", "corrupt, timeout");
        check([0, 0, 0, 0, 1], "", "pending", "");
    }

    #[test]
    fn a_document_that_is_read_in_part_says_so() {
        check([2, 0, 1, 0, 0], "corrupt", "partial", "1 of 3 pages failed: corrupt");
        check(
            [0, 1, 1, 1, 1],
            "corrupt, memory",
            "partial",
            "2 of 4 pages failed: corrupt, memory; 1 of 4 pages pending",
        );
    }

    #[test]
    fn a_report_that_lost_a_page_does_not_add_up() {
        let mut report =
            Report { files: 2, documents: 2, pages: 2, stored: 1, ..Report::default() };
        assert!(!report.adds_up());
        report.blank = 1;
        assert!(report.adds_up());
    }
}
