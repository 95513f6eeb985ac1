//! Streams of rows for export and reports: a server-side cursor in one snapshot, a batch of rows in memory.
//!
//! When the connection is lost, a new cursor goes on behind the last row that was handed out, in a snapshot of its own:
//! no row is missing and none comes twice, because the rows' order is total.

use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Postgres, Row, Transaction};

use crate::document::{Count, DocumentId, LIST_SEPARATOR, PageText, Verdict};
use crate::model::RecordModel;

use super::backoff::{Backoff, PATIENCE};
use super::connection::Store;
use super::error::{StoreError, failed_to};
use super::filter::Filter;
use super::model_table::table_of;
use super::packed;
use super::pages::{PageState, checked_page_number, selection_error};
use super::quoted::quoted;

/// How a stored page without a word is named among its issues.
const WITHOUT_WORDS: &str = "without words";

/// Rows fetched at a time. Page texts are the largest: some 100 kB each unpacked, so some 50 MB at the very worst.
/// In tests some, so that streams are cut in their midst.
const ROWS_AT_A_TIME: u32 = if cfg!(test) { 3 } else { 500 };

/// Rows of one snapshot, fetched as they are asked for. Dropping it ends it.
#[derive(Debug)]
pub struct Cursor<'a, T> {
    store: &'a Store,
    listing: Listing,
    /// `None` after the connection was lost.
    transaction: Option<Transaction<'static, Postgres>>,
    /// Of the last row that was handed out.
    position: Option<Position>,
    read: fn(&PgRow) -> Result<T, StoreError>,
}

impl<T> Cursor<'_, T> {
    /// Returns the next rows (some hundred); empty at the end.
    pub async fn next_rows(&mut self) -> Result<Vec<T>, StoreError> {
        let mut backoff = Backoff::new(PATIENCE);
        loop {
            match self.fetch_once().await {
                Ok(rows) => {
                    if let Some(last) = rows.last() {
                        self.position = Some(self.listing.key.position(last)?);
                    }
                    return rows.iter().map(self.read).collect();
                }
                Err(error) => {
                    self.transaction = None;
                    self.store.pause(&mut backoff, error).await?;
                }
            }
        }
    }

    async fn fetch_once(&mut self) -> Result<Vec<PgRow>, StoreError> {
        let transaction = match &mut self.transaction {
            Some(transaction) => transaction,
            none => {
                let opened = self.store.open_once(&self.listing, self.position.as_ref()).await?;
                none.insert(opened)
            }
        };
        let fetch = format!("fetch forward {ROWS_AT_A_TIME} from scanlift_rows");
        // Not kept as prepared: the next cursor on the connection has other columns.
        sqlx::query(AssertSqlSafe(fetch))
            .persistent(false)
            .fetch_all(&mut **transaction)
            .await
            .map_err(failed_to("read rows"))
    }
}

/// A query whose rows have a total order, by columns that it selects.
#[derive(Debug, Clone)]
pub(super) struct Listing {
    /// With its `order by`, which is that of `key`.
    pub(super) sql: String,
    /// Its parameters: texts.
    pub(super) arguments: Vec<String>,
    pub(super) key: Key,
}

/// The columns that order a listing, as SQL writes them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key {
    /// Text in the collation `C`.
    pub(super) path: &'static str,
    /// Of type bigint.
    pub(super) id: &'static str,
    /// Of type integer.
    pub(super) numbers: &'static [&'static str],
}

/// Where a row stands in a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Position {
    path: String,
    id: i64,
    numbers: Vec<i32>,
}

impl Key {
    fn position(self, row: &PgRow) -> Result<Position, StoreError> {
        let read = || -> Result<Position, sqlx::Error> {
            let numbers: Result<_, sqlx::Error> =
                self.numbers.iter().map(|number| row.try_get(number)).collect();
            Ok(Position {
                path: row.try_get(self.path)?,
                id: row.try_get(self.id)?,
                numbers: numbers?,
            })
        };
        read().map_err(failed_to("read rows"))
    }
}

impl Listing {
    /// Returns the query for the rows behind a position, or for all, with its parameters.
    fn behind(&self, position: Option<&Position>) -> (String, Vec<String>) {
        let (sql, mut arguments) = (&self.sql, self.arguments.clone());
        let Some(position) = position else { return (sql.clone(), arguments) };
        let Key { path, id, numbers } = self.key;
        let bound = arguments.len();
        let mut columns = format!("{}, {}", quoted(path), quoted(id));
        let mut values = format!("${}, ${}::bigint", bound + 1, bound + 2);
        arguments.extend([position.path.clone(), position.id.to_string()]);
        for (column, number) in numbers.iter().zip(&position.numbers) {
            arguments.push(number.to_string());
            columns = format!("{columns}, {}", quoted(column));
            values = format!("{values}, ${}::integer", arguments.len());
        }
        let sql = format!(
            "select * from ({sql}) listing where ({columns}) > ({values}) order by {columns}"
        );
        (sql, arguments)
    }
}

/// The order of records. No field of a model is called like its first column.
const RECORD_KEY: Key =
    Key { path: "file.path", id: "document_id", numbers: &["page_number", "row_number"] };

const PAGE_KEY: Key = Key { path: "path", id: "document_id", numbers: &["page_number"] };

/// A record as text, for export.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordRow {
    /// The model's fields in its order, as Postgres writes them, lists joined by
    /// [`LIST_SEPARATOR`]; `None` without a value.
    pub fields: Vec<Option<String>>,
    /// The document's path.
    pub file: String,
    pub document_id: DocumentId,
    pub page: u32,
    pub row: u32,
    /// Number of the page's region, from 1; 0 on a page that is one region.
    pub region: u32,
    pub status: Verdict,
    /// 0–1.
    pub confidence: f32,
    pub issues: Vec<String>,
}

/// A page with its words, for export.
#[derive(Debug, Clone, PartialEq)]
pub struct PageTextRow {
    /// The document's path.
    pub file: String,
    pub document_id: DocumentId,
    pub page: u32,
    /// `None` unless the page is stored.
    pub words: Option<Box<PageText>>,
    /// Name and version of what read it; empty if nobody knows.
    pub engine: String,
    /// Languages that it was read with, such as `eng+deu`; empty for a text layer.
    pub languages: String,
    pub status: PageState,
    /// Mean word confidence, 0–100.
    pub confidence: Option<f32>,
    /// Share of the ink of the size of text that was not read, 0–1; `None` if it was not measured.
    pub unread: Option<f32>,
    /// What is doubtful about the reading of the page, such as `slanted` or `without words`.
    pub issues: Vec<String>,
}

impl Store {
    /// Streams a model's records that the filter fits, in the order of path, page and row: where they are few. Many are
    /// streamed faster by [`Store::record_stream`].
    pub async fn record_rows(
        &self,
        model: &RecordModel,
        filter: &Filter,
    ) -> Result<Cursor<'_, RecordRow>, StoreError> {
        let (condition, arguments) = filter.to_sql(0);
        let sql = format!(
            "{} where {condition}
             order by file.path, record.document_id, record.page_number, record.row_number",
            select_records(model)
        );
        self.cursor(Listing { sql, arguments, key: RECORD_KEY }, record_row).await
    }

    /// Streams all pages in the order of path and number.
    pub async fn page_text_rows(&self) -> Result<Cursor<'_, PageTextRow>, StoreError> {
        let sql = "select file.path, p.document_id, p.page_number, p.state, p.mean_confidence, p.unread,
                          coalesce(p.issues, '{}') as issues, t.content,
                          coalesce(p.languages, '') as languages, coalesce(p.engine, '') as engine
                   from scanlift.page p
                   join scanlift.source_file file on file.document_id = p.document_id and file.is_own
                   left join scanlift.page_text t
                        on t.document_id = p.document_id and t.page_number = p.page_number and p.state = 'stored'
                   order by file.path, p.document_id, p.page_number";
        let listing = Listing { sql: sql.to_owned(), arguments: Vec::new(), key: PAGE_KEY };
        self.cursor(listing, page_text_row).await
    }

    /// Opens a cursor over a listing.
    pub(super) async fn cursor<T>(
        &self,
        listing: Listing,
        read: fn(&PgRow) -> Result<T, StoreError>,
    ) -> Result<Cursor<'_, T>, StoreError> {
        let opened = self.retrying(|| self.open_once(&listing, None)).await?;
        Ok(Cursor { store: self, listing, transaction: Some(opened), position: None, read })
    }

    async fn open_once(
        &self,
        listing: &Listing,
        position: Option<&Position>,
    ) -> Result<Transaction<'static, Postgres>, StoreError> {
        let (sql, arguments) = listing.behind(position);
        let mut transaction = self.pool.begin().await.map_err(failed_to("read rows"))?;
        // All rows are wanted, not the first few soon.
        sqlx::raw_sql("set transaction isolation level repeatable read, read only; set local cursor_tuple_fraction = 1")
            .execute(&mut *transaction)
            .await
            .map_err(failed_to("read rows"))?;
        let mut query =
            sqlx::query(AssertSqlSafe(format!("declare scanlift_rows no scroll cursor for {sql}")));
        for argument in arguments {
            query = query.bind(argument);
        }
        query.persistent(false).execute(&mut *transaction).await.map_err(selection_error)?;
        Ok(transaction)
    }
}

/// Returns the query for a model's records, without condition and order: tables `record` and `file`.
pub(super) fn select_records(model: &RecordModel) -> String {
    let mut fields = String::new();
    for field in &model.fields {
        let column = quoted(&field.name);
        let cell = match field.count {
            Count::One => format!("record.{column}::text"),
            Count::Many => format!("array_to_string(record.{column}, '{LIST_SEPARATOR}')"),
        };
        fields = fields + ", " + &cell;
    }
    format!(
        "select file.path as \"file.path\", record.page_number, record.row_number, record.region_number,
                record.status, record.confidence, record.issues, record.document_id{fields}
         from {} record
         join scanlift.source_file file on file.document_id = record.document_id and file.is_own",
        table_of(&model.name)
    )
}

/// Reads a row of [`select_records`].
pub(super) fn record_row(row: &PgRow) -> Result<RecordRow, StoreError> {
    const FIRST_FIELD: usize = 8;
    let read = || -> Result<_, sqlx::Error> {
        let status: String = row.try_get(4)?;
        let fields: Vec<Option<String>> =
            (FIRST_FIELD..row.len()).map(|index| row.try_get(index)).collect::<Result<_, _>>()?;
        let page: i32 = row.try_get(1)?;
        let number: i32 = row.try_get(2)?;
        let region: i32 = row.try_get(3)?;
        let record = RecordRow {
            fields,
            file: row.try_get(0)?,
            document_id: DocumentId(row.try_get(7)?),
            page: page.cast_unsigned(),
            row: number.cast_unsigned(),
            region: region.cast_unsigned(),
            status: Verdict::Rejected,
            confidence: row.try_get(5)?,
            issues: row.try_get(6)?,
        };
        Ok((status, record))
    };
    let (status, record) = read().map_err(failed_to("read records"))?;
    let status = status
        .parse()
        .map_err(|_| StoreError::Ledger { what: "the status of a record", value: status })?;
    Ok(RecordRow { status, ..record })
}

fn page_text_row(row: &PgRow) -> Result<PageTextRow, StoreError> {
    let read = || -> Result<_, sqlx::Error> {
        let place: (String, i64, i32) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let state: (String, Option<f32>) = (row.try_get(3)?, row.try_get(4)?);
        let account: (Option<f32>, Vec<String>) = (row.try_get(5)?, row.try_get(6)?);
        let content: (Option<Vec<u8>>, String, String) =
            (row.try_get(7)?, row.try_get(8)?, row.try_get(9)?);
        Ok((place, state, account, content))
    };
    let ((file, document_id, number), (state, confidence), account, content) =
        read().map_err(failed_to("read page texts"))?;
    let (unread, mut issues) = account;
    let (content, languages, engine) = content;
    let page = checked_page_number(number)?;
    let document_id = DocumentId(document_id);
    let words = content
        .map(|content| packed::unpack(document_id, page, &content).map(Box::new))
        .transpose()?;
    if words.as_ref().is_some_and(|stored| stored.words().next().is_none()) {
        issues.push(WITHOUT_WORDS.to_owned());
    }
    let status = PageState::from_ledger(&state)?;
    Ok(PageTextRow {
        file,
        document_id,
        page: page.0.get(),
        words,
        engine,
        languages,
        status,
        confidence,
        unread,
        issues,
    })
}
