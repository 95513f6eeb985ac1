//! Connecting: to a URL or the private cluster, checking the server's version, migrating.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::{Migrate, MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, PgConnection, PgPool};
use tokio::time::timeout;

use super::MINIMUM_VERSION;
use super::backoff::Backoff;
use super::cluster::{self, Cluster};
use super::error::{ClusterError, StoreError, failed_to};
use super::{migrations, no_delay};

/// Commands ask the database few things at once; the writer has a connection of its own.
const MAX_CONNECTIONS: u32 = 6;
/// How long one try to get a connection may take. A server that died is started again only between tries.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const SOCKET_PORT: u16 = 5432;

/// Where the database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// A `postgres://` URL.
    Url(String),
    /// The private cluster under this directory (`.scanlift` by default), started on demand.
    Private(PathBuf),
}

/// A connected database. Cheap to clone; [`Store::close`] ends the use of the private cluster.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) pool: PgPool,
    options: PgConnectOptions,
    /// Names the database in messages, without its password.
    place: String,
    cluster: Option<Arc<Cluster>>,
}

impl Store {
    /// Connects, starting the private cluster if need be, and checks that the server is Postgres 13 or later. Does
    /// not migrate.
    pub async fn connect(database: &Database) -> Result<Self, StoreError> {
        match database {
            Database::Url(url) => {
                let options = PgConnectOptions::from_str(url).map_err(StoreError::Url)?;
                let port = options.get_port();
                let place = format!(
                    "{}:{port}/{}",
                    options.get_host(),
                    options.get_database().unwrap_or("")
                );
                Self::with_options(options, place, None).await
            }
            Database::Private(directory) => {
                let root_base = PathBuf::from(cluster::ROOT_BASE);
                let cluster = enter(directory.clone(), root_base).await?;
                Self::in_cluster(Arc::new(cluster), cluster::NAME).await
            }
        }
    }

    /// Connects and applies pending migrations: what every command but `db` wants.
    pub async fn open(database: &Database) -> Result<Self, StoreError> {
        let store = Self::connect(database).await?;
        match store.migrate().await {
            Ok(_) => Ok(store),
            Err(error) => {
                store.close().await?;
                Err(error)
            }
        }
    }

    /// Connects to a database of a private cluster, making it if it is not there.
    pub(super) async fn in_cluster(
        cluster: Arc<Cluster>,
        database: &str,
    ) -> Result<Self, StoreError> {
        let options = PgConnectOptions::new_without_pgpass()
            .socket(cluster.socket_directory())
            .port(SOCKET_PORT)
            .username(cluster::NAME);
        let place = cluster.socket_directory().display().to_string();
        let mut backoff = Backoff::at_first_contact();
        while let Err(error) = make_database_once(&options, database, &place).await {
            backoff.pause(error).await?;
            revive(Some(&cluster)).await?;
        }
        Self::with_options(options.database(database), place, Some(cluster)).await
    }

    async fn with_options(
        options: PgConnectOptions,
        place: String,
        cluster: Option<Arc<Cluster>>,
    ) -> Result<Self, StoreError> {
        // A statement is slow where much is asked for, such as all records for an export: that is no warning. Who looks
        // for slow statements finds them in the server's log (`log_min_duration_statement`).
        let options = options.disable_statement_logging();
        let options = options.application_name("scanlift").options([
            ("search_path", "scanlift"),
            ("datestyle", "ISO, YMD"),
            ("timezone", "UTC"),
            ("extra_float_digits", "1"),
            ("statement_timeout", "0"),
        ]);
        let pool = pool(&options, MAX_CONNECTIONS);
        let store = Self { pool, options, place, cluster };
        let mut backoff = Backoff::at_first_contact();
        while let Err(error) = store.check_version_once().await {
            store.pause(&mut backoff, error).await?;
        }
        Ok(store)
    }

    async fn check_version_once(&self) -> Result<(), StoreError> {
        const FACTOR: i32 = 10_000;
        let mut connection = connect(&self.options, &self.place).await?;
        let (number, version): (i32, String) = sqlx::query_as(
            "select current_setting('server_version_num')::integer, current_setting('server_version')",
        )
        .fetch_one(&mut connection)
        .await
        .map_err(failed_to("ask for the server's version"))?;
        if number / FACTOR < MINIMUM_VERSION.cast_signed() {
            return Err(StoreError::ServerTooOld {
                place: self.place.clone(),
                version,
                minimum: MINIMUM_VERSION,
            });
        }
        Ok(())
    }

    /// Starts a private server again that died; does nothing about others.
    pub(super) async fn revive(&self) -> Result<(), StoreError> {
        revive(self.cluster.as_ref()).await
    }

    /// Opens a connection of its own beside the pool; starts a private server that died.
    pub(super) async fn dedicated_connection(&self) -> Result<PgConnection, StoreError> {
        self.revive().await?;
        connect(&self.options, &self.place).await
    }

    /// Returns a URL for psql: of the private cluster in full, otherwise without the password.
    pub fn url(&self) -> String {
        let database = self.options.get_database().unwrap_or("");
        let user = self.options.get_username();
        if let Some(socket) = self.options.get_socket() {
            return format!("postgres:///{database}?host={}&user={user}", socket.display());
        }
        format!(
            "postgres://{user}@{}:{}/{database}",
            self.options.get_host(),
            self.options.get_port()
        )
    }

    /// Closes all connections. Stops the private cluster if nobody else uses it and `db start` did not ask it to
    /// stay. After a crash instead of this, the server goes on and the next command finds it.
    pub async fn close(self) -> Result<(), StoreError> {
        self.pool.close().await;
        let Some(cluster) = self.cluster.and_then(Arc::into_inner) else { return Ok(()) };
        blocking(move || cluster.leave()).await
    }

    /// Applies pending migrations and returns their names.
    pub async fn migrate(&self) -> Result<Vec<String>, StoreError> {
        let pending = self.pending_migrations().await?;
        self.retrying(|| self.migrate_once()).await?;
        Ok(pending)
    }

    /// Migrations lock others out as long as their connection lives, so they have one of their own.
    async fn migrate_once(&self) -> Result<(), StoreError> {
        let own = pool(&self.options, 1);
        let migrated = migrations::migrator().run(&own).await.map_err(migrate_error);
        own.close().await;
        migrated
    }

    /// Reverts the newest migration and returns its name; `None` if none is applied. Errors if work would be lost.
    pub async fn rollback_migration(&self) -> Result<Option<String>, StoreError> {
        let applied = self.applied_versions().await?;
        let Some(newest) = applied.last().copied() else { return Ok(None) };
        let target = applied.iter().rev().nth(1).copied().unwrap_or(0);
        self.retrying(|| self.undo_migrations_once(target)).await?;
        Ok(Some(migrations::name_of(newest)))
    }

    /// Undoes the migrations after `target`, if they are not undone already.
    async fn undo_migrations_once(&self, target: i64) -> Result<(), StoreError> {
        let own = pool(&self.options, 1);
        let undone = migrations::migrator().undo(&own, target).await.map_err(migrate_error);
        own.close().await;
        undone
    }

    /// Returns the names of the migrations that are not applied yet, oldest first.
    pub async fn pending_migrations(&self) -> Result<Vec<String>, StoreError> {
        let applied = self.applied_versions().await?;
        Ok(migrations::names_of_missing(&applied))
    }

    async fn applied_versions(&self) -> Result<Vec<i64>, StoreError> {
        self.retrying(|| self.applied_versions_once()).await
    }

    async fn applied_versions_once(&self) -> Result<Vec<i64>, StoreError> {
        let mut connection = self.pool.acquire().await.map_err(failed_to("list the migrations"))?;
        let exists: bool =
            sqlx::query_scalar("select to_regclass('scanlift._sqlx_migrations') is not null")
                .fetch_one(&mut *connection)
                .await
                .map_err(failed_to("list the migrations"))?;
        if !exists {
            return Ok(Vec::new());
        }
        let applied = connection
            .list_applied_migrations(&Migrator::DEFAULT.table_name)
            .await
            .map_err(migrate_error)?;
        let mut versions: Vec<i64> =
            applied.into_iter().map(|migration| migration.version).collect();
        versions.sort_unstable();
        Ok(versions)
    }
}

/// `db start`: starts the private cluster and asks it to stay until [`stop_cluster`]. Returns its URL.
pub async fn start_cluster(directory: &Path) -> Result<String, StoreError> {
    let store = Store::open(&Database::Private(directory.to_owned())).await?;
    if let Some(cluster) = &store.cluster {
        cluster.keep()?;
    }
    let url = store.url();
    store.close().await?;
    Ok(url)
}

/// `db stop`: stops the private cluster. Returns false if it did not run; errors while other commands use it.
pub async fn stop_cluster(directory: &Path) -> Result<bool, StoreError> {
    let directory = directory.to_owned();
    blocking(move || Cluster::stop_now(&directory, Path::new(cluster::ROOT_BASE))).await
}

/// Enters a private cluster without blocking the runtime.
pub(super) async fn enter(directory: PathBuf, root_base: PathBuf) -> Result<Cluster, StoreError> {
    blocking(move || Cluster::enter(&directory, &root_base)).await
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ClusterError> + Send + 'static,
) -> Result<T, StoreError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => Ok(result?),
        Err(stopped) if stopped.is_panic() => std::panic::resume_unwind(stopped.into_panic()),
        Err(_) => Err(ClusterError::InUse.into()),
    }
}

async fn revive(cluster: Option<&Arc<Cluster>>) -> Result<(), StoreError> {
    let Some(cluster) = cluster.cloned() else { return Ok(()) };
    blocking(move || cluster.revive()).await
}

/// Returns a pool that connects when it is asked to.
fn pool(options: &PgConnectOptions, most: u32) -> PgPool {
    let over_tcp = options.clone();
    PgPoolOptions::new()
        .max_connections(most)
        .acquire_timeout(CONNECT_TIMEOUT)
        .after_connect(move |_, _| {
            without_delay(&over_tcp);
            Box::pin(async { Ok(()) })
        })
        .connect_lazy_with(options.clone())
}

/// Tries once to connect.
async fn connect(options: &PgConnectOptions, place: &str) -> Result<PgConnection, StoreError> {
    let connection = timeout(CONNECT_TIMEOUT, PgConnection::connect_with(options))
        .await
        .unwrap_or_else(|_| Err(std::io::Error::from(std::io::ErrorKind::TimedOut).into()))
        .map_err(|cause| StoreError::Connect { place: place.to_owned(), cause })?;
    without_delay(options);
    Ok(connection)
}

fn without_delay(options: &PgConnectOptions) {
    if options.get_socket().is_none() {
        no_delay::to_port(options.get_port());
    }
}

/// Makes a database if it is not there.
async fn make_database_once(
    options: &PgConnectOptions,
    name: &str,
    place: &str,
) -> Result<(), StoreError> {
    let mut connection = connect(&options.clone().database("postgres"), place).await?;
    let exists: bool =
        sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
            .bind(name)
            .fetch_one(&mut connection)
            .await
            .map_err(failed_to("look for the database"))?;
    if !exists {
        let statement = format!("create database {}", super::quoted::quoted(name));
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement))
            .execute(&mut connection)
            .await
            .map_err(failed_to("make the database"))?;
    }
    Ok(())
}

fn migrate_error(error: MigrateError) -> StoreError {
    StoreError::Migrate(Box::new(error))
}
