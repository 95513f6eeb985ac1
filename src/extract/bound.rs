//! How far a label's value may reach.

/// What ends the columns of a label on its own height.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Bound {
    /// Any other cell.
    Cells,
    /// Labels of other fields; a cell between may be the value itself.
    Labels,
}
