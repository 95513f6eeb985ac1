//! `scanlift reprocess`

use std::sync::Arc;

use clap::Args;

use super::exit::Exit;
use super::ingest::finish;
use super::options::{Common, ReaderArgs};
use super::session::{page_condition, stop_on_signals, store_error, with_store};
use crate::pipeline::{self, ModelSet, RunSettings, Source};
use crate::store::Replace;

#[derive(Debug, Args)]
pub(super) struct ReprocessArgs {
    /// Which pages, such as `reason=timeout` or `state=stored and confidence<0.6`; columns: reason,
    /// stage, state, confidence, engine, languages, path, model, attempts, page, dpi, width, height,
    /// unread (share of the ink, such as `unread > 0.02`), words, issue (such as `issue = slanted`).
    /// Without it: all failed and quarantined pages.
    #[arg(long = "where", value_name = "CONDITION")]
    condition: Option<String>,
    /// Take the new result even if it is read with less confidence than the old one.
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    readers: ReaderArgs,
}

pub(super) async fn execute(common: &Common, args: ReprocessArgs) -> anyhow::Result<Exit> {
    let filter = args.condition.as_deref().map(page_condition).transpose()?;
    let second_look = args.readers.second_look();
    let mut readers = args.readers.resolve(common)?;
    let models = Arc::new(ModelSet::new(common.models()?));
    readers.settings.barcodes = models.symbologies();
    let noted = serde_json::json!({ "where": args.condition, "readers": readers.settings.without_secrets() });
    let stop = stop_on_signals()?;
    with_store(common, async |store| {
        super::models::fit_tables(common, &store, models.models()).await?;
        let mut run = store.start_run("reprocess", &noted).await.map_err(store_error)?;
        let settings = RunSettings {
            readers,
            models,
            second_look,
            replace: if args.replace { Replace::Always } else { Replace::IfNotWorse },
            talk: common.talk(),
            stop,
        };
        let source = Source::Ledger(filter.as_ref());
        let result = pipeline::run(&store, &mut run, source, settings).await;
        finish(common, &store, run, result).await
    })
    .await
}
