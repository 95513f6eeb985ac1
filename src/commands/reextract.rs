//! `scanlift reextract [MODEL…]`

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;

use anyhow::anyhow;
use clap::Args;

use super::difference;
use super::exit::Exit;
use super::options::{Common, Output};
use super::session::{note_end, page_condition, show, stop_on_signals, store_error, with_store};
use crate::pipeline::{self, ModelDifference, ModelSet, Stop};
use crate::store::Filter;

#[derive(Debug, Args)]
pub(super) struct ReextractArgs {
    /// Models whose records are made anew; all without it.
    #[arg(value_name = "MODEL")]
    only: Vec<String>,
    /// Only documents with a page such as `path ~ 'boxes/07'` or `confidence < 0.8`; columns as for `reprocess`.
    #[arg(long = "where", value_name = "CONDITION")]
    condition: Option<String>,
    /// Write nothing: show what would change, by field, with examples.
    #[arg(long)]
    dry_run: bool,
    /// Show so many records of each model that would differ.
    #[arg(long, value_name = "N", default_value_t = 10, requires = "dry_run")]
    show: usize,
}

pub(super) async fn execute(common: &Common, args: ReextractArgs) -> anyhow::Result<Exit> {
    let mut models = common.models()?;
    for name in &args.only {
        super::models::find(&models, name)?;
    }
    if !args.only.is_empty() {
        models.retain(|model| args.only.contains(&model.name));
    }
    if models.is_empty() {
        return Err(anyhow!("models: there are none"));
    }
    let models = Arc::new(ModelSet::new(models));
    let condition = args.condition.as_deref().map(page_condition).transpose()?;
    let stop = stop_on_signals()?;
    if args.dry_run {
        return dry_run(common, models, (condition.as_ref(), args.show), &stop).await;
    }
    let noted = serde_json::json!({ "models": args.only, "where": args.condition });
    with_store(common, async |store| {
        super::models::fit_tables(common, &store, models.models()).await?;
        let mut run = store.start_run("reextract", &noted).await.map_err(store_error)?;
        let result = pipeline::reextract(
            &store,
            &mut run,
            models,
            (condition.as_ref(), common.talk()),
            &stop,
        )
        .await;
        let summary = note_end(&store, run, result, |summary| summary.interrupted).await?;
        show(common, &summary)?;
        Ok(match (summary.interrupted, summary.failed) {
            (true, _) => Exit::Interrupted,
            (false, 0) => Exit::AllWell,
            (false, _) => Exit::SomeFailed,
        })
    })
    .await
}

/// Shows what would change; the models' tables must be there.
async fn dry_run(
    common: &Common,
    models: Arc<ModelSet>,
    (condition, examples): (Option<&Filter>, usize),
    stop: &Stop,
) -> anyhow::Result<Exit> {
    with_store(common, async |store| {
        let set = Arc::clone(&models);
        let differences =
            pipeline::dry_run(&store, set, condition, examples, stop).await.map_err(store_error)?;
        let told = models.models().iter().zip(&differences);
        let mut stdout = std::io::stdout().lock();
        if common.output == Output::Json {
            let by_name: BTreeMap<&str, &ModelDifference> =
                told.map(|(model, difference)| (model.name.as_str(), difference)).collect();
            serde_json::to_writer_pretty(&mut stdout, &by_name)?;
            writeln!(stdout)?;
        } else {
            for (model, difference) in told {
                writeln!(stdout, "{}:", model.name)?;
                let names: Vec<&String> = model.fields.iter().map(|field| &field.name).collect();
                difference::write(&mut stdout, &names, difference)?;
            }
        }
        let failed = differences.iter().any(|difference| difference.failed > 0);
        Ok(match (stop.is_set(), failed) {
            (true, _) => Exit::Interrupted,
            (false, false) => Exit::AllWell,
            (false, true) => Exit::SomeFailed,
        })
    })
    .await
}
