//! `scanlift train MODEL TRUTH.csv`

use std::fmt;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use serde::Serialize;

use super::exit::Exit;
use super::ingest::{IngestArgs, execute as ingest};
use super::labelled::{documents, labelled, read_truth, words};
use super::options::{Common, ReaderArgs};
use super::session::with_store;
use crate::learn::{Gain, Lesson, learn};
use crate::model::learned_path;

#[derive(Debug, Args)]
pub(super) struct TrainArgs {
    /// The model that learns.
    #[arg(value_name = "MODEL")]
    model: String,
    /// Table of what is right: a column `file`, and fields of the model by name.
    #[arg(value_name = "TRUTH.csv")]
    truth: PathBuf,
    /// Scans that the table names, to be read first if they are not in the database.
    #[arg(long, value_name = "DIRECTORY")]
    pages: Option<PathBuf>,
    /// File to write [default: NAME.learned.json beside the model].
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Only show what would be gained.
    #[arg(long, conflicts_with = "output")]
    dry_run: bool,
    #[command(flatten)]
    readers: ReaderArgs,
}

pub(super) async fn execute(common: &Common, args: TrainArgs) -> anyhow::Result<Exit> {
    let models = common.models()?;
    let model = super::models::find(&models, &args.model)?.clone();
    let truth = read_truth(common, &args.truth, &model)?;
    let output = match (args.output, args.dry_run) {
        (Some(output), _) => Some(output),
        (None, true) => None,
        (None, false) => Some(learned_path(&super::labelled::model_file(common, &model.name)?)),
    };
    if let Some(directory) = args.pages {
        match ingest(common, IngestArgs::of(directory, args.readers)).await? {
            Exit::AllWell | Exit::SomeFailed => {}
            stopped @ (Exit::CannotRun | Exit::Interrupted) => return Ok(stopped),
        }
    }
    let labelled = with_store(common, async |store| {
        let documents = documents(&store, &truth).await?;
        let words = words(&store, &documents).await?;
        Ok(labelled(&truth, &model, &documents, &words))
    })
    .await?;
    let of = labelled.len();
    let lesson = tokio::task::spawn_blocking(move || learn(&model, &labelled))
        .await?
        .with_context(|| format!("{}: truth", args.truth.display()))?;
    let written = output.filter(|_| lesson.gains.iter().any(|gain| gain.taken));
    if let Some(file) = &written {
        let text = lesson.learned.to_json()?;
        std::fs::write(file, text).with_context(|| format!("{}: learned file", file.display()))?;
    }
    super::session::show(common, &Report::new(of, lesson, written))?;
    Ok(Exit::AllWell)
}

/// What is told of a lesson.
#[derive(Debug, Serialize)]
struct Report {
    labelled: usize,
    fields: Vec<Gain>,
    written: Option<PathBuf>,
}

impl Report {
    fn new(labelled: usize, lesson: Lesson, written: Option<PathBuf>) -> Self {
        Self { labelled, fields: lesson.gains, written }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} labelled records; right values, measured on records that were not learned from:",
            self.labelled
        )?;
        writeln!(
            f,
            "{:24} {:>8} {:>9} {:>7} {:>7}",
            "field", "labelled", "findable", "before", "after"
        )?;
        for gain in &self.fields {
            let left = if gain.taken { "" } else { "  not taken" };
            writeln!(
                f,
                "{:24} {:>8} {:>9} {:>7} {:>7}{left}",
                gain.field, gain.labelled, gain.findable, gain.right_before, gain.right_after
            )?;
        }
        match &self.written {
            Some(file) => write!(f, "{}: written; {NEXT}", file.display()),
            None => write!(f, "nothing was written"),
        }
    }
}

const NEXT: &str = "`scanlift reextract` makes the records anew with it, `scanlift calibrate` fits their confidence to it";
