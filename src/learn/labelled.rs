//! A record whose right values are known: what is learned from.

use crate::document::{PageNumber, PageText};
use crate::evaluate::Wanted;

/// A record whose right values are known.
#[derive(Debug)]
pub struct Labelled {
    /// The pages of the record, with their words.
    pub pages: Vec<(PageNumber, PageText)>,
    /// What is right, in the model's order of fields.
    pub wanted: Vec<Option<Wanted>>,
    /// Whose it is, such as a company: a word that only one group has is a name.
    pub group: String,
    /// Records of one fold are measured with what the other folds teach.
    pub fold: usize,
}
