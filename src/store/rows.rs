//! Streams of rows for export and reports: a server-side cursor in one snapshot, a batch of rows in memory.

use std::marker::PhantomData;

use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Postgres, Row, Transaction};

use crate::document::{Count, DocumentId, LIST_SEPARATOR, PageText, Verdict};
use crate::model::RecordModel;

use super::connection::Store;
use super::error::{StoreError, failed_to};
use super::filter::Filter;
use super::model_table::{quoted, table_of};
use super::packed;
use super::pages::{PageState, checked_page_number, selection_error};

/// How a stored page without a word is named among its issues.
const WITHOUT_WORDS: &str = "without words";

/// Rows fetched at a time. Page texts are the largest: some 100 kB each unpacked, so some 50 MB at the very worst.
const ROWS_AT_A_TIME: u32 = 500;

/// Rows of one snapshot, fetched as they are asked for. Dropping it ends it.
#[derive(Debug)]
pub struct Cursor<T> {
    transaction: Transaction<'static, Postgres>,
    read: fn(&PgRow) -> Result<T, StoreError>,
    rows: PhantomData<T>,
}

impl<T> Cursor<T> {
    /// Returns the next rows (some hundred); empty at the end.
    pub async fn next_rows(&mut self) -> Result<Vec<T>, StoreError> {
        let fetch = format!("fetch forward {ROWS_AT_A_TIME} from scanlift_rows");
        let rows = sqlx::query(AssertSqlSafe(fetch))
            .fetch_all(&mut *self.transaction)
            .await
            .map_err(failed_to("read rows"))?;
        rows.iter().map(self.read).collect()
    }
}

/// A record as text, for export.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordRow {
    /// The model's fields in its order, as Postgres writes them, lists joined by
    /// [`LIST_SEPARATOR`]; `None` without a value.
    pub fields: Vec<Option<String>>,
    /// The document's path.
    pub file: String,
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
    /// Streams a model's records in the order of path, page and row: those that the filter fits and, unless
    /// `statuses` is empty, that have one of the verdicts.
    pub async fn record_rows(
        &self,
        model: &RecordModel,
        filter: Option<&Filter>,
        statuses: &[Verdict],
    ) -> Result<Cursor<RecordRow>, StoreError> {
        let (condition, mut arguments) =
            filter.map_or_else(|| ("true".to_owned(), Vec::new()), |filter| filter.to_sql(0));
        let mut sql = format!("{} where {condition}", select_records(model));
        if !statuses.is_empty() {
            let words: Vec<&str> = statuses.iter().map(|status| status.as_str()).collect();
            arguments.push(words.join(","));
            let position = arguments.len();
            sql = format!("{sql} and record.status = any(string_to_array(${position}, ','))");
        }
        sql.push_str(
            " order by file.path, record.document_id, record.page_number, record.row_number",
        );
        self.cursor(sql, arguments, record_row).await
    }

    /// Streams all pages in the order of path and number.
    pub async fn page_text_rows(&self) -> Result<Cursor<PageTextRow>, StoreError> {
        let sql = "select file.path, p.document_id, p.page_number, p.state, p.mean_confidence, p.unread,
                          coalesce(p.issues, '{}') as issues, t.content,
                          coalesce(p.languages, '')
                   from scanlift.page p
                   join scanlift.source_file file on file.document_id = p.document_id and file.is_own
                   left join scanlift.page_text t
                        on t.document_id = p.document_id and t.page_number = p.page_number and p.state = 'stored'
                   order by file.path, p.document_id, p.page_number";
        self.cursor(sql.to_owned(), Vec::new(), page_text_row).await
    }

    /// Opens a cursor over a query with text parameters.
    pub(super) async fn cursor<T>(
        &self,
        sql: String,
        arguments: Vec<String>,
        read: fn(&PgRow) -> Result<T, StoreError>,
    ) -> Result<Cursor<T>, StoreError> {
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
        query.execute(&mut *transaction).await.map_err(selection_error)?;
        Ok(Cursor { transaction, read, rows: PhantomData })
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
        "select file.path, record.page_number, record.row_number, record.region_number, record.status,
                record.confidence, record.issues{fields}
         from {} record
         join scanlift.source_file file on file.document_id = record.document_id and file.is_own",
        table_of(&model.name)
    )
}

/// Reads a row of [`select_records`].
pub(super) fn record_row(row: &PgRow) -> Result<RecordRow, StoreError> {
    const FIRST_FIELD: usize = 7;
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
        let content: (Option<Vec<u8>>, String) = (row.try_get(7)?, row.try_get(8)?);
        Ok((place, state, account, content))
    };
    let ((file, document_id, number), (state, confidence), account, (content, languages)) =
        read().map_err(failed_to("read page texts"))?;
    let (unread, mut issues) = account;
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
        languages,
        status,
        confidence,
        unread,
        issues,
    })
}
