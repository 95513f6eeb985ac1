//! The store against a real Postgres: one private cluster for all tests, a database for each.

mod cluster;
mod cuts;
mod encoder;
mod ledger;
mod model_table;
mod other_files;
mod pages;
mod record_stream;
mod writer;

use std::future::Future;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::document::{
    Attempt, DocumentHash, DocumentId, Failure, Line, PageEnd, PageFacts, PageNumber, PageOutcome,
    PageText, PixelBox, Reason, Recipe, Record, Stage, TypedField, TypedRecord, Value, Verdict,
    Word,
};
use crate::model::{Choose, Claims, Field, FieldKind, RecordModel, Scope};

use super::connection::enter;
use super::{Cursor, HashedFile, LedgerEvent, Run, Store, WriterOptions};

/// Runs a test on a migrated database of its own, which is dropped afterwards.
pub(crate) fn with_store<F, Done>(body: F)
where
    F: FnOnce(Store) -> Done,
    Done: Future<Output = ()> + Send + 'static,
{
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let user = rustix::process::geteuid().as_raw();
        let directory = std::env::temp_dir().join(format!("scanlift-tests-{user}"));
        let cluster = Arc::new(enter(directory.clone(), directory.join("root")).await.unwrap());
        let store = Store::in_cluster(Arc::clone(&cluster), &name).await.unwrap();
        store.migrate().await.unwrap();
        // As a task, so that a failed assertion comes back here and the server is left in order.
        let outcome = tokio::spawn(body(store.clone())).await;
        store.pool.close().await;
        drop(store);
        let admin = Store::in_cluster(cluster, "scanlift").await.unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe(format!("drop database if exists {name} with (force)")))
            .execute(&admin.pool)
            .await
            .unwrap();
        admin.close().await.unwrap();
        if let Err(failed) = outcome {
            std::panic::resume_unwind(failed.into_panic());
        }
    });
}

/// All changes of the schema, in order.
const MIGRATIONS: [&str; 6] = [
    "0001 ledger",
    "0002 accounts",
    "0003 archive",
    "0004 knowledge",
    "0005 dates",
    "0006 generation",
];

/// Takes changes of the schema back, the newest first, until so many are left.
async fn go_back_to(store: &Store, left: usize) {
    for name in MIGRATIONS[left..].iter().rev() {
        assert_eq!(store.rollback_migration().await.unwrap().as_deref(), Some(*name));
    }
}

pub(crate) fn page_number(number: u32) -> PageNumber {
    PageNumber(NonZeroU32::new(number).unwrap())
}

/// A file with a content of its own for each `content`.
pub(crate) fn file(path: &str, content: u8) -> HashedFile {
    HashedFile {
        path: PathBuf::from(path),
        size: 10,
        modified_ns: 1,
        hash: DocumentHash([content; 32]),
        words: None,
    }
}

/// A model of a scope with fields of the given types.
pub(crate) fn model(name: &str, scope: Scope, fields: &[(&str, FieldKind)]) -> RecordModel {
    let fields = fields.iter().map(|(name, kind)| field(name, kind.clone())).collect();
    RecordModel {
        name: name.to_owned(),
        version: 1,
        scope,
        claims: Claims::default(),
        fields,
        anchors: Vec::new(),
        rows: None,
        rules: Vec::new(),
        balances: Vec::new(),
        review_below: 0.5,
        learned: None,
        source: format!("name = \"{name}\""),
    }
}

fn field(name: &str, kind: FieldKind) -> Field {
    Field {
        name: name.to_owned(),
        kind,
        labels: Vec::new(),
        places: Vec::new(),
        pattern: None,
        exclude: Vec::new(),
        choose: Choose::Best,
        count: crate::document::Count::One,
        learn: None,
        vocabulary: Vec::new(),
        required: false,
        column: Vec::new(),
        carry: false,
        cell: None,
        wraps_at: None,
        recurs: false,
        unsigned: false,
        outliers: false,
        index: false,
        review_below: 0.5,
        doubtful: crate::model::Doubtful::default(),
        default: None,
    }
}

pub(crate) fn text_kind() -> FieldKind {
    FieldKind::Text { join: " ".into(), max_length: 100 }
}

pub(crate) fn date_kind() -> FieldKind {
    FieldKind::Date {
        order: crate::model::DateOrder::DayMonthYear,
        pivot: 30,
        partial: crate::model::Partial::Refuse,
    }
}

/// A record with one value for each field.
pub(crate) fn record(
    model: &str,
    page: u32,
    row_number: u32,
    values: Vec<Option<Value>>,
) -> TypedRecord {
    let fields = values
        .into_iter()
        .map(|value| TypedField { value, confidence: 0.75, ..TypedField::default() })
        .collect();
    TypedRecord {
        record: Record {
            model: model.to_owned(),
            page: page_number(page),
            row_number,
            region: 0,
            fields,
        },
        model_version: 1,
        confidence: 0.75,
        verdict: Verdict::Accepted,
        issues: Vec::new(),
        dates: crate::document::SaidOrder::Nothing,
        before_archive: None,
    }
}

/// A page text of one word that was read with a confidence of 0–100.
pub(crate) fn page_text(word: &str, confidence: f32) -> PageText {
    let bounds = PixelBox { left: 0, top: 0, right: 10, bottom: 10 };
    let words = vec![Word { text: word.to_owned(), bounds, confidence, doubts: Vec::new() }];
    PageText {
        width: 100,
        height: 200,
        dpi: 300.0,
        lines: vec![Line { block: 0, paragraph: 0, words }],
        marks: Vec::new(),
        facts: PageFacts { width: 100, height: 200, dpi: 300.0, ..PageFacts::default() },
    }
}

pub(crate) fn outcome(document_id: DocumentId, page: u32, end: PageEnd) -> PageOutcome {
    let recipe =
        Recipe { engine: "tesseract 5".into(), languages: "eng".into(), ..Recipe::default() };
    PageOutcome {
        document_id,
        page: page_number(page),
        attempt: Attempt {
            started_at_us: 1_700_000_000_000_000,
            duration_ms: 12,
            recipe: Some(recipe),
        },
        end,
        records: Vec::new(),
        document_records: None,
    }
}

pub(crate) fn stored(
    document_id: DocumentId,
    page: u32,
    word: &str,
    confidence: f32,
) -> PageOutcome {
    outcome(document_id, page, PageEnd::Stored(Box::new(page_text(word, confidence))))
}

pub(crate) fn failed(document_id: DocumentId, page: u32, reason: Reason) -> PageOutcome {
    outcome(
        document_id,
        page,
        PageEnd::Failed(Failure::new(Stage::Read, reason, "it did\0 not work")),
    )
}

/// Options for these models; documents get no records of their own.
pub(crate) fn options(models: &[RecordModel]) -> WriterOptions {
    WriterOptions::new(models.to_vec(), Arc::new(|_| Vec::new()))
}

/// Makes the models' tables.
pub(crate) async fn apply(store: &Store, models: &[RecordModel]) {
    let plans = store.plan_models(models).await.unwrap();
    store.apply_models(&plans).await.unwrap();
}

pub(crate) async fn start(store: &Store) -> Run {
    store.start_run("ingest", &serde_json::json!({"jobs": 2})).await.unwrap()
}

/// Writes page outcomes through the writer and returns what each commit said.
pub(crate) async fn write(
    store: &Store,
    run: &mut Run,
    options: WriterOptions,
    events: Vec<LedgerEvent>,
) -> Vec<super::CommitSummary> {
    let (sender, receiver) = tokio::sync::mpsc::channel(events.len().max(1));
    for event in events {
        sender.send(event).await.unwrap();
    }
    drop(sender);
    let mut summaries = Vec::new();
    store.write(run, receiver, options, |summary| summaries.push(summary)).await.unwrap();
    summaries
}

pub(crate) fn page_event(outcome: PageOutcome) -> LedgerEvent {
    LedgerEvent::Page(Box::new(outcome))
}

/// Asks for one number.
pub(crate) async fn count(store: &Store, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&store.pool).await.unwrap()
}

/// Fetches all rows of a cursor.
pub(crate) async fn all_rows<T>(mut cursor: Cursor<'_, T>) -> Vec<T> {
    let mut rows = Vec::new();
    loop {
        let batch = cursor.next_rows().await.unwrap();
        if batch.is_empty() {
            return rows;
        }
        rows.extend(batch);
    }
}
