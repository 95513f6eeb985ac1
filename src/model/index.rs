//! Checks whether a field can have an index. Called by `field`.

use super::problem::{Problem, Problems};
use super::section::Section;
use super::{Field, FieldKind};
use crate::document::{Count, Symbology};

/// An entry of a B-tree holds 2704 bytes, and a character takes up to 4: a longer text could not be stored at all.
const LONGEST_TEXT: usize = 600;
/// Barcodes that hold long texts.
const LONG_CODES: [Symbology; 4] =
    [Symbology::Aztec, Symbology::DataMatrix, Symbology::Pdf417, Symbology::QrCode];

/// An index finds single values; one of two values finds half of all records.
pub(super) fn check(field: &Field, section: &Section, problems: &mut Problems) {
    let Some(entry) = section.get("index").filter(|_| field.index) else { return };
    let types = match &field.kind {
        FieldKind::Text { max_length, .. } if *max_length > LONGEST_TEXT => {
            Some("text with a `max_length` of 600 at most")
        }
        FieldKind::Barcode { symbologies }
            if symbologies.iter().any(|code| LONG_CODES.contains(code)) =>
        {
            Some("barcode of stripes, whose `symbology` is named")
        }
        FieldKind::Checkbox => Some("value that is one of many"),
        _ if field.count == Count::Many => Some("value that does not repeat"),
        _ => None,
    };
    if let Some(types) = types {
        problems.add(entry.key_at, &section.path, Problem::SingleOf { key: "index", types });
    }
}
