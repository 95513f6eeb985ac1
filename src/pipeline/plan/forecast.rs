//! What reading an archive will take and give, and how people read it.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::estimate::{self, Amounts, Estimate, LEVEL, SampledStratum};
use super::read::Sample;
use super::survey::FilesFound;
use crate::document::Verdict;
use crate::store::Footprint;

/// How far two measurements of the same pages are from each other on one machine.
const ERROR_OF_TIME: f64 = 0.1;
/// How far the arithmetic of rows is from what a database takes.
const ERROR_OF_SPACE: f64 = 0.15;

/// Pages of the archive, by what becomes of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct PlannedPages {
    pub all: Estimate,
    pub stored: Estimate,
    pub blank: Estimate,
    pub failed: Estimate,
    pub quarantined: Estimate,
}

/// Bytes that the database will grow by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct PlannedBytes {
    pub all: Estimate,
    pub words: Estimate,
    pub records: Estimate,
    /// Files, documents, pages and attempts.
    pub ledger: Estimate,
    pub indexes: Estimate,
}

/// Records of a model.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct PlannedRecords {
    pub all: Estimate,
    pub accepted: Estimate,
    pub review: Estimate,
    pub rejected: Estimate,
}

/// Records that people look at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct PlannedReview {
    pub records: Estimate,
    /// What one takes, as it was given.
    pub seconds_a_record: f64,
    pub hours: Estimate,
}

/// What was read to tell all this.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct PlanSample {
    pub documents: u64,
    pub pages: u64,
    /// Failed and quarantined pages of the sample by reason.
    pub failures: BTreeMap<String, u64>,
    pub seconds: f64,
}

/// What `ingest` of an archive into an empty database will take and give. Every number that is not counted has bounds.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Plan {
    pub files: FilesFound,
    /// Files that hold what another one holds already: they are not read again.
    pub duplicates: Estimate,
    /// The share of archives in which a true number lies between its bounds.
    pub level: f64,
    pub sample: PlanSample,
    pub pages: PlannedPages,
    /// Readers that work at a time.
    pub jobs: usize,
    /// From the first file to the last page, on this machine.
    pub seconds: Estimate,
    /// Time of all readers together.
    pub reader_seconds: Estimate,
    pub bytes: PlannedBytes,
    pub records: BTreeMap<String, PlannedRecords>,
    pub review: PlannedReview,
    pub interrupted: bool,
}

/// What is known of an archive besides its sample.
pub(super) struct Known {
    pub files: FilesFound,
    pub duplicates: Estimate,
    pub jobs: usize,
    /// What the walk took.
    pub walk_seconds: f64,
    /// Mean length of a path.
    pub path_bytes: usize,
    pub seconds_a_record: f64,
}

/// Predicts the whole from a sample.
pub(super) fn forecast(known: Known, strata: &[SampledStratum], sample: &Sample) -> Plan {
    let pages = pages(strata);
    let reader_seconds = estimate::total(strata, &|amounts| amounts.seconds).wider(ERROR_OF_TIME);
    let hashing = known.files.bytes as f64 * sample.seconds_a_byte;
    // Files are found and hashed while readers work.
    let at_least = known.walk_seconds + hashing;
    let wall = |seconds: f64| sample.start_seconds + (seconds / known.jobs as f64).max(at_least);
    let seconds = Estimate {
        total: wall(reader_seconds.total),
        low: wall(reader_seconds.low),
        high: wall(reader_seconds.high),
    };
    let records = records(strata);
    let doubtful = |amounts: &Amounts| of_verdict(amounts, |_, verdict| verdict == Verdict::Review);
    let review = estimate::count(strata, &doubtful, &|amounts| of_verdict(amounts, |_, _| true));
    let failures = sample.failures.iter().map(|(reason, count)| (reason.to_string(), *count));
    Plan {
        level: LEVEL,
        sample: PlanSample {
            documents: sample.documents.len() as u64,
            pages: sample.pages,
            failures: failures.collect(),
            seconds: sample.seconds,
        },
        pages,
        jobs: known.jobs,
        seconds,
        reader_seconds,
        bytes: bytes(strata, &known),
        records,
        review: PlannedReview {
            records: review,
            seconds_a_record: known.seconds_a_record,
            hours: review.times(known.seconds_a_record / 3600.0),
        },
        duplicates: known.duplicates,
        files: known.files,
        interrupted: false,
    }
}

fn pages(strata: &[SampledStratum]) -> PlannedPages {
    let count = |of: estimate::Of| estimate::count(strata, of, &Amounts::pages);
    PlannedPages {
        all: estimate::total(strata, &Amounts::pages),
        stored: count(&|amounts| amounts.stored),
        blank: count(&|amounts| amounts.blank),
        failed: count(&|amounts| amounts.failed),
        quarantined: count(&|amounts| amounts.quarantined),
    }
}

fn bytes(strata: &[SampledStratum], known: &Known) -> PlannedBytes {
    // Files that stand for no document have a row as well.
    let others = known.files.skipped + known.files.unreadable;
    let others = Footprint::of_file(known.path_bytes) * (others as f64 + known.duplicates.total);
    let of = |part: &dyn Fn(&Footprint) -> f64| {
        let more = part(&others);
        let sum = estimate::total(strata, &|amounts| part(&amounts.footprint));
        let sum = Estimate { total: sum.total + more, low: sum.low + more, high: sum.high + more };
        sum.wider(ERROR_OF_SPACE)
    };
    PlannedBytes {
        all: of(&Footprint::total),
        words: of(&|footprint| footprint.words),
        records: of(&|footprint| footprint.records),
        ledger: of(&|footprint| footprint.ledger),
        indexes: of(&|footprint| footprint.indexes),
    }
}

fn records(strata: &[SampledStratum]) -> BTreeMap<String, PlannedRecords> {
    let documents = strata.iter().flat_map(|stratum| &stratum.sample);
    let pages = documents.flat_map(|document| document.first.iter().chain(&document.others));
    let mut models: Vec<&String> =
        pages.flat_map(|page| page.records.keys().map(|(model, _)| model)).collect();
    models.sort_unstable();
    models.dedup();
    let of_model = |model: &String| {
        let all = |amounts: &Amounts| of_verdict(amounts, |name, _| name == model);
        let count = |wanted: Verdict| {
            let of = |amounts: &Amounts| {
                of_verdict(amounts, |name, verdict| name == model && verdict == wanted)
            };
            estimate::count(strata, &of, &all)
        };
        PlannedRecords {
            all: estimate::total(strata, &all),
            accepted: count(Verdict::Accepted),
            review: count(Verdict::Review),
            rejected: count(Verdict::Rejected),
        }
    };
    models.into_iter().map(|model| (model.clone(), of_model(model))).collect()
}

fn of_verdict(amounts: &Amounts, is_wanted: impl Fn(&str, Verdict) -> bool) -> f64 {
    let wanted = amounts.records.iter().filter(|((name, verdict), _)| is_wanted(name, *verdict));
    wanted.map(|(_, count)| count).sum()
}

impl Plan {
    /// Writes what was found and read.
    fn fmt_sample(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let FilesFound { found, documents, skipped, unreadable, bytes, .. } = &self.files;
        writeln!(
            f,
            "files:    {found} found = {documents} of documents + {skipped} skipped + {unreadable} unreadable; {} of documents",
            in_bytes(*bytes as f64)
        )?;
        for (format, counts) in &self.files.formats {
            writeln!(f, "{:>18} {format}, {}", counts.files, in_bytes(counts.bytes as f64))?;
        }
        writeln!(f, "          {} of them are duplicates", Counted(self.duplicates))?;
        let PlanSample { documents, pages, failures, seconds } = &self.sample;
        writeln!(
            f,
            "sample:   {pages} pages of {documents} documents, read in {} by {} readers",
            in_time(*seconds),
            self.jobs
        )?;
        for (reason, count) in failures {
            writeln!(f, "{count:>18} failed: {reason}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fmt_sample(f)?;
        writeln!(
            f,
            "What `ingest` will take and give, with bounds that hold in {:.0} of 100 cases:",
            self.level * 100.0
        )?;
        let PlannedPages { all, stored, blank, failed, quarantined } = self.pages;
        writeln!(
            f,
            "pages:    {} = {} stored + {} blank + {} failed + {} quarantined",
            Counted(all),
            Counted(stored),
            Counted(blank),
            Counted(failed),
            Counted(quarantined)
        )?;
        writeln!(f, "time:     {} with {} readers", Shown(self.seconds, in_time), self.jobs)?;
        let PlannedBytes { all, words, records, ledger, indexes } = self.bytes;
        writeln!(
            f,
            "database: {} = {} of words + {} of records + {} of the ledger + {} of indexes",
            Shown(all, in_bytes),
            in_bytes(words.total),
            in_bytes(records.total),
            in_bytes(ledger.total),
            in_bytes(indexes.total)
        )?;
        for (model, records) in &self.records {
            let PlannedRecords { all, accepted, review, rejected } = *records;
            writeln!(
                f,
                "records:  {model}: {} = {} accepted + {} for review + {} rejected",
                Counted(all),
                Counted(accepted),
                Counted(review),
                Counted(rejected)
            )?;
        }
        write!(
            f,
            "review:   {} records, {} at {} s each",
            Counted(self.review.records),
            Shown(self.review.hours.times(3600.0), in_time),
            self.review.seconds_a_record
        )?;
        if self.interrupted {
            write!(f, "\ninterrupted: of what was read until then")?;
        }
        Ok(())
    }
}

/// A count with its bounds, if they differ.
struct Counted(Estimate);

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Shown(self.0, |count| format!("{count:.0}")))
    }
}

/// A number with its bounds, if they are shown differently.
struct Shown(Estimate, fn(f64) -> String);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(Estimate { total, low, high }, show) = self;
        let (total, low, high) = (show(*total), show(*low), show(*high));
        if low == high {
            return f.write_str(&total);
        }
        write!(f, "{total} ({low} to {high})")
    }
}

fn in_bytes(bytes: f64) -> String {
    const STEP: f64 = 1024.0;
    let (mut amount, mut unit) = (bytes / STEP, "KiB");
    for larger in ["MiB", "GiB", "TiB"] {
        if amount < STEP {
            break;
        }
        (amount, unit) = (amount / STEP, larger);
    }
    if amount < 10.0 { format!("{amount:.1} {unit}") } else { format!("{amount:.0} {unit}") }
}

fn in_time(seconds: f64) -> String {
    match seconds {
        s if s < 100.0 => format!("{s:.1} s"),
        s if s < 6000.0 => format!("{:.0} min", s / 60.0),
        s if s < 360_000.0 => format!("{:.1} h", s / 3600.0),
        s => format!("{:.1} days", s / 86_400.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_as_people_say_them() {
        assert_eq!(in_bytes(512.0), "0.5 KiB");
        assert_eq!(in_bytes(3.5 * 1024.0 * 1024.0), "3.5 MiB");
        assert_eq!(in_time(59.96), "60.0 s");
        assert_eq!(in_time(600.0), "10 min");
        assert_eq!(in_time(86_400.0 * 12.0), "12.0 days");
        let estimate = Estimate { total: 12.4, low: 8.0, high: 17.2 };
        assert_eq!(Counted(estimate).to_string(), "12 (8 to 17)");
        assert_eq!(Counted(Estimate::exactly(3.0)).to_string(), "3");
    }
}
