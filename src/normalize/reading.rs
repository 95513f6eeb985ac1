//! What a text was read as.

use crate::document::{Ambiguity, Value};

/// Each repaired character leaves so much of the confidence.
pub(super) const KEPT_PER_REPAIR: f32 = 0.88;

/// What a text was read as.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reading {
    pub(crate) value: Value,
    /// How many characters were changed to make it valid.
    pub(crate) repairs: u32,
    /// How likely the text means this, given that its characters are right, 0–1.
    pub(crate) certainty: f32,
    /// What leaves open which value the text means.
    pub(crate) ambiguity: Option<Ambiguity>,
}

impl Reading {
    /// Returns what is left of a confidence after repairs and doubts, 0–1.
    pub(super) fn rank(&self) -> f32 {
        let repairs = i32::try_from(self.repairs).unwrap_or(i32::MAX);
        self.certainty * KEPT_PER_REPAIR.powi(repairs)
    }
}
