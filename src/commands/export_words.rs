//! `scanlift export words`

use anyhow::anyhow;

use super::exit::Exit;
use super::export::{ExportArgs, FormatName, gone_reader};
use super::options::Common;
use super::session::with_store;
use crate::export::{Target, WordTarget, export_words};
use crate::interchange::write::WrittenFormat;

pub(super) async fn execute(common: &Common, args: ExportArgs) -> anyhow::Result<Exit> {
    refuse_other_flags(&args)?;
    let format = match args.format {
        None | Some(FormatName::Jsonl) => WrittenFormat::Jsonl,
        Some(FormatName::Hocr) => WrittenFormat::Hocr,
        Some(FormatName::Alto) => WrittenFormat::Alto,
        Some(FormatName::Csv | FormatName::Parquet) => {
            return Err(anyhow!(
                "--format: words: csv and parquet are for records\nhint: hocr, alto and jsonl are for words"
            ));
        }
    };
    let is_directory = args.output.is_dir() || args.output.to_string_lossy().ends_with('/');
    let target = match (format, Target::from_argument(&args.output)) {
        (WrittenFormat::Jsonl, target) if !is_directory => WordTarget::Stream(target),
        (_, Target::File(directory)) => WordTarget::Directory(directory),
        (_, Target::Stdout) => {
            return Err(anyhow!(
                "-o: words: hOCR and ALTO are a file for each document\nhint: name a directory for them"
            ));
        }
    };
    with_store(common, async |store| {
        let pages = export_words(&store, format, &target).await.or_else(gone_reader)?;
        tracing::info!(pages, "exported");
        Ok(Exit::AllWell)
    })
    .await
}

/// Words have no records' columns and verdicts.
fn refuse_other_flags(args: &ExportArgs) -> anyhow::Result<()> {
    let flags = [
        ("--status", !args.status.is_empty()),
        ("--columns", args.columns.is_some()),
        ("--where", args.condition.is_some()),
        ("--lines", args.lines),
        ("--provenance", args.provenance),
        ("--split-rows", args.split_rows.is_some()),
        ("--package", args.package),
        ("--delimiter, --bom, --null, --decimal-comma, --protect-formulas", !args.csv.is_plain()),
    ];
    match flags.iter().find(|(_, is_given)| *is_given) {
        Some((flag, _)) => Err(anyhow!("{flag}: words: all pages are written, with all they have")),
        None => Ok(()),
    }
}
