//! The pieces of a text that a date is made of, and what stands between them.

use std::sync::LazyLock;

use regex::Regex;

use crate::normalize::month::month;
use crate::normalize::repair;
use crate::normalize::weekday::is_weekday;

#[expect(clippy::expect_used, reason = "the patterns are constants")]
static NO_DATE: LazyLock<[Regex; 4]> = LazyLock::new(|| {
    [
        // The time and zone of ISO 8601.
        r"(?i)(?P<kept>\d)T\d{2}:?\d{2}(?::?\d{2}(?:[.,]\d+)?)?(?:Z\b|[+-]\d{2}:?\d{2}\b)?",
        r"(?i)\b\d{1,2}\s?:\s?\d{2}(?:\s?:\s?\d{2}(?:[.,]\d+)?)?(?:\s?[ap]\.?\s?m\b\.?)?(?:\s?(?:uhr|hrs|h)\b)?",
        r"(?i)\b\d{1,2}(?:\s?[ap]\.?m\b\.?|\s?h\s?\d{2}\b|[.:]\d{2}\s?(?:uhr|hrs?)\b|\s?uhr\b)",
        // Numbers of weeks.
        r"(?i)\b(?:(?:week|weeks|wk|woche|semaine|semana|settimana|sett|sem|kw|cw|minggu|vecka|uke|uge|tydzien)\b\s?(?:no|nr)?[.:]?\s?\d{1,2}\b|\d{4}-?W\d{2}(?:-?\d)?\b|[kc]?w\.?\d{1,2}\b)",
    ]
    .map(|pattern| Regex::new(pattern).expect("the pattern is well-formed"))
});

/// Words that stand in dates and are no part of them.
const HARMLESS: &[&str] = &[
    "ST", "ND", "RD", "TH", "OF", "THE", "DAY", "DE", "DEL", "DI", "LE", "EL", "IL", "DEN", "AM",
    "FEIRA", "DATE", "DATUM", "FECHA", "DATA", "PM", "ER", "DU",
];

/// One piece of a date.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub piece: Piece,
    /// What divides it from the piece before it.
    pub gap: Gap,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Piece {
    /// Up to eight digits, and how many of them were misread.
    Number {
        digits: String,
        repairs: u32,
    },
    /// The month from 1, and how many of its letters were misread.
    Month {
        number: i8,
        repairs: u32,
    },
    Other,
}

/// What stands between two pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Gap {
    /// The sign, if it is one that divides dates; a comma is a point.
    pub sign: Option<char>,
    /// Nothing but white space and signs that divide no dates.
    pub is_blank: bool,
    /// White space stands there, or the end of a line.
    pub has_space: bool,
}

impl Gap {
    fn of(text: &str) -> Self {
        let is_divider = |c: &char| matches!(c, '/' | '-' | '.' | ',' | '–' | '—' | '\\');
        let sign = text.chars().find(is_divider).map(|sign| match sign {
            ',' => '.',
            '–' | '—' => '-',
            '\\' => '/',
            other => other,
        });
        Self { sign, is_blank: sign.is_none(), has_space: text.contains(char::is_whitespace) }
    }

    /// Tells whether a sign joins both pieces to one, as in `05/11`.
    pub fn is_tight(self) -> bool {
        self.sign.is_some() && !self.has_space
    }
}

impl Token {
    pub fn repairs(&self) -> u32 {
        match self.piece {
            Piece::Number { repairs, .. } | Piece::Month { repairs, .. } => repairs,
            Piece::Other => 0,
        }
    }

    pub fn is_number(&self) -> bool {
        matches!(self.piece, Piece::Number { .. })
    }
}

/// Returns the pieces of a text, and how many slashes were misread. Times and numbers of weeks are
/// no pieces of a date.
pub(super) fn tokens(text: &str) -> (Vec<Token>, u32) {
    let text = NO_DATE
        .iter()
        .fold(text.to_owned(), |text, pattern| pattern.replace_all(&text, "$kept ").into_owned());
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '|' | '!' | '$');
    let mut tokens = Vec::new();
    let mut misread_slashes = 0;
    let mut rest = text.as_str();
    // What was left out, such as a weekday, divides as well.
    let mut between = String::new();
    while let Some(start) = rest.find(is_part) {
        let (gap, from_word) = rest.split_at(start);
        between.push_str(gap);
        let end = from_word.find(|c: char| !is_part(c)).unwrap_or(from_word.len());
        let (word, after) = from_word.split_at(end);
        rest = after;
        let has_slashes = word.chars().count() >= 8
            && word.chars().filter(|c| is_slash_like(*c)).count() == 2
            && word.chars().all(|c| c.is_ascii_digit() || is_slash_like(c));
        let parts: Vec<&str> = if has_slashes {
            misread_slashes += 2;
            word.split(is_slash_like).filter(|part| !part.is_empty()).collect()
        } else {
            split_word(word)
        };
        for (index, part) in parts.into_iter().enumerate() {
            if index > 0 {
                between = if has_slashes { "/".to_owned() } else { String::new() };
            }
            let Some(piece) = piece(part) else {
                between.push(' ');
                continue;
            };
            tokens.push(Token { piece, gap: Gap::of(&between) });
            between.clear();
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

fn piece(word: &str) -> Option<Piece> {
    if let Some((digits, repairs)) = repair::digits(word).filter(|(digits, _)| digits.len() <= 8) {
        return Some(Piece::Number { digits, repairs });
    }
    if let Some(digits) = day_of_letters(word) {
        let repairs = u32::try_from(word.chars().count()).unwrap_or(u32::MAX);
        return Some(Piece::Number { digits, repairs });
    }
    // Before months are looked for: `del` is one letter away from `dec`.
    if is_weekday(word) || HARMLESS.contains(&word.to_uppercase().as_str()) {
        return None;
    }
    let month = month(word).map(|(number, repairs)| Piece::Month { number, repairs });
    Some(month.unwrap_or(Piece::Other))
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
