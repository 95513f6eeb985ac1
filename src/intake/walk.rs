//! Walks directories in a stream and in a fixed order: memory holds one directory's names at most.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

use globset::{Glob, GlobSet, GlobSetBuilder};
use serde::Serialize;
use walkdir::{DirEntry, WalkDir};

use super::hash::{failure, head_of, modified_ns};
use super::kind::{is_of_file_manager, no_document};
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
pub struct LeftOut {
    pub symlinks: u64,
    pub hidden: u64,
    /// By `--include` and `--exclude`.
    pub filtered: u64,
    /// Sockets, pipes and devices.
    pub special: u64,
}

impl LeftOut {
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
    all_roots: Vec<PathBuf>,
    roots: std::vec::IntoIter<PathBuf>,
    current: Option<(PathBuf, walkdir::IntoIter)>,
    symlinks: Symlinks,
    hidden: Hidden,
    include: GlobSet,
    exclude: GlobSet,
    left_out: LeftOut,
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
            all_roots: roots.clone(),
            roots: roots.into_iter(),
            current: None,
            symlinks: options.symlinks,
            hidden: options.hidden,
            include: globs(&options.include)?,
            exclude: globs(&options.exclude)?,
            left_out: LeftOut::default(),
        })
    }

    /// Returns what was left so far.
    pub fn left_out(&self) -> LeftOut {
        self.left_out
    }

    /// Returns the paths that are walked, absolute, none inside another.
    pub fn roots(&self) -> &[PathBuf] {
        &self.all_roots
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
        let is_hidden = name.as_encoded_bytes().starts_with(b".");
        if self.hidden == Hidden::Skip && is_hidden && !is_listed(entry) {
            self.left_out.hidden += 1;
            return Judgement::Leave;
        }
        if self.exclude.is_match(below) || self.exclude.is_match(Path::new(name)) {
            self.left_out.filtered += 1;
            return Judgement::Leave;
        }
        if entry.file_type().is_dir() {
            return Judgement::Descend;
        }
        if entry.path_is_symlink() && self.symlinks == Symlinks::Skip {
            self.left_out.symlinks += 1;
            return Judgement::Leave;
        }
        if !entry.file_type().is_file() {
            self.left_out.special += 1;
            return Judgement::Leave;
        }
        let wanted = self.include.is_empty()
            || self.include.is_match(below)
            || self.include.is_match(Path::new(name));
        if !wanted {
            self.left_out.filtered += 1;
            return Judgement::Leave;
        }
        Judgement::Take
    }
}

/// Tells whether a hidden file is one of those that file managers leave in every directory: they are found, so that
/// they can be listed for what they are.
fn is_listed(entry: &DirEntry) -> bool {
    entry.file_type().is_file()
        && is_of_file_manager(entry.file_name().as_encoded_bytes())
        && head_of(entry.path()).is_ok_and(|(head, _)| no_document(entry.path(), &head).is_some())
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
