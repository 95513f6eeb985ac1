//! Whether an attempt replaces what a page has: the one place where this is decided.

use crate::store::pages::PageState;

use super::replace::Replace;

/// How well a page was read.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Quality {
    /// Mean confidence of its words, 0–100.
    pub(super) confidence: Option<f32>,
    /// Share of the ink of the size of text that was not read, 0–1; `None` if it was not measured.
    pub(super) unread: Option<f32>,
}

impl Quality {
    /// Returns what two readings of a page are worth, each 0–100: their confidence, and of a page of which one
    /// left more unread than the other, for its share of the page only.
    pub(super) fn compare(&self, other: &Self) -> (f32, f32) {
        let read = |quality: &Self, unread: f32| quality.confidence.unwrap_or(0.0) * (1.0 - unread);
        match (self.unread, other.unread) {
            (Some(own), Some(others)) => (read(self, own), read(other, others)),
            (None, _) | (_, None) => (read(self, 0.0), read(other, 0.0)),
        }
    }
}

/// What the ledger has of a page before an attempt is noted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Before {
    pub(super) state: PageState,
    pub(super) quality: Quality,
    pub(super) attempts: i32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    /// The attempt becomes the page.
    Take,
    /// The page stays as it is; the attempt is only noted.
    Keep,
}

/// Decides. A failed attempt never takes away what was read; a stored one replaces a stored one if it is
/// not worth less, or if it is forced.
pub(super) fn decide(
    before: &Before,
    attempt: PageState,
    quality: &Quality,
    replace: Replace,
) -> Decision {
    let take = match (before.state, attempt) {
        (PageState::Pending | PageState::Failed | PageState::Quarantined, _)
        | (PageState::Blank, PageState::Stored | PageState::Blank) => true,
        (
            PageState::Stored | PageState::Blank,
            PageState::Failed | PageState::Quarantined | PageState::Pending,
        ) => false,
        (PageState::Stored, PageState::Blank) => replace == Replace::Always,
        (PageState::Stored, PageState::Stored) => {
            let (now, earlier) = quality.compare(&before.quality);
            replace == Replace::Always || now >= earlier
        }
    };
    if take { Decision::Take } else { Decision::Keep }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_at(confidence: f32, unread: Option<f32>) -> Quality {
        Quality { confidence: Some(confidence), unread }
    }

    fn check(before: PageState, attempt: PageState, replace: Replace, expected: Decision) {
        let before = Before { state: before, quality: read_at(70.0, None), attempts: 1 };
        assert_eq!(
            decide(&before, attempt, &read_at(60.0, None), replace),
            expected,
            "{before:?} {attempt:?} {replace:?}"
        );
    }

    #[test]
    fn a_failed_attempt_never_takes_away_what_was_read() {
        for attempt in [PageState::Failed, PageState::Quarantined] {
            for replace in [Replace::IfNotWorse, Replace::Always] {
                check(PageState::Stored, attempt, replace, Decision::Keep);
                check(PageState::Blank, attempt, replace, Decision::Keep);
                check(PageState::Failed, attempt, replace, Decision::Take);
            }
        }
    }

    #[test]
    fn a_worse_reading_replaces_a_better_one_only_by_force() {
        check(PageState::Stored, PageState::Stored, Replace::IfNotWorse, Decision::Keep);
        check(PageState::Stored, PageState::Stored, Replace::Always, Decision::Take);
        check(PageState::Stored, PageState::Blank, Replace::IfNotWorse, Decision::Keep);
        check(PageState::Stored, PageState::Blank, Replace::Always, Decision::Take);
    }

    #[test]
    fn an_equal_or_better_reading_replaces() {
        let decided = |before: Quality, now: Quality| {
            let before = Before { state: PageState::Stored, quality: before, attempts: 1 };
            decide(&before, PageState::Stored, &now, Replace::IfNotWorse)
        };
        assert_eq!(decided(read_at(70.0, None), read_at(70.0, None)), Decision::Take);
        assert_eq!(decided(read_at(70.0, None), Quality::default()), Decision::Keep);
    }

    #[test]
    fn a_reading_that_leaves_less_of_the_page_is_worth_more() {
        let decided = |before: Quality, now: Quality| {
            let before = Before { state: PageState::Stored, quality: before, attempts: 1 };
            decide(&before, PageState::Stored, &now, Replace::IfNotWorse)
        };
        assert_eq!(decided(read_at(95.0, Some(0.3)), read_at(90.0, Some(0.0))), Decision::Take);
        assert_eq!(decided(read_at(90.0, Some(0.0)), read_at(95.0, Some(0.3))), Decision::Keep);
        // Of a page that was read before it was measured nobody knows what was left.
        assert_eq!(decided(read_at(90.0, None), read_at(91.0, Some(0.3))), Decision::Take);
    }

    #[test]
    fn anything_replaces_a_page_that_was_not_read() {
        for before in [PageState::Pending, PageState::Failed, PageState::Quarantined] {
            for attempt in
                [PageState::Stored, PageState::Blank, PageState::Failed, PageState::Quarantined]
            {
                check(before, attempt, Replace::IfNotWorse, Decision::Take);
            }
        }
    }
}
