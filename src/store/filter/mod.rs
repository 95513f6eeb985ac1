//! Conditions such as `reason == 'timeout' && confidence < 0.8`: their grammar, their columns, and their SQL.
//!
//! They are written as the expressions of rules are, in a part of CEL; the words of SQL and bare values are understood
//! as well: `reason=timeout and confidence<0.8`.
//!
//! ```text
//! condition   = conjunction { ("||" | "or") conjunction }
//! conjunction = term { ("&&" | "and") term }
//! term        = ("!" | "not") term | "(" condition ")" | column operator value
//!             | column "in" "[" value { "," value } "]" | column "." function "(" value ")"
//! operator    = "==" "=" "!=" "<" "<=" ">" ">=" "~"  ("~": matches the regular expression)
//! function    = "matches" "contains" "startsWith" "endsWith"
//! value       = word | 'quoted' | "quoted"           (a quote is doubled inside quotes, a backslash is one)
//! ```
//! A missing value is unlike any value: `x=1` is false and `x!=1` is true of it. Values reach the database as
//! parameters, never as SQL.

mod condition;
mod parse;

use crate::document::{ColumnType, Count};
use crate::model::RecordModel;

use super::quoted::{literal, quoted};
pub use condition::FilterError;
use condition::{Column, ColumnPlace, Condition, Operator};

/// A checked condition on pages or on the records of a model.
#[derive(Debug, Clone)]
pub struct Filter {
    text: String,
    condition: Condition,
}

impl Filter {
    /// Parses a condition on pages. Columns: `reason`, `stage`, `state`, `confidence` (mean of the words, 0–1),
    /// `engine`, `languages`, `path` (of any of the document's files), `model` (a record of it starts on the page),
    /// `attempts`, `page`, `dpi`, `width`, `height` (pixels), `unread` (share of the ink, 0–1), `words` (their number),
    /// `issue` (any of the page's, such as `slanted`).
    pub fn pages(text: &str) -> Result<Self, FilterError> {
        let here = |name: &str, kind, expression: &str| Column {
            name: name.to_owned(),
            kind,
            count: Count::One,
            place: ColumnPlace::Here(expression.to_owned()),
        };
        let mut columns = vec![
            here("reason", ColumnType::Text, "page.reason"),
            here("stage", ColumnType::Text, "page.stage"),
            here("state", ColumnType::Text, "page.state"),
            // Rounded: 80 as a real, divided, is not quite 0.8.
            here(
                "confidence",
                ColumnType::Decimal,
                "round((page.mean_confidence / 100)::numeric, 4)",
            ),
            here("engine", ColumnType::Text, "page.engine"),
            here("languages", ColumnType::Text, "page.languages"),
            here("attempts", ColumnType::Integer, "page.attempts"),
            here("page", ColumnType::Integer, "page.page_number"),
            here("dpi", ColumnType::Decimal, "page.dpi::numeric"),
            here("width", ColumnType::Integer, "page.width"),
            here("height", ColumnType::Integer, "page.height"),
            // Rounded: 0.02 as a real is not quite 0.02.
            here("unread", ColumnType::Decimal, "round(page.unread::numeric, 4)"),
            here("words", ColumnType::Integer, "page.words"),
            Column { count: Count::Many, ..here("issue", ColumnType::Text, "page.issues") },
        ];
        columns.push(Column {
            name: "path".into(),
            kind: ColumnType::Text,
            count: Count::One,
            place: ColumnPlace::AnyFile,
        });
        columns.push(Column {
            name: "model".into(),
            kind: ColumnType::Text,
            count: Count::One,
            place: ColumnPlace::Model,
        });
        Ok(Self { text: text.to_owned(), condition: parse::condition(text, &columns)? })
    }

    /// Parses a condition on the records of a model. Columns: the model's fields, `_status`, `_confidence` (0–1),
    /// `_file`, `_page`, `_row`, `_region` (0 on a page that is one region), `_issues` (joined by `; `). A list fits if any of its values does.
    pub fn records(text: &str, model: &RecordModel) -> Result<Self, FilterError> {
        let own = [
            ("_status", ColumnType::Text, "record.status"),
            ("_confidence", ColumnType::Decimal, "round(record.confidence::numeric, 4)"),
            ("_file", ColumnType::Text, "file.path"),
            ("_issues", ColumnType::Text, "array_to_string(record.issues, '; ')"),
            ("_page", ColumnType::Integer, "record.page_number"),
            ("_row", ColumnType::Integer, "record.row_number"),
            ("_region", ColumnType::Integer, "record.region_number"),
        ];
        let fields = model.fields.iter().map(|field| Column {
            name: field.name.clone(),
            kind: field.column_type(),
            count: field.count,
            place: ColumnPlace::Here(format!("record.{}", quoted(&field.name))),
        });
        let own = own.map(|(name, kind, expression)| Column {
            name: name.to_owned(),
            kind,
            count: Count::One,
            place: ColumnPlace::Here(expression.to_owned()),
        });
        let columns: Vec<Column> = fields.chain(own).collect();
        Ok(Self { text: text.to_owned(), condition: parse::condition(text, &columns)? })
    }

    /// Returns the condition as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns SQL and the text parameters it names, which come after `bound` others. The SQL is never null.
    pub(super) fn to_sql(&self, bound: usize) -> (String, Vec<String>) {
        let mut arguments = Vec::new();
        let sql = sql_of(&self.condition, &mut |value| {
            arguments.push(value.to_owned());
            format!("${}", bound + arguments.len())
        });
        (sql, arguments)
    }

    /// Returns SQL without parameters, for `copy`, which takes none.
    pub(super) fn to_literal_sql(&self) -> String {
        sql_of(&self.condition, &mut literal)
    }
}

/// Returns the SQL of a condition; `place` says how a value is written in it.
fn sql_of(condition: &Condition, place: &mut dyn FnMut(&str) -> String) -> String {
    match condition {
        Condition::All(parts) => joined(parts, " and ", place),
        Condition::Any(parts) => joined(parts, " or ", place),
        Condition::Not(part) => format!("not {}", sql_of(part, place)),
        Condition::Compare { column, operator, value } => match &column.place {
            ColumnPlace::Model => format!(
                "exists (select from records.{} r where r.document_id = page.document_id
                         and r.page_number = page.page_number)",
                quoted(value)
            ),
            ColumnPlace::Here(expression) => {
                let value = place(value);
                match column.count {
                    Count::One => compared(expression, column.kind, *operator, &value),
                    Count::Many => format!(
                        "exists (select from unnest({expression}) value where {})",
                        compared("value", column.kind, *operator, &value)
                    ),
                }
            }
            ColumnPlace::AnyFile => {
                let comparison = compared("f.path", column.kind, *operator, &place(value));
                format!(
                    "exists (select from scanlift.source_file f
                             where f.document_id = page.document_id and {comparison})"
                )
            }
        },
    }
}

fn joined(parts: &[Condition], word: &str, place: &mut dyn FnMut(&str) -> String) -> String {
    let parts: Vec<String> = parts.iter().map(|part| sql_of(part, place)).collect();
    format!("({})", parts.join(word))
}

fn compared(expression: &str, kind: ColumnType, operator: Operator, value: &str) -> String {
    // An integer column is compared as numeric, so that `page < 2.5` and huge numbers need no second look.
    let cast = match kind {
        ColumnType::Integer => "numeric",
        ColumnType::Text
        | ColumnType::Decimal
        | ColumnType::Date
        | ColumnType::Time
        | ColumnType::Boolean => kind.as_str(),
    };
    format!("coalesce({expression} {} {value}::{cast}, false)", operator.sql())
}
