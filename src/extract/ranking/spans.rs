//! Which parts of a page may hold a learned field's value: runs of lines and cells for text, all
//! that the pattern matches for other types.

use super::features::{Scene, SceneRow};
use super::span::{Rows, Span};
use crate::document::{Candidate, Found};
use crate::extract::layout::{center_x, center_y};
use crate::extract::piece::{Piece, Standing};
use crate::extract::value::Search;
use crate::extract::word_range::WordRange;
use crate::model::FieldKind;
use crate::normalize::read;

/// Edges of a span and of a candidate of the places lie so close together (in heights of letters)
/// if they are the same.
const SAME_PLACE: f32 = 0.4;

impl Search<'_> {
    /// Returns all parts of the page in the field's zone that may hold its value, and those that
    /// the field's places found.
    pub(super) fn spans(&self, scene: &Scene) -> Vec<Span> {
        if !matches!(self.field.kind, FieldKind::Text { .. }) {
            return self.typed_spans(scene);
        }
        let mut spans = self.text_spans(scene);
        for (index, (rule, _)) in scene.rules.iter().enumerate() {
            match spans.iter_mut().find(|span| self.is_at(scene, span, rule)) {
                Some(span) => span.rule = span.rule.or(Some(index)),
                None => spans.extend(self.rule_span(scene, index)),
            }
        }
        spans
    }

    /// Tells whether a candidate of the places is a span.
    fn is_at(&self, scene: &Scene, span: &Span, rule: &Candidate) -> bool {
        let words = &self.sheet.layout.words;
        let slack = scene.letter_height * SAME_PLACE;
        let near = |a: u32, b: u32| (a as f32 - b as f32).abs() <= slack;
        let bounds = scene.bounds(span.rows);
        near(rule.bounds.top, bounds.top)
            && near(rule.bounds.bottom, bounds.bottom)
            && near(rule.bounds.left, words[span.words.start].bounds.left.min(bounds.left))
            && near(rule.bounds.right, words[span.words.end - 1].bounds.right.max(bounds.right))
    }

    fn rule_span(&self, scene: &Scene, index: usize) -> Option<Span> {
        let words = &self.sheet.layout.words;
        let rule = &scene.rules[index].0;
        let inside = |word: usize| {
            let (x, y) = (center_x(&words[word].bounds), center_y(&words[word].bounds));
            (rule.bounds.left as f32..=rule.bounds.right as f32).contains(&x)
                && (rule.bounds.top as f32..=rule.bounds.bottom as f32).contains(&y)
        };
        let mut lines = Vec::new();
        let mut rows: Option<Rows> = None;
        for (at, row) in scene.rows.iter().enumerate() {
            let Some(run) = row.words.first_run(inside) else { continue };
            lines.push(run);
            rows = Some(Rows { first: rows.map_or(at, |rows| rows.first), last: at });
        }
        Some(Span {
            rows: rows?,
            words: WordRange::new(lines.first()?.start, lines.last()?.end),
            piece: Piece { lines, head: 0 },
            candidate: Some(rule.clone()),
            value: None,
            rule: Some(index),
        })
    }

    fn text_spans(&self, scene: &Scene) -> Vec<Span> {
        let most_lines = self.field.learn.map_or(1, |learn| learn.lines);
        let span = |rows, words, lines| Span {
            rows,
            words,
            piece: Piece { lines, head: 0 },
            candidate: None,
            value: None,
            rule: None,
        };
        let mut spans = Vec::new();
        for first in 0..scene.rows.len() {
            if !scene.rows[first].inside {
                continue;
            }
            for last in first..scene.rows.len().min(first + most_lines) {
                let lines: Vec<WordRange> =
                    scene.rows[first..=last].iter().map(|row| row.words).collect();
                let words = WordRange::new(lines[0].start, lines[lines.len() - 1].end);
                spans.push(span(Rows { first, last }, words, lines));
            }
            for &cell in &scene.rows[first].cells {
                spans.push(span(Rows { first, last: first }, cell, vec![cell]));
            }
        }
        spans
    }

    fn typed_spans(&self, scene: &Scene) -> Vec<Span> {
        let mut spans: Vec<Span> = Vec::new();
        // Numbers and dates have a digit that was read as one.
        let may_hold = |row: &SceneRow| row.inside && row.signs.digits > 0;
        for (index, row) in scene.rows.iter().enumerate().filter(|(_, row)| may_hold(row)) {
            if self.field.pattern.is_some() {
                self.push_typed(scene, index, row.words, &mut spans);
            } else {
                // Without a pattern the type alone says what a word is.
                row.words.indices().for_each(|word| {
                    self.push_typed(scene, index, WordRange::new(word, word + 1), &mut spans);
                });
            }
        }
        spans
    }

    fn push_typed(&self, scene: &Scene, row: usize, words: WordRange, spans: &mut Vec<Span>) {
        let layout = &self.sheet.layout;
        let page = self.sheet.number;
        let standing = Standing { score: 0.0, found: Found::Learned };
        for candidate in Piece::line(words).candidates(layout, page, self.field, standing) {
            let Some(reading) = read(&self.field.kind, &candidate.text) else { continue };
            let inside = |word: usize| {
                let bounds = layout.words[word].bounds;
                bounds.left >= candidate.bounds.left && bounds.right <= candidate.bounds.right
            };
            let Some(words) = words.first_run(inside) else { continue };
            let same = |(rule, _): &(Candidate, u16)| {
                rule.bounds == candidate.bounds && rule.text == candidate.text
            };
            spans.push(Span {
                rows: Rows { first: row, last: row },
                words,
                piece: Piece::line(words),
                rule: scene.rules.iter().position(same),
                candidate: Some(candidate),
                value: Some(reading.value),
            });
        }
    }
}
