//! Finds and repairs wrong digits by the rules that are sums of fields.
//!
//! `spread` says which values a field may have and how likely each is, `network` weighs them by the
//! sums that they must make and by their neighbors (`series`), `table` does so for dense tables.
//! `record` looks for the one wrong digit of a single record.
//! `Validator` calls the last two.

mod belief;
mod network;
mod record;
mod series;
mod spread;
mod table;
#[cfg(test)]
mod tests;

pub(super) use record::repair_record;
pub(super) use table::repair_table;

use rust_decimal::Decimal;

use crate::document::Value;
use crate::model::{Balance, Field};

/// Returns the number that rules take a field's value for: with the figures that are not printed.
pub(super) fn weighed(spec: &Field, value: &Value) -> Option<Decimal> {
    let number = match value {
        Value::Decimal(number) => *number,
        Value::Integer(number) => Decimal::from(*number),
        _ => return None,
    };
    Some(match spec.wraps_at {
        Some(wrap) if number < wrap / Decimal::TWO => number.checked_add(wrap)?,
        Some(_) | None => number,
    })
}

/// Returns by how much a balance is off, with its constant but without its tolerance; `None` if a
/// number is missing or too large.
pub(super) fn off(balance: &Balance, number: impl Fn(usize) -> Option<Decimal>) -> Option<Decimal> {
    balance.terms.iter().try_fold(balance.constant, |off, (field, weight)| {
        off.checked_add(number(*field)?.checked_mul(Decimal::from(*weight))?)
    })
}
