//! What a run did, in numbers that add up.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::Serialize;

use super::archive::ArchiveSummary;
use super::feed::FileCounts;
use crate::store::{CommitSummary, PageChange, PageState};

/// How the attempts of a run ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct PageCounts {
    /// All attempts that were committed: the sum of the next four.
    pub read: u64,
    pub stored: u64,
    pub blank: u64,
    pub failed: u64,
    pub quarantined: u64,
    /// Stored pages without a word.
    pub without_words: u64,
    /// Stored pages with areas that look like text and were not read.
    pub unread: u64,
}

/// What became of pages that had an earlier attempt.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Had failed, now stored or blank.
    pub rescued: u64,
    /// Stored before, now read better.
    pub better: u64,
    /// The same as before.
    pub same: u64,
    /// The new attempt was worse; the earlier result was kept.
    pub kept: u64,
}

/// The summary of a run.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Summary {
    /// `None` for a run over pages of the ledger.
    pub files: Option<FileCounts>,
    pub pages: PageCounts,
    /// Failed and quarantined attempts by reason.
    pub failures: BTreeMap<String, u64>,
    pub change: Change,
    /// Records written by verdict.
    pub records: BTreeMap<String, u64>,
    /// Rows that the database refused.
    pub rejects: u64,
    /// What the archive has taught itself at the end of the run.
    pub archive: ArchiveSummary,
    pub seconds: f64,
    pub interrupted: bool,
}

impl Summary {
    pub(super) fn add(&mut self, commit: &CommitSummary) {
        for page in &commit.pages {
            self.add_page(page);
        }
        for (verdict, count) in &commit.records {
            *self.records.entry(verdict.to_string()).or_default() += count;
        }
        self.rejects += commit.rejects;
    }

    fn add_page(&mut self, page: &PageChange) {
        self.pages.read += 1;
        match page.attempt {
            PageState::Stored => self.pages.stored += 1,
            PageState::Blank => self.pages.blank += 1,
            PageState::Quarantined => self.pages.quarantined += 1,
            // A committed attempt is never pending.
            PageState::Failed | PageState::Pending => self.pages.failed += 1,
        }
        self.pages.without_words += u64::from(page.without_words);
        self.pages.unread += u64::from(page.unread);
        if let Some(reason) = page.reason {
            *self.failures.entry(reason.to_string()).or_default() += 1;
        }
        let readable = |state| matches!(state, PageState::Stored | PageState::Blank);
        match (readable(page.before), readable(page.attempt)) {
            (_, _) if page.before == PageState::Pending => {}
            (false, true) => self.change.rescued += 1,
            (true, _) if page.after != page.attempt => self.change.kept += 1,
            (true, _) if page.worth > page.worth_before => self.change.better += 1,
            (true, _) if page.worth < page.worth_before => self.change.kept += 1,
            (true | false, _) => self.change.same += 1,
        }
    }

    pub(super) fn finish(&mut self, elapsed: Duration, interrupted: bool) {
        self.seconds = elapsed.as_secs_f64();
        self.interrupted = interrupted;
    }

    /// Returns whether every page that was read was stored or blank, and every file readable.
    pub fn all_well(&self) -> bool {
        let unreadable = self.files.as_ref().map_or(0, |files| files.unreadable);
        self.pages.failed + self.pages.quarantined + self.rejects + unreadable == 0
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(files) = &self.files {
            write_files(f, files)?;
        }
        self.write_pages(f)?;
        if !self.records.is_empty() {
            write!(f, "\nrecords: {}", list(&self.records))?;
        }
        if self.archive.records > 0 {
            write!(f, "\narchive: {}", self.archive)?;
        }
        if self.rejects > 0 {
            write!(f, "\nrejects: {} rows that the database refused", self.rejects)?;
        }
        if self.interrupted {
            write!(f, "\ninterrupted: the same command goes on where this one stopped")?;
        }
        Ok(())
    }
}

impl Summary {
    fn write_pages(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let PageCounts { read, stored, blank, failed, quarantined, without_words, unread } =
            self.pages;
        if read == 0 {
            write!(f, "pages:   nothing to do")?;
        } else {
            let rate = read as f64 / self.seconds.max(0.001);
            write!(
                f,
                "pages:   {read} read = {stored} stored + {blank} blank + {failed} failed + {quarantined} quarantined, in {:.1} s ({rate:.2} pages/s)",
                self.seconds
            )?;
        }
        if without_words > 0 {
            write!(f, "\nwords:   {}", counted(without_words, "without a word"))?;
        }
        if unread > 0 {
            write!(f, "\nunread:  {}", counted(unread, "with unread areas"))?;
        }
        if !self.failures.is_empty() {
            write!(f, "\nreasons: {}", list(&self.failures))?;
        }
        if self.change != Change::default() {
            let Change { rescued, better, same, kept } = self.change;
            write!(
                f,
                "\nagain:   {rescued} rescued, {better} better, {same} as before, {kept} worse (the earlier result was kept)"
            )?;
        }
        Ok(())
    }
}

fn write_files(f: &mut fmt::Formatter<'_>, files: &FileCounts) -> fmt::Result {
    let FileCounts { found, new, known, moved, duplicates, unreadable, skipped, .. } = files;
    writeln!(
        f,
        "files:   {found} found = {new} new + {known} known + {moved} moved + {duplicates} duplicates + {unreadable} unreadable + {skipped} skipped"
    )?;
    if files.skipped > 0 {
        writeln!(f, "skipped: no documents: {}", list(&files.skipped_kinds))?;
    }
    if files.gone > 0 {
        writeln!(f, "gone:    {} files are not where they were", files.gone)?;
    }
    let left_out = files.left_out;
    if left_out.total() > 0 {
        writeln!(
            f,
            "left:    {} hidden, {} symbolic links, {} by --include and --exclude, {} sockets and devices",
            left_out.hidden, left_out.symlinks, left_out.filtered, left_out.special
        )?;
    }
    Ok(())
}

/// Returns how many pages there are of a kind: `1 page without a word`.
fn counted(pages: u64, kind: &str) -> String {
    format!("{pages} {} {kind}", if pages == 1 { "page" } else { "pages" })
}

fn list(counts: &BTreeMap<impl fmt::Display, u64>) -> String {
    counts.iter().map(|(word, count)| format!("{count} {word}")).collect::<Vec<_>>().join(", ")
}
