//! The writer: events from the readers' threads become batches, and each batch one transaction.
//!
//! `pack` turns events into bytes and rows · `endings` makes the records of ended documents beside it · `job` is one
//! transaction, `batch` writes it · `ledger_rows` and `records` write rows ·
//! `refused` what stands for a bad row · `retry` outlives a lost connection. Called by `pipeline`, as one task beside
//! the readers. What it promises: a page's attempt, state, words and records are committed together or not at all, and never twice.

mod batch;
mod blocking;
mod commit_summary;
mod decide;
mod endings;
mod event;
mod job;
mod ledger_rows;
mod pack;
mod records;
mod refusal;
mod refused;
mod replace;
mod retry;

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use crate::model::RecordModel;

use super::backoff::PATIENCE;
use super::connection::Store;
use super::error::{StoreError, failed_to};
use super::model_table::RECORDS;
use super::run::Run;
use batch::BatchContext;
use blocking::on_blocking_thread;
pub use commit_summary::{CommitSummary, PageChange};
pub use endings::MakeDocumentRecords;
use endings::{Endings, Maker};
pub use event::LedgerEvent;
use job::Job;
use pack::PackedEvent;
use records::MadeOf;
pub(super) use records::{RecordRows, Tables};
pub(super) use refusal::{BatchError, Refusal};
pub(super) use refused::insert_reject;
pub use replace::Replace;

/// How the writer works.
#[derive(Clone)]
pub struct WriterOptions {
    /// All models whose records may come; their tables must fit (see [`Store::plan_models`]).
    pub models: Vec<RecordModel>,
    pub make_document_records: MakeDocumentRecords,
    pub replace: Replace,
    /// A batch holds at most so many events …
    pub batch_events: usize,
    /// … and about so many bytes …
    pub batch_bytes: usize,
    /// … and waits no longer than this for more.
    pub batch_wait: Duration,
    /// How long a lost connection or a full disk is borne.
    pub retry_for: Duration,
}

impl WriterOptions {
    /// Returns options with batches of 256 events, 16 MiB and 500 ms, and retries for 5 minutes.
    pub fn new(models: Vec<RecordModel>, make_document_records: MakeDocumentRecords) -> Self {
        Self {
            models,
            make_document_records,
            replace: Replace::IfNotWorse,
            batch_events: 256,
            batch_bytes: 16 << 20,
            batch_wait: Duration::from_millis(500),
            retry_for: PATIENCE,
        }
    }
}

impl fmt::Debug for WriterOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WriterOptions")
            .field("replace", &self.replace)
            .field("batch_events", &self.batch_events)
            .field("batch_bytes", &self.batch_bytes)
            .field("batch_wait", &self.batch_wait)
            .field("retry_for", &self.retry_for)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Writes events until all senders are dropped. `on_commit` is called after each commit, with what is committed.
    /// Before the first event it makes the document records that a killed run left unmade. On an error the receiver
    /// is dropped, so that the senders fail at once; what was committed stays.
    pub async fn write(
        &self,
        run: &mut Run,
        events: mpsc::Receiver<LedgerEvent>,
        options: WriterOptions,
        on_commit: impl FnMut(CommitSummary) + Send,
    ) -> Result<(), StoreError> {
        let tables = Tables::new(RECORDS, &options.models);
        let mut endings = Endings::new(Maker {
            store: self.clone(),
            make: Arc::clone(&options.make_document_records),
            models: tables.made_of(MadeOf::Documents),
            retry_for: options.retry_for,
        });
        let mut writer = Writer { store: self, run, tables, options, on_commit };
        writer.finish_left_documents(&mut endings).await?;
        writer.write_all(events, &mut endings).await
    }
}

struct Writer<'a, F> {
    store: &'a Store,
    run: &'a mut Run,
    tables: Tables,
    options: WriterOptions,
    on_commit: F,
}

impl<F: FnMut(CommitSummary) + Send> Writer<'_, F> {
    async fn write_all(
        &mut self,
        mut events: mpsc::Receiver<LedgerEvent>,
        endings: &mut Endings,
    ) -> Result<(), StoreError> {
        let mut carried = None;
        loop {
            let (batch, next) = self.collect_beside(&mut events, carried, endings).await?;
            if batch.is_empty() {
                return self.finish(endings).await;
            }
            carried = next;
            let packed =
                on_blocking_thread(move || batch.into_iter().map(pack::pack).collect::<Vec<_>>())
                    .await?;
            self.commit(&packed).await?;
            let touched: HashSet<i64> =
                packed.iter().filter_map(PackedEvent::ended_document).collect();
            if touched.is_empty() {
                continue;
            }
            endings.outdate(&touched);
            let touched: Vec<i64> = touched.into_iter().collect();
            endings.add(self.unmade_documents(Some(&touched)).await?);
        }
    }

    /// Collects the next events; commits what is made of ended documents in the meantime.
    async fn collect_beside(
        &mut self,
        events: &mut mpsc::Receiver<LedgerEvent>,
        carried: Option<LedgerEvent>,
        endings: &mut Endings,
    ) -> Result<(Vec<LedgerEvent>, Option<LedgerEvent>), StoreError> {
        let options = self.options.clone();
        let mut collecting = std::pin::pin!(collect(events, carried, &options));
        loop {
            tokio::select! {
                collected = &mut collecting => return Ok(collected),
                Some(made) = endings.next() => self.commit(&made?).await?,
            }
        }
    }

    /// Commits all that is still being made.
    async fn finish(&mut self, endings: &mut Endings) -> Result<(), StoreError> {
        while let Some(made) = endings.next().await {
            self.commit(&made?).await?;
        }
        Ok(())
    }

    /// Commits events in order. If the database refuses a row, halves are tried until the event that holds it stands
    /// alone; that one is committed as a reject.
    async fn commit(&mut self, events: &[PackedEvent]) -> Result<(), StoreError> {
        let mut parts = vec![events];
        while let Some(part) = parts.pop() {
            let Err(refusal) = self.commit_job(Job::Events(part)).await? else { continue };
            match part {
                [] => {}
                [event] => self.commit_refused(event, &refusal).await?,
                _ => {
                    let (left, right) = part.split_at(part.len() / 2);
                    parts.push(right);
                    parts.push(left);
                }
            }
        }
        Ok(())
    }

    async fn commit_refused(
        &mut self,
        event: &PackedEvent,
        refusal: &Refusal,
    ) -> Result<(), StoreError> {
        tracing::warn!(target.table = %refusal.target, reason = %refusal.reason, "the database refused a row: {}", refusal.message);
        if let Err(second) = self.commit_job(Job::Refused(event, refusal)).await? {
            // Not even its failure can be noted, say because its document is unknown: the row itself must do.
            self.commit_job(Job::RejectOnly(event, &second)).await?.map_err(|third| {
                StoreError::Ledger { what: "a row that cannot be rejected", value: third.message }
            })?;
        }
        Ok(())
    }

    /// Commits one transaction, however often the connection is lost. The inner error is a refused row.
    async fn commit_job(&mut self, job: Job<'_>) -> Result<Result<(), Refusal>, StoreError> {
        let context =
            BatchContext { run: self.run.id, tables: &self.tables, replace: self.options.replace };
        let outcome =
            retry::commit(self.store, self.run, &context, job, self.options.retry_for).await?;
        Ok(outcome.map(|summary| (self.on_commit)(summary)))
    }

    /// Makes the records of documents whose last page ended in a run that was killed before it made them.
    async fn finish_left_documents(&mut self, endings: &mut Endings) -> Result<(), StoreError> {
        loop {
            let left = self.unmade_documents(None).await?;
            if left.is_empty() {
                return Ok(());
            }
            endings.add(left);
            self.finish(endings).await?;
        }
    }

    /// Lists documents (of those given, or some of all) that have no page left to read but no records yet.
    async fn unmade_documents(&self, among: Option<&[i64]>) -> Result<Vec<i64>, StoreError> {
        let Self { store, options, .. } = self;
        store.retrying_for(options.retry_for, || store.unmade_documents_once(among)).await
    }
}

impl Store {
    async fn unmade_documents_once(&self, among: Option<&[i64]>) -> Result<Vec<i64>, StoreError> {
        const AT_A_TIME: i64 = 1000;
        sqlx::query_scalar(
            "select d.document_id from scanlift.document d
             where d.records_state = 'pending' and ($1::bigint[] is null or d.document_id = any($1))
               and not exists (select from scanlift.page p where p.document_id = d.document_id and p.state = 'pending')
             order by d.document_id limit case when $1::bigint[] is null then $2 end",
        )
        .bind(among)
        .bind(AT_A_TIME)
        .fetch_all(&self.pool)
        .await
        .map_err(failed_to("look for ended documents"))
    }
}

/// Collects events until the batch is full or has waited long enough; empty when all senders are gone. An event that
/// would touch a page twice in one batch is handed back for the next.
async fn collect(
    events: &mut mpsc::Receiver<LedgerEvent>,
    carried: Option<LedgerEvent>,
    options: &WriterOptions,
) -> (Vec<LedgerEvent>, Option<LedgerEvent>) {
    let first = match carried {
        Some(event) => Some(event),
        None => events.recv().await,
    };
    let Some(first) = first else { return (Vec::new(), None) };
    let mut touched = HashSet::new();
    touched.extend(first.touches());
    let mut bytes = first.estimated_bytes();
    let mut batch = vec![first];
    let deadline = Instant::now() + options.batch_wait;
    while batch.len() < options.batch_events && bytes < options.batch_bytes {
        let Ok(Some(event)) = timeout_at(deadline, events.recv()).await else { break };
        if event.touches().is_some_and(|touch| !touched.insert(touch)) {
            return (batch, Some(event));
        }
        bytes += event.estimated_bytes();
        batch.push(event);
    }
    (batch, None)
}
