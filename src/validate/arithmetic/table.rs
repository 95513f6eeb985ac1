//! Repairs the numbers of a dense table by the sums of its rows and columns.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::network::{Sum, posteriors};
use super::spread::{Spread, digit_places};
use crate::document::{Record, Repair, TypedField, Value};
use crate::model::{Balance, Dense, Foot, Mends, RecordModel, Rule};

/// A number is taken if it is this likely, else it is left blank: what is less likely is wrong too
/// often to be of use.
const TAKEN: f64 = 0.9;
/// Nothing is surer than this: what was measured shows no more.
const MOST_CONFIDENCE: f64 = 0.999;
/// A cell whose reading has this probability shows what numbers its column has.
const SHOWS_RANGE: f64 = 0.9;
/// Values far from those of their column are less likely by this factor.
const FAR_FROM_COLUMN: f64 = 1e-3;
/// A column has at least so many sure cells to show its range.
const FEWEST_IN_RANGE: usize = 5;
/// Most values that a cell of which nothing is known may have; a cell with more stays blank.
const MOST_UNKNOWN: i64 = 10_000;
/// What repairs are said to be by, besides the names of rules.
const BY_FOOT: &str = "foot";
const BY_SERIES: &str = "series";

/// Repairs the rows of one table in place: numbers that agree with the sums keep their value, wrong
/// ones take the one that agrees, and those that no value is likely enough for are left without.
pub(in crate::validate) fn repair_table(
    model: &RecordModel,
    dense: &Dense,
    rows: &mut [&mut Record<TypedField>],
    foot: Option<&Record<TypedField>>,
) {
    let form = Form::of(model, dense);
    let table = Table::new(&form, rows, foot);
    let sums = table.sums(&form);
    if sums.is_empty() {
        return;
    }
    let all: Vec<Sum> = sums.iter().map(|sum| sum.sum.clone()).collect();
    let chances = posteriors(&table.spreads, &all, &table.series(&form));
    let found: Vec<Found> = table
        .spreads
        .iter()
        .zip(&chances)
        .map(|(spread, chances)| Found::likeliest(spread, chances))
        .collect();
    for (index, row) in rows.iter_mut().enumerate() {
        for (field, number) in table.numbers[index].iter().enumerate() {
            let (Some(number), Some(typed)) = (number, row.fields.get_mut(field)) else { continue };
            let read = read_number(typed, &form, field);
            let rule = (read != Some(found[*number].number))
                .then(|| table.rule_of(&sums, *number, read).to_owned());
            settle(typed, found[*number], form.printed(field, found[*number].number), rule);
        }
        recompute(&form, row, (&table.numbers[index], &found));
    }
}

/// What all cells of the table have in common.
struct Form<'m> {
    model: &'m RecordModel,
    dense: &'m Dense,
    /// Digits of a cell.
    digits: usize,
    /// Digits after the point.
    places: u32,
    /// By field: the numbers from which its figures are not printed, in units of the last digit.
    wraps: Vec<Option<i64>>,
}

impl<'m> Form<'m> {
    fn of(model: &'m RecordModel, dense: &'m Dense) -> Self {
        let decimals = dense.shape.rsplit_once('.').map_or(0, |(_, decimals)| decimals.len());
        let places = u32::try_from(decimals).unwrap_or(0);
        let wraps = model.fields.iter().map(|field| units(field.wraps_at?, places));
        Self {
            model,
            dense,
            digits: dense.shape.matches('9').count(),
            places,
            wraps: wraps.collect(),
        }
    }

    /// Returns the value that is printed for a number.
    fn printed(&self, field: usize, number: i64) -> Decimal {
        let wrap = self.wraps.get(field).copied().flatten();
        let printed = wrap.map_or(number, |wrap| number.rem_euclid(wrap));
        Decimal::new(printed, self.places)
    }

    fn is_number(&self, field: usize) -> bool {
        self.model.fields.get(field).and_then(|spec| spec.cell).is_some_and(|cell| cell > 0)
    }
}

/// Returns a number in units of its last digit of `places` decimals, rounded.
fn units(number: Decimal, places: u32) -> Option<i64> {
    let unit = Decimal::from(10_i64.checked_pow(places)?);
    number.checked_mul(unit)?.round().to_i64()
}

/// The numbers of a table.
struct Table {
    spreads: Vec<Spread>,
    /// By row, the foot last if there is one, and by field: the position of its spread.
    numbers: Vec<Vec<Option<usize>>>,
    /// Number of rows without the foot.
    body: usize,
}

/// A sum with what it is called in repairs.
struct NamedSum<'m> {
    name: &'m str,
    sum: Sum,
}

impl Table {
    fn new(
        form: &Form,
        rows: &[&mut Record<TypedField>],
        foot: Option<&Record<TypedField>>,
    ) -> Self {
        let all: Vec<&Record<TypedField>> = rows.iter().map(|row| &**row).chain(foot).collect();
        let fields = form.model.fields.len();
        let mut table = Self {
            spreads: Vec::with_capacity(all.len() * fields),
            numbers: vec![vec![None; fields]; all.len()],
            body: rows.len(),
        };
        for field in (0..fields).filter(|field| form.is_number(*field)) {
            let mut column: Vec<Option<Spread>> =
                all.iter().map(|row| Spread::of(row.fields.get(field)?, form.digits)).collect();
            if let Some(wrap) = form.wraps[field] {
                column.iter_mut().flatten().for_each(|spread| spread.unwrap(wrap));
            }
            let range = range(&column);
            for (row, spread) in column.into_iter().enumerate() {
                let spread = match (spread, &range) {
                    (Some(mut spread), Some(range)) => {
                        spread.prefer(range, FAR_FROM_COLUMN);
                        Some(spread)
                    }
                    (Some(spread), None) => Some(spread),
                    (None, range) => unknown(form, field, range.clone()),
                };
                let Some(spread) = spread else { continue };
                table.numbers[row][field] = Some(table.spreads.len());
                table.spreads.push(spread);
            }
        }
        table
    }

    /// Returns the sums of the rows and, with a foot, of the columns.
    fn sums<'m>(&self, form: &Form<'m>) -> Vec<NamedSum<'m>> {
        let mut sums = Vec::new();
        let repairing = |rule: &&Rule| !matches!(rule.mends, Mends::Nothing);
        for rule in form.model.rules.iter().filter(repairing) {
            let Some(balance) = &rule.balance else { continue };
            for row in &self.numbers[..self.body] {
                let sum = row_sum(balance, row, form.places);
                sums.extend(sum.map(|sum| NamedSum { name: rule.name.as_str(), sum }));
            }
        }
        let (Some(foot), Some(says)) = (self.numbers.get(self.body), form.dense.foot) else {
            return sums;
        };
        let count = i64::try_from(self.body).unwrap_or(i64::MAX);
        let (weight, tolerance) = match says {
            Foot::Mean => (count, count / 2),
            Foot::Sum => (1, 0),
        };
        for (field, foot) in foot.iter().enumerate() {
            let column: Option<Vec<(usize, i64)>> =
                self.numbers[..self.body].iter().map(|row| Some((row[field]?, -1))).collect();
            if let (Some(foot), Some(mut terms)) = (*foot, column) {
                terms.push((foot, weight));
                sums.push(NamedSum { name: BY_FOOT, sum: Sum { terms, constant: 0, tolerance } });
            }
        }
        sums
    }

    /// Returns the numbers that follow each other in time.
    fn series(&self, form: &Form) -> Vec<usize> {
        let Some(fields) = &form.dense.series else { return Vec::new() };
        let rows = self.numbers[..self.body].iter();
        rows.flat_map(|row| fields.clone().filter_map(|field| row[field])).collect()
    }

    /// Returns what asked for the repair of a number: the first sum that its reading breaks.
    fn rule_of<'m>(&self, sums: &[NamedSum<'m>], number: usize, read: Option<i64>) -> &'m str {
        let likeliest = |number: usize| self.spreads[number].values.first().map(|value| value.0);
        let breaks = |sum: &&NamedSum| {
            let off = sum.sum.terms.iter().try_fold(sum.sum.constant, |off, (other, weight)| {
                let value = if *other == number { read? } else { likeliest(*other)? };
                Some(off.saturating_add(weight.saturating_mul(value)))
            });
            off.is_none_or(|off| off.saturating_abs() > sum.sum.tolerance)
        };
        let mut own = sums.iter().filter(|sum| sum.sum.terms.iter().any(|term| term.0 == number));
        own.find(breaks).map_or(BY_SERIES, |sum| sum.name)
    }
}

/// Returns the number that a field was read as, with the figures that are not printed.
fn read_number(typed: &TypedField, form: &Form, field: usize) -> Option<i64> {
    let digits = digit_places(typed.raw.as_deref()?);
    if digits.len() != form.digits {
        return None;
    }
    let printed = digits.iter().fold(0_i64, |number, (_, digit)| number * 10 + i64::from(*digit));
    let wrap = form.wraps[field].filter(|wrap| printed < wrap / 2);
    Some(printed + wrap.unwrap_or(0))
}

fn row_sum(balance: &Balance, row: &[Option<usize>], places: u32) -> Option<Sum> {
    let terms: Option<Vec<(usize, i64)>> =
        balance.terms.iter().map(|(field, weight)| Some(((*row.get(*field)?)?, *weight))).collect();
    let unit = Decimal::from(10_i64.checked_pow(places)?);
    let tolerance = balance.tolerance.checked_mul(unit)?.floor().to_i64()?;
    Some(Sum { terms: terms?, constant: units(balance.constant, places)?, tolerance })
}

/// Returns where the numbers of a column are, judged by its sure cells: nine of ten of them and as
/// much again on both sides.
fn range(column: &[Option<Spread>]) -> Option<std::ops::RangeInclusive<i64>> {
    let sure = column.iter().flatten().filter_map(|spread| {
        spread.values.first().filter(|(_, likely)| *likely >= SHOWS_RANGE).map(|(value, _)| *value)
    });
    let mut sure: Vec<i64> = sure.collect();
    if sure.len() < FEWEST_IN_RANGE {
        return None;
    }
    sure.sort_unstable();
    let outer = sure.len() / 20;
    let (low, high) = (sure[outer], sure[sure.len() - 1 - outer]);
    let margin = (high - low).max(10);
    Some(low.saturating_sub(margin)..=high.saturating_add(margin))
}

/// Returns the values of a cell of which nothing is known; `None` if they are too many.
fn unknown(
    form: &Form,
    field: usize,
    range: Option<std::ops::RangeInclusive<i64>>,
) -> Option<Spread> {
    let most = 10_i64.checked_pow(u32::try_from(form.digits).ok()?)?;
    let start = form.wraps[field].map_or(0, |wrap| wrap / 2);
    let all = start..=start.checked_add(most - 1)?;
    let range = range
        .map_or(all.clone(), |range| *range.start().max(all.start())..=*range.end().min(all.end()));
    (range.end() - range.start() < MOST_UNKNOWN).then(|| Spread::any_of(range)).flatten()
}

/// The likeliest value of a number.
#[derive(Debug, Clone, Copy)]
struct Found {
    number: i64,
    chance: f64,
}

impl Found {
    fn likeliest(spread: &Spread, chances: &[f64]) -> Self {
        let mut best = Self { number: 0, chance: 0.0 };
        for ((number, _), &chance) in spread.values.iter().zip(chances) {
            if chance > best.chance {
                best = Self { number: *number, chance };
            }
        }
        best
    }
}

/// Gives a field the value that was found for it, or none; `rule` is what asked for another one than
/// was read.
fn settle(typed: &mut TypedField, found: Found, printed: Decimal, rule: Option<String>) {
    if found.chance < TAKEN {
        typed.value = None;
        typed.confidence = 0.0;
        return;
    }
    match rule {
        Some(rule) => put(typed, printed, &rule),
        None => typed.value = Some(Value::Decimal(printed)),
    }
    trust(typed, found.chance);
}

/// Gives a field another value than was read.
fn put(typed: &mut TypedField, value: Decimal, rule: &str) {
    typed.value = Some(Value::Decimal(value));
    typed.repairs = vec![Repair {
        before: typed.raw.clone().unwrap_or_default(),
        after: value.to_string(),
        rule: rule.to_owned(),
    }];
}

/// Sets the confidence of a field; the sums are witnesses for or against what was read.
fn trust(typed: &mut TypedField, chance: f64) {
    let confidence = chance.min(MOST_CONFIDENCE) as f32;
    if typed.confidence > 0.0 {
        typed.evidence.witnesses *= confidence / typed.confidence;
    }
    typed.confidence = confidence;
}

/// Replaces a number by the one that follows from the others of its row where those are all sure and
/// it differs by more than the rule allows.
fn recompute(
    form: &Form,
    row: &mut Record<TypedField>,
    (numbers, found): (&[Option<usize>], &[Found]),
) {
    for rule in &form.model.rules {
        let (Mends::DigitsAndComputed(target), Some(balance)) = (rule.mends, &rule.balance) else {
            continue;
        };
        let Some(sum) = row_sum(balance, numbers, form.places) else { continue };
        let mut chance = 1.0_f64;
        let (mut rest, mut weight) = (sum.constant, 0);
        for ((number, factor), (field, _)) in sum.terms.iter().zip(&balance.terms) {
            if *field == target {
                weight = *factor;
                continue;
            }
            chance = chance.min(found[*number].chance);
            rest = rest.saturating_add(factor.saturating_mul(found[*number].number));
        }
        let Some(typed) = row.fields.get_mut(target).filter(|_| chance >= TAKEN) else { continue };
        let stands = typed.value.is_some() && {
            let own = numbers[target].map_or(0, |number| found[number].number);
            rest.saturating_add(weight.saturating_mul(own)).saturating_abs() <= sum.tolerance
        };
        let exact = Decimal::from(-rest).checked_div(Decimal::from(weight));
        let computed = exact.and_then(|exact| exact.round().to_i64());
        if let Some(computed) = computed.filter(|_| !stands) {
            put(typed, form.printed(target, computed), &rule.name);
            trust(typed, chance);
        }
    }
}
