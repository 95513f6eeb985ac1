//! Rules that are sums: what `total == subtotal + tax` or `abs(mean - avg(h01..h24)) <= 0.0005`
//! say as a weighted sum of fields that must be zero within a tolerance.
//!
//! `validate` weighs them exactly, where doubles would not do, and repairs digits by them.

use std::collections::BTreeMap;

use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue};
use rust_decimal::Decimal;

use super::Field;
use crate::document::ColumnType;

/// A weighted sum of fields: `|Σ weight × field + constant| <= tolerance`.
#[derive(Debug, Clone, PartialEq)]
pub struct Balance {
    /// Position of the field in its model and its weight, which is not 0; by position.
    pub terms: Vec<(usize, i64)>,
    pub constant: Decimal,
    /// 0 or more.
    pub tolerance: Decimal,
}

impl Balance {
    /// Returns the balance that an expression is; `None` if it is anything else.
    pub(super) fn of(expression: &IdedExpr, fields: &[Field]) -> Option<Self> {
        let Expr::Call(call) = &expression.expr else { return None };
        let (left, right) = (call.args.first()?, call.args.get(1)?);
        let sum = match call.func_name.as_str() {
            "_==_" => Sum::of(left, fields)?.plus(&Sum::of(right, fields)?.times(MINUS_ONE)?)?,
            "_<=_" => {
                let Expr::Call(inner) = &left.expr else { return None };
                let inside = inner.args.first().filter(|_| inner.func_name == "abs")?;
                let bound = Sum::of(right, fields)?;
                let mut sum = Sum::of(inside, fields)?;
                if !bound.terms.is_empty() {
                    return None;
                }
                sum.tolerance = sum.tolerance.plus(bound.constant)?;
                sum
            }
            _ => return None,
        };
        sum.whole()
    }
}

/// A fraction in lowest terms with a denominator above 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ratio(i128, i128);

const ZERO: Ratio = Ratio(0, 1);
const MINUS_ONE: Ratio = Ratio(-1, 1);

impl Ratio {
    fn new(over: i128, under: i128) -> Option<Self> {
        let divisor = gcd(over, under)?;
        let sign = if under < 0 { -1 } else { 1 };
        Some(Self(over / divisor * sign, under / divisor * sign))
    }

    fn of(number: f64) -> Option<Self> {
        let decimal = Decimal::try_from(number).ok()?;
        Self::new(decimal.mantissa(), 10_i128.checked_pow(decimal.scale())?)
    }

    fn plus(self, other: Self) -> Option<Self> {
        let left = self.0.checked_mul(other.1)?;
        let right = other.0.checked_mul(self.1)?;
        Self::new(left.checked_add(right)?, self.1.checked_mul(other.1)?)
    }

    fn times(self, other: Self) -> Option<Self> {
        Self::new(self.0.checked_mul(other.0)?, self.1.checked_mul(other.1)?)
    }

    fn inverse(self) -> Option<Self> {
        Self::new(self.1, self.0)
    }

    fn decimal(self) -> Option<Decimal> {
        let over = Decimal::try_from_i128_with_scale(self.0, 0).ok()?;
        over.checked_div(Decimal::try_from_i128_with_scale(self.1, 0).ok()?)
    }
}

/// Returns the greatest common divisor, above 0; `None` if `under` is 0.
fn gcd(over: i128, under: i128) -> Option<i128> {
    let (mut large, mut small) = (over.checked_abs()?, under.checked_abs()?);
    if small == 0 {
        return None;
    }
    while small != 0 {
        (large, small) = (small, large % small);
    }
    Some(large)
}

/// A weighted sum while it is put together; rounding adds to the tolerance.
#[derive(Debug, Clone, PartialEq)]
struct Sum {
    terms: BTreeMap<usize, Ratio>,
    constant: Ratio,
    tolerance: Ratio,
}

impl Sum {
    fn constant(constant: Ratio) -> Self {
        Self { terms: BTreeMap::new(), constant, tolerance: ZERO }
    }

    fn of(expression: &IdedExpr, fields: &[Field]) -> Option<Self> {
        match &expression.expr {
            Expr::Ident(name) => {
                let field = fields.iter().position(|field| field.name == *name)?;
                let number = matches!(
                    fields[field].column_type(),
                    ColumnType::Integer | ColumnType::Decimal
                );
                if !number {
                    return None;
                }
                let terms = BTreeMap::from([(field, Ratio(1, 1))]);
                Some(Self { terms, ..Self::constant(ZERO) })
            }
            Expr::Literal(LiteralValue::Double(number)) => {
                Some(Self::constant(Ratio::of(*number.inner())?))
            }
            Expr::Literal(LiteralValue::Int(number)) => {
                Some(Self::constant(Ratio(i128::from(*number.inner()), 1)))
            }
            Expr::Call(call) => Self::of_call(call, fields),
            _ => None,
        }
    }

    fn of_call(call: &CallExpr, fields: &[Field]) -> Option<Self> {
        let first = call.args.first()?;
        let both = || Some((Self::of(first, fields)?, Self::of(call.args.get(1)?, fields)?));
        match call.func_name.as_str() {
            "_+_" => both().and_then(|(left, right)| left.plus(&right)),
            "_-_" => both().and_then(|(left, right)| left.plus(&right.times(MINUS_ONE)?)),
            "_*_" => both().and_then(|(left, right)| match (left.number(), right.number()) {
                (_, Some(factor)) => left.times(factor),
                (Some(factor), None) => right.times(factor),
                (None, None) => None,
            }),
            "_/_" => both().and_then(|(left, right)| left.times(right.number()?.inverse()?)),
            "-_" => Self::of(first, fields)?.times(MINUS_ONE),
            "sum" => Self::of_list(first, fields).map(|(sum, _)| sum),
            "avg" => {
                let (sum, count) = Self::of_list(first, fields)?;
                sum.times(Ratio::new(1, i128::try_from(count).ok()?)?)
            }
            "round" => {
                let (mut sum, places) = both()?;
                let places = places.number().filter(|places| places.1 == 1)?.0;
                let unit = 10_i128.checked_pow(u32::try_from(places).ok()?)?;
                sum.tolerance = sum.tolerance.plus(Ratio::new(1, unit.checked_mul(2)?)?)?;
                Some(sum)
            }
            _ => None,
        }
    }

    /// Returns the sum of a list's items and how many they are.
    fn of_list(list: &IdedExpr, fields: &[Field]) -> Option<(Self, usize)> {
        let Expr::List(list) = &list.expr else { return None };
        let mut sum = Self::constant(ZERO);
        for item in &list.elements {
            sum = sum.plus(&Self::of(item, fields)?)?;
        }
        Some((sum, list.elements.len()))
    }

    /// Returns the number that it is, if it speaks of no field.
    fn number(&self) -> Option<Ratio> {
        (self.terms.is_empty() && self.tolerance == ZERO).then_some(self.constant)
    }

    fn plus(mut self, other: &Self) -> Option<Self> {
        for (&field, &weight) in &other.terms {
            let all = self.terms.entry(field).or_insert(ZERO);
            *all = all.plus(weight)?;
        }
        self.constant = self.constant.plus(other.constant)?;
        self.tolerance = self.tolerance.plus(other.tolerance)?;
        Some(self)
    }

    fn times(mut self, factor: Ratio) -> Option<Self> {
        for weight in self.terms.values_mut() {
            *weight = weight.times(factor)?;
        }
        self.constant = self.constant.times(factor)?;
        self.tolerance = self.tolerance.times(Ratio(factor.0.checked_abs()?, factor.1))?;
        Some(self)
    }

    /// Returns the same balance with whole weights; `None` if it speaks of no field.
    fn whole(mut self) -> Option<Balance> {
        self.terms.retain(|_, weight| *weight != ZERO);
        let mut common = 1_i128;
        for weight in self.terms.values() {
            common = common.checked_mul(weight.1 / gcd(common, weight.1)?)?;
        }
        let scaled = self.times(Ratio(common, 1))?;
        let terms: Vec<(usize, i64)> = scaled
            .terms
            .iter()
            .map(|(&field, weight)| Some((field, i64::try_from(weight.0).ok()?)))
            .collect::<Option<_>>()?;
        if terms.is_empty() {
            return None;
        }
        let (constant, tolerance) = (scaled.constant.decimal()?, scaled.tolerance.decimal()?);
        Some(Balance { terms, constant, tolerance })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Expression, parse};
    use super::*;

    fn balance(text: &str) -> Option<Balance> {
        let field = |name: &str, kind: &str| {
            format!("[fields.{name}]\ntype = \"{kind}\"\nlabel = \"{name}\"\n")
        };
        let fields: String =
            ["total", "net", "tax", "tip"].map(|name| field(name, "money")).concat();
        let head = "name = \"bill\"\nversion = 1\nrecords = \"page\"\n";
        let model = format!("{head}{fields}{}{}", field("paid", "date"), field("due", "date"));
        let model = parse(&model, "bill.toml").unwrap();
        Balance::of(Expression::compile(text).unwrap().program.expression(), &model.fields)
    }

    fn check(text: &str, terms: &[(usize, i64)], constant: &str, tolerance: &str) {
        let expected = Balance {
            terms: terms.to_vec(),
            constant: constant.parse().unwrap(),
            tolerance: tolerance.parse().unwrap(),
        };
        assert_eq!(balance(text), Some(expected), "{text}");
    }

    #[test]
    fn sums_and_means_become_whole_weights() {
        check("total == net + tax", &[(0, 1), (1, -1), (2, -1)], "0", "0");
        check(
            "abs(total - avg([net, tax, tip])) <= 0.005",
            &[(0, 3), (1, -1), (2, -1), (3, -1)],
            "0",
            "0.015",
        );
        check("total == sum([net, tax]) - 1.5", &[(0, 1), (1, -1), (2, -1)], "1.5", "0");
        check("tax == round(net * 0.06, 2)", &[(1, -3), (2, 50)], "0", "0.25");
        check("net / 2.0 == -tip", &[(1, 1), (3, 2)], "0", "0");
    }

    #[test]
    fn other_rules_are_no_balance() {
        for text in [
            "total > net",
            "total == net * tax",
            "abs(total - net) <= tax",
            "total == other",
            "total == net || tax == null",
            "total == net / 0.0",
            "total - total == 0.0",
            "paid == due",
        ] {
            assert_eq!(balance(text), None, "{text}");
        }
    }
}
