//! `scanlift import-words PATH…`

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::exit::Exit;
use super::ingest::finish;
use super::options::Common;
use super::session::{stop_on_signals, store_error, with_store};
use super::walk::WalkArgs;
use crate::document::WordFormat;
use crate::pipeline::{self, Again, ImportSettings, ModelSet};

#[derive(Debug, Args)]
#[command(after_long_help = ABOUT_WORDS)]
pub(super) struct ImportWordsArgs {
    /// Files of words, and directories of them; `-h` is short, `--help` says what is taken and how.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Format of all files: hocr, alto, `page_xml`, tsv, textract, `document_ai`, jsonl [default: as their content says].
    #[arg(long, value_name = "FORMAT")]
    format: Option<WordFormat>,
    /// Only store the words; `scanlift reextract` makes the records later.
    #[arg(long)]
    no_records: bool,
    /// Import files again although they have not changed, also those that failed; what is read now counts.
    #[arg(long)]
    again: bool,
    #[command(flatten)]
    walk: WalkArgs,
}

const ABOUT_WORDS: &str = r#"A file is a document; its pages count as they come. Other files are left alone.

  hocr         HTML as engines write it, also where tags are not closed
  alto         ALTO 2, 3 and 4; pixel, mm10 and inch1200
  page_xml     PAGE-XML of any year; text of lines or regions is laid out in their boxes
  tsv          Tesseract's table
  textract     answers of AWS Textract; the parts of a paginated one in a JSON array
  document_ai  a Document of Google Document AI, alone or in an answer
  jsonl        a page a line:
               {"width": 2480, "height": 3508, "dpi": 300, "engine": "my engine 2.1", "languages": ["eng"],
                "words": [{"text": "Total", "box": [310, 1200, 402, 1236], "confidence": 96.5}]}
               A box is left, top, right, bottom. Instead of `words`: `lines`, with `words`, or with `text` and
               `box`, and with `block` and `paragraph`. Also `rules`, `pictures`, `tick_boxes`, `document`, `page`.

Boxes are cut to the page. A word without confidence counts as one of 50 of 100: neither sure nor wrong. Where no size
is stated (textract), a page is 2550 × 3300 at 300 dpi; where no resolution is, it is guessed from the size. Pages whose
text runs in another direction are turned upright. The recipe of an attempt says what was chosen."#;

pub(super) async fn execute(common: &Common, args: ImportWordsArgs) -> anyhow::Result<Exit> {
    let ImportWordsArgs { paths, format, no_records, again, walk } = args;
    let walk = walk.walk(&paths)?;
    let models = if no_records { Vec::new() } else { common.models()? };
    let models = Arc::new(ModelSet::new(models));
    let noted = serde_json::json!({
        "paths": paths, "format": format, "no_records": no_records, "again": again
    });
    let stop = stop_on_signals()?;
    with_store(common, async |store| {
        super::models::fit_tables(common, &store, models.models()).await?;
        let mut run = store.start_run("import-words", &noted).await.map_err(store_error)?;
        let again = if again { Again::Always } else { Again::Never };
        let settings = ImportSettings { models, format, again, talk: common.talk(), stop };
        let result = pipeline::import_words(&store, &mut run, walk, settings).await;
        finish(common, &store, run, result).await
    })
    .await
}
