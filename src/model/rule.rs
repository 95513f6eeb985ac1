//! Reads `[[rules]]` and checks their expressions against the fields they speak of.

use std::collections::BTreeSet;

use cel::common::ast::{EntryExpr, Expr, IdedExpr};
use cel::{Context, ExecutionError, Program, Value};

use super::problem::{Problem, Problems};
use super::section::{Entry, Section, closest_hint};
use super::{Field, Rule};
use crate::document::{ColumnType, Verdict};

/// Reads all rules of a model.
pub(super) fn rules(entry: &Entry, fields: &[Field], problems: &mut Problems) -> Vec<Rule> {
    let Some(items) = entry.items("a list of tables, `[[rules]]`", problems) else {
        return Vec::new();
    };
    let mut rules: Vec<Rule> = Vec::new();
    for item in items {
        let Some(rule) = rule(&item, fields, problems) else { continue };
        if rules.iter().any(|earlier| earlier.name == rule.name) {
            problems.add(item.at, &item.path, Problem::Twice { name: rule.name });
        } else {
            rules.push(rule);
        }
    }
    rules
}

fn rule(item: &Entry, fields: &[Field], problems: &mut Problems) -> Option<Rule> {
    let section = Section::of(item, problems)?;
    section.only(&["name", "check", "otherwise"], problems);
    let name = section.need("name", problems).and_then(|name| name.text(problems));
    let check_entry = section.need("check", problems)?;
    let check = check_entry.text(problems)?;
    check_expression(&check_entry, &check, fields, problems);
    let verdicts = [("review", Verdict::Review), ("rejected", Verdict::Rejected)];
    let otherwise = section.choice("otherwise", &verdicts, problems).unwrap_or(Verdict::Review);
    Some(Rule { name: name?, check, otherwise })
}

fn check_expression(entry: &Entry, check: &str, fields: &[Field], problems: &mut Problems) {
    let program = match Program::compile(check) {
        Ok(program) => program,
        Err(cause) => {
            let reason = cause.errors.first().map_or_else(String::new, |error| {
                format!("line {}, character {}: {}", error.pos.0, error.pos.1, one_line(&error.msg))
            });
            problems.add(entry.at, &entry.path, Problem::Expression { reason });
            return;
        }
    };
    if names_are_fields(&program, entry, fields, problems) {
        try_out(&program, entry, fields, problems);
    }
}

/// Notes every name that is neither a field nor bound by a macro; returns true if there is none.
fn names_are_fields(
    program: &Program,
    entry: &Entry,
    fields: &[Field],
    problems: &mut Problems,
) -> bool {
    let mut bound = BTreeSet::new();
    collect_bound(program.expression(), &mut bound);
    let references = program.references();
    let mut names = references.variables();
    names.sort_unstable();
    let known: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
    names.retain(|name| !known.contains(name) && !bound.contains(*name));
    for name in &names {
        let hint = closest_hint(name, &known, "its fields are");
        let problem = Problem::UnknownField { name: (*name).to_owned() };
        problems.add_with_hint(entry.at, &entry.path, problem, hint);
    }
    names.is_empty()
}

/// Evaluates the expression over values of the fields' types: finds unknown functions, operators
/// between types that do not go together, and results that are neither true nor false.
fn try_out(program: &Program, entry: &Entry, fields: &[Field], problems: &mut Problems) {
    let mut context = Context::default();
    for field in fields {
        context.add_variable_from_value(field.name.as_str(), sample(field.column_type()));
    }
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
                          strings such as \"1978-03-12\" and \"14:30\"";

fn sample(column_type: ColumnType) -> Value {
    match column_type {
        ColumnType::Text => Value::from("a"),
        ColumnType::Integer => Value::from(1_i64),
        ColumnType::Decimal => Value::from(1.0_f64),
        ColumnType::Date => Value::from("2000-01-01"),
        ColumnType::Time => Value::from("12:00"),
        ColumnType::Boolean => Value::from(true),
    }
}

/// Drops the parser's list of everything it would have taken instead.
fn one_line(text: &str) -> String {
    let text = text.split(" expecting ").next().unwrap_or(text);
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Collects the variables that macros such as `[…].all(x, …)` bind.
fn collect_bound(expression: &IdedExpr, bound: &mut BTreeSet<String>) {
    match &expression.expr {
        Expr::Comprehension(comprehension) => {
            bound.insert(comprehension.iter_var.clone());
            bound.insert(comprehension.accu_var.clone());
            bound.extend(comprehension.iter_var2.clone());
            for part in [
                &comprehension.iter_range,
                &comprehension.accu_init,
                &comprehension.loop_cond,
                &comprehension.loop_step,
                &comprehension.result,
            ] {
                collect_bound(part, bound);
            }
        }
        Expr::Call(call) => {
            if let Some(target) = &call.target {
                collect_bound(target, bound);
            }
            call.args.iter().for_each(|argument| collect_bound(argument, bound));
        }
        Expr::List(list) => list.elements.iter().for_each(|item| collect_bound(item, bound)),
        Expr::Select(select) => collect_bound(&select.operand, bound),
        Expr::Map(map) => {
            for entry in &map.entries {
                match &entry.expr {
                    EntryExpr::StructField(field) => collect_bound(&field.value, bound),
                    EntryExpr::MapEntry(pair) => {
                        collect_bound(&pair.key, bound);
                        collect_bound(&pair.value, bound);
                    }
                }
            }
        }
        Expr::Unspecified | Expr::Ident(_) | Expr::Literal(_) | Expr::Struct(_) => {}
    }
}
