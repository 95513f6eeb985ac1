//! `scanlift db start|stop|url|size|migrate|rollback`

use std::io::Write;

use anyhow::anyhow;
use clap::Subcommand;

use super::exit::Exit;
use super::options::Common;
use super::session::store_error;
use crate::store::{self, Database, Store};

#[derive(Debug, Subcommand)]
pub(super) enum DbCommand {
    /// Starts the private cluster and leaves it running.
    Start,
    /// Stops the private cluster.
    Stop,
    /// Prints the URL of the database, for psql and other programs.
    Url,
    /// Shows what each table takes: rows, long values, indexes, and rows that are dead.
    Size,
    /// Applies the migrations that are missing.
    Migrate,
    /// Takes the newest migration back, or the newest change of a model's table.
    Rollback {
        /// Take back the newest change of this model's table instead.
        #[arg(long, value_name = "NAME")]
        model: Option<String>,
    },
}

pub(super) async fn execute(common: &Common, command: DbCommand) -> anyhow::Result<Exit> {
    let mut stderr = std::io::stderr();
    match command {
        DbCommand::Start => {
            only_private(common, "start")?;
            let url = store::start_cluster(&common.data_dir).await.map_err(store_error)?;
            writeln!(std::io::stdout(), "{url}")?;
        }
        DbCommand::Stop => {
            only_private(common, "stop")?;
            let was_running = store::stop_cluster(&common.data_dir).await.map_err(store_error)?;
            writeln!(stderr, "{}", if was_running { "stopped" } else { "it was not running" })?;
        }
        DbCommand::Url => {
            let store = Store::connect(&common.database).await.map_err(store_error)?;
            writeln!(std::io::stdout(), "{}", store.url())?;
            store.close().await.map_err(store_error)?;
        }
        DbCommand::Size => return super::db_size::execute(common).await,
        DbCommand::Migrate => {
            let store = Store::connect(&common.database).await.map_err(store_error)?;
            let applied = store.migrate().await.map_err(store_error)?;
            for name in &applied {
                writeln!(stderr, "applied {name}")?;
            }
            if applied.is_empty() {
                writeln!(stderr, "nothing to do")?;
            }
            store.close().await.map_err(store_error)?;
        }
        DbCommand::Rollback { model } => rollback(common, model.as_deref()).await?,
    }
    Ok(Exit::AllWell)
}

async fn rollback(common: &Common, model: Option<&str>) -> anyhow::Result<()> {
    let mut stderr = std::io::stderr();
    let store = Store::connect(&common.database).await.map_err(store_error)?;
    let undone = match model {
        Some(model) => store.rollback_model(model).await,
        None => store.rollback_migration().await.map(|name| name.into_iter().collect()),
    };
    store.close().await.map_err(store_error)?;
    let undone = undone.map_err(store_error)?;
    for step in &undone {
        writeln!(stderr, "took back {step}")?;
    }
    if undone.is_empty() {
        writeln!(stderr, "nothing to take back")?;
    }
    Ok(())
}

fn only_private(common: &Common, verb: &str) -> anyhow::Result<()> {
    match common.database {
        Database::Private(_) => Ok(()),
        Database::Url(_) => Err(anyhow!(
            "db {verb}: database: a URL is given, and scanlift only runs its private cluster\nhint: leave --database-url and DATABASE_URL out"
        )),
    }
}
