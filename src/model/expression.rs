//! Compiled CEL expressions of rules, and what they speak of.
//!
//! `model` checks them when a model is read, `validate` evaluates them.

use std::collections::BTreeSet;

use cel::Program;
use cel::common::ast::{EntryExpr, Expr, IdedExpr, LiteralValue};

/// The name by which rules of row models mean the row above: `previous.date <= date`.
pub(crate) const PREVIOUS: &str = "previous";

/// A compiled expression and the names in it.
#[derive(Debug)]
pub(crate) struct Expression {
    pub(crate) program: Program,
    /// Fields of the record, in order of name; also any other unknown name.
    pub(crate) fields: BTreeSet<String>,
    /// Fields of the row above.
    pub(crate) previous_fields: BTreeSet<String>,
    /// True if it compares something with `null`: then it wants to see missing values.
    pub(crate) tests_null: bool,
}

impl Expression {
    /// Compiles an expression; the error says why it cannot be read.
    pub(crate) fn compile(text: &str) -> Result<Self, String> {
        let program = Program::compile(text).map_err(|cause| {
            cause.errors.first().map_or_else(String::new, |error| {
                let (line, character) = error.pos;
                format!("line {line}, character {character}: {}", short(&error.msg))
            })
        })?;
        let mut names = Names::default();
        names.collect(program.expression());
        let Names { mut fields, previous_fields, bound, tests_null } = names;
        fields.retain(|name| !bound.contains(name));
        Ok(Self { program, fields, previous_fields, tests_null })
    }

    /// Returns true if it speaks of the row above.
    pub(crate) fn needs_previous(&self) -> bool {
        !self.previous_fields.is_empty()
    }
}

/// Drops the parser's list of everything it would have taken instead.
fn short(message: &str) -> String {
    let message = message.split(" expecting ").next().unwrap_or(message);
    message.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

#[derive(Default)]
struct Names {
    fields: BTreeSet<String>,
    previous_fields: BTreeSet<String>,
    /// Variables that macros such as `[…].all(x, …)` bind.
    bound: BTreeSet<String>,
    tests_null: bool,
}

impl Names {
    fn collect(&mut self, expression: &IdedExpr) {
        match &expression.expr {
            Expr::Ident(name) => {
                if !name.starts_with('@') {
                    self.fields.insert(name.clone());
                }
            }
            Expr::Select(select) => match &select.operand.expr {
                Expr::Ident(name) if name == PREVIOUS => {
                    self.previous_fields.insert(select.field.clone());
                }
                _ => self.collect(&select.operand),
            },
            Expr::Literal(LiteralValue::Null) => self.tests_null = true,
            Expr::Comprehension(comprehension) => {
                self.bound.insert(comprehension.iter_var.clone());
                self.bound.insert(comprehension.accu_var.clone());
                self.bound.extend(comprehension.iter_var2.clone());
                self.collect(&comprehension.iter_range);
                self.collect(&comprehension.accu_init);
                self.collect(&comprehension.loop_cond);
                self.collect(&comprehension.loop_step);
                self.collect(&comprehension.result);
            }
            Expr::Call(call) => {
                call.target.iter().for_each(|target| self.collect(target));
                call.args.iter().for_each(|argument| self.collect(argument));
            }
            Expr::List(list) => list.elements.iter().for_each(|item| self.collect(item)),
            Expr::Map(map) => map.entries.iter().for_each(|entry| self.collect_entry(&entry.expr)),
            Expr::Struct(fields) => {
                fields.entries.iter().for_each(|entry| self.collect_entry(&entry.expr));
            }
            Expr::Unspecified | Expr::Literal(_) => {}
        }
    }

    fn collect_entry(&mut self, entry: &EntryExpr) {
        match entry {
            EntryExpr::StructField(field) => self.collect(&field.value),
            EntryExpr::MapEntry(pair) => {
                self.collect(&pair.key);
                self.collect(&pair.value);
            }
        }
    }
}
