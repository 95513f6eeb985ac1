//! `scanlift synth --pages N`

use std::path::PathBuf;

use anyhow::{Context, anyhow};
use clap::Args;

use super::exit::Exit;
use super::options::Common;
use super::session::{note_end, show, stop_on_signals, store_error, with_store};
use crate::pipeline::{self, SynthOrder, synth_path};
use crate::synth::{Archive, Entry, in_hours};

#[derive(Debug, Args)]
pub(super) struct SynthArgs {
    /// Pages of the archive; those that are there already stay as they are.
    #[arg(long, value_name = "N")]
    pages: u64,
    /// Log entries on a page.
    #[arg(long, default_value_t = Archive::MOST_ROWS, value_parser = clap::value_parser!(u32).range(1..=i64::from(Archive::MOST_ROWS)))]
    rows: u32,
    /// Share of the characters that look like others and are misread.
    #[arg(long, value_name = "SHARE", default_value_t = 0.004)]
    misread: f64,
    /// Which archive: one seed gives the same pages every time.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Also writes what the pages say, as a table for `eval maintenance_log`.
    #[arg(long, value_name = "FILE.csv")]
    truth: Option<PathBuf>,
}

pub(super) async fn execute(common: &Common, args: SynthArgs) -> anyhow::Result<Exit> {
    if !(0.0..=1.0).contains(&args.misread) {
        return Err(anyhow!("--misread: {}: a share is from 0 to 1", args.misread));
    }
    let archive = Archive { seed: args.seed, rows: args.rows, misread: args.misread };
    let mut truth = args.truth.map(Truth::create).transpose()?;
    let noted = serde_json::json!({
        "pages": args.pages, "rows": args.rows, "misread": args.misread, "seed": args.seed,
    });
    let stop = stop_on_signals()?;
    with_store(common, async |store| {
        let mut run = store.start_run("synth", &noted).await.map_err(store_error)?;
        let each = |number: u64, entries: &[Entry]| match &mut truth {
            Some(truth) => truth.write(&archive, number, entries),
            None => Ok(()),
        };
        let order = SynthOrder { archive, pages: args.pages, talk: common.talk() };
        let result = pipeline::synthesize(&store, &mut run, order, &stop, each).await;
        let summary = note_end(&store, run, result, |summary| summary.interrupted).await?;
        if let Some(truth) = truth {
            truth.finish()?;
        }
        show(common, &summary)?;
        Ok(if summary.interrupted { Exit::Interrupted } else { Exit::AllWell })
    })
    .await
}

/// The table of what the pages say.
struct Truth {
    path: PathBuf,
    csv: csv::Writer<std::fs::File>,
}

impl Truth {
    fn create(path: PathBuf) -> anyhow::Result<Self> {
        let mut csv = csv::Writer::from_path(&path).with_context(|| path.display().to_string())?;
        csv.write_record([
            "registration",
            "serial_number",
            "total_time",
            "date",
            "hours",
            "description",
            "certificate",
            "_file",
            "_page",
            "_row",
        ])
        .with_context(|| path.display().to_string())?;
        Ok(Self { path, csv })
    }

    fn write(&mut self, archive: &Archive, number: u64, entries: &[Entry]) -> std::io::Result<()> {
        let path = synth_path(archive, number).display().to_string();
        for (index, entry) in entries.iter().enumerate() {
            self.csv.write_record([
                entry.registration.as_str(),
                &entry.serial_number,
                &in_hours(entry.total_time),
                &entry.date.to_string(),
                &in_hours(entry.hours),
                &entry.description,
                &entry.certificate,
                &path,
                "1",
                &(index + 1).to_string(),
            ])?;
        }
        Ok(())
    }

    fn finish(mut self) -> anyhow::Result<()> {
        self.csv.flush().with_context(|| self.path.display().to_string())
    }
}
