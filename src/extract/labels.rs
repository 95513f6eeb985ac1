//! All labels of a model on a page: what stands between them belongs to its fields.

use super::party::Parties;
use super::registration::Registration;
use super::sheet::{Caption, Label, Sheet, extent};
use crate::model::RecordModel;

/// All labels of a model on a page, and the captions that belong to no value.
pub(crate) struct Labels {
    /// By field, in reading order.
    pub by_field: Vec<Vec<Label>>,
    /// By field: where its `exclude` phrases stand.
    pub excluded: Vec<Vec<Caption>>,
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
            excluded.retain(|caption| !self.torn(caption));
            by_field.push(self.labels_of(&field.labels, &excluded));
            all_excluded.push(excluded);
        }
        give_way(&mut by_field);
        let parties = Parties::find(model, self, &by_field, &all_excluded);
        Labels { by_field, excluded: all_excluded, registration, parties }
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
