//! Reads `[[rules]]` and checks their expressions against the fields they speak of.

use std::collections::HashMap;
use std::sync::Arc;

use cel::{Env, ExecutionError, Program, Value};

use super::balance::Balance;
use super::expression::{Expression, PREVIOUS, with_functions};
use super::problem::{Problem, Problems};
use super::range::expand_ranges;
use super::section::{Entry, Section, closest_hint};
use super::{Field, Rule, Scope};
use crate::document::{ColumnType, Count, FieldColumn, Verdict};

/// What a rule that is a [`Balance`] may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mends {
    Nothing,
    /// Digits that make it true, if they are the only ones that do.
    Digits,
    /// Digits; and where all of its other fields are sure, this field takes the value that follows
    /// from them. A position in the model.
    DigitsAndComputed(usize),
}

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
    section.only(&["name", "check", "otherwise", "repair", "recompute"], problems);
    let name = section.need("name", problems).and_then(|name| name.text(problems));
    let check_entry = section.need("check", problems)?;
    let check = check_entry.text(problems)?;
    let names: Vec<&str> = speaks_of.fields.iter().map(|field| field.name.as_str()).collect();
    let check = match expand_ranges(&check, &names) {
        Ok(check) => check,
        Err(reason) => {
            problems.add(check_entry.at, &check_entry.path, Problem::Expression { reason });
            return None;
        }
    };
    let expression = check_expression(&check_entry, &check, speaks_of, problems)?;
    let balance = Balance::of(expression.program.expression(), speaks_of.fields);
    let verdicts = [("review", Verdict::Review), ("rejected", Verdict::Rejected)];
    let otherwise = section.choice("otherwise", &verdicts, problems).unwrap_or(Verdict::Review);
    let mends = read_mends(&section, balance.as_ref(), &names, problems);
    Some(Rule { name: name?, check, otherwise, balance, mends })
}

fn read_mends(
    section: &Section,
    balance: Option<&Balance>,
    names: &[&str],
    problems: &mut Problems,
) -> Mends {
    let repairs = section.flag("repair", problems).unwrap_or(false);
    let recompute = section.get("recompute");
    if !repairs && recompute.is_none() {
        return Mends::Nothing;
    }
    let Some(balance) = balance else {
        let reason = "it cannot repair: it is no sum or mean of fields".to_owned();
        let hint = "write it as `total == net + tax` or `abs(mean - avg(h01..h24)) <= 0.0005`";
        let problem = Problem::Expression { reason };
        problems.add_with_hint(section.at, &section.path, problem, hint.to_owned());
        return Mends::Nothing;
    };
    let Some(entry) = recompute else { return Mends::Digits };
    let Some(name) = entry.text(problems) else { return Mends::Digits };
    let spoken_of: Vec<&str> =
        balance.terms.iter().filter_map(|(field, _)| names.get(*field).copied()).collect();
    match names.iter().position(|known| *known == name) {
        Some(field) if spoken_of.contains(&name.as_str()) => Mends::DigitsAndComputed(field),
        _ => {
            entry.none_of(&name, spoken_of, problems);
            Mends::Digits
        }
    }
}

fn check_expression(
    entry: &Entry,
    check: &str,
    speaks_of: Scoped,
    problems: &mut Problems,
) -> Option<Expression> {
    let expression = match Expression::compile(check) {
        Ok(expression) => expression,
        Err(reason) => {
            problems.add(entry.at, &entry.path, Problem::Expression { reason });
            return None;
        }
    };
    if speaks_of.scope != Scope::Row && expression.needs_previous() {
        problems.add(entry.at, &entry.path, Problem::RowsOnly { key: PREVIOUS });
        return None;
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
    Some(expression)
}

/// Evaluates the expression over values of the fields' types: finds unknown functions, operators
/// between types that do not go together, and results that are neither true nor false.
fn try_out(program: &Program, entry: &Entry, fields: &[Field], problems: &mut Problems) {
    let mut context = with_functions(Arc::new(Env::stdlib()));
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
