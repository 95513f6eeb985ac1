//! `scanlift train MODEL TRUTH.csv`

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use serde::Serialize;

use super::Exit;
use super::ingest::{IngestArgs, execute as ingest};
use super::labelled::{Documents, documents, read_truth, shown};
use super::options::{Common, ReaderArgs};
use super::session::{store_error, with_store};
use crate::document::{DocumentId, PageNumber, PageText};
use crate::evaluate::{Truth, TruthRow, bare, folds, is_path_of};
use crate::learn::{Gain, Labelled, Lesson, learn};
use crate::model::{FieldKind, RecordModel, Scope, learned_path};
use crate::store::{DocumentPages, Store};

/// The labelled records are divided into so many parts, each measured with what the others teach.
const FOLDS: usize = 5;

#[derive(Debug, Args)]
pub(super) struct TrainArgs {
    /// The model that learns.
    #[arg(value_name = "MODEL")]
    model: String,
    /// Table of what is right: a column `file`, and fields of the model by name.
    #[arg(value_name = "TRUTH.csv")]
    truth: PathBuf,
    /// Scans that the table names, to be read first if they are not in the database.
    #[arg(long, value_name = "DIRECTORY")]
    pages: Option<PathBuf>,
    /// File to write [default: NAME.learned.json beside the model].
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Only show what would be gained.
    #[arg(long, conflicts_with = "output")]
    dry_run: bool,
    #[command(flatten)]
    readers: ReaderArgs,
}

pub(super) async fn execute(common: &Common, args: TrainArgs) -> anyhow::Result<Exit> {
    let models = common.models()?;
    let model = super::model::find(&models, &args.model)?.clone();
    let truth = read_truth(common, &args.truth, &model)?;
    let output = match (args.output, args.dry_run) {
        (Some(output), _) => Some(output),
        (None, true) => None,
        (None, false) => Some(learned_path(&super::labelled::model_file(common, &model.name)?)),
    };
    if let Some(directory) = args.pages {
        match ingest(common, IngestArgs::of(directory, args.readers)).await? {
            Exit::AllWell | Exit::SomeFailed => {}
            stopped @ (Exit::CannotRun | Exit::Interrupted) => return Ok(stopped),
        }
    }
    let labelled = with_store(common, async |store| {
        let documents = documents(&store, &truth).await?;
        let words = words(&store, &documents).await?;
        Ok(labelled(&truth, &model, &documents, &words))
    })
    .await?;
    let of = labelled.len();
    let lesson = tokio::task::spawn_blocking(move || learn(&model, &labelled))
        .await?
        .with_context(|| format!("{}: truth", args.truth.display()))?;
    let written = output.filter(|_| lesson.gains.iter().any(|gain| gain.taken));
    if let Some(file) = &written {
        let text = lesson.learned.to_json()?;
        std::fs::write(file, text).with_context(|| format!("{}: learned file", file.display()))?;
    }
    super::session::show(common, &Report::new(of, lesson, written))?;
    Ok(Exit::AllWell)
}

/// Reads the stored words of the documents.
pub(super) async fn words(
    store: &Store,
    documents: &Documents,
) -> anyhow::Result<BTreeMap<DocumentId, DocumentPages>> {
    let ids: Vec<DocumentId> = documents.keys().copied().collect();
    let packed = store.packed_documents_of(&ids).await.map_err(store_error)?;
    let mut words = BTreeMap::new();
    for document in packed {
        let pages = document.unpack().map_err(store_error)?;
        words.insert(pages.document_id, pages);
    }
    Ok(words)
}

/// Brings the rows of a truth together with the words of their pages; rows without stored words
/// are left out.
pub(super) fn labelled(
    truth: &Truth,
    model: &RecordModel,
    documents: &Documents,
    words: &BTreeMap<DocumentId, DocumentPages>,
) -> Vec<Labelled> {
    let fold_of = folds((truth, model), FOLDS);
    let is_text = |at: &&usize| matches!(model.fields[**at].kind, FieldKind::Text { .. });
    let group_by = truth.fields.iter().find(is_text).copied();
    let paths: Vec<(DocumentId, Vec<String>)> =
        documents.iter().map(|(id, paths)| (*id, shown(paths))).collect();
    let mut labelled = Vec::with_capacity(truth.rows.len());
    for (row, &fold) in truth.rows.iter().zip(&fold_of) {
        let is_named = |(_, paths): &&(DocumentId, Vec<String>)| {
            paths.iter().any(|path| is_path_of(path, &row.file))
        };
        let Some(pages) = paths.iter().find(is_named).and_then(|(id, _)| words.get(id)) else {
            continue;
        };
        let pages = pages_of(model.scope, row, pages);
        if pages.is_empty() {
            continue;
        }
        let whose = group_by.and_then(|at| row.wanted[at].as_ref());
        let group = whose.map_or_else(|| row.file.clone(), |wanted| bare(&wanted.shown()));
        labelled.push(Labelled { pages, wanted: row.wanted.clone(), group, fold });
    }
    labelled
}

fn pages_of(scope: Scope, row: &TruthRow, pages: &DocumentPages) -> Vec<(PageNumber, PageText)> {
    let all = pages.pages.iter();
    match (scope, row.page) {
        (Scope::Document, _) => all.cloned().collect(),
        (Scope::Page | Scope::Row, Some(page)) => {
            all.filter(|(number, _)| number.0.get() == page).cloned().collect()
        }
        (Scope::Page | Scope::Row, None) => all.take(1).cloned().collect(),
    }
}

/// What is told of a lesson.
#[derive(Debug, Serialize)]
struct Report {
    labelled: usize,
    fields: Vec<Gain>,
    written: Option<PathBuf>,
}

impl Report {
    fn new(labelled: usize, lesson: Lesson, written: Option<PathBuf>) -> Self {
        Self { labelled, fields: lesson.gains, written }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} labelled records; right values, measured on records that were not learned from:",
            self.labelled
        )?;
        writeln!(
            f,
            "{:24} {:>8} {:>9} {:>7} {:>7}",
            "field", "labelled", "findable", "before", "after"
        )?;
        for gain in &self.fields {
            let left = if gain.taken { "" } else { "  not taken" };
            writeln!(
                f,
                "{:24} {:>8} {:>9} {:>7} {:>7}{left}",
                gain.field, gain.labelled, gain.findable, gain.right_before, gain.right_after
            )?;
        }
        match &self.written {
            Some(file) => write!(f, "{}: written; {NEXT}", file.display()),
            None => write!(f, "nothing was written"),
        }
    }
}

const NEXT: &str = "`scanlift reextract` makes the records anew with it, `scanlift calibrate` fits their confidence to it";
