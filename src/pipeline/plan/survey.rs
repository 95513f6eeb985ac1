//! Looks at all files of a walk, at their first bytes only, and draws the lots.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use rayon::prelude::*;
use serde::Serialize;

use super::duplicates::SizeSample;
use super::strata::{Strata, StratumKey, rank_of};
use crate::intake::{FileKind, Found, FoundFile, LeftOut, Walk, kind_of};
use crate::pipeline::Stop;

/// Files that are looked at at once.
const FILES_PER_BATCH: usize = 1024;

/// Files of one format.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct FormatCounts {
    pub files: u64,
    pub bytes: u64,
}

/// What a walk found; `found` is the sum of the next three.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct FilesFound {
    pub found: u64,
    /// Files that hold documents, or should.
    pub documents: u64,
    /// Files that are no documents.
    pub skipped: u64,
    pub unreadable: u64,
    /// Bytes of the files that hold documents.
    pub bytes: u64,
    /// These by what they are; `unknown` for files that should be documents but are of no format that is read.
    pub formats: BTreeMap<&'static str, FormatCounts>,
    /// The skipped ones by what they are.
    pub skipped_kinds: BTreeMap<&'static str, u64>,
    /// Left on purpose; not found.
    pub left_out: LeftOut,
}

/// A walk that has come to its end.
pub(super) struct Survey {
    pub files: FilesFound,
    pub strata: Strata,
    pub sizes: SizeSample,
    /// Length of all paths.
    pub path_bytes: u64,
    pub seconds: f64,
}

/// Walks to the end, or until `stop` is set. Each stratum keeps `most` candidates.
pub(super) fn survey(mut walk: Walk, most: usize, stop: &Stop) -> Survey {
    let started = Instant::now();
    let roots = walk.roots().to_vec();
    let mut survey = Survey {
        files: FilesFound::default(),
        strata: Strata::new(most),
        sizes: SizeSample::default(),
        path_bytes: 0,
        seconds: 0.0,
    };
    while !stop.is_set() {
        let batch: Vec<Found> = walk.by_ref().take(FILES_PER_BATCH).collect();
        if batch.is_empty() {
            break;
        }
        let kinds: Vec<Option<(FoundFile, FileKind)>> =
            batch.into_par_iter().map(look_at).collect();
        for kind in kinds {
            survey.add(kind, &roots);
        }
    }
    survey.files.left_out = walk.left_out();
    survey.seconds = started.elapsed().as_secs_f64();
    survey
}

fn look_at(found: Found) -> Option<(FoundFile, FileKind)> {
    let Found::File(file) = found else { return None };
    let kind = kind_of(&file.path).ok()?;
    Some((file, kind))
}

/// Returns the rank of a file by its path below the directory that was given.
fn place_of(path: &Path, roots: &[PathBuf]) -> u64 {
    let below =
        |(at, root): (usize, &PathBuf)| path.strip_prefix(root).ok().map(|below| (at, below));
    let (at, below) = roots.iter().enumerate().find_map(below).unwrap_or((0, path));
    let mut place = at.to_le_bytes().to_vec();
    place.extend_from_slice(below.as_os_str().as_encoded_bytes());
    rank_of(&place)
}

impl Survey {
    /// Counts a file; `None` stands for one that cannot be read.
    fn add(&mut self, kind: Option<(FoundFile, FileKind)>, roots: &[PathBuf]) {
        let files = &mut self.files;
        files.found += 1;
        let Some((file, kind)) = kind else {
            files.unreadable += 1;
            return;
        };
        self.path_bytes += file.path.as_os_str().len() as u64;
        match kind {
            FileKind::Other(kind) => {
                files.skipped += 1;
                *files.skipped_kinds.entry(kind).or_default() += 1;
            }
            FileKind::Document(format) => {
                let key = StratumKey::of(format, file.size);
                files.documents += 1;
                files.bytes += file.size;
                let of_format = files.formats.entry(key.format).or_default();
                of_format.files += 1;
                of_format.bytes += file.size;
                let rank = place_of(&file.path, roots);
                self.strata.add(key, file.size, (rank, &file.path));
                self.sizes.add(key, file.size, &file.path);
            }
        }
    }
}
