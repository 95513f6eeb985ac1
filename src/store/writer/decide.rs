//! Whether an attempt replaces what a page has: the one place where this is decided.

use crate::store::pages::PageState;

use super::Replace;

/// What the ledger has of a page before an attempt is noted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Before {
    pub(super) state: PageState,
    /// 0–100.
    pub(super) confidence: Option<f32>,
    pub(super) attempts: i32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    /// The attempt becomes the page.
    Take,
    /// The page stays as it is; the attempt is only noted.
    Keep,
}

/// Decides. A failed attempt never takes away what was read; a stored one replaces a stored one if its mean
/// confidence (0–100) is not lower, or if it is forced.
pub(super) fn decide(
    before: &Before,
    attempt: PageState,
    confidence: Option<f32>,
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
            replace == Replace::Always
                || confidence.unwrap_or(0.0) >= before.confidence.unwrap_or(0.0)
        }
    };
    if take { Decision::Take } else { Decision::Keep }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(before: PageState, attempt: PageState, replace: Replace, expected: Decision) {
        let before = Before { state: before, confidence: Some(70.0), attempts: 1 };
        assert_eq!(
            decide(&before, attempt, Some(60.0), replace),
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
        let before = Before { state: PageState::Stored, confidence: Some(70.0), attempts: 1 };
        assert_eq!(
            decide(&before, PageState::Stored, Some(70.0), Replace::IfNotWorse),
            Decision::Take
        );
        assert_eq!(decide(&before, PageState::Stored, None, Replace::IfNotWorse), Decision::Keep);
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
