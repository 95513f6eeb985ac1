//! The SQL of a stream of records: what it is read from, and in which order.

use super::filter::Filter;
use super::model_table::table_of;
use super::quoted::literal;
use super::record_columns::Joined;
use super::record_selection::{RecordKey, Selection};

/// How records come to be in the order of their documents' paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Walk {
    /// Records are found first, then sorted: right for few.
    Sorted,
    /// Documents are sorted, which are much smaller, then the records of each are looked up. For all records this is
    /// as fast, starts at once, goes on behind any record without sorting anew, and needs no disk.
    ByDocument,
}

/// What a stream asks the database.
#[derive(Debug, Clone)]
pub(super) struct RecordQuery {
    table: String,
    joined: Joined,
    /// What is true of the records.
    condition: String,
    /// Of the columns of a row.
    pub(super) expressions: Vec<String>,
    walk: Walk,
}

/// The order of records.
const KEY: &str = "file.path, file.document_id, record.page_number, record.row_number";

impl RecordQuery {
    /// `has_many` says that there are more records than documents.
    pub(super) fn new(selection: &Selection<'_>, expressions: Vec<String>, has_many: bool) -> Self {
        let mut joined = Joined::default();
        selection.columns.iter().for_each(|column| column.joins(&mut joined));
        let is_all = selection.filter.is_none() && selection.statuses.is_empty();
        Self {
            table: table_of(&selection.model.name),
            joined,
            condition: condition(selection),
            expressions,
            walk: if is_all && has_many { Walk::ByDocument } else { Walk::Sorted },
        }
    }

    /// Returns the statement that sends all records, or those behind one.
    pub(super) fn copy(&self, behind: Option<&RecordKey>) -> String {
        let source = match self.walk {
            Walk::Sorted => self.source(),
            Walk::ByDocument => {
                let rest = behind.map_or_else(String::new, |key| {
                    let (path, document_id) = (literal(&key.path), key.document_id);
                    format!(" and (path, document_id) >= ({path}, {document_id})")
                });
                let table = &self.table;
                // With an offset, a query inside another is no part of it that could be planned otherwise.
                let documents = format!(
                    "from (select path, document_id from scanlift.source_file where is_own{rest}
                           order by path, document_id offset 0) file
                     cross join lateral
                          (select * from {table} own where own.document_id = file.document_id offset 0) record"
                );
                format!("{documents} {} where {}", self.joins(), self.condition)
            }
        };
        let rest = behind.map_or_else(String::new, |key| {
            let RecordKey { path, document_id, page, row } = key;
            format!(" and ({KEY}) > ({}, {document_id}, {page}, {row})", literal(path))
        });
        let expressions = self.expressions.join(", ");
        format!(
            "copy (select {expressions} {source}{rest} order by {KEY}) to stdout (format binary)"
        )
    }

    /// Returns the query from its `from` to the end of its condition, without an order.
    pub(super) fn source(&self) -> String {
        format!(
            "from {} record
             join scanlift.source_file file on file.document_id = record.document_id and file.is_own
             {} where {}",
            self.table,
            self.joins(),
            self.condition
        )
    }

    fn joins(&self) -> String {
        let mut sql = String::new();
        if self.joined.document {
            sql += " join scanlift.document document on document.document_id = record.document_id";
        }
        if self.joined.page {
            sql += " left join scanlift.page page
                     on page.document_id = record.document_id and page.page_number = record.page_number";
        }
        if self.joined.attempt {
            sql += " left join lateral (
                         select run_id, attempt_number from scanlift.attempt tried
                         where tried.document_id = page.document_id and tried.page_number = page.page_number
                           and tried.outcome = page.state
                           and tried.mean_confidence is not distinct from page.mean_confidence
                         order by attempt_number desc limit 1) attempt on true";
        }
        sql
    }

    /// Returns the tables that are read and may change. Documents do not.
    pub(super) fn tables(&self) -> Vec<String> {
        let Joined { page, attempt, document: _ } = self.joined;
        let others = [(true, "source_file"), (page, "page"), (attempt, "attempt")];
        let others = others.into_iter().filter(|(is_read, _)| *is_read);
        std::iter::once(self.table.clone())
            .chain(others.map(|(_, name)| format!("scanlift.{name}")))
            .collect()
    }
}

fn condition(selection: &Selection<'_>) -> String {
    let mut sql = selection.filter.map_or_else(|| "true".to_owned(), Filter::to_literal_sql);
    if !selection.statuses.is_empty() {
        let words: Vec<String> =
            selection.statuses.iter().map(|status| literal(status.as_str())).collect();
        sql = format!("{sql} and record.status in ({})", words.join(", "));
    }
    sql
}

/// Asks whether a model ($1 is its table) has more records than there are files, as far as the server knows.
pub(super) const HAS_MANY: &str = "select coalesce(
    (select reltuples from pg_class where oid = to_regclass($1))
        > (select greatest(reltuples, 0) from pg_class where oid = 'scanlift.source_file'::regclass), false)";
