//! Why a transaction was not committed: a row that is refused, or the database.

use sqlx::PgConnection;

use crate::store::copy::CopyRows;
use crate::store::error::{Trouble, server_message, sqlstate, trouble};

/// A row that the database, or its table's shape, refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) struct Refusal {
    /// The table.
    pub(in crate::store) target: String,
    /// SQLSTATE, or `row`.
    pub(in crate::store) reason: String,
    pub(in crate::store) message: String,
}

impl Refusal {
    /// A row that does not fit its table's columns.
    pub(in crate::store) fn of_row(target: &str, message: &str) -> Self {
        Self { target: target.to_owned(), reason: "row".to_owned(), message: message.to_owned() }
    }
}

/// Why a transaction was not committed.
#[derive(Debug)]
pub(in crate::store) enum BatchError {
    Row(Refusal),
    Database(sqlx::Error),
}

impl From<sqlx::Error> for BatchError {
    fn from(error: sqlx::Error) -> Self {
        refused_by("ledger", error)
    }
}

impl From<Refusal> for BatchError {
    fn from(refusal: Refusal) -> Self {
        Self::Row(refusal)
    }
}

fn refused_by(target: &str, error: sqlx::Error) -> BatchError {
    match trouble(&error) {
        Trouble::Row => BatchError::Row(Refusal {
            target: target.to_owned(),
            reason: sqlstate(&error).unwrap_or_default(),
            message: server_message(&error),
        }),
        Trouble::Passing | Trouble::Lasting => BatchError::Database(error),
    }
}

/// Sends rows to a table. Errors name the table.
pub(super) async fn copy_rows(
    connection: &mut PgConnection,
    table: &str,
    statement: &str,
    rows: CopyRows,
) -> Result<(), BatchError> {
    if rows.is_empty() {
        return Ok(());
    }
    let sent = async {
        let mut copy = connection.copy_in_raw(statement).await?;
        copy.send(rows.finish()).await?;
        copy.finish().await
    };
    sent.await.map(|_| ()).map_err(|error| refused_by(table, error))
}
