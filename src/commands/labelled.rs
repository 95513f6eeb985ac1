//! What commands over labelled scans share: the truth, the documents it names, their records.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};

use super::options::Common;
use super::session::{hinted, store_error};
use crate::document::DocumentId;
use crate::evaluate::{
    FOLDS, FoundRecord, RecordGroup, Truth, TruthError, canonical, folds, groups, is_path_of,
};
use crate::learn::{self, Labelled};
use crate::model::{RecordModel, Scope};
use crate::pipeline::ModelSet;
use crate::store::{DocumentPages, PackedDocument, RecordRow, Store};

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

/// Returns the stored words of the documents, each with all of its paths.
pub(super) async fn words_of(
    store: &Store,
    documents: &Documents,
) -> anyhow::Result<Vec<(Vec<String>, DocumentPages)>> {
    let ids: Vec<DocumentId> = documents.keys().copied().collect();
    let packed = store.packed_documents_of(&ids).await.map_err(store_error)?;
    let unpack = |document: &PackedDocument| {
        let words = document.unpack().map_err(store_error)?;
        let paths = documents.get(&words.document_id).map(|paths| shown(paths));
        Ok((paths.unwrap_or_default(), words))
    };
    packed.iter().map(unpack).collect()
}

/// Returns the rows of a truth whose documents have words, each with its position and the words
/// that its record is made of.
pub(super) fn labelled_rows(
    (truth, model): (&Truth, &RecordModel),
    words: &[(Vec<String>, DocumentPages)],
) -> Vec<(usize, Labelled)> {
    let groups = groups((truth, model));
    let mut labelled = Vec::new();
    for (at, row) in truth.rows.iter().enumerate() {
        let is_it = |files: &[String]| files.iter().any(|file| is_path_of(file, &row.file));
        let Some((_, document)) = words.iter().find(|(files, _)| is_it(files)) else { continue };
        let own = document.pages.iter().filter(|(number, _)| {
            row.page.is_none_or(|page| number.0.get() == page || model.scope == Scope::Document)
        });
        labelled.push((
            at,
            Labelled {
                pages: own.cloned().collect(),
                wanted: row.wanted.clone(),
                group: groups[at].to_string(),
            },
        ));
    }
    labelled
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
    let words = words_of(store, documents).await?;
    let labelled = labelled_rows((truth, model), &words);
    let fold_of = folds((truth, model), FOLDS);
    let mut groups = Vec::new();
    for fold in 0..FOLDS {
        let others: Vec<&Labelled> = labelled
            .iter()
            .filter(|(row, _)| fold_of[*row] != fold)
            .map(|(_, record)| record)
            .collect();
        let relearned = learn::relearned(model, &others)
            .with_context(|| format!("{}: truth", truth.path.display()))?;
        let mut set = models.to_vec();
        set.iter_mut().filter(|other| other.name == model.name).for_each(|own| {
            own.clone_from(&relearned);
        });
        let set = ModelSet::new(set);
        let is_of_fold = |files: &[String]| {
            let rows = truth.rows.iter().zip(&fold_of).filter(|(_, of)| **of == fold);
            rows.into_iter().any(|(row, _)| files.iter().any(|file| is_path_of(file, &row.file)))
        };
        for (files, document) in words.iter().filter(|(files, _)| is_of_fold(files)) {
            let made = set.unjudged(&model.name, document).map_err(|failure| {
                anyhow!("{}: words: {failure}", files.first().map_or("document", String::as_str))
            })?;
            let group = |records| RecordGroup { files: files.clone(), records };
            groups.extend(made.into_iter().map(group));
        }
    }
    Ok(groups)
}

/// Returns paths as they are compared with those of a truth.
pub(super) fn shown(paths: &[PathBuf]) -> Vec<String> {
    paths.iter().map(|path| path.display().to_string()).collect()
}
