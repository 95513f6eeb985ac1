//! Walks directories in a stream and in a fixed order: memory holds one directory's names at most.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

use globset::{Glob, GlobSet, GlobSetBuilder};
use serde::Serialize;
use walkdir::{DirEntry, WalkDir};

use super::hash::{failure, modified_ns};
use crate::document::{Failure, Reason, Stage};

/// What happens to symbolic links inside a directory. A link given as a path is always followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub enum Symlinks {
    /// They are counted and left.
    #[default]
    Skip,
    Follow,
}

/// What happens to files and directories whose names start with a dot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub enum Hidden {
    /// They are counted and left.
    #[default]
    Skip,
    Include,
}

/// What a walk takes. Globs are matched against the path below the given one (`boxes/07/*.tif`),
/// and against the file name if they hold no `/`.
#[derive(Debug, Clone, Default)]
pub struct WalkOptions {
    pub symlinks: Symlinks,
    pub hidden: Hidden,
    /// If there are any, a file must match one.
    pub include: Vec<String>,
    /// A file or directory that matches one is left.
    pub exclude: Vec<String>,
}

/// A file that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundFile {
    /// Absolute.
    pub path: PathBuf,
    pub size: u64,
    /// Nanoseconds since 1970.
    pub modified_ns: i64,
}

/// A file or directory that could not be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadablePath {
    pub path: PathBuf,
    pub failure: Failure,
}

/// One finding of a walk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    File(FoundFile),
    Unreadable(UnreadablePath),
}

/// How many entries were left on purpose, by reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Skipped {
    pub symlinks: u64,
    pub hidden: u64,
    /// By `--include` and `--exclude`.
    pub filtered: u64,
    /// Sockets, pipes and devices.
    pub special: u64,
}

impl Skipped {
    /// Returns the sum.
    pub fn total(&self) -> u64 {
        self.symlinks + self.hidden + self.filtered + self.special
    }
}

/// Why a walk cannot start. Reads as `where: what: why`.
#[derive(Debug, thiserror::Error)]
pub enum WalkError {
    #[error("{}: path: {source}", path.display())]
    Path { path: PathBuf, source: std::io::Error },
    #[error("`{glob}`: glob: {source}")]
    Glob { glob: String, source: globset::Error },
}

/// A walk over several paths, one after the other.
pub struct Walk {
    roots: std::vec::IntoIter<PathBuf>,
    current: Option<(PathBuf, walkdir::IntoIter)>,
    symlinks: Symlinks,
    hidden: Hidden,
    include: GlobSet,
    exclude: GlobSet,
    skipped: Skipped,
}

impl Walk {
    /// Prepares a walk. Every path must exist; one that lies inside another is walked once.
    pub fn new(paths: &[PathBuf], options: &WalkOptions) -> Result<Self, WalkError> {
        let mut roots = Vec::new();
        for path in paths {
            let error = |source| WalkError::Path { path: path.clone(), source };
            fs::metadata(path).map_err(error)?;
            roots.push(normal(&std::path::absolute(path).map_err(error)?));
        }
        let all = roots.clone();
        roots.retain(|root| !all.iter().any(|other| other != root && root.starts_with(other)));
        roots.sort();
        roots.dedup();
        Ok(Self {
            roots: roots.into_iter(),
            current: None,
            symlinks: options.symlinks,
            hidden: options.hidden,
            include: globs(&options.include)?,
            exclude: globs(&options.exclude)?,
            skipped: Skipped::default(),
        })
    }

    /// Returns what was left so far.
    pub fn skipped(&self) -> Skipped {
        self.skipped
    }

    fn enter(&self, root: &Path) -> walkdir::IntoIter {
        WalkDir::new(root)
            .follow_links(self.symlinks == Symlinks::Follow)
            .sort_by_file_name()
            .into_iter()
    }

    /// Decides on an entry below a given directory.
    fn judge(&mut self, root: &Path, entry: &DirEntry) -> Judgement {
        let below = entry.path().strip_prefix(root).unwrap_or(entry.path());
        let name = entry.file_name();
        if self.hidden == Hidden::Skip && name.as_encoded_bytes().starts_with(b".") {
            self.skipped.hidden += 1;
            return Judgement::Leave;
        }
        if self.exclude.is_match(below) || self.exclude.is_match(Path::new(name)) {
            self.skipped.filtered += 1;
            return Judgement::Leave;
        }
        if entry.file_type().is_dir() {
            return Judgement::Descend;
        }
        if entry.path_is_symlink() && self.symlinks == Symlinks::Skip {
            self.skipped.symlinks += 1;
            return Judgement::Leave;
        }
        if !entry.file_type().is_file() {
            self.skipped.special += 1;
            return Judgement::Leave;
        }
        let wanted = self.include.is_empty()
            || self.include.is_match(below)
            || self.include.is_match(Path::new(name));
        if !wanted {
            self.skipped.filtered += 1;
            return Judgement::Leave;
        }
        Judgement::Take
    }
}

enum Judgement {
    Take,
    Descend,
    Leave,
}

impl Iterator for Walk {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        loop {
            let Some((root, mut entries)) = self.current.take() else {
                let root = self.roots.next()?;
                let entries = self.enter(&root);
                self.current = Some((root, entries));
                continue;
            };
            let Some(entry) = entries.next() else { continue };
            let found = match entry {
                // A path that was named is taken, whatever its name is.
                Ok(entry) if entry.depth() == 0 => {
                    entry.file_type().is_file().then(|| look(entry.path(), entry.metadata()))
                }
                Ok(entry) => match self.judge(&root, &entry) {
                    Judgement::Take => Some(look(entry.path(), entry.metadata())),
                    Judgement::Descend => None,
                    Judgement::Leave => {
                        if entry.file_type().is_dir() {
                            entries.skip_current_dir();
                        }
                        None
                    }
                },
                Err(error) => Some(unreadable(&root, error)),
            };
            self.current = Some((root, entries));
            if found.is_some() {
                return found;
            }
        }
    }
}

fn look(path: &Path, metadata: Result<Metadata, walkdir::Error>) -> Found {
    match metadata {
        Ok(metadata) => Found::File(FoundFile {
            path: path.to_owned(),
            size: metadata.len(),
            modified_ns: modified_ns(&metadata),
        }),
        Err(error) => unreadable(path, error),
    }
}

fn unreadable(root: &Path, error: walkdir::Error) -> Found {
    let path = error.path().unwrap_or(root).to_owned();
    let is_loop = error.loop_ancestor().is_some();
    let failure = match error.into_io_error() {
        Some(error) => failure(&error),
        None if is_loop => Failure::new(
            Stage::Walk,
            Reason::Unreadable,
            "the symbolic link leads back to a directory above it",
        ),
        None => Failure::new(Stage::Walk, Reason::Unreadable, "cannot be looked at"),
    };
    Found::Unreadable(UnreadablePath { path, failure: Failure { stage: Stage::Walk, ..failure } })
}

/// Returns the path without `.` and with `..` resolved by name.
fn normal(path: &Path) -> PathBuf {
    let mut result = PathBuf::new();
    for component in path.components() {
        match component {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir => {
                result.pop();
            }
            other => result.push(other),
        }
    }
    result
}

fn globs(patterns: &[String]) -> Result<GlobSet, WalkError> {
    let mut builder = GlobSetBuilder::new();
    for pattern in patterns {
        let glob = Glob::new(pattern)
            .map_err(|source| WalkError::Glob { glob: pattern.clone(), source })?;
        builder.add(glob);
    }
    builder.build().map_err(|source| WalkError::Glob { glob: patterns.join(" "), source })
}

#[cfg(test)]
#[path = "walk_tests.rs"]
mod tests;
