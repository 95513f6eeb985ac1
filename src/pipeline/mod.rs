//! The wiring: walk → queue → reader loops → store writer, with progress, stop and summary.
//!
//! `page::process` is the straight line that one page goes. Only here: rayon, channels, indicatif.

mod archive;
mod blocking;
mod diff;
mod failed;
mod feed;
mod gone;
mod import;
mod page;
mod page_doubts;
mod plan;
mod progress;
mod queue;
mod records;
mod reextract;
#[cfg(test)]
mod replay;
mod second_look;
mod shared;
mod stop;
mod summary;
mod synth;
mod worker;

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use tokio::sync::mpsc;

use self::progress::Progress;
use self::queue::JobQueue;
use self::worker::{Ended, Loop};
use crate::document::{Stage, guarded};
use crate::intake::Walk;
use crate::reader::{PageReader, ProcessLimits, ReaderProcess, ReaderSettings};
use crate::store::{Filter, Replace, Run, Store, StoreError, WriterOptions};

pub use archive::{ArchiveSummary, Extent, learn};
pub use diff::{Example, ExampleKind, FieldDifference, ModelDifference, difference};
pub use feed::{FileCounts, Trust};
pub use import::{Again, ImportSettings, import_words};
pub use plan::{Plan, PlanSettings, plan};
pub use progress::Talk;
pub use records::ModelSet;
pub use reextract::{ReextractSummary, dry_run, reextract};
pub use second_look::SecondLook;
pub use stop::Stop;
pub use summary::{Change, PageCounts, Summary};
pub use synth::{SynthOrder, SynthSummary, synth_path, synthesize};

/// Events between readers and writer; a page text has some 50 KB.
const EVENTS: usize = 64;

/// What the readers of a run are.
#[derive(Debug, Clone)]
pub struct Readers {
    /// Number of reader processes.
    pub count: NonZeroUsize,
    /// The program whose subcommand `reader` is the child.
    pub program: PathBuf,
    pub settings: ReaderSettings,
    pub limits: ProcessLimits,
}

/// Where the pages of a run come from.
pub enum Source<'a> {
    /// Files that are found.
    Walk(Box<Walk>, Trust),
    /// Pages that the ledger has; failed and quarantined ones without a condition.
    Ledger(Option<&'a Filter>),
}

/// Why a run could not go on. What was committed stays; what was not is still pending.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("{0}")]
    Reader(String),
    /// What is written beside the database could not be.
    #[error("{0}")]
    Output(String),
}

/// Reads pages and stores what they hold, until there are no more or `stop` is set.
pub async fn run(
    store: &Store,
    run: &mut Run,
    source: Source<'_>,
    settings: RunSettings,
) -> Result<Summary, RunError> {
    let started = Instant::now();
    let RunSettings { readers, models, second_look, replace, talk, stop } = settings;
    let (learners, learning) = (Arc::clone(&models), stop.clone());
    let queue = Arc::new(JobQueue::new(stop.clone()));
    let progress = Arc::new(Progress::new(talk));
    let (events, received) = mpsc::channel(EVENTS);
    let loops = {
        let (queue, models, stop) = (Arc::clone(&queue), Arc::clone(&models), stop.clone());
        let progress = Arc::clone(&progress);
        tokio::task::spawn_blocking(move || {
            let (queue, models, progress, stop) = (&*queue, &*models, &*progress, &stop);
            let work = Loop { queue, models, second_look, events, progress, stop };
            read_all(&readers, &work)
        })
    };
    let mut summary = Summary::default();
    let run_id = run.id;
    let options = writer_options(&models, replace);
    let writing = store.write(run, received, options, |change| {
        progress.committed(change.pages.len() as u64, change.pages.iter().filter_map(|p| p.reason));
        summary.add(&change);
    });
    let feeding = async {
        let fed = match source {
            Source::Walk(walk, trust) => {
                let feed = feed::Feed { store, run: run_id, trust };
                feed.take_walk(*walk, &queue, &progress, &stop).await.map(Some)
            }
            Source::Ledger(filter) => {
                feed::from_ledger(store, filter, &queue, &progress, &stop).await.map(|()| None)
            }
        };
        queue.close();
        fed
    };
    // All three always come to their end: a fault of one closes the queue or the channel for the others.
    let (fed, written, looped) = tokio::join!(feeding, writing, loops);
    progress.finish();
    written?;
    looped.map_err(|error| RunError::Reader(error.to_string()))??;
    summary.files = fed?;
    summary.archive = archive::learn(store, &learners, Extent::New, &learning).await?;
    summary.finish(started.elapsed(), stop.is_set());
    Ok(summary)
}

/// How a run works.
pub struct RunSettings {
    pub readers: Readers,
    pub models: Arc<ModelSet>,
    pub second_look: SecondLook,
    pub replace: Replace,
    pub talk: Talk,
    pub stop: Stop,
}

fn writer_options(models: &Arc<ModelSet>, replace: Replace) -> WriterOptions {
    let made_by = Arc::clone(models);
    let make = Arc::new(move |document| made_by.of_stored(&document));
    let mut options = WriterOptions::new(models.models().to_vec(), make);
    options.replace = replace;
    options
}

/// Runs one loop a reader on a pool of its own, until the queue ends.
fn read_all(readers: &Readers, work: &Loop<'_>) -> Result<(), RunError> {
    let Loop { queue, stop, .. } = work;
    let fault = OnceLock::new();
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(readers.count.get())
        .thread_name(|index| format!("reader-{index}"))
        .build()
        .map_err(|error| RunError::Reader(error.to_string()))?;
    pool.broadcast(|_| {
        let mut reader = ReaderProcess::new(
            readers.program.clone(),
            readers.settings.clone(),
            readers.limits.clone(),
        );
        let ended = guarded(Stage::Extract, || work.run(&mut reader as &mut dyn PageReader));
        match ended {
            Ok(Ok(())) => {}
            Ok(Err(Ended::NoWriter)) => queue.abandon(),
            Ok(Err(Ended::NoReader(why))) => {
                // The first fault is the cause; the others are echoes.
                let _first = fault.set(why);
                stop.set();
                queue.abandon();
            }
            Err(failure) => {
                let _first = fault.set(failure.message);
                stop.set();
                queue.abandon();
            }
        }
    });
    queue.abandon();
    fault.into_inner().map_or(Ok(()), |why| Err(RunError::Reader(why)))
}
