//! What the database takes on the disk, table by table, and how much of it is dead.

use serde::Serialize;
use sqlx::Row;
use sqlx::postgres::PgRow;

use super::connection::Store;
use super::error::{StoreError, failed_to};

/// What a table takes. Rows are estimates: the database counts them as they are written, and corrects itself when it
/// vacuums.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct TableSize {
    /// Such as `scanlift.page` or `records.receipt`.
    pub table: String,
    /// Whether it holds the records of a model.
    pub is_of_model: bool,
    pub rows: u64,
    /// Rows that were replaced or deleted, and whose place is not free yet.
    pub dead_rows: u64,
    /// Bytes of rows, of long values beside them, and of indexes.
    pub heap: u64,
    pub toast: u64,
    pub indexes: u64,
    /// Updates of rows since its statistics began, and how many of them changed no index.
    pub updates: u64,
    pub updates_without_index: u64,
}

impl TableSize {
    /// Returns the bytes of all of it.
    pub fn total(&self) -> u64 {
        self.heap + self.toast + self.indexes
    }

    /// Returns which part of the rows is dead, 0 to 1.
    pub fn dead_share(&self) -> f64 {
        self.dead_rows as f64 / (self.rows + self.dead_rows).max(1) as f64
    }

    /// Returns the bytes that a row takes, with its indexes; `None` without rows.
    pub fn bytes_a_row(&self) -> Option<f64> {
        (self.rows > 0).then(|| self.total() as f64 / self.rows as f64)
    }
}

/// What the database takes.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct DatabaseSize {
    /// The ledger's tables, then those of models, the largest first.
    pub tables: Vec<TableSize>,
    /// Bytes of these tables.
    pub bytes: u64,
    /// Bytes of the whole database, with the catalog of its tables.
    pub database_bytes: u64,
    /// Pages of documents.
    pub pages: u64,
    /// Bytes of the ledger for each page.
    pub bytes_a_page: Option<f64>,
    /// Records of all models, and bytes of their tables for each.
    pub records: u64,
    pub bytes_a_record: Option<f64>,
}

impl Store {
    /// Measures all tables of the ledger and of models.
    pub async fn size(&self) -> Result<DatabaseSize, StoreError> {
        self.retrying(|| self.size_once()).await
    }

    async fn size_once(&self) -> Result<DatabaseSize, StoreError> {
        let error = || failed_to("measure the tables");
        let rows = sqlx::query(
            "select n.nspname || '.' || c.relname as name, n.nspname <> 'scanlift' as is_of_model,
                    greatest(c.reltuples::bigint, s.n_live_tup, 0) as live, coalesce(s.n_dead_tup, 0) as dead,
                    pg_table_size(c.oid) - toast.bytes as heap, toast.bytes as toast, pg_indexes_size(c.oid) as indexes,
                    coalesce(s.n_tup_upd, 0) as updates, coalesce(s.n_tup_hot_upd, 0) as hot
             from pg_class c join pg_namespace n on n.oid = c.relnamespace
             left join pg_stat_user_tables s on s.relid = c.oid
             cross join lateral (
                 select case c.reltoastrelid when 0 then 0 else pg_total_relation_size(c.reltoastrelid) end as bytes) toast
             where c.relkind = 'r' and n.nspname in ('scanlift', 'records', 'next_records')
             order by 2, pg_total_relation_size(c.oid) desc, 1",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(error())?;
        let database_bytes: i64 = sqlx::query_scalar("select pg_database_size(current_database())")
            .fetch_one(&self.pool)
            .await
            .map_err(error())?;
        let tables: Vec<TableSize> =
            rows.iter().map(table_size).collect::<Result<_, _>>().map_err(error())?;
        Ok(summed(tables, database_bytes.cast_unsigned()))
    }
}

fn summed(tables: Vec<TableSize>, database_bytes: u64) -> DatabaseSize {
    let sum = |of_model: bool, of: fn(&TableSize) -> u64| {
        tables.iter().filter(|table| table.is_of_model == of_model).map(of).sum::<u64>()
    };
    let pages = tables.iter().find(|table| table.table == "scanlift.page");
    let pages = pages.map_or(0, |table| table.rows);
    let (ledger, models) = (sum(false, TableSize::total), sum(true, TableSize::total));
    let records = sum(true, |table| table.rows);
    let each = |bytes: u64, count: u64| (count > 0).then(|| bytes as f64 / count as f64);
    DatabaseSize {
        bytes: ledger + models,
        database_bytes,
        pages,
        bytes_a_page: each(ledger, pages),
        records,
        bytes_a_record: each(models, records),
        tables,
    }
}

fn table_size(row: &PgRow) -> Result<TableSize, sqlx::Error> {
    let count = |column: &str| row.try_get::<i64, _>(column).map(i64::cast_unsigned);
    Ok(TableSize {
        table: row.try_get("name")?,
        is_of_model: row.try_get("is_of_model")?,
        rows: count("live")?,
        dead_rows: count("dead")?,
        heap: count("heap")?,
        toast: count("toast")?,
        indexes: count("indexes")?,
        updates: count("updates")?,
        updates_without_index: count("hot")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Scope;
    use crate::store::tests::{
        apply, count, file, model, options, page_event, record, start, stored, text_kind,
        with_store, write,
    };

    #[test]
    fn tables_are_measured_with_their_indexes_and_long_values() {
        with_store(|store| async move {
            let log = model("log", Scope::Page, &[("note", text_kind())]);
            apply(&store, std::slice::from_ref(&log)).await;
            let mut run = start(&store).await;
            let files: Vec<_> = (1..=40).map(|at| file(&format!("{at}.tif"), at)).collect();
            let registered = store.register(run.id, &files).await.unwrap();
            let pages = registered.iter().map(|file| {
                let mut page = stored(file.document_id, 1, "TOTAL", 90.0);
                page.records =
                    vec![record("log", 1, 1, vec![None]), record("log", 1, 2, vec![None])];
                page_event(page)
            });
            write(&store, &mut run, options(&[log]), pages.collect()).await;
            sqlx::raw_sql("analyze").execute(&store.pool).await.unwrap();
            let size = store.size().await.unwrap();
            let of = |name: &str| size.tables.iter().find(|table| table.table == name).unwrap();
            assert_eq!((of("scanlift.page").rows, of("records.log").rows), (40, 80));
            assert_eq!((size.pages, size.records), (40, 80));
            assert!(of("records.log").is_of_model && !of("scanlift.page").is_of_model);
            let sql = "select pg_total_relation_size('scanlift.page_text')";
            assert_eq!(of("scanlift.page_text").total(), count(&store, sql).await.cast_unsigned());
            let sum: u64 = size.tables.iter().map(TableSize::total).sum();
            assert!(sum == size.bytes && size.bytes < size.database_bytes, "{size:?}");
        });
    }

    #[test]
    fn shares_and_means_need_rows() {
        let empty = TableSize::default();
        assert!(empty.dead_share().abs() < 1e-9 && empty.bytes_a_row().is_none());
        let table = TableSize { rows: 3, dead_rows: 1, heap: 60, ..TableSize::default() };
        assert!((table.dead_share() - 0.25).abs() < 1e-9);
        assert_eq!(table.bytes_a_row(), Some(20.0));
    }
}
