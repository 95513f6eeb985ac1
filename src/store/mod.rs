//! Postgres: the ledger, the typed record tables, the private cluster, and every query.
//!
//! The only room that knows sqlx and SQL. Called by `commands`, `pipeline` (events into the
//! writer) and `export` (rows out). Knows nothing of pixels, files on disk or models' meaning.
//!
//! API DRAFT: bodies move to the files of this room; signatures are meant to stay.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use tokio::sync::mpsc;

use crate::document::{
    DocumentHash, DocumentId, Failure, Format, PageNumber, PageOutcome, PageText, Reason, RunId,
    TypedRecord, Verdict,
};
use crate::model::RecordModel;

// ---------------------------------------------------------------- connecting

/// Where the database is.
#[derive(Debug, Clone)]
pub enum Database {
    /// A `postgres://` URL.
    Url(String),
    /// The private cluster under this directory (`.scanlift` by default); started on demand.
    Private(PathBuf),
}

/// A connected database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store;

/// What went wrong; `Display` is `what: why`, `hint()` is what to do.
#[derive(Debug, thiserror::Error)]
#[error("draft")]
pub struct StoreError;
impl StoreError {
    /// Returns what the user can do about it, if we know.
    pub fn hint(&self) -> Option<String> { None }
}
type Result<T> = std::result::Result<T, StoreError>;

impl Store {
    /// Connects (starting the private cluster if need be) and checks the server's version (>= 13). Does not migrate.
    pub async fn connect(database: &Database) -> Result<Self> { todo!() }
    /// `connect`, then applies pending migrations: what all commands but `db` use.
    pub async fn open(database: &Database) -> Result<Self> { todo!() }
    /// Returns the URL that psql understands.
    pub fn url(&self) -> String { todo!() }
    /// Closes all connections; stops the private cluster if this was its last user and `db start` did not pin it.
    /// Without it (a crash) the server stays and the next command finds it.
    pub async fn close(self) -> Result<()> { todo!() }
    /// Applies pending migrations; returns their names.
    pub async fn migrate(&self) -> Result<Vec<String>> { todo!() }
    /// Reverts the newest migration; returns its name. `None` if there is none.
    pub async fn rollback_migration(&self) -> Result<Option<String>> { todo!() }
    /// Returns the names of migrations that are not applied.
    pub async fn pending_migrations(&self) -> Result<Vec<String>> { todo!() }
}

/// `db start`: starts the private cluster and leaves it running until `stop_cluster`. Returns its URL.
pub async fn start_cluster(directory: &Path) -> Result<String> { todo!() }
/// `db stop`: false if it was not running.
pub async fn stop_cluster(directory: &Path) -> Result<bool> { todo!() }

// ---------------------------------------------------------------- runs

/// A run that may write: holds the database's write lock until it is finished or dropped.
/// A second one is refused: "another scanlift (pid 71, host archive, since 2024-05-01 10:00:00 UTC) is writing".
#[derive(Debug)]
pub struct Run { pub id: RunId }

impl Store {
    /// Takes the write lock and notes a new run. `command` is `ingest`, `reprocess`, `reextract`, …
    pub async fn start_run(&self, command: &str, settings: &serde_json::Value) -> Result<Run> { todo!() }
    /// Notes the end and summary of a run and gives the write lock back.
    pub async fn finish_run(&self, run: Run, end: RunEnd, summary: &serde_json::Value) -> Result<()> { todo!() }
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunEnd { Finished, Interrupted, Failed }

// ---------------------------------------------------------------- files and documents

/// A file whose content was hashed.
#[derive(Debug, Clone)]
pub struct HashedFile { pub path: PathBuf, pub size: u64, /** Nanoseconds since 1970. */ pub modified_ns: i64, pub hash: DocumentHash }

/// A file that could not be read or hashed.
#[derive(Debug, Clone)]
pub struct UnreadableFile { pub path: PathBuf, pub size: Option<u64>, pub modified_ns: Option<i64>, pub failure: Failure }

/// What the ledger knows of a path from earlier runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownFile {
    pub size: u64,
    pub modified_ns: i64,
    /// `None` for an unreadable file.
    pub document: Option<(DocumentId, DocumentHash)>,
    /// True if pages or document records are still to be made: `register` it with the known hash.
    pub unfinished: bool,
}

/// What a file is to the ledger after registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The first file of a document nobody has seen.
    New,
    /// This path with this content was here before.
    Known,
    /// Another path holds the same document.
    Duplicate,
}

/// Answer to the registration of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    pub document_id: DocumentId,
    pub standing: Standing,
    /// `None` until the document was opened for the first time.
    pub page_count: Option<u32>,
    /// The pages this file's caller is to read, ascending. A document's pending pages are handed out once a run, so
    /// a duplicate found later gets none; `page_count: None` with `[1]` means "open it, then read all".
    pub pending: Vec<PageNumber>,
}

impl Store {
    /// Looks up paths; same order as asked, `None` for unknown ones.
    pub async fn known_files(&self, paths: &[PathBuf]) -> Result<Vec<Option<KnownFile>>> { todo!() }
    /// Registers files (any number; a few hundred at a time is best); same order as given. Idempotent.
    pub async fn register(&self, run: RunId, files: &[HashedFile]) -> Result<Vec<Registered>> { todo!() }
    /// Notes files that could not be read. A file that already has a document keeps it.
    pub async fn mark_unreadable(&self, run: RunId, files: &[UnreadableFile]) -> Result<()> { todo!() }
}

// ---------------------------------------------------------------- the writer

/// What worker threads send (`blocking_send`), in order per document: `Opened` before its pages.
#[derive(Debug)]
pub enum LedgerEvent {
    /// A document was opened: pages 2..=page_count become pending.
    Opened { document_id: DocumentId, format: Format, page_count: u32 },
    /// An attempt ended. (A document that cannot be opened: page 1, `Failed`.)
    Page(Box<PageOutcome>),
    /// `reextract`: the document's rows of these models are replaced by these records.
    Reextracted { document_id: DocumentId, models: Arc<[String]>, records: Vec<TypedRecord> },
}

/// The stored pages of a document that has ended.
#[derive(Debug, Clone)]
pub struct DocumentPages { pub document_id: DocumentId, pub pages: Vec<(PageNumber, PageText)>, /** Failed or quarantined. */ pub missing: Vec<PageNumber> }

/// Makes the document-scope records of a document; pure, runs on a blocking thread.
pub type MakeDocumentRecords = Arc<dyn Fn(DocumentPages) -> Vec<TypedRecord> + Send + Sync>;

/// When a new stored attempt replaces a stored page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replace { IfNotWorse, Always }

/// How the writer works.
#[derive(Clone)]
pub struct WriterOptions {
    /// All models whose records may come.
    pub models: Vec<RecordModel>,
    pub make_document_records: MakeDocumentRecords,
    pub replace: Replace,
    /// 256.
    pub batch_events: usize,
    /// 16 MiB.
    pub batch_bytes: usize,
    /// 500 ms.
    pub batch_wait: Duration,
    /// How long a lost connection or a full disk is retried: 5 min.
    pub retry_for: Duration,
}

impl WriterOptions {
    /// The defaults above with `Replace::IfNotWorse`.
    pub fn new(models: Vec<RecordModel>, make_document_records: MakeDocumentRecords) -> Self { todo!() }
}

/// What became of a page by one committed attempt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PageChange {
    pub document_id: DocumentId,
    pub page: PageNumber,
    pub before: PageState,
    /// 0–100, of the words stored before.
    pub confidence_before: Option<f32>,
    /// How the attempt ended.
    pub attempt: PageState,
    pub reason: Option<Reason>,
    /// 0–100, of the attempt.
    pub confidence: Option<f32>,
    /// The page's state now: differs from `attempt` if the earlier result was better and was kept.
    pub after: PageState,
}

/// What one committed batch changed.
#[derive(Debug, Clone, Default)]
pub struct CommitSummary {
    pub pages: Vec<PageChange>,
    /// Records written, by verdict: accepted, review, rejected.
    pub records: BTreeMap<Verdict, u64>,
    /// Rows the database refused.
    pub rejects: u64,
    /// Documents whose document-scope records were made or remade.
    pub documents_made: u64,
}

impl Store {
    /// Writes events until all senders are dropped, then returns. `on_commit` is called after each commit. First it
    /// makes the document records a killed run left unmade. On error the receiver is dropped, so senders fail at once.
    /// Run it as one task beside the readers; the caller makes the channel (`mpsc::channel(512)`).
    pub async fn write(&self, run: &mut Run, events: mpsc::Receiver<LedgerEvent>, options: WriterOptions, on_commit: impl FnMut(CommitSummary) + Send) -> Result<()> { todo!() }
}

// ---------------------------------------------------------------- selecting pages, texts

/// State of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PageState { Pending, Stored, Blank, Failed, Quarantined }

/// Key of a page, for keyset paging.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PageKey { pub document_id: DocumentId, pub page: PageNumber }

/// A page to read again.
#[derive(Debug, Clone, PartialEq)]
pub struct SelectedPage {
    pub key: PageKey,
    pub hash: DocumentHash,
    pub page_count: Option<u32>,
    /// Files that hold the document, its own path first.
    pub paths: Vec<PathBuf>,
    pub state: PageState,
    pub reason: Option<Reason>,
    /// 0–100.
    pub mean_confidence: Option<f32>,
    pub attempts: u32,
}

/// A parsed condition, see `filter.rs`. `reason=timeout and confidence<0.8`
#[derive(Debug, Clone)]
pub struct Filter;
/// Which columns a condition may name.
#[derive(Debug, Clone)]
pub struct Columns;
/// A wrong condition: message with the column (from 1) where it went wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: {message}")]
pub struct FilterError { pub column: usize, pub message: String }
impl Filter {
    /// Parses a condition on pages: reason, stage, state, confidence (0–1), engine, languages, path, model, attempts, page, dpi, width, height.
    pub fn pages(text: &str) -> std::result::Result<Self, FilterError> { todo!() }
    /// Parses a condition on records: the model's fields, `_status`, `_confidence`, `_file`, `_page`, `_row`.
    pub fn records(text: &str, model: &RecordModel) -> std::result::Result<Self, FilterError> { todo!() }
}

/// A document's stored words, still packed.
#[derive(Debug, Clone)]
pub struct PackedDocument { pub document_id: DocumentId, pages: Vec<(PageNumber, Vec<u8>)>, pub missing: Vec<PageNumber> }
impl PackedDocument {
    /// Unpacks the words (CPU work: call it on a rayon thread).
    pub fn unpack(&self) -> Result<DocumentPages> { todo!() }
}

impl Store {
    /// Selects pages to read again in the order of their keys, after `after`. Without a filter: failed and quarantined
    /// ones; with one: any that are not pending. Pages keep their state until a new attempt is committed.
    pub async fn select_pages(&self, filter: Option<&Filter>, after: Option<PageKey>, limit: u32) -> Result<Vec<SelectedPage>> { todo!() }
    /// Counts what `select_pages` would give in all.
    pub async fn count_pages(&self, filter: Option<&Filter>) -> Result<u64> { todo!() }
    /// Reads the stored words of the next documents after `after`, by document id.
    pub async fn packed_documents(&self, after: Option<DocumentId>, limit: u32) -> Result<Vec<PackedDocument>> { todo!() }
    /// Counts documents with stored words.
    pub async fn count_documents(&self) -> Result<u64> { todo!() }
    /// Reads one page's words, for `model explain`. `None` if there are none.
    pub async fn page_text(&self, key: PageKey) -> Result<Option<PageText>> { todo!() }
    /// Finds the document of a path.
    pub async fn document_of(&self, path: &Path) -> Result<Option<DocumentId>> { todo!() }
}

// ---------------------------------------------------------------- model tables

/// What must be done so that a model's table fits the model. `Display` shows it as text.
#[derive(Debug, Clone)]
pub struct TablePlan;
impl TablePlan {
    /// True if there is nothing to do.
    pub fn is_empty(&self) -> bool { todo!() }
}
impl Store {
    /// Plans each model's table: create, add columns, widen types (bigint → numeric → text). Columns the model no longer
    /// has are kept and reported. Errors if a column's type cannot be changed without loss.
    pub async fn plan_models(&self, models: &[RecordModel]) -> Result<Vec<TablePlan>> { todo!() }
    /// Applies plans in one transaction.
    pub async fn apply_models(&self, plans: &[TablePlan]) -> Result<()> { todo!() }
    /// Undoes the newest change of a model's table; returns the statements that were run.
    pub async fn rollback_model(&self, model: &str) -> Result<Vec<String>> { todo!() }
}

// ---------------------------------------------------------------- report and export

/// The reconciliation of everything, from one snapshot.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    pub files: u64,
    pub documents: u64,
    pub duplicates: u64,
    pub unreadable: u64,
    pub pages: u64,
    pub stored: u64,
    pub blank: u64,
    pub failed: u64,
    pub quarantined: u64,
    pub pending: u64,
    /// Failed and quarantined pages by reason.
    pub failures: BTreeMap<String, u64>,
    /// Unreadable files by reason.
    pub unreadable_by_reason: BTreeMap<String, u64>,
    /// model → verdict → records.
    pub records: BTreeMap<String, BTreeMap<String, u64>>,
    pub rejects: u64,
    /// Documents whose files now hold other content; not counted above.
    pub superseded_documents: u64,
}
impl Report {
    /// files = documents + duplicates + unreadable, pages = stored + blank + failed + quarantined + pending, failures = failed + quarantined.
    pub fn adds_up(&self) -> bool { todo!() }
}

/// One line of `report --csv`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLine { pub file: String, pub status: String, pub reason: String }

/// Rows from a server-side cursor in one snapshot; memory holds one batch.
#[derive(Debug)]
pub struct Cursor<T>(std::marker::PhantomData<T>);
impl<T> Cursor<T> {
    /// Returns the next rows, empty at the end.
    pub async fn next_rows(&mut self) -> Result<Vec<T>> { todo!() }
}

/// A record as text cells, for export: fields in the model's order.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordRow { pub fields: Vec<Option<String>>, pub file: String, pub page: u32, pub row: u32, pub status: Verdict, pub confidence: f32, pub issues: Vec<String> }

/// A page as export writes it.
#[derive(Debug, Clone, PartialEq)]
pub struct PageTextRow { pub file: String, pub page: u32, pub text: String, pub status: PageState, pub confidence: Option<f32> }

impl Store {
    /// Counts everything in one snapshot.
    pub async fn report(&self) -> Result<Report> { todo!() }
    /// One line for every file found, in path order.
    pub async fn file_lines(&self) -> Result<Cursor<FileLine>> { todo!() }
    /// A model's records by path, page, row. `statuses` empty means all.
    pub async fn record_rows(&self, model: &RecordModel, filter: Option<&Filter>, statuses: &[Verdict]) -> Result<Cursor<RecordRow>> { todo!() }
    /// All pages by path and number.
    pub async fn page_text_rows(&self) -> Result<Cursor<PageTextRow>> { todo!() }
}

// ---------------------------------------------------------------- src/export/ (another room; here for the draft)
// pub enum ExportWhat<'a> { Records(&'a RecordModel), PageText }
// pub enum ExportTarget { Stdout, File(PathBuf) }                     // .gz / .zst by extension, temp file + rename
// pub enum Formulas { AsIs, Protected }
// pub struct ExportOptions { statuses: Vec<Verdict>, columns: Option<Vec<String>>, filter: Option<Filter>, formulas: Formulas }
// pub async fn export(store: &Store, what: ExportWhat<'_>, target: &ExportTarget, options: &ExportOptions) -> Result<u64 /* rows */, ExportError>
// pub async fn report_csv(store: &Store, target: &ExportTarget) -> Result<u64, ExportError>
