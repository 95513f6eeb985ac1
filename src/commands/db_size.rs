//! `scanlift db size`

use std::fmt::Write as _;
use std::io::Write;

use super::exit::Exit;
use super::options::{Common, Output};
use super::session::{store_error, with_store};
use crate::store::{DatabaseSize, TableSize};

pub(super) async fn execute(common: &Common) -> anyhow::Result<Exit> {
    with_store(common, async |store| {
        let size = store.size().await.map_err(store_error)?;
        let mut stdout = std::io::stdout().lock();
        match common.output {
            Output::Json => {
                serde_json::to_writer_pretty(&mut stdout, &size)?;
                writeln!(stdout)?;
            }
            Output::Text => stdout.write_all(text(&size).as_bytes())?,
        }
        Ok(Exit::AllWell)
    })
    .await
}

/// Returns the table for people, in KiB.
fn text(size: &DatabaseSize) -> String {
    let width = size.tables.iter().map(|table| table.table.len()).max().unwrap_or(0).max(5);
    let mut lines = format!(
        "{:width$} {:>11} {:>6} {:>11} {:>11} {:>11} {:>11} {:>9}\n",
        "table", "rows", "dead", "heap KiB", "toast KiB", "index KiB", "total KiB", "bytes/row"
    );
    let mut sum = TableSize { table: "all".to_owned(), ..TableSize::default() };
    for table in &size.tables {
        line(&mut lines, width, table);
        sum.heap += table.heap;
        sum.toast += table.toast;
        sum.indexes += table.indexes;
        sum.rows += table.rows;
        sum.dead_rows += table.dead_rows;
    }
    line(&mut lines, width, &sum);
    let mut each = Vec::new();
    each.extend(size.bytes_a_page.map(|bytes| format!("{bytes:.0} bytes of the ledger a page")));
    each.extend(size.bytes_a_record.map(|bytes| format!("{bytes:.0} bytes a record")));
    each.push(format!("{:.0} MiB the whole database", size.database_bytes as f64 / 1_048_576.0));
    lines.push_str(&each.join(", "));
    lines.push('\n');
    lines
}

fn line(lines: &mut String, width: usize, table: &TableSize) {
    let kib = |bytes: u64| bytes.div_ceil(1024);
    let each = table.bytes_a_row().map_or_else(String::new, |bytes| format!("{bytes:.0}"));
    // Writing to a string cannot fail.
    let _written = writeln!(
        lines,
        "{:width$} {:>11} {:>5.1}% {:>11} {:>11} {:>11} {:>11} {each:>9}",
        table.table,
        table.rows,
        table.dead_share() * 100.0,
        kib(table.heap),
        kib(table.toast),
        kib(table.indexes),
        kib(table.total()),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_their_heads() {
        let page = TableSize {
            table: "scanlift.page".to_owned(),
            rows: 3,
            dead_rows: 1,
            heap: 8192,
            indexes: 1024,
            ..TableSize::default()
        };
        let size = DatabaseSize {
            tables: vec![page],
            bytes: 9216,
            database_bytes: 8 << 20,
            pages: 3,
            bytes_a_page: Some(3072.0),
            ..DatabaseSize::default()
        };
        assert_eq!(
            text(&size),
            "table                rows   dead    heap KiB   toast KiB   index KiB   total KiB bytes/row\n\
             scanlift.page           3  25.0%           8           0           1           9      3072\n\
             all                     3  25.0%           8           0           1           9      3072\n\
             3072 bytes of the ledger a page, 8 MiB the whole database\n"
        );
    }
}
