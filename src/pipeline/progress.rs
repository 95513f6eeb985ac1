//! What a person sees while a run works: bars on a terminal, a line now and then elsewhere.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::document::Reason;

/// How talkative a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Talk {
    Quiet,
    Normal,
}

/// Time between two lines when stderr is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// The progress of a run: files found, and pages that are committed.
pub(super) struct Progress {
    bar: ProgressBar,
    lines: Lines,
    state: Mutex<State>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Lines {
    NowAndThen,
    Never,
}

struct State {
    found: u64,
    unreadable: u64,
    expected: u64,
    done: u64,
    failures: BTreeMap<Reason, u64>,
    started: Instant,
    last_line: Instant,
}

impl Progress {
    pub(super) fn new(talk: Talk) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::hidden());
        if talk == Talk::Normal && terminal {
            bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(5));
            let style = "{elapsed_precise} {wide_bar} {human_pos}/{human_len} pages, {per_sec}, {eta} left\n{msg}";
            // The template is a constant; with the default style it would still be readable.
            bar.set_style(
                ProgressStyle::with_template(style)
                    .unwrap_or_else(|_| ProgressStyle::default_bar()),
            );
        }
        let lines =
            if talk == Talk::Normal && !terminal { Lines::NowAndThen } else { Lines::Never };
        let now = Instant::now();
        let state = State {
            found: 0,
            unreadable: 0,
            expected: 0,
            done: 0,
            failures: BTreeMap::new(),
            started: now,
            last_line: now,
        };
        Self { bar, lines, state: Mutex::new(state) }
    }

    /// So many files were found in all, so many more of them unreadable.
    pub(super) fn found(&self, files: u64, more_unreadable: u64) {
        self.change(|state| {
            state.found = files;
            state.unreadable += more_unreadable;
        });
    }

    /// So many more pages are to be read.
    pub(super) fn expect(&self, pages: u64) {
        self.change(|state| state.expected += pages);
    }

    /// So many pages are committed, with these failures among them.
    pub(super) fn committed(&self, pages: u64, failures: impl Iterator<Item = Reason>) {
        self.change(|state| {
            state.done += pages;
            for reason in failures {
                *state.failures.entry(reason).or_default() += 1;
            }
        });
    }

    /// Takes the bar away: the summary follows.
    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut state);
        self.bar.set_length(state.expected.max(state.done));
        self.bar.set_position(state.done);
        self.bar.set_message(state.message());
        if self.lines == Lines::NowAndThen && state.last_line.elapsed() >= LINE_EVERY {
            state.last_line = Instant::now();
            let line = state.line();
            drop(state);
            // Progress that cannot be shown must not stop the run.
            let _shown = writeln!(std::io::stderr(), "{line}");
        }
    }
}

impl State {
    fn message(&self) -> String {
        let mut parts = Vec::new();
        if self.found > 0 {
            parts.push(format!("{} files found", self.found));
        }
        if self.unreadable > 0 {
            parts.push(format!("{} unreadable", self.unreadable));
        }
        parts.extend(self.failures.iter().map(|(reason, count)| format!("{count} {reason}")));
        parts.join(", ")
    }

    fn line(&self) -> String {
        let seconds = self.started.elapsed().as_secs_f64();
        let rate = self.done as f64 / seconds.max(0.001);
        let left = self.expected.saturating_sub(self.done) as f64 / rate.max(0.001);
        let pages = self.expected.max(self.done);
        let line = format!(
            "{seconds:.0} s: {} of {pages} pages, {rate:.1} pages/s, {left:.0} s left",
            self.done
        );
        [line, self.message()]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(", ")
    }
}
