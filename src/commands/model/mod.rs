//! `scanlift model …`: tools for people who write models.

mod check;
mod diff;
mod explain;
mod new;
mod overlay;
mod pages;
mod test;

use std::path::PathBuf;

use clap::Subcommand;

use super::exit::Exit;
use super::options::Common;

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
    /// Drafts a model from a few labelled scans, and says how much of what is known it finds.
    New(new::NewArgs),
    /// Shows what the models see on a page: claims, labels, candidates, values, confidence, issues.
    ///
    /// The words come from the database if they are stored there; else the page is read now.
    Explain(explain::ExplainArgs),
    /// Extracts the golden pages of models again and shows what has changed.
    ///
    /// Golden pages stand beside the models, in `golden/NAME/`: the words of a scan and what its records must
    /// say. Exit codes: 1 something has changed, 2 there is nothing to test.
    Test(test::TestArgs),
    /// Shows what a change of a model would change in the records of all stored words; writes nothing.
    Diff(diff::DiffArgs),
}

pub(super) async fn execute(common: &Common, command: ModelCommand) -> anyhow::Result<Exit> {
    match command {
        ModelCommand::Check { files } => check::check(common, &files),
        ModelCommand::List => check::list(common),
        ModelCommand::New(args) => new::execute(common, args).await,
        ModelCommand::Explain(args) => explain::execute(common, args).await,
        ModelCommand::Test(args) => test::execute(common, args).await,
        ModelCommand::Diff(args) => diff::execute(common, args).await,
    }
}
