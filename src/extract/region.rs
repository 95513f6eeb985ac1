//! Values in a zone or passage of the page, or found by what they look like.
//!
//! `value` calls it for places that need no label.

use super::phrases::{Through, names};
use super::piece::Piece;
use super::value::{LATER_PLACE, Search};
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

    fn zone_rows(&self, zone: &Zone) -> Vec<(usize, Piece)> {
        let layout = &self.sheet.layout;
        let mut found = Vec::new();
        for (index, row) in layout.rows.iter().enumerate() {
            let inside = |word: &usize| self.holds(zone, &layout.words[*word].bounds);
            let Some(start) = (row.start..row.end).find(inside) else { continue };
            let end = (start..row.end).take_while(inside).last().map_or(start, |last| last + 1);
            let span = (index, start, end);
            if let Some((from, to)) = self.sheet.without_captions(self.labels, self.index, span) {
                found.push((index, Piece::line(from, to)));
            }
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
        for (_, piece) in self.zone_rows(zone.unwrap_or(&Zone::PAGE)) {
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
                    let piece = Piece::line(matched.first, matched.last + 1);
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
                let lines = layout
                    .rows
                    .iter()
                    .map(|row| (row.start.max(start), row.end.min(end)))
                    .filter(|(from, to)| from < to)
                    .collect();
                let piece = Piece { lines, head: 0 };
                self.push(&piece, matched.score, Found::Label, candidates);
            }
        }
    }

    pub(super) fn passages(
        &self,
        starts: &LinePattern,
        (ends, lines): (Option<&LinePattern>, usize),
        zone: Option<&Zone>,
        candidates: &mut Vec<Candidate>,
    ) {
        let layout = &self.sheet.layout;
        let rows = self.zone_rows(zone.unwrap_or(&Zone::PAGE));
        let texts: Vec<String> = rows
            .iter()
            .map(|(_, piece)| piece.lines.iter().map(|&(from, to)| layout.text(from, to)).collect())
            .collect();
        let at = |pattern: &LinePattern, line: usize| {
            let view = texts[line..texts.len().min(line + PASSAGE_VIEW)].join("\n");
            pattern.0.find(&view).is_some_and(|found| found.start() <= texts[line].len())
        };
        let ended = |line: usize| ends.is_some_and(|ends| at(ends, line));
        let mut score = PASSAGE_SCORE * zone.map_or(1.0, |zone| self.trust(zone));
        let mut next = 0;
        while next < rows.len() {
            if !at(starts, next) || ended(next) {
                next += 1;
                continue;
            }
            let limit = rows.len().min(next + lines);
            let length = (next + 1..limit).take_while(|&line| !ended(line)).count() + 1;
            let lines = rows[next..next + length]
                .iter()
                .flat_map(|(_, piece)| piece.lines.clone())
                .collect();
            self.push(&Piece { lines, head: 0 }, score, Found::Zone, candidates);
            score *= LATER_PLACE;
            next += length;
        }
    }
}
