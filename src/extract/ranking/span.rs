//! A part of a page that may hold a value.

use crate::document::{Candidate, Value};
use crate::extract::piece::Piece;
use crate::extract::word_range::WordRange;

/// Rows of the scene from the first to the last.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rows {
    pub first: usize,
    pub last: usize,
}

/// A part of a page that may hold the value.
pub(super) struct Span {
    pub rows: Rows,
    /// All its words and those between its lines.
    pub words: WordRange,
    pub piece: Piece,
    /// The candidate, where it is made already.
    pub candidate: Option<Candidate>,
    /// What it says, if the field is no text.
    pub value: Option<Value>,
    pub rule: Option<usize>,
}
