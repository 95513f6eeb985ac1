//! `scanlift export MODEL|page-text`

use std::num::NonZeroU64;
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use clap::{Args, ValueEnum};

use super::exit::Exit;
use super::options::Common;
use super::session::{hinted, with_store};
use crate::document::Verdict;
use crate::export::{
    Content, DecimalMark, Dialect, Dictionary, ExportError, ExportOptions, Format, Formulas,
    Target, TextForm, export,
};
use crate::ocr::Dictionaries;
use crate::store::Filter;

/// The name that stands for the text of all pages.
const PAGE_TEXT: &str = "page-text";

/// The name that stands for the words of all pages.
const WORDS: &str = "words";

#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    /// A model, `page-text` for the text of all pages, or `words` for their words with boxes.
    #[arg(value_name = "MODEL|page-text|words")]
    what: String,
    /// File to write; `.gz` and `.zst` are compressed; `-` is stdout. Of words a directory, with a file for each document.
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    pub(super) output: PathBuf,
    /// CSV, one JSON object a line (`jsonl`), or Parquet [default: by the extension, else csv]; of words hocr, alto or
    /// jsonl [default: jsonl].
    #[arg(long, value_enum)]
    pub(super) format: Option<FormatName>,
    /// Only records of these verdicts: accepted, review, rejected; several with commas.
    #[arg(long, value_name = "VERDICT", value_delimiter = ',')]
    pub(super) status: Vec<Verdict>,
    /// Only these columns, in this order; several with commas.
    #[arg(long, value_name = "COLUMN", value_delimiter = ',')]
    pub(super) columns: Option<Vec<String>>,
    /// Only records that fit, such as `total > 100 and _confidence < 0.9`.
    #[arg(long = "where", value_name = "CONDITION")]
    pub(super) condition: Option<String>,
    /// Add columns that say where a record is from: `_document` (BLAKE3 of the file), `_model_version`, `_engine`,
    /// `_languages`, `_run`, `_attempt`, and the confidence of each field, such as `_confidence_total`.
    #[arg(long)]
    pub(super) provenance: bool,
    /// Write files of N rows each, such as `log-00001.csv`. If the export is interrupted, the same command keeps the
    /// files that are whole, unless records have changed since; the result is the same to the byte.
    #[arg(long, value_name = "N")]
    pub(super) split_rows: Option<NonZeroU64>,
    /// Write `datapackage.json` (Frictionless) and `manifest.json` (settings, hashes) beside the files.
    #[arg(long)]
    pub(super) package: bool,
    /// Keep the lines of `page-text` as they are printed, with the hyphens at their ends.
    #[arg(long)]
    pub(super) lines: bool,
    #[command(flatten)]
    pub(super) csv: CsvArgs,
}

/// How CSV is written.
#[derive(Debug, Args)]
pub(super) struct CsvArgs {
    /// Character between cells of CSV, or `tab` [default: `,`, with --decimal-comma `;`].
    #[arg(long, value_name = "CHARACTER", value_parser = delimiter)]
    pub(super) delimiter: Option<u8>,
    /// Start CSV with a byte order mark, by which spreadsheets know UTF-8.
    #[arg(long)]
    pub(super) bom: bool,
    /// What stands in CSV where there is no value [default: nothing].
    #[arg(long, value_name = "TEXT")]
    pub(super) null: Option<String>,
    /// Write numbers in CSV as `12,50`.
    #[arg(long)]
    pub(super) decimal_comma: bool,
    /// Put a `'` before cells that a spreadsheet would take for a formula.
    #[arg(long)]
    pub(super) protect_formulas: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FormatName {
    Csv,
    Jsonl,
    Parquet,
    Hocr,
    Alto,
}

impl ExportArgs {
    /// Tells whether words are to be exported, which `export_words` does.
    pub(super) fn is_of_words(&self) -> bool {
        self.what == WORDS
    }
}

impl CsvArgs {
    /// Tells whether nothing is said of how CSV is written.
    pub(super) fn is_plain(&self) -> bool {
        self.delimiter.is_none()
            && self.null.is_none()
            && !(self.bom || self.decimal_comma || self.protect_formulas)
    }
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        _ if text == "tab" => Ok(b'\t'),
        [b'"' | b'\n' | b'\r'] => Err("it has a meaning of its own in CSV".to_owned()),
        [byte] if byte.is_ascii() => Ok(*byte),
        _ => Err("a single ASCII character, or `tab`".to_owned()),
    }
}

pub(super) async fn execute(common: &Common, args: ExportArgs) -> anyhow::Result<Exit> {
    let format = format(&args)?;
    let models = common.models()?;
    let what = match args.what.as_str() {
        PAGE_TEXT => Content::PageText(text_form(common, args.lines)),
        _ if args.lines => {
            return Err(anyhow!(
                "--lines: `{}`: records have no lines\nhint: `--lines` is for `page-text`",
                args.what
            ));
        }
        name => Content::Records(super::models::find(&models, name)?),
    };
    let filter = match (&args.condition, &what) {
        (None, _) => None,
        (Some(_), Content::PageText(_)) => {
            return Err(anyhow!(
                "--where: page-text: conditions are for records\nhint: name a model"
            ));
        }
        (Some(text), Content::Records(model)) => {
            let filter = Filter::records(text, model)
                .map_err(|error| anyhow!("--where `{text}`: condition: {error}"))?;
            Some(filter)
        }
    };
    let target = Target::from_argument(&args.output);
    let options = ExportOptions {
        format,
        columns: args.columns,
        statuses: args.status,
        filter,
        provenance: args.provenance,
        split_rows: args.split_rows,
        package: args.package,
    };
    with_store(common, async |store| {
        tokio::select! {
            rows = export(&store, what, &target, &options) => {
                let rows = rows.or_else(gone_reader)?;
                tracing::info!(rows, "exported");
                Ok(Exit::AllWell)
            }
            // What was begun is dropped, and with it the unfinished file.
            interrupted = tokio::signal::ctrl_c() => {
                interrupted?;
                Ok(Exit::Interrupted)
            }
        }
    })
    .await
}

/// Returns the format that is asked for; refuses flags that it has no use for.
fn format(args: &ExportArgs) -> anyhow::Result<Format> {
    let name = args.format.unwrap_or_else(|| by_extension(&args.output));
    let csv = &args.csv;
    let is_plain = csv.is_plain();
    match name {
        FormatName::Csv => {}
        FormatName::Hocr | FormatName::Alto => {
            return Err(anyhow!(
                "--format: `{}`: records and texts are written as csv, jsonl or parquet\nhint: hocr and alto are for `words`",
                args.what
            ));
        }
        FormatName::Jsonl if is_plain => return Ok(Format::JsonLines),
        FormatName::Parquet if is_plain => return Ok(Format::Parquet),
        FormatName::Jsonl | FormatName::Parquet => {
            return Err(anyhow!(
                "--delimiter, --bom, --null, --decimal-comma, --protect-formulas: format: they are for CSV only\n\
                 hint: leave them off, or write CSV"
            ));
        }
    }
    let usual = if csv.decimal_comma { b';' } else { b',' };
    Ok(Format::Csv(Dialect {
        delimiter: csv.delimiter.unwrap_or(usual),
        byte_order_mark: csv.bom,
        null: csv.null.clone().unwrap_or_default(),
        decimal_mark: if csv.decimal_comma { DecimalMark::Comma } else { DecimalMark::Point },
        formulas: if csv.protect_formulas { Formulas::Protected } else { Formulas::AsIs },
    }))
}

fn by_extension(output: &Path) -> FormatName {
    let name = output.to_string_lossy();
    let name = [".gz", ".zst"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name);
    match Path::new(name).extension().and_then(|extension| extension.to_str()) {
        Some("jsonl" | "ndjson") => FormatName::Jsonl,
        Some("parquet") => FormatName::Parquet,
        _ => FormatName::Csv,
    }
}

/// Returns how page texts are written. A text layer names no languages: the configured ones stand in.
fn text_form(common: &Common, keep_lines: bool) -> TextForm {
    if keep_lines {
        return TextForm::Lines;
    }
    let usual = common.defaults.languages.clone().unwrap_or_else(|| "eng".to_owned());
    let dictionaries = Dictionaries::default();
    TextForm::Paragraphs(Dictionary::new(move |languages, word| {
        dictionaries.contains(if languages.is_empty() { &usual } else { languages }, word)
    }))
}

/// A reader of stdout that has seen enough, such as `head`, is no error.
pub(super) fn gone_reader(error: ExportError) -> anyhow::Result<u64> {
    if error.is_broken_pipe() {
        return Ok(0);
    }
    let hint = error.hint();
    Err(hinted(error.into(), hint))
}
