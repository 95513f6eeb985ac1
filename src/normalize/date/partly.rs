//! Dates that name no day: `March 1978`, `3/1978`, `1978-03`, `1978`.

use jiff::civil;

use super::tokens::{Piece, Token};
use crate::document::Value;
use crate::model::Partial;
use crate::normalize::reading::Reading;

/// `Mar 12` may be the twelfth of a March as well.
const SHORT_YEAR: f32 = 0.6;
/// `1911-12` may be two years.
const MAY_BE_YEARS: f32 = 0.6;
/// A year among other words may be a number.
const AMONG_WORDS: f32 = 0.7;
/// Days of the longest month: a larger number is no day.
const DAYS: i16 = 31;

/// Reads a month of a year, or a year. More numbers than these are no partial date, but one that
/// could not be read, or several. `year_of` says which year two or four digits mean.
pub(super) fn read(
    tokens: &[Token],
    year_of: impl Fn(&str) -> Option<i16>,
    partial: Partial,
) -> Option<Reading> {
    if partial == Partial::Refuse {
        return None;
    }
    let pieces: Vec<&Piece> =
        tokens.iter().map(|token| &token.piece).filter(|piece| **piece != Piece::Other).collect();
    let (year, month, mut certainty) = match pieces[..] {
        [Piece::Number { digits, .. }] if digits.len() == 4 => (year_of(digits)?, None, 1.0),
        [Piece::Month { number, .. }, Piece::Number { digits, .. }] => {
            (year_of(digits)?, Some(*number), certainty_of_short(digits))
        }
        [Piece::Number { digits, .. }, Piece::Month { number, .. }] if digits.len() == 4 => {
            (year_of(digits)?, Some(*number), 1.0)
        }
        [Piece::Number { digits: one, .. }, Piece::Number { digits: two, .. }] => {
            of_numbers(one, two, year_of)?
        }
        _ => return None,
    };
    if pieces.len() < tokens.len() {
        certainty *= AMONG_WORDS;
    }
    let first = civil::Date::new(year, month.unwrap_or(1), 1).ok()?;
    let value = match (partial, month) {
        (Partial::Refuse, _) => return None,
        (Partial::First, _) => Value::Date(first),
        (Partial::Keep, Some(month)) => Value::Text(format!("{year}-{month:02}")),
        (Partial::Keep, None) => Value::Text(year.to_string()),
    };
    Some(Reading {
        value,
        repairs: tokens.iter().map(Token::repairs).sum(),
        certainty,
        ambiguity: None,
    })
}

/// Reads `3/1978` and `1978-03` as year, month and certainty.
fn of_numbers(
    one: &str,
    two: &str,
    year_of: impl Fn(&str) -> Option<i16>,
) -> Option<(i16, Option<i8>, f32)> {
    let month = |text: &str| {
        let month = text.parse::<i8>().ok().filter(|_| text.len() <= 2)?;
        (1..=12).contains(&month).then_some(month)
    };
    if one.len() == 4 {
        let (year, month) = (year_of(one)?, month(two)?);
        let follows = i16::from(month) == year % 100 + 1;
        return Some((year, Some(month), if follows { MAY_BE_YEARS } else { 1.0 }));
    }
    (two.len() == 4).then_some(())?;
    Some((year_of(two)?, Some(month(one)?), 1.0))
}

fn certainty_of_short(digits: &str) -> f32 {
    let may_be_day = digits.len() < 4 && digits.parse::<i16>().is_ok_and(|day| day <= DAYS);
    if may_be_day { SHORT_YEAR } else { 1.0 }
}
