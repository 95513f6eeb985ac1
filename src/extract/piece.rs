//! Pieces of a page's text on their way to candidates: words in lines, cut by a pattern.

use std::borrow::Cow;

use regex::Regex;

use super::layout::Layout;
use super::word_range::WordRange;
use crate::document::{Candidate, Count, Doubt, Found, PageNumber, PixelBox};
use crate::model::{Field, FieldKind};
use crate::normalize::{Widened, signs_as_digits, widened};

/// Several matches of a pattern in one piece: the later one scores lower by this factor.
const LATER_MATCH: f32 = 0.97;

/// Words that may hold a value, line by line.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Piece {
    pub lines: Vec<WordRange>,
    /// Bytes of the first word that belong to a label, not to the value.
    pub head: usize,
}

/// A word in the text of a piece: its bytes there, and its number in the layout.
#[derive(Debug, Clone, Copy)]
struct Placed {
    start: usize,
    end: usize,
    word: usize,
}

/// How well a piece is placed, and by what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Standing {
    pub score: f32,
    pub found: Found,
}

impl Piece {
    /// A piece of one line.
    pub fn line(words: WordRange) -> Self {
        Self { lines: vec![words], head: 0 }
    }

    /// Returns some words of the first line alone.
    pub fn part(&self, words: WordRange) -> Self {
        let is_first = self.lines.first().is_some_and(|line| line.start == words.start);
        Self { lines: vec![words], head: if is_first { self.head } else { 0 } }
    }

    /// Turns the piece into candidates of a field: one a match of its pattern, else one.
    pub fn candidates(
        &self,
        layout: &Layout,
        page: PageNumber,
        field: &Field,
        standing: Standing,
    ) -> Vec<Candidate> {
        let (text, spans) = self.text(layout);
        let gaps = |byte: usize| gap(layout, &spans, byte);
        let pieces: Vec<Widened> = match &field.pattern {
            Some(pattern) => matches(pattern, &as_printed(&text, &field.kind, pattern))
                .into_iter()
                .map(|span| widened(&field.kind, &text, span, &gaps))
                .collect(),
            None => vec![Widened { span: (0, text.len()), ambiguity: None }],
        };
        let mut score = standing.score;
        let mut candidates = Vec::with_capacity(pieces.len());
        for Widened { span: (from, to), ambiguity } in pieces {
            let value = text[from..to].trim();
            if !value.chars().any(char::is_alphanumeric) && !is_ditto(value) {
                continue;
            }
            let (bounds, word_confidence) = evidence(layout, &spans, (from, to));
            let (place_score, found) = (score, standing.found);
            let start = from + text[from..to].len() - text[from..to].trim_start().len();
            let doubts = self.doubts(layout, &spans, (start, start + value.len()));
            let text = value.to_owned();
            candidates.push(Candidate {
                text,
                page,
                bounds,
                word_confidence,
                place_score,
                found,
                doubts,
                ambiguity,
            });
            if field.count == Count::One {
                score *= LATER_MATCH;
            }
        }
        candidates
    }

    /// Returns the text, lines separated by `\n`.
    pub fn plain(&self, layout: &Layout) -> String {
        self.text(layout).0
    }

    /// Returns the doubts about bytes `start..end` of the text, counted from `start`.
    fn doubts(
        &self,
        layout: &Layout,
        spans: &[Placed],
        (start, end): (usize, usize),
    ) -> Vec<Doubt> {
        let mut doubts = Vec::new();
        for (position, &Placed { start: from, end: to, word }) in spans.iter().enumerate() {
            if from >= end || to <= start {
                continue;
            }
            let head = if position == 0 { self.head } else { 0 };
            let word = &layout.words[word];
            for doubt in word.doubts_of(head, word.text.len()) {
                let (doubt_start, doubt_end) =
                    (from + usize::from(doubt.start), from + usize::from(doubt.end));
                let span = doubt_start.checked_sub(start).filter(|_| doubt_end <= end);
                let Some(at) = span.and_then(|at| u16::try_from(at).ok()) else { continue };
                let length = doubt.end - doubt.start;
                doubts.push(Doubt { start: at, end: at.saturating_add(length), ..doubt });
            }
        }
        doubts
    }

    /// Returns the text, lines separated by `\n`, and where its words are in it.
    fn text(&self, layout: &Layout) -> (String, Vec<Placed>) {
        let mut text = String::new();
        let mut spans = Vec::new();
        for (line, words) in self.lines.iter().enumerate() {
            for index in words.indices() {
                if index > words.start {
                    text.push(' ');
                } else if line > 0 {
                    text.push('\n');
                }
                let head = if line == 0 && index == words.start { self.head } else { 0 };
                let word = layout.words[index].text.get(head..).unwrap_or_default();
                let (start, end) = (text.len(), text.len() + word.len());
                spans.push(Placed { start, end, word: index });
                text.push_str(word);
            }
        }
        (text, spans)
    }
}

/// Returns where the values of a pattern stand in a text: its matches, or the first group of each that has one. A match
/// without any of its groups is what the pattern knows not to be a value.
fn matches(pattern: &Regex, text: &str) -> Vec<(usize, usize)> {
    let span = |found: regex::Match| (found.start(), found.end());
    if pattern.captures_len() == 1 {
        return pattern.find_iter(text).map(span).collect();
    }
    let found = pattern.captures_iter(text);
    found.filter_map(|found| found.iter().skip(1).flatten().next().map(span)).collect()
}

/// Returns the text as the pattern of a code looks for it: where that finds nothing, digits may have been misread as
/// signs. Each byte keeps its place.
fn as_printed<'t>(text: &'t str, kind: &FieldKind, pattern: &Regex) -> Cow<'t, str> {
    match kind {
        FieldKind::Code { .. } if !pattern.is_match(text) => signs_as_digits(text),
        _ => Cow::Borrowed(text),
    }
}

/// Returns how wide the gap behind a byte of the text is, in heights of the words beside it.
fn gap(layout: &Layout, spans: &[Placed], byte: usize) -> f32 {
    let next = spans.partition_point(|span| span.start <= byte);
    let (Some(right), Some(left)) =
        (spans.get(next), next.checked_sub(1).and_then(|before| spans.get(before)))
    else {
        return f32::INFINITY;
    };
    let (left, right) = (layout.words[left.word].bounds, layout.words[right.word].bounds);
    let height = left.height().min(right.height()).max(1) as f32;
    (right.left as f32 - left.right as f32) / height
}

/// Tells whether a cell says "as above".
pub(crate) fn is_ditto(text: &str) -> bool {
    let text = text.trim();
    if text.chars().any(char::is_alphanumeric) {
        let word = text.trim_matches(['.', '-', ' ']);
        return word.eq_ignore_ascii_case("do") || word.eq_ignore_ascii_case("ditto");
    }
    let quotes: usize = text
        .chars()
        .map(|character| match character {
            '"' | '“' | '”' | '„' | '″' | '〃' => 2,
            '\'' | '‘' | '’' | '`' | '´' | ',' => 1,
            _ => 0,
        })
        .sum();
    // One stroke may be a speck; two are meant.
    quotes >= 2
}

/// Returns the box of the words that overlap a span of the text, and how likely all of them are
/// right (0–1): half their mean confidence by length, half that of the worst, since one misread
/// word makes a wrong value.
fn evidence(layout: &Layout, spans: &[Placed], (from, to): (usize, usize)) -> (PixelBox, f32) {
    let mut bounds: Option<PixelBox> = None;
    let (mut sum, mut weight) = (0.0_f32, 0.0_f32);
    let mut worst = 100.0_f32;
    for span in spans {
        if span.start >= to || span.end <= from {
            continue;
        }
        let word = &layout.words[span.word];
        bounds = Some(bounds.map_or(word.bounds, |all| all.union(&word.bounds)));
        let length = word.text.chars().count() as f32;
        sum += word.confidence * length;
        weight += length;
        if word.text.chars().any(char::is_alphanumeric) {
            worst = worst.min(word.confidence);
        }
    }
    let mean = sum / weight.max(1.0);
    let likely = f32::midpoint(mean, worst.min(mean)) / 100.0;
    (bounds.unwrap_or_default(), likely.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_stand_for_digits_only_where_a_pattern_finds_nothing_else() {
        let kind = FieldKind::Code { shapes: vec!["N9999A".to_owned()], check: None };
        let seen = |text, pattern: &str| {
            as_printed(text, &kind, &Regex::new(pattern).unwrap()).into_owned()
        };
        assert_eq!(seen("N&846E", r"N\d{4}E"), "N8846E");
        assert_eq!(seen("N&846E", r"N&\d{3}E"), "N&846E");
    }
}
