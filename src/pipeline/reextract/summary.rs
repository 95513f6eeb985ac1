//! What a re-extraction did, as people and programs are told it.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::document::Verdict;
use crate::pipeline::archive::ArchiveSummary;

/// What a re-extraction did.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ReextractSummary {
    pub documents: u64,
    /// Stored ones.
    pub pages: u64,
    pub records: BTreeMap<Verdict, u64>,
    /// Documents whose stored words cannot be used any more, or of which a record was refused; they keep their records.
    pub failed: u64,
    /// Pages of which an earlier run that was interrupted had made the records; they are among the others.
    pub resumed: u64,
    pub seconds: f64,
    /// The part of the seconds that making and exchanging the tables took, after the last record.
    pub indexing_seconds: f64,
    /// What the archive has taught itself, and the part of the seconds that it took.
    pub archive: ArchiveSummary,
    pub learning_seconds: f64,
    /// Milliseconds that a page's words take to become judged records on one core: the median over
    /// documents; 0 without any.
    pub extraction_ms_a_page: f64,
    pub interrupted: bool,
}

impl fmt::Display for ReextractSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let records: Vec<String> =
            self.records.iter().map(|(verdict, count)| format!("{count} {verdict}")).collect();
        write!(
            f,
            "documents: {} in {:.1} s ({:.2} ms of extraction a page), {} failed\nrecords:   {}",
            self.documents,
            self.seconds,
            self.extraction_ms_a_page,
            self.failed,
            if records.is_empty() { "none".to_owned() } else { records.join(", ") }
        )?;
        if self.resumed > 0 {
            write!(f, "\nresumed:   {} pages were made by an interrupted run", self.resumed)?;
        }
        if self.archive.records > 0 {
            write!(f, "\narchive:   {}, in {:.1} s", self.archive, self.learning_seconds)?;
        }
        if self.interrupted {
            write!(f, "\ninterrupted: say the same command again to end it")?;
        }
        Ok(())
    }
}
