//! Reads `[[rules]]` and checks their expressions against the fields they speak of.

use std::collections::BTreeSet;

use cel::Program;
use cel::common::ast::{EntryExpr, Expr, IdedExpr};

use super::problem::{Problem, Problems};
use super::section::{Entry, Section, closest_hint};
use super::{Field, Rule};
use crate::document::Verdict;

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
                format!("character {}: {}", error.pos.1, one_line(&error.msg))
            });
            problems.add(entry.at, &entry.path, Problem::Expression { reason });
            return;
        }
    };
    let mut bound = BTreeSet::new();
    collect_bound(program.expression(), &mut bound);
    let references = program.references();
    let mut names = references.variables();
    names.sort_unstable();
    let known: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
    for name in names {
        if !known.contains(&name) && !bound.contains(name) {
            let hint = closest_hint(name, &known, "its fields are");
            let problem = Problem::UnknownField { name: name.to_owned() };
            problems.add_with_hint(entry.at, &entry.path, problem, hint);
        }
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
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
