//! All labels of a model on a page: what stands between them belongs to its fields.

use super::party::Parties;
use super::registration::Registration;
use super::sheet::{Captions, Label, Sheet, extent};
use crate::document::Count;
use crate::model::RecordModel;

/// How well a label must be read to end another field's value.
const STOP_SCORE: f32 = 0.8;

/// All labels of a model on a page, and the captions that belong to no value.
pub(crate) struct Labels {
    /// By field, in reading order.
    pub by_field: Vec<Vec<Label>>,
    /// By field: where its `exclude` phrases stand, as row and match.
    pub excluded: Vec<Captions>,
    /// Where the model's form lies on the page.
    pub registration: Registration,
    /// Who writes and to whom, if a field asks for it.
    pub parties: Option<Parties>,
}

impl Sheet<'_> {
    /// Finds all labels and captions of a model.
    pub fn labels(&self, model: &RecordModel) -> Labels {
        let registration = Registration::find(&model.anchors, self);
        let (mut by_field, mut all_excluded) = (Vec::new(), Vec::new());
        for field in &model.fields {
            let mut excluded = self.find(&field.exclude);
            excluded.retain(|(row, matched)| !self.torn(*row, matched));
            by_field.push(self.labels_of(&field.labels, &excluded));
            all_excluded.push(excluded);
        }
        give_way(&mut by_field);
        let parties = Parties::find(model, self, (&by_field, &all_excluded));
        Labels { by_field, excluded: all_excluded, registration, parties }
    }

    /// Returns the first run of words in `start..end` that is no caption of `field`; it ends where
    /// the label of another field begins, since what follows that is not this field's, or that of
    /// the next value.
    pub fn between_captions(
        &self,
        labels: &Labels,
        (field, count): (usize, Count),
        (row, start, end): (usize, usize, usize),
    ) -> Option<(usize, usize)> {
        let others = labels.by_field.iter().enumerate();
        let others = others.filter(|(other, _)| *other != field || count == Count::Many);
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
}

/// Drops labels whose words are read better as the label of another field.
fn give_way(by_field: &mut [Vec<Label>]) {
    let all: Vec<(usize, Label)> = by_field
        .iter()
        .enumerate()
        .flat_map(|(field, found)| found.iter().map(move |label| (field, *label)))
        .collect();
    for (field, found) in by_field.iter_mut().enumerate() {
        found.retain(|label| {
            !all.iter().any(|(other, better)| {
                *other != field
                    && better.row == label.row
                    && better.matched.first == label.matched.first
                    && extent(&better.matched) == extent(&label.matched)
                    && better.matched.score > label.matched.score
            })
        });
    }
}
