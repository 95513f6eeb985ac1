//! Reads `[[rules]]` and checks their expressions against the fields they speak of.

use std::collections::HashMap;

use cel::{Context, ExecutionError, Program, Value};

use super::expression::{Expression, PREVIOUS};
use super::problem::{Problem, Problems};
use super::section::{Entry, Section, closest_hint};
use super::{Field, Rule, Scope};
use crate::document::{ColumnType, Count, FieldColumn, Verdict};

/// What rules may speak of: the fields of a model, and the row above if it has rows.
#[derive(Clone, Copy)]
pub(super) struct Scoped<'m> {
    pub(super) fields: &'m [Field],
    pub(super) scope: Scope,
}

/// Reads all rules of a model.
pub(super) fn rules(entry: &Entry, speaks_of: Scoped, problems: &mut Problems) -> Vec<Rule> {
    let Some(items) = entry.items("a list of tables, `[[rules]]`", problems) else {
        return Vec::new();
    };
    let mut rules: Vec<Rule> = Vec::new();
    for item in items {
        let Some(rule) = rule(&item, speaks_of, problems) else { continue };
        if rules.iter().any(|earlier| earlier.name == rule.name) {
            problems.add(item.at, &item.path, Problem::Twice { name: rule.name });
        } else {
            rules.push(rule);
        }
    }
    rules
}

fn rule(item: &Entry, speaks_of: Scoped, problems: &mut Problems) -> Option<Rule> {
    let section = Section::of(item, problems)?;
    section.only(&["name", "check", "otherwise"], problems);
    let name = section.need("name", problems).and_then(|name| name.text(problems));
    let check_entry = section.need("check", problems)?;
    let check = check_entry.text(problems)?;
    check_expression(&check_entry, &check, speaks_of, problems);
    let verdicts = [("review", Verdict::Review), ("rejected", Verdict::Rejected)];
    let otherwise = section.choice("otherwise", &verdicts, problems).unwrap_or(Verdict::Review);
    Some(Rule { name: name?, check, otherwise })
}

fn check_expression(entry: &Entry, check: &str, speaks_of: Scoped, problems: &mut Problems) {
    let expression = match Expression::compile(check) {
        Ok(expression) => expression,
        Err(reason) => {
            problems.add(entry.at, &entry.path, Problem::Expression { reason });
            return;
        }
    };
    if speaks_of.scope != Scope::Row && expression.needs_previous() {
        problems.add(entry.at, &entry.path, Problem::RowsOnly { key: PREVIOUS });
        return;
    }
    let known: Vec<&str> = speaks_of.fields.iter().map(|field| field.name.as_str()).collect();
    let names = expression.fields.union(&expression.previous_fields);
    let unknown: Vec<&String> = names.filter(|name| !known.contains(&name.as_str())).collect();
    for name in &unknown {
        let hint = closest_hint(name, &known, "its fields are");
        let problem = Problem::UnknownField { name: (*name).clone() };
        problems.add_with_hint(entry.at, &entry.path, problem, hint);
    }
    if unknown.is_empty() {
        try_out(&expression.program, entry, speaks_of.fields, problems);
    }
}

/// Evaluates the expression over values of the fields' types: finds unknown functions, operators
/// between types that do not go together, and results that are neither true nor false.
fn try_out(program: &Program, entry: &Entry, fields: &[Field], problems: &mut Problems) {
    let mut context = Context::default();
    for field in fields {
        context.add_variable_from_value(field.name.as_str(), sample(field.stored_as()));
    }
    let row: HashMap<&str, Value> =
        fields.iter().map(|field| (field.name.as_str(), sample(field.stored_as()))).collect();
    context.add_variable_from_value(PREVIOUS, row);
    let (reason, hint) = match program.execute(&context) {
        Ok(Value::Bool(_)) => return,
        Ok(other) => (format!("it gives {}, not true or false", other.type_of()), None),
        // The samples have the right types but arbitrary values: only errors of type count.
        Err(ExecutionError::UndeclaredReference(name)) => {
            (format!("there is no function `{name}`"), None)
        }
        Err(ExecutionError::ValuesNotComparable(left, right)) => {
            let reason = format!("{} and {} cannot be compared", left.type_of(), right.type_of());
            (reason, Some(TYPES_HINT))
        }
        Err(
            ref error @ (ExecutionError::NoSuchOverload(_) | ExecutionError::UnexpectedType { .. }),
        ) => (error.to_string().to_lowercase(), Some(TYPES_HINT)),
        Err(_) => return,
    };
    let problem = Problem::Expression { reason };
    match hint {
        Some(hint) => problems.add_with_hint(entry.at, &entry.path, problem, hint.to_owned()),
        None => problems.add(entry.at, &entry.path, problem),
    }
}

const TYPES_HINT: &str = "money, decimals and durations are doubles (`1.0`), dates and times are \
                          strings such as \"1978-03-12\" and \"14:30:00\"";

fn sample(column: FieldColumn) -> Value {
    let value = match column.kind {
        ColumnType::Text => Value::from("a"),
        ColumnType::Integer => Value::from(1_i64),
        ColumnType::Decimal => Value::from(1.0_f64),
        ColumnType::Date => Value::from("2000-01-01"),
        ColumnType::Time => Value::from("12:00:00"),
        ColumnType::Boolean => Value::from(true),
    };
    match column.count {
        Count::One => value,
        Count::Many => Value::from(vec![value.clone(), value]),
    }
}
