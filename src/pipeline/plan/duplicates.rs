//! How many files hold what another one holds already, without reading all of them: files that are alike have one
//! size, so only those whose sizes are the same are read, and of many files only those of some sizes.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::estimate::Estimate;
use super::strata::{StratumKey, rank_of};
use crate::evaluate::{at_least, at_most};
use crate::intake::hash_file;

/// Files that are kept at most: a sample of so many sizes that they have.
const MOST_FILES: usize = 4096;

/// The files of sizes that were drawn by lot.
#[derive(Debug, Default)]
pub(super) struct SizeSample {
    /// By the rank of their size.
    sizes: BTreeMap<u64, FilesOfSize>,
    files: usize,
    /// Sizes of this rank and above are left out.
    limit: Option<u64>,
}

#[derive(Debug)]
struct FilesOfSize {
    size: u64,
    files: Vec<(StratumKey, PathBuf)>,
}

/// Duplicates among the files of some sizes.
#[derive(Debug, Default)]
pub(super) struct Duplicates {
    /// Files of these sizes.
    pub files: u64,
    /// Those of them that hold what another one holds.
    pub copies: u64,
    /// Whether they are of all sizes, so that nothing is left open.
    pub is_all: bool,
    /// Duplicates and their bytes, by stratum.
    pub by_stratum: BTreeMap<StratumKey, (u64, u64)>,
}

impl SizeSample {
    /// Adds a file, if its size is drawn.
    pub(super) fn add(&mut self, key: StratumKey, size: u64, path: &Path) {
        let rank = rank_of(&size.to_le_bytes());
        if self.limit.is_some_and(|limit| rank >= limit) {
            return;
        }
        let of_size =
            self.sizes.entry(rank).or_insert_with(|| FilesOfSize { size, files: Vec::new() });
        of_size.files.push((key, path.to_owned()));
        self.files += 1;
        while self.files > MOST_FILES
            && let Some((rank, dropped)) = self.sizes.pop_last()
        {
            self.files -= dropped.files.len();
            self.limit = Some(rank);
        }
    }

    /// Reads the files that may be duplicates. One that cannot be read is none.
    pub(super) fn count(self) -> Duplicates {
        let mut counted = Duplicates {
            files: self.files as u64,
            is_all: self.limit.is_none(),
            ..Duplicates::default()
        };
        let alike: Vec<&FilesOfSize> =
            self.sizes.values().filter(|of_size| of_size.files.len() > 1).collect();
        let found: Vec<(StratumKey, u64)> =
            alike.into_par_iter().flat_map_iter(FilesOfSize::duplicates).collect();
        for (key, size) in found {
            counted.copies += 1;
            let (files, bytes) = counted.by_stratum.entry(key).or_default();
            *files += 1;
            *bytes += size;
        }
        counted
    }
}

impl Duplicates {
    /// Returns how many duplicates there are among so many files.
    pub(super) fn of(&self, files: u64) -> Estimate {
        let all = files as f64;
        Estimate {
            total: all * self.copies as f64 / self.files.max(1) as f64,
            low: all * at_least(self.copies, self.files),
            high: all * at_most(self.copies, self.files),
        }
    }
}

impl FilesOfSize {
    /// Returns the stratum and size of each file whose content another one before it has.
    fn duplicates(&self) -> Vec<(StratumKey, u64)> {
        let mut seen = HashSet::new();
        let mut duplicates = Vec::new();
        for (key, path) in &self.files {
            let Ok(content) = hash_file(path) else { continue };
            if !seen.insert(content.hash) {
                duplicates.push((*key, self.size));
            }
        }
        duplicates
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Format;

    #[test]
    fn files_are_duplicates_by_their_content() {
        let directory = tempfile::tempdir().unwrap();
        let mut sample = SizeSample::default();
        for (name, content) in [("a", "one"), ("b", "two"), ("c", "one"), ("d", "three")] {
            let path = directory.path().join(name);
            std::fs::write(&path, content).unwrap();
            let size = content.len() as u64;
            sample.add(StratumKey::of(Some(Format::Png), size), size, &path);
        }
        let counted = sample.count();
        assert_eq!((counted.files, counted.copies, counted.is_all), (4, 1, true));
        let of_three = StratumKey::of(Some(Format::Png), 3);
        assert_eq!(counted.by_stratum.into_iter().collect::<Vec<_>>(), [(of_three, (1, 3))]);
    }

    #[test]
    fn of_many_files_those_of_some_sizes_are_kept() {
        let mut sample = SizeSample::default();
        let key = StratumKey::of(Some(Format::Png), 1);
        for size in 0..20_000 {
            sample.add(key, size, Path::new("a"));
            sample.add(key, size, Path::new("b"));
        }
        assert!(sample.files <= MOST_FILES && sample.files > MOST_FILES / 2, "{}", sample.files);
        assert!(sample.sizes.values().all(|of_size| of_size.files.len() == 2));
        assert!(sample.limit.is_some());
    }
}
