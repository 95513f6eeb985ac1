//! Writes a drafted model down, with comments for the one who goes on with it.

use std::fmt::Write;

use super::claims::Claimed;
use super::column::{Choice, Column};
use super::drafted::Drafted;
use crate::model::{DateOrder, FieldKind, Scope};

/// Lists longer than this are broken over lines.
const WIDTH: usize = 100;

/// Returns a text as TOML writes it: literal where it can be, so that patterns stay readable.
pub(super) fn quoted(text: &str) -> String {
    if text.contains('\\') && !text.contains('\'') && !text.chars().any(char::is_control) {
        return format!("'{text}'");
    }
    toml::Value::String(text.to_owned()).to_string()
}

/// Returns the text of a model.
pub(super) fn model((name, scope): (&str, Scope), claims: &Claimed, columns: &[Column]) -> String {
    let mut text = format!(
        "# Drafted from labelled pages: read it, mend it, and see what it does with\n\
         # `scanlift model explain`, `model test` and `model diff`.\n\n\
         name = {}\nversion = 1\nrecords = {}\n\n\
         # The phrases that most of the labelled pages share. Of other pages none should have so many of them.\n\
         [claims]\nany = {}\nat_least = {}\n",
        quoted(name),
        quoted(match scope {
            Scope::Document => "document",
            Scope::Page | Scope::Row => "page",
        }),
        list(&claims.any),
        claims.at_least
    );
    for column in columns {
        text.push('\n');
        text.push_str(&field(column, &column.choice));
    }
    text
}

/// Returns the text of a model of one field that takes every page.
pub(super) fn field_model(column: &Column, choice: &Choice, scope: Scope) -> String {
    let records = if scope == Scope::Document { "document" } else { "page" };
    let field = field(column, choice);
    format!("name = \"draft\"\nversion = 1\nrecords = \"{records}\"\n{field}")
}

fn field(column: &Column, choice: &Choice) -> String {
    let mut text = format!("[fields.{}]\ntype = {}\n", column.name, quoted(column.kind.name()));
    text.push_str(&details(&column.kind.field));
    // Writing to a string cannot fail.
    let mut line = |key: &str, value: String| {
        let _written = writeln!(text, "{key} = {value}");
    };
    if !choice.labels.is_empty() {
        line("label", list(&choice.labels));
    }
    match &choice.places[..] {
        [] => {}
        [place] => line("value", place.clone()),
        places => line("value", format!("[\n    {},\n]", places.join(",\n    "))),
    }
    if let Some(pattern) = &choice.pattern {
        line("pattern", quoted(pattern));
    }
    if !matches!(choice.choose, "" | "best") {
        line("choose", quoted(choice.choose));
    }
    line("required", "true".to_owned());
    text
}

/// Returns the keys that only a type has.
fn details(kind: &FieldKind) -> String {
    match kind {
        FieldKind::Text { max_length, .. } => format!("max_length = {max_length}\n"),
        FieldKind::Integer { min, max } => {
            let bound = |name: &str, bound: &Option<i64>| {
                bound.map_or_else(String::new, |bound| format!("{name} = {bound}\n"))
            };
            bound("min", min) + &bound("max", max)
        }
        FieldKind::Decimal { places, .. } => {
            places.map_or_else(String::new, |places| format!("places = {places}\n"))
        }
        FieldKind::Date { order, pivot, .. } => {
            let order = match order {
                DateOrder::Open => "",
                DateOrder::DayMonthYear => "order = \"dmy\"\n",
                DateOrder::MonthDayYear => "order = \"mdy\"\n",
                DateOrder::YearMonthDay => "order = \"ymd\"\n",
            };
            format!("{order}pivot = {pivot}\n")
        }
        FieldKind::Code { shapes, .. } => format!("shapes = {}\n", list(shapes)),
        FieldKind::Enum { values } => {
            let values = values.iter().map(|value| {
                let synonyms = match &value.synonyms[..] {
                    [] => String::new(),
                    synonyms => format!(", synonyms = {}", list(synonyms).replace('\n', "")),
                };
                format!("    {{ value = {}{synonyms} }},\n", quoted(&value.value))
            });
            format!("values = [\n{}]\n", values.collect::<String>())
        }
        _ => String::new(),
    }
}

fn list(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    let line = format!("[{}]", texts.join(", "));
    if line.len() <= WIDTH { line } else { format!("[\n    {},\n]", texts.join(",\n    ")) }
}

/// Writes over each field how many values it finds.
pub(super) fn add_figures(text: &mut String, fields: &[Drafted]) {
    for Drafted { field, known, seen, right, wrong, .. } in fields {
        let head = format!("[fields.{field}]\n");
        let figures = format!(
            "# Of {known} known values {seen} were seen on the pages; this finds {right}, and {wrong} wrong ones.\n"
        );
        *text = text.replacen(&head, &format!("{figures}{head}"), 1);
    }
}
