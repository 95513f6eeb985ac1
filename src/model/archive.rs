//! Checks what a field expects of the archive: `recurs` and `outliers`. Called by `field`.

use super::problem::{Problem, Problems};
use super::section::Section;
use super::{Field, FieldKind};
use crate::document::{ColumnType, Count};

/// What the archive teaches is about single values: names recur, figures and dates are more or less than usual.
pub(super) fn check(field: &Field, section: &Section, problems: &mut Problems) {
    let one = field.count == Count::One;
    let names = matches!(field.kind, FieldKind::Text { .. } | FieldKind::Code { .. });
    let figures =
        matches!(field.column_type(), ColumnType::Integer | ColumnType::Decimal | ColumnType::Date);
    let misplaced = [
        ("recurs", field.recurs && !(one && names)),
        ("outliers", field.outliers && !(one && figures)),
    ];
    for (key, _) in misplaced.iter().filter(|(_, misplaced)| *misplaced) {
        let Some(entry) = section.get(key) else { continue };
        let types =
            if *key == "recurs" { "text or code" } else { "number, money, duration or date" };
        problems.add(entry.key_at, &section.path, Problem::SingleOf { key, types });
    }
}
