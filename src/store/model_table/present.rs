//! What there is of a model's table: its columns and indexes.

use sqlx::{AssertSqlSafe, PgConnection};

use super::names::table_of;
use crate::document::{ColumnType, Count, FieldColumn};
use crate::model::RecordModel;
use crate::store::quoted::quoted;

/// A table as it is in the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PresentTable {
    pub(super) columns: Vec<PresentColumn>,
    /// Names of its indexes.
    pub(super) indexes: Vec<String>,
}

/// A column as it is in the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PresentColumn {
    pub(super) name: String,
    /// As `format_type` writes it.
    pub(super) kind: String,
    /// True if any row has a value in it; asked only where it matters.
    pub(super) holds_values: bool,
}

/// Reads the names and types of the columns of a model's table; none if there is no table.
pub(in crate::store) async fn column_types(
    connection: &mut PgConnection,
    model: &RecordModel,
) -> Result<Vec<(String, String)>, sqlx::Error> {
    sqlx::query_as(
        "select a.attname::text, format_type(a.atttypid, a.atttypmod)
         from pg_attribute a where a.attrelid = to_regclass($1) and a.attnum > 0 and not a.attisdropped
         order by a.attnum",
    )
    .bind(table_of(&model.name))
    .fetch_all(connection)
    .await
}

/// Reads what there is of a model's table; `None` if there is no table. For columns whose type differs from the
/// model's it also asks whether they hold values.
pub(super) async fn present_table(
    connection: &mut PgConnection,
    model: &RecordModel,
) -> Result<Option<PresentTable>, sqlx::Error> {
    let types = column_types(connection, model).await?;
    let mut columns = Vec::with_capacity(types.len());
    for (name, kind) in types {
        let differs = model
            .fields
            .iter()
            .any(|field| field.name == name && present_type(field.stored_as()) != kind);
        let holds_values = differs && holds_values(connection, &model.name, &name).await?;
        columns.push(PresentColumn { name, kind, holds_values });
    }
    if columns.is_empty() {
        return Ok(None);
    }
    let indexes = sqlx::query_scalar(
        "select c.relname::text from pg_index i join pg_class c on c.oid = i.indexrelid
         where i.indrelid = to_regclass($1)",
    )
    .bind(table_of(&model.name))
    .fetch_all(connection)
    .await?;
    Ok(Some(PresentTable { columns, indexes }))
}

async fn holds_values(
    connection: &mut PgConnection,
    model: &str,
    column: &str,
) -> Result<bool, sqlx::Error> {
    let sql = format!(
        "select exists (select from {} where {} is not null)",
        table_of(model),
        quoted(column)
    );
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(connection).await
}

/// How Postgres names a column type.
pub(super) fn present_type(column: FieldColumn) -> String {
    let kind = match column.kind {
        ColumnType::Time => "time without time zone",
        ColumnType::Text
        | ColumnType::Integer
        | ColumnType::Decimal
        | ColumnType::Date
        | ColumnType::Boolean => column.kind.as_str(),
    };
    match column.count {
        Count::One => kind.to_owned(),
        Count::Many => format!("{kind}[]"),
    }
}
