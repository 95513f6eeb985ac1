//! Values as Postgres sends them in its binary format: read where they lie, written as Postgres writes them as text.
//!
//! The counterpart of `copy` (formats: the `*_send` functions of the server). Knows types, not tables.

use std::io::Write;

use super::error::StoreError;

const DAYS_1970_TO_2000: i32 = 10_957;
const MICROSECONDS_OF_SECOND: i64 = 1_000_000;
const NUMERIC_NEGATIVE: u16 = 0x4000;
const NUMERIC_NAN: u16 = 0xc000;
const NUMERIC_INFINITY: u16 = 0xd000;
const NUMERIC_NEGATIVE_INFINITY: u16 = 0xf000;
/// Numerics are sent in digits of base 10,000, each standing for four decimals.
const NUMERIC_BASE: i128 = 10_000;
const DECIMALS_PER_DIGIT: i32 = 4;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DatumKind {
    Text,
    /// 64 bits at most.
    Integer,
    /// A confidence, 0–1.
    Share,
    Decimal,
    Date,
    Time,
    Boolean,
}

/// A value as it was sent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Datum<'a> {
    Null,
    Text(&'a str),
    Integer(i64),
    Share(f32),
    Decimal(Numeric<'a>),
    Date(Day),
    Time(TimeOfDay),
    Boolean(bool),
    List(List<'a>),
}

/// A decimal number of any size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numeric<'a> {
    /// Power of 10,000 of the first digit.
    weight: i32,
    sign: u16,
    /// Decimals that are written.
    scale: i32,
    /// Two bytes each, of base 10,000.
    digits: &'a [u8],
}

/// A day of the Gregorian calendar, or infinity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// Since 2000-01-01.
    days: i32,
}

/// A time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeOfDay {
    /// 0–86,400,000,000.
    pub microseconds: i64,
}

/// A list of values of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct List<'a> {
    kind: DatumKind,
    count: usize,
    bytes: &'a [u8],
}

impl<'a> Datum<'a> {
    /// Reads a value of a kind.
    pub(super) fn one(kind: DatumKind, bytes: &'a [u8]) -> Result<Self, StoreError> {
        let datum = match kind {
            DatumKind::Text => std::str::from_utf8(bytes).ok().map(Self::Text),
            DatumKind::Integer => match *bytes {
                [a, b, c, d] => Some(Self::Integer(i32::from_be_bytes([a, b, c, d]).into())),
                _ => bytes.try_into().ok().map(i64::from_be_bytes).map(Self::Integer),
            },
            DatumKind::Share => bytes.try_into().ok().map(f32::from_be_bytes).map(Self::Share),
            DatumKind::Decimal => Numeric::read(bytes).map(Self::Decimal),
            DatumKind::Date => bytes
                .try_into()
                .ok()
                .map(|bytes| Self::Date(Day { days: i32::from_be_bytes(bytes) })),
            DatumKind::Time => bytes
                .try_into()
                .ok()
                .map(|bytes| Self::Time(TimeOfDay { microseconds: i64::from_be_bytes(bytes) })),
            DatumKind::Boolean => match *bytes {
                [truth] => Some(Self::Boolean(truth != 0)),
                _ => None,
            },
        };
        datum.ok_or_else(|| not_read(kind, bytes))
    }

    /// Reads a list of values of a kind.
    pub(super) fn list(kind: DatumKind, bytes: &'a [u8]) -> Result<Self, StoreError> {
        List::read(kind, bytes).map(Self::List).ok_or_else(|| not_read(kind, bytes))
    }
}

fn not_read(kind: DatumKind, bytes: &[u8]) -> StoreError {
    let start = &bytes[..bytes.len().min(16)];
    StoreError::Ledger { what: "a value of a record", value: format!("{kind:?} {start:02x?}") }
}

/// Takes a number of four bytes off the front.
pub(super) fn take_i32(bytes: &mut &[u8]) -> Option<i32> {
    let (number, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(i32::from_be_bytes(*number))
}

/// Takes a length and so many bytes off the front: `Some(None)` is null.
#[expect(clippy::option_option, reason = "bytes may end too early, and a value may be null")]
pub(super) fn take_sized<'a>(bytes: &mut &'a [u8]) -> Option<Option<&'a [u8]>> {
    let Ok(length) = usize::try_from(take_i32(bytes)?) else { return Some(None) };
    let (value, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(Some(value))
}

impl<'a> List<'a> {
    fn read(kind: DatumKind, mut bytes: &'a [u8]) -> Option<Self> {
        let dimensions = take_i32(&mut bytes)?;
        let (_has_nulls, _element_type) = (take_i32(&mut bytes)?, take_i32(&mut bytes)?);
        let count = match dimensions {
            0 => 0,
            1 => {
                let count = usize::try_from(take_i32(&mut bytes)?).ok()?;
                let _lower_bound = take_i32(&mut bytes)?;
                count
            }
            _ => return None,
        };
        Some(Self { kind, count, bytes })
    }

    /// Returns the values in their order; some may be [`Datum::Null`].
    pub fn values(self) -> impl Iterator<Item = Result<Datum<'a>, StoreError>> {
        let mut rest = self.bytes;
        (0..self.count).map(move |_| match take_sized(&mut rest) {
            None => Err(not_read(self.kind, rest)),
            Some(None) => Ok(Datum::Null),
            Some(Some(value)) => Datum::one(self.kind, value),
        })
    }
}

impl<'a> Numeric<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let (&[c1, c2, w1, w2, s1, s2, d1, d2], digits) = bytes.split_first_chunk::<8>()?;
        let number = Self {
            weight: i16::from_be_bytes([w1, w2]).into(),
            sign: u16::from_be_bytes([s1, s2]),
            scale: u16::from_be_bytes([d1, d2]).into(),
            digits,
        };
        (digits.len() == 2 * usize::from(u16::from_be_bytes([c1, c2]))).then_some(number)
    }

    /// Returns how it is called if it is no number.
    fn special(&self) -> Option<&'static str> {
        match self.sign {
            NUMERIC_NAN => Some("NaN"),
            NUMERIC_INFINITY => Some("Infinity"),
            NUMERIC_NEGATIVE_INFINITY => Some("-Infinity"),
            _ => None,
        }
    }

    /// True unless it is infinite or not a number.
    pub fn is_finite(&self) -> bool {
        self.special().is_none()
    }

    /// Returns the digit that stands for a power of 10,000.
    fn digit(&self, power: i32) -> u16 {
        let place = usize::try_from(self.weight - power).ok().and_then(|index| {
            let bytes = self.digits.get(2 * index..2 * index + 2)?;
            bytes.try_into().ok().map(u16::from_be_bytes)
        });
        place.unwrap_or(0)
    }

    /// Writes it as Postgres does, with `point` between the whole part and the decimals.
    pub fn write(&self, out: &mut Vec<u8>, point: u8) {
        if let Some(name) = self.special() {
            out.extend_from_slice(name.as_bytes());
            return;
        }
        if self.sign == NUMERIC_NEGATIVE {
            out.push(b'-');
        }
        let mut begun = false;
        for power in (0..=self.weight).rev() {
            let digits = four_digits(self.digit(power));
            let zeros = if begun { 0 } else { digits.iter().take_while(|&&d| d == b'0').count() };
            out.extend_from_slice(&digits[zeros..]);
            begun |= zeros < digits.len();
        }
        if !begun {
            out.push(b'0');
        }
        if self.scale > 0 {
            out.push(point);
            let end = out.len() + self.scale as usize;
            let mut power = -1;
            while out.len() < end {
                out.extend_from_slice(&four_digits(self.digit(power)));
                power -= 1;
            }
            out.truncate(end);
        }
    }

    /// Returns the number times 10^`scale`; `None` if that is no whole number of 127 bits.
    pub fn unscaled(&self, scale: u8) -> Option<i128> {
        if !self.is_finite() || i32::from(scale) < self.scale {
            return None;
        }
        let lowest = -((i32::from(scale) + DECIMALS_PER_DIGIT - 1) / DECIMALS_PER_DIGIT);
        let mut value = 0_i128;
        for power in (lowest..=self.weight.max(lowest)).rev() {
            value = value.checked_mul(NUMERIC_BASE)?.checked_add(self.digit(power).into())?;
        }
        // Digits go four by four: what stands behind the scale are zeros.
        let excess = -lowest * DECIMALS_PER_DIGIT - i32::from(scale);
        let value = value / 10_i128.pow(excess.cast_unsigned());
        Some(if self.sign == NUMERIC_NEGATIVE { -value } else { value })
    }
}

fn four_digits(digit: u16) -> [u8; 4] {
    [digit / 1000, digit / 100 % 10, digit / 10 % 10, digit % 10].map(|figure| b'0' + figure as u8)
}

impl Day {
    /// Returns days since 1970-01-01; `None` for infinity.
    pub fn since_1970(self) -> Option<i32> {
        let is_infinite = matches!(self.days, i32::MAX | i32::MIN);
        if is_infinite { None } else { self.days.checked_add(DAYS_1970_TO_2000) }
    }

    /// Writes `YYYY-MM-DD`, with ` BC` for years before the first.
    pub fn write(self, out: &mut Vec<u8>) {
        let Some(days) = self.since_1970() else {
            out.extend_from_slice(if self.days > 0 { b"infinity" } else { b"-infinity" });
            return;
        };
        let (year, month, day) = civil_of(days.into());
        let (year, era) = if year > 0 { (year, "") } else { (1 - year, " BC") };
        written(out, format_args!("{year:04}-{month:02}-{day:02}{era}"));
    }
}

/// Returns year, month and day of a number of days since 1970-01-01 (H. Hinnant, "chrono-Compatible Low-Level Date
/// Algorithms", `civil_from_days`).
fn civil_of(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

impl TimeOfDay {
    /// Writes `HH:MM:SS`, with as many decimals as there are.
    pub fn write(self, out: &mut Vec<u8>) {
        let (seconds, fraction) = (
            self.microseconds / MICROSECONDS_OF_SECOND,
            self.microseconds % MICROSECONDS_OF_SECOND,
        );
        let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        written(out, format_args!("{hours:02}:{minutes:02}:{seconds:02}"));
        if fraction > 0 {
            written(out, format_args!(".{fraction:06}"));
            let zeros = out.iter().rev().take_while(|&&figure| figure == b'0').count();
            out.truncate(out.len() - zeros);
        }
    }
}

fn written(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("memory takes what is written");
}

#[cfg(test)]
mod tests;
