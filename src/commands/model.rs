//! `scanlift model check|list`, and what other commands need of models.

use std::io::Write;
use std::path::PathBuf;

use anyhow::anyhow;
use clap::Subcommand;

use super::Exit;
use super::options::Common;
use super::session::store_error;
use crate::model::{RecordModel, load_file};
use crate::store::Store;

#[derive(Debug, Subcommand)]
pub(super) enum ModelCommand {
    /// Checks model files and says what is wrong with them, with line and column.
    Check {
        /// Model files; without any, all models in use.
        #[arg(value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Lists the models in use with their fields.
    List,
}

pub(super) fn execute(common: &Common, command: &ModelCommand) -> anyhow::Result<Exit> {
    match command {
        ModelCommand::Check { files } => check(common, files),
        ModelCommand::List => list(common),
    }
}

fn check(common: &Common, files: &[PathBuf]) -> anyhow::Result<Exit> {
    let mut stderr = std::io::stderr();
    if files.is_empty() {
        let models = common.models()?;
        writeln!(stderr, "{} models, no mistakes", models.len())?;
        return Ok(Exit::AllWell);
    }
    let mut exit = Exit::AllWell;
    for file in files {
        let path = file.display().to_string();
        match load_file(file) {
            Ok(model) => writeln!(
                stderr,
                "{path}: `{}`, version {}, {} fields, no mistakes",
                model.name,
                model.version,
                model.fields.len()
            )?,
            Err(errors) => {
                writeln!(stderr, "{errors}")?;
                exit = Exit::CannotRun;
            }
        }
    }
    Ok(exit)
}

fn list(common: &Common) -> anyhow::Result<Exit> {
    let mut stdout = std::io::stdout().lock();
    for model in common.models()? {
        writeln!(stdout, "{} (version {})", model.name, model.version)?;
        for field in &model.fields {
            let required = if field.required { ", required" } else { "" };
            writeln!(stdout, "  {}: {}{required}", field.name, field.column_type())?;
        }
    }
    Ok(Exit::AllWell)
}

/// Returns a model by name; the error names the ones there are.
pub(super) fn find<'a>(models: &'a [RecordModel], name: &str) -> anyhow::Result<&'a RecordModel> {
    models.iter().find(|model| model.name == name).ok_or_else(|| {
        let names: Vec<&str> = models.iter().map(|model| model.name.as_str()).collect();
        anyhow!("`{name}`: model: there is none of this name\nhint: there are {}", names.join(", "))
    })
}

/// Brings the models' tables to what the models say, and shows what is changed.
pub(super) async fn fit_tables(
    common: &Common,
    store: &Store,
    models: &[RecordModel],
) -> anyhow::Result<()> {
    let plans = store.plan_models(models).await.map_err(store_error)?;
    for plan in plans.iter().filter(|plan| !plan.is_empty()) {
        let mut stderr = std::io::stderr();
        match (common.quiet, plan.is_new_table()) {
            (true, _) => {}
            (false, true) => writeln!(stderr, "new table: records.{}", plan.model)?,
            (false, false) => write!(stderr, "changed model `{}`:\n{plan}", plan.model)?,
        }
    }
    store.apply_models(&plans).await.map_err(store_error)
}
