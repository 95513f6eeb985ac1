//! What commands over labelled scans share: the truth, the documents it names, their records.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::anyhow;

use super::options::Common;
use super::session::{hinted, store_error};
use crate::document::DocumentId;
use crate::evaluate::{FoundRecord, Truth, TruthError, canonical};
use crate::model::RecordModel;
use crate::store::{RecordRow, Store};

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
