//! Streams of a model's records at full speed: one `copy … to stdout (format binary)` in one snapshot, a batch of rows
//! in memory.
//!
//! When the connection is lost, a new one goes on behind the last row that was handed out, in a snapshot of its own: no
//! row is missing and none comes twice, because the rows' order is total.

use futures_util::TryStreamExt;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::sync::mpsc::Sender;

use crate::document::Count;
use crate::model::RecordModel;

use super::backoff::{Backoff, PATIENCE};
use super::connection::Store;
use super::datum::{Datum, take_sized};
use super::error::{StoreError, failed_to};
use super::model_table::{column_types, table_of};
use super::pages::selection_error;
use super::record_columns::{ColumnKind, RecordColumn};
use super::record_query::{HAS_MANY, RecordQuery};
use super::record_selection::{RecordKey, Selection};

/// Bytes of rows that are handed out together. In tests few, so that streams are cut in their midst.
const BATCH_BYTES: usize = if cfg!(test) { 256 } else { 256 << 10 };

/// The signature of the binary format, its flags, and the length of an extension that there is none of.
const HEADER_BYTES: usize = 19;

/// Records of one snapshot in the order of path, document, page and row.
#[derive(Debug)]
pub struct RecordStream<'a> {
    store: &'a Store,
    pub(super) query: RecordQuery,
    layout: Layout,
    /// In its transaction; `None` after it was lost.
    connection: Option<PgConnection>,
}

/// What the columns of a row are.
#[derive(Debug, Clone)]
pub struct Layout {
    /// The chosen columns, then those of the key that were not chosen.
    kinds: Vec<ColumnKind>,
    chosen: usize,
    /// Where the columns of the key are: path, document, page and row.
    key: [usize; 4],
}

/// Some rows as they were sent.
#[derive(Debug, Default)]
pub struct RowBatch {
    bytes: Vec<u8>,
    rows: usize,
    /// Where the last row starts.
    last: usize,
}

impl Store {
    /// Opens a stream of records. Errors if the model has no table, or a field no column yet.
    pub async fn record_stream<'a>(
        &'a self,
        selection: &Selection<'_>,
    ) -> Result<RecordStream<'a>, StoreError> {
        let (connection, types, has_many) =
            self.retrying(|| self.open_stream_once(selection.model)).await?;
        if types.is_empty() {
            return Err(StoreError::UnknownModel(selection.model.name.clone()));
        }
        let type_of = |name: &str| {
            let found = types.iter().find(|(column, _)| column == name);
            found.map(|(_, kind)| kind.clone())
        };
        let mut columns = selection.columns.clone();
        let mut fields = columns.iter().filter_map(RecordColumn::field);
        if let Some(field) = fields.find(|field| type_of(field).is_none()) {
            let (model, field) = (selection.model.name.clone(), field.to_owned());
            return Err(StoreError::NoColumn { model, field });
        }
        let key = RecordColumn::key().map(|part| {
            columns.iter().position(|column| column.is_like(&part)).unwrap_or_else(|| {
                columns.push(part);
                columns.len() - 1
            })
        });
        let (expressions, kinds): (Vec<String>, Vec<ColumnKind>) =
            columns.iter().map(|column| column.sql(type_of)).unzip();
        Ok(RecordStream {
            store: self,
            query: RecordQuery::new(selection, expressions, has_many),
            layout: Layout { kinds, chosen: selection.columns.len(), key },
            connection: Some(connection),
        })
    }

    /// Begins the transaction of a stream, and reads in it the types of the model's columns, and whether it has more
    /// records than there are documents.
    async fn open_stream_once(
        &self,
        model: &RecordModel,
    ) -> Result<(PgConnection, Vec<(String, String)>, bool), StoreError> {
        let mut connection = self.snapshot_once().await?;
        let types =
            column_types(&mut connection, model).await.map_err(failed_to("read records"))?;
        let has_many = sqlx::query_scalar(HAS_MANY)
            .bind(table_of(&model.name))
            .fetch_one(&mut connection)
            .await
            .map_err(failed_to("read records"))?;
        Ok((connection, types, has_many))
    }

    /// Begins a transaction on a connection of its own: one that is dropped in the midst of a stream is of no use to
    /// anybody else.
    async fn snapshot_once(&self) -> Result<PgConnection, StoreError> {
        let mut connection = self.dedicated_connection().await?;
        sqlx::raw_sql("begin transaction isolation level repeatable read read only")
            .execute(&mut connection)
            .await
            .map_err(failed_to("read records"))?;
        Ok(connection)
    }
}

impl RecordStream<'_> {
    /// Returns what the columns hold.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Hands out all records, or those behind one, in batches, until there are no more or nobody takes them.
    pub async fn send(
        mut self,
        behind: Option<RecordKey>,
        batches: Sender<RowBatch>,
    ) -> Result<(), StoreError> {
        let mut position = behind;
        let mut backoff = Backoff::new(PATIENCE);
        loop {
            let before = position.clone();
            match self.send_once(&mut position, &batches).await {
                Ok(()) => return Ok(()),
                Err(error) => {
                    if position != before {
                        backoff = Backoff::new(PATIENCE);
                    }
                    self.store.pause(&mut backoff, error).await?;
                }
            }
        }
    }

    async fn send_once(
        &mut self,
        position: &mut Option<RecordKey>,
        batches: &Sender<RowBatch>,
    ) -> Result<(), StoreError> {
        let statement = self.query.copy(position.as_ref());
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.store.snapshot_once().await?,
        };
        let mut messages = connection.copy_out_raw(&statement).await.map_err(selection_error)?;
        let mut batch = RowBatch::with_room();
        let mut is_first = true;
        while let Some(message) = messages.try_next().await.map_err(failed_to("read records"))? {
            let skipped = if std::mem::take(&mut is_first) { HEADER_BYTES } else { 0 };
            batch.add(message.get(skipped..).unwrap_or_default());
            if batch.bytes.len() >= BATCH_BYTES {
                *position = Some(self.layout.last_key(&batch)?);
                if batches.send(std::mem::replace(&mut batch, RowBatch::with_room())).await.is_err()
                {
                    return Ok(());
                }
            }
        }
        if batch.rows > 0 {
            // Nobody takes it: then nobody misses it.
            let _gone = batches.send(batch).await;
        }
        drop(messages);
        // All was read; whether the server hears that we go is of no matter.
        let _closed = connection.close().await;
        Ok(())
    }

    /// Asks for one row of texts in the stream's snapshot: `what` are aggregates of its records.
    pub(super) async fn aggregate(
        &mut self,
        select: &str,
    ) -> Result<Vec<Option<String>>, StoreError> {
        let store = self.store;
        let mut backoff = Backoff::new(PATIENCE);
        loop {
            match self.aggregate_once(select).await {
                Ok(row) => return Ok(row),
                Err(error) => {
                    self.connection = None;
                    store.pause(&mut backoff, error).await?;
                }
            }
        }
    }

    async fn aggregate_once(&mut self, select: &str) -> Result<Vec<Option<String>>, StoreError> {
        let connection = match &mut self.connection {
            Some(connection) => connection,
            none => none.insert(self.store.snapshot_once().await?),
        };
        sqlx::query_scalar(AssertSqlSafe(select.to_owned()))
            .fetch_one(connection)
            .await
            .map_err(selection_error)
    }

    /// Returns the SQL of each chosen column, and what it holds.
    pub(super) fn columns(&self) -> impl Iterator<Item = (&str, ColumnKind)> {
        let expressions = self.query.expressions.iter().map(String::as_str);
        expressions.zip(self.layout.kinds().iter().copied())
    }
}

impl Layout {
    /// Returns what the chosen columns hold.
    pub fn kinds(&self) -> &[ColumnKind] {
        &self.kinds[..self.chosen]
    }

    /// Calls `work` with the values of each row, one for each chosen column, and then others.
    pub fn each_row<'b, E: From<StoreError>>(
        &self,
        batch: &'b RowBatch,
        mut work: impl FnMut(&[Datum<'b>]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut rest = batch.bytes.as_slice();
        let mut row = Vec::with_capacity(self.kinds.len());
        while !rest.is_empty() {
            row.clear();
            self.take_row(&mut rest, &mut row)?;
            work(&row)?;
        }
        Ok(())
    }

    /// Returns the key of a row of [`Self::each_row`].
    pub fn key(&self, row: &[Datum<'_>]) -> Result<RecordKey, StoreError> {
        let key = self.key.map(|column| row.get(column).copied().unwrap_or(Datum::Null));
        let [
            Datum::Text(path),
            Datum::Integer(document_id),
            Datum::Integer(page),
            Datum::Integer(row),
        ] = key
        else {
            return Err(broken_row());
        };
        Ok(RecordKey { path: path.to_owned(), document_id, page, row })
    }

    /// Returns the key of the last row of a batch.
    pub fn last_key(&self, batch: &RowBatch) -> Result<RecordKey, StoreError> {
        let mut row = Vec::with_capacity(self.kinds.len());
        self.take_row(&mut batch.bytes.get(batch.last..).unwrap_or_default(), &mut row)?;
        self.key(&row)
    }

    /// Takes a row off the front: the number of its values in two bytes, then each with its length.
    fn take_row<'b>(
        &self,
        bytes: &mut &'b [u8],
        row: &mut Vec<Datum<'b>>,
    ) -> Result<(), StoreError> {
        let (count, mut rest) = bytes.split_first_chunk().ok_or_else(broken_row)?;
        if usize::try_from(i16::from_be_bytes(*count)) != Ok(self.kinds.len()) {
            return Err(broken_row());
        }
        for ColumnKind { kind, count } in &self.kinds {
            let value = take_sized(&mut rest).ok_or_else(broken_row)?;
            row.push(match (value, count) {
                (None, _) => Datum::Null,
                (Some(bytes), Count::One) => Datum::one(*kind, bytes)?,
                (Some(bytes), Count::Many) => Datum::list(*kind, bytes)?,
            });
        }
        *bytes = rest;
        Ok(())
    }
}

fn broken_row() -> StoreError {
    StoreError::Ledger { what: "a record", value: "a row of other columns".to_owned() }
}

impl RowBatch {
    fn with_room() -> Self {
        Self { bytes: Vec::with_capacity(BATCH_BYTES + BATCH_BYTES / 4), rows: 0, last: 0 }
    }

    /// Adds a message: a row, or the end of all, which is −1 in two bytes.
    fn add(&mut self, message: &[u8]) {
        if message.is_empty() || message == [0xff, 0xff] {
            return;
        }
        self.last = self.bytes.len();
        self.bytes.extend_from_slice(message);
        self.rows += 1;
    }
}
