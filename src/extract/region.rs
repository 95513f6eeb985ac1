//! Values in a zone or passage of the page, or found by what they look like.
//!
//! `value` calls it for places that need no label.

use super::bound::Passage;
use super::phrases::{Through, names};
use super::piece::Piece;
use super::value::{LATER_PLACE, Search};
use super::word_range::WordRange;
use crate::document::{Candidate, Found, PixelBox};
use crate::model::{FieldKind, LinePattern, Zone};

/// Score of what stands in a fixed zone, in a passage, or was found by its pattern alone.
const ZONE_SCORE: f32 = 0.85;
const PASSAGE_SCORE: f32 = 0.95;
const PATTERN_SCORE: f32 = 0.75;
/// The patterns of a passage see so many lines at once.
const PASSAGE_VIEW: usize = 3;

impl Search<'_> {
    fn holds(&self, zone: &Zone, bounds: &PixelBox) -> bool {
        self.labels.registration.holds(&self.sheet.layout, zone, bounds)
    }

    fn trust(&self, zone: &Zone) -> f32 {
        self.labels.registration.trust(zone)
    }

    fn zone_rows(&self, zone: &Zone) -> Vec<Piece> {
        let layout = &self.sheet.layout;
        let mut found = Vec::new();
        for (index, row) in layout.rows.iter().enumerate() {
            let inside = |word: usize| self.holds(zone, &layout.words[word].bounds);
            let words = row.words.first_run(inside);
            let own = words.and_then(|words| self.without_captions(index, words));
            found.extend(own.map(Piece::line));
        }
        found
    }

    pub(super) fn in_zone(&self, zone: &Zone, lines: Option<u32>, candidates: &mut Vec<Candidate>) {
        if let (FieldKind::Enum { values }, None) = (&self.field.kind, &self.field.pattern) {
            let texts = values.iter().flat_map(names);
            self.by_phrases(texts, Some(zone), candidates);
            return;
        }
        let mut found = self.zone_rows(zone);
        found.truncate(lines.map_or(usize::MAX, |lines| lines as usize));
        self.push_lines(ZONE_SCORE * self.trust(zone), &found, candidates);
    }

    pub(super) fn by_pattern(&self, zone: Option<&Zone>, candidates: &mut Vec<Candidate>) {
        if let (FieldKind::Enum { values }, None) = (&self.field.kind, &self.field.pattern) {
            let texts = values.iter().flat_map(names);
            self.by_phrases(texts, zone, candidates);
            return;
        }
        for piece in self.zone_rows(zone.unwrap_or(&Zone::PAGE)) {
            let score = PATTERN_SCORE * zone.map_or(1.0, |zone| self.trust(zone));
            self.push(&piece, score, Found::Pattern, candidates);
        }
    }

    fn by_phrases<'t>(
        &self,
        texts: impl Iterator<Item = &'t String>,
        zone: Option<&Zone>,
        candidates: &mut Vec<Candidate>,
    ) {
        let layout = &self.sheet.layout;
        for text in texts {
            for matched in self.sheet.matches(text, Through::Lines).iter() {
                let bounds = layout.words[matched.first].bounds;
                if zone.is_none_or(|zone| self.holds(zone, &bounds)) {
                    let piece = Piece::line(WordRange::through(matched.first, matched.last));
                    self.push(&piece, matched.score, Found::Pattern, candidates);
                }
            }
        }
    }

    pub(super) fn between(&self, from: &[String], to: &[String], candidates: &mut Vec<Candidate>) {
        let layout = &self.sheet.layout;
        let mut ends: Vec<usize> = Vec::new();
        for text in to {
            let found = self.sheet.matches(text, Through::Rows);
            ends.extend(found.iter().map(|matched| matched.first));
        }
        for text in from {
            for matched in self.sheet.matches(text, Through::Rows).iter() {
                let start = matched.last + 1;
                let Some(&end) = ends.iter().filter(|&&end| end >= start).min() else { continue };
                let between = WordRange { start, end };
                let lines = layout.rows.iter().map(|row| row.words.within(between));
                let lines = lines.filter(|words| !words.is_empty()).collect();
                let piece = Piece { lines, head: 0 };
                self.push(&piece, matched.score, Found::Label, candidates);
            }
        }
    }

    pub(super) fn passages(
        &self,
        passage: &Passage,
        zone: Option<&Zone>,
        candidates: &mut Vec<Candidate>,
    ) {
        let layout = &self.sheet.layout;
        let rows = self.zone_rows(zone.unwrap_or(&Zone::PAGE));
        let texts: Vec<String> = rows
            .iter()
            .map(|piece| piece.lines.iter().map(|&words| layout.text(words)).collect())
            .collect();
        let at = |pattern: &LinePattern, line: usize| {
            let view = texts[line..texts.len().min(line + PASSAGE_VIEW)].join("\n");
            pattern.0.find(&view).is_some_and(|found| found.start() <= texts[line].len())
        };
        let ended = |line: usize| passage.ends.is_some_and(|ends| at(ends, line));
        let mut score = PASSAGE_SCORE * zone.map_or(1.0, |zone| self.trust(zone));
        let mut next = 0;
        while next < rows.len() {
            if !at(passage.starts, next) || ended(next) {
                next += 1;
                continue;
            }
            let limit = rows.len().min(next + passage.most_lines);
            let length = (next + 1..limit).take_while(|&line| !ended(line)).count() + 1;
            let lines =
                rows[next..next + length].iter().flat_map(|piece| piece.lines.clone()).collect();
            self.push(&Piece { lines, head: 0 }, score, Found::Zone, candidates);
            score *= LATER_PLACE;
            next += length;
        }
    }
}
