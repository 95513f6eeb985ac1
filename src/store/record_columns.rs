//! The columns that records are exported with: their names, and the SQL that they are made of.

use crate::document::Count;
use crate::model::RecordModel;

use super::datum::DatumKind;
use super::quoted::quoted;

/// A column that an export of records can have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordColumn {
    pub name: String,
    source: Source,
}

/// What a column says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    /// A field of the model.
    Field,
    File,
    DocumentId,
    Page,
    Row,
    /// Null on a page that is one region.
    Region,
    Status,
    Confidence,
    Issues,
    /// BLAKE3 of the document, hexadecimal.
    Document,
    ModelVersion,
    Engine,
    Languages,
    Run,
    Attempt,
    /// Of the field at this position of the model.
    FieldConfidence(usize),
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ColumnKind {
    pub kind: DatumKind,
    pub count: Count,
}

/// Tables that a query needs beside the records and their files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Joined {
    pub(super) document: bool,
    pub(super) page: bool,
    pub(super) attempt: bool,
}

const STANDARD: [(&str, Source); 7] = [
    ("_file", Source::File),
    ("_page", Source::Page),
    ("_row", Source::Row),
    ("_region", Source::Region),
    ("_status", Source::Status),
    ("_confidence", Source::Confidence),
    ("_issues", Source::Issues),
];

const PROVENANCE: [(&str, Source); 6] = [
    ("_document", Source::Document),
    ("_model_version", Source::ModelVersion),
    ("_engine", Source::Engine),
    ("_languages", Source::Languages),
    ("_run", Source::Run),
    ("_attempt", Source::Attempt),
];

impl RecordColumn {
    fn new(name: &str, source: Source) -> Self {
        Self { name: name.to_owned(), source }
    }

    /// Returns the columns of every export: the model's fields, then `_file`, `_page`, `_row`, `_region`, `_status`,
    /// `_confidence` and `_issues`.
    pub fn standard(model: &RecordModel) -> Vec<Self> {
        let fields = model.fields.iter().map(|field| Self::new(&field.name, Source::Field));
        fields.chain(STANDARD.map(|(name, source)| Self::new(name, source))).collect()
    }

    /// Returns the columns that say where a record is from: `_document` (its BLAKE3), `_model_version`, `_engine` and
    /// `_languages` of its first page, `_run` and `_attempt` (the newest one that ended as the page is), and the
    /// confidence of each field, such as `_confidence_total`.
    pub fn provenance(model: &RecordModel) -> Vec<Self> {
        let confidences = model.fields.iter().enumerate().map(|(index, field)| {
            Self::new(&format!("_confidence_{}", field.name), Source::FieldConfidence(index))
        });
        let first = PROVENANCE.map(|(name, source)| Self::new(name, source));
        first.into_iter().chain(confidences).collect()
    }

    /// Returns the columns by which records are ordered.
    pub(super) fn key() -> [Self; 4] {
        [Source::File, Source::DocumentId, Source::Page, Source::Row]
            .map(|source| Self::new("", source))
    }

    /// Returns the field whose values it says.
    pub(super) fn field(&self) -> Option<&str> {
        (self.source == Source::Field).then_some(self.name.as_str())
    }

    /// True if both columns say the same.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.source == other.source && (self.source != Source::Field || self.name == other.name)
    }

    /// Returns the column's SQL and what it holds, given the type of a field's column as `format_type` writes it.
    pub(super) fn sql(&self, type_of: impl Fn(&str) -> Option<String>) -> (String, ColumnKind) {
        let (sql, kind) = match self.source {
            Source::Field => return field_sql(&self.name, type_of(&self.name).as_deref()),
            Source::Issues => {
                let kind = ColumnKind { kind: DatumKind::Text, count: Count::Many };
                return ("record.issues".to_owned(), kind);
            }
            Source::File => ("file.path", DatumKind::Text),
            Source::DocumentId => ("record.document_id", DatumKind::Integer),
            Source::Page => ("record.page_number", DatumKind::Integer),
            Source::Row => ("record.row_number", DatumKind::Integer),
            Source::Region => ("nullif(record.region_number, 0)", DatumKind::Integer),
            Source::Status => ("record.status", DatumKind::Text),
            Source::Confidence => ("record.confidence", DatumKind::Share),
            Source::Document => ("encode(document.hash, 'hex')", DatumKind::Text),
            Source::ModelVersion => ("record.model_version", DatumKind::Integer),
            Source::Engine => ("page.engine", DatumKind::Text),
            Source::Languages => ("page.languages", DatumKind::Text),
            Source::Run => ("attempt.run_id", DatumKind::Integer),
            Source::Attempt => ("attempt.attempt_number", DatumKind::Integer),
            Source::FieldConfidence(index) => {
                let kind = ColumnKind { kind: DatumKind::Share, count: Count::One };
                return (format!("record.field_confidence[{}]", index + 1), kind);
            }
        };
        (sql.to_owned(), ColumnKind { kind, count: Count::One })
    }

    /// Notes the tables that the column is read from.
    pub(super) fn joins(&self, joined: &mut Joined) {
        match self.source {
            Source::Document => joined.document = true,
            Source::Engine | Source::Languages => joined.page = true,
            Source::Run | Source::Attempt => (joined.page, joined.attempt) = (true, true),
            Source::Field
            | Source::File
            | Source::DocumentId
            | Source::Page
            | Source::Row
            | Source::Region
            | Source::Status
            | Source::Confidence
            | Source::Issues
            | Source::ModelVersion
            | Source::FieldConfidence(_) => {}
        }
    }
}

/// The type is the table's, not the model's: a model may have changed since. What is of no type of ours comes as text.
fn field_sql(name: &str, present: Option<&str>) -> (String, ColumnKind) {
    let column = format!("record.{}", quoted(name));
    let present = present.unwrap_or("text");
    let (item, count) = match present.strip_suffix("[]") {
        Some(item) => (item, Count::Many),
        None => (present, Count::One),
    };
    let kind = match item {
        "text" => DatumKind::Text,
        "bigint" | "integer" => DatumKind::Integer,
        "numeric" => DatumKind::Decimal,
        "date" => DatumKind::Date,
        "time without time zone" => DatumKind::Time,
        "boolean" => DatumKind::Boolean,
        _ => {
            let text = ColumnKind { kind: DatumKind::Text, count: Count::One };
            return (format!("{column}::text"), text);
        }
    };
    (column, ColumnKind { kind, count })
}
