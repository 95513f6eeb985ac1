//! Names in SQL.

/// Returns an identifier as SQL writes it.
pub(super) fn quoted(identifier: &str) -> String {
    format!("\"{}\"", identifier.replace('"', "\"\""))
}
