//! What is written in place of what the database refuses: a reject, and the failure of its page.

use sqlx::PgConnection;

use crate::document::{DocumentId, PageNumber, RunId, TypedRecord};
use crate::store::storable::Storable;

use super::batch::{BatchContext, remove_replaced, write_events};
use super::commit_summary::CommitSummary;
use super::pack::{PackedEvent, PackedPage, RecordReplacement};
use super::records::{RecordRows, Tables, row_text};
use super::refusal::{BatchError, Refusal};

/// Notes a refused row and nothing else.
pub(super) async fn write_reject_only(
    connection: &mut PgConnection,
    context: &BatchContext<'_>,
    event: &PackedEvent,
    refusal: &Refusal,
) -> Result<CommitSummary, BatchError> {
    note_reject(connection, context, event, refusal).await?;
    Ok(CommitSummary { rejects: 1, ..CommitSummary::default() })
}

/// Writes one event without what the database refuses of it: a page as failed, a document's records but the bad ones.
pub(super) async fn write_refused(
    connection: &mut PgConnection,
    context: &BatchContext<'_>,
    event: &PackedEvent,
    refusal: &Refusal,
) -> Result<CommitSummary, BatchError> {
    match event {
        PackedEvent::Opened { .. } => write_reject_only(connection, context, event, refusal).await,
        PackedEvent::Page(page) => {
            let failed = [PackedEvent::Page(Box::new(page.rejected(&refusal.message)))];
            let mut summary = write_events(connection, context, &failed).await?;
            note_reject(connection, context, event, refusal).await?;
            summary.rejects = 1;
            Ok(summary)
        }
        PackedEvent::Records(replacement) => {
            write_one_by_one(connection, context, replacement).await
        }
    }
}

/// Writes a document's records each by itself; those that are refused fail the page they start on.
async fn write_one_by_one(
    connection: &mut PgConnection,
    context: &BatchContext<'_>,
    replacement: &RecordReplacement,
) -> Result<CommitSummary, BatchError> {
    let mut summary = CommitSummary { documents: 1, ..CommitSummary::default() };
    remove_replaced(connection, &[replacement]).await?;
    for record in &replacement.records {
        sqlx::raw_sql("savepoint one_record").execute(&mut *connection).await?;
        match write_one(connection, context.tables, replacement.document_id, record).await {
            Ok(()) => {
                sqlx::raw_sql("release savepoint one_record").execute(&mut *connection).await?;
                *summary.records.entry(record.verdict).or_insert(0) += 1;
            }
            Err(BatchError::Row(refusal)) => {
                sqlx::raw_sql("rollback to savepoint one_record").execute(&mut *connection).await?;
                fail_page(connection, replacement.document_id, record, &refusal).await?;
                insert_reject(
                    connection,
                    context.run,
                    (Some(replacement.document_id), Some(record.record.page)),
                    &refusal,
                    &row_text(context.tables, record),
                )
                .await?;
                summary.rejects += 1;
            }
            Err(error @ BatchError::Database(_)) => return Err(error),
        }
    }
    Ok(summary)
}

async fn write_one(
    connection: &mut PgConnection,
    tables: &Tables,
    document_id: DocumentId,
    record: &TypedRecord,
) -> Result<(), BatchError> {
    let mut rows = RecordRows::default();
    rows.add(tables, document_id, record)?;
    rows.write(connection, tables).await
}

async fn fail_page(
    connection: &mut PgConnection,
    document_id: DocumentId,
    record: &TypedRecord,
    refusal: &Refusal,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update scanlift.page set state = 'failed', stage = 'store', reason = 'rejected', message = $3
         where document_id = $1 and page_number = $2",
    )
    .bind(document_id.0)
    .bind(record.record.page.as_i32())
    .bind(Storable::new(&refusal.message).into_string())
    .execute(connection)
    .await
    .map(|_| ())
}

async fn note_reject(
    connection: &mut PgConnection,
    context: &BatchContext<'_>,
    event: &PackedEvent,
    refusal: &Refusal,
) -> Result<(), sqlx::Error> {
    let (key, text) = match event {
        PackedEvent::Opened { document_id, format, page_count } => {
            (None, format!("document {}: {format}, {page_count} pages", document_id.0))
        }
        PackedEvent::Page(page) => (Some(page.key), refused_text(context.tables, page, refusal)),
        PackedEvent::Records(replacement) => {
            let texts: Vec<String> =
                replacement.records.iter().map(|record| row_text(context.tables, record)).collect();
            (None, texts.join("\n"))
        }
    };
    let place = (key.map(|key| key.document_id), key.map(|key| key.page));
    insert_reject(connection, context.run, place, refusal, &text).await
}

/// Finds the refused row's text: COPY names the line, which counts the page's records for that table.
fn refused_text(tables: &Tables, page: &PackedPage, refusal: &Refusal) -> String {
    let records: Vec<&TypedRecord> = page
        .records
        .iter()
        .chain(page.document_records.iter().flatten())
        .filter(|record| record.record.model == refusal.target)
        .collect();
    let line = refusal.message.split(", line ").nth(1).map(|rest| {
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse::<usize>().unwrap_or(0)
    });
    if let Some(record) =
        line.and_then(|line| line.checked_sub(1)).and_then(|index| records.get(index))
    {
        return row_text(tables, record);
    }
    if records.is_empty() {
        return format!("document {}, page {}", page.key.document_id.0, page.key.page);
    }
    records.iter().map(|record| row_text(tables, record)).collect::<Vec<_>>().join("\n")
}

/// Notes a refused row, and what it was to be of.
pub(in crate::store) async fn insert_reject(
    connection: &mut PgConnection,
    run: RunId,
    (document, page): (Option<DocumentId>, Option<PageNumber>),
    refusal: &Refusal,
    text: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into scanlift.reject (run_id, document_id, page_number, target, reason, message, row_text)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(run.0)
    .bind(document.map(|document| document.0))
    .bind(page.map(PageNumber::as_i32))
    .bind(&refusal.target)
    .bind(&refusal.reason)
    .bind(Storable::new(&refusal.message).into_string())
    .bind(Storable::new(text).into_string())
    .execute(connection)
    .await
    .map(|_| ())
}
