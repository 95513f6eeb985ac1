//! What was learned and how good it is, or why nothing can be learned.

use crate::model::Learned;

/// With fewer labelled records nothing is learned.
pub const FEWEST: usize = 10;

/// What was learned, and how good it is.
#[derive(Debug)]
pub struct Lesson {
    pub learned: Learned,
    pub gains: Vec<Gain>,
}

/// How much better a field is found, measured on records that were not learned from.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Gain {
    pub field: String,
    /// Records with a value of this field.
    pub labelled: usize,
    /// Of those: the right value is among the candidates.
    pub findable: usize,
    /// Right by the model's own places.
    pub right_before: usize,
    /// Right by the ranker.
    pub right_after: usize,
    /// Whether the ranker is used: where it finds more, or the model says so.
    pub taken: bool,
}

/// Why nothing can be learned.
#[derive(Debug, thiserror::Error)]
pub enum LearnError {
    #[error(
        "model `{model}` makes a record of each row; only those of pages and documents are learned"
    )]
    Rows { model: String },
    #[error("{found} labelled records with stored words, at least {FEWEST} are needed")]
    TooFew { found: usize },
    #[error("all labelled records have a text in common, so nothing could be measured")]
    OneFold,
    #[error("no labelled field of model `{model}` can be learned")]
    NoFields { model: String },
    #[error("the weights of field `{field}` cannot be fitted: {reason}")]
    Fit { field: String, reason: String },
}
