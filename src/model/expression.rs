//! Compiled CEL expressions of rules, and what they speak of.
//!
//! `model` checks them when a model is read, `validate` evaluates them.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

use cel::common::ast::{EntryExpr, Expr, IdedExpr, LiteralValue, operators};
use cel::extractors::IntoFunction;
use cel::{Context, Env, ExecutionError, Program, Value};

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
    /// What it says if it only compares two fields.
    pub(crate) comparison: Option<Comparison>,
}

/// A comparison of two fields, which needs no interpreter.
#[derive(Debug, Clone)]
pub(crate) struct Comparison {
    pub(crate) left: Operand,
    pub(crate) right: Operand,
    /// Tells for how the left one stands to the right one whether it holds.
    pub(crate) holds: fn(Ordering) -> bool,
}

/// One side of a comparison: a field by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Operand {
    OfRecord(String),
    OfRowAbove(String),
}

impl Comparison {
    fn of(expression: &IdedExpr) -> Option<Self> {
        let Expr::Call(call) = &expression.expr else { return None };
        let [left, right] = call.args.as_slice() else { return None };
        let holds = match call.func_name.as_str() {
            operators::LESS => Ordering::is_lt,
            operators::LESS_EQUALS => Ordering::is_le,
            operators::GREATER => Ordering::is_gt,
            operators::GREATER_EQUALS => Ordering::is_ge,
            operators::EQUALS => Ordering::is_eq,
            operators::NOT_EQUALS => Ordering::is_ne,
            _ => return None,
        };
        Some(Self { left: Operand::of(left)?, right: Operand::of(right)?, holds })
    }
}

impl Operand {
    fn of(expression: &IdedExpr) -> Option<Self> {
        match &expression.expr {
            Expr::Ident(name) if name != PREVIOUS => Some(Self::OfRecord(name.clone())),
            Expr::Select(select) if !select.test => match &select.operand.expr {
                Expr::Ident(name) if name == PREVIOUS => {
                    Some(Self::OfRowAbove(select.field.clone()))
                }
                _ => None,
            },
            _ => None,
        }
    }
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
        let comparison = Comparison::of(program.expression());
        Ok(Self { program, fields, previous_fields, tests_null, comparison })
    }

    /// Returns true if it speaks of the row above.
    pub(crate) fn needs_previous(&self) -> bool {
        !self.previous_fields.is_empty()
    }
}

/// Returns a context with what rules may call besides the standard functions: `sum` and `avg` of a
/// list of numbers, `abs` of a double, `round` of a double to a number of decimals.
pub(crate) fn with_functions<'a>(environment: Arc<Env>) -> Context<'a, 'a> {
    let mut context = Context::with_env(environment);
    add(&mut context, "sum", |numbers: Arc<Vec<Value>>| sum(&numbers));
    add(&mut context, "avg", |numbers: Arc<Vec<Value>>| {
        // An empty list has no mean; the division makes it NaN, which no comparison holds for.
        sum(&numbers).map(|sum| sum / numbers.len() as f64)
    });
    add(&mut context, "abs", f64::abs);
    add(&mut context, "round", |number: f64, places: i64| {
        let unit = 10_f64.powi(i32::try_from(places.clamp(0, 15)).unwrap_or(0));
        (number * unit).round() / unit
    });
    context
}

fn add<T: 'static>(
    context: &mut Context,
    name: &str,
    function: impl IntoFunction<T> + 'static + Send + Sync,
) {
    let added = context.add_function(name, function);
    debug_assert!(added.is_ok(), "the standard library has no function of that name");
}

fn sum(numbers: &[Value]) -> Result<f64, ExecutionError> {
    numbers.iter().try_fold(0.0, |sum, number| match number {
        Value::Float(number) => Ok(sum + number),
        Value::Int(number) => Ok(sum + *number as f64),
        other => Err(ExecutionError::UnexpectedType {
            got: other.type_of().to_string(),
            want: "a number".to_owned(),
        }),
    })
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
