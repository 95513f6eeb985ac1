//! `scanlift calibrate MODEL TRUTH.csv`

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use clap::Args;

use super::exit::Exit;
use super::labelled::{documents, held_out_groups, model_file, read_truth, truth_error};
use super::options::{Common, Output};
use super::session::with_store;
use crate::evaluate::{Fitted, calibrate};
use crate::model::{Learned, RecordModel, learned_path};

#[derive(Debug, Args)]
pub(super) struct CalibrateArgs {
    /// The model whose confidence is fitted.
    #[arg(value_name = "MODEL")]
    model: String,
    /// Table of what is right: a column `file`, and fields of the model by name.
    #[arg(value_name = "TRUTH.csv")]
    truth: PathBuf,
    /// The share of wrong values that accepted records may have.
    #[arg(long, value_name = "PERCENT", default_value = "1%", value_parser = share)]
    max_error: f32,
    /// The field that tells the rows of a file apart [default: the one that starts a row].
    #[arg(long, value_name = "FIELD")]
    key: Option<String>,
    /// File to write [default: NAME.learned.json beside the model].
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Only show what would be written.
    #[arg(long, conflicts_with = "output")]
    dry_run: bool,
}

/// Takes `0.5%` and `0.005`.
fn share(text: &str) -> Result<f32, String> {
    let (number, divisor) =
        text.strip_suffix('%').map_or((text, 1.0), |percent| (percent.trim(), 100.0));
    match number.parse::<f32>() {
        Ok(number) if number > 0.0 && number / divisor < 1.0 => Ok(number / divisor),
        Ok(_) | Err(_) => Err("a share between 0 and 1, such as `0.5%` or `0.005`".to_owned()),
    }
}

pub(super) async fn execute(common: &Common, args: CalibrateArgs) -> anyhow::Result<Exit> {
    let models = common.models()?;
    let model = super::models::find(&models, &args.model)?;
    let truth = read_truth(common, &args.truth, model)?;
    let output = match (&args.output, args.dry_run) {
        (Some(output), _) => Some(output.clone()),
        (None, true) => None,
        (None, false) => Some(learned_path(&model_file(common, &model.name)?)),
    };
    with_store(common, async |store| {
        let documents = documents(&store, &truth).await?;
        let groups = held_out_groups(&store, &models, (model, &truth), &documents).await?;
        let fitted = calibrate((&truth, model), args.key.as_deref(), &groups, args.max_error)
            .map_err(truth_error)?;
        show(common, &fitted)?;
        if fitted.calibration.fields.is_empty() {
            return Err(anyhow!(
                "{}: truth: too few labelled values to fit anything\nhint: 20 of a field are the least, 100 are good",
                args.truth.display()
            ));
        }
        if let Some(output) = &output {
            write(model, &fitted, output)?;
            if !common.quiet {
                writeln!(
                    std::io::stderr(),
                    "{}: written; `scanlift reextract {}` judges the stored records by it",
                    output.display(),
                    model.name
                )?;
            }
        }
        Ok(Exit::AllWell)
    })
    .await
}

fn show(common: &Common, fitted: &Fitted) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout().lock();
    match common.output {
        Output::Json => {
            serde_json::to_writer_pretty(&mut stdout, &fitted.shown())?;
            writeln!(stdout)?;
        }
        Output::Text => write!(stdout, "{}", fitted.text())?,
    }
    Ok(())
}

/// Writes the calibration beside what else was learned for the model.
fn write(model: &RecordModel, fitted: &Fitted, output: &Path) -> anyhow::Result<()> {
    let mut learned = model.learned.as_deref().cloned().unwrap_or_else(|| Learned::nothing(model));
    learned.calibration = Some(fitted.calibration.clone());
    let text = learned.to_json()?;
    std::fs::write(output, text).with_context(|| format!("{}: learned file", output.display()))
}
