//! What the archive learns from and changes: distinct readings of a field, what is usual of figures, and the records
//! themselves with what they were before.
//!
//! A record that the archive has changed keeps in `before_archive` what extraction said, so that learning is always
//! from what was read, changes can be taken back, and doing it twice is doing it once. The writer knows nothing of the
//! column: a record that is made anew begins without.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Row};

use crate::document::{ColumnType, Verdict};
use crate::model::{Field, RecordModel};
use crate::vocabulary::{Reading, Spread, Usual};

use super::connection::Store;
use super::error::{StoreError, failed_to};
use super::model_table::table_of;
use super::quoted::quoted;
use super::rows::{Cursor, Key, Listing};

/// Groups of figures that are kept in memory; smaller ones are left to the model's figures as a whole.
const MOST_GROUPS: i64 = 50_000;

const READING_KEY: Key = Key { path: "value", id: "id", numbers: &[] };

/// Which readings are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Among {
    /// Those that several documents have.
    Recurring,
    /// Those that one document has.
    Single,
    /// All of records behind this one.
    Behind(i64),
}

/// A record's values of the fields that recur, in the model's order, and how it was judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordState {
    pub values: Vec<Option<String>>,
    pub status: Verdict,
    /// 0–1.
    pub confidence: f32,
    /// In the model's order, 0–1.
    pub field_confidence: Vec<f32>,
    pub issues: Vec<String>,
}

/// A record as the archive looks at it.
#[derive(Debug, Clone, PartialEq)]
pub struct ArchiveRecord {
    pub record_id: i64,
    pub page: u32,
    pub now: RecordState,
    /// What it was before the archive changed it, if it did.
    pub before: Option<RecordState>,
    /// By field with `outliers`: its figure as [`Usual`] compares it, and as it is written.
    pub figures: Vec<Option<(f64, String)>>,
}

/// What becomes of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordChange {
    pub record_id: i64,
    pub now: RecordState,
    /// `None`: it is again what it was.
    pub before: Option<RecordState>,
}

/// How far the records of a model have been learned from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveState {
    pub looked_to: i64,
    pub learned_to: i64,
    pub records: i64,
    pub expects: String,
}

/// Returns the fields whose values recur, with their index in the model.
pub fn recurring(model: &RecordModel) -> impl Iterator<Item = (usize, &Field)> {
    model.fields.iter().enumerate().filter(|(_, field)| field.recurs)
}

/// Returns the fields whose figures may be unusual, with their index in the model.
pub fn measured(model: &RecordModel) -> impl Iterator<Item = (usize, &Field)> {
    model.fields.iter().enumerate().filter(|(_, field)| field.outliers)
}

/// Returns how figures of a field are compared.
pub fn spread_of(field: &Field) -> Spread {
    if field.column_type() == ColumnType::Date { Spread::Days } else { Spread::Factors }
}

/// Returns the expression of what was read of a recurring field: before the archive changed it. What the archive
/// changed before the field recurred has no value of it from before.
fn as_read(field: &Field) -> String {
    let (column, name) = (quoted(&field.name), field.name.replace('\'', "''"));
    format!(
        "case when before_archive->'values' ? '{name}' then before_archive->'values'->>'{name}' else {column} end"
    )
}

/// Returns a state as it is stored: the values by the names of their fields, since a model may get other ones.
fn stored(model: &RecordModel, state: &RecordState) -> serde_json::Value {
    let names = recurring(model).map(|(_, field)| field.name.clone());
    let values = names.zip(&state.values).map(|(name, value)| (name, serde_json::json!(value)));
    serde_json::json!({
        "values": values.collect::<serde_json::Map<_, _>>(),
        "status": state.status,
        "confidence": state.confidence,
        "field_confidence": state.field_confidence,
        "issues": state.issues,
    })
}

/// Reads a stored state; a field that did not recur then has the value that it has `now`.
fn restored(
    model: &RecordModel,
    text: &str,
    now: &[Option<String>],
) -> Result<RecordState, serde_json::Error> {
    let mut state: serde_json::Value = serde_json::from_str(text)?;
    let values = recurring(model).zip(now).map(|((_, field), now)| {
        let before = state.get("values").and_then(|values| values.get(&field.name));
        before.cloned().unwrap_or_else(|| serde_json::json!(now))
    });
    let values: Vec<serde_json::Value> = values.collect();
    state["values"] = serde_json::Value::Array(values);
    serde_json::from_value(state)
}

/// Returns the expression of a figure; amounts that have no logarithm have none.
fn figure(field: &Field) -> String {
    let column = quoted(&field.name);
    match spread_of(field) {
        Spread::Days => format!("({column} - date '1970-01-01')::float8"),
        Spread::Factors => format!("case when {column} > 0 then ln({column}::numeric)::float8 end"),
    }
}

impl Store {
    /// Streams the distinct readings of a recurring field, `index` in the model, in the order of their texts.
    pub async fn readings(
        &self,
        model: &RecordModel,
        index: usize,
        among: Among,
    ) -> Result<Cursor<'_, Reading>, StoreError> {
        let value = model.fields.get(index).map_or_else(|| "null".to_owned(), as_read);
        let sure = format!(
            "coalesce((before_archive->'field_confidence'->>{index})::real, field_confidence[{}])",
            index + 1
        );
        let (condition, having) = match among {
            Among::Recurring => ("true".to_owned(), "count(distinct document_id) > 1"),
            Among::Single => ("true".to_owned(), "count(distinct document_id) = 1"),
            Among::Behind(record) => (format!("record_id > {record}"), "true"),
        };
        let sql = format!(
            "select value, 0::bigint as id, documents, confidence from (
                 select value collate \"C\" as value, count(distinct document_id)::bigint as documents,
                        avg(confidence)::real as confidence
                 from (select {value} as value, {sure} as confidence, document_id
                       from {} where {condition}) reading
                 where value is not null group by 1 having {having}) distinct_reading
             order by value, id",
            table_of(&model.name)
        );
        self.cursor(Listing { sql, arguments: Vec::new(), key: READING_KEY }, reading).await
    }

    /// Returns what is usual of a field's figures (`index` in the model) by what was read of the model's first
    /// recurring field, and of all together under `None`.
    pub async fn usual(
        &self,
        model: &RecordModel,
        index: usize,
    ) -> Result<HashMap<Option<String>, Usual>, StoreError> {
        self.retrying(|| self.usual_once(model, index)).await
    }

    async fn usual_once(
        &self,
        model: &RecordModel,
        index: usize,
    ) -> Result<HashMap<Option<String>, Usual>, StoreError> {
        let Some(field) = model.fields.get(index) else { return Ok(HashMap::new()) };
        let group = recurring(model).next().map(|(_, first)| as_read(first));
        let group = group.unwrap_or_else(|| "null::text".to_owned());
        let sql = format!(
            "with figure as materialized (
                 select {group} as name, {} as figure from {} where {} is not null),
             median as (
                 select name, percentile_cont(0.5) within group (order by figure) as middle, count(*) as count
                 from figure where name is not null and figure is not null group by name
                 having count(*) >= {fewest} order by count(*) desc, name limit {MOST_GROUPS}),
             whole as (
                 select percentile_cont(0.5) within group (order by figure) as middle, count(*) as count from figure
                 where figure is not null having count(*) >= {fewest})
             select m.name, m.middle, percentile_cont(0.5) within group (order by abs(f.figure - m.middle)), m.count
             from median m join figure f on f.name = m.name where f.figure is not null
             group by m.name, m.middle, m.count
             union all
             select null, w.middle, percentile_cont(0.5) within group (order by abs(f.figure - w.middle)), w.count
             from whole w cross join figure f where f.figure is not null group by w.middle, w.count",
            figure(field),
            table_of(&model.name),
            quoted(&field.name),
            fewest = Usual::FEWEST,
        );
        let rows: Vec<(Option<String>, f64, f64, i64)> = sqlx::query_as(AssertSqlSafe(sql))
            .persistent(false)
            .fetch_all(&self.pool)
            .await
            .map_err(failed_to("ask what is usual"))?;
        let usual = |(name, median, deviation, count): (Option<String>, f64, f64, i64)| {
            (name, Usual { median, deviation, count: u32::try_from(count).unwrap_or(u32::MAX) })
        };
        Ok(rows.into_iter().map(usual).collect())
    }

    /// Returns the next records of a model behind one, in the order of their making; at most so many.
    pub async fn archive_records(
        &self,
        model: &RecordModel,
        behind: i64,
        most: u32,
    ) -> Result<Vec<ArchiveRecord>, StoreError> {
        self.retrying(|| self.archive_records_once(model, behind, most)).await
    }

    async fn archive_records_once(
        &self,
        model: &RecordModel,
        behind: i64,
        most: u32,
    ) -> Result<Vec<ArchiveRecord>, StoreError> {
        let mut columns = String::new();
        for (_, field) in recurring(model) {
            columns = format!("{columns}, {}::text", quoted(&field.name));
        }
        for (_, field) in measured(model) {
            columns = format!("{columns}, {}, {}::text", figure(field), quoted(&field.name));
        }
        let sql = format!(
            "select record_id, page_number, status, confidence, field_confidence, issues, before_archive::text{columns}
             from {} where record_id > $1 order by record_id limit $2",
            table_of(&model.name)
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .persistent(false)
            .bind(behind)
            .bind(i64::from(most))
            .fetch_all(&self.pool)
            .await
            .map_err(failed_to("read records"))?;
        rows.iter().map(|row| archive_record(row, model)).collect()
    }

    /// Writes what becomes of records, all or none.
    pub async fn change_records(
        &self,
        model: &RecordModel,
        changes: &[RecordChange],
    ) -> Result<(), StoreError> {
        if changes.is_empty() {
            return Ok(());
        }
        self.retrying(|| self.change_records_once(model, changes)).await
    }

    async fn change_records_once(
        &self,
        model: &RecordModel,
        changes: &[RecordChange],
    ) -> Result<(), StoreError> {
        let mut sets = String::new();
        for (place, (_, field)) in recurring(model).enumerate() {
            sets = format!("{sets}, {} = change.values[{}]", quoted(&field.name), place + 1);
        }
        let sql = format!(
            "update {} record set status = change.status, confidence = change.confidence,
                 field_confidence = change.field_confidence, issues = change.issues,
                 before_archive = change.before{sets}
             from jsonb_to_recordset($1::jsonb) as change(record_id bigint, status text, confidence real,
                 field_confidence real[], issues text[], \"values\" text[], before jsonb)
             where record.record_id = change.record_id",
            table_of(&model.name)
        );
        let change = |change: &RecordChange| {
            serde_json::json!({
                "record_id": change.record_id,
                "status": change.now.status.as_str(),
                "confidence": change.now.confidence,
                "field_confidence": change.now.field_confidence,
                "issues": change.now.issues,
                "values": change.now.values,
                "before": change.before.as_ref().map(|before| stored(model, before)),
            })
        };
        let changes = changes.iter().map(change).collect::<serde_json::Value>().to_string();
        sqlx::query(AssertSqlSafe(sql))
            .persistent(false)
            .bind(changes)
            .execute(&self.pool)
            .await
            .map(|_| ())
            .map_err(failed_to("change records"))
    }

    /// Returns how far a model's records have been learned from, if ever.
    pub async fn archive_state(&self, model: &str) -> Result<Option<ArchiveState>, StoreError> {
        self.retrying(|| self.archive_state_once(model)).await
    }

    async fn archive_state_once(&self, model: &str) -> Result<Option<ArchiveState>, StoreError> {
        let row: Option<(i64, i64, i64, String)> = sqlx::query_as(
            "select looked_to, learned_to, records, expects from scanlift.archive_state where model = $1",
        )
        .bind(model)
        .fetch_optional(&self.pool)
        .await
        .map_err(failed_to("ask how far the archive has learned"))?;
        Ok(row.map(|(looked_to, learned_to, records, expects)| ArchiveState {
            looked_to,
            learned_to,
            records,
            expects,
        }))
    }

    /// Notes how far a model's records have been learned from.
    pub async fn put_archive_state(
        &self,
        model: &str,
        state: &ArchiveState,
    ) -> Result<(), StoreError> {
        self.retrying(|| self.put_archive_state_once(model, state)).await
    }

    async fn put_archive_state_once(
        &self,
        model: &str,
        state: &ArchiveState,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "insert into scanlift.archive_state (model, looked_to, learned_to, records, expects)
             values ($1, $2, $3, $4, $5)
             on conflict (model) do update set looked_to = excluded.looked_to, learned_to = excluded.learned_to,
                 records = excluded.records, expects = excluded.expects",
        )
        .bind(model)
        .bind(state.looked_to)
        .bind(state.learned_to)
        .bind(state.records)
        .bind(&state.expects)
        .execute(&self.pool)
        .await
        .map(|_| ())
        .map_err(failed_to("note how far the archive has learned"))
    }

    /// Returns the number of the newest record of a model, 0 without any, and how many there are behind one.
    pub async fn newest_record(&self, model: &str, behind: i64) -> Result<(i64, i64), StoreError> {
        self.retrying(|| self.newest_record_once(model, behind)).await
    }

    async fn newest_record_once(&self, model: &str, behind: i64) -> Result<(i64, i64), StoreError> {
        let sql = format!(
            "select coalesce(max(record_id), 0), count(*) from {} where record_id > $1",
            table_of(model)
        );
        let (newest, count): (i64, i64) = sqlx::query_as(AssertSqlSafe(sql))
            .bind(behind)
            .fetch_one(&self.pool)
            .await
            .map_err(failed_to("count records"))?;
        Ok((newest.max(behind), count))
    }
}

fn reading(row: &PgRow) -> Result<Reading, StoreError> {
    let read = || -> Result<Reading, sqlx::Error> {
        let documents: i64 = row.try_get("documents")?;
        Ok(Reading {
            value: row.try_get("value")?,
            documents: u32::try_from(documents).unwrap_or(u32::MAX),
            confidence: row.try_get::<Option<f32>, _>("confidence")?.unwrap_or(0.0),
        })
    };
    read().map_err(failed_to("read what recurs"))
}

fn archive_record(row: &PgRow, model: &RecordModel) -> Result<ArchiveRecord, StoreError> {
    const FIRST_FIELD: usize = 7;
    let (recurring, measured) = (recurring(model).count(), measured(model).count());
    let read = || -> Result<_, sqlx::Error> {
        let page: i32 = row.try_get(1)?;
        let status: String = row.try_get(2)?;
        let before: Option<String> = row.try_get(6)?;
        let values: Result<_, _> =
            (FIRST_FIELD..FIRST_FIELD + recurring).map(|column| row.try_get(column)).collect();
        let mut figures = Vec::with_capacity(measured);
        for place in 0..measured {
            let column = FIRST_FIELD + recurring + 2 * place;
            let (figure, text): (Option<f64>, Option<String>) =
                (row.try_get(column)?, row.try_get(column + 1)?);
            figures.push(figure.zip(text));
        }
        let now = RecordState {
            values: values?,
            status: Verdict::Rejected,
            confidence: row.try_get(3)?,
            field_confidence: row.try_get(4)?,
            issues: row.try_get(5)?,
        };
        let record_id = row.try_get(0)?;
        let record =
            ArchiveRecord { record_id, page: page.cast_unsigned(), now, before: None, figures };
        Ok((status, before, record))
    };
    let (status, before, mut record) = read().map_err(failed_to("read records"))?;
    record.now.status = status
        .parse()
        .map_err(|_| StoreError::Ledger { what: "the status of a record", value: status })?;
    record.before = match before {
        None => None,
        Some(text) => match restored(model, &text, &record.now.values) {
            Ok(before) => Some(before),
            Err(_) => {
                return Err(StoreError::Ledger { what: "what a record was before", value: text });
            }
        },
    };
    Ok(record)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODEL: &str = r#"
name = "slip"
version = 1
records = "page"
[fields.street]
type = "text"
recurs = true
label = ["Street"]
value = { right = true }
[fields.vendor]
type = "text"
recurs = true
label = ["Vendor"]
value = { right = true }
"#;

    #[test]
    fn what_was_stored_before_another_field_recurred_keeps_its_place() {
        let model = crate::model::parse(MODEL, "slip.toml").unwrap();
        let text = r#"{"values":{"vendor":"Bakeny"},"status":"review","confidence":0.5,"field_confidence":[],"issues":[]}"#;
        let now = [Some("Mill Road".to_owned()), Some("Bakery".to_owned())];
        let before = restored(&model, text, &now).unwrap();
        assert_eq!(before.values, [Some("Mill Road".to_owned()), Some("Bakeny".to_owned())]);
        let again = restored(&model, &stored(&model, &before).to_string(), &[None, None]).unwrap();
        assert_eq!(again, before);
    }
}
