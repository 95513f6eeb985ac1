//! Reads integers, decimals and amounts of money.

use std::str::FromStr;

use rust_decimal::Decimal;

use super::Reading;
use super::repair;
use crate::document::Value;

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

/// A minus apart from its number may be a dash or a leader.
const SIGN_APART: f32 = 0.7;
/// A leading `S` is a `5` as often as a `$`; so is a `$` before what is no amount of money.
const DOLLAR_OR_FIVE: f32 = 0.5;
/// More decimals than the field has are not what its writer meant.
const MORE_PLACES: f32 = 0.7;
/// `1,234` may have a decimal comma.
const LONE_COMMA: f32 = 0.9;

/// Currencies as they stand beside amounts.
const CURRENCIES: [&str; 40] = [
    "RS.", "FR.", "SFR.", "KR.", "RM", "MYR", "USD", "US$", "US", "S$", "SGD", "A$", "AUD", "C$",
    "CAD", "EUR", "EURO", "EUROS", "GBP", "CHF", "FR", "SFR", "DM", "DEM", "KR", "SEK", "NOK",
    "DKK", "INR", "RS", "JPY", "CNY", "HK$", "NZ$", "NZD", "HKD", "DOLLARS", "DOLLAR", "RINGGIT",
    "POUNDS",
];
/// What stands for no cents in German and French amounts: `12,-`.
const NO_CENTS: [&str; 6] = [",--", ".--", ",-", ".-", ",—", ".—"];
const SIGNS: &[char] = &['$', '€', '£', '¥', '₹', '¢', '*', '#', '=', ':', '~'];

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
}

/// Reads an integer; thousands may be divided by `,` `.` `'` or spaces. If the text as a whole is
/// none, but exactly one of its words is, takes that with less certainty.
pub(super) fn read_integer(text: &str, min: Option<i64>, max: Option<i64>) -> Option<Reading> {
    let whole = whole_integer(text);
    let mut certainty = if whole.is_some() { 1.0 } else { PART_OF_TEXT };
    if text.starts_with('$') || text.ends_with('$') {
        certainty *= DOLLAR_OR_FIVE;
    }
    let (number, repairs) =
        whole.or_else(|| only(text.split_whitespace().filter_map(whole_integer)))?;
    if min.is_some_and(|min| number < min) || max.is_some_and(|max| number > max) {
        certainty *= OUT_OF_RANGE;
    }
    Some(Reading { value: Value::Integer(number), repairs, certainty })
}

fn whole_integer(text: &str) -> Option<(i64, u32)> {
    let (body, sign) = strip(text);
    let (digits, repairs) = repair::digits(&join_thousands(body)?)?;
    if digits.len() > MAX_DIGITS {
        return None;
    }
    let number: i64 = digits.parse().ok()?;
    Some((if sign == Sign::Plus { number } else { -number }, repairs))
}

/// Returns the item if there is exactly one.
fn only<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    let first = items.next()?;
    items.next().is_none().then_some(first)
}

/// Reads a decimal number; with `places`, it is rounded to so many decimals. If the text as a
/// whole is none, but exactly one of its words is, takes that with less certainty.
pub(super) fn read_decimal(
    text: &str,
    places: Option<u32>,
    min: Option<f64>,
    max: Option<f64>,
) -> Option<Reading> {
    let kind = if places == Some(3) { Kind::Thousandths } else { Kind::Plain };
    let mut number = signed(text, kind).or_else(|| {
        let number = only(text.split_whitespace().filter_map(|word| signed(word, kind)))?;
        Some(Number { certainty: number.certainty * PART_OF_TEXT, ..number })
    })?;
    let as_float = f64::try_from(number.value).ok()?;
    if min.is_some_and(|min| as_float < min) || max.is_some_and(|max| as_float > max) {
        number.certainty *= OUT_OF_RANGE;
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

/// Reads an amount of money with two decimals. If the text as a whole is none, but exactly one of
/// its words is one with decimals, takes that with less certainty.
pub(super) fn read_money(text: &str) -> Option<Reading> {
    let whole = signed(text, Kind::Money);
    let mut amount = whole.or_else(|| {
        let words = words_of_amounts(text);
        let amounts = words
            .iter()
            .filter(|word| word.contains(['.', ',']))
            .filter_map(|word| signed(word, Kind::Money))
            .filter(|number| number.value.scale() == 2);
        let amount = only(amounts)?;
        Some(Number { certainty: amount.certainty * PART_OF_TEXT, ..amount })
    })?;
    if amount.value.scale() == 0 {
        amount.certainty *= WHOLE_AMOUNT;
    }
    amount.value.rescale(2);
    Some(amount.reading())
}

/// Splits at white space, but not `33, 92`, of which the recognizer made two words.
fn words_of_amounts(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let cents = word.len() == 2 && word.chars().all(|c| c.is_ascii_digit());
        let unfinished = |whole: &&mut String| {
            let digits = whole.strip_suffix(['.', ',']);
            digits.is_some_and(|digits| digits.ends_with(|c: char| c.is_ascii_digit()))
        };
        match words.last_mut().filter(unfinished) {
            Some(whole) if cents => {
                whole.push(' ');
                whole.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
    }
    words
}

impl Number {
    fn reading(self) -> Reading {
        Reading {
            value: Value::Decimal(self.value),
            repairs: self.repairs,
            certainty: self.certainty,
        }
    }
}

fn signed(text: &str, kind: Kind) -> Option<Number> {
    let (body, sign) = strip(text);
    let mut number = unsigned(body, kind)?;
    match sign {
        Sign::Plus => {}
        Sign::Minus => number.value.set_sign_negative(true),
        Sign::MinusApart => {
            number.value.set_sign_negative(true);
            number.certainty *= SIGN_APART;
        }
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

/// What stands before or after a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Plus,
    /// A minus, parentheses, or `CR`.
    Minus,
    /// A minus with white space between it and the number.
    MinusApart,
}

/// Drops currencies and edge signs; tells whether a minus, parentheses or `CR` make it negative.
fn strip(text: &str) -> (&str, Sign) {
    let mut text = text.trim();
    let mut sign = Sign::Plus;
    loop {
        let before = text;
        let is_sign = |c: char| c.is_whitespace() || SIGNS.contains(&c);
        text = text.trim_start_matches(is_sign);
        text = text.trim_end_matches(|c: char| is_sign(c) && (c != '$' || is_complete(text)));
        for no_cents in NO_CENTS {
            text = text.strip_suffix(no_cents).unwrap_or(text);
        }
        text = text.trim_end_matches(['.', ',', ';']);
        if let Some(inner) = text.strip_prefix('(') {
            if text.ends_with(')') {
                sign = Sign::Minus;
            }
            text = inner.strip_suffix(')').unwrap_or(inner);
        }
        for minus in ['-', '−', '–', '—'] {
            if let Some(rest) = text.strip_prefix(minus).or_else(|| text.strip_suffix(minus)) {
                let apart = rest.starts_with(' ') || rest.ends_with(' ');
                sign = if apart { Sign::MinusApart } else { Sign::Minus };
                text = rest;
            }
        }
        if let Some(rest) = strip_credit(text) {
            (text, sign) = (rest, Sign::Minus);
        }
        text = text.strip_prefix('+').unwrap_or(text);
        text = strip_currency(text);
        if text == before {
            return (text, sign);
        }
    }
}

/// Tells whether a closing `$` is a currency: two decimals or a space stand before it. Otherwise it
/// is a `5`.
fn is_complete(text: &str) -> bool {
    let before = text.trim_end_matches('$');
    let mut last = before.chars().rev();
    before.ends_with(char::is_whitespace)
        || (last.next().is_some_and(|c| c.is_ascii_digit())
            && last.next().is_some_and(|c| c.is_ascii_digit())
            && last.next().is_some_and(|c| matches!(c, '.' | ',')))
}

/// Returns what stands before a closing `CR`, as accounts mark what is owed to the reader.
fn strip_credit(text: &str) -> Option<&str> {
    let at = text.len().checked_sub(2)?;
    let (amount, mark) = text.split_at_checked(at)?;
    let after_digit = amount.trim_end().ends_with(|c: char| c.is_ascii_digit());
    (mark.eq_ignore_ascii_case("CR") && after_digit).then_some(amount)
}

fn strip_currency(text: &str) -> &str {
    for currency in CURRENCIES {
        let length = currency.len();
        if let Some(head) = text.get(..length)
            && head.eq_ignore_ascii_case(currency)
            && !text[length..].starts_with(|c: char| c.is_ascii_alphabetic())
        {
            return &text[length..];
        }
        let Some(at) = text.len().checked_sub(length) else { continue };
        if let Some(tail) = text.get(at..)
            && tail.eq_ignore_ascii_case(currency)
            && !text[..at].ends_with(|c: char| c.is_ascii_alphabetic())
        {
            return &text[..at];
        }
    }
    text
}

fn is_separator(character: char) -> bool {
    matches!(character, '.' | ',' | '\'' | '’')
}

/// Takes the dividers out of an integer; `None` if they do not divide thousands.
fn join_thousands(body: &str) -> Option<String> {
    let groups: Vec<&str> = body.split(|c: char| is_separator(c) || c == ' ').collect();
    let rest_are_threes = groups[1..].iter().all(|group| group.len() == 3);
    let first_fits = groups.len() == 1 || (1..=3).contains(&groups[0].len());
    (rest_are_threes && first_fits).then(|| groups.concat())
}

fn unsigned(body: &str, kind: Kind) -> Option<Number> {
    let (body, glued) = glue(body);
    let (repaired, misread) = repair_digits(&body)?;
    let plain = |whole: String, decimals: &str, certainty: f32, repairs: u32| {
        let text = if decimals.is_empty() { whole } else { format!("{whole}.{decimals}") };
        let value = Decimal::from_str(&text).ok()?;
        Some(Number { value, repairs: repairs + glued + misread, certainty })
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

/// Joins what the recognizer split: `12. 50` is one number, `1 234.50` has its thousands divided
/// by spaces, `12 50` is left alone. Counts the joints at a separator as repairs.
fn glue(body: &str) -> (String, u32) {
    let mut glued = String::with_capacity(body.len());
    let mut repairs = 0;
    for (index, part) in body.split_whitespace().enumerate() {
        let at_separator = glued.ends_with(is_separator) || part.starts_with(is_separator);
        let group = part.split(is_separator).next().unwrap_or_default();
        let thousands = group.len() == 3
            && group.chars().all(|c| c.is_ascii_digit())
            && !glued.contains(['.', ',']);
        if index == 0 || thousands {
            // Nothing stands between.
        } else if at_separator {
            repairs += 1;
        } else {
            glued.push(' ');
        }
        glued.push_str(part);
    }
    (glued, repairs)
}

/// Repairs the digits between separators; `None` if anything else is left.
fn repair_digits(body: &str) -> Option<(String, u32)> {
    let significant: String = body.chars().filter(|c| !is_separator(*c)).collect();
    let (digits, repairs) = repair::digits(&significant)?;
    if digits.len() > MAX_DIGITS {
        return None;
    }
    let mut digits = digits.chars();
    let repaired = body
        .chars()
        .map(|character| if is_separator(character) { Some(character) } else { digits.next() })
        .collect::<Option<String>>()?;
    Some((repaired.replace('’', "'"), repairs))
}
