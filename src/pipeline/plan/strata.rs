//! The files of a walk in strata: by format and size, with those of each that may be looked at. Memory grows with the
//! number of strata, not of files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::document::Format;

/// Documents of one format and about one size, which cost and give about the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct StratumKey {
    /// `unknown` for files of no known format.
    pub format: &'static str,
    /// Binary logarithm of the size: sizes in a class differ by a factor of two at most.
    pub size_class: u32,
}

impl StratumKey {
    /// Returns the stratum of a file of this format and so many bytes.
    pub(super) fn of(format: Option<Format>, size: u64) -> Self {
        let format = format.map_or("unknown", Format::as_str);
        Self { format, size_class: size.max(1).ilog2() }
    }
}

/// A stratum: all its files counted, and a simple random sample of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Stratum {
    pub files: u64,
    pub bytes: u64,
    /// Files by rank: those with the smallest of all, which is a simple random sample without replacement.
    candidates: BTreeMap<u64, PathBuf>,
}

impl Stratum {
    /// Returns the files that may be looked at, in the order of their ranks.
    pub(super) fn candidates(&self) -> impl Iterator<Item = &PathBuf> {
        self.candidates.values()
    }

    /// How many documents of it are worth looking at, compared with those of other strata: Neyman's allocation
    /// (J. R. Stat. Soc. 97, 1934), where what documents cost and give varies as the root of their size.
    pub(super) fn weight(&self) -> f64 {
        (self.files as f64 * self.bytes as f64).sqrt()
    }

    fn add(&mut self, rank: u64, path: PathBuf, most: usize) {
        self.candidates.insert(rank, path);
        while self.candidates.len() > most {
            self.candidates.pop_last();
        }
    }

    fn merge(&mut self, other: Self, most: usize) {
        self.files += other.files;
        self.bytes += other.bytes;
        for (rank, path) in other.candidates {
            self.add(rank, path, most);
        }
    }
}

/// The documents of a walk, by stratum.
#[derive(Debug)]
pub(super) struct Strata {
    strata: BTreeMap<StratumKey, Stratum>,
    /// Candidates that each stratum keeps.
    most: usize,
}

impl Strata {
    pub(super) fn new(most: usize) -> Self {
        Self { strata: BTreeMap::new(), most }
    }

    /// Adds a document; ranks are to be of its place in the archive, so that a copy of the archive has the same sample.
    pub(super) fn add(&mut self, key: StratumKey, size: u64, (rank, path): (u64, &Path)) {
        let most = self.most;
        let stratum = self.strata.entry(key).or_default();
        stratum.files += 1;
        stratum.bytes += size;
        stratum.add(rank, path.to_owned(), most);
    }

    /// Takes duplicates off the count of a stratum.
    pub(super) fn drop_duplicates(&mut self, key: StratumKey, files: u64, bytes: u64) {
        if let Some(stratum) = self.strata.get_mut(&key) {
            stratum.files = stratum.files.saturating_sub(files);
            stratum.bytes = stratum.bytes.saturating_sub(bytes);
        }
    }

    /// Returns the strata, the small ones put together until there are no more than `most`: each is looked at, and a
    /// sample is spent on small ones before it tells anything of large ones. Neighbors in format and size go together.
    pub(super) fn merged(self, most: usize) -> Vec<Stratum> {
        let mut strata: Vec<(StratumKey, Stratum)> = self.strata.into_iter().collect();
        while strata.len() > most.max(1) {
            let weights: Vec<f64> = strata.iter().map(|(_, stratum)| stratum.weight()).collect();
            let Some(least) = (0..strata.len()).min_by(|a, b| weights[*a].total_cmp(&weights[*b]))
            else {
                break;
            };
            let neighbors = [least.checked_sub(1), (least + 1 < strata.len()).then_some(least + 1)];
            let of_other_format = |at: usize| strata[at].0.format != strata[least].0.format;
            let near = neighbors.into_iter().flatten().min_by(|a, b| {
                let far = of_other_format(*a).cmp(&of_other_format(*b));
                far.then_with(|| weights[*a].total_cmp(&weights[*b]))
            });
            let Some(near) = near else { break };
            let (_, small) = strata.remove(least);
            let near = if near > least { near - 1 } else { near };
            strata[near].1.merge(small, self.most);
        }
        strata.into_iter().map(|(_, stratum)| stratum).collect()
    }
}

/// Returns a number that has nothing to do with what it is of but is always the same.
pub(super) fn rank_of(bytes: &[u8]) -> u64 {
    let hash = blake3::hash(bytes);
    let (head, _) = hash.as_bytes().split_first_chunk().unwrap_or((&[0; 8], &[]));
    u64::from_le_bytes(*head)
}

/// Returns the order in which documents of strata are looked at, as positions of strata: two of each first, so that
/// each has a variance, then by weight, so that any beginning of it is spread over the strata as the whole is.
pub(super) fn order(strata: &[Stratum]) -> Vec<usize> {
    let available: Vec<usize> = strata.iter().map(|stratum| stratum.candidates.len()).collect();
    let mut taken = vec![0_usize; strata.len()];
    let mut order = Vec::new();
    loop {
        let open = (0..strata.len()).filter(|at| taken[*at] < available[*at]);
        let urgency = |at: usize| {
            let share = strata[at].weight() / (taken[at] as f64 + 0.5);
            (taken[at] < 2, share)
        };
        let next = open.max_by(|a, b| {
            let ((first_a, share_a), (first_b, share_b)) = (urgency(*a), urgency(*b));
            first_a.cmp(&first_b).then(share_a.total_cmp(&share_b)).then(b.cmp(a))
        });
        let Some(next) = next else { return order };
        taken[next] += 1;
        order.push(next);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(format: Format, size: u64) -> StratumKey {
        StratumKey::of(Some(format), size)
    }

    fn strata(files: &[(Format, u64, u32)], most: usize) -> Strata {
        let mut strata = Strata::new(most);
        for &(format, size, count) in files {
            for number in 0..count {
                let path = format!("{format}/{size}/{number}");
                let rank = rank_of(path.as_bytes());
                strata.add(key(format, size), size, (rank, Path::new(&path)));
            }
        }
        strata
    }

    #[test]
    fn files_of_a_format_and_a_size_are_together() {
        assert_eq!(key(Format::Tiff, 1024), key(Format::Tiff, 2047));
        assert_ne!(key(Format::Tiff, 1024), key(Format::Tiff, 2048));
        assert_ne!(key(Format::Tiff, 1024), key(Format::Png, 1024));
        assert_eq!(StratumKey::of(None, 0).size_class, 0);
    }

    #[test]
    fn the_sample_is_bounded_and_hangs_on_no_order() {
        let of = |numbers: &mut dyn Iterator<Item = u32>| {
            let mut strata = Strata::new(5);
            for number in numbers {
                let path = number.to_string();
                let rank = rank_of(path.as_bytes());
                strata.add(key(Format::Png, 10), 10, (rank, Path::new(&path)));
            }
            let merged = strata.merged(9);
            assert_eq!((merged.len(), merged[0].files, merged[0].bytes), (1, 1000, 10_000));
            merged[0].candidates().cloned().collect::<Vec<_>>()
        };
        let sample = of(&mut (0..1000));
        assert_eq!(sample.len(), 5);
        assert_eq!(sample, of(&mut (0..1000).rev()));
    }

    #[test]
    fn small_strata_go_to_their_neighbors() {
        let files = [
            (Format::Jpeg, 1000, 1),
            (Format::Jpeg, 5000, 90),
            (Format::Tiff, 1000, 3),
            (Format::Tiff, 5000, 80),
        ];
        let merged = strata(&files, 10).merged(2);
        assert_eq!(merged.iter().map(|stratum| stratum.files).collect::<Vec<_>>(), [91, 83]);
        assert_eq!(strata(&files, 10).merged(9).len(), 4);
    }

    #[test]
    fn each_stratum_is_looked_at_twice_before_the_large_ones_are_again() {
        let files = [(Format::Jpeg, 1000, 1), (Format::Pdf, 1000, 9), (Format::Tiff, 1000, 90)];
        let order = order(&strata(&files, 10).merged(9));
        assert_eq!(order.len(), 1 + 9 + 10);
        let mut first = order[..5].to_vec();
        first.sort_unstable();
        assert_eq!(first, [0, 1, 1, 2, 2]);
        assert_eq!(order[5..10], [2, 2, 2, 2, 2], "ten times as heavy");
    }
}
