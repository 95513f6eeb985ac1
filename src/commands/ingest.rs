//! `scanlift ingest PATH…`

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::exit::Exit;
use super::options::{Common, ReaderArgs};
use super::session::{note_end, show, stop_on_signals, store_error, with_store};
use super::walk::WalkArgs;
use crate::pipeline::{self, ModelSet, RunSettings, Source, Trust};
use crate::store::Replace;

#[derive(Debug, Args)]
pub(super) struct IngestArgs {
    /// Files and directories of scans.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    walk: WalkArgs,
    /// Look at the content of files although their size and time have not changed.
    #[arg(long)]
    rehash: bool,
    #[command(flatten)]
    readers: ReaderArgs,
}

impl IngestArgs {
    /// All scans of a directory.
    pub(super) fn of(directory: PathBuf, readers: ReaderArgs) -> Self {
        Self { paths: vec![directory], walk: WalkArgs::default(), rehash: false, readers }
    }
}

pub(super) async fn execute(common: &Common, args: IngestArgs) -> anyhow::Result<Exit> {
    let trust = if args.rehash { Trust::Nothing } else { Trust::SizeAndTime };
    let walk = args.walk.walk(&args.paths)?;
    let second_look = args.readers.second_look();
    let mut readers = args.readers.resolve(common)?;
    let models = Arc::new(ModelSet::new(common.models()?));
    readers.settings.barcodes = models.symbologies();
    let noted =
        serde_json::json!({ "paths": args.paths, "readers": readers.settings.without_secrets() });
    let stop = stop_on_signals()?;
    with_store(common, async |store| {
        super::models::fit_tables(common, &store, models.models()).await?;
        let mut run = store.start_run("ingest", &noted).await.map_err(store_error)?;
        let settings = RunSettings {
            readers,
            models,
            second_look,
            replace: Replace::IfNotWorse,
            talk: common.talk(),
            stop,
        };
        let source = Source::Walk(Box::new(walk), trust);
        let result = pipeline::run(&store, &mut run, source, settings).await;
        finish(common, &store, run, result).await
    })
    .await
}

/// Notes how a run ended, shows its summary and decides the exit code.
pub(super) async fn finish(
    common: &Common,
    store: &crate::store::Store,
    run: crate::store::Run,
    result: Result<pipeline::Summary, pipeline::RunError>,
) -> anyhow::Result<Exit> {
    let summary = note_end(store, run, result, |summary| summary.interrupted).await?;
    show(common, &summary)?;
    Ok(match (summary.interrupted, summary.all_well()) {
        (true, _) => Exit::Interrupted,
        (false, true) => Exit::AllWell,
        (false, false) => Exit::SomeFailed,
    })
}
