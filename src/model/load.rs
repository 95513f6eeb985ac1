//! Where models come from: the ones built in, and directories of TOML files.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::RecordModel;
use super::parse::{parse, parse_beside};
use super::problem::{ModelError, ModelErrors, Problem};

/// The models that come with the program: file name and text.
const SHIPPED: &[(&str, &str)] = &[
    ("models/filing.toml", include_str!("../../models/filing.toml")),
    ("models/index_card.toml", include_str!("../../models/index_card.toml")),
    ("models/invoice.toml", include_str!("../../models/invoice.toml")),
    ("models/maintenance_log.toml", include_str!("../../models/maintenance_log.toml")),
    ("models/receipt.toml", include_str!("../../models/receipt.toml")),
];

/// Returns the models that come with the program, in order of name.
///
/// # Errors
/// A shipped model is wrong, which a test rules out.
pub fn shipped() -> Result<Vec<RecordModel>, ModelErrors> {
    let results = SHIPPED.iter().map(|(file, text)| (PathBuf::from(file), parse(text, file)));
    collect(results)
}

/// Reads every `*.toml` of a directory, in order of file name; other files and subdirectories are
/// left alone.
///
/// # Errors
/// The mistakes of all files together; a file or directory that cannot be read; two models of one
/// name.
pub fn load_directory(directory: &Path) -> Result<Vec<RecordModel>, ModelErrors> {
    let files =
        toml_files(directory).map_err(|cause| ModelErrors(vec![unreadable(directory, cause)]))?;
    collect(files.into_iter().map(|path| {
        let result = load_file(&path);
        (path, result)
    }))
}

/// Reads a model and the files beside it that it names.
///
/// # Errors
/// The file cannot be read, or everything that is wrong with it.
pub fn load_file(path: &Path) -> Result<RecordModel, ModelErrors> {
    let text = fs::read_to_string(path)
        .map_err(|cause| ModelErrors(vec![unreadable(path, cause)]))?;
    parse_beside(&text, &path.display().to_string(), &|name| {
        fs::read_to_string(path.with_file_name(name))
    })
}

fn toml_files(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "toml") && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn unreadable(path: &Path, cause: io::Error) -> ModelError {
    ModelError {
        file: path.display().to_string(),
        position: None,
        path: String::new(),
        problem: Problem::Unreadable(cause),
        hint: None,
    }
}

fn collect(
    results: impl Iterator<Item = (PathBuf, Result<RecordModel, ModelErrors>)>,
) -> Result<Vec<RecordModel>, ModelErrors> {
    let (mut models, mut errors) = (Vec::<RecordModel>::new(), Vec::new());
    for (path, result) in results {
        match result {
            Ok(model) if models.iter().any(|earlier| earlier.name == model.name) => {
                errors.push(ModelError {
                    file: path.display().to_string(),
                    position: None,
                    path: "name".to_owned(),
                    problem: Problem::Twice { name: model.name },
                    hint: Some("another file of the directory has a model of that name".to_owned()),
                });
            }
            Ok(model) => models.push(model),
            Err(ModelErrors(found)) => errors.extend(found),
        }
    }
    if errors.is_empty() { Ok(models) } else { Err(ModelErrors(errors)) }
}
