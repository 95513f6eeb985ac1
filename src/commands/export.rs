//! `scanlift export MODEL|page-text`

use std::path::PathBuf;

use anyhow::anyhow;
use clap::{Args, ValueEnum};

use super::exit::Exit;
use super::options::Common;
use super::session::{hinted, with_store};
use crate::document::Verdict;
use crate::export::{
    Content, Dictionary, ExportError, ExportOptions, Formulas, Target, TextForm, export,
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
    /// csv; of words hocr, alto or jsonl [default: csv; of words jsonl].
    #[arg(long, value_enum)]
    pub(super) format: Option<ExportFormat>,
    /// Only records of these verdicts: accepted, review, rejected; several with commas.
    #[arg(long, value_name = "VERDICT", value_delimiter = ',')]
    pub(super) status: Vec<Verdict>,
    /// Only these columns, in this order; several with commas.
    #[arg(long, value_name = "COLUMN", value_delimiter = ',')]
    pub(super) columns: Option<Vec<String>>,
    /// Only records that fit, such as `total > 100 and _confidence < 0.9`.
    #[arg(long = "where", value_name = "CONDITION")]
    pub(super) condition: Option<String>,
    /// Keep the lines of `page-text` as they are printed, with the hyphens at their ends.
    #[arg(long)]
    pub(super) lines: bool,
    /// Put a `'` before cells that a spreadsheet would take for a formula.
    #[arg(long)]
    pub(super) protect_formulas: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum ExportFormat {
    Csv,
    Hocr,
    Alto,
    Jsonl,
}

impl ExportArgs {
    /// Tells whether words are to be exported, which `export_words` does.
    pub(super) fn is_of_words(&self) -> bool {
        self.what == WORDS
    }
}

pub(super) async fn execute(common: &Common, args: ExportArgs) -> anyhow::Result<Exit> {
    if !matches!(args.format, None | Some(ExportFormat::Csv)) {
        return Err(anyhow!(
            "--format: `{}`: records and texts are written as csv\nhint: hocr, alto and jsonl are for `words`",
            args.what
        ));
    }
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
        statuses: args.status,
        columns: args.columns,
        filter,
        formulas: if args.protect_formulas { Formulas::Protected } else { Formulas::AsIs },
    };
    with_store(common, async |store| {
        let rows = export(&store, what, &target, &options).await.or_else(gone_reader)?;
        tracing::info!(rows, "exported");
        Ok(Exit::AllWell)
    })
    .await
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
