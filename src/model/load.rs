//! Where models come from: the ones built in, and directories of TOML files, each with what was
//! learned for it beside it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::RecordModel;
use super::learned::Learned;
use super::parse::{parse, parse_beside};
use super::problem::{ModelError, ModelErrors, Problem};

/// A model that comes with the program: file name, text, and what was learned for it.
type Shipped = (&'static str, &'static str, Option<&'static str>);

const SHIPPED: &[Shipped] = &[
    (
        "models/filing.toml",
        include_str!("../../models/filing.toml"),
        Some(include_str!("../../models/filing.learned.json")),
    ),
    ("models/index_card.toml", include_str!("../../models/index_card.toml"), None),
    ("models/invoice.toml", include_str!("../../models/invoice.toml"), None),
    ("models/maintenance_log.toml", include_str!("../../models/maintenance_log.toml"), None),
    ("models/pressure_ledger.toml", include_str!("../../models/pressure_ledger.toml"), None),
    (
        "models/receipt.toml",
        include_str!("../../models/receipt.toml"),
        Some(include_str!("../../models/receipt.learned.json")),
    ),
];

/// Returns the models that come with the program, in order of name.
///
/// # Errors
/// A shipped model is wrong, which a test rules out.
pub fn shipped() -> Result<Vec<RecordModel>, ModelErrors> {
    collect(SHIPPED.iter().map(|(file, text, learned)| {
        let path = PathBuf::from(file);
        let result = parse(text, file).and_then(|model| with_learned(model, &path, *learned));
        (path, result)
    }))
}

/// Returns where what was learned for a model file stands: `models/a.learned.json` for
/// `models/a.toml`.
pub fn learned_path(model_file: &Path) -> PathBuf {
    model_file.with_extension("learned.json")
}

/// Reads every `*.toml` of a directory, in order of file name, and the `*.learned.json` beside it;
/// other files and subdirectories are left alone.
///
/// # Errors
/// The mistakes of all files together; a file or directory that cannot be read; two models of one
/// name; learned files that do not fit their model.
pub fn load_directory(directory: &Path) -> Result<Vec<RecordModel>, ModelErrors> {
    let files =
        toml_files(directory).map_err(|cause| ModelErrors(vec![unreadable(directory, cause)]))?;
    collect(files.into_iter().map(|path| {
        let result = load_file(&path);
        (path, result)
    }))
}

/// Reads a model, the files that it names, and what was learned for it, all beside it.
///
/// # Errors
/// A file cannot be read, or everything that is wrong with it.
pub fn load_file(path: &Path) -> Result<RecordModel, ModelErrors> {
    let unreadable = |path: &Path, cause| ModelErrors(vec![unreadable(path, cause)]);
    let text = fs::read_to_string(path).map_err(|cause| unreadable(path, cause))?;
    let model = parse_beside(&text, &path.display().to_string(), &|name| {
        fs::read_to_string(path.with_file_name(name))
    })?;
    let beside = learned_path(path);
    match fs::read_to_string(&beside) {
        Ok(learned) => with_learned(model, path, Some(&learned)),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(model),
        Err(cause) => Err(unreadable(&beside, cause)),
    }
}

fn with_learned(
    mut model: RecordModel,
    model_file: &Path,
    learned: Option<&str>,
) -> Result<RecordModel, ModelErrors> {
    let Some(text) = learned else { return Ok(model) };
    match Learned::parse(text, &model) {
        Ok(learned) => {
            model.learned = Some(Arc::new(learned));
            Ok(model)
        }
        Err(reason) => Err(ModelErrors(vec![ModelError {
            file: learned_path(model_file).display().to_string(),
            position: None,
            path: String::new(),
            problem: Problem::Learned(reason),
            hint: Some("remove the file; `scanlift train` learns it again".to_owned()),
        }])),
    }
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
