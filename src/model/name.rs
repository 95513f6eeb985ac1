//! Which names models and fields may have: they become tables, columns and CEL variables.

/// What a name is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    Model,
    Field,
}

/// Postgres cuts longer identifiers.
const MAX_LENGTH: usize = 63;

/// Columns that every model's table has.
const OWN_COLUMNS: [&str; 12] = [
    "date_order",
    "before_archive",
    "record_id",
    "document_id",
    "page_id",
    "row_number",
    "region_number",
    "model_version",
    "status",
    "confidence",
    "field_confidence",
    "issues",
];

/// Key words that Postgres reserves: <https://www.postgresql.org/docs/current/sql-keywords-appendix.html>.
const SQL_WORDS: [&str; 76] = [
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "both",
    "case",
    "cast",
    "check",
    "collate",
    "column",
    "constraint",
    "create",
    "current_catalog",
    "current_date",
    "current_role",
    "current_time",
    "current_timestamp",
    "current_user",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "false",
    "fetch",
    "for",
    "foreign",
    "from",
    "grant",
    "group",
    "having",
    "in",
    "initially",
    "intersect",
    "into",
    "lateral",
    "leading",
    "limit",
    "localtime",
    "localtimestamp",
    "not",
    "null",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "placing",
    "primary",
    "references",
    "returning",
    "select",
    "session_user",
    "some",
    "symmetric",
    "system_user",
    "table",
    "then",
    "to",
    "trailing",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "variadic",
    "when",
    "where",
];

/// Words that CEL reserves and SQL does not: <https://github.com/google/cel-spec/blob/master/doc/langdef.md#syntax>.
const CEL_WORDS: [&str; 14] = [
    "break",
    "const",
    "continue",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
];

/// Returns why the name cannot be used, or `None` if it can.
pub(super) fn refusal(name: &str, use_as: Use) -> Option<&'static str> {
    let mut characters = name.chars();
    let good_start = characters.next().is_some_and(|c| c.is_ascii_lowercase());
    let good_rest = characters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if !good_start || !good_rest {
        return Some("names are a lowercase letter, then lowercase letters, digits and `_`");
    }
    if name.len() > MAX_LENGTH {
        return Some("Postgres cuts names after 63 characters");
    }
    if SQL_WORDS.contains(&name) {
        return Some("SQL reserves the word");
    }
    if use_as == Use::Field {
        if OWN_COLUMNS.contains(&name) {
            return Some("every record table has a column of that name");
        }
        if name == super::PREVIOUS {
            return Some("rules mean the row above by it");
        }
        if CEL_WORDS.contains(&name) {
            return Some("rules reserve the word");
        }
    }
    None
}
