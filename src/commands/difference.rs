//! What is told of records that differ.

use std::io::Write;

use crate::authoring::Change;
use crate::pipeline::{ExampleKind, ModelDifference};

/// Writes the counts by field and the examples; `names` are the fields in the order in which they are told.
pub(super) fn write(
    out: &mut impl Write,
    names: &[&String],
    difference: &ModelDifference,
) -> std::io::Result<()> {
    let both = difference.records_old.saturating_sub(difference.lost);
    writeln!(
        out,
        "documents: {}\nrecords:   {} → {}: {} gained, {} lost, {} of {both} with the same values",
        difference.documents,
        difference.records_old,
        difference.records_new,
        difference.gained,
        difference.lost,
        difference.same
    )?;
    let width = difference.fields.keys().map(String::len).max().unwrap_or(0).max(5);
    writeln!(
        out,
        "{:width$} {:>9} {:>9} {:>9} {:>9}",
        "field", "same", "changed", "filled", "emptied"
    )?;
    for name in names {
        let field = difference.fields.get(*name).copied().unwrap_or_default();
        writeln!(
            out,
            "{name:width$} {:>9} {:>9} {:>9} {:>9}",
            field.same, field.changed, field.filled, field.emptied
        )?;
    }
    for (change, count) in &difference.verdicts {
        writeln!(out, "verdict {change}: {count}")?;
    }
    for example in &difference.examples {
        let file = example.file.as_ref().map(|file| file.display().to_string());
        let kind = match example.kind {
            ExampleKind::Gained => "gained",
            ExampleKind::Lost => "lost",
            ExampleKind::Changed => "changed",
        };
        let file = file.unwrap_or_else(|| "(no file)".to_owned());
        writeln!(out, "{file}: page {}, row {}: {kind}", example.page, example.row)?;
        for Change { field, old, new } in &example.changes {
            let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "–".to_owned());
            writeln!(out, "  {field}: {} → {}", text(old), text(new))?;
        }
    }
    Ok(())
}
