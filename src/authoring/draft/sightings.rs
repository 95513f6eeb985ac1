//! Where the known values of a field stand on the pages.

use std::collections::BTreeSet;

use super::scan::Scan;
use crate::document::{PixelBox, Value};
use crate::evaluate::{bare, canonical, same};
use crate::extract::PageRow;
use crate::model::FieldKind;
use crate::normalize;

/// A value of numbers or dates has so many words at most.
const MOST_WORDS: usize = 5;
/// A text runs over so many lines at most.
const MOST_LINES: usize = 8;
/// So alike (by edit distance) must a run of words be to a text.
const ALIKE: f64 = 0.8;

/// A known value as it stands on a page.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sighting {
    /// Positions of the scan, and of the page in it.
    pub scan: usize,
    pub page: usize,
    /// First row, and the words of it: first and the one after the last.
    pub row: usize,
    pub start: usize,
    pub end: usize,
    pub lines: usize,
    pub bounds: PixelBox,
    /// As it was read; lines are separated by `\n`.
    pub text: String,
}

/// Counts the scans with a sighting.
pub(super) fn scans(sightings: &[Sighting]) -> usize {
    sightings.iter().map(|sighting| sighting.scan).collect::<BTreeSet<_>>().len()
}

/// Finds all places where a column's values stand as values of a type.
pub(super) fn find(scans: &[Scan], column: usize, kind: &FieldKind) -> Vec<Sighting> {
    let mut found = Vec::new();
    for (scan, known) in scans.iter().enumerate() {
        let truths = &known.labelled.truths[column];
        for (page, rows) in known.pages.iter().enumerate() {
            let at = |row, span, lines: &[PixelBox], text| {
                let bounds = lines.iter().skip(1).fold(lines[0], |all, line| all.union(line));
                let (start, end) = span;
                Sighting { scan, page, row, start, end, lines: lines.len(), bounds, text }
            };
            if let FieldKind::Text { .. } = kind {
                let best = truths.iter().filter_map(|truth| text(rows, &bare(truth)));
                let best = best.max_by(|a, b| a.likeness.total_cmp(&b.likeness));
                found.extend(
                    best.map(|best| at(best.row, best.span, &best.lines, best.text.clone())),
                );
                continue;
            }
            let wanted: Vec<Value> =
                truths.iter().filter_map(|truth| canonical(kind, truth)).collect();
            for (row, words) in rows.iter().enumerate() {
                for span in typed(words, kind, &wanted) {
                    found.push(at(row, span, &[bounds(words, span)], joined(words, span)));
                }
            }
        }
    }
    found
}

pub(super) fn joined(row: &PageRow, (start, end): (usize, usize)) -> String {
    let words: Vec<&str> = row.words[start..end].iter().map(|word| word.text.as_str()).collect();
    words.join(" ")
}

fn bounds(row: &PageRow, (start, end): (usize, usize)) -> PixelBox {
    let words = &row.words[start..end];
    words.iter().fold(words[0].bounds, |all, word| all.union(&word.bounds))
}

/// Returns the shortest runs of words of a row that mean one of the values.
fn typed(row: &PageRow, kind: &FieldKind, wanted: &[Value]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut start = 0;
    while start < row.words.len() {
        let longest = row.words.len().min(start + MOST_WORDS);
        let run = (start + 1..=longest).find(|&end| {
            let text = joined(row, (start, end));
            // Reading costs more than looking for a digit.
            text.chars().any(|letter| letter.is_ascii_digit())
                && normalize::value(kind, &text)
                    .is_some_and(|value| wanted.iter().any(|wanted| same(wanted, &value)))
        });
        // A word before the value may be taken for a part of it; the shortest run is the value.
        let run = run.map(|end| {
            let inner = (start + 1..end).rev().find(|&later| {
                let value = normalize::value(kind, &joined(row, (later, end)));
                value.is_some_and(|value| wanted.iter().any(|wanted| same(wanted, &value)))
            });
            (inner.unwrap_or(start), end)
        });
        match run {
            Some((from, end)) => {
                found.push((from, end));
                start = end;
            }
            None => start += 1,
        }
    }
    found
}

/// A run of words that reads like a text.
struct Alike {
    row: usize,
    /// Of the first line.
    span: (usize, usize),
    lines: Vec<PixelBox>,
    text: String,
    likeness: f64,
}

/// Returns the run of words, over lines of one column, that is most like a text.
fn text(rows: &[PageRow], wanted: &str) -> Option<Alike> {
    let length = wanted.chars().count();
    let mut best: Option<Alike> = None;
    for row in 0..rows.len() {
        for start in 0..rows[row].words.len() {
            let first: String = bare(&rows[row].words[start].text);
            let shared = first.chars().zip(wanted.chars()).take(3).filter(|(a, b)| a == b).count();
            if first.is_empty() || shared < length.min(2).min(first.chars().count()) {
                continue;
            }
            let Some(alike) = text_at(rows, (row, start), wanted) else { continue };
            if alike.likeness >= ALIKE
                && best.as_ref().is_none_or(|best| alike.likeness > best.likeness)
            {
                best = Some(alike);
            }
        }
    }
    best
}

/// Takes words from a place on while they make a text more like another.
fn text_at(rows: &[PageRow], (row, start): (usize, usize), wanted: &str) -> Option<Alike> {
    let length = wanted.chars().count();
    let mut letters = String::new();
    let mut text = String::new();
    let mut lines: Vec<PixelBox> = Vec::new();
    let mut best: Option<Alike> = None;
    let mut span = (start, start);
    for at in row..rows.len().min(row + MOST_LINES) {
        let words = &rows[at].words;
        let left = lines.first().map_or(0, |line: &PixelBox| line.left);
        let from = if at == row {
            start
        } else {
            // The next line of a column begins about where the first one does, or before it if centered.
            let reach = left.saturating_sub(10 * rows[row].bounds.height());
            let Some(from) = words.iter().position(|word| word.bounds.left >= reach) else {
                return best;
            };
            from
        };
        for end in from + 1..=words.len() {
            letters.push_str(&bare(&words[end - 1].text));
            text.push_str(if end > from + 1 {
                " "
            } else if at > row {
                "\n"
            } else {
                ""
            });
            text.push_str(&words[end - 1].text);
            if at == row {
                span = (start, end);
            }
            let count = letters.chars().count();
            if count * 10 < length * 8 {
                continue;
            }
            if count * 10 > length * 13 {
                return best;
            }
            let alike = strsim::normalized_levenshtein(&letters, wanted);
            if best.as_ref().is_none_or(|best| alike > best.likeness) {
                let mut lines = lines.clone();
                lines.push(bounds(&rows[at], (from, end)));
                best = Some(Alike { row, span, lines, text: text.clone(), likeness: alike });
            }
        }
        lines.push(bounds(&rows[at], (from, words.len())));
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Line, PageFacts, PageText, Word};
    use crate::extract::page_rows;

    #[test]
    fn a_text_is_seen_although_the_next_line_stands_left_of_its_column() {
        let word = |text: &str, left: u32, top: u32| Word {
            text: text.to_owned(),
            bounds: PixelBox { left, top, right: left + 90, bottom: top + 20 },
            confidence: 90.0,
            doubts: Vec::new(),
        };
        let line = |words: Vec<Word>| Line { block: 0, paragraph: 0, words };
        let lines = vec![
            line(vec![word("Acme", 500, 100), word("Trading", 600, 100)]),
            line(vec![word("1978", 10, 140)]),
        ];
        let (marks, facts) = (Vec::new(), PageFacts::default());
        let page = PageText { width: 1000, height: 1400, dpi: 200.0, lines, marks, facts };
        let seen = text(&page_rows(&page), &bare("Acme Trading")).unwrap();
        assert_eq!((seen.row, seen.span, seen.text.as_str()), (0, (0, 2), "Acme Trading"));
    }
}
