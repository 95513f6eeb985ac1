//! Made-up pages for load tests: the words of maintenance logs as a recognizer would have read them, and what they
//! really say.
//!
//! Pure and deterministic: a page follows from the seed and its number alone, so that any part of an archive can be
//! made at any time, by any number of threads. `log` invents books, aircraft and entries · `paper` places them on a page ·
//! `misread` makes a recognizer's mistakes.

mod entry;
mod log;
mod misread;
mod paper;
mod seed;
#[cfg(test)]
mod tests;

use fastrand::Rng;

use crate::document::{DocumentHash, PageText};

pub use entry::{Entry, in_hours};
use seed::mixed;

/// Which archive is made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Archive {
    /// Archives of different seeds have no page in common.
    pub seed: u64,
    /// Log entries on a page, 1 to [`Archive::MOST_ROWS`].
    pub rows: u32,
    /// Share of characters that are misread, 0–1.
    pub misread: f64,
}

impl Archive {
    /// More entries than this do not fit on a page.
    pub const MOST_ROWS: u32 = 30;

    /// Makes a page, `number` from 0.
    pub fn page(&self, number: u64) -> SynthPage {
        let log = log::Page::of((self.seed, self.rows), number);
        let mut random = Rng::with_seed(mixed(self.seed, number, 2));
        SynthPage { text: paper::text(&log, self.misread, &mut random), entries: log.entries() }
    }

    /// Returns what stands for the hash of a page's file.
    pub fn hash(&self, number: u64) -> DocumentHash {
        let mut hasher = blake3::Hasher::new_derive_key("scanlift synth page");
        hasher.update(&self.seed.to_le_bytes());
        hasher.update(&self.rows.to_le_bytes());
        hasher.update(&self.misread.to_bits().to_le_bytes());
        hasher.update(&number.to_le_bytes());
        DocumentHash(*hasher.finalize().as_bytes())
    }
}

/// A page as it was read, and what it says.
#[derive(Debug, Clone, PartialEq)]
pub struct SynthPage {
    pub text: PageText,
    /// What model `maintenance_log` should find, from top to bottom.
    pub entries: Vec<Entry>,
}
