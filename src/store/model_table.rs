//! The typed tables of models: planning, applying and undoing their changes.
//!
//! A plan never drops a column and never changes a type in a way that could lose a value. Its inverse is recorded
//! with it, so that the newest change of a table can be undone.

use std::fmt;

use sqlx::{AssertSqlSafe, PgConnection};

use crate::document::{ColumnType, Count, FieldColumn};
use crate::model::RecordModel;

use super::connection::Store;
use super::error::{StoreError, failed_to};
use super::quoted::quoted;

/// The columns that every model's table has, in the order they are written.
pub(super) const OWN_COLUMNS: [&str; 11] = [
    "document_id",
    "page_number",
    "row_number",
    "region_number",
    "model_version",
    "status",
    "confidence",
    "field_confidence",
    "issues",
    DATE_ORDER,
    BEFORE_ARCHIVE,
];

/// The schema of the models' tables.
pub(super) const RECORDS: &str = "records";
/// The schema in which tables of the next generation lie until they are whole.
pub(super) const NEXT_RECORDS: &str = "next_records";

const RECORD_ID: &str = "record_id";

/// What the dates of a record's pages say about the order of day and month; null for nothing.
pub(super) const DATE_ORDER: &str = "date_order";

/// What a record was before the archive changed it; only `archive.rs` knows what stands in it.
pub(super) const BEFORE_ARCHIVE: &str = "before_archive";

/// Key of the lock on changes of the models' tables: the letters `scanlmod` as a number.
const CHANGE_LOCK: i64 = 0x7363_616e_6c6d_6f64;

/// What must be done so that a model's table fits the model. `Display` shows it to people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TablePlan {
    pub model: String,
    /// In order; each is undone by the inverse statement at the same position.
    statements: Vec<String>,
    inverse: Vec<String>,
    /// Columns that the model has no field for any more; they are kept.
    pub kept: Vec<String>,
    version: u32,
    toml: String,
}

impl TablePlan {
    /// True if the model has no table yet.
    pub fn is_new_table(&self) -> bool {
        self.statements.first().is_some_and(|statement| statement.starts_with("create table"))
    }

    /// True if the table fits the model as it is.
    pub fn is_empty(&self) -> bool {
        self.statements.is_empty()
    }
}

impl fmt::Display for TablePlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for statement in &self.statements {
            writeln!(f, "{statement};")?;
        }
        for column in &self.kept {
            writeln!(
                f,
                "-- column {} of records.{} is kept: the model has no such field",
                quoted(column),
                self.model
            )?;
        }
        Ok(())
    }
}

/// A column as it is in the database.
#[derive(Debug, Clone, PartialEq, Eq)]
struct PresentColumn {
    name: String,
    /// As `format_type` writes it.
    kind: String,
    /// True if any row has a value in it; asked only where it matters.
    holds_values: bool,
}

impl Store {
    /// Plans the table of each model: making it, adding columns, widening types (bigint → numeric → text, and any
    /// change of a column without values). Errors if a model no longer fits its table.
    pub async fn plan_models(&self, models: &[RecordModel]) -> Result<Vec<TablePlan>, StoreError> {
        self.retrying(|| self.plan_models_once(models)).await
    }

    async fn plan_models_once(&self, models: &[RecordModel]) -> Result<Vec<TablePlan>, StoreError> {
        let mut connection =
            self.pool.acquire().await.map_err(failed_to("look at the models' tables"))?;
        let mut plans = Vec::with_capacity(models.len());
        for model in models {
            let present = present_columns(&mut connection, model)
                .await
                .map_err(failed_to("look at the models' tables"))?;
            plans.push(plan(model, present.as_deref())?);
        }
        Ok(plans)
    }

    /// Applies plans, all or none, and records each with its inverse, and the text of each model that has changed.
    pub async fn apply_models(&self, plans: &[TablePlan]) -> Result<(), StoreError> {
        let numbers = self.retrying(|| self.change_numbers_once(plans.len())).await?;
        self.retrying(|| self.apply_models_once(plans, &numbers)).await
    }

    /// Takes a number for each of so many changes.
    async fn change_numbers_once(&self, count: usize) -> Result<Vec<i64>, StoreError> {
        sqlx::query_scalar(
            "select nextval(pg_get_serial_sequence('scanlift.record_model', 'record_model_id'))
             from generate_series(1, $1)",
        )
        .bind(i64::try_from(count).unwrap_or(i64::MAX))
        .fetch_all(&self.pool)
        .await
        .map_err(failed_to("number the changes of the models' tables"))
    }

    /// Applies plans and records them under these numbers, unless they stand there already.
    async fn apply_models_once(
        &self,
        plans: &[TablePlan],
        numbers: &[i64],
    ) -> Result<(), StoreError> {
        let error = || failed_to("change the models' tables");
        let mut transaction = self.pool.begin().await.map_err(error())?;
        take_turn(&mut transaction).await.map_err(error())?;
        let applied: bool = sqlx::query_scalar(
            "select exists (select from scanlift.record_model where record_model_id = any($1))",
        )
        .bind(numbers)
        .fetch_one(&mut *transaction)
        .await
        .map_err(error())?;
        if applied {
            return Ok(());
        }
        for (plan, number) in plans.iter().zip(numbers) {
            let hash = blake3::hash(plan.toml.as_bytes()).as_bytes().to_vec();
            if plan.is_empty()
                && newest_hash(&mut transaction, &plan.model).await.map_err(error())?.as_ref()
                    == Some(&hash)
            {
                continue;
            }
            run_statements(&mut transaction, &plan.statements).await.map_err(error())?;
            sqlx::query(
                "insert into scanlift.record_model
                     (name, version, toml, hash, statements, inverse_statements, record_model_id)
                 overriding system value values ($1, $2, $3, $4, $5, $6, $7)",
            )
            .bind(&plan.model)
            .bind(i64::from(plan.version))
            .bind(plan.toml.replace('\0', ""))
            .bind(hash)
            .bind(&plan.statements)
            .bind(&plan.inverse)
            .bind(number)
            .execute(&mut *transaction)
            .await
            .map_err(error())?;
        }
        transaction.commit().await.map_err(error())
    }

    /// Undoes the newest change of a model's table that is not undone yet. Returns the statements that were run.
    /// Columns (or the table) that the change made go with their values: the caller asks first.
    pub async fn rollback_model(&self, model: &str) -> Result<Vec<String>, StoreError> {
        let Some((record_model_id, inverse)) =
            self.retrying(|| self.newest_change_once(model)).await?
        else {
            return Err(StoreError::NothingToUndo(model.to_owned()));
        };
        let statements: Vec<String> = inverse.into_iter().rev().collect();
        self.retrying(|| self.rollback_model_once(model, record_model_id, &statements)).await?;
        Ok(statements)
    }

    /// Finds the newest change of a model's table that is not undone: its number and its inverse statements.
    async fn newest_change_once(
        &self,
        model: &str,
    ) -> Result<Option<(i64, Vec<String>)>, StoreError> {
        sqlx::query_as(
            "select record_model_id, inverse_statements from scanlift.record_model
             where name = $1 and rolled_back_at is null and cardinality(statements) > 0
             order by record_model_id desc limit 1",
        )
        .bind(model)
        .fetch_optional(&self.pool)
        .await
        .map_err(failed_to("look for the newest change of a model's table"))
    }

    /// Undoes a change, unless it is undone already.
    async fn rollback_model_once(
        &self,
        model: &str,
        record_model_id: i64,
        statements: &[String],
    ) -> Result<(), StoreError> {
        let error = || failed_to("undo the change of a model's table");
        let mut transaction = self.pool.begin().await.map_err(error())?;
        take_turn(&mut transaction).await.map_err(error())?;
        let undone: bool = sqlx::query_scalar(
            "select rolled_back_at is not null from scanlift.record_model where record_model_id = $1",
        )
        .bind(record_model_id)
        .fetch_one(&mut *transaction)
        .await
        .map_err(error())?;
        if undone {
            return Ok(());
        }
        run_statements(&mut transaction, statements).await.map_err(error())?;
        // Texts that were recorded since then go with it: they are of a model that needs the change.
        sqlx::query(
            "update scanlift.record_model set rolled_back_at = now()
             where name = $1 and record_model_id >= $2 and rolled_back_at is null",
        )
        .bind(model)
        .bind(record_model_id)
        .execute(&mut *transaction)
        .await
        .map_err(error())?;
        transaction.commit().await.map_err(error())
    }
}

/// Waits until no other transaction changes the models' tables. One whose connection was lost has ended then, so that
/// what it committed can be seen.
async fn take_turn(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query("select pg_advisory_xact_lock($1)")
        .bind(CHANGE_LOCK)
        .execute(connection)
        .await
        .map(|_| ())
}

/// Returns a model's table as SQL writes it.
pub(super) fn table_of(model: &str) -> String {
    format!("{RECORDS}.{}", quoted(model))
}

async fn run_statements(
    connection: &mut PgConnection,
    statements: &[String],
) -> Result<(), sqlx::Error> {
    for statement in statements {
        sqlx::raw_sql(AssertSqlSafe(statement.clone())).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Returns the hash of a model's text as it was last recorded.
async fn newest_hash(
    connection: &mut PgConnection,
    model: &str,
) -> Result<Option<Vec<u8>>, sqlx::Error> {
    sqlx::query_scalar(
        "select hash from scanlift.record_model where name = $1 and rolled_back_at is null
         order by record_model_id desc limit 1",
    )
    .bind(model)
    .fetch_optional(connection)
    .await
}

/// Reads the names and types of the columns of a model's table; none if there is no table.
pub(super) async fn column_types(
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

/// Reads the columns of a model's table; `None` if there is no table. For columns whose type differs from the
/// model's it also asks whether they hold values.
async fn present_columns(
    connection: &mut PgConnection,
    model: &RecordModel,
) -> Result<Option<Vec<PresentColumn>>, sqlx::Error> {
    let columns = column_types(connection, model).await?;
    let mut present = Vec::with_capacity(columns.len());
    for (name, kind) in columns {
        let differs = model
            .fields
            .iter()
            .any(|field| field.name == name && present_type(field.stored_as()) != kind);
        let holds_values = differs && holds_values(connection, &model.name, &name).await?;
        present.push(PresentColumn { name, kind, holds_values });
    }
    Ok(if present.is_empty() { None } else { Some(present) })
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
fn present_type(column: FieldColumn) -> String {
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

fn plan(model: &RecordModel, present: Option<&[PresentColumn]>) -> Result<TablePlan, StoreError> {
    if let Some(field) = model
        .fields
        .iter()
        .find(|field| field.name == RECORD_ID || OWN_COLUMNS.contains(&field.name.as_str()))
    {
        return Err(StoreError::ReservedName {
            model: model.name.clone(),
            field: field.name.clone(),
        });
    }
    let mut plan = TablePlan {
        model: model.name.clone(),
        statements: Vec::new(),
        inverse: Vec::new(),
        kept: Vec::new(),
        version: model.version,
        toml: model.source.clone(),
    };
    match present {
        None => plan_new_table(&mut plan, model),
        Some(present) => plan_changes(&mut plan, model, present)?,
    }
    Ok(plan)
}

fn plan_new_table(plan: &mut TablePlan, model: &RecordModel) {
    let table = table_of(&model.name);
    let mut fields = String::new();
    for field in &model.fields {
        fields.push_str(",\n    ");
        fields.push_str(&quoted(&field.name));
        fields.push(' ');
        fields.push_str(&field.stored_as().to_string());
    }
    let constraint = |suffix: &str| quoted(&format!("{}_{suffix}", model.name));
    plan.statements.push(format!(
        "create table {table} (
    record_id bigint generated always as identity,
    document_id bigint not null,
    page_number integer not null,
    row_number integer not null,
    region_number integer not null default 0,
    model_version bigint not null,
    status text not null,
    confidence real not null,
    field_confidence real[] not null,
    issues text[] not null,
    date_order text,
    before_archive jsonb{fields},
    constraint {} primary key (record_id),
    constraint {} unique (document_id, page_number, row_number),
    constraint {} foreign key (document_id, page_number) references scanlift.page (document_id, page_number),
    constraint {} check (status in ('accepted', 'review', 'rejected'))
)",
        constraint("pk"),
        constraint("place_uk"),
        constraint("page_fk"),
        constraint("status_ck"),
    ));
    plan.inverse.push(format!("drop table {table}"));
}

fn plan_changes(
    plan: &mut TablePlan,
    model: &RecordModel,
    present: &[PresentColumn],
) -> Result<(), StoreError> {
    let table = table_of(&model.name);
    for field in &model.fields {
        let (name, wanted) = (quoted(&field.name), field.stored_as());
        let Some(column) = present.iter().find(|column| column.name == field.name) else {
            plan.statements.push(format!("alter table {table} add column {name} {wanted}"));
            plan.inverse.push(format!("alter table {table} drop column {name}"));
            continue;
        };
        if column.kind == present_type(wanted) {
            continue;
        }
        let change =
            type_change(&name, &column.kind, wanted, column.holds_values).ok_or_else(|| {
                StoreError::Misfit {
                    model: model.name.clone(),
                    field: field.name.clone(),
                    wanted: wanted.to_string(),
                    present: column.kind.clone(),
                }
            })?;
        plan.statements
            .push(format!("alter table {table} alter column {name} type {wanted} using {change}"));
        plan.inverse.push(format!(
            "alter table {table} alter column {name} type {kind} using {}",
            change_back(&name, &column.kind, wanted),
            kind = column.kind
        ));
    }
    plan.kept = present
        .iter()
        .map(|column| column.name.as_str())
        .filter(|name| *name != RECORD_ID && !OWN_COLUMNS.contains(name))
        .filter(|name| model.fields.iter().all(|field| field.name != *name))
        .map(str::to_owned)
        .collect();
    Ok(())
}

/// Returns the expression that turns a column's values into the wanted type, if none can be lost.
fn type_change(
    column: &str,
    present: &str,
    wanted: FieldColumn,
    holds_values: bool,
) -> Option<String> {
    let item = present.strip_suffix("[]");
    let lossless = match wanted.kind {
        ColumnType::Text => true,
        ColumnType::Decimal => item.unwrap_or(present) == "bigint",
        ColumnType::Integer | ColumnType::Date | ColumnType::Time | ColumnType::Boolean => false,
    };
    let one = FieldColumn { count: Count::One, ..wanted };
    match (wanted.count, item) {
        (Count::One, None) | (Count::Many, Some(_)) if lossless => {
            Some(format!("{column}::{wanted}"))
        }
        // One value is a list as well.
        (Count::Many, None) if lossless || present == present_type(one) => {
            Some(format!("case when {column} is not null then array[{column}::{one}] end"))
        }
        _ if holds_values => None,
        _ => Some(format!("null::{wanted}")),
    }
}

/// Returns the expression that undoes a change of type.
fn change_back(column: &str, present: &str, wanted: FieldColumn) -> String {
    match (wanted.count, present.ends_with("[]")) {
        (Count::Many, false) => format!("{column}[1]::text::{present}"),
        (Count::One, true) => {
            format!("case when {column} is not null then array[{column}]::text[]::{present} end")
        }
        (Count::One, false) | (Count::Many, true) => format!("{column}::text::{present}"),
    }
}
