//! `scanlift model diff OLD NEW`

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use anyhow::anyhow;
use clap::Args;

use crate::commands::difference;
use crate::commands::exit::Exit;
use crate::commands::models;
use crate::commands::options::{Common, Output};
use crate::commands::session::{stop_on_signals, store_error, with_store};
use crate::model::{RecordModel, load_file, parse};
use crate::pipeline::{self, ModelDifference, ModelSet};
use crate::store::Store;

/// What marks the model that the database knows.
const STORED: &str = "@stored";

#[derive(Debug, Args)]
pub(in crate::commands) struct DiffArgs {
    /// A model file, the name of a model in use, or `NAME@stored` for the model as it was last used.
    #[arg(value_name = "OLD")]
    old: String,
    /// The same for the model after the change.
    #[arg(value_name = "NEW")]
    new: String,
    /// Show so many records that differ.
    #[arg(long, value_name = "N", default_value_t = 10)]
    show: usize,
}

pub(super) async fn execute(common: &Common, args: DiffArgs) -> anyhow::Result<Exit> {
    let stop = stop_on_signals()?;
    with_store(common, async |store| {
        let old = resolve(common, &store, &args.old).await?;
        let new = resolve(common, &store, &args.new).await?;
        let sets = (
            Arc::new(ModelSet::new(vec![old.clone()])),
            Arc::new(ModelSet::new(vec![new.clone()])),
        );
        let difference =
            pipeline::difference(&store, sets, args.show, &stop).await.map_err(store_error)?;
        show(common, (&old, &new), &difference)?;
        Ok(match (difference.interrupted, difference.failed) {
            (true, _) => Exit::Interrupted,
            (false, 0) => Exit::AllWell,
            (false, _) => Exit::SomeFailed,
        })
    })
    .await
}

async fn resolve(common: &Common, store: &Store, name: &str) -> anyhow::Result<RecordModel> {
    if let Some(model) = name.strip_suffix(STORED) {
        let recorded = store.recorded_model(model).await.map_err(store_error)?;
        let text = recorded.ok_or_else(|| {
            anyhow!("`{name}`: model: the database has none of this name\nhint: `scanlift ingest` and `reextract` record the models they use")
        })?;
        return parse(&text, name).map_err(|errors| anyhow!("{errors}"));
    }
    if Path::new(name).is_file() {
        return load_file(Path::new(name)).map_err(|errors| anyhow!("{errors}"));
    }
    models::find(&common.models()?, name).cloned()
}

fn show(
    common: &Common,
    (old, new): (&RecordModel, &RecordModel),
    difference: &ModelDifference,
) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout().lock();
    if common.output == Output::Json {
        serde_json::to_writer_pretty(&mut stdout, difference)?;
        return Ok(writeln!(stdout)?);
    }
    let mut names: Vec<&String> = new.fields.iter().map(|field| &field.name).collect();
    let gone = old.fields.iter().map(|field| &field.name);
    names.extend(gone.filter(|name| new.fields.iter().all(|field| field.name != **name)));
    difference::write(&mut stdout, &names, difference)?;
    Ok(())
}
