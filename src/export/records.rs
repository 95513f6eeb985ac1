//! Records from the store to files: rows are encoded on a thread of their own while the next ones come.

use std::fs;
use std::num::NonZeroU64;
use std::thread;

use tokio::sync::mpsc::{self, Receiver};
use tokio::sync::oneshot;

use crate::model::RecordModel;
use crate::store::{Layout, RecordColumn, RecordKey, RecordStream, RowBatch, Selection, Store};

use super::blocking::on_blocking_thread;
use super::cells::choose;
use super::error::ExportError;
use super::format::Format;
use super::options::ExportOptions;
use super::package;
use super::part::Part;
use super::plan::{Plan, PlannedColumn};
use super::progress::{FinishedPart, Progress};
use super::target::Target;

/// Batches that wait to be encoded, some hundred KiB each.
const WAITING_BATCHES: usize = 4;

/// Exports the records of a model and returns the number of rows.
pub(super) async fn export(
    store: &Store,
    model: &RecordModel,
    target: &Target,
    options: &ExportOptions,
) -> Result<u64, ExportError> {
    refuse_misfits(target, options)?;
    let columns = columns(model, options)?;
    let selection = Selection {
        model,
        columns: columns.clone(),
        filter: options.filter.as_ref(),
        statuses: &options.statuses,
    };
    let mut stream = store.record_stream(&selection).await?;
    let plan = plan(&mut stream, columns, options).await?;
    let progress = match options.split_rows {
        Some(_) => {
            let state = stream.state().await?;
            Progress::find(target, &format!("{} {options:?} {plan:?} {state}", model.source))
        }
        None => Progress::none(),
    };
    let kept = progress.parts.len();
    if kept > 0 {
        tracing::info!(kept, "going on behind the parts that are there");
    }
    let files =
        Files { plan: plan.clone(), target: target.clone(), split: options.split_rows, progress };
    let progress = run(stream, files).await?;
    if options.package {
        package::write(target, &plan, &progress.parts, &package::Settings { model, options })?;
    }
    let rows = progress.parts.iter().map(|part| part.rows).sum();
    progress.finish()?;
    Ok(rows)
}

fn refuse_misfits(target: &Target, options: &ExportOptions) -> Result<(), ExportError> {
    let is_file = matches!(target, Target::File(_));
    match options {
        ExportOptions { split_rows: Some(_), .. } if !is_file => {
            Err(ExportError::Unfit("--split-rows: stdout: parts need files; name one with -o"))
        }
        ExportOptions { package: true, .. } if !is_file => {
            Err(ExportError::Unfit("--package: stdout: a package needs files; name one with -o"))
        }
        ExportOptions { format: Format::Parquet, .. } if cfg!(not(feature = "parquet")) => {
            Err(ExportError::NoParquet)
        }
        ExportOptions { format: Format::Parquet, .. } if target.compression().is_some() => {
            Err(ExportError::Unfit(
                "--format parquet: Parquet is compressed already; leave `.gz` and `.zst` off",
            ))
        }
        _ => Ok(()),
    }
}

/// Returns the columns that are asked for; all standard ones if none are named.
fn columns(model: &RecordModel, options: &ExportOptions) -> Result<Vec<RecordColumn>, ExportError> {
    let standard = RecordColumn::standard(model);
    let provenance = RecordColumn::provenance(model);
    let all: Vec<RecordColumn> = standard.iter().chain(&provenance).cloned().collect();
    let mut chosen = match &options.columns {
        Some(wanted) => {
            let names: Vec<&str> = all.iter().map(|column| column.name.as_str()).collect();
            choose(&names, wanted)?.into_iter().map(|position| all[position].clone()).collect()
        }
        None => standard,
    };
    if options.provenance {
        let further: Vec<RecordColumn> =
            provenance.into_iter().filter(|column| !chosen.contains(column)).collect();
        chosen.extend(further);
    }
    Ok(chosen)
}

async fn plan(
    stream: &mut RecordStream<'_>,
    columns: Vec<RecordColumn>,
    options: &ExportOptions,
) -> Result<Plan, ExportError> {
    let ranges = match options.format {
        Format::Parquet => stream.decimal_ranges().await?,
        Format::Csv(_) | Format::JsonLines => vec![None; columns.len()],
    };
    let kinds = stream.layout().kinds();
    let columns = columns
        .into_iter()
        .zip(kinds)
        .zip(ranges)
        .map(|((column, kind), range)| PlannedColumn { name: column.name, kind: *kind, range });
    Ok(Plan {
        format: options.format.clone(),
        columns: columns.collect(),
        is_hashed: options.package,
    })
}

/// Runs both ends: the store sends, a thread writes.
async fn run(stream: RecordStream<'_>, files: Files) -> Result<Progress, ExportError> {
    let (sender, batches) = mpsc::channel(WAITING_BATCHES);
    let (all, all_sent) = oneshot::channel();
    let layout = stream.layout().clone();
    let behind = files.progress.last();
    let sending = async move {
        stream.send(behind, sender).await?;
        // Who writes may have stopped.
        let _told = all.send(());
        Ok::<_, ExportError>(())
    };
    let writing = on_blocking_thread(move || files.write(&layout, batches, all_sent));
    let (sent, written) = tokio::join!(sending, writing);
    sent?;
    written
}

/// The files of an export: one, or parts of so many rows.
struct Files {
    plan: Plan,
    target: Target,
    split: Option<NonZeroU64>,
    progress: Progress,
}

impl Files {
    /// Writes rows until no more come. They were all if `all_sent` says so.
    fn write(
        mut self,
        layout: &Layout,
        mut batches: Receiver<RowBatch>,
        all_sent: oneshot::Receiver<()>,
    ) -> Result<Progress, ExportError> {
        thread::scope(|scope| {
            let (mut open, mut last) = (None, None);
            while let Some(batch) = batches.blocking_recv() {
                layout.each_row(&batch, |row| {
                    let part = match &mut open {
                        Some(part) => part,
                        none => none.insert(Part::open(scope, &self.plan, &self.next_target())?),
                    };
                    // Behind the columns stand those of the key that were not asked for.
                    part.row(&row[..self.plan.columns.len()])?;
                    if self.split.is_some_and(|split| part.rows() == split.get())
                        && let Some(full) = open.take()
                    {
                        self.finish_part(full, Some(layout.key(row)?))?;
                    }
                    Ok::<_, ExportError>(())
                })?;
                last = Some(layout.last_key(&batch)?);
            }
            all_sent.blocking_recv().map_err(|_| ExportError::CutOff)?;
            if open.is_none() && self.progress.parts.is_empty() {
                open = Some(Part::open(scope, &self.plan, &self.next_target())?);
            }
            open.map_or(Ok(()), |part| self.finish_part(part, last))
        })?;
        if self.split.is_some() {
            self.remove_further_parts()?;
        }
        Ok(self.progress)
    }

    fn next_target(&self) -> Target {
        match self.split {
            Some(_) => self.target.part(self.progress.parts.len() as u64 + 1),
            None => self.target.clone(),
        }
    }

    fn finish_part(&mut self, part: Part, last: Option<RecordKey>) -> Result<(), ExportError> {
        let file = match self.next_target() {
            Target::Stdout => String::new(),
            Target::File(path) => {
                path.file_name().unwrap_or_default().to_string_lossy().into_owned()
            }
        };
        let rows = part.rows();
        let written = part.finish()?;
        self.progress.add(FinishedPart {
            file,
            rows,
            bytes: written.bytes,
            sha256: written.sha256,
            last,
        })
    }

    /// Removes parts of an earlier export that had more.
    fn remove_further_parts(&self) -> Result<(), ExportError> {
        let mut number = self.progress.parts.len() as u64 + 1;
        loop {
            let target = self.target.part(number);
            let Target::File(path) = &target else { return Ok(()) };
            if !path.is_file() {
                return Ok(());
            }
            fs::remove_file(path).map_err(|cause| target.failed(cause))?;
            number += 1;
        }
    }
}
