//! One transaction of the writer.

use std::collections::{BTreeMap, HashMap};

use sqlx::PgConnection;

use crate::document::{DocumentId, PageIssue, RunId, TypedRecord};

use crate::store::pages::{PageKey, PageState, page_number};

use super::commit_summary::{CommitSummary, PageChange};
use super::decide::{Before, Decision, Quality, decide};
use super::pack::{Completion, PackedEvent, PackedPage, RecordReplacement};
use super::records::{MadeOf, RecordRows, Tables, remove_of_documents, remove_of_pages};
use super::refusal::{BatchError, Refusal};
use super::replace::Replace;

/// What every batch of a run needs.
#[derive(Debug, Clone, Copy)]
pub(super) struct BatchContext<'a> {
    pub(super) run: RunId,
    pub(super) tables: &'a Tables,
    pub(super) replace: Replace,
}

pub(super) async fn write_events(
    connection: &mut PgConnection,
    context: &BatchContext<'_>,
    events: &[PackedEvent],
) -> Result<CommitSummary, BatchError> {
    let mut summary = CommitSummary::default();
    note_opened(connection, events).await?;
    let pages: Vec<&PackedPage> = events
        .iter()
        .filter_map(|event| match event {
            PackedEvent::Page(page) => Some(&**page),
            PackedEvent::Opened { .. } | PackedEvent::Records(_) => None,
        })
        .collect();
    let replacements: Vec<&RecordReplacement> = events
        .iter()
        .filter_map(|event| match event {
            PackedEvent::Records(replacement) => Some(replacement),
            PackedEvent::Opened { .. } | PackedEvent::Page(_) => None,
        })
        .collect();
    let mut rows = RecordRows::default();
    if !pages.is_empty() {
        write_pages(connection, context, &pages, &mut rows, &mut summary).await?;
    }
    if !replacements.is_empty() {
        remove_replaced(connection, &replacements).await?;
        for replacement in &replacements {
            add_records(
                &mut rows,
                context.tables,
                replacement.document_id,
                &replacement.records,
                &mut summary,
            )?;
        }
        summary.documents += replacements.len() as u64;
    }
    rows.write(connection, context.tables).await?;
    Ok(summary)
}

/// Notes format and page count, and makes the pages that are not there. Pending pages past the end, from an opening
/// that counted more, go.
async fn note_opened(
    connection: &mut PgConnection,
    events: &[PackedEvent],
) -> Result<(), sqlx::Error> {
    let mut opened = BTreeMap::new();
    for event in events {
        if let PackedEvent::Opened { document_id, format, page_count } = event {
            // A statement takes any of several rows for a document: the last one is what is known.
            opened.insert(document_id.0, (format.as_str(), *page_count));
        }
    }
    let documents: Vec<i64> = opened.keys().copied().collect();
    let (formats, counts): (Vec<&str>, Vec<i32>) = opened.into_values().unzip();
    if documents.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "update scanlift.document d set format = t.format, page_count = t.page_count
         from unnest($1::bigint[], $2::text[], $3::integer[]) as t (document_id, format, page_count)
         where d.document_id = t.document_id",
    )
    .bind(&documents)
    .bind(&formats)
    .bind(&counts)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "insert into scanlift.page (document_id, page_number)
         select t.document_id, number from unnest($1::bigint[], $2::integer[]) as t (document_id, page_count),
                generate_series(2, t.page_count) as number
         on conflict do nothing",
    )
    .bind(&documents)
    .bind(&counts)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "delete from scanlift.page p using unnest($1::bigint[], $2::integer[]) as t (document_id, page_count)
         where p.document_id = t.document_id and p.page_number > greatest(t.page_count, 1)
           and p.state = 'pending' and p.attempts = 0",
    )
    .bind(&documents)
    .bind(&counts)
    .execute(&mut *connection)
    .await
    .map(|_| ())
}

async fn write_pages(
    connection: &mut PgConnection,
    context: &BatchContext<'_>,
    pages: &[&PackedPage],
    rows: &mut RecordRows,
    summary: &mut CommitSummary,
) -> Result<(), BatchError> {
    let before = pages_before(connection, pages).await?;
    let mut decided = Vec::with_capacity(pages.len());
    for page in pages {
        let Some(before) = before.get(&page.key) else {
            return Err(Refusal::of_row("page", "the ledger has no such page").into());
        };
        let decision = decide(before, page.end.state(), &page.end.quality(), context.replace);
        decided.push((*page, *before, decision));
        summary.pages.push(change(page, before, decision));
    }
    super::ledger_rows::update_pages(connection, &decided).await?;
    super::ledger_rows::copy_attempts(connection, context.run, &decided).await?;
    let taken: Vec<(&PackedPage, Before)> = decided
        .iter()
        .filter(|(_, _, decision)| *decision == Decision::Take)
        .map(|(page, before, _)| (*page, *before))
        .collect();
    super::ledger_rows::replace_texts(connection, &taken).await?;
    let replaced: Vec<PageKey> =
        taken.iter().filter(|(_, before)| before.attempts > 0).map(|(page, _)| page.key).collect();
    remove_of_pages(connection, context.tables, &replaced).await?;
    note_document_records(connection, context.tables, &taken).await?;
    for (page, _) in &taken {
        let of_document = page.document_records.as_deref().unwrap_or_default();
        add_records(rows, context.tables, page.key.document_id, &page.records, summary)?;
        add_records(rows, context.tables, page.key.document_id, of_document, summary)?;
        summary.documents += u64::from(page.document_records.is_some());
    }
    Ok(())
}

/// Document, page number, state, mean confidence, unread share and number of attempts of a page.
type PageRow = (i64, i32, String, Option<f32>, Option<f32>, i32);

/// Reads what the ledger has of these pages, making those it has not.
async fn pages_before(
    connection: &mut PgConnection,
    pages: &[&PackedPage],
) -> Result<HashMap<PageKey, Before>, sqlx::Error> {
    let documents: Vec<i64> = pages.iter().map(|page| page.key.document_id.0).collect();
    let numbers: Vec<i32> = pages.iter().map(|page| page.key.page.as_i32()).collect();
    sqlx::query(
        "insert into scanlift.page (document_id, page_number)
         select t.document_id, t.page_number from unnest($1::bigint[], $2::integer[]) as t (document_id, page_number)
         where not exists (select from scanlift.page p
                           where p.document_id = t.document_id and p.page_number = t.page_number)
         on conflict do nothing",
    )
    .bind(&documents)
    .bind(&numbers)
    .execute(&mut *connection)
    .await?;
    let found: Vec<PageRow> = sqlx::query_as(
        "select p.document_id, p.page_number, p.state, p.mean_confidence, p.unread, p.attempts
         from scanlift.page p join unnest($1::bigint[], $2::integer[]) as t (document_id, page_number)
              on p.document_id = t.document_id and p.page_number = t.page_number
         for update of p",
    )
    .bind(&documents)
    .bind(&numbers)
    .fetch_all(&mut *connection)
    .await?;
    Ok(found
        .into_iter()
        .filter_map(|(document_id, number, state, confidence, unread, attempts)| {
            let key = PageKey { document_id: DocumentId(document_id), page: page_number(number)? };
            let state = PageState::from_ledger(&state).ok()?;
            Some((key, Before { state, quality: Quality { confidence, unread }, attempts }))
        })
        .collect())
}

fn change(page: &PackedPage, before: &Before, decision: Decision) -> PageChange {
    let (worth, worth_before) = page.end.quality().compare(&before.quality);
    PageChange {
        document_id: page.key.document_id,
        page: page.key.page,
        before: before.state,
        worth_before,
        attempt: page.end.state(),
        reason: page.end.failure().map(|failure| failure.reason),
        worth,
        without_words: page.end.state() == PageState::Stored && page.end.words() == Some(0),
        unread: page.end.facts().is_some_and(|facts| facts.issues.contains(&PageIssue::Unread)),
        after: match decision {
            Decision::Take => page.end.state(),
            Decision::Keep => before.state,
        },
    }
}

/// Documents whose only page brings their records are made now; the others are to be made again.
async fn note_document_records(
    connection: &mut PgConnection,
    tables: &Tables,
    taken: &[(&PackedPage, Before)],
) -> Result<(), sqlx::Error> {
    let ids = |wanted: &dyn Fn(&PackedPage, &Before) -> bool| -> Vec<i64> {
        taken
            .iter()
            .filter(|(page, before)| wanted(page, before))
            .map(|(page, _)| page.key.document_id.0)
            .collect()
    };
    let made = ids(&|page, _| page.document_records.is_some());
    let unmade = ids(&|page, _| page.document_records.is_none());
    let replaced = ids(&|page, before| page.document_records.is_some() && before.attempts > 0);
    remove_of_documents(connection, &tables.made_of(MadeOf::Documents), &replaced).await?;
    set_records_state(connection, &made, "made").await?;
    set_records_state(connection, &unmade, "pending").await
}

async fn set_records_state(
    connection: &mut PgConnection,
    documents: &[i64],
    state: &'static str,
) -> Result<(), sqlx::Error> {
    if documents.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "update scanlift.document set records_state = $2 where document_id = any($1) and records_state <> $2",
    )
    .bind(documents)
    .bind(state)
    .execute(connection)
    .await
    .map(|_| ())
}

pub(super) async fn remove_replaced(
    connection: &mut PgConnection,
    replacements: &[&RecordReplacement],
) -> Result<(), sqlx::Error> {
    let mut by_model: HashMap<&str, Vec<i64>> = HashMap::new();
    let mut made = Vec::new();
    for replacement in replacements {
        for model in replacement.models.iter() {
            by_model.entry(model).or_default().push(replacement.document_id.0);
        }
        if replacement.then == Completion::Made {
            made.push(replacement.document_id.0);
        }
    }
    for (model, documents) in by_model {
        remove_of_documents(connection, &[model.to_owned()], &documents).await?;
    }
    set_records_state(connection, &made, "made").await
}

fn add_records(
    rows: &mut RecordRows,
    tables: &Tables,
    document_id: DocumentId,
    records: &[TypedRecord],
    summary: &mut CommitSummary,
) -> Result<(), Refusal> {
    for record in records {
        rows.add(tables, document_id, record)?;
        *summary.records.entry(record.verdict).or_insert(0) += 1;
    }
    Ok(())
}
