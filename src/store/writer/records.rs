//! Record rows: encoding them for their model's table, and removing those they replace.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use sqlx::{AssertSqlSafe, PgConnection};

use crate::document::{ColumnType, Count, DocumentId, FieldColumn, SaidOrder, TypedRecord, Value};
use crate::model::RecordModel;
use crate::store::copy::CopyRows;
use crate::store::model_table::{OWN_COLUMNS, table_of};
use crate::store::pages::PageKey;
use crate::store::quoted::quoted;

use super::refusal::{BatchError, Refusal, copy_rows};

/// The tables that records are written to.
#[derive(Debug)]
pub(in crate::store) struct Tables(HashMap<String, Table>);

#[derive(Debug)]
struct Table {
    name: String,
    made_of: MadeOf,
    columns: Vec<(String, FieldColumn)>,
    copy_statement: String,
}

/// What the records of a model are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MadeOf {
    /// One page each.
    Pages,
    /// All pages of a document.
    Documents,
}

impl Tables {
    /// The tables of these models in a schema.
    pub(in crate::store) fn new(schema: &str, models: &[RecordModel]) -> Self {
        let table = |model: &RecordModel| (model.name.clone(), Table::new(schema, model));
        Self(models.iter().map(table).collect())
    }

    /// Returns the names of models whose records are made of pages or of documents, sorted.
    pub(super) fn made_of(&self, what: MadeOf) -> Arc<[String]> {
        let mut names: Vec<String> = self
            .0
            .values()
            .filter(|table| table.made_of == what)
            .map(|table| table.name.clone())
            .collect();
        names.sort();
        names.into()
    }

    fn get(&self, model: &str) -> Result<&Table, Refusal> {
        self.0.get(model).ok_or_else(|| Refusal::of_row(model, "the run has no such model"))
    }
}

impl Table {
    fn new(schema: &str, model: &RecordModel) -> Self {
        let columns: Vec<(String, FieldColumn)> =
            model.fields.iter().map(|field| (field.name.clone(), field.stored_as())).collect();
        let names: Vec<String> = OWN_COLUMNS
            .into_iter()
            .map(quoted)
            .chain(columns.iter().map(|(name, _)| quoted(name)))
            .collect();
        let copy_statement = format!(
            "copy {schema}.{} ({}) from stdin (format binary)",
            quoted(&model.name),
            names.join(", ")
        );
        let made_of = if model.needs_document() { MadeOf::Documents } else { MadeOf::Pages };
        Self { name: model.name.clone(), made_of, columns, copy_statement }
    }
}

/// Rows for several tables, to be written in the order of the tables' names.
#[derive(Debug, Default)]
pub(in crate::store) struct RecordRows(BTreeMap<String, CopyRows>);

impl RecordRows {
    /// Adds a record. Errors if it does not fit its table.
    pub(in crate::store) fn add(
        &mut self,
        tables: &Tables,
        document_id: DocumentId,
        record: &TypedRecord,
    ) -> Result<(), Refusal> {
        let table = tables.get(&record.record.model)?;
        let rows = self.0.entry(table.name.clone()).or_insert_with(CopyRows::new);
        encode(rows, table, document_id, record).map_err(|why| Refusal::of_row(&table.name, &why))
    }

    /// Adds the rows of another batch behind these.
    pub(in crate::store) fn append(&mut self, others: &Self) {
        for (table, rows) in &others.0 {
            self.0.entry(table.clone()).or_insert_with(CopyRows::new).append(rows);
        }
    }

    pub(in crate::store) async fn write(
        self,
        connection: &mut PgConnection,
        tables: &Tables,
    ) -> Result<(), BatchError> {
        for (model, rows) in self.0 {
            let table = tables.get(&model)?;
            copy_rows(connection, &table.name, &table.copy_statement, rows).await?;
        }
        Ok(())
    }
}

fn encode(
    rows: &mut CopyRows,
    table: &Table,
    document_id: DocumentId,
    judged: &TypedRecord,
) -> Result<(), String> {
    let record = &judged.record;
    if record.fields.len() != table.columns.len() {
        return Err(format!("{} fields for {} columns", record.fields.len(), table.columns.len()));
    }
    let columns = i16::try_from(OWN_COLUMNS.len() + table.columns.len())
        .map_err(|_| "too many columns".to_owned())?;
    let row_number = i32::try_from(record.row_number)
        .map_err(|_| format!("row number `{}` is too large", record.row_number))?;
    rows.start_row(columns);
    rows.bigint(document_id.0);
    rows.integer(record.page.as_i32());
    rows.integer(row_number);
    rows.integer(i32::from(record.region));
    rows.bigint(i64::from(judged.model_version));
    rows.text(judged.verdict.as_str());
    rows.real(judged.confidence);
    rows.real_array(record.fields.iter().map(|field| field.confidence));
    let issues: Vec<String> = judged.issues.iter().map(ToString::to_string).collect();
    rows.text_array(issues.iter().map(String::as_str));
    let dates = (judged.dates != SaidOrder::Nothing).then_some(judged.dates);
    rows.optional(dates, |rows, dates| rows.text(dates.as_str()));
    rows.optional(judged.before_archive.as_deref(), CopyRows::jsonb);
    for (field, (name, kind)) in record.fields.iter().zip(&table.columns) {
        encode_value(rows, *kind, field.value.as_ref())
            .map_err(|why| format!("`{name}`: {why}"))?;
    }
    Ok(())
}

fn encode_value(
    rows: &mut CopyRows,
    column: FieldColumn,
    value: Option<&Value>,
) -> Result<(), String> {
    match (column.count, value) {
        (_, None) => rows.null(),
        (Count::One, Some(value)) => encode_one(rows, column.kind, value)?,
        (Count::Many, Some(Value::List(values))) => {
            rows.try_array(column.kind, values.iter(), |rows, value| {
                encode_one(rows, column.kind, value)
            })?;
        }
        (Count::Many, Some(other)) => return Err(format!("`{other}` is no {column}")),
    }
    Ok(())
}

fn encode_one(rows: &mut CopyRows, kind: ColumnType, value: &Value) -> Result<(), String> {
    match (kind, value) {
        (ColumnType::Text, Value::Text(text)) => rows.text(text),
        (ColumnType::Integer, Value::Integer(number)) => rows.bigint(*number),
        (ColumnType::Decimal, Value::Decimal(number)) => rows.numeric(*number),
        (ColumnType::Decimal, Value::Integer(number)) => rows.numeric((*number).into()),
        (ColumnType::Date, Value::Date(date)) => rows.date(*date),
        (ColumnType::Time, Value::Time(time)) => rows.time(*time),
        (ColumnType::Boolean, Value::Boolean(truth)) => rows.boolean(*truth),
        (_, other) => return Err(format!("`{other}` is no {kind}")),
    }
    Ok(())
}

/// Returns a record as people read it: `model, page, row: field=value, …`.
pub(super) fn row_text(tables: &Tables, record: &TypedRecord) -> String {
    let names =
        tables.get(&record.record.model).map(|table| table.columns.as_slice()).unwrap_or_default();
    let fields: Vec<String> = record
        .record
        .fields
        .iter()
        .enumerate()
        .map(|(index, field)| {
            let name = names.get(index).map_or("?", |(name, _)| name.as_str());
            format!("{name}={}", field.value.as_ref().map_or_else(String::new, Value::to_string))
        })
        .collect();
    format!(
        "{}, page {}, row {}: {}",
        record.record.model,
        record.record.page,
        record.record.row_number,
        fields.join(", ")
    )
}

/// Removes the records that were made of these pages alone.
pub(super) async fn remove_of_pages(
    connection: &mut PgConnection,
    tables: &Tables,
    pages: &[PageKey],
) -> Result<(), sqlx::Error> {
    if pages.is_empty() {
        return Ok(());
    }
    let documents: Vec<i64> = pages.iter().map(|key| key.document_id.0).collect();
    let numbers: Vec<i32> = pages.iter().map(|key| key.page.as_i32()).collect();
    for model in tables.made_of(MadeOf::Pages).iter() {
        let sql = format!(
            "delete from {} where (document_id, page_number) in (select * from unnest($1::bigint[], $2::integer[]))",
            table_of(model)
        );
        sqlx::query(AssertSqlSafe(sql))
            .bind(&documents)
            .bind(&numbers)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Removes all records of these documents from the tables of these models.
pub(super) async fn remove_of_documents(
    connection: &mut PgConnection,
    models: &[String],
    documents: &[i64],
) -> Result<(), sqlx::Error> {
    if documents.is_empty() {
        return Ok(());
    }
    for model in models {
        let sql = format!("delete from {} where document_id = any($1)", table_of(model));
        sqlx::query(AssertSqlSafe(sql)).bind(documents).execute(&mut *connection).await?;
    }
    Ok(())
}
