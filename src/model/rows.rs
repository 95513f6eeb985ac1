//! Reads `[rows]`: where the table of a row model is, and how dense tables are laid out.

use super::problem::{Problem, Problems};
use super::range::positions;
use super::section::{Section, closest_hint};
use super::{Dense, Field, Foot, RowLabel, Rows, Scope};

/// Reads the rows of a model; notes that they are missing in row models, or too much in others.
pub(super) fn rows(
    root: &Section,
    scope: Option<Scope>,
    fields: &[Field],
    problems: &mut Problems,
) -> Option<Rows> {
    let Some(entry) = root.get("rows") else {
        if scope == Some(Scope::Row) {
            let hint = "say which field starts a row: `[rows]` with `starts_with = \"date\"`";
            let problem = Problem::Missing { key: "rows" };
            problems.add_with_hint(root.at, &root.path, problem, hint.to_owned());
        }
        return None;
    };
    if matches!(scope, Some(Scope::Document | Scope::Page)) {
        problems.add(entry.key_at, &root.path, Problem::RowsOnly { key: "rows" });
        return None;
    }
    let section = Section::of(&entry, problems)?;
    section.only(&["starts_with", "until", "min_fields", "dense"], problems);
    let until = section.texts("until", problems);
    let min_fields =
        section.integer::<usize>("min_fields", "a number of fields", problems).unwrap_or(1);
    let dense = section.get("dense").and_then(|entry| Section::of(&entry, problems));
    let is_dense = dense.is_some();
    let dense = dense.and_then(|section| read_dense(&section, fields, problems));
    let start = section.need("starts_with", problems)?;
    let starts_with = start.text(problems)?;
    let Some(starter) = fields.iter().find(|field| field.name == starts_with) else {
        let known: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
        let hint = closest_hint(&starts_with, &known, "its fields are");
        let problem = Problem::UnknownField { name: starts_with };
        problems.add_with_hint(start.at, &start.path, problem, hint);
        return None;
    };
    if is_dense && starter.cell != Some(0) {
        problems.add(start.at, &start.path, Problem::StartWithoutCell { name: starts_with });
        return None;
    }
    if !is_dense && starter.column.is_empty() {
        problems.add(start.at, &start.path, Problem::StartWithoutColumn { name: starts_with });
        return None;
    }
    Some(Rows { starts_with, until, min_fields, dense })
}

fn read_dense(section: &Section, fields: &[Field], problems: &mut Problems) -> Option<Dense> {
    section.only(&["columns", "shape", "label", "foot", "series"], problems);
    let range = "1 to 200 columns of numbers";
    section.need("columns", problems)?;
    let columns = section.integer::<u16>("columns", range, problems)?;
    if !(1..=200).contains(&columns) {
        section.get("columns")?.out_of_range(&columns.to_string(), range, problems);
        return None;
    }
    let shape = read_shape(section, problems);
    let labels = [("read", RowLabel::Read), ("counted", RowLabel::Counted)];
    let feet = [("mean", Foot::Mean), ("sum", Foot::Sum)];
    let series = section.get("series").and_then(|entry| {
        let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
        let found = positions(&entry.text(problems)?, &names);
        if let Err(reason) = &found {
            let problem = Problem::Expression { reason: reason.clone() };
            problems.add(entry.at, &entry.path, problem);
        }
        found.ok()
    });
    if let Some(most) = fields.iter().filter_map(|field| field.cell).max()
        && most > columns
    {
        let entry = section.get("columns")?;
        entry.out_of_range(&columns.to_string(), "a field has a `cell` after the last", problems);
    }
    Some(Dense {
        columns,
        shape: shape?,
        label: section.choice("label", &labels, problems).unwrap_or(RowLabel::Read),
        foot: section.choice("foot", &feet, problems),
        series,
    })
}

/// Returns the shape of the cells: up to 9 digits, at most one point among them.
fn read_shape(section: &Section, problems: &mut Problems) -> Option<String> {
    let entry = section.need("shape", problems)?;
    let shape = entry.text(problems)?;
    let (digits, points) = (shape.matches('9').count(), shape.matches('.').count());
    let known = digits + points == shape.chars().count();
    if !known || !(1..=9).contains(&digits) || points > 1 || shape.ends_with('.') {
        let range = "a shape is up to nine `9` with at most one point among them, such as `9.99`";
        entry.out_of_range(&shape, range, problems);
        return None;
    }
    Some(shape)
}
