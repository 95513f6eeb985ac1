//! `scanlift report`

use std::io::Write;
use std::path::PathBuf;

use anyhow::anyhow;
use clap::Args;

use super::Exit;
use super::export::gone_reader;
use super::options::{Common, Output};
use super::session::{store_error, with_store};
use crate::export::{Formulas, Target, report_lines};
use crate::store::Report;

#[derive(Debug, Args)]
pub(super) struct ReportArgs {
    /// Write one line for every file found (`_file,status,reason`) instead of the sums; to stdout,
    /// or to a file.
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "-", conflicts_with = "json")]
    csv: Option<PathBuf>,
}

pub(super) async fn execute(common: &Common, args: ReportArgs) -> anyhow::Result<Exit> {
    with_store(common, async |store| {
        if let Some(path) = args.csv {
            report_lines(&store, &Target::from_argument(&path), Formulas::AsIs)
                .await
                .or_else(gone_reader)?;
            return Ok(Exit::AllWell);
        }
        let report = store.report().await.map_err(store_error)?;
        let mut stdout = std::io::stdout().lock();
        match common.output {
            Output::Json => {
                serde_json::to_writer_pretty(&mut stdout, &report)?;
                writeln!(stdout)?;
            }
            Output::Text => stdout.write_all(text(&report).as_bytes())?,
        }
        if !report.adds_up() {
            return Err(anyhow!("report: the ledger: its sums do not agree; this is a bug"));
        }
        Ok(Exit::AllWell)
    })
    .await
}

fn text(report: &Report) -> String {
    let r = report;
    let mut text = format!(
        "files: {} = {} documents + {} duplicates + {} unreadable\n\
         pages: {} = {} stored + {} blank + {} failed + {} quarantined + {} pending\n",
        r.files,
        r.documents,
        r.duplicates,
        r.unreadable,
        r.pages,
        r.stored,
        r.blank,
        r.failed,
        r.quarantined,
        r.pending
    );
    for (reason, count) in &r.failures {
        text += &format!("  {count:>8} pages {reason}\n");
    }
    for (reason, count) in &r.unreadable_files {
        text += &format!("  {count:>8} files {reason}\n");
    }
    for (model, verdicts) in &r.records {
        let sum: u64 = verdicts.values().sum();
        let parts: Vec<String> =
            verdicts.iter().map(|(verdict, count)| format!("{count} {verdict}")).collect();
        let parts =
            if parts.is_empty() { String::new() } else { format!(" = {}", parts.join(" + ")) };
        text += &format!("{model}: {sum} records{parts}\n");
    }
    if r.rejects > 0 {
        text += &format!("rejects: {} rows that the database refused\n", r.rejects);
    }
    if r.superseded_documents > 0 {
        text += &format!(
            "superseded: {} documents whose files hold other content now\n",
            r.superseded_documents
        );
    }
    text
}
