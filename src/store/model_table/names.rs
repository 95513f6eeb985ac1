//! What tables, columns and indexes of models are called.

use crate::store::quoted::quoted;

/// The columns that every model's table has, in the order they are written.
pub(in crate::store) const OWN_COLUMNS: [&str; 11] = [
    "document_id",
    "page_number",
    "row_number",
    "region_number",
    "model_version",
    STATUS,
    "confidence",
    "field_confidence",
    "issues",
    DATE_ORDER,
    BEFORE_ARCHIVE,
];

/// The schema of the models' tables.
pub(in crate::store) const RECORDS: &str = "records";
/// The schema in which tables of the next generation lie until they are whole.
pub(in crate::store) const NEXT_RECORDS: &str = "next_records";

pub(super) const RECORD_ID: &str = "record_id";

/// How far a record can be trusted.
pub(super) const STATUS: &str = "status";

/// What the dates of a record's pages say about the order of day and month; null for nothing.
const DATE_ORDER: &str = "date_order";

/// What a record was before the archive changed it; only `archive.rs` knows what stands in it.
const BEFORE_ARCHIVE: &str = "before_archive";

/// Returns a model's table as SQL writes it.
pub(in crate::store) fn table_of(model: &str) -> String {
    format!("{RECORDS}.{}", quoted(model))
}

/// Longest name that Postgres keeps whole, in bytes.
const LONGEST_NAME: usize = 63;
/// Digits of a hash that tell names from each other that were cut.
const DIGITS: usize = 8;
/// What an index is called after its field.
const INDEX: &str = "_ix";

/// Returns the name of the index of a field, or of the one by status: that is a column which no field is called like. Names
/// that Postgres would cut are cut here, and end in what tells them from each other.
pub(super) fn index_name(model: &str, field: &str) -> String {
    let name = format!("{model}_{field}{INDEX}");
    if name.len() <= LONGEST_NAME {
        return name;
    }
    let hash = blake3::hash(name.as_bytes()).to_hex();
    // Names of models and fields are ASCII.
    let head: String = name.chars().take(LONGEST_NAME - DIGITS - 1 - INDEX.len()).collect();
    format!("{head}_{}{INDEX}", &hash[..DIGITS])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_indexes_are_none_that_postgres_cuts() {
        assert_eq!(index_name("log", "hours"), "log_hours_ix");
        let (model, field) = ("m".repeat(40), "f".repeat(40));
        let name = index_name(&model, &field);
        assert_eq!(name.len(), LONGEST_NAME);
        assert!(name.starts_with(&format!("{model}_fff")) && name.ends_with("_ix"), "{name}");
        assert_ne!(name, index_name(&model, &format!("{field}g")));
    }
}
