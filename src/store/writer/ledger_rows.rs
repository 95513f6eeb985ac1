//! The ledger's rows of a batch of pages: states, attempts and words.

use sqlx::PgConnection;

use crate::document::{PageFacts, RunId};
use crate::store::copy::CopyRows;
use crate::store::storable::Storable;

use super::decide::{Before, Decision};
use super::pack::{PackedEnd, PackedPage};
use super::refusal::{BatchError, copy_rows};

const COPY_ATTEMPTS: &str = "copy scanlift.attempt (document_id, page_number, attempt_number, run_id, started_at, \
     duration_ms, recipe, outcome, reason, stage, message, mean_confidence) from stdin (format binary)";
const ATTEMPT_COLUMNS: i16 = 12;
const COPY_TEXTS: &str =
    "copy scanlift.page_text (document_id, page_number, content) from stdin (format binary)";
const TEXT_COLUMNS: i16 = 3;

/// Sets the states of pages whose attempt is taken, and counts the attempt of all.
pub(super) async fn update_pages(
    connection: &mut PgConnection,
    decided: &[(&PackedPage, Before, Decision)],
) -> Result<(), sqlx::Error> {
    let all = |take: Decision| {
        decided.iter().filter(move |(_, _, decision)| *decision == take).map(|(page, _, _)| *page)
    };
    let kept: Vec<&PackedPage> = all(Decision::Keep).collect();
    if !kept.is_empty() {
        sqlx::query(
            "update scanlift.page p set attempts = p.attempts + 1
             from unnest($1::bigint[], $2::integer[]) as t (document_id, page_number)
             where p.document_id = t.document_id and p.page_number = t.page_number",
        )
        .bind(column(&kept, |page| page.key.document_id.0))
        .bind(column(&kept, |page| page.key.page.as_i32()))
        .execute(&mut *connection)
        .await?;
    }
    let taken: Vec<&PackedPage> = all(Decision::Take).collect();
    if taken.is_empty() {
        return Ok(());
    }
    let facts = |page: &PackedPage| page.end.facts().cloned();
    sqlx::query(
        "update scanlift.page p
         set state = t.state, reason = t.reason, stage = t.stage, message = t.message,
             engine = t.engine, languages = t.languages, width = t.width, height = t.height, dpi = t.dpi,
             rotation = t.rotation, skew_degrees = t.skew_degrees, mean_confidence = t.mean_confidence,
             unread = t.unread, words = t.words, issues = string_to_array(t.issues, ','),
             attempts = p.attempts + 1
         from unnest($1::bigint[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                     $8::text[], $9::integer[], $10::integer[], $11::real[], $12::smallint[], $13::real[],
                     $14::real[], $15::real[], $16::integer[], $17::text[])
              as t (document_id, page_number, state, reason, stage, message, engine,
                    languages, width, height, dpi, rotation, skew_degrees, mean_confidence, unread, words, issues)
         where p.document_id = t.document_id and p.page_number = t.page_number",
    )
    .bind(column(&taken, |page| page.key.document_id.0))
    .bind(column(&taken, |page| page.key.page.as_i32()))
    .bind(column(&taken, |page| page.end.state().as_str()))
    .bind(column(&taken, |page| page.end.failure().map(|failure| failure.reason.as_str())))
    .bind(column(&taken, |page| page.end.failure().map(|failure| failure.stage.as_str())))
    .bind(column(&taken, |page| {
        page.end.failure().map(|failure| Storable::new(&failure.message).into_string())
    }))
    .bind(column(&taken, |page| page.recipe.as_ref().map(|recipe| recipe.engine.clone())))
    .bind(column(&taken, |page| page.recipe.as_ref().map(|recipe| recipe.languages.clone())))
    .bind(column(&taken, |page| facts(page).and_then(|facts| i32::try_from(facts.width).ok())))
    .bind(column(&taken, |page| facts(page).and_then(|facts| i32::try_from(facts.height).ok())))
    .bind(column(&taken, |page| facts(page).map(|facts| facts.dpi)))
    .bind(column(&taken, |page| facts(page).and_then(|facts| i16::try_from(facts.rotation.degrees()).ok())))
    .bind(column(&taken, |page| facts(page).map(|facts| facts.skew_degrees)))
    .bind(column(&taken, |page| page.end.confidence()))
    .bind(column(&taken, |page| facts(page).map(|facts| facts.unread)))
    .bind(column(&taken, |page| page.end.words()))
    .bind(column(&taken, |page| facts(page).map(|facts| issue_words(&facts))))
    .execute(&mut *connection)
    .await
    .map(|_| ())
}

/// Returns a page's issues with commas between: an array of arrays is none to `unnest`.
fn issue_words(facts: &PageFacts) -> String {
    facts.issues.iter().map(|issue| issue.as_str()).collect::<Vec<_>>().join(",")
}

fn column<T>(pages: &[&PackedPage], value: impl Fn(&PackedPage) -> T) -> Vec<T> {
    pages.iter().map(|page| value(page)).collect()
}

/// Notes every attempt, for ever.
pub(super) async fn copy_attempts(
    connection: &mut PgConnection,
    run: RunId,
    decided: &[(&PackedPage, Before, Decision)],
) -> Result<(), BatchError> {
    let mut rows = CopyRows::new();
    for (page, before, _) in decided {
        let failure = page.end.failure();
        rows.start_row(ATTEMPT_COLUMNS);
        rows.bigint(page.key.document_id.0);
        rows.integer(page.key.page.as_i32());
        rows.integer(before.attempts.saturating_add(1));
        rows.bigint(run.0);
        rows.timestamptz(page.started_at_us);
        rows.bigint(i64::from(page.duration_ms));
        rows.optional(page.recipe_json.as_deref(), CopyRows::jsonb);
        rows.text(page.end.state().as_str());
        rows.optional(failure.map(|failure| failure.reason.as_str()), CopyRows::text);
        rows.optional(failure.map(|failure| failure.stage.as_str()), CopyRows::text);
        rows.optional(failure.map(|failure| failure.message.as_str()), CopyRows::text);
        rows.optional(page.end.confidence(), CopyRows::real);
    }
    copy_rows(connection, "attempt", COPY_ATTEMPTS, rows).await
}

/// Writes the words of stored pages, and removes those of pages that have been tried before.
pub(super) async fn replace_texts(
    connection: &mut PgConnection,
    taken: &[(&PackedPage, Before)],
) -> Result<(), BatchError> {
    let tried: Vec<&PackedPage> =
        taken.iter().filter(|(_, before)| before.attempts > 0).map(|(page, _)| *page).collect();
    if !tried.is_empty() {
        sqlx::query(
            "delete from scanlift.page_text where (document_id, page_number) in
                 (select * from unnest($1::bigint[], $2::integer[]))",
        )
        .bind(column(&tried, |page| page.key.document_id.0))
        .bind(column(&tried, |page| page.key.page.as_i32()))
        .execute(&mut *connection)
        .await?;
    }
    let mut rows = CopyRows::new();
    for (page, _) in taken {
        if let PackedEnd::Stored { content, .. } = &page.end {
            rows.start_row(TEXT_COLUMNS);
            rows.bigint(page.key.document_id.0);
            rows.integer(page.key.page.as_i32());
            rows.bytea(content);
        }
    }
    copy_rows(connection, "page_text", COPY_TEXTS, rows).await
}
