//! What the commands share: an open store that is closed whatever happens, signals, summaries.

use std::fmt::Display;
use std::future::Future;
use std::io::Write;

use anyhow::anyhow;
use serde::Serialize;
use tokio::signal::unix::{SignalKind, signal};

use super::options::{Common, Output};
use crate::pipeline::{RunError, Stop};
use crate::store::{Filter, Run, RunEnd, Store, StoreError};

/// Runs a command with an open store and closes the store afterwards.
pub(super) async fn with_store<T, F>(
    common: &Common,
    work: impl FnOnce(Store) -> F,
) -> anyhow::Result<T>
where
    F: Future<Output = anyhow::Result<T>>,
{
    let store = Store::open(&common.database).await.map_err(store_error)?;
    let result = work(store.clone()).await;
    let closed = store.close().await.map_err(store_error);
    let value = result?;
    closed?;
    Ok(value)
}

/// Reads the condition on pages of `--where`.
pub(super) fn page_condition(text: &str) -> anyhow::Result<Filter> {
    Filter::pages(text).map_err(|error| anyhow!("--where `{text}`: condition: {error}"))
}

/// Returns the error with its hint.
pub(super) fn store_error(error: StoreError) -> anyhow::Error {
    let hint = error.hint();
    hinted(error.into(), hint)
}

/// Returns the error with its causes, and a hint below them.
pub(super) fn hinted(error: anyhow::Error, hint: Option<String>) -> anyhow::Error {
    match hint {
        Some(hint) => anyhow!("{error:#}\nhint: {hint}"),
        None => error,
    }
}

/// Returns the error with its hint.
pub(super) fn run_error(error: RunError) -> anyhow::Error {
    match error {
        RunError::Store(error) => store_error(error),
        RunError::Reader(why) => anyhow!("reader: {why}"),
        RunError::Output(why) => anyhow!("output: {why}"),
    }
}

/// Notes how a run ended, and returns its summary, or why it could not go on. `is_interrupted` asks the summary.
pub(super) async fn note_end<T: Serialize>(
    store: &Store,
    run: Run,
    result: Result<T, RunError>,
    is_interrupted: impl FnOnce(&T) -> bool,
) -> anyhow::Result<T> {
    let summary = match result {
        Ok(summary) => summary,
        Err(error) => {
            let noted = serde_json::json!({ "error": error.to_string() });
            if let Err(also) = store.finish_run(run, RunEnd::Failed, &noted).await {
                tracing::debug!(error = %also, "the run's end could not be noted");
            }
            return Err(run_error(error));
        }
    };
    let end = if is_interrupted(&summary) { RunEnd::Interrupted } else { RunEnd::Finished };
    let noted = serde_json::to_value(&summary)?;
    store.finish_run(run, end, &noted).await.map_err(store_error)?;
    Ok(summary)
}

/// Watches for Ctrl-C and SIGTERM: the first raises the flag, the second ends the program.
pub(super) fn stop_on_signals() -> anyhow::Result<Stop> {
    let stop = Stop::default();
    let (mut interrupt, mut terminate) =
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let raised = stop.clone();
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            if raised.is_set() {
                #[expect(clippy::exit, reason = "the second Ctrl-C ends at once, by design")]
                std::process::exit(130);
            }
            raised.set();
            let _told = writeln!(
                std::io::stderr(),
                "stopping: the pages in hand are finished and stored; Ctrl-C again ends at once"
            );
        }
    });
    Ok(stop)
}

/// Shows a summary: as text on stderr, or as JSON on stdout.
pub(super) fn show(common: &Common, summary: &(impl Display + Serialize)) -> anyhow::Result<()> {
    match common.output {
        Output::Json => {
            let mut stdout = std::io::stdout().lock();
            serde_json::to_writer_pretty(&mut stdout, summary)?;
            writeln!(stdout)?;
        }
        Output::Text if common.quiet => {}
        Output::Text => writeln!(std::io::stderr(), "{summary}")?,
    }
    Ok(())
}
