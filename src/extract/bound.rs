//! How far a value may reach.

use crate::model::{LinePattern, Until};

/// What ends the columns of a label on its own height.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Bound {
    /// Any other cell.
    Cells,
    /// Labels of other fields; a cell between may be the value itself.
    Labels,
}

/// How far below a label its value may stand.
pub(super) struct Below<'m> {
    pub within_mm: f32,
    pub most_lines: usize,
    pub until: Option<&'m Until>,
}

/// Lines that begin with one pattern and end before another.
pub(super) struct Passage<'m> {
    pub starts: &'m LinePattern,
    pub ends: Option<&'m LinePattern>,
    pub most_lines: usize,
}
