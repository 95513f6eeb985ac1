//! A drafted model and how well it finds what is known, or why there is none.

use serde::Serialize;

/// A drafted model.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The text of the model's file, with comments.
    pub toml: String,
    /// In the order of the columns.
    pub fields: Vec<Drafted>,
}

/// How well a field is found by the draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Drafted {
    pub field: String,
    /// Type as the model names it.
    pub kind: &'static str,
    /// Scans of which the value is known.
    pub known: usize,
    /// Scans on which the value was seen as it is known.
    pub seen: usize,
    /// Scans of which the draft finds the right value, and a wrong one.
    pub right: usize,
    pub wrong: usize,
}

/// Why there is no draft.
#[derive(Debug, thiserror::Error)]
pub enum DraftError {
    #[error("fields: no value of any column was seen on the pages")]
    NothingSeen,
    #[error("the draft is no model: {0}")]
    NoModel(crate::model::ModelErrors),
}
