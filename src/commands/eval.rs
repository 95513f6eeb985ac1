//! `scanlift eval MODEL TRUTH.csv`

use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use super::crops::{Wrong, write_crops};
use super::exit::Exit;
use super::labelled::{documents, held_out_groups, read_truth, stored_records, truth_error};
use super::options::{Common, Output};
use super::session::with_store;
use crate::evaluate::{Scores, held_out_records, pair};
use crate::pipeline::ModelSet;

#[derive(Debug, Args)]
pub(super) struct EvalArgs {
    /// The model whose records are compared.
    #[arg(value_name = "MODEL")]
    model: String,
    /// Table of what is right: a column `file`, and fields of the model by name.
    #[arg(value_name = "TRUTH.csv")]
    truth: PathBuf,
    /// The field that tells the rows of a file apart [default: the one that starts a row].
    #[arg(long, value_name = "FIELD")]
    key: Option<String>,
    /// How many wrong and missing values to list.
    #[arg(long, value_name = "N", default_value_t = 20)]
    show: usize,
    /// Directory for pictures of the wrong values that are listed.
    #[arg(long, value_name = "DIRECTORY", conflicts_with = "cross_validate")]
    crops: Option<PathBuf>,
    /// Judge each record by what was learned without its papers, instead of the stored records.
    #[arg(long)]
    cross_validate: bool,
}

pub(super) async fn execute(common: &Common, args: EvalArgs) -> anyhow::Result<Exit> {
    let models = common.models()?;
    let model = super::models::find(&models, &args.model)?;
    let truth = read_truth(common, &args.truth, model)?;
    with_store(common, async |store| {
        let documents = documents(&store, &truth).await?;
        let records = if args.cross_validate {
            let groups = held_out_groups(&store, &models, (model, &truth), &documents).await?;
            held_out_records((&truth, model), args.key.as_deref(), &groups).map_err(truth_error)?
        } else {
            stored_records(&store, model, &documents).await?
        };
        let pairs = pair((&truth, model), args.key.as_deref(), &records).map_err(truth_error)?;
        let scores = Scores::new((&truth, model), &records, &pairs);
        show(common, &scores, args.show)?;
        if let Some(directory) = &args.crops {
            let (records, pairs) = (records.as_slice(), pairs.as_slice());
            let wrong = Wrong { model, scores: &scores, records, pairs, count: args.show };
            let models = ModelSet::new(models.clone());
            let written = write_crops(&store, &models, &documents, &wrong, directory).await?;
            if !common.quiet {
                writeln!(std::io::stderr(), "{}: {written} crops written", directory.display())?;
            }
        }
        Ok(Exit::AllWell)
    })
    .await
}

fn show(common: &Common, scores: &Scores, count: usize) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout().lock();
    match common.output {
        Output::Json => {
            serde_json::to_writer_pretty(&mut stdout, &scores.shown(count))?;
            writeln!(stdout)?;
        }
        Output::Text => {
            write!(stdout, "{}", scores.table())?;
            if count > 0 && !scores.misses.is_empty() {
                writeln!(stdout)?;
            }
            for miss in scores.misses.iter().take(count) {
                writeln!(stdout, "{}", miss.line())?;
            }
            let more = scores.misses.len().saturating_sub(count);
            if more > 0 && count > 0 {
                writeln!(stdout, "and {more} more: `--show {}` lists all", scores.misses.len())?;
            }
        }
    }
    Ok(())
}
