//! Evaluates the CEL rules of a model over typed values.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::Arc;

use cel::{Context, Env};

use super::arithmetic::{off, weighed};
use super::comparison::Compared;
use crate::document::{Record, TypedField, Value, Verdict};
use crate::model::{Balance, Expression, Field, PREVIOUS, RecordModel, with_functions};

/// The rules of one model, compiled.
pub(super) struct CompiledRules {
    fields: Vec<Field>,
    rules: Vec<CompiledRule>,
    /// The functions that rules may call.
    functions: Context<'static, 'static>,
}

impl fmt::Debug for CompiledRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CompiledRules").field("rules", &self.rules).finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct CompiledRule {
    name: String,
    /// `None` if it does not compile, which a parsed model rules out.
    expression: Option<Expression>,
    /// All that the expression says, if it only compares two fields.
    compared: Option<Compared>,
    otherwise: Verdict,
    balance: Option<Balance>,
}

/// A rule that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    Broken { rule: String, verdict: Verdict },
    Failed { rule: String },
}

impl CompiledRule {
    fn broken(&self) -> Outcome {
        Outcome::Broken { rule: self.name.clone(), verdict: self.otherwise }
    }
}

impl CompiledRules {
    pub(super) fn new(model: &RecordModel) -> Self {
        let rules = model.rules.iter().map(|rule| {
            let expression = Expression::compile(&rule.check).ok();
            let compared = expression.as_ref().and_then(|it| Compared::of(it, &model.fields));
            let (name, otherwise, balance) =
                (rule.name.clone(), rule.otherwise, rule.balance.clone());
            CompiledRule { name, expression, compared, otherwise, balance }
        });
        Self {
            fields: model.fields.clone(),
            rules: rules.collect(),
            functions: with_functions(Arc::new(Env::stdlib())),
        }
    }

    /// Evaluates the rules that speak of one record only.
    pub(super) fn on_record(&self, record: &Record<TypedField>) -> Vec<Outcome> {
        self.evaluate(false, record, None)
    }

    /// Evaluates the rules that speak of the row above.
    pub(super) fn on_rows(
        &self,
        previous: &Record<TypedField>,
        row: &Record<TypedField>,
    ) -> Vec<Outcome> {
        self.evaluate(true, row, Some(previous))
    }

    fn evaluate(
        &self,
        with_previous: bool,
        record: &Record<TypedField>,
        previous: Option<&Record<TypedField>>,
    ) -> Vec<Outcome> {
        let concerns = |rule: &&CompiledRule| {
            rule.expression.as_ref().map_or(!with_previous, Expression::needs_previous)
                == with_previous
        };
        // Sums are made exactly; the others need a context, which takes longer than they do.
        let (sums, rules): (Vec<&CompiledRule>, Vec<&CompiledRule>) =
            self.rules.iter().filter(concerns).partition(|rule| rule.balance.is_some());
        let mut outcomes: Vec<Outcome> =
            sums.into_iter().filter_map(|rule| self.weigh(rule, record)).collect();
        if rules.is_empty() {
            return outcomes;
        }
        if let Some(compared) = self.compare(&rules, record, previous) {
            outcomes.extend(compared);
            return outcomes;
        }
        let mut context = self.functions.new_inner_scope();
        for (name, value) in self.spoken_of(&rules, |rule| &rule.fields, record) {
            context.add_variable_from_value(name, value);
        }
        if let Some(previous) = previous {
            let row: HashMap<&str, cel::Value> =
                self.spoken_of(&rules, |rule| &rule.previous_fields, previous).collect();
            context.add_variable_from_value(PREVIOUS, row);
        }
        let told = rules.into_iter();
        outcomes.extend(told.filter_map(|rule| self.outcome(rule, &context, (record, previous))));
        outcomes
    }

    /// Returns the outcomes of rules that only compare fields; `None` if one of them needs the interpreter.
    fn compare(
        &self,
        rules: &[&CompiledRule],
        record: &Record<TypedField>,
        previous: Option<&Record<TypedField>>,
    ) -> Option<Vec<Outcome>> {
        let mut outcomes = Vec::new();
        for rule in rules {
            let (expression, compared) = (rule.expression.as_ref()?, rule.compared.as_ref()?);
            if self.speaks_of_missing(expression, record, previous) {
                continue;
            }
            if !compared.holds(&self.fields, record, previous)? {
                outcomes.push(rule.broken());
            }
        }
        Some(outcomes)
    }

    /// Returns the fields of a record that any of these rules speaks of, with their values.
    fn spoken_of<'s>(
        &'s self,
        rules: &'s [&'s CompiledRule],
        names: fn(&Expression) -> &BTreeSet<String>,
        record: &'s Record<TypedField>,
    ) -> impl Iterator<Item = (&'s str, cel::Value)> {
        let is_spoken_of = move |spec: &Field| {
            let mut expressions = rules.iter().filter_map(|rule| rule.expression.as_ref());
            expressions.any(|expression| names(expression).contains(&spec.name))
        };
        let fields = self.fields.iter().zip(&record.fields);
        fields
            .filter(move |(spec, _)| is_spoken_of(spec))
            .map(|(spec, field)| (spec.name.as_str(), cel_value(spec, field.value.as_ref())))
    }

    /// Returns `None` if a sum comes out right, or if one of its values is missing.
    fn weigh(&self, rule: &CompiledRule, record: &Record<TypedField>) -> Option<Outcome> {
        let balance = rule.balance.as_ref()?;
        let number = |field: usize| {
            weighed(self.fields.get(field)?, record.fields.get(field)?.value.as_ref()?)
        };
        let off = off(balance, number)?;
        (off.abs() > balance.tolerance).then(|| rule.broken())
    }

    /// Returns `None` if the rule holds, or if a value it speaks of is missing and it does not
    /// say what then.
    fn outcome(
        &self,
        rule: &CompiledRule,
        context: &Context,
        (record, previous): (&Record<TypedField>, Option<&Record<TypedField>>),
    ) -> Option<Outcome> {
        let failed = || Some(Outcome::Failed { rule: rule.name.clone() });
        let Some(expression) = &rule.expression else { return failed() };
        let speaks_of_missing = self.speaks_of_missing(expression, record, previous);
        if speaks_of_missing && !expression.tests_null {
            return None;
        }
        match expression.program.execute(context) {
            Ok(cel::Value::Bool(true)) => None,
            Ok(cel::Value::Bool(false)) => Some(rule.broken()),
            // `date == null || date > other` cannot be evaluated if only `other` is missing.
            Err(_) if speaks_of_missing => None,
            Ok(_) | Err(_) => failed(),
        }
    }

    fn speaks_of_missing(
        &self,
        expression: &Expression,
        record: &Record<TypedField>,
        previous: Option<&Record<TypedField>>,
    ) -> bool {
        self.any_missing(&expression.fields, record)
            || previous.is_some_and(|row| self.any_missing(&expression.previous_fields, row))
    }

    fn any_missing(&self, names: &BTreeSet<String>, record: &Record<TypedField>) -> bool {
        let mut fields = self.fields.iter().zip(&record.fields);
        fields.any(|(spec, field)| field.value.is_none() && names.contains(&spec.name))
    }
}

fn cel_value(spec: &Field, value: Option<&Value>) -> cel::Value {
    match value {
        None => cel::Value::Null,
        Some(Value::Text(text)) => cel::Value::from(text.as_str()),
        Some(Value::Integer(number)) => cel::Value::from(*number),
        // Rules compare sums within cents; a double keeps 15 digits.
        Some(value @ Value::Decimal(_)) => weighed(spec, value)
            .and_then(|number| f64::try_from(number).ok())
            .map_or(cel::Value::Null, cel::Value::from),
        Some(Value::Date(date)) => cel::Value::from(date.to_string()),
        Some(Value::Time(time)) => cel::Value::from(time.strftime("%H:%M:%S").to_string()),
        Some(Value::Boolean(flag)) => cel::Value::from(*flag),
        Some(Value::List(values)) => {
            let values: Vec<cel::Value> =
                values.iter().map(|value| cel_value(spec, Some(value))).collect();
            cel::Value::from(values)
        }
    }
}
