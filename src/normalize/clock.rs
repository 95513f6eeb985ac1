//! Reads times of day and durations in hours.

use std::sync::LazyLock;

use jiff::civil;
use regex::Regex;
use rust_decimal::Decimal;

use super::number::read_decimal;
use super::reading::Reading;
use super::repair;
use crate::document::Value;

/// `1430` may be a number that is no time.
const BARE_DIGITS: f32 = 0.8;
/// The time was one part of a longer text.
const PART_OF_TEXT: f32 = 0.9;
/// Hours and minutes give no more decimals than these.
const HOUR_DECIMALS: u32 = 4;

#[expect(clippy::expect_used, reason = "the pattern is a constant")]
static TIME: LazyLock<Regex> = LazyLock::new(|| {
    // Two runs of digits or their look-alikes, perhaps seconds, perhaps half of the day.
    Regex::new(
        r"^(?i)([0-9OlISBZ|]{1,2})\s?[:.h;]\s?([0-9OlISBZ|]{2})(?:\s?[:.;]\s?([0-9OlISBZ|]{2}))?\s*(?:([ap])\.?\s?m\.?|h|hrs?|uhr)?$",
    )
    .expect("the pattern is well-formed")
});

#[expect(clippy::expect_used, reason = "the pattern is a constant")]
static WITHIN_TEXT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(?i)[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?:\s?[ap]\.?\s?m\b\.?)?")
        .expect("the pattern is well-formed")
});

#[expect(clippy::expect_used, reason = "the pattern is a constant")]
static HOURS_AND_MINUTES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"^(?i)([0-9OlISBZ|]{1,6})\s?(?:[:+;]|h|hrs?\.?|hours?)\s?([0-9OlISBZ|]{1,2})\s*(?::([0-9]{2})|m|mins?\.?|minutes?|h|hrs?\.?)?$",
    )
    .expect("the pattern is well-formed")
});

#[expect(clippy::expect_used, reason = "the pattern is a constant")]
static MINUTES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?i)([0-9]{1,5})\s?(?:mins?\.?|minutes?)$").expect("the pattern is well-formed")
});

/// Reads a time of day: `14:30`, `2.30 PM`, `14h30`, `1430`, `1430 hrs`. If the text as a whole is
/// none, but holds exactly one with colons, takes that with less certainty.
pub(super) fn read_time(text: &str) -> Option<Reading> {
    let text = text.trim();
    if let Some(whole) = whole_time(text) {
        return Some(whole);
    }
    let mut times = WITHIN_TEXT.find_iter(text).filter_map(|found| whole_time(found.as_str()));
    let reading = times.next()?;
    times
        .all(|other| other.value == reading.value)
        .then_some(Reading { certainty: reading.certainty * PART_OF_TEXT, ..reading })
}

fn whole_time(text: &str) -> Option<Reading> {
    let bare = ["hrs", "hours", "hr", "h", "z", "Z", "Hrs", "HRS", "H"]
        .iter()
        .find_map(|unit| text.strip_suffix(unit))
        .unwrap_or(text)
        .trim_end();
    if bare.len() == 4
        && let Some((digits, repairs)) = repair::digits(bare)
    {
        let (hour, minute) = digits.split_at(2);
        let time = civil::Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()?;
        return Some(Reading {
            value: Value::Time(time),
            repairs,
            certainty: BARE_DIGITS,
            ambiguity: None,
        });
    }
    let parts = TIME.captures(text)?;
    let mut repairs = 0;
    let mut number = |index: usize| -> Option<i8> {
        let Some(part) = parts.get(index) else { return Some(0) };
        let (digits, misread) = lone_digits(part.as_str())?;
        repairs += misread;
        digits.parse().ok()
    };
    let (hour, minute, second) = (number(1)?, number(2)?, number(3)?);
    let hour = match parts.get(4).map(|half| half.as_str().to_ascii_lowercase()) {
        Some(half) if half == "p" && hour < 12 => hour + 12,
        Some(half) if half == "a" && hour == 12 => 0,
        _ => hour,
    };
    let time = civil::Time::new(hour, minute, second, 0).ok()?;
    Some(Reading { value: Value::Time(time), repairs, certainty: 1.0, ambiguity: None })
}

/// Reads hours and minutes (`1:30`, `1+30`, `1h 30m`, `1:30:00`), minutes (`90 min`) or decimal
/// hours (`1.5`, `1.5 hrs`) as decimal hours.
pub(super) fn read_duration(text: &str) -> Option<Reading> {
    let text = text.trim();
    if let Some(parts) = HOURS_AND_MINUTES.captures(text) {
        let (hours, in_hours) = lone_digits(&parts[1])?;
        let (minutes, in_minutes) = lone_digits(&parts[2])?;
        let minutes: i64 = minutes.parse().ok().filter(|minutes| *minutes < 60)?;
        let seconds = parts.get(3).map_or(Some(0), |seconds| seconds.as_str().parse().ok());
        let seconds: i64 = seconds.filter(|seconds| *seconds < 60)?;
        let total = hours.parse::<i64>().ok()?.checked_mul(3600)?;
        let total = total.checked_add(minutes * 60 + seconds)?;
        let hours = in_hours_of(total);
        let repairs = in_hours + in_minutes;
        return Some(Reading {
            value: Value::Decimal(hours),
            repairs,
            certainty: 1.0,
            ambiguity: None,
        });
    }
    if let Some(parts) = MINUTES.captures(text) {
        let hours = in_hours_of(parts[1].parse::<i64>().ok()?.checked_mul(60)?);
        return Some(Reading {
            value: Value::Decimal(hours),
            repairs: 0,
            certainty: 1.0,
            ambiguity: None,
        });
    }
    let lower = text.to_ascii_lowercase();
    let bare = ["hours", "hour", "hrs.", "hrs", "hr.", "hr", "h"]
        .iter()
        .find_map(|unit| lower.strip_suffix(unit))
        .unwrap_or(&lower);
    // Lowercase loses look-alikes of digits, so the text itself is read on.
    read_decimal(text.get(..bare.len())?, None, Some(0.0), None)
}

fn in_hours_of(seconds: i64) -> Decimal {
    (Decimal::from(seconds) / Decimal::from(3600)).round_dp(HOUR_DECIMALS).normalize()
}

/// Like [`repair::digits`], for runs so short that one misread digit may be all of it.
fn lone_digits(text: &str) -> Option<(String, u32)> {
    let mut repairs = 0;
    let digits = text
        .chars()
        .map(|character| {
            let (digit, misread) = repair::as_digit(character)?;
            repairs += u32::from(misread);
            Some(digit)
        })
        .collect::<Option<String>>()?;
    Some((digits, repairs))
}
