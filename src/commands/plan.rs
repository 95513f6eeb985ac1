//! `scanlift plan PATH…`

use std::io::Write;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use super::exit::Exit;
use super::options::{Common, Output, ReaderArgs};
use super::session::{run_error, stop_on_signals};
use super::walk::WalkArgs;
use crate::pipeline::{self, ModelSet, PlanSettings};

#[derive(Debug, Args)]
pub(super) struct PlanArgs {
    /// Files and directories of scans.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    walk: WalkArgs,
    /// Pages that are read: four times as many make the bounds half as wide.
    #[arg(long, value_name = "PAGES", default_value = "60")]
    sample: NonZeroUsize,
    /// Minutes after which no further document of the sample is begun.
    #[arg(long, value_name = "MINUTES", value_parser = clap::value_parser!(u32).range(1..))]
    minutes: Option<u32>,
    /// Seconds that a person takes for a record under review.
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=86_400))]
    review_seconds: u32,
    #[command(flatten)]
    readers: ReaderArgs,
}

pub(super) async fn execute(common: &Common, args: PlanArgs) -> anyhow::Result<Exit> {
    const SECONDS_A_MINUTE: u64 = 60;
    let walk = args.walk.walk(&args.paths)?;
    let second_look = args.readers.second_look();
    let mut readers = args.readers.resolve(common)?;
    let models = Arc::new(ModelSet::new(common.models()?));
    readers.settings.barcodes = models.symbologies();
    let minutes = args.minutes.map(u64::from);
    let settings = PlanSettings {
        readers,
        models,
        second_look,
        pages: args.sample.get(),
        longest: minutes.map(|minutes| Duration::from_secs(minutes * SECONDS_A_MINUTE)),
        seconds_a_record: f64::from(args.review_seconds),
        talk: common.talk(),
        stop: stop_on_signals()?,
    };
    let plan = pipeline::plan(walk, settings).await.map_err(run_error)?;
    let mut stdout = std::io::stdout().lock();
    match common.output {
        Output::Json => {
            serde_json::to_writer_pretty(&mut stdout, &plan)?;
            writeln!(stdout)?;
        }
        Output::Text => writeln!(stdout, "{plan}")?,
    }
    Ok(if plan.interrupted { Exit::Interrupted } else { Exit::AllWell })
}
