//! What a model's table lacks, and the statements that make it and take it back. Asks nothing of the database.

use std::fmt;

use super::names::{OWN_COLUMNS, RECORD_ID, RECORDS, STATUS, index_name, table_of};
use super::present::{PresentColumn, PresentTable, present_type};
use crate::document::{ColumnType, Count, FieldColumn};
use crate::model::RecordModel;
use crate::store::error::StoreError;
use crate::store::quoted::quoted;

/// What must be done so that a model's table fits the model. `Display` shows it to people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TablePlan {
    pub model: String,
    /// In order; each is undone by the inverse statement at the same position.
    pub(super) statements: Vec<String>,
    pub(super) inverse: Vec<String>,
    /// Columns that the model has no field for any more; they are kept.
    pub kept: Vec<String>,
    /// Indexes of fields that ask for none any more; they are kept, too.
    pub kept_indexes: Vec<String>,
    pub(super) version: u32,
    pub(super) toml: String,
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
        for index in &self.kept_indexes {
            writeln!(
                f,
                "-- index records.{} is kept: its field has no `index = true`",
                quoted(index)
            )?;
        }
        Ok(())
    }
}

/// Plans the table of a model from what there is of it.
pub(super) fn plan(
    model: &RecordModel,
    present: Option<&PresentTable>,
) -> Result<TablePlan, StoreError> {
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
        kept_indexes: Vec::new(),
        version: model.version,
        toml: model.source.clone(),
    };
    match present {
        None => plan_new_table(&mut plan, model),
        Some(present) => plan_changes(&mut plan, model, &present.columns)?,
    }
    let indexes = present.map(|present| present.indexes.as_slice());
    plan_indexes(&mut plan, model, indexes.unwrap_or_default());
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

/// Plans the indexes that are missing: those of fields that ask for one, and one of the records that people look at, the
/// least sure ones first. Both end in the record's number, so that a list of records goes on page by page.
fn plan_indexes(plan: &mut TablePlan, model: &RecordModel, present: &[String]) {
    let table = table_of(&model.name);
    let mut wanted = vec![(
        index_name(&model.name, STATUS),
        // Most records are accepted: they would make it large, and nobody asks for all of them.
        format!("(status, confidence, {RECORD_ID}) where status <> 'accepted'"),
    )];
    for field in &model.fields {
        let name = index_name(&model.name, &field.name);
        if field.index {
            wanted.push((name, format!("({}, {RECORD_ID})", quoted(&field.name))));
        } else if present.contains(&name) {
            plan.kept_indexes.push(name);
        }
    }
    for (name, keys) in wanted.into_iter().filter(|(name, _)| !present.contains(name)) {
        plan.statements.push(format!("create index {} on {table} {keys}", quoted(&name)));
        plan.inverse.push(format!("drop index {RECORDS}.{}", quoted(&name)));
    }
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
