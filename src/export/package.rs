//! What describes the files of an export: `datapackage.json` (Frictionless Data Package v1 with Table Schemas,
//! <https://specs.frictionlessdata.io>) and `manifest.json` with the settings that made them and their hashes.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use crate::document::Count;
use crate::model::RecordModel;
use crate::store::{DatumKind, Filter};

use super::error::ExportError;
use super::format::{DecimalMark, Format};
use super::options::ExportOptions;
use super::plan::{Plan, PlannedColumn};
use super::progress::FinishedPart;
use super::target::{Compression, Target, temporary_beside};

/// What made the files.
pub(super) struct Settings<'a> {
    pub(super) model: &'a RecordModel,
    pub(super) options: &'a ExportOptions,
}

/// Writes both files beside the exported ones. Nothing in them says when: the same state gives the same bytes.
pub(super) fn write(
    target: &Target,
    plan: &Plan,
    parts: &[FinishedPart],
    settings: &Settings<'_>,
) -> Result<(), ExportError> {
    let resources: Vec<Value> =
        parts.iter().map(|part| resource(target, plan, part, settings.model)).collect();
    let package = json!({
        "profile": "tabular-data-package",
        "name": resource_name(&settings.model.name),
        "resources": resources,
    });
    put(target, "datapackage.json", &package)?;
    put(target, "manifest.json", &manifest(plan, parts, settings))
}

fn put(target: &Target, name: &str, content: &Value) -> Result<(), ExportError> {
    let Target::File(path) = target else { return Ok(()) };
    let path = path.with_file_name(name);
    let written = || -> io::Result<()> {
        let mut file = temporary_beside(&path)?;
        serde_json::to_writer_pretty(&mut file, content)?;
        file.write_all(b"\n")?;
        file.as_file().sync_all()?;
        file.persist(&path).map_err(|error| error.error)?;
        Ok(())
    };
    written().map_err(|cause| Target::File(path.clone()).failed(cause))
}

fn manifest(plan: &Plan, parts: &[FinishedPart], settings: &Settings<'_>) -> Value {
    let Settings { model, options } = settings;
    let files: Vec<Value> = parts
        .iter()
        .map(|part| {
            json!({ "path": part.file, "rows": part.rows, "bytes": part.bytes, "sha256": part.sha256 })
        })
        .collect();
    json!({
        "program": concat!("scanlift ", env!("CARGO_PKG_VERSION")),
        "model": {
            "name": model.name,
            "version": model.version,
            "blake3": blake3::hash(model.source.as_bytes()).to_hex().as_str(),
        },
        "settings": {
            "format": format_name(&options.format),
            "columns": plan.columns.iter().map(|column| &column.name).collect::<Vec<_>>(),
            "status": options.statuses.iter().map(|status| status.as_str()).collect::<Vec<_>>(),
            "where": options.filter.as_ref().map(Filter::text),
            "split_rows": options.split_rows,
            "csv": match &options.format {
                Format::Csv(dialect) => json!({
                    "delimiter": char::from(dialect.delimiter).to_string(),
                    "byte_order_mark": dialect.byte_order_mark,
                    "null": dialect.null,
                    "decimal_mark": dialect.decimal_mark.as_char().to_string(),
                    "formulas": format!("{:?}", dialect.formulas).to_lowercase(),
                }),
                Format::JsonLines | Format::Parquet => Value::Null,
            },
        },
        "rows": parts.iter().map(|part| part.rows).sum::<u64>(),
        "files": files,
    })
}

fn format_name(format: &Format) -> &'static str {
    match format {
        Format::Csv(_) => "csv",
        Format::JsonLines => "jsonl",
        Format::Parquet => "parquet",
    }
}

/// Names are lower case letters, figures, `.`, `_` and `-`.
fn resource_name(name: &str) -> String {
    let fits = |letter: char| {
        letter.is_ascii_lowercase() || letter.is_ascii_digit() || "._-".contains(letter)
    };
    name.to_lowercase().chars().map(|letter| if fits(letter) { letter } else { '-' }).collect()
}

fn resource(target: &Target, plan: &Plan, part: &FinishedPart, model: &RecordModel) -> Value {
    let stem = part.file.split('.').next().unwrap_or(&model.name);
    let mut resource = Map::new();
    let mut set = |key: &str, value: Value| resource.insert(key.to_owned(), value);
    set("name", json!(resource_name(stem)));
    set("path", json!(part.file));
    set("format", json!(format_name(&plan.format)));
    set("bytes", json!(part.bytes));
    if let Some(hash) = &part.sha256 {
        set("hash", json!(format!("sha256:{hash}")));
    }
    match target.compression() {
        Some(Compression::Gzip) => drop(set("compression", json!("gz"))),
        Some(Compression::Zstd) => drop(set("compression", json!("zst"))),
        None => {}
    }
    if let Format::Csv(dialect) = &plan.format {
        set("profile", json!("tabular-data-resource"));
        set("mediatype", json!("text/csv"));
        set("encoding", json!(if dialect.byte_order_mark { "utf-8-sig" } else { "utf-8" }));
        let delimiter = char::from(dialect.delimiter).to_string();
        set(
            "dialect",
            json!({ "delimiter": delimiter, "lineTerminator": "\n", "quoteChar": "\"" }),
        );
    }
    set("schema", schema(plan));
    Value::Object(resource)
}

fn schema(plan: &Plan) -> Value {
    let fields: Vec<Value> =
        plan.columns.iter().map(|column| field(column, &plan.format)).collect();
    let mut schema = json!({ "fields": fields });
    if let Format::Csv(dialect) = &plan.format {
        let mut missing = vec![String::new()];
        if !dialect.null.is_empty() {
            missing.push(dialect.null.clone());
        }
        schema["missingValues"] = json!(missing);
    }
    schema
}

fn field(column: &PlannedColumn, format: &Format) -> Value {
    let kind = match (column.kind.count, format) {
        // A list is its values, joined.
        (Count::Many, Format::Csv(_)) => "string",
        (Count::Many, Format::JsonLines | Format::Parquet) => "array",
        (Count::One, _) => match column.kind.kind {
            DatumKind::Text => "string",
            DatumKind::Integer => "integer",
            DatumKind::Share | DatumKind::Decimal => "number",
            DatumKind::Date => "date",
            DatumKind::Time => "time",
            DatumKind::Boolean => "boolean",
        },
    };
    let mut field = json!({ "name": column.name, "type": kind });
    if let (Format::Csv(dialect), "number") = (format, kind)
        && dialect.decimal_mark == DecimalMark::Comma
    {
        field["decimalChar"] = json!(",");
    }
    field
}
