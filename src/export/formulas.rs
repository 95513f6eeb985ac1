//! What becomes of cells that a spreadsheet would take for a formula.

/// What becomes of cells that a spreadsheet would take for a formula.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Formulas {
    #[default]
    AsIs,
    /// Cells that start with `=`, `+`, `-`, `@`, a tab or a carriage return get a leading `'`. Numbers stay.
    Protected,
}
