//! `scanlift vocabulary MODEL FIELD [ACTION]`

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, anyhow};
use clap::{Args, Subcommand};
use serde::{Deserialize, Serialize};

use super::exit::Exit;
use super::options::Common;
use super::session::{show, stop_on_signals, store_error, with_store};
use crate::model::RecordModel;
use crate::pipeline::{self, Extent, ModelSet};
use crate::store::{RunEnd, Store};
use crate::vocabulary::{Entry, State};

#[derive(Debug, Args)]
pub(super) struct VocabularyArgs {
    #[arg(value_name = "MODEL")]
    model: String,
    /// A field with `recurs = true`.
    #[arg(value_name = "FIELD")]
    field: String,
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Writes the values with their documents and states as CSV; so does no action at all.
    Export {
        /// File to write; `-` is stdout.
        #[arg(short, long, value_name = "FILE", default_value = "-")]
        output: PathBuf,
    },
    /// Says that values are right: misreadings are mended to them, however few documents have them.
    Confirm {
        #[arg(required = true, value_name = "VALUE")]
        values: Vec<String>,
        /// A value that it stands for: all records that say this, or a misreading of it, are corrected. May be repeated.
        #[arg(long, value_name = "READING")]
        instead_of: Vec<String>,
    },
    /// Says that values are none: nothing is mended to them.
    Refuse {
        #[arg(required = true, value_name = "VALUE")]
        values: Vec<String>,
    },
    /// Takes back what was said of values.
    Undo {
        #[arg(required = true, value_name = "VALUE")]
        values: Vec<String>,
    },
    /// Takes states from a CSV with the columns `value`, `state` and, if there are any, `instead`.
    Import {
        #[arg(value_name = "FILE.csv")]
        file: PathBuf,
    },
    /// Learns from all records again.
    Learn,
}

/// A line of the CSV.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    value: String,
    #[serde(default)]
    documents: Option<u32>,
    state: String,
    #[serde(default)]
    instead: Option<String>,
}

pub(super) async fn execute(common: &Common, args: VocabularyArgs) -> anyhow::Result<Exit> {
    let models = common.models()?;
    let model = super::models::find(&models, &args.model)?;
    let recurring: Vec<&str> =
        model.fields.iter().filter(|field| field.recurs).map(|field| field.name.as_str()).collect();
    if !recurring.contains(&args.field.as_str()) {
        let hint = match recurring.as_slice() {
            [] => "a field has a vocabulary if the model says `recurs = true`".to_owned(),
            names => format!("there are {}", names.join(", ")),
        };
        return Err(anyhow!("`{}`: field: it has no vocabulary\nhint: {hint}", args.field));
    }
    let place = (model.name.as_str(), args.field.as_str());
    let decided = match args.action {
        None => return export(common, place, Path::new("-")).await,
        Some(Action::Export { output }) => return export(common, place, &output).await,
        Some(Action::Confirm { values, instead_of }) => confirmed(&values, instead_of)?,
        Some(Action::Refuse { values }) => entries(values, State::Refused),
        Some(Action::Undo { values }) => entries(values, State::Proposed),
        Some(Action::Import { file }) => read(&file)?,
        Some(Action::Learn) => Vec::new(),
    };
    decide(common, model, place, &decided).await
}

fn entries(values: Vec<String>, state: State) -> Vec<Entry> {
    values.into_iter().map(|value| entry(value, state, None)).collect()
}

fn entry(value: String, state: State, instead: Option<String>) -> Entry {
    Entry { value, documents: 0, confidence: 1.0, state, instead }
}

fn confirmed(values: &[String], instead_of: Vec<String>) -> anyhow::Result<Vec<Entry>> {
    let right = match (values, instead_of.is_empty()) {
        ([_, ..], true) | ([_], false) => values,
        _ => {
            return Err(anyhow!(
                "--instead-of: {} values: only one can stand for a reading\nhint: confirm the others by themselves",
                values.len()
            ));
        }
    };
    let mut decided = entries(right.to_vec(), State::Confirmed);
    for reading in instead_of {
        decided.push(entry(reading, State::Refused, right.first().cloned()));
    }
    Ok(decided)
}

fn read(file: &Path) -> anyhow::Result<Vec<Entry>> {
    let shown = file.display();
    let mut csv = csv::Reader::from_path(file).with_context(|| format!("{shown}: vocabulary"))?;
    let mut entries = Vec::new();
    for (index, line) in csv.deserialize::<Line>().enumerate() {
        let line = line.with_context(|| format!("{shown}: vocabulary"))?;
        let state: State = (line.state.parse())
            .map_err(|problem: String| anyhow!("{shown}: line {}: state: {problem}", index + 2))?;
        let instead = line.instead.filter(|text| !text.is_empty() && state == State::Refused);
        entries.push(entry(line.value, state, instead));
    }
    Ok(entries)
}

async fn export(common: &Common, place: (&str, &str), output: &Path) -> anyhow::Result<Exit> {
    with_store(common, async |store| {
        let entries = store.vocabulary(place.0, place.1).await.map_err(store_error)?;
        let target: Box<dyn Write> = if output.as_os_str() == "-" {
            Box::new(std::io::stdout().lock())
        } else {
            let shown = output.display();
            Box::new(std::fs::File::create(output).with_context(|| format!("{shown}: write"))?)
        };
        let mut csv = csv::WriterBuilder::new().has_headers(false).from_writer(target);
        csv.write_record(["value", "documents", "state", "instead"])?;
        for Entry { value, documents, state, instead, .. } in entries {
            let state = state.as_str().to_owned();
            csv.serialize(Line { value, documents: Some(documents), state, instead })?;
        }
        csv.flush()?;
        Ok(Exit::AllWell)
    })
    .await
}

/// Notes what was decided and applies it to all records alike.
async fn decide(
    common: &Common,
    model: &RecordModel,
    place: (&str, &str),
    decided: &[Entry],
) -> anyhow::Result<Exit> {
    let stop = stop_on_signals()?;
    let models = Arc::new(ModelSet::new(vec![model.clone()]));
    let noted = serde_json::json!({ "model": place.0, "field": place.1, "values": decided.len() });
    with_store(common, async |store: Store| {
        super::models::fit_tables(common, &store, models.models()).await?;
        let run = store.start_run("vocabulary", &noted).await.map_err(store_error)?;
        let work = async {
            store.decide_vocabulary(place, decided).await?;
            pipeline::learn(&store, &models, Extent::All, &stop).await
        };
        match work.await {
            Ok(summary) => {
                let end = if stop.is_set() { RunEnd::Interrupted } else { RunEnd::Finished };
                let noted = serde_json::to_value(&summary)?;
                store.finish_run(run, end, &noted).await.map_err(store_error)?;
                show(common, &summary)?;
                Ok(if stop.is_set() { Exit::Interrupted } else { Exit::AllWell })
            }
            Err(error) => {
                let noted = serde_json::json!({ "error": error.to_string() });
                if let Err(also) = store.finish_run(run, RunEnd::Failed, &noted).await {
                    tracing::debug!(error = %also, "the run's end could not be noted");
                }
                Err(store_error(error))
            }
        }
    })
    .await
}
