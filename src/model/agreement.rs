//! Reads `[[balances]]`: sums of fields by which their candidates are chosen together.
//!
//! A rule says what must be true of a record; a balance says which of the amounts of a page belong
//! together. `normalize` weighs candidates by it.

use super::balance::Balance;
use super::expression::Expression;
use super::problem::{Problem, Problems};
use super::range::expand_ranges;
use super::section::{Entry, Section, closest_hint};
use super::{Field, Scope};

/// Amounts that belong together.
#[derive(Debug, Clone, PartialEq)]
pub struct Agreement {
    pub name: String,
    /// What may be true of them; one of these is enough. Not empty.
    pub sums: Vec<Balance>,
    /// Fields (positions in the model, ascending) that count as 0 where they are missing.
    pub optional: Vec<usize>,
}

/// Reads all balances of a model.
pub(super) fn agreements(
    entry: &Entry,
    (fields, scope): (&[Field], Option<Scope>),
    problems: &mut Problems,
) -> Vec<Agreement> {
    if scope == Some(Scope::Row) {
        let reason = "rows have rules instead, `[[rules]]` with `repair = true`".to_owned();
        problems.add(entry.key_at, &entry.path, Problem::Expression { reason });
        return Vec::new();
    }
    let Some(items) = entry.items("a list of tables, `[[balances]]`", problems) else {
        return Vec::new();
    };
    let mut agreements: Vec<Agreement> = Vec::new();
    for item in items {
        let Some(agreement) = agreement(&item, fields, problems) else { continue };
        if agreements.iter().any(|earlier| earlier.name == agreement.name) {
            problems.add(item.at, &item.path, Problem::Twice { name: agreement.name });
        } else {
            agreements.push(agreement);
        }
    }
    agreements
}

fn agreement(item: &Entry, fields: &[Field], problems: &mut Problems) -> Option<Agreement> {
    let section = Section::of(item, problems)?;
    section.only(&["name", "sums", "optional"], problems);
    let name = section.need("name", problems).and_then(|name| name.text(problems));
    let entry = section.need("sums", problems)?;
    let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
    let sums: Vec<Balance> = entry
        .texts(problems)
        .iter()
        .filter_map(|text| sum(&entry, text, (fields, &names), problems))
        .collect();
    let mut optional: Vec<usize> = Vec::new();
    for field in section.texts("optional", problems) {
        match names.iter().position(|known| *known == field) {
            Some(at) => optional.push(at),
            None => {
                let hint = closest_hint(&field, &names, "its fields are");
                let problem = Problem::UnknownField { name: field };
                problems.add_with_hint(item.at, &item.path, problem, hint);
            }
        }
    }
    optional.sort_unstable();
    if sums.is_empty() {
        return None;
    }
    Some(Agreement { name: name?, sums, optional })
}

fn sum(
    entry: &Entry,
    text: &str,
    (fields, names): (&[Field], &[&str]),
    problems: &mut Problems,
) -> Option<Balance> {
    let compiled = expand_ranges(text, names).and_then(|text| Expression::compile(&text));
    let reason = match compiled {
        Ok(expression) => match Balance::of(expression.program.expression(), fields) {
            Some(balance) => return Some(balance),
            None => format!("`{text}` is no sum of amounts of this model"),
        },
        Err(reason) => reason,
    };
    let hint = "write it as `total == subtotal + tax`, with fields that are numbers".to_owned();
    problems.add_with_hint(entry.at, &entry.path, Problem::Expression { reason }, hint);
    None
}
