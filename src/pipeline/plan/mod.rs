//! Predicts what an archive will take and give: walks it, reads a sample of its pages, and says how sure the sample is.
//! No database is asked or written to.
//!
//! `survey` walks · `strata` sorts and draws lots · `duplicates` looks for files that are alike · `read` reads the sample,
//! `measured` turns outcomes into numbers · `estimate` is the statistics · `forecast` is what is told.

mod duplicates;
mod estimate;
mod forecast;
mod measured;
mod read;
mod strata;
mod survey;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use self::duplicates::Duplicates;
use self::estimate::{Estimate, SampledStratum};
use self::forecast::Known;
use self::read::{Sample, Sampling};
use self::strata::{Strata, Stratum};
use self::survey::Survey;
use super::blocking::blocking;
use super::progress::Progress;
use super::{ModelSet, Readers, RunError, SecondLook, Stop, Talk};
use crate::intake::Walk;

pub use self::forecast::Plan;

/// So many pages of a sample there are for each stratum.
const PAGES_A_STRATUM: usize = 4;

/// How an archive is looked at.
pub struct PlanSettings {
    pub readers: Readers,
    pub models: Arc<ModelSet>,
    pub second_look: SecondLook,
    /// Pages that are read.
    pub pages: usize,
    /// For how long pages are read, at most.
    pub longest: Option<Duration>,
    /// What a person takes for a record.
    pub seconds_a_record: f64,
    pub talk: Talk,
    pub stop: Stop,
}

/// Walks, reads a sample, and predicts the rest.
pub async fn plan(walk: Walk, settings: PlanSettings) -> Result<Plan, RunError> {
    blocking(move || plan_blocking(walk, &settings)).await
}

fn plan_blocking(walk: Walk, settings: &PlanSettings) -> Result<Plan, RunError> {
    let Survey { files, strata, sizes, path_bytes, seconds } =
        survey::survey(walk, settings.pages, &settings.stop);
    let (strata, duplicates) = without_duplicates(strata, &sizes.count(), files.documents);
    let strata = strata.merged(settings.pages / PAGES_A_STRATUM);
    let progress = Progress::new(settings.talk);
    let sampling = Sampling {
        readers: &settings.readers,
        models: &settings.models,
        second_look: settings.second_look,
        progress: &progress,
        stop: &settings.stop,
        pages: settings.pages,
        longest: settings.longest,
    };
    let read = sampling.read(candidates(&strata));
    progress.finish();
    let sample = read.map_err(|error| RunError::Reader(error.to_string()))?;
    let known = Known {
        path_bytes: usize::try_from(path_bytes / files.found.max(1)).unwrap_or(usize::MAX),
        files,
        duplicates,
        jobs: settings.readers.count.get(),
        walk_seconds: seconds,
        seconds_a_record: settings.seconds_a_record,
    };
    let share = 1.0 - known.duplicates.total / (known.files.documents.max(1) as f64);
    let is_counted = (known.duplicates.high - known.duplicates.low).abs() < 0.5;
    let strata = sampled(&strata, &sample, if is_counted { 1.0 } else { share });
    let mut plan = forecast::forecast(known, &strata, &sample);
    plan.interrupted = settings.stop.is_set();
    Ok(plan)
}

/// Takes duplicates off, if all are known, and returns how many there are.
fn without_duplicates(
    mut strata: Strata,
    counted: &Duplicates,
    documents: u64,
) -> (Strata, Estimate) {
    if counted.is_all {
        for (key, (files, bytes)) in &counted.by_stratum {
            strata.drop_duplicates(*key, *files, *bytes);
        }
        return (strata, Estimate::exactly(counted.copies as f64));
    }
    (strata, counted.of(documents))
}

/// Returns the files that may be read, in order.
fn candidates(strata: &[Stratum]) -> Vec<(usize, PathBuf)> {
    let mut files: Vec<_> = strata.iter().map(Stratum::candidates).collect();
    let order = strata::order(strata).into_iter();
    order.filter_map(|at| Some((at, files[at].next()?.clone()))).collect()
}

/// Puts the documents that were read to their strata; `share` is how many of the files are no duplicates.
fn sampled(strata: &[Stratum], sample: &Sample, share: f64) -> Vec<SampledStratum> {
    let mut sampled: Vec<SampledStratum> = strata
        .iter()
        .map(|stratum| SampledStratum {
            documents: stratum.files as f64 * share,
            sample: Vec::new(),
        })
        .collect();
    for (at, document) in &sample.documents {
        sampled[*at].sample.push(document.clone());
    }
    estimate::collapsed(sampled)
}
