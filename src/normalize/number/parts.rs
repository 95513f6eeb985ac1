//! Which numbers stand in a text, whole, and what else there is that holds digits.
//!
//! A number is as many words as make one together: `3 418,75 PLN`, `2 1/2`, `- RM 47.28`.

use std::sync::LazyLock;

use regex::Regex;
use rust_decimal::Decimal;

use super::affix::{is_affix, is_dash};
use super::repair;

/// So many words a number may have, with its signs and currencies.
const MOST_WORDS: usize = 8;
/// Denominators of fractions as people write them.
const DENOMINATORS: [u32; 11] = [2, 3, 4, 5, 6, 8, 10, 12, 16, 32, 64];
/// Fractions that are one character.
const FRACTIONS: [(char, (u32, u32)); 15] = [
    ('½', (1, 2)),
    ('¼', (1, 4)),
    ('¾', (3, 4)),
    ('⅓', (1, 3)),
    ('⅔', (2, 3)),
    ('⅛', (1, 8)),
    ('⅜', (3, 8)),
    ('⅝', (5, 8)),
    ('⅞', (7, 8)),
    ('⅕', (1, 5)),
    ('⅖', (2, 5)),
    ('⅗', (3, 5)),
    ('⅘', (4, 5)),
    ('⅙', (1, 6)),
    ('⅚', (5, 6)),
];
/// Words that say how many times a number is meant.
const MULTIPLES: [(&str, u64); 17] = [
    ("THOUSAND", 1_000),
    ("TSD", 1_000),
    ("TAUSEND", 1_000),
    ("MILLE", 1_000),
    ("LAKH", 100_000),
    ("LAKHS", 100_000),
    ("LAC", 100_000),
    ("LACS", 100_000),
    ("MILLION", 1_000_000),
    ("MILLIONS", 1_000_000),
    ("MILLIONEN", 1_000_000),
    ("MILLONES", 1_000_000),
    ("MIO", 1_000_000),
    ("MLN", 1_000_000),
    ("CRORE", 10_000_000),
    ("CRORES", 10_000_000),
    ("MRD", 1_000_000_000),
];

/// A part of a text.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Part<'t> {
    Number(Printed<'t>),
    /// Something with digits that is no number.
    Digits(&'t str),
    /// Something without.
    Word,
}

/// A number as it stands in a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Printed<'t> {
    /// Its digits with signs and currencies.
    pub text: &'t str,
    /// What is added to it: numerator and denominator.
    pub fraction: Option<(u32, u32)>,
    /// What it is multiplied with.
    pub times: u64,
    pub is_percent: bool,
}

impl Printed<'_> {
    /// Returns a value with the fraction and the multiple that stand behind it.
    pub fn complete(&self, value: Decimal) -> Option<Decimal> {
        let value = match self.fraction {
            None => value,
            Some((numerator, denominator)) => {
                let part = (Decimal::from(numerator) / Decimal::from(denominator)).normalize();
                if value.is_sign_negative() { value - part } else { value + part }
            }
        };
        value.checked_mul(Decimal::from(self.times))
    }

    /// Tells whether a fraction or a multiple stands behind it.
    pub fn has_more(&self) -> bool {
        self.fraction.is_some() || self.times != 1
    }
}

/// Divides a text into its parts. `is_number` tells whether a text is a number as a whole.
pub(super) fn parts(text: &str, is_number: impl Fn(&str) -> bool) -> Vec<Part<'_>> {
    let words = words(text);
    let mut parts = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let Some((printed, next)) = number_at(text, &words[at..], &is_number) else {
            parts.push(part_of(word(text, words[at])));
            at += 1;
            continue;
        };
        at += next;
        parts.push(Part::Number(printed));
    }
    parts
}

/// A word from its first byte to the one after its last, and whether a line ends behind it.
type Span = (usize, usize, bool);

fn word(text: &str, (from, to, _): Span) -> &str {
    &text[from..to]
}

fn part_of(word: &str) -> Part<'_> {
    if let Some(fraction) = fraction(word) {
        let printed = Printed { text: "0", fraction: Some(fraction), times: 1, is_percent: false };
        return Part::Number(printed);
    }
    let has_digits = word.chars().any(|c| c.is_ascii_digit()) && !is_squared_unit(word);
    if has_digits { Part::Digits(word) } else { Part::Word }
}

/// Tells whether a word is a unit such as `m2`.
fn is_squared_unit(word: &str) -> bool {
    let unit = word.trim_end_matches(['.', ',', ')']);
    let letters = unit.trim_end_matches(['2', '3']);
    (1..=3).contains(&letters.len())
        && unit.len() == letters.len() + 1
        && letters.chars().all(char::is_alphabetic)
}

/// Returns the number that begins with the first of the words, and how many words it has.
fn number_at<'t>(
    text: &'t str,
    words: &[Span],
    is_number: &impl Fn(&str) -> bool,
) -> Option<(Printed<'t>, usize)> {
    let line = words.iter().take(MOST_WORDS).position(|(_, _, ends)| *ends);
    let most = line.map_or(words.len().min(MOST_WORDS), |last| last + 1);
    let from = words.first()?.0;
    let count = (1..=most).rev().find(|&count| {
        let printed = &text[from..words[count - 1].1];
        printed.chars().any(|c| c.is_ascii_digit()) && is_number(printed)
    })?;
    let mut printed = Printed {
        text: &text[from..words[count - 1].1],
        fraction: None,
        times: 1,
        is_percent: false,
    };
    let mut used = count;
    while used < most {
        let next = word(text, words[used]);
        if printed.fraction.is_none()
            && !printed.text.contains(['.', ','])
            && let Some(found) = fraction(next)
        {
            printed.fraction = Some(found);
        } else if let Some(times) = multiple(next) {
            printed.times = times;
        } else if next.starts_with(['%', '‰']) {
            printed.is_percent = true;
        } else {
            break;
        }
        used += 1;
    }
    Some((printed, used))
}

fn fraction(word: &str) -> Option<(u32, u32)> {
    let word = word.trim_end_matches(['.', ',', ';', '"', '\'', '″']);
    let mut characters = word.chars();
    if let (Some(character), None) = (characters.next(), characters.next()) {
        return FRACTIONS.iter().find(|(sign, _)| *sign == character).map(|(_, value)| *value);
    }
    let (numerator, denominator) = word.split_once(['/', '⁄'])?;
    let (numerator, denominator) = (numerator.parse().ok()?, denominator.parse().ok()?);
    (0 < numerator && numerator < denominator && DENOMINATORS.contains(&denominator))
        .then_some((numerator, denominator))
}

fn multiple(word: &str) -> Option<u64> {
    let word = word.trim_end_matches(['.', ',', ';']).to_uppercase();
    MULTIPLES.iter().find(|(name, _)| *name == word).map(|(_, times)| *times)
}

/// Returns the words of a text; what is glued to a number is a word of its own.
fn words(text: &str) -> Vec<Span> {
    let mut words = Vec::new();
    for line in text.split('\n') {
        let start = line.as_ptr() as usize - text.as_ptr() as usize;
        let before = words.len();
        for word in line.split_whitespace() {
            let from = start + (word.as_ptr() as usize - line.as_ptr() as usize);
            split_glued(word, from, &mut words);
        }
        if words.len() > before
            && let Some((_, _, ends)) = words.last_mut()
        {
            *ends = true;
        }
    }
    words
}

/// Units whose letters all look like digits.
const LOOK_ALIKE_UNITS: [&str; 5] = ["LB", "LBS", "OZ", "GB", "SQ"];

/// Tells whether a number ends in a unit that could be misread digits, but is none: `4,300lbs`.
pub(super) fn is_unit_of_look_alikes(word: &str) -> bool {
    let letters = tail_of_letters(word).to_uppercase();
    LOOK_ALIKE_UNITS.contains(&letters.as_str())
}

/// Tells whether a number ends in a letter that is a unit as often as a misread digit: `12g`, `5l`.
pub(super) fn may_be_unit(word: &str) -> bool {
    matches!(tail_of_letters(word), "g" | "l" | "A" | "T")
}

#[expect(clippy::expect_used, reason = "the pattern is a constant")]
static PERCENT_OF_MEASURE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\d\s?[%‰](?:\s?(?:mm|cm|km|m|ft|in|yds?|mi|kg|g|lbs?|oz|ml|hrs?|h)\b|\p{L})")
        .expect("the pattern is well-formed")
});

/// Tells whether a percent sign stands between a number and a unit: it is a misread fraction, as in `6½ m`.
pub(super) fn may_be_fraction(text: &str) -> bool {
    PERCENT_OF_MEASURE.is_match(text)
}

/// Returns the letters behind the last digit.
fn tail_of_letters(word: &str) -> &str {
    let digits = word.rfind(|c: char| c.is_ascii_digit()).map_or(word.len(), |at| at + 1);
    word[digits..].trim_matches(|c: char| !c.is_alphabetic())
}

/// Divides `23600kg`, `12,50%` and `2½`; what may be a misread digit stays where it is.
fn split_glued(word: &str, from: usize, words: &mut Vec<Span>) {
    let end = from + word.len();
    // `45m2` ends in a unit, whose digit is none of the number's.
    let bare = word.trim_end_matches(['2', '3']);
    let unit = bare.len() - bare.trim_end_matches(char::is_alphabetic).len();
    let has_unit = (1..=3).contains(&unit) && bare.len() + 1 == word.len();
    let number = if has_unit { &bare[..bare.len() - unit] } else { word };
    let digits = number.rfind(|c: char| c.is_ascii_digit()).map(|at| at + 1);
    let Some(digits) = digits.filter(|_| !is_squared_unit(word)) else {
        words.push((from, end, false));
        return;
    };
    let tail = &word[digits..];
    let letters = tail.trim_matches(|c: char| !c.is_alphabetic());
    let is_unit = tail.starts_with(|c: char| c.is_alphabetic() || matches!(c, '%' | '‰' | '°'))
        && !is_affix(letters)
        && (is_unit_of_look_alikes(word)
            || letters.is_empty()
            || letters.chars().any(|c| repair::as_digit(c).is_none()));
    let is_fraction = tail.chars().next().is_some_and(|c| FRACTIONS.iter().any(|(f, _)| *f == c));
    let is_measured =
        is_unit || has_unit || is_fraction || letters.is_empty() && tail.contains(['%', '‰']);
    if is_measured && !tail.is_empty() && !tail.starts_with(is_dash) {
        words.push((from, from + digits, false));
        words.push((from + digits, end, false));
    } else {
        words.push((from, end, false));
    }
}
