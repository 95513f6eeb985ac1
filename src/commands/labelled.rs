//! What commands over labelled scans share: the truth, the documents it names, their records.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};

use super::options::Common;
use super::session::{hinted, store_error};
use crate::document::{DocumentId, PageNumber, PageText};
use crate::evaluate::{
    FoundRecord, RecordGroup, Truth, TruthError, TruthRow, bare, canonical, folds, is_path_of,
};
use crate::learn::{self, Labelled};
use crate::model::{FieldKind, RecordModel, Scope};
use crate::pipeline::ModelSet;
use crate::store::{DocumentPages, RecordRow, Store};

/// Reads a truth and says which of its columns are of no use.
pub(super) fn read_truth(
    common: &Common,
    path: &Path,
    model: &RecordModel,
) -> anyhow::Result<Truth> {
    let truth = Truth::read(path, model).map_err(truth_error)?;
    if !common.quiet && !truth.ignored.is_empty() {
        let columns = truth.ignored.join("`, `");
        writeln!(
            std::io::stderr(),
            "{}: columns that are no field of `{}`: `{columns}`",
            path.display(),
            model.name
        )?;
    }
    Ok(truth)
}

/// Returns the error with its hint.
pub(super) fn truth_error(error: TruthError) -> anyhow::Error {
    let hint = error.hint();
    hinted(error.into(), hint)
}

/// The documents that a truth names, each with all of its paths.
pub(super) type Documents = BTreeMap<DocumentId, Vec<PathBuf>>;

/// Finds the documents of a truth; there must be one at least.
pub(super) async fn documents(store: &Store, truth: &Truth) -> anyhow::Result<Documents> {
    let mut names: Vec<String> = truth
        .rows
        .iter()
        .filter_map(|row| Path::new(&row.file).file_name())
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    names.sort_unstable();
    names.dedup();
    let documents = store.documents_named(&names).await.map_err(store_error)?;
    if documents.is_empty() {
        return Err(anyhow!(
            "{}: truth: none of its files is in the database\nhint: read them first: `scanlift ingest DIRECTORY`",
            truth.path.display()
        ));
    }
    Ok(documents)
}

/// Returns the stored records of a model for these documents.
pub(super) async fn stored_records(
    store: &Store,
    model: &RecordModel,
    documents: &Documents,
) -> anyhow::Result<Vec<FoundRecord>> {
    let ids: Vec<DocumentId> = documents.keys().copied().collect();
    let rows = store.records_of(model, &ids).await.map_err(store_error)?;
    let all_paths: Vec<Vec<String>> = documents.values().map(|paths| shown(paths)).collect();
    let by_path: BTreeMap<&str, &Vec<String>> = all_paths
        .iter()
        .flat_map(|paths| paths.iter().map(move |path| (path.as_str(), paths)))
        .collect();
    let found = |row: RecordRow| {
        let files = by_path
            .get(row.file.as_str())
            .map_or_else(|| vec![row.file.clone()], |paths| (*paths).clone());
        let values = model
            .fields
            .iter()
            .zip(&row.fields)
            .map(|(field, text)| text.as_deref().and_then(|text| canonical(&field.kind, text)));
        FoundRecord {
            values: values.collect(),
            files,
            page: row.page,
            row: row.row,
            verdict: row.status,
            confidence: row.confidence,
        }
    };
    Ok(rows.into_iter().map(found).collect())
}

/// Makes the records of the documents anew from their stored words. What was learned to rank is
/// learned anew without the papers it is used on, or the confidence would be fitted to values that
/// are better than those of new papers.
pub(super) async fn held_out_groups(
    store: &Store,
    models: &[RecordModel],
    (model, truth): (&RecordModel, &Truth),
    documents: &Documents,
) -> anyhow::Result<Vec<RecordGroup>> {
    let words = words(store, documents).await?;
    let is_ranked = |at: &usize| model.ranker(&model.fields[*at]).is_some();
    let ranked: Vec<usize> = (0..model.fields.len()).filter(is_ranked).collect();
    let taught = if ranked.is_empty() {
        BTreeMap::new()
    } else {
        let labelled = labelled(truth, model, documents, &words);
        learn::held_out_models(model, &ranked, &labelled)
            .with_context(|| format!("{}: truth", truth.path.display()))?
    };
    let with = |own: &RecordModel| {
        let others = models.iter().filter(|other| other.name != own.name).cloned();
        ModelSet::new(others.chain([own.clone()]).collect())
    };
    let sets: BTreeMap<usize, ModelSet> =
        taught.iter().map(|(fold, own)| (*fold, with(own))).collect();
    let plain = with(model);
    let fold_of = folds((truth, model), FOLDS);
    let mut groups = Vec::new();
    for (id, document) in &words {
        let files = documents.get(id).map(|paths| shown(paths)).unwrap_or_default();
        let is_it = |file: &str| files.iter().any(|path| is_path_of(path, file));
        let Some(row) = truth.rows.iter().position(|row| is_it(&row.file)) else { continue };
        let set = sets.get(&fold_of[row]).unwrap_or(&plain);
        let made = set.unjudged(&model.name, document).map_err(|failure| {
            anyhow!("{}: words: {failure}", files.first().map_or("document", String::as_str))
        })?;
        groups
            .extend(made.into_iter().map(|records| RecordGroup { files: files.clone(), records }));
    }
    Ok(groups)
}

/// Returns paths as they are compared with those of a truth.
pub(super) fn shown(paths: &[PathBuf]) -> Vec<String> {
    paths.iter().map(|path| path.display().to_string()).collect()
}

/// Finds the file of a model in the directory of models.
pub(super) fn model_file(common: &Common, name: &str) -> anyhow::Result<PathBuf> {
    let directory = common.models.clone().unwrap_or_else(|| PathBuf::from("models"));
    let file = directory.join(format!("{name}.toml"));
    if file.is_file() {
        return Ok(file);
    }
    Err(anyhow!(
        "{}: model: there is no such file to write beside\nhint: name a directory of models with `--models`, or a file with `--output`",
        file.display()
    ))
}

/// The labelled records are divided into so many parts, each measured with what the others teach.
pub(super) const FOLDS: usize = 5;

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
