//! What the archive changes: records with what they were before.
//!
//! A record that the archive has changed keeps in `before_archive` what extraction said where it says something else,
//! so that learning is always from what was read, changes can be taken back, and doing it twice is doing it once. A
//! record that is made anew begins without, unless it is foreseen what the archive makes of it: then it is written with
//! both. `readings` is what is learned from, `state` how far that is done, `suspects` which records are to be looked
//! at.

mod readings;
mod state;
mod suspects;

use serde::{Deserialize, Serialize};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Row};

use crate::document::{ColumnType, Issue, SaidOrder, TypedRecord, Value, Verdict};
use crate::model::{DateOrder, Field, FieldKind, RecordModel};
use crate::vocabulary::Spread;

use super::connection::Store;
use super::error::{StoreError, failed_to};
use super::model_table::table_of;
use super::quoted::quoted;
use super::storable::Storable;

pub use readings::Among;
pub use state::{ArchiveState, NewRecords};
pub use suspects::{Bounds, Suspects};

/// A record's values of the fields that recur and of the open dates, both in the model's order, and how it was judged.
#[derive(Debug, Clone, PartialEq)]
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
    /// What the dates of its pages say.
    pub dates: SaidOrder,
    /// By field with `outliers`: its figure as `vocabulary::Usual` compares it, and as it is written.
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

/// Returns the fields whose values recur, with their index in the model.
pub fn recurring(model: &RecordModel) -> impl Iterator<Item = (usize, &Field)> {
    model.fields.iter().enumerate().filter(|(_, field)| field.recurs)
}

/// Returns the dates of which the model does not say whether the day or the month comes first, with their index in it.
pub fn open_dates(model: &RecordModel) -> impl Iterator<Item = (usize, &Field)> {
    model.fields.iter().enumerate().filter(|(_, field)| {
        let is_open = |kind: &FieldKind| match kind {
            FieldKind::Date { order, .. } => {
                matches!(order, DateOrder::Open | DateOrder::YearMonthDay)
            }
            _ => false,
        };
        is_open(&field.kind)
            && field.column_type() == ColumnType::Date
            && field.count == crate::document::Count::One
    })
}

/// Returns the fields whose values the archive may change: those that recur, then the open dates.
fn changed_fields(model: &RecordModel) -> impl Iterator<Item = (usize, &Field)> {
    recurring(model).chain(open_dates(model))
}

/// Returns the fields whose figures may be unusual, with their index in the model.
pub fn measured(model: &RecordModel) -> impl Iterator<Item = (usize, &Field)> {
    model.fields.iter().enumerate().filter(|(_, field)| field.outliers)
}

/// Returns how figures of a field are compared.
pub fn spread_of(field: &Field) -> Spread {
    if field.column_type() == ColumnType::Date { Spread::Days } else { Spread::Factors }
}

/// Returns the expression of what was read of a field, as text: before the archive changed it.
fn as_read(field: &Field) -> String {
    let (column, name) = (quoted(&field.name), field.name.replace('\'', "''"));
    format!("coalesce(before_archive->'values'->>'{name}', {column}::text)")
}

/// What a record was, as it is stored: in what it differs from what it is now.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Before {
    /// By the names of their fields, since a model may get other ones.
    #[serde(skip_serializing_if = "serde_json::Map::is_empty")]
    values: serde_json::Map<String, serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Verdict>,
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<f32>,
    /// As far as any differs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    field_confidence: Vec<Option<f32>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issues: Option<Vec<String>>,
}

/// Returns what is stored of a state that was before another.
fn stored(model: &RecordModel, before: &RecordState, now: &RecordState) -> Before {
    let values = changed_fields(model).zip(before.values.iter().zip(&now.values));
    let values = values.filter(|(_, (before, now))| before != now);
    let values = values.map(|((_, field), (before, _))| {
        let before = before.clone().map_or(serde_json::Value::Null, serde_json::Value::String);
        (field.name.clone(), before)
    });
    let confidences = before.field_confidence.iter().enumerate();
    let mut field_confidence: Vec<Option<f32>> = confidences
        .map(|(index, before)| (now.field_confidence.get(index) != Some(before)).then_some(*before))
        .collect();
    let differing = field_confidence.iter().rposition(Option::is_some).map_or(0, |last| last + 1);
    field_confidence.truncate(differing);
    Before {
        values: values.collect(),
        status: (before.status != now.status).then_some(before.status),
        confidence: (before.confidence.to_bits() != now.confidence.to_bits())
            .then_some(before.confidence),
        field_confidence,
        issues: (before.issues != now.issues).then(|| before.issues.clone()),
    }
}

/// Reads a stored state; what it has nothing of is as it is `now`.
fn restored(
    model: &RecordModel,
    text: &str,
    now: &RecordState,
) -> Result<RecordState, serde_json::Error> {
    let before: Before = serde_json::from_str(text)?;
    let values = changed_fields(model).zip(&now.values).map(|((_, field), now)| {
        match before.values.get(&field.name) {
            Some(serde_json::Value::String(value)) => Some(value.clone()),
            Some(_) => None,
            None => now.clone(),
        }
    });
    let confidences =
        now.field_confidence.iter().enumerate().map(|(index, now)| {
            before.field_confidence.get(index).copied().flatten().unwrap_or(*now)
        });
    Ok(RecordState {
        values: values.collect(),
        status: before.status.unwrap_or(now.status),
        confidence: before.confidence.unwrap_or(now.confidence),
        field_confidence: confidences.collect(),
        issues: before.issues.unwrap_or_else(|| now.issues.clone()),
    })
}

impl ArchiveRecord {
    /// Returns a record that is about to be stored as it will be read back.
    pub fn of(model: &RecordModel, record: &TypedRecord) -> Self {
        let text = |value: &str| Storable::new(value).into_string();
        let fields = &record.record.fields;
        let value = |index: usize| fields.get(index).and_then(|field| field.value.as_ref());
        let now = RecordState {
            values: changed_fields(model)
                .map(|(index, _)| value(index).map(|value| text(&value.to_string())))
                .collect(),
            status: record.verdict,
            confidence: record.confidence,
            field_confidence: fields.iter().map(|field| field.confidence).collect(),
            issues: record.issues.iter().map(|issue| text(&issue.to_string())).collect(),
        };
        let figures = measured(model).map(|(index, field)| {
            let value = value(index)?;
            Some((figure_of(value, spread_of(field))?, value.to_string()))
        });
        let figures = figures.collect();
        let (page, dates) = (record.record.page.0.get(), record.dates);
        Self { record_id: 0, page, now, before: None, dates, figures }
    }
}

/// Makes of a record that is about to be stored what the archive makes of it.
pub fn put_state(
    model: &RecordModel,
    record: &mut TypedRecord,
    now: RecordState,
    before: &RecordState,
) {
    // What is made of strings and numbers is JSON.
    record.before_archive = serde_json::to_string(&stored(model, before, &now)).ok();
    record.verdict = now.status;
    record.confidence = now.confidence;
    let fields = &mut record.record.fields;
    for (field, confidence) in fields.iter_mut().zip(now.field_confidence) {
        field.confidence = confidence;
    }
    let values = now.values.iter().zip(&before.values);
    for ((index, spec), (now, before)) in changed_fields(model).zip(values) {
        if now != before
            && let Some(field) = fields.get_mut(index)
        {
            field.value = now.as_ref().and_then(|now| match spec.column_type() {
                ColumnType::Date => now.parse().ok().map(Value::Date),
                _ => Some(Value::Text(now.clone())),
            });
        }
    }
    let issue = |text: String| Issue { field: None, text, verdict: now.status };
    record.issues = now.issues.into_iter().map(issue).collect();
}

/// Returns a value as [`Usual`] compares it; as [`figure`] does.
///
/// [`Usual`]: crate::vocabulary::Usual
fn figure_of(value: &Value, spread: Spread) -> Option<f64> {
    match (spread, value) {
        (Spread::Days, Value::Date(date)) => {
            let days = date.duration_since(jiff::civil::date(1970, 1, 1)).as_hours() / 24;
            Some(days as f64)
        }
        (Spread::Factors, Value::Integer(_) | Value::Decimal(_)) => {
            let number: f64 = value.to_string().parse().ok()?;
            (number > 0.0).then(|| number.ln())
        }
        (Spread::Days | Spread::Factors, _) => None,
    }
}

/// Returns the expression of a figure; amounts that have no logarithm have none.
fn figure(field: &Field) -> String {
    let column = quoted(&field.name);
    match spread_of(field) {
        // The archive may have changed it.
        Spread::Days => format!("(({})::date - date '1970-01-01')::float8", as_read(field)),
        Spread::Factors => format!("case when {column} > 0 then ln({column}::float8) end"),
    }
}

impl Store {
    /// Returns the next records of a model behind one, in the order of their making; at most so many.
    pub async fn archive_records(
        &self,
        model: &RecordModel,
        behind: i64,
        most: u32,
    ) -> Result<Vec<ArchiveRecord>, StoreError> {
        self.retrying(|| self.archive_records_once(model, (behind, most), None)).await
    }

    /// Returns the next of the records that may say something else than what is known of them.
    pub async fn suspect_records(
        &self,
        model: &RecordModel,
        behind: i64,
        most: u32,
        suspects: &Suspects,
    ) -> Result<Vec<ArchiveRecord>, StoreError> {
        self.retrying(|| self.archive_records_once(model, (behind, most), Some(suspects))).await
    }

    async fn archive_records_once(
        &self,
        model: &RecordModel,
        (behind, most): (i64, u32),
        suspects: Option<&Suspects>,
    ) -> Result<Vec<ArchiveRecord>, StoreError> {
        let mut columns = String::new();
        for (_, field) in changed_fields(model) {
            columns = format!("{columns}, {}::text", quoted(&field.name));
        }
        for (_, field) in measured(model) {
            columns = format!("{columns}, {}, {}::text", figure(field), quoted(&field.name));
        }
        let condition = suspects.map(|suspects| suspects.condition(model)).unwrap_or_default();
        let sql = format!(
            "select record_id, page_number, status, confidence, field_confidence, issues, before_archive::text,
                    date_order{columns}
             from {}{} where record_id > $1{} order by record_id limit $2",
            table_of(&model.name),
            condition.joins,
            condition.filter,
        );
        let query = sqlx::query(AssertSqlSafe(sql)).bind(behind).bind(i64::from(most));
        let rows = condition
            .bound_to(query)
            .persistent(false)
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
        for (place, (_, field)) in changed_fields(model).enumerate() {
            let value = format!("change.values[{}]::{}", place + 1, field.stored_as());
            sets = format!("{sets}, {} = {value}", quoted(&field.name));
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
                "before": change.before.as_ref().map(|before| stored(model, before, &change.now)),
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
}

fn archive_record(row: &PgRow, model: &RecordModel) -> Result<ArchiveRecord, StoreError> {
    const FIRST_FIELD: usize = 8;
    let (changed, measured) = (changed_fields(model).count(), measured(model).count());
    let read = || -> Result<_, sqlx::Error> {
        let page: i32 = row.try_get(1)?;
        let status: String = row.try_get(2)?;
        let before: Option<String> = row.try_get(6)?;
        let values: Result<_, _> =
            (FIRST_FIELD..FIRST_FIELD + changed).map(|column| row.try_get(column)).collect();
        let mut figures = Vec::with_capacity(measured);
        for place in 0..measured {
            let column = FIRST_FIELD + changed + 2 * place;
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
        let dates: Option<String> = row.try_get(7)?;
        // Another word was never written.
        let dates = dates.and_then(|word| word.parse().ok()).unwrap_or_default();
        let record = ArchiveRecord {
            record_id,
            page: page.cast_unsigned(),
            now,
            before: None,
            dates,
            figures,
        };
        Ok((status, before, record))
    };
    let (status, before, mut record) = read().map_err(failed_to("read records"))?;
    record.now.status = status
        .parse()
        .map_err(|_| StoreError::Ledger { what: "the status of a record", value: status })?;
    record.before = match before {
        None => None,
        Some(text) => match restored(model, &text, &record.now) {
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
        let now = RecordState {
            values: vec![Some("Mill Road".to_owned()), Some("Bakery".to_owned())],
            status: Verdict::Accepted,
            confidence: 0.75,
            field_confidence: vec![0.5, 0.875],
            issues: vec!["vendor: repaired: Bakeny to Bakery by 3 documents".to_owned()],
        };
        let before = restored(&model, text, &now).unwrap();
        assert_eq!(before.values, [Some("Mill Road".to_owned()), Some("Bakeny".to_owned())]);
        assert_eq!((before.status, before.confidence), (Verdict::Review, 0.5));
        let text = serde_json::to_string(&stored(&model, &before, &now)).unwrap();
        assert_eq!(restored(&model, &text, &now).unwrap(), before);
    }

    #[test]
    fn what_is_now_as_it_was_is_not_stored_twice() {
        let model = crate::model::parse(MODEL, "slip.toml").unwrap();
        let now = RecordState {
            values: vec![None, Some("Bakery".to_owned())],
            status: Verdict::Review,
            confidence: 0.75,
            field_confidence: vec![0.5, 0.875, 0.25],
            issues: vec!["street: missing".to_owned()],
        };
        let before = RecordState { field_confidence: vec![0.5, 0.625, 0.25], ..now.clone() };
        let text = serde_json::to_string(&stored(&model, &before, &now)).unwrap();
        assert_eq!(text, r#"{"field_confidence":[null,0.625]}"#);
        assert_eq!(restored(&model, &text, &now).unwrap(), before);
    }
}
