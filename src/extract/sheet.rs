//! A page made ready for a model: its layout, and where the model's labels stand on it.

use super::layout::{Layout, Row};
use super::phrase::{Letters, Match, Phrase};
use crate::document::{PageNumber, PageText};
use crate::model::RecordModel;

/// A later label of a field's list is a little less welcome than an earlier one.
const LATER_LABEL: f32 = 0.99;
/// A label wider than this gap (in word heights) between its words is no label.
const LABEL_GAP: f32 = 4.0;
/// How well a label must be read to end another field's value.
const STOP_SCORE: f32 = 0.8;

/// A page's layout with its letters folded, row by row.
pub(crate) struct Sheet<'p> {
    pub number: PageNumber,
    pub layout: Layout<'p>,
    pub letters: Vec<Letters>,
}

/// A label of a field that was found on a page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Label {
    pub row: usize,
    pub matched: Match,
    /// Quality of the match and rank of the label in its field's list, 0–1.
    pub score: f32,
}

/// All labels of a model on a page, and the captions that belong to no value.
pub(crate) struct Labels {
    /// By field, in reading order.
    pub by_field: Vec<Vec<Label>>,
    /// By field: where its `exclude` phrases stand, as row and match.
    pub excluded: Vec<Vec<(usize, Match)>>,
}

impl<'p> Sheet<'p> {
    /// Orders and folds a page.
    pub fn new(number: PageNumber, page: &'p PageText) -> Self {
        let layout = Layout::new(page);
        let letters =
            layout.rows.iter().map(|row| Letters::of_words(&layout, row.start, row.end)).collect();
        Self { number, layout, letters }
    }

    /// Finds all labels and captions of a model.
    pub fn labels(&self, model: &RecordModel) -> Labels {
        let mut labels = Labels { by_field: Vec::new(), excluded: Vec::new() };
        for field in &model.fields {
            let excluded = self.find(&Phrase::all(&field.exclude));
            labels.by_field.push(self.labels_of(&field.labels, &excluded));
            labels.excluded.push(excluded);
        }
        labels
    }

    /// Returns where any of the phrases stands, by row.
    fn find(&self, phrases: &[Phrase]) -> Vec<(usize, Match)> {
        let mut found = Vec::new();
        for (row, letters) in self.letters.iter().enumerate() {
            for phrase in phrases {
                found.extend(phrase.find_all(letters).into_iter().map(|matched| (row, matched)));
            }
        }
        found
    }

    /// Finds phrases as labels; `excluded` are captions that hide labels they cover.
    pub fn labels_of(&self, texts: &[String], excluded: &[(usize, Match)]) -> Vec<Label> {
        let mut labels: Vec<Label> = Vec::new();
        for (rank, phrase) in Phrase::all(texts).iter().enumerate() {
            let welcome = LATER_LABEL.powi(i32::try_from(rank).unwrap_or(i32::MAX));
            for (row, matched) in self.find(std::slice::from_ref(phrase)) {
                if self.torn(row, &matched) {
                    continue;
                }
                labels.push(Label { row, matched, score: matched.score * welcome });
            }
        }
        // The longest label at a place wins, and a caption that covers a label hides it.
        let all = labels.clone();
        labels.retain(|label| {
            let covers = |row: usize, other: &Match| {
                row == label.row
                    && overlaps(other, &label.matched)
                    && extent(other) > extent(&label.matched)
            };
            !all.iter().any(|other| covers(other.row, &other.matched))
                && !excluded.iter().any(|(row, other)| {
                    *row == label.row
                        && overlaps(other, &label.matched)
                        && extent(other) >= extent(&label.matched)
                })
        });
        labels.sort_by_key(|label| (label.row, label.matched.first));
        labels
    }

    /// Tells whether a match runs over a gap that no phrase has.
    fn torn(&self, row: usize, matched: &Match) -> bool {
        let gap = LABEL_GAP * self.layout.rows[row].word_height;
        (matched.first..matched.last).any(|word| self.layout.divided(word, word + 1, gap))
    }

    /// Returns the first run of words in `start..end` that is no caption of `field`; it ends where
    /// the label of another field begins, since what follows that is not this field's.
    pub fn between_captions(
        &self,
        labels: &Labels,
        field: usize,
        (row, start, end): (usize, usize, usize),
    ) -> Option<(usize, usize)> {
        let others = labels.by_field.iter().enumerate().filter(|(other, _)| *other != field);
        let stop = others
            .flat_map(|(_, found)| found)
            .filter(|label| label.row == row && label.matched.score >= STOP_SCORE)
            .map(|label| label.matched.first)
            .filter(|first| (start..end).contains(first))
            .min();
        self.without_captions(labels, field, (row, start, stop.unwrap_or(end)))
    }

    /// Returns the first run of words in `start..end` that is no caption of `field`.
    pub fn without_captions(
        &self,
        labels: &Labels,
        field: usize,
        (row, start, end): (usize, usize, usize),
    ) -> Option<(usize, usize)> {
        let mut captions: Vec<(usize, usize)> = labels.excluded[field]
            .iter()
            .filter(|(at, _)| *at == row)
            .map(|(_, matched)| (matched.first, matched.last))
            .collect();
        captions.sort_unstable();
        let mut from = start;
        for (first, last) in captions {
            if last < from || first >= end {
                continue;
            }
            if first > from && self.says_something(from, first) {
                return Some((from, first));
            }
            from = last + 1;
        }
        (from < end && self.says_something(from, end)).then_some((from, end))
    }

    /// Tells whether a run of words has a letter or digit.
    pub fn says_something(&self, start: usize, end: usize) -> bool {
        self.layout.words[start..end]
            .iter()
            .any(|word| word.text.chars().any(char::is_alphanumeric))
    }

    /// Returns the first word of a row whose middle is in the columns, and the one after the last.
    pub fn words_in(&self, row: &Row, (left, right): (f32, f32)) -> Option<(usize, usize)> {
        let inside = |index: &usize| {
            let middle = super::layout::center_x(&self.layout.words[*index].bounds);
            middle >= left && middle < right
        };
        let start = (row.start..row.end).find(inside)?;
        let end = (start..row.end).take_while(|index| inside(index)).last()? + 1;
        Some((start, end))
    }
}

fn overlaps(a: &Match, b: &Match) -> bool {
    a.first <= b.last && b.first <= a.last
}

/// Returns the number of words of a match and how many letters it takes of the last one.
fn extent(matched: &Match) -> (usize, usize) {
    (matched.last - matched.first, matched.tail)
}
