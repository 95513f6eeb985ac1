//! The reconciliation: sums that must agree, and a line for every file.

use std::collections::BTreeMap;
use std::fmt;

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
    /// Files that are no documents.
    pub skipped: u64,
    /// Files that are not where they were.
    pub gone: u64,
    /// Documents all of whose files have gone; their pages and records are counted like those of others.
    pub gone_documents: u64,
    /// Pages of the documents; a document that could never be opened counts as one page.
    pub pages: u64,
    pub stored: u64,
    pub blank: u64,
    pub failed: u64,
    pub quarantined: u64,
    pub pending: u64,
    /// Stored pages without a word.
    pub without_words: u64,
    /// Stored pages with areas that look like text and were not read.
    pub unread: u64,
    /// Pages by what is doubtful about their reading as a whole.
    pub issues: BTreeMap<String, u64>,
    /// Stored pages by the languages that they were read in; those of text layers are in none.
    pub languages: BTreeMap<String, u64>,
    /// Failed and quarantined pages by reason.
    pub failures: BTreeMap<String, u64>,
    /// Unreadable files by reason.
    pub unreadable_files: BTreeMap<String, u64>,
    /// Files that are no documents, by what they are.
    pub skipped_files: BTreeMap<String, u64>,
    /// Records of each model by verdict.
    pub records: BTreeMap<String, BTreeMap<String, u64>>,
    /// Rows that the database refused.
    pub rejects: u64,
    /// Documents all of whose files hold other content now, or are no documents. Neither they nor their pages and records are counted
    /// above.
    pub superseded_documents: u64,
}

impl Report {
    /// True if every file and every page is accounted for: files = documents + duplicates + unreadable +
    /// skipped + gone, pages = stored + blank + failed + quarantined + pending, and the reasons sum up.
    pub fn adds_up(&self) -> bool {
        self.files == self.documents + self.duplicates + self.unreadable + self.skipped + self.gone
            && self.pages
                == self.stored + self.blank + self.failed + self.quarantined + self.pending
            && self.failures.values().sum::<u64>() == self.failed + self.quarantined
            && self.unreadable_files.values().sum::<u64>() == self.unreadable
            && self.skipped_files.values().sum::<u64>() == self.skipped
    }
}

/// One line of `report --csv`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLine {
    pub file: String,
    /// `stored`, `blank`, `partial`, `failed`, `quarantined`, `pending`, `duplicate`, `unreadable`, `skipped` or
    /// `gone`.
    pub status: String,
    /// Why; empty if all is well.
    pub reason: String,
    /// What the document's pages say of themselves; `None` for a file that does not stand for a document.
    pub account: Option<PageAccount>,
}

/// What the pages of a document left unread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageAccount {
    /// Pages with areas that look like text and were not read.
    pub unread: u64,
    /// Stored pages without a word.
    pub without_words: u64,
    /// What is doubtful about the reading of any of them, each once.
    pub issues: Vec<String>,
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
        count_issues(&mut transaction, &mut report).await?;
        report.records = count_records(&mut transaction).await?;
        let (rejects, superseded, gone): (i64, i64, i64) = sqlx::query_as(
            "select (select count(*) from scanlift.reject),
                    (select count(*) from scanlift.document d
                     where not exists (select from scanlift.source_file f
                                       where f.document_id = d.document_id and f.is_own)),
                    (select count(*) from scanlift.source_file where is_own and status = 'gone')",
        )
        .fetch_one(&mut *transaction)
        .await?;
        report.rejects = rejects.cast_unsigned();
        report.superseded_documents = superseded.cast_unsigned();
        report.gone_documents = gone.cast_unsigned();
        transaction.commit().await?;
        Ok(report)
    }

    /// Streams one line for every file found, in the order of their paths. A document of several pages is `partial`
    /// if some of them are read and some are not.
    pub async fn file_lines(&self) -> Result<Cursor<'_, FileLine>, StoreError> {
        const KEY: Key = Key { path: "path", id: "source_file_id", numbers: &[] };
        let sql = "select f.path, f.source_file_id, f.status, f.reason, f.is_own,
                          coalesce(own.path, '') as own_path,
                          coalesce(p.pages, 0) as pages, coalesce(p.stored, 0) as stored,
                          coalesce(p.blank, 0) as blank, coalesce(p.failed, 0) as failed,
                          coalesce(p.quarantined, 0) as quarantined, coalesce(p.pending, 0) as pending,
                          coalesce(p.reasons, '') as reasons, coalesce(p.unread, 0) as unread,
                          coalesce(p.without_words, 0) as without_words, coalesce(p.issues, '') as issues
                   from scanlift.source_file f
                   left join scanlift.source_file own
                        on not f.is_own and own.document_id = f.document_id and own.is_own
                   left join lateral (
                        select count(*) as pages,
                               count(*) filter (where state = 'stored') as stored,
                               count(*) filter (where state = 'blank') as blank,
                               count(*) filter (where state = 'failed') as failed,
                               count(*) filter (where state = 'quarantined') as quarantined,
                               count(*) filter (where state = 'pending') as pending,
                               string_agg(distinct reason, ', ' order by reason) as reasons,
                               count(*) filter (where state = 'stored' and 'unread' = any(issues)) as unread,
                               count(*) filter (where state = 'stored' and words = 0) as without_words,
                               (select string_agg(distinct issue, ',' order by issue)
                                from scanlift.page i, unnest(i.issues) issue
                                where i.document_id = f.document_id) as issues
                        from scanlift.page where page.document_id = f.document_id and f.is_own) p on true
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
            "gone" => report.gone += count,
            "skipped" => {
                report.skipped += count;
                *report.skipped_files.entry(reason.unwrap_or_default()).or_insert(0) += count;
            }
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
         join scanlift.source_file f on f.document_id = p.document_id and f.is_own
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

async fn count_issues(
    connection: &mut PgConnection,
    report: &mut Report,
) -> Result<(), sqlx::Error> {
    let (without_words, unread): (i64, i64) = sqlx::query_as(
        "select count(*) filter (where p.words = 0), count(*) filter (where 'unread' = any(p.issues))
         from scanlift.page p
         join scanlift.source_file f on f.document_id = p.document_id and f.is_own
         where p.state = 'stored'",
    )
    .fetch_one(&mut *connection)
    .await?;
    report.without_words = without_words.cast_unsigned();
    report.unread = unread.cast_unsigned();
    let issues: Vec<(String, i64)> = sqlx::query_as(
        "select issue, count(*) from scanlift.page p
         join scanlift.source_file f on f.document_id = p.document_id and f.is_own, unnest(p.issues) issue
         group by issue",
    )
    .fetch_all(&mut *connection)
    .await?;
    report.issues =
        issues.into_iter().map(|(issue, count)| (issue, count.cast_unsigned())).collect();
    let languages: Vec<(String, i64)> = sqlx::query_as(
        "select p.languages, count(*) from scanlift.page p
         join scanlift.source_file f on f.document_id = p.document_id and f.is_own
         where p.state = 'stored' and p.languages <> ''
         group by p.languages",
    )
    .fetch_all(&mut *connection)
    .await?;
    report.languages =
        languages.into_iter().map(|(each, count)| (each, count.cast_unsigned())).collect();
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
             join scanlift.source_file f on f.document_id = r.document_id and f.is_own
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

impl fmt::Display for PageCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let states = [
            (self.stored, "stored"),
            (self.blank, "blank"),
            (self.failed, "failed"),
            (self.quarantined, "quarantined"),
            (self.pending, "pending"),
        ];
        let present = states.iter().filter(|(count, _)| *count > 0);
        let parts: Vec<String> = present.map(|(count, state)| format!("{count} {state}")).collect();
        f.write_str(&parts.join(", "))
    }
}

fn file_line(row: &PgRow) -> Result<FileLine, StoreError> {
    read_file_line(row).map_err(failed_to("read the lines of the report"))
}

fn read_file_line(row: &PgRow) -> Result<FileLine, sqlx::Error> {
    let status: String = row.try_get("status")?;
    let is_own: bool = row.try_get("is_own")?;
    let reason = row.try_get::<Option<String>, _>("reason")?.unwrap_or_default();
    let own_path: String = row.try_get("own_path")?;
    let counts = PageCounts {
        pages: row.try_get("pages")?,
        stored: row.try_get("stored")?,
        blank: row.try_get("blank")?,
        failed: row.try_get("failed")?,
        quarantined: row.try_get("quarantined")?,
        pending: row.try_get("pending")?,
    };
    let (status, reason) = match status.as_str() {
        "document" => document_line(counts, &row.try_get::<String, _>("reasons")?),
        "duplicate" => (status, format!("same as {own_path}")),
        "skipped" => (status, format!("no document: {reason}")),
        "gone" if is_own => (status, format!("its pages stay: {counts}")),
        "gone" if !own_path.is_empty() => (status, format!("now at {own_path}")),
        _ => (status, reason),
    };
    let account = PageAccount {
        unread: row.try_get::<i64, _>("unread")?.cast_unsigned(),
        without_words: row.try_get::<i64, _>("without_words")?.cast_unsigned(),
        issues: row
            .try_get::<String, _>("issues")?
            .split_terminator(',')
            .map(str::to_owned)
            .collect(),
    };
    Ok(FileLine { file: row.try_get("path")?, status, reason, account: is_own.then_some(account) })
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
