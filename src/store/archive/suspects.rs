//! Which records may say something else than what is known of them, as SQL.

use std::fmt::Write as _;

use serde_json::json;
use sqlx::Postgres;
use sqlx::postgres::PgArguments;
use sqlx::query::Query;

use crate::model::RecordModel;
use crate::store::quoted::quoted;
use crate::vocabulary::UNUSUAL;

use super::{as_read, figure, measured, recurring};

/// Records that are to be looked at; all that are to be changed are among them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Suspects {
    /// Those behind the first record up to the second.
    pub between: Option<(i64, i64)>,
    /// By field that recurs: readings of which something else follows than before.
    pub readings: Vec<Vec<String>>,
    /// By field that is measured: what is usual where it was something else; `None` if it is as it was.
    pub usual: Vec<Option<Bounds>>,
}

/// Between which figures, as `Usual` compares them, nothing is unusual.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bounds {
    /// Of records by their value of the first field that recurs.
    pub groups: Vec<(String, f64, f64)>,
    /// Of any record; `None` if it is as it was.
    pub whole: Option<(f64, f64)>,
}

impl Suspects {
    /// Tells whether no record is to be looked at.
    pub fn is_empty(&self) -> bool {
        self.between.is_none()
            && self.readings.iter().all(Vec::is_empty)
            && self.usual.iter().all(Option::is_none)
    }

    /// Returns the condition with what it is joined to; its parameters come behind two others.
    pub(super) fn condition(&self, model: &RecordModel) -> Condition {
        let mut condition = Condition::default();
        let mut any: Vec<String> = Vec::new();
        if let Some((behind, to)) = self.between {
            any.push(format!("record_id > {behind} and record_id <= {to}"));
        }
        for ((_, field), readings) in recurring(model).zip(&self.readings) {
            if !readings.is_empty() {
                let number = condition.add(Parameter::Texts(readings.clone()));
                any.push(format!("{} = any(${number}::text[])", as_read(field)));
            }
        }
        // What it is mended to: a reading that something else follows of is suspected by itself.
        let group = recurring(model).next().map(|(_, first)| quoted(&first.name));
        for ((place, (_, field)), bounds) in measured(model).enumerate().zip(&self.usual) {
            let Some(bounds) = bounds else { continue };
            let figure = figure(field);
            let number = condition.add(Parameter::Text(format!("{}: {UNUSUAL}", field.name)));
            any.push(format!(
                "exists (select from unnest(issues) \"an issue\" where starts_with(\"an issue\", ${number}))"
            ));
            if let Some((low, high)) = bounds.whole {
                let low = condition.add(Parameter::Figure(low));
                let high = condition.add(Parameter::Figure(high));
                any.push(format!("{figure} < ${low} or {figure} > ${high}"));
            }
            if let Some(group) = &group
                && !bounds.groups.is_empty()
            {
                let one = |(name, low, high): &(String, f64, f64)| json!({ "a group": name, "a low": low, "a high": high });
                let groups: serde_json::Value = bounds.groups.iter().map(one).collect();
                let number = condition.add(Parameter::Text(groups.to_string()));
                // No field of a model has such names.
                let _written = write!(
                    condition.joins,
                    " left join jsonb_to_recordset(${number}::jsonb)
                          as \"group {place}\"(\"a group\" text, \"a low\" float8, \"a high\" float8)
                      on \"group {place}\".\"a group\" = {group}"
                );
                any.push(format!(
                    "{figure} < \"group {place}\".\"a low\" or {figure} > \"group {place}\".\"a high\""
                ));
            }
        }
        let any = if any.is_empty() { "false".to_owned() } else { any.join(" or ") };
        condition.filter = format!(" and ({any})");
        condition
    }
}

/// Part of a query.
#[derive(Debug, Default)]
pub(super) struct Condition {
    pub(super) joins: String,
    pub(super) filter: String,
    parameters: Vec<Parameter>,
}

#[derive(Debug)]
enum Parameter {
    Text(String),
    Texts(Vec<String>),
    Figure(f64),
}

impl Condition {
    /// Returns the parameter's number.
    fn add(&mut self, parameter: Parameter) -> usize {
        const BEFORE: usize = 2;
        self.parameters.push(parameter);
        BEFORE + self.parameters.len()
    }

    /// Gives a query the parameters.
    pub(super) fn bound_to<'q>(
        &'q self,
        mut query: Query<'q, Postgres, PgArguments>,
    ) -> Query<'q, Postgres, PgArguments> {
        for parameter in &self.parameters {
            query = match parameter {
                Parameter::Text(text) => query.bind(text),
                Parameter::Texts(texts) => query.bind(texts),
                Parameter::Figure(figure) => query.bind(figure),
            };
        }
        query
    }
}
