//! `scanlift report`

use std::io::Write;
use std::path::PathBuf;

use anyhow::anyhow;
use clap::Args;

use super::exit::Exit;
use super::export::gone_reader;
use super::options::{Common, Output};
use super::session::{store_error, with_store};
use crate::export::{Formulas, Target, report_lines};
use crate::store::Report;

#[derive(Debug, Args)]
pub(super) struct ReportArgs {
    /// Write one line for every file found (`_file,status,reason,unread,without_words,issues`) instead
    /// of the sums; to stdout, or to a file.
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

/// Returns what is to be said of pages that were read, but not all of them.
fn page_lines(report: &Report) -> Vec<String> {
    let pages = |count: u64| if count == 1 { "page" } else { "pages" };
    let mut lines = Vec::new();
    if report.languages.len() > 1 {
        let each = report.languages.iter().map(|(languages, count)| format!("{count} {languages}"));
        lines.push(format!("languages: {}", each.collect::<Vec<_>>().join(", ")));
    }
    if report.without_words > 0 {
        let count = report.without_words;
        lines.push(format!("{count} {} without a word", pages(count)));
    }
    if report.unread > 0 {
        lines.push(format!("{} {} with unread areas", report.unread, pages(report.unread)));
    }
    for (issue, &count) in report.issues.iter().filter(|(issue, _)| *issue != "unread") {
        lines.push(format!("{count} {} with the issue {issue}", pages(count)));
    }
    if report.gone_documents > 0 {
        lines.push(format!(
            "gone: {} documents whose files are not where they were; their pages and records stay",
            report.gone_documents
        ));
    }
    lines
}

/// Returns the report for people, a sum a line.
fn text(report: &Report) -> String {
    let r = report;
    let mut lines = vec![
        format!(
            "files: {} = {} documents + {} duplicates + {} unreadable + {} skipped + {} gone",
            r.files, r.documents, r.duplicates, r.unreadable, r.skipped, r.gone
        ),
        format!(
            "pages: {} = {} stored + {} blank + {} failed + {} quarantined + {} pending",
            r.pages, r.stored, r.blank, r.failed, r.quarantined, r.pending
        ),
    ];
    lines.extend(r.failures.iter().map(|(reason, count)| format!("  {count:>8} pages {reason}")));
    lines.extend(
        r.unreadable_files.iter().map(|(reason, count)| format!("  {count:>8} files {reason}")),
    );
    lines.extend(
        r.skipped_files.iter().map(|(kind, count)| format!("  {count:>8} files skipped: {kind}")),
    );
    lines.extend(page_lines(report));
    for (model, verdicts) in &r.records {
        let sum: u64 = verdicts.values().sum();
        let parts: Vec<String> =
            verdicts.iter().map(|(verdict, count)| format!("{count} {verdict}")).collect();
        let parts =
            if parts.is_empty() { String::new() } else { format!(" = {}", parts.join(" + ")) };
        lines.push(format!("{model}: {sum} records{parts}"));
    }
    if r.rejects > 0 {
        lines.push(format!("rejects: {} rows that the database refused", r.rejects));
    }
    if r.superseded_documents > 0 {
        lines.push(format!(
            "superseded: {} documents whose files hold other content now",
            r.superseded_documents
        ));
    }
    lines.join("\n") + "\n"
}
