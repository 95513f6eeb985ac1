//! How far an export in parts has come: a small file beside them, by which the same command goes on after it was
//! interrupted.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::store::RecordKey;

use super::error::ExportError;
use super::target::{Target, directory_of, temporary_beside};

/// A file of an export that is whole and in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FinishedPart {
    /// Its name, without the directory.
    pub(super) file: String,
    pub(super) rows: u64,
    pub(super) bytes: u64,
    pub(super) sha256: Option<String>,
    /// Of its last row; `None` if it has none.
    pub(super) last: Option<RecordKey>,
}

/// The parts of an export that are there.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Progress {
    /// A hash of what is exported, how, and of the state of the tables: parts of another export are of no use.
    export: String,
    pub(super) parts: Vec<FinishedPart>,
    #[serde(skip)]
    path: Option<PathBuf>,
}

impl Progress {
    /// Returns what there is of an export whose settings and tables are `described`; nothing if the file is of another
    /// export, or a part is missing or of another size.
    pub(super) fn find(target: &Target, described: &str) -> Self {
        let export = blake3::hash(described.as_bytes()).to_hex().to_string();
        let Target::File(target) = target else { return Self::none() };
        let path = beside(target);
        let found = fs::read(&path).ok();
        let found: Option<Self> = found.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let is_there = |part: &FinishedPart| {
            let present = fs::metadata(directory_of(target).join(&part.file));
            present.is_ok_and(|present| present.is_file() && present.len() == part.bytes)
        };
        let parts = match found {
            Some(found) if found.export == export && found.parts.iter().all(is_there) => {
                found.parts
            }
            _ => Vec::new(),
        };
        Self { export, parts, path: Some(path) }
    }

    /// Of an export that is not in parts.
    pub(super) fn none() -> Self {
        Self { export: String::new(), parts: Vec::new(), path: None }
    }

    /// Returns the key of the last row that is there.
    pub(super) fn last(&self) -> Option<RecordKey> {
        self.parts.last().and_then(|part| part.last.clone())
    }

    /// Notes a part that is in its place.
    pub(super) fn add(&mut self, part: FinishedPart) -> Result<(), ExportError> {
        self.parts.push(part);
        let Some(path) = &self.path else { return Ok(()) };
        let save = || -> io::Result<()> {
            let mut file = temporary_beside(path)?;
            serde_json::to_writer(&mut file, self)?;
            file.flush()?;
            file.persist(path).map_err(|error| error.error)?;
            Ok(())
        };
        save().map_err(|cause| Target::File(path.clone()).failed(cause))
    }

    /// Ends the export: there is nothing to go on with.
    pub(super) fn finish(self) -> Result<(), ExportError> {
        let Some(path) = self.path else { return Ok(()) };
        match fs::remove_file(&path) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
                Err(Target::File(path).failed(cause))
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }
}

/// Such as `log.csv.progress` for `log.csv`.
fn beside(target: &Path) -> PathBuf {
    let mut name = target.file_name().unwrap_or_default().to_owned();
    name.push(".progress");
    target.with_file_name(name)
}
