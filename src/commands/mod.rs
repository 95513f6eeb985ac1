//! The command line: one verb a file, only wiring. Errors of the whole program end here.

mod calibrate;
mod config;
mod crops;
mod db;
mod db_size;
mod difference;
mod engine;
mod eval;
mod exit;
mod export;
mod export_words;
mod import_words;
mod ingest;
mod labelled;
mod model;
mod models;
mod options;
mod outliers;
mod plan;
mod prepare;
mod reextract;
mod report;
mod reprocess;
mod session;
mod synth;
mod train;
mod vocabulary;
mod walk;

use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use self::exit::Exit;
use self::options::CommonArgs;

/// Turns archives of scanned documents into clean database records.
#[derive(Debug, Parser)]
#[command(name = "scanlift", version, max_term_width = 100, after_help = EXIT_CODES)]
struct Arguments {
    #[command(flatten)]
    common: CommonArgs,
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 all well; 1 finished, but some pages or files failed (see `scanlift report`); 2 cannot run; 130 interrupted.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Reads all scans under the given paths into the database.
    Ingest(ingest::IngestArgs),
    /// Takes the words that other engines have read: hOCR, ALTO, PAGE-XML, TSV, Textract, Document AI, JSON lines.
    ImportWords(import_words::ImportWordsArgs),
    /// Reads failed and quarantined pages again, or those that a condition selects.
    Reprocess(reprocess::ReprocessArgs),
    /// Makes all records anew from the stored words, without OCR.
    Reextract(reextract::ReextractArgs),
    /// Writes the records of a model, or the text of all pages, as CSV; or the words of all pages.
    Export(export::ExportArgs),
    /// Compares the records of a model with a table of what is right.
    Eval(eval::EvalArgs),
    /// Learns from labelled pages which candidate of a field is its value.
    Train(train::TrainArgs),
    /// Fits the confidence of a model to a table of what is right, and chooses what is accepted.
    Calibrate(calibrate::CalibrateArgs),
    /// Lists the values that recur in a field, and takes what you say about them.
    Vocabulary(vocabulary::VocabularyArgs),
    /// Lists the numbers and dates of a model that are far from what is usual, as CSV.
    Outliers(outliers::OutliersArgs),
    /// Reads a sample of an archive and predicts what reading all of it takes and gives. Needs no database.
    Plan(plan::PlanArgs),
    /// Shows what became of every file and page, and proves that nothing is missing.
    Report(report::ReportArgs),
    /// Makes up pages of maintenance logs, as words, to size machines with.
    Synth(synth::SynthArgs),
    /// Writes a page image as the recognizer would get it.
    Prepare(prepare::PrepareCommandArgs),
    /// Compares the engines, and shows what this processor can run.
    #[command(subcommand)]
    Engine(engine::EngineCommand),
    /// Tools for writing record models: check, explain, test, compare, draft.
    #[command(subcommand)]
    Model(model::ModelCommand),
    /// Starts, stops and migrates the database.
    #[command(subcommand)]
    Db(db::DbCommand),
    /// The sandboxed child process that reads pages.
    #[command(hide = true)]
    Reader {
        /// Address space in bytes.
        memory_bytes: u64,
        /// Processor time for one request in seconds.
        cpu_seconds: u64,
    },
}

/// Runs the program with the arguments of the process.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Command::Reader { memory_bytes, cpu_seconds } = arguments.command {
        return reader(memory_bytes, cpu_seconds);
    }
    log_to_stderr(&arguments.common);
    let result = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(dispatch(arguments)));
    match result {
        Ok(exit) => exit.into(),
        Err(error) if is_broken_pipe(&error) => Exit::AllWell.into(),
        Err(error) => {
            // stderr may be closed; there is nobody left to tell.
            let _told = writeln!(std::io::stderr(), "scanlift: {error:#}");
            Exit::CannotRun.into()
        }
    }
}

async fn dispatch(arguments: Arguments) -> anyhow::Result<Exit> {
    let common = config::resolve(arguments.common)?;
    match arguments.command {
        Command::Ingest(args) => ingest::execute(&common, args).await,
        Command::ImportWords(args) => import_words::execute(&common, args).await,
        Command::Reprocess(args) => reprocess::execute(&common, args).await,
        Command::Reextract(args) => reextract::execute(&common, args).await,
        Command::Export(args) if args.is_of_words() => export_words::execute(&common, args).await,
        Command::Export(args) => export::execute(&common, args).await,
        Command::Train(args) => Box::pin(train::execute(&common, args)).await,
        Command::Calibrate(args) => calibrate::execute(&common, args).await,
        Command::Eval(args) => eval::execute(&common, args).await,
        Command::Vocabulary(args) => vocabulary::execute(&common, args).await,
        Command::Outliers(args) => outliers::execute(&common, args).await,
        Command::Plan(args) => plan::execute(&common, args).await,
        Command::Report(args) => report::execute(&common, args).await,
        Command::Synth(args) => synth::execute(&common, args).await,
        Command::Prepare(args) => prepare::execute(&args),
        Command::Engine(command) => engine::execute(&common, &command),
        Command::Model(command) => model::execute(&common, command).await,
        Command::Db(command) => db::execute(&common, command).await,
        // Handled before the runtime starts.
        Command::Reader { .. } => Ok(Exit::CannotRun),
    }
}

fn reader(memory_bytes: u64, cpu_seconds: u64) -> ExitCode {
    match crate::reader::run_child(memory_bytes, cpu_seconds) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _told = writeln!(std::io::stderr(), "reader: pipe: {error}");
            ExitCode::FAILURE
        }
    }
}

fn log_to_stderr(common: &CommonArgs) {
    let level = match (common.quiet, common.verbose) {
        (true, _) => "error",
        (false, 0) => "warn",
        (false, 1) => "scanlift=info,warn",
        (false, _) => "scanlift=debug,warn",
    };
    let filter = tracing_subscriber::EnvFilter::try_from_env("SCANLIFT_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(level));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false)
        .without_time()
        .init();
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<std::io::Error>()
            .is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
    })
}
