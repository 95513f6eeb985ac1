//! Of which type a column is, by its known values and how they stand on the pages.

use std::collections::{BTreeMap, BTreeSet};

use super::claims;
use super::scan::Scan;
use super::sightings::{Sighting, find, scans as count_scans};
use crate::model::{DateOrder, EnumValue, FieldKind, Partial};

/// Two-digit years below it are of this century.
const PIVOT: u8 = 40;
/// A set has so many values at most.
const LARGEST_SET: usize = 12;
/// Each value of a set is there so often, on average.
const OFTEN: usize = 3;
/// A code comes in so many shapes at most.
const MOST_SHAPES: usize = 6;
/// Texts are so much longer than the longest known one at most.
const TEXT_SLACK: usize = 2;

/// The type of a column, and what else is known of its values.
#[derive(Debug, Clone)]
pub(super) struct Kind {
    pub field: FieldKind,
    /// Most digits, or characters of a text, in a known value.
    pub longest: usize,
    pub shortest: usize,
}

impl Kind {
    /// True if the values need not stand on the pages themselves: each is told by phrases of its own.
    pub fn is_told_by_phrases(&self) -> bool {
        matches!(self.field, FieldKind::Enum { .. })
    }

    /// Returns the type as models name it.
    pub fn name(&self) -> &'static str {
        match self.field {
            FieldKind::Integer { .. } => "integer",
            FieldKind::Decimal { .. } => "decimal",
            FieldKind::Money => "money",
            FieldKind::Date { .. } => "date",
            FieldKind::Time => "time",
            FieldKind::Code { .. } => "code",
            FieldKind::Enum { .. } => "enum",
            _ => "text",
        }
    }
}

/// Finds the type of a column and where its values stand.
pub(super) fn infer(scans: &[Scan], column: usize) -> (Kind, Vec<Sighting>) {
    let values: Vec<&String> =
        scans.iter().filter_map(|scan| scan.labelled.truths[column].first()).collect();
    let lengths = values.iter().map(|value| value.chars().count());
    let (longest, shortest) = (lengths.clone().max().unwrap_or(1), lengths.min().unwrap_or(1));
    let of = |field| Kind { field, longest, shortest };
    let all = |test: fn(&str) -> bool| !values.is_empty() && values.iter().all(|value| test(value));
    if all(|value| value.parse::<jiff::civil::Date>().is_ok()) {
        let orders = [DateOrder::DayMonthYear, DateOrder::MonthDayYear, DateOrder::YearMonthDay];
        let tried = orders.map(|order| {
            let kind = FieldKind::Date { order, pivot: PIVOT, partial: Partial::Refuse };
            let sightings = find(scans, column, &kind);
            (kind, sightings)
        });
        let most = |sightings: &Vec<Sighting>| count_scans(sightings);
        // Of equally good orders the first.
        let best = tried
            .into_iter()
            .reduce(|best, next| if most(&next.1) > most(&best.1) { next } else { best });
        if let Some((kind, sightings)) = best {
            return (of(kind), sightings);
        }
    }
    let plain = |field: FieldKind| {
        let sightings = find(scans, column, &field);
        (of(field), sightings)
    };
    if all(is_integer) {
        let numbers = values.iter().filter_map(|value| value.parse::<i64>().ok());
        let min = numbers.clone().min().map(|least| least.min(1));
        // Room for one more digit than half of the numbers' range needs.
        let max =
            numbers.max().map(|most| 10_i64.saturating_pow(most.to_string().len() as u32) - 1);
        return plain(FieldKind::Integer { min, max });
    }
    if all(|value| decimals(value) == Some(2)) {
        return plain(FieldKind::Money);
    }
    if all(|value| decimals(value).is_some()) {
        let places = values.iter().filter_map(|value| decimals(value)).max();
        return plain(FieldKind::Decimal { places, min: None, max: None });
    }
    if all(|value| value.parse::<jiff::civil::Time>().is_ok()) {
        return plain(FieldKind::Time);
    }
    let shapes: BTreeSet<String> = values.iter().map(|value| shape(value)).collect();
    let has_digits = all(|value| value.chars().any(|letter| letter.is_ascii_digit()));
    let is_code = all(|value| !value.contains(' ') && value.len() >= 3);
    if has_digits && is_code && shapes.len() <= MOST_SHAPES {
        return plain(FieldKind::Code { shapes: shapes.into_iter().collect(), check: None });
    }
    let max_length = longest * TEXT_SLACK;
    let text = FieldKind::Text { join: " ".to_owned(), max_length };
    let sightings = find(scans, column, &text);
    let distinct: BTreeMap<&str, usize> = values.iter().fold(BTreeMap::new(), |mut all, value| {
        *all.entry(value.as_str()).or_default() += 1;
        all
    });
    if distinct.len() >= 2
        && distinct.len() <= LARGEST_SET
        && values.len() >= OFTEN * distinct.len()
    {
        return set(scans, column, (&distinct, sightings), of);
    }
    (of(text), sightings)
}

/// A set of values: told by their own names where these stand on the pages, and by phrases.
fn set(
    scans: &[Scan],
    column: usize,
    (distinct, sightings): (&BTreeMap<&str, usize>, Vec<Sighting>),
    of: impl Fn(FieldKind) -> Kind,
) -> (Kind, Vec<Sighting>) {
    let values = distinct.keys().map(|value| {
        let is_of =
            |scan: &Scan| scan.labelled.truths[column].first().is_some_and(|truth| truth == value);
        EnumValue { value: (*value).to_owned(), synonyms: claims::telling(scans, is_of) }
    });
    (of(FieldKind::Enum { values: values.collect() }), sightings)
}

fn is_integer(text: &str) -> bool {
    text.parse::<i64>().is_ok() && (text == "0" || !text.starts_with('0'))
}

/// Returns the number of decimals of a plain number with a point.
fn decimals(text: &str) -> Option<u32> {
    let (whole, part) = text.split_once('.')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (digits(whole.strip_prefix('-').unwrap_or(whole)) && digits(part))
        .then(|| u32::try_from(part.len()).unwrap_or(u32::MAX))
}

/// Returns the shape of a code as models write it.
fn shape(code: &str) -> String {
    let mut shape = String::new();
    for letter in code.chars() {
        match letter {
            '0'..='9' => shape.push('9'),
            letter if letter.is_alphabetic() => shape.push('A'),
            sign => {
                if matches!(sign, '?' | '\\') {
                    shape.push('\\');
                }
                shape.push(sign);
            }
        }
    }
    shape
}
