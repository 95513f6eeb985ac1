//! What all files of an export have in common.

use crate::store::{ColumnKind, DecimalRange};

use super::format::Format;

/// Columns, and how they are written.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) format: Format,
    pub(super) columns: Vec<PlannedColumn>,
    /// Whether the files' hashes are wanted.
    pub(super) is_hashed: bool,
}

#[derive(Debug, Clone)]
pub(super) struct PlannedColumn {
    pub(super) name: String,
    pub(super) kind: ColumnKind,
    /// Of decimals, where the format needs to know.
    #[cfg_attr(not(feature = "parquet"), expect(dead_code, reason = "only Parquet asks for it"))]
    pub(super) range: Option<DecimalRange>,
}
