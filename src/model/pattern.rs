//! Patterns of models: regular expressions of a bounded size.

use regex::Regex;

use super::problem::{Problem, Problems};
use super::section::Entry;

/// Bytes up to which a pattern may compile; guards against `(\d{1000}){1000}`.
const PATTERN_SIZE_LIMIT: usize = 10 << 20;

pub(super) fn read_pattern(entry: &Entry, problems: &mut Problems) -> Option<Regex> {
    let text = entry.text(problems)?;
    match regex::RegexBuilder::new(&text).size_limit(PATTERN_SIZE_LIMIT).build() {
        Ok(pattern) => Some(pattern),
        Err(cause) => {
            let reason = pattern_reason(&cause);
            problems.add(entry.at, &entry.path, Problem::Pattern { reason });
            None
        }
    }
}

fn pattern_reason(cause: &regex::Error) -> String {
    match cause {
        regex::Error::CompiledTooBig(limit) => format!("it takes more than {limit} bytes"),
        // A syntax error comes as a drawing of several lines; its last line is the reason.
        other => {
            let drawing = other.to_string();
            let reason = drawing.lines().last().unwrap_or_default();
            reason.strip_prefix("error: ").unwrap_or(reason).to_owned()
        }
    }
}
