//! The column of a field in its model's table.

use super::{Field, FieldKind, Partial};
use crate::document::{ColumnType, FieldColumn};

impl Field {
    /// Returns the field's column.
    pub fn stored_as(&self) -> FieldColumn {
        FieldColumn { kind: self.column_type(), count: self.count }
    }

    /// Returns the type of the field's values.
    pub fn column_type(&self) -> ColumnType {
        match self.kind {
            FieldKind::Text { .. }
            | FieldKind::Code { .. }
            | FieldKind::Enum { .. }
            | FieldKind::Lookup { .. }
            | FieldKind::Barcode { .. }
            | FieldKind::Date { partial: Partial::Keep, .. } => ColumnType::Text,
            FieldKind::Integer { .. } => ColumnType::Integer,
            FieldKind::Decimal { .. } | FieldKind::Money | FieldKind::Duration => {
                ColumnType::Decimal
            }
            FieldKind::Date { .. } => ColumnType::Date,
            FieldKind::Time => ColumnType::Time,
            FieldKind::Checkbox => ColumnType::Boolean,
        }
    }
}
