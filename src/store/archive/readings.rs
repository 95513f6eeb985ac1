//! What the archive learns from: distinct readings of a field, and what is usual of figures.

use std::collections::HashMap;

use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Row};

use crate::model::RecordModel;
use crate::store::connection::Store;
use crate::store::error::{StoreError, failed_to};
use crate::store::model_table::table_of;
use crate::store::quoted::quoted;
use crate::store::rows::{Cursor, Key, Listing};
use crate::vocabulary::{Reading, Usual};

use super::{as_read, figure, recurring};

/// Groups of figures that are kept in memory; smaller ones are left to the model's figures as a whole.
const MOST_GROUPS: i64 = 50_000;

const READING_KEY: Key = Key { path: "place", id: "id", numbers: &[] };

/// Which readings are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Among {
    /// All.
    All,
    /// Those of records behind this one.
    Behind(i64),
}

impl Store {
    /// Streams the distinct readings of a recurring field, `index` in the model: first those that several documents
    /// have, then those that one has, each in the order of their texts.
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
        let condition = match among {
            Among::All => "true".to_owned(),
            Among::Behind(record) => format!("record_id > {record}"),
        };
        // By documents first: to count distinct ones would sort all readings.
        let sql = format!(
            "select value, 0::bigint as id, documents, confidence,
                    case when documents > 1 then '0' else '1' end || value as place from (
                 select value, count(*)::bigint as documents, (sum(sum) / sum(count))::real as confidence
                 from (select {value} collate \"C\" as value, document_id,
                              sum({sure}::float8) as sum, count({sure}) as count
                       from {} where {condition} group by 1, 2) reading
                 where value is not null group by 1) distinct_reading
             order by place, id",
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
                 select {group} collate \"C\" as name, {} as figure from {} where {} is not null),
             grouped as (
                 select name, array_agg(figure) as figures, count(*) as count
                 from figure where name is not null and figure is not null group by name
                 having count(*) >= {fewest} order by count(*) desc, name limit {MOST_GROUPS}),
             whole as (
                 select percentile_cont(0.5) within group (order by figure) as middle, count(*) as count from figure
                 where figure is not null having count(*) >= {fewest})
             select g.name, m.middle,
                    (select percentile_cont(0.5) within group (order by abs(f.figure - m.middle))
                     from unnest(g.figures) f(figure)), g.count
             from grouped g cross join lateral
                  (select percentile_cont(0.5) within group (order by f.figure) as middle
                   from unnest(g.figures) f(figure)) m
             union all
             select null, w.middle,
                    (select percentile_cont(0.5) within group (order by abs(f.figure - w.middle))
                     from figure f where f.figure is not null), w.count
             from whole w",
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
