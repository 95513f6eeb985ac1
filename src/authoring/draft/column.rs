//! A field on its way to a draft.

use super::kinds::Kind;
use super::sightings::Sighting;

/// A field on its way to a draft.
pub(super) struct Column<'n> {
    pub name: &'n str,
    /// Position among the truths.
    pub at: usize,
    pub kind: Kind,
    pub sightings: Vec<Sighting>,
    pub choice: Choice,
}

/// How a field is found.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Choice {
    pub labels: Vec<String>,
    /// As they are written in a model.
    pub places: Vec<String>,
    pub pattern: Option<String>,
    pub choose: &'static str,
}
