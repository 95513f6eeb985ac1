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
/// So much shorter or longer than a text, in letters, may words be that read like it.
const SHORTER: f64 = 0.8;
const LONGER: f64 = 1.3;
/// The next line of a text begins no further left of the first one, in heights of a line.
const SAME_COLUMN: u32 = 10;

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
    let mut taken = Taken::default();
    let mut best: Option<Alike> = None;
    let mut span = (start, start);
    for (line, words) in rows[row..].iter().take(MOST_LINES).enumerate() {
        let from = if line == 0 { Some(start) } else { taken.goes_on_at(words, &rows[row]) };
        // Where the column ends, what was taken is all.
        let Some(from) = from else { break };
        taken.lines.push(PixelBox::default());
        for end in from + 1..=words.words.len() {
            taken.take(words, (from, end));
            if line == 0 {
                span = (start, end);
            }
            let count = taken.letters.chars().count();
            if count as f64 > LONGER * length as f64 {
                return best;
            }
            let alike = strsim::normalized_levenshtein(&taken.letters, wanted);
            let is_better = best.as_ref().is_none_or(|best| alike > best.likeness);
            if count as f64 >= SHORTER * length as f64 && is_better {
                let (lines, text) = (taken.lines.clone(), taken.text.clone());
                best = Some(Alike { row, span, lines, text, likeness: alike });
            }
        }
    }
    best
}

/// The words that were taken for a text so far.
#[derive(Default)]
struct Taken {
    /// As they are compared, and as they stand.
    letters: String,
    text: String,
    /// The boxes of their lines.
    lines: Vec<PixelBox>,
}

impl Taken {
    /// Returns the word of a row with which the column of the lines goes on: it begins about where the first line
    /// does, or before it if centered.
    fn goes_on_at(&self, row: &PageRow, first: &PageRow) -> Option<usize> {
        let left = self.lines.first().map_or(0, |line| line.left);
        let reach = left.saturating_sub(SAME_COLUMN * first.bounds.height());
        row.words.iter().position(|word| word.bounds.left >= reach)
    }

    /// Takes the last of some words of a row; those before it have been taken.
    fn take(&mut self, row: &PageRow, (from, end): (usize, usize)) {
        let word = &row.words[end - 1].text;
        if end > from + 1 {
            self.text.push(' ');
        } else if self.lines.len() > 1 {
            self.text.push('\n');
        }
        self.text.push_str(word);
        self.letters.push_str(&bare(word));
        if let Some(line) = self.lines.last_mut() {
            *line = bounds(row, (from, end));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Word;

    /// A row of words `text@left`, 20 pixels high.
    fn row(top: u32, words: &str) -> PageRow {
        let word = |word: &str| {
            let (text, left) = word.split_once('@').unwrap();
            let left: u32 = left.parse().unwrap();
            let bounds = PixelBox { left, top, right: left + 80, bottom: top + 20 };
            Word { text: text.to_owned(), bounds, confidence: 95.0, doubts: Vec::new() }
        };
        let words: Vec<Word> = words.split(' ').map(word).collect();
        let bounds = words.iter().fold(words[0].bounds, |all, word| all.union(&word.bounds));
        PageRow { words, cell_starts: vec![0], bounds }
    }

    #[test]
    fn a_text_is_found_although_nothing_stands_in_its_column_below() {
        let rows = [row(100, "Harrow@900 Limited@1000"), row(140, "left@10 margin@100")];
        let found = text_at(&rows, (0, 0), "HARROWLIMITED").unwrap();
        assert_eq!((found.text.as_str(), found.span), ("Harrow Limited", (0, 2)));
    }

    #[test]
    fn a_text_goes_on_in_the_next_line_of_its_column() {
        let rows = [row(100, "Harrow@900"), row(140, "left@10 Limited@900")];
        let found = text_at(&rows, (0, 0), "HARROWLIMITED").unwrap();
        assert_eq!((found.text.as_str(), found.lines.len()), ("Harrow\nLimited", 2));
    }
}
