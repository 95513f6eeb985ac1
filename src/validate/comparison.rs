//! Rules that only compare two fields, such as `previous.date <= date`, told without the interpreter: it takes longer
//! than all else that is done to a row.

use std::cmp::Ordering;

use super::arithmetic::weighed;
use crate::document::{Record, TypedField, Value};
use crate::model::{Expression, Field, Operand};

/// A comparison of two fields of a model.
#[derive(Debug)]
pub(super) struct Compared {
    left: Side,
    right: Side,
    holds: fn(Ordering) -> bool,
}

/// A field by its position in the model.
#[derive(Debug, Clone, Copy)]
enum Side {
    OfRecord(usize),
    OfRowAbove(usize),
}

impl Compared {
    /// Returns what an expression compares, if it does nothing else.
    pub(super) fn of(expression: &Expression, fields: &[Field]) -> Option<Self> {
        let comparison = expression.comparison.as_ref()?;
        let side = |operand: &Operand| {
            let (Operand::OfRecord(name) | Operand::OfRowAbove(name)) = operand;
            let position = fields.iter().position(|field| field.name == *name)?;
            Some(match operand {
                Operand::OfRecord(_) => Side::OfRecord(position),
                Operand::OfRowAbove(_) => Side::OfRowAbove(position),
            })
        };
        let (left, right) = (side(&comparison.left)?, side(&comparison.right)?);
        Some(Self { left, right, holds: comparison.holds })
    }

    /// Tells whether it holds; `None` if a value is missing or the values are of kinds that only the interpreter compares.
    pub(super) fn holds(
        &self,
        fields: &[Field],
        record: &Record<TypedField>,
        above: Option<&Record<TypedField>>,
    ) -> Option<bool> {
        let value = |side: Side| {
            let (record, field) = match side {
                Side::OfRecord(field) => (record, field),
                Side::OfRowAbove(field) => (above?, field),
            };
            Some((fields.get(field)?, record.fields.get(field)?.value.as_ref()?))
        };
        order(value(self.left)?, value(self.right)?).map(self.holds)
    }
}

fn order(left: (&Field, &Value), right: (&Field, &Value)) -> Option<Ordering> {
    match (left.1, right.1) {
        (Value::Integer(left), Value::Integer(right)) => Some(left.cmp(right)),
        (Value::Decimal(_), Value::Decimal(_)) => {
            Some(weighed(left.0, left.1)?.cmp(&weighed(right.0, right.1)?))
        }
        (Value::Text(left), Value::Text(right)) => Some(left.cmp(right)),
        (Value::Date(left), Value::Date(right)) => Some(left.cmp(right)),
        (Value::Time(left), Value::Time(right)) => Some(left.cmp(right)),
        _ => None,
    }
}
