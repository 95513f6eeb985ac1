//! Reads dates: of numbers in any order, with names of months, compact, with a time or weekday.

mod order;
mod partly;
mod tokens;

use jiff::civil;

use super::reading::Reading;
use crate::document::{Ambiguity, Value};
use crate::model::{DateOrder, Partial};
pub use order::SaidOrder;
use tokens::{Gap, Piece, Token, tokens};

/// The order of day and month had to be turned round to make a date.
const OTHER_ORDER: f32 = 0.7;
/// Something besides the date, a time and a weekday stands in the text.
const MORE_TEXT: f32 = 0.9;
/// Three numbers with only spaces between them may be unrelated.
const LOOSE: f32 = 0.85;
/// Two signs that differ divide the numbers: one of them was misread.
const OTHER_DIVIDER: f32 = 0.6;
/// The year has two digits although another number of the text is a year of four.
const OTHER_YEAR: f32 = 0.6;
/// Six digits without separators may be anything.
const SIX_DIGITS: f32 = 0.7;
/// Years that archives hold; others are misread.
const YEARS: std::ops::RangeInclusive<i16> = 1800..=2199;

/// How dates are to be read.
#[derive(Debug, Clone, Copy)]
struct Habits {
    order: DateOrder,
    said: SaidOrder,
    pivot: u8,
}

/// Reads a date. `pivot`: two-digit years below it are 20xx, others 19xx. A date that names no day
/// becomes what `partial` says; an impossible one, such as 31 February, is none. `said` is what the
/// other dates of the document say about the order of day and month.
pub(super) fn read(
    text: &str,
    (order, said): (DateOrder, SaidOrder),
    pivot: u8,
    partial: Partial,
) -> Option<Reading> {
    let habits = Habits { order, said, pivot };
    let (tokens, misread_slashes) = tokens(text);
    let windows = (0..tokens.len())
        .filter_map(|at| of_three(&tokens, at, habits))
        .chain(tokens.iter().filter_map(|token| compact(token, habits)));
    // The first of the most certain ones.
    let mut best: Option<Reading> = None;
    for reading in windows {
        if best.as_ref().is_none_or(|best| reading.rank() > best.rank()) {
            best = Some(reading);
        }
    }
    let Some(mut reading) = best else {
        return partly::read(&tokens, |digits| year_of(digits, habits), partial)
            .map(|reading| Reading { repairs: reading.repairs + misread_slashes, ..reading });
    };
    if partial == Partial::Keep {
        reading.value = Value::Text(reading.value.to_string());
    }
    reading.repairs += misread_slashes;
    let spare = tokens.iter().filter(|token| token.piece != Piece::Other).count();
    if spare < tokens.len() || (spare != 3 && spare != 1) {
        reading.certainty *= MORE_TEXT;
    }
    Some(reading)
}

/// Widens what a pattern matched to all digits that are joined to it: `04/06/20` of `04/06/2024` is no
/// date of its own.
pub(super) fn widen(text: &str, (from, to): (usize, usize)) -> (usize, usize) {
    let is_joined = |c: char| c.is_ascii_digit() || matches!(c, '/' | '-' | '.');
    let digits = |c: char| c.is_ascii_digit();
    let (before, after) = (&text[..from], &text[to..]);
    let ahead = &before[before.trim_end_matches(is_joined).len()..];
    let behind = &after[..after.len() - after.trim_start_matches(is_joined).len()];
    let ahead = ahead.find(digits).map_or(0, |at| ahead.len() - at);
    let behind = behind.rfind(digits).map_or(0, |at| at + 1);
    (from - ahead, to + behind)
}

/// Reads the three pieces that begin at a position.
fn of_three(tokens: &[Token], at: usize, habits: Habits) -> Option<Reading> {
    use Piece::{Month, Number};
    let window = tokens.get(at..at + 3)?;
    let (inner, last) = (window[1].gap, window[2].gap);
    let before = at.checked_sub(1).and_then(|before| tokens.get(before));
    let after = tokens.get(at + 3);
    if is_cut(before, window[0].gap, inner) || after.is_some_and(|it| is_cut(after, it.gap, last)) {
        return None;
    }
    let (dated, year) = match [&window[0].piece, &window[1].piece, &window[2].piece] {
        [Number { digits: year, .. }, Month { number, .. }, Number { digits: day, .. }]
            if year.len() == 4 =>
        {
            (Dated::sure(date(year, *number, day, habits)?), year)
        }
        // `Mar 19/11` is a Tuesday.
        [Month { .. }, Number { .. }, Number { .. }]
            if inner.is_blank && matches!(last.sign, Some('/' | '-')) =>
        {
            return None;
        }
        [Number { digits: day, .. }, Month { number, .. }, Number { digits: year, .. }]
        | [Month { number, .. }, Number { digits: day, .. }, Number { digits: year, .. }] => {
            (Dated::sure(date(year, *number, day, habits)?), year)
        }
        [Number { digits: a, .. }, Number { digits: b, .. }, Number { digits: c, .. }] => {
            let agreement = agreement([inner, last], [a, c])?;
            let by_points = inner.sign == Some('.') && last.sign == Some('.');
            let dated = of_numbers([a, b, c], by_points, habits)?;
            let year = if a.len() == 4 { a } else { c };
            // `18/06/04` of `SP-1-18/06/04-1016956` is a part of a number.
            let is_joined = |beside: Option<&Token>, gap: Gap| {
                beside.is_some_and(Token::is_number) && gap.is_tight()
            };
            let after_it = after.is_some_and(|it| is_joined(after, it.gap));
            if year.len() == 2 && (is_joined(before, window[0].gap) || after_it) {
                return None;
            }
            (Dated { certainty: dated.certainty * agreement, ..dated }, year)
        }
        _ => return None,
    };
    let mut reading = dated.reading(window.iter().map(Token::repairs).sum());
    if year.len() == 2 && tokens.iter().any(is_year) {
        reading.certainty *= OTHER_YEAR;
    }
    Some(reading)
}

/// Tells whether a date would be cut out of more numbers that are joined the same way: `05/11` is no
/// part of a date in `Mar 05/11/2024`.
fn is_cut(neighbor: Option<&Token>, outer: Gap, inner: Gap) -> bool {
    neighbor.is_some_and(Token::is_number)
        && outer.is_tight()
        && (!inner.is_tight() || inner.sign == outer.sign)
}

fn is_year(token: &Token) -> bool {
    let Piece::Number { digits, .. } = &token.piece else { return false };
    digits.len() == 4 && digits.parse().is_ok_and(|year| YEARS.contains(&year))
}

/// Returns how far three numbers are one date by what divides them; `None` if they are not.
fn agreement([one, two]: [Gap; 2], ends: [&str; 2]) -> Option<f32> {
    let has_year = ends.iter().any(|end| end.len() == 4);
    match (one.sign, two.sign) {
        (None, None) => Some(LOOSE),
        (Some(one), Some(two)) if one == two => Some(1.0),
        // A slash was lost before the year.
        (Some(_), None) if ends[1].len() == 4 => Some(LOOSE),
        (Some(_), Some(_)) if has_year => Some(OTHER_DIVIDER),
        _ => None,
    }
}

/// A date and how sure the order of its numbers is.
#[derive(Debug, Clone, Copy)]
struct Dated {
    date: civil::Date,
    certainty: f32,
    ambiguity: Option<Ambiguity>,
}

impl Dated {
    fn sure(date: civil::Date) -> Self {
        Self { date, certainty: 1.0, ambiguity: None }
    }

    fn reading(self, repairs: u32) -> Reading {
        Reading {
            value: Value::Date(self.date),
            repairs,
            certainty: self.certainty,
            ambiguity: self.ambiguity,
        }
    }
}

impl Habits {
    /// Returns the order of numbers that have no year in front, how sure it is, and whether
    /// anything decides between day and month: first the document's other dates, then the model.
    /// Points divide dates where the day comes first.
    fn order_of(self, by_points: bool) -> (DateOrder, f32, bool) {
        use DateOrder::{DayMonthYear, MonthDayYear, Open, YearMonthDay};
        match (self.said, self.order) {
            (SaidOrder::Nothing, DayMonthYear | MonthDayYear) => (self.order, 1.0, true),
            (SaidOrder::Nothing | SaidOrder::Both, Open | YearMonthDay) => {
                (DayMonthYear, 1.0, by_points)
            }
            (SaidOrder::Both, DayMonthYear | MonthDayYear) => (self.order, 1.0, false),
            (SaidOrder::DayFirst, MonthDayYear) => (DayMonthYear, OTHER_ORDER, true),
            (SaidOrder::DayFirst, DayMonthYear | YearMonthDay | Open) => (DayMonthYear, 1.0, true),
            (SaidOrder::MonthFirst, DayMonthYear) => (MonthDayYear, OTHER_ORDER, true),
            (SaidOrder::MonthFirst, MonthDayYear | YearMonthDay | Open) => {
                (MonthDayYear, 1.0, true)
            }
        }
    }
}

/// Reads three numbers; a year of four digits in front comes before month and day. If the order is
/// impossible, day and month change places, with less certainty where the model says otherwise.
fn of_numbers(numbers: [&str; 3], by_points: bool, habits: Habits) -> Option<Dated> {
    let [a, b, c] = numbers;
    let (order, certainty, is_decided) = habits.order_of(by_points);
    let in_front =
        a.len() == 4 || habits.order == DateOrder::YearMonthDay && a.len() == 2 && c.len() != 4;
    let (year, month, day) = match order {
        _ if in_front => (a, b, c),
        DateOrder::MonthDayYear => (c, a, b),
        DateOrder::DayMonthYear | DateOrder::YearMonthDay | DateOrder::Open => (c, b, a),
    };
    let as_month = |text: &str| (text.len() <= 2).then(|| text.parse::<i8>().ok()).flatten();
    let turned = as_month(day).and_then(|day| date(year, day, month, habits));
    let in_order = as_month(month).and_then(|month| date(year, month, day, habits));
    match (in_order, turned) {
        (Some(date), turned) => {
            let is_open = !in_front && !is_decided && turned.is_some_and(|other| other != date);
            let ambiguity = is_open.then_some(Ambiguity::DayAndMonth);
            let certainty = if in_front { 1.0 } else { certainty };
            Some(Dated { date, certainty, ambiguity })
        }
        (None, Some(date)) => {
            let is_declared = habits.order != DateOrder::Open;
            let certainty = if is_declared { OTHER_ORDER } else { 1.0 };
            Some(Dated { date, certainty, ambiguity: None })
        }
        (None, None) => None,
    }
}

/// Reads `20180312`, `12032018` or `120318`.
fn compact(token: &Token, habits: Habits) -> Option<Reading> {
    let Piece::Number { digits, repairs } = &token.piece else { return None };
    let split = |first: usize, second: usize| {
        let (head, rest) = digits.split_at(first);
        let (middle, tail) = rest.split_at(second);
        of_numbers([head, middle, tail], false, habits)
    };
    let dated = match digits.len() {
        8 => split(4, 2).or_else(|| split(2, 2))?,
        6 => split(2, 2).map(|dated| Dated { certainty: dated.certainty * SIX_DIGITS, ..dated })?,
        _ => return None,
    };
    Some(dated.reading(*repairs))
}

fn date(year: &str, month: i8, day: &str, habits: Habits) -> Option<civil::Date> {
    if day.len() > 2 {
        return None;
    }
    civil::Date::new(year_of(year, habits)?, month, day.parse().ok()?).ok()
}

/// Returns the year that two or four digits mean.
fn year_of(digits: &str, habits: Habits) -> Option<i16> {
    let number = digits.parse::<i16>().ok()?;
    match digits.len() {
        2 if number < i16::from(habits.pivot) => Some(2000 + number),
        2 => Some(1900 + number),
        4 if YEARS.contains(&number) => Some(number),
        _ => None,
    }
}
