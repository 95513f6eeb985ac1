//! Reads integers, decimals and amounts of money.

mod affix;
mod parts;
mod span;

use std::borrow::Cow;
use std::str::FromStr;

use rust_decimal::Decimal;

use super::reading::Reading;
use super::repair;
use crate::document::{Ambiguity, Value};
use affix::{Sign, is_affix, is_separator, strip, strip_currency};
use parts::{Part, Printed, is_unit_of_look_alikes, may_be_fraction, may_be_unit, parts};

pub(crate) use span::{Gaps, Widened, widen};

/// Longest number that is believed; also keeps every sum inside `Decimal`.
const MAX_DIGITS: usize = 18;
/// `1.234` as money is 1234 in half of the world.
const AMBIGUOUS_SEPARATOR: f32 = 0.5;
/// An amount without decimals may have lost its point.
const WHOLE_AMOUNT: f32 = 0.8;
/// The amount was one part of a longer text.
const PART_OF_TEXT: f32 = 0.85;
/// A value outside the field's range is most likely misread.
const OUT_OF_RANGE: f32 = 0.3;

/// A minus apart from its number may be a dash or a leader, half of the brackets anything.
const SIGN_IN_DOUBT: f32 = 0.7;
/// A leading `S` is a `5` as often as a `$`; so is a `$` before what is no amount of money.
const DOLLAR_OR_FIVE: f32 = 0.5;
/// More decimals than the field has are not what its writer meant.
const MORE_PLACES: f32 = 0.7;
/// `1,234` may have a decimal comma.
const LONE_COMMA: f32 = 0.9;

/// How the decimals of a number are to be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A lone point is decimal, a lone comma before three digits divides thousands.
    Plain,
    /// A lone comma before three digits is decimal as well.
    Thousandths,
    /// At most two decimals.
    Money,
}

/// A number in pieces.
struct Number {
    value: Decimal,
    repairs: u32,
    certainty: f32,
    ambiguity: Option<Ambiguity>,
}

/// Reads an integer; thousands may be divided by `,` `.` `'` or spaces. If the text as a whole is
/// none, but one number stands in it, takes that with less certainty. A number with decimals or a
/// fraction is no integer, and neither is a part of it.
pub(super) fn read_integer(text: &str, min: Option<i64>, max: Option<i64>) -> Option<Reading> {
    let is_open = may_be_unit(text).then_some(Ambiguity::NumberBeside);
    let in_doubt = matches!(strip(text).1, Sign::MinusInDoubt | Sign::PlusInDoubt);
    let is_open = is_open.or(in_doubt.then_some(Ambiguity::Sign));
    let whole = whole_integer(text).map(|integer| (integer, is_open, 1.0));
    let mut certainty = 1.0;
    if text.starts_with('$') || text.ends_with('$') {
        certainty *= DOLLAR_OR_FIVE;
    }
    let ((number, repairs), ambiguity, kept) = whole.or_else(|| {
        let is_number =
            |text: &str| whole_integer(text).is_some() || signed(text, Kind::Plain).is_some();
        let text = without_remarks(text);
        let parts = parts(&text, is_number);
        let (printed, ambiguity) = only_number(&parts, |_| true)?;
        let integer = whole_integer(printed.text).filter(|_| !printed.has_more())?;
        Some((integer, ambiguity, PART_OF_TEXT))
    })?;
    certainty *= kept;
    if min.is_some_and(|min| number < min) || max.is_some_and(|max| number > max) {
        certainty *= OUT_OF_RANGE;
    }
    let ambiguity = ambiguity.or(may_be_fraction(text).then_some(Ambiguity::NumberBeside));
    Some(Reading { value: Value::Integer(number), repairs, certainty, ambiguity })
}

/// Returns a text that is an integer as a whole, with the number of repairs.
fn whole_integer(text: &str) -> Option<(i64, u32)> {
    if is_unit_of_look_alikes(text) {
        return None;
    }
    let (body, sign) = strip(text);
    let (digits, repairs) = repair::digits(&join_thousands(body)?)?;
    if digits.len() > MAX_DIGITS {
        return None;
    }
    let number: i64 = digits.parse().ok()?;
    let is_negative = matches!(sign, Sign::Minus | Sign::MinusInDoubt);
    Some((if is_negative { -number } else { number }, repairs))
}

/// Reads a decimal number; with `places`, it is rounded to so many decimals. If the text as a
/// whole is none, but one number stands in it, takes that with less certainty.
pub(super) fn read_decimal(
    text: &str,
    places: Option<u32>,
    min: Option<f64>,
    max: Option<f64>,
) -> Option<Reading> {
    let kind = if places == Some(3) { Kind::Thousandths } else { Kind::Plain };
    let mut number = signed(text, kind).or_else(|| {
        let text = without_remarks(text);
        let parts = parts(&text, |text| signed(text, kind).is_some());
        let (printed, ambiguity) = only_number(&parts, |_| true)?;
        let number = signed(printed.text, kind)?;
        number.part_of_text(&printed, ambiguity)
    })?;
    // Where nothing is below zero, a dash in doubt is none.
    if number.ambiguity == Some(Ambiguity::Sign) && min.is_some_and(|min| min >= 0.0) {
        number.value.set_sign_positive(true);
    }
    let as_float = f64::try_from(number.value).ok()?;
    if min.is_some_and(|min| as_float < min) || max.is_some_and(|max| as_float > max) {
        number.certainty *= OUT_OF_RANGE;
    }
    if may_be_fraction(text) {
        number.ambiguity = number.ambiguity.or(Some(Ambiguity::NumberBeside));
    }
    if places.is_none() && may_be_thousands(text) {
        number.ambiguity = number.ambiguity.or(Some(Ambiguity::Thousands));
    }
    if let Some(places) = places {
        if number.value.normalize().scale() > places {
            number.certainty *= MORE_PLACES;
        }
        number.value = number.value.round_dp(places);
        number.value.rescale(places);
    }
    Some(number.reading())
}

/// Tells whether a lone point stands before three digits, as it does in `23.600`, which is a whole
/// number in half of the world.
fn may_be_thousands(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',');
    let mut numbers = text.split(|c: char| !is_part(c)).filter(|number| number.contains('.'));
    numbers.any(|number| {
        let (whole, decimals) = number.split_once('.').unwrap_or_default();
        let is_group = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
        decimals.len() == 3
            && (1..=3).contains(&whole.len())
            && !whole.starts_with('0')
            && is_group(whole)
            && is_group(decimals)
    })
}

/// Reads an amount of money with two decimals. If the text as a whole is none, but one amount with
/// decimals stands in it, or one number at all that can be an amount, takes that with less certainty.
pub(super) fn read_money(text: &str) -> Option<Reading> {
    let whole = signed(text, Kind::Money);
    let mut amount = whole.or_else(|| {
        let text = without_remarks(text);
        let parts = parts(&text, |text| signed(text, Kind::Money).is_some());
        let has_cents = |printed: &Printed| {
            let digits = printed.text.contains(['.', ',']);
            digits && signed(printed.text, Kind::Money).is_some_and(|it| it.value.scale() == 2)
        };
        let found = only_number(&parts, has_cents);
        let (printed, ambiguity) = found.or_else(|| only_number(&parts, is_whole_amount))?;
        let amount = signed(printed.text, Kind::Money)?;
        amount.part_of_text(&printed, ambiguity)
    })?;
    if amount.value.scale() == 0 {
        amount.certainty *= WHOLE_AMOUNT;
    }
    amount.value.rescale(2);
    Some(amount.reading())
}

/// Tells whether a number without cents is an amount: it has a currency, or thousands are divided.
fn is_whole_amount(printed: &Printed) -> bool {
    let (body, _) = strip(printed.text);
    let digits = body.chars().filter(char::is_ascii_digit).count();
    let is_divided = digits >= 4 && body.chars().any(|c| is_separator(c) || c.is_whitespace());
    let has_currency = strip_currency(printed.text.trim()).len() < printed.text.trim().len();
    !printed.is_percent && (is_divided || has_currency || printed.times != 1)
}

/// Returns the one number of the parts that is `wanted`, and what is doubtful about it: a percentage
/// beside it is explained, other digits right beside it are not.
fn only_number<'t>(
    parts: &[Part<'t>],
    wanted: impl Fn(&Printed) -> bool,
) -> Option<(Printed<'t>, Option<Ambiguity>)> {
    let numbers = || {
        parts.iter().enumerate().filter_map(|(at, part)| match part {
            Part::Number(printed) if wanted(printed) => Some((at, *printed)),
            Part::Number(_) | Part::Digits(_) | Part::Word => None,
        })
    };
    let (at, printed) =
        only(numbers().filter(|(_, printed)| !printed.is_percent)).or_else(|| only(numbers()))?;
    let beside = |part: Option<&Part>| match part {
        Some(Part::Number(other)) => !other.is_percent,
        Some(Part::Digits(word)) => !span::is_explained(word),
        Some(Part::Word) | None => false,
    };
    let left = at.checked_sub(1).and_then(|before| parts.get(before));
    let is_beside = beside(left) || beside(parts.get(at + 1));
    Some((printed, is_beside.then_some(Ambiguity::NumberBeside)))
}

/// Returns the item if there is exactly one.
fn only<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    let first = items.next()?;
    items.next().is_none().then_some(first)
}

/// Takes the brackets of remarks away, such as `(incl. GST 2.68)`: they are no sign.
fn without_remarks(text: &str) -> Cow<'_, str> {
    let mut bare = Cow::Borrowed(text);
    let mut opened = None;
    for (at, character) in text.char_indices() {
        match (character, opened) {
            ('(', _) => opened = Some(at),
            (')', Some(from)) => {
                let inside = &text[from + 1..at];
                let is_amount = inside.chars().any(|c| c.is_ascii_digit())
                    && inside.split_whitespace().all(|word| {
                        let letters: String = word.chars().filter(|c| c.is_alphabetic()).collect();
                        letters.is_empty() || is_affix(&letters)
                    });
                if !is_amount {
                    let bare = bare.to_mut();
                    bare.replace_range(from..=from, " ");
                    bare.replace_range(at..=at, " ");
                }
                opened = None;
            }
            _ => {}
        }
    }
    bare
}

impl Number {
    fn reading(self) -> Reading {
        Reading {
            value: Value::Decimal(self.value),
            repairs: self.repairs,
            certainty: self.certainty,
            ambiguity: self.ambiguity,
        }
    }

    /// Completes a number that stands in a longer text.
    fn part_of_text(self, printed: &Printed, ambiguity: Option<Ambiguity>) -> Option<Self> {
        let value = printed.complete(self.value)?;
        let certainty = self.certainty * PART_OF_TEXT;
        Some(Self { value, certainty, ambiguity: self.ambiguity.or(ambiguity), ..self })
    }
}

fn signed(text: &str, kind: Kind) -> Option<Number> {
    if is_unit_of_look_alikes(text) {
        return None;
    }
    let (body, sign) = strip(text);
    let mut number = unsigned(body, kind)?;
    if kind != Kind::Money && may_be_unit(body) {
        number.ambiguity = Some(Ambiguity::NumberBeside);
    }
    number.value.set_sign_negative(matches!(sign, Sign::Minus | Sign::MinusInDoubt));
    if matches!(sign, Sign::MinusInDoubt | Sign::PlusInDoubt) {
        number.certainty *= SIGN_IN_DOUBT;
        number.ambiguity = Some(Ambiguity::Sign);
    }
    if number.value.is_zero() {
        number.value.set_sign_positive(true);
    }
    let may_be_five = match kind {
        Kind::Money => body.starts_with(['S', 's']),
        Kind::Plain | Kind::Thousandths => text.starts_with('$') || text.ends_with('$'),
    };
    if may_be_five {
        number.certainty *= DOLLAR_OR_FIVE;
    }
    Some(number)
}

/// Takes the dividers out of an integer; `None` if they do not divide thousands, or, as in India,
/// a thousand and then hundreds of it.
fn join_thousands(body: &str) -> Option<String> {
    let groups: Vec<&str> = body.split(|c: char| is_separator(c) || c.is_whitespace()).collect();
    let Some((last, [first, between @ ..])) =
        groups.split_last().filter(|(_, before)| !before.is_empty())
    else {
        return Some(body.to_owned());
    };
    let divided_by = |length: usize| between.iter().all(|group| group.len() == length);
    let western = divided_by(3) && (1..=3).contains(&first.len());
    let indian = divided_by(2) && (1..=2).contains(&first.len()) && body.contains(',');
    let are_digits = || groups.iter().all(|group| repair::digits(group).is_some());
    (last.len() == 3 && (western || indian) && are_digits()).then(|| groups.concat())
}

fn unsigned(body: &str, kind: Kind) -> Option<Number> {
    let (body, glued) = glue(body);
    let (repaired, misread) = repair_digits(&body)?;
    let plain = |whole: String, decimals: &str, certainty: f32, repairs: u32| {
        let text = if decimals.is_empty() { whole } else { format!("{whole}.{decimals}") };
        let value = Decimal::from_str(&text).ok()?;
        let repairs = repairs + glued + misread;
        Some(Number { value, repairs, certainty, ambiguity: None })
    };
    let separators: Vec<char> =
        repaired.chars().filter(|character| !character.is_ascii_digit()).collect();
    let Some(&last) = separators.last() else {
        return plain(repaired, "", 1.0, 0);
    };
    let at = repaired.rfind(last)?;
    let (whole, decimals) = (&repaired[..at], &repaired[at + last.len_utf8()..]);
    let others_differ = separators[..separators.len() - 1].iter().all(|other| *other != last);
    let divided = separators.len() > 1;
    let can_be_decimal = matches!(last, '.' | ',');
    let short = match kind {
        Kind::Money => (1..=2).contains(&decimals.len()),
        Kind::Plain => !decimals.is_empty() && (last == '.' || decimals.len() != 3),
        Kind::Thousandths => !decimals.is_empty(),
    };
    if can_be_decimal && short && (others_differ || !divided) {
        // One divider, or `1,234.50` and `1.234,50`.
        let dividers: Vec<char> = separators[..separators.len() - 1].to_vec();
        if dividers.windows(2).any(|pair| pair[0] != pair[1]) {
            return None;
        }
        let lone_comma = last == ',' && !divided && decimals.len() == 3;
        let whole = if whole.is_empty() { "0".to_owned() } else { join_thousands(whole)? };
        return plain(whole, decimals, if lone_comma { LONE_COMMA } else { 1.0 }, 0);
    }
    if can_be_decimal && divided && decimals.len() == 2 {
        // `1.234.50`: the comma was read as a point.
        return plain(join_thousands(whole)?, decimals, 1.0, 1);
    }
    if separators.iter().any(|separator| *separator != last) {
        return None;
    }
    let certainty = match (kind, last) {
        (_, '.') if !divided => AMBIGUOUS_SEPARATOR,
        (Kind::Plain | Kind::Thousandths, ',') if !divided => LONE_COMMA,
        _ => 1.0,
    };
    plain(join_thousands(&repaired)?, "", certainty, 0)
}

/// Joins what the recognizer split: `12. 50` is one number; `1 234.50` has its thousands divided by
/// spaces, which stay, `12 50` is left alone. Counts the joints at a separator as repairs.
fn glue(body: &str) -> (String, u32) {
    let mut glued = String::with_capacity(body.len());
    let mut repairs = 0;
    for (index, part) in body.split_whitespace().enumerate() {
        let at_separator = glued.ends_with(is_separator) || part.starts_with(is_separator);
        if index > 0 && at_separator {
            repairs += 1;
        } else if index > 0 {
            glued.push(' ');
        }
        glued.push_str(part);
    }
    (glued, repairs)
}

/// Repairs the digits between separators; `None` if anything else is left.
fn repair_digits(body: &str) -> Option<(String, u32)> {
    let divides = |c: char| is_separator(c) || c == ' ';
    let significant: String = body.chars().filter(|c| !divides(*c)).collect();
    // A word of letters that look like digits is no group of thousands: `GST 123`.
    let is_group = |group: &str| {
        let digits: String = group.chars().filter(|c| !is_separator(*c)).collect();
        repair::digits(&digits).is_some()
    };
    if body.contains(' ') && !body.split(' ').all(is_group) {
        return None;
    }
    let (digits, repairs) = repair::digits(&significant)?;
    if digits.len() > MAX_DIGITS {
        return None;
    }
    let mut digits = digits.chars();
    let repaired = body
        .chars()
        .map(|character| match character {
            '.' | ',' | ' ' => Some(character),
            apostrophe if is_separator(apostrophe) => Some('\''),
            _ => digits.next(),
        })
        .collect::<Option<String>>()?;
    Some((repaired, repairs))
}
