//! What can go wrong with the database, and what a writer may do about it.

use std::path::PathBuf;
use std::time::Duration;

use sqlx::error::DatabaseError;
use sqlx::postgres::PgDatabaseError;

/// What went wrong; `Display` is `what: why` without the cause, [`StoreError::hint`] is what to do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("cannot understand the database URL")]
    Url(#[source] sqlx::Error),
    #[error("cannot connect to `{place}`")]
    Connect {
        place: String,
        #[source]
        cause: sqlx::Error,
    },
    #[error("`{place}` is Postgres {version}, but {minimum} or later is needed")]
    ServerTooOld { place: String, version: String, minimum: u32 },
    #[error("cannot migrate the database")]
    Migrate(#[source] Box<sqlx::migrate::MigrateError>),
    #[error("cannot {what}")]
    Query {
        what: &'static str,
        #[source]
        cause: sqlx::Error,
    },
    /// Another process holds the write lock.
    #[error("another scanlift ({holder}) is writing")]
    Busy { holder: String },
    /// The retries of a step used up their time; what was committed stays, nothing is lost.
    #[error("the database stayed away: gave up after {} s", waited.as_secs())]
    GaveUp {
        waited: Duration,
        #[source]
        cause: Box<StoreError>,
    },
    #[error("no table for model `{0}`")]
    UnknownModel(String),
    /// The model has been given a field since its table was made.
    #[error("the table of model `{model}` has no column for its field `{field}` yet")]
    NoColumn { model: String, field: String },
    /// The model's field cannot be kept in the table's column.
    #[error(
        "model `{model}` no longer fits its table: `{field}` is `{wanted}`, but its column is `{present}` and holds values"
    )]
    Misfit { model: String, field: String, wanted: String, present: String },
    #[error("model `{model}`: field `{field}` has the name of a column that every table has")]
    ReservedName { model: String, field: String },
    #[error("there is no change of model `{0}` to undo")]
    NothingToUndo(String),
    #[error("the words of document {document_id}, page {page} cannot be read back: {why}")]
    StoredText { document_id: i64, page: i32, why: String },
    /// A value in the ledger is none this program knows.
    #[error("the ledger holds `{value}` as {what}")]
    Ledger { what: &'static str, value: String },
    #[error("the condition's pattern is not understood by Postgres")]
    Pattern(#[source] sqlx::Error),
    #[error("the document's records could not be made: {0}")]
    MakeRecords(String),
    #[error("private Postgres: {0}")]
    Cluster(#[from] ClusterError),
}

/// What can go wrong with the private cluster.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    #[error("no Postgres server is installed")]
    NoBinaries,
    #[error("the newest installed server is Postgres {found}, but {minimum} or later is needed")]
    BinariesTooOld { found: u32, minimum: u32 },
    #[error(
        "`{directory}` was made by Postgres {made_by}, which is not installed (found: {installed})"
    )]
    OtherVersion { directory: PathBuf, made_by: u32, installed: String },
    #[error(
        "no user to run the server as: it refuses to run as root, and neither `postgres` nor `nobody` exists"
    )]
    NoUser,
    #[error("no space left for `{directory}`")]
    DiskFull { directory: PathBuf },
    #[error("cannot use the socket directory `{directory}`: {why}")]
    Socket { directory: PathBuf, why: String },
    #[error("`{command}` failed: {output}")]
    Command { command: String, output: String },
    #[error("`{path}`: {cause}")]
    File { path: PathBuf, cause: std::io::Error },
    #[error("another scanlift has been starting or stopping it for {} s", waited.as_secs())]
    Locked { waited: Duration },
    #[error("it is in use by another scanlift")]
    InUse,
}

impl StoreError {
    /// Returns what the user can do about it, if we know.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Url(_) => Some("it looks like `postgres://user:password@host:5432/database`".into()),
            Self::Connect { .. } => Some(
                "check that the server runs and that the URL is right; without --database-url and DATABASE_URL a private Postgres is used".into(),
            ),
            Self::Busy { .. } => Some("wait until it has ended, or use another database".into()),
            Self::GaveUp { cause, .. } => cause.hint().or_else(|| {
                Some("once the database is well again, the same command goes on where this one stopped".into())
            }),
            Self::Query { cause, .. } if sqlstate(cause).as_deref() == Some("53100") => Some(
                "the database is out of disk space: make room, then the same command goes on where this one stopped".into(),
            ),
            Self::UnknownModel(_) => Some("`scanlift model list` shows the models".into()),
            Self::NoColumn { model, .. } => Some(format!(
                "`scanlift reextract {model}` adds it; other columns are chosen with `--columns`"
            )),
            Self::Misfit { field, .. } => Some(format!(
                "give the field another name than `{field}` (the old column is kept), or export and drop the table"
            )),
            Self::ReservedName { .. } => Some("give the field another name".into()),
            Self::StoredText { .. } => Some("read the page again with `scanlift reprocess`".into()),
            Self::Migrate(_) => Some("was the database made by a newer scanlift?".into()),
            Self::Cluster(error) => error.hint(),
            Self::ServerTooOld { .. }
            | Self::Query { .. }
            | Self::NothingToUndo(_)
            | Self::Ledger { .. }
            | Self::Pattern(_)
            | Self::MakeRecords(_) => None,
        }
    }
}

impl ClusterError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::NoBinaries | Self::BinariesTooOld { .. } => Some(
                "`apt-get install postgresql`, or give the URL of a running server with --database-url".into(),
            ),
            Self::OtherVersion { made_by, .. } => {
                Some(format!("`apt-get install postgresql-{made_by}`, or use another --data-dir"))
            }
            Self::DiskFull { .. } => Some("make room, or use another --data-dir".into()),
            Self::Socket { .. } => Some("use a --data-dir with a short path that you may write to".into()),
            Self::InUse => Some("wait until the other command has ended".into()),
            Self::NoUser
            | Self::Command { .. }
            | Self::File { .. }
            | Self::Locked { .. } => None,
        }
    }
}

/// Says what a query was for when it fails.
pub(super) fn failed_to(what: &'static str) -> impl FnOnce(sqlx::Error) -> StoreError {
    move |cause| StoreError::Query { what, cause }
}

/// What kind of trouble an error is to a writer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The database refuses a row of the batch: find it.
    Row,
    /// The connection, the server or its resources: the same batch may succeed later.
    Passing,
    /// Anything else: the run stops.
    Lasting,
}

/// Sorts an error by what a writer may do about it (SQLSTATE classes: Postgres manual, appendix A).
pub(super) fn trouble(error: &sqlx::Error) -> Trouble {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::Protocol(_)
        | sqlx::Error::WorkerCrashed => Trouble::Passing,
        sqlx::Error::Database(database) => {
            trouble_of_state(database.code().as_deref().unwrap_or(""))
        }
        _ => Trouble::Lasting,
    }
}

fn trouble_of_state(state: &str) -> Trouble {
    match state {
        // A read-only transaction is what a standby answers while a failover is under way.
        "57P01" | "57P02" | "57P03" | "57P05" | "25P03" | "25006" | "40001" | "40P01" | "55P03"
        | "58030" => Trouble::Passing,
        _ if state.starts_with("08") || state.starts_with("53") => Trouble::Passing,
        _ if state.starts_with("22") || state.starts_with("23") || state.starts_with("54") => {
            Trouble::Row
        }
        _ => Trouble::Lasting,
    }
}

/// Returns the SQLSTATE of an error that the server sent.
pub(super) fn sqlstate(error: &sqlx::Error) -> Option<String> {
    error.as_database_error().and_then(DatabaseError::code).map(std::borrow::Cow::into_owned)
}

/// Returns the server's message with its context, which names line and column of a refused COPY.
pub(super) fn server_message(error: &sqlx::Error) -> String {
    let Some(database) = error.as_database_error() else { return error.to_string() };
    let Some(postgres) = database.try_downcast_ref::<PgDatabaseError>() else {
        return database.message().to_owned();
    };
    [Some(postgres.message()), postgres.detail(), postgres.r#where()]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join("; ")
}
