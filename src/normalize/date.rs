//! Reads dates: of numbers in any order, with names of months, compact, with a time or weekday.

mod partly;

use std::sync::LazyLock;

use jiff::civil;
use regex::Regex;

use super::Reading;
use super::month::month;
use super::repair;
use crate::document::Value;
use crate::model::{DateOrder, Partial};

/// The order of day and month had to be turned round to make a date.
const OTHER_ORDER: f32 = 0.7;
/// Something besides the date, a time and a weekday stands in the text.
const MORE_TEXT: f32 = 0.9;
/// Three numbers with only spaces between them may be unrelated.
const LOOSE: f32 = 0.85;
/// Six digits without separators may be anything.
const SIX_DIGITS: f32 = 0.7;
/// Years that archives hold; others are misread.
const YEARS: std::ops::RangeInclusive<i16> = 1800..=2199;

const WEEKDAYS: [&str; 7] =
    ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"];

#[expect(clippy::expect_used, reason = "the pattern is a constant")]
static TIME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b\d{1,2}\s?:\s?\d{2}(\s?:\s?\d{2})?(\s?[ap]\.?\s?m\b\.?)?")
        .expect("the pattern is well-formed")
});

/// How dates are to be read.
#[derive(Debug, Clone, Copy)]
struct Habits {
    order: DateOrder,
    pivot: u8,
}

/// One piece of a date.
#[derive(Debug, Clone, PartialEq)]
enum Token {
    /// Up to eight digits, and how many of them were misread.
    Number {
        digits: String,
        repairs: u32,
        /// Nothing but white space stands before it.
        apart: bool,
    },
    /// The month from 1, and how many of its letters were misread.
    Month {
        number: i8,
        repairs: u32,
    },
    Other,
}

impl Token {
    fn repairs(&self) -> u32 {
        match self {
            Self::Number { repairs, .. } | Self::Month { repairs, .. } => *repairs,
            Self::Other => 0,
        }
    }
}

/// Reads a date. `pivot`: two-digit years below it are 20xx, others 19xx. A date that names no day
/// becomes what `partial` says; an impossible one, such as 31 February, is none.
pub(super) fn read(text: &str, order: DateOrder, pivot: u8, partial: Partial) -> Option<Reading> {
    let habits = Habits { order, pivot };
    let without_time = TIME.replace_all(text, " ");
    let (tokens, misread_slashes) = tokens(&without_time);
    let windows = tokens
        .windows(3)
        .filter_map(|window| of_three(window, habits))
        .chain(tokens.iter().filter_map(|token| compact(token, habits)));
    // The first of the most certain ones.
    let mut best: Option<Reading> = None;
    for reading in windows {
        if best.as_ref().is_none_or(|best| reading.rank() > best.rank()) {
            best = Some(reading);
        }
    }
    let Some(mut reading) = best else {
        return partly::read(&tokens, habits, partial)
            .map(|reading| Reading { repairs: reading.repairs + misread_slashes, ..reading });
    };
    if partial == Partial::Keep {
        reading.value = Value::Text(reading.value.to_string());
    }
    reading.repairs += misread_slashes;
    let spare = tokens.iter().filter(|token| !matches!(token, Token::Other)).count();
    if tokens.contains(&Token::Other) || (spare != 3 && spare != 1) {
        reading.certainty *= MORE_TEXT;
    }
    Some(reading)
}

/// Returns the pieces of a text, and how many slashes were misread.
fn tokens(text: &str) -> (Vec<Token>, u32) {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '|' | '!' | '$');
    let mut tokens = Vec::new();
    let mut misread_slashes = 0;
    let mut rest = text;
    while let Some(start) = rest.find(is_part) {
        let (gap, from_word) = rest.split_at(start);
        let end = from_word.find(|c: char| !is_part(c)).unwrap_or(from_word.len());
        let (word, after) = from_word.split_at(end);
        rest = after;
        let has_slashes = word.chars().count() >= 8
            && word.chars().filter(|c| is_slash_like(*c)).count() == 2
            && word.chars().all(|c| c.is_ascii_digit() || is_slash_like(c));
        let parts = if has_slashes {
            misread_slashes += 2;
            word.split(is_slash_like).filter(|part| !part.is_empty()).collect()
        } else {
            split_word(word)
        };
        for (index, part) in parts.into_iter().enumerate() {
            let apart = index == 0 && gap.trim().is_empty();
            tokens.extend(token(part, apart));
        }
    }
    (tokens, misread_slashes)
}

/// Splits `12MAR78` and `12th` where digits and letters meet; leaves `1O` and `0CT` whole.
fn split_word(word: &str) -> Vec<&str> {
    if !word.chars().any(|c| c.is_ascii_digit()) {
        return vec![word];
    }
    let short_number = word.len() <= 4 && repair::digits(word).is_some();
    if short_number || month(word).is_some() {
        return vec![word];
    }
    let mut parts = Vec::new();
    let mut start = 0;
    let mut before: Option<char> = None;
    for (at, character) in word.char_indices() {
        let meets = before.is_some_and(|b| b.is_ascii_digit() != character.is_ascii_digit());
        if meets && splits_here(&word[start..at], &word[at..]) {
            parts.push(&word[start..at]);
            start = at;
        }
        before = Some(character);
    }
    parts.push(&word[start..]);
    parts
}

fn is_slash_like(character: char) -> bool {
    matches!(character, 'I' | 'l' | '|' | '!')
}

/// A name of a month may hold misread digits (`0CT`, `JU1`), but not at both sides.
fn splits_here(before: &str, after: &str) -> bool {
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    let letters = |text: &str| text.chars().take_while(|c| c.is_alphabetic()).count() >= 2;
    (digits(before) && letters(after))
        || (before.chars().count() >= 3 && after.starts_with(|c: char| c.is_ascii_digit()))
}

fn token(word: &str, apart: bool) -> Option<Token> {
    if let Some((digits, repairs)) = repair::digits(word).filter(|(digits, _)| digits.len() <= 8) {
        return Some(Token::Number { digits, repairs, apart });
    }
    if let Some(digits) = day_of_letters(word) {
        let repairs = u32::try_from(word.chars().count()).unwrap_or(u32::MAX);
        return Some(Token::Number { digits, repairs, apart });
    }
    if let Some((number, repairs)) = month(word) {
        return Some(Token::Month { number, repairs });
    }
    let upper = word.to_uppercase();
    let ordinal = matches!(upper.as_str(), "ST" | "ND" | "RD" | "TH" | "OF" | "THE" | "DAY" | "DE");
    let weekday = upper.len() >= 3 && WEEKDAYS.iter().any(|name| name.starts_with(&upper));
    let harmless = ordinal || weekday || matches!(upper.as_str(), "DATE" | "AM" | "PM");
    (!harmless).then_some(Token::Other)
}

/// Returns the digits of `l`, `I` or `OI`: a day or month of which every digit was misread.
fn day_of_letters(word: &str) -> Option<String> {
    let digit = |character| match character {
        'O' | 'o' => Some('0'),
        'I' | 'l' | '|' | '!' => Some('1'),
        _ => None,
    };
    let digits = word.chars().map(digit).collect::<Option<String>>()?;
    (digits.len() <= 2).then_some(digits)
}

fn of_three(window: &[Token], habits: Habits) -> Option<Reading> {
    use Token::{Month, Number};
    let repairs = window.iter().map(Token::repairs).sum();
    let (date, certainty) = match window {
        [Number { digits: year, .. }, Month { number, .. }, Number { digits: day, .. }]
            if year.len() == 4 =>
        {
            (date(year, *number, day, habits)?, 1.0)
        }
        [Number { digits: day, .. }, Month { number, .. }, Number { digits: year, .. }]
        | [Month { number, .. }, Number { digits: day, .. }, Number { digits: year, .. }] => {
            (date(year, *number, day, habits)?, 1.0)
        }
        [
            Number { digits: one, .. },
            Number { digits: two, apart, .. },
            Number { digits: three, apart: last_apart, .. },
        ] => {
            let (date, certainty) = of_numbers([one, two, three], habits)?;
            (date, if *apart || *last_apart { certainty * LOOSE } else { certainty })
        }
        _ => return None,
    };
    Some(reading(date, repairs, certainty))
}

fn reading(date: civil::Date, repairs: u32, certainty: f32) -> Reading {
    Reading { value: Value::Date(date), repairs, certainty, ambiguity: None}
}

/// Reads three numbers in the model's order; a year of four digits in front comes before month
/// and day. If that is impossible, day and month change places, with less certainty.
fn of_numbers(numbers: [&str; 3], habits: Habits) -> Option<(civil::Date, f32)> {
    let [a, b, c] = numbers;
    let (year, month, day) = match habits.order {
        _ if a.len() == 4 => (a, b, c),
        DateOrder::MonthDayYear => (c, a, b),
        DateOrder::YearMonthDay if c.len() != 4 => (a, b, c),
        DateOrder::DayMonthYear | DateOrder::YearMonthDay => (c, b, a),
    };
    let as_month = |text: &str| (text.len() <= 2).then(|| text.parse::<i8>().ok()).flatten();
    let in_order = as_month(month).and_then(|month| date(year, month, day, habits));
    if let Some(date) = in_order {
        return Some((date, 1.0));
    }
    let turned = as_month(day).and_then(|day| date(year, day, month, habits));
    turned.map(|date| (date, OTHER_ORDER))
}

/// Reads `20180312`, `12032018` or `120318`.
fn compact(token: &Token, habits: Habits) -> Option<Reading> {
    let Token::Number { digits, repairs, .. } = token else { return None };
    let split = |first: usize, second: usize| {
        let (head, rest) = digits.split_at(first);
        let (middle, tail) = rest.split_at(second);
        of_numbers([head, middle, tail], habits)
    };
    let (date, certainty) = match digits.len() {
        8 => split(4, 2).or_else(|| split(2, 2))?,
        6 => split(2, 2).map(|(date, certainty)| (date, certainty * SIX_DIGITS))?,
        _ => return None,
    };
    Some(reading(date, *repairs, certainty))
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
