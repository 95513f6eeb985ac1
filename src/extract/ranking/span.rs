//! A part of a page that may hold a value.

use crate::document::{Candidate, Value};
use crate::extract::piece::Piece;

/// A part of a page that may hold the value.
pub(super) struct Span {
    /// First row and last, as indexes into the rows of the scene.
    pub rows: (usize, usize),
    /// First word and the one after the last, as indexes into the layout.
    pub words: (usize, usize),
    pub piece: Piece,
    /// The candidate, where it is made already.
    pub candidate: Option<Candidate>,
    /// What it says, if the field is no text.
    pub value: Option<Value>,
    pub rule: Option<usize>,
}
