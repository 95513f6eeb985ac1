//! What the archive has taught itself, in numbers.

use std::fmt;

use serde::Serialize;

/// What the archive has taught itself, in values of records that were looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ArchiveSummary {
    /// Records that were looked at.
    pub records: u64,
    /// Misreadings of values that recur.
    pub mended: u64,
    /// Values that a person has corrected.
    pub corrected: u64,
    /// Values that are almost one that recurs.
    pub nearly: u64,
    /// Figures that are far from what is usual.
    pub unusual: u64,
    /// Dates of which other documents say whether the day or the month comes first.
    pub settled: u64,
    /// Records that say something else than before.
    pub changed: u64,
}

impl fmt::Display for ArchiveSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} values mended by what recurs, {} corrected, {} nearly known, {} unusual",
            self.mended, self.corrected, self.nearly, self.unusual
        )?;
        if self.settled > 0 {
            write!(f, ", {} days told from months", self.settled)?;
        }
        write!(f, "; {} of {} records changed", self.changed, self.records)
    }
}

impl ArchiveSummary {
    pub(super) fn add(&mut self, other: &Self) {
        let Self { records, mended, corrected, nearly, unusual, settled, changed } = other;
        self.records += records;
        self.mended += mended;
        self.corrected += corrected;
        self.nearly += nearly;
        self.unusual += unusual;
        self.settled += settled;
        self.changed += changed;
    }

    /// Takes back what was counted of records that are counted again.
    pub(super) fn take_back(&mut self, other: &Self) {
        let Self { records, mended, corrected, nearly, unusual, settled, changed } = other;
        let less = |sum: &mut u64, part: &u64| *sum = sum.saturating_sub(*part);
        less(&mut self.records, records);
        less(&mut self.mended, mended);
        less(&mut self.corrected, corrected);
        less(&mut self.nearly, nearly);
        less(&mut self.unusual, unusual);
        less(&mut self.settled, settled);
        less(&mut self.changed, changed);
    }
}
