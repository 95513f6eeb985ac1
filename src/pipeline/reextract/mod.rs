//! Makes records anew from the stored words: no OCR, all cores.
//!
//! All records of a model go into the next generation of its table (`generation`), which takes the place of the one that
//! is there; those of some documents, or of a table that something hangs on, are replaced where they are (`in_place`).

mod anew;
mod dry_run;
mod generation;
mod in_place;
mod summary;

use std::sync::Arc;
use std::time::Instant;

use super::archive::{Extent, Foresight, learn_foreseen};
use super::progress::Progress;
use super::{ModelSet, RunError, Stop, Talk};
use crate::store::{Filter, Run, Store};

use anew::{Anew, Watch};
pub use dry_run::dry_run;
pub use summary::ReextractSummary;

/// Replaces the records of the given models: of every document that has stored words, or of those with a page that
/// fits a condition.
pub async fn reextract(
    store: &Store,
    run: &mut Run,
    models: Arc<ModelSet>,
    (condition, talk): (Option<&Filter>, Talk),
    stop: &Stop,
) -> Result<ReextractSummary, RunError> {
    let started = Instant::now();
    let progress = Progress::new(talk);
    progress.expect(store.count_stored_pages(condition).await?);
    let foresight = Arc::new(Foresight::load(store, &models).await?);
    let anew = Anew { models, foresight: Arc::clone(&foresight) };
    let watch = Watch { progress: &progress, stop };
    let is_whole = condition.is_none() && is_free(store, &anew.models).await?;
    let done = if is_whole {
        generation::make(store, run, &anew, watch).await
    } else {
        in_place::make(store, run, &anew, condition, watch).await
    };
    progress.finish();
    let mut summary = done?;
    let learning = Instant::now();
    summary.interrupted = stop.is_set();
    // What is not in its place yet is nothing to learn from.
    if !(summary.interrupted && is_whole) {
        // A document that keeps its records may have them from just before: then nothing is known of them. What an
        // interrupted run has made was not counted.
        let is_known = summary.failed == 0 && summary.resumed == 0 && condition.is_none();
        let foresight = if is_known { &*foresight } else { &Foresight::default() };
        summary.archive = learn_foreseen(store, &anew.models, Extent::New, foresight, stop).await?;
    }
    summary.learning_seconds = learning.elapsed().as_secs_f64();
    summary.seconds = started.elapsed().as_secs_f64();
    summary.interrupted = stop.is_set();
    Ok(summary)
}

/// Tells whether the tables of all models can be exchanged for others.
async fn is_free(store: &Store, models: &ModelSet) -> Result<bool, RunError> {
    for model in models.models() {
        if let Some(what) = store.bound_to_table(&model.name).await? {
            tracing::warn!(
                "records.{}: {what} hangs on the table: its records are replaced one by one, which takes longer",
                model.name
            );
            return Ok(false);
        }
    }
    Ok(true)
}
