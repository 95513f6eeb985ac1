//! Rows in Postgres' binary COPY format (manual: "COPY", "Binary Format"; the `*_recv` functions of the server).
//!
//! Knows types, not tables. Called by the batch writer.

use jiff::civil;
use rust_decimal::Decimal;

use crate::document::ColumnType;

use super::storable::Storable;

const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";
/// Signature, flags, and the length of what a later version may add.
const HEADER: usize = SIGNATURE.len() + 8;
const MICROSECONDS_1970_TO_2000: i64 = 946_684_800_000_000;
const TEXT_OID: i32 = 25;
const FLOAT4_OID: i32 = 700;
const NUMERIC_POSITIVE: u16 = 0x0000;
const NUMERIC_NEGATIVE: u16 = 0x4000;
/// Numerics are sent in digits of base 10,000, each standing for four decimals.
const NUMERIC_BASE: u128 = 10_000;
const DECIMALS_PER_DIGIT: u32 = 4;

/// Rows for one `copy … from stdin (format binary)`.
#[derive(Debug)]
pub(super) struct CopyRows {
    bytes: Vec<u8>,
    rows: usize,
}

impl CopyRows {
    pub(super) fn new() -> Self {
        let mut bytes = Vec::with_capacity(4096);
        bytes.extend_from_slice(SIGNATURE);
        bytes.extend_from_slice(&0_i32.to_be_bytes());
        bytes.extend_from_slice(&0_i32.to_be_bytes());
        Self { bytes, rows: 0 }
    }

    /// Starts a row of so many columns; exactly so many values must follow.
    pub(super) fn start_row(&mut self, columns: i16) {
        self.rows += 1;
        self.bytes.extend_from_slice(&columns.to_be_bytes());
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Adds other rows of as many columns behind these.
    pub(super) fn append(&mut self, others: &Self) {
        self.rows += others.rows;
        self.bytes.extend_from_slice(&others.bytes[HEADER..]);
    }

    /// Returns the whole message with its trailer.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.bytes.extend_from_slice(&(-1_i16).to_be_bytes());
        self.bytes
    }

    pub(super) fn null(&mut self) {
        self.bytes.extend_from_slice(&(-1_i32).to_be_bytes());
    }

    /// Writes a value if there is one, else null.
    pub(super) fn optional<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        match value {
            Some(value) => write(self, value),
            None => self.null(),
        }
    }

    pub(super) fn bigint(&mut self, value: i64) {
        self.sized(&value.to_be_bytes());
    }

    pub(super) fn integer(&mut self, value: i32) {
        self.sized(&value.to_be_bytes());
    }

    pub(super) fn real(&mut self, value: f32) {
        self.sized(&value.to_be_bytes());
    }

    pub(super) fn boolean(&mut self, value: bool) {
        self.sized(&[u8::from(value)]);
    }

    pub(super) fn bytea(&mut self, value: &[u8]) {
        self.sized(value);
    }

    /// Drops what Postgres text cannot hold.
    pub(super) fn text(&mut self, value: &str) {
        self.sized(Storable::new(value).as_str().as_bytes());
    }

    /// `value` must be JSON whose texts hold no NUL: `jsonb` has no place for it.
    pub(super) fn jsonb(&mut self, value: &str) {
        const VERSION: u8 = 1;
        let start = self.open();
        self.bytes.push(VERSION);
        self.bytes.extend_from_slice(value.as_bytes());
        self.close(start);
    }

    pub(super) fn date(&mut self, value: civil::Date) {
        const EPOCH: civil::Date = civil::date(2000, 1, 1);
        // Both dates lie within ±10,000 years, so their distance in days fits an i32.
        let days = value.duration_since(EPOCH).as_hours() / 24;
        self.integer(days as i32);
    }

    pub(super) fn time(&mut self, value: civil::Time) {
        let nanoseconds = value.duration_since(civil::Time::midnight()).as_nanos();
        self.bigint((nanoseconds / 1000) as i64);
    }

    /// `value` is in microseconds since 1970-01-01 UTC.
    pub(super) fn timestamptz(&mut self, value: i64) {
        self.bigint(value.saturating_sub(MICROSECONDS_1970_TO_2000));
    }

    pub(super) fn numeric(&mut self, value: Decimal) {
        let scale = value.scale();
        let (digits, weight) = numeric_digits(value.mantissa().unsigned_abs(), scale);
        let negative = value.is_sign_negative() && !value.is_zero();
        let sign = if negative { NUMERIC_NEGATIVE } else { NUMERIC_POSITIVE };
        let start = self.open();
        self.bytes.extend_from_slice(&digit_count(&digits).to_be_bytes());
        self.bytes.extend_from_slice(&weight.to_be_bytes());
        self.bytes.extend_from_slice(&sign.to_be_bytes());
        self.bytes.extend_from_slice(&(scale as i16).to_be_bytes());
        for digit in digits {
            self.bytes.extend_from_slice(&digit.to_be_bytes());
        }
        self.close(start);
    }

    /// Writes an array of values of a column type, each by `write`, which must write one value.
    pub(super) fn try_array<T, E>(
        &mut self,
        kind: ColumnType,
        values: impl ExactSizeIterator<Item = T>,
        write: impl Fn(&mut Self, T) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut wrong = None;
        self.array(element_oid(kind), values, |rows, value| {
            if let Err(error) = write(rows, value) {
                wrong = Some(error);
            }
        });
        wrong.map_or(Ok(()), Err)
    }

    pub(super) fn text_array<'a>(&mut self, values: impl ExactSizeIterator<Item = &'a str>) {
        self.array(TEXT_OID, values, Self::text);
    }

    pub(super) fn real_array(&mut self, values: impl ExactSizeIterator<Item = f32>) {
        self.array(FLOAT4_OID, values, Self::real);
    }

    fn array<T>(
        &mut self,
        element_oid: i32,
        values: impl ExactSizeIterator<Item = T>,
        mut write: impl FnMut(&mut Self, T),
    ) {
        let start = self.open();
        // An array without elements has no dimensions at all.
        let dimensions = i32::from(values.len() > 0);
        for number in [dimensions, 0, element_oid] {
            self.bytes.extend_from_slice(&number.to_be_bytes());
        }
        if dimensions == 1 {
            for number in [length(values.len()), 1] {
                self.bytes.extend_from_slice(&number.to_be_bytes());
            }
            for value in values {
                write(self, value);
            }
        }
        self.close(start);
    }

    fn sized(&mut self, value: &[u8]) {
        self.bytes.extend_from_slice(&length(value.len()).to_be_bytes());
        self.bytes.extend_from_slice(value);
    }

    /// Leaves room for a length; [`Self::close`] fills it in.
    fn open(&mut self) -> usize {
        self.bytes.extend_from_slice(&[0; 4]);
        self.bytes.len()
    }

    fn close(&mut self, start: usize) {
        let length = length(self.bytes.len() - start);
        self.bytes[start - 4..start].copy_from_slice(&length.to_be_bytes());
    }
}

/// Returns the object number of a column type (Postgres' `pg_type.dat`).
fn element_oid(kind: ColumnType) -> i32 {
    match kind {
        ColumnType::Text => TEXT_OID,
        ColumnType::Integer => 20,
        ColumnType::Decimal => 1700,
        ColumnType::Date => 1082,
        ColumnType::Time => 1083,
        ColumnType::Boolean => 16,
    }
}

/// Returns a length as it is sent. One of 2 GiB or more is cut, and the server then refuses the row.
fn length(bytes: usize) -> i32 {
    i32::try_from(bytes).unwrap_or(i32::MAX)
}

fn digit_count(digits: &[u16]) -> i16 {
    i16::try_from(digits.len()).expect("96 bits have 8 digits of base 10,000 at most")
}

/// Splits `mantissa` × 10^-`scale` into digits of base 10,000, the most significant first, without zeros at either
/// end, and the power of 10,000 of the first.
fn numeric_digits(mantissa: u128, scale: u32) -> (Vec<u16>, i16) {
    // The decimal point must fall between two digits. A mantissa has 96 bits, so three more decimals fit.
    let padding = (DECIMALS_PER_DIGIT - scale % DECIMALS_PER_DIGIT) % DECIMALS_PER_DIGIT;
    let mut rest = mantissa * 10_u128.pow(padding);
    let fraction_digits = ((scale + padding) / DECIMALS_PER_DIGIT) as i16;
    let mut digits = Vec::new();
    while rest > 0 {
        digits.push((rest % NUMERIC_BASE) as u16);
        rest /= NUMERIC_BASE;
    }
    let weight = digit_count(&digits) - fraction_digits - 1;
    let low_zeros = digits.iter().take_while(|&&digit| digit == 0).count();
    digits.drain(..low_zeros);
    digits.reverse();
    if digits.is_empty() { (digits, 0) } else { (digits, weight) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numerics_are_split_at_the_decimal_point() {
        assert_eq!(numeric_digits(0, 0), (vec![], 0));
        assert_eq!(numeric_digits(1_234_567, 2), (vec![1, 2345, 6700], 1));
        assert_eq!(numeric_digits(5, 4), (vec![5], -1));
        assert_eq!(numeric_digits(5, 5), (vec![5000], -2));
        assert_eq!(numeric_digits(120_000_000, 0), (vec![1, 2000], 2));
    }

    #[test]
    fn a_message_starts_and_ends_as_the_manual_says() {
        let mut rows = CopyRows::new();
        rows.start_row(1);
        rows.integer(7);
        let message = rows.finish();
        assert_eq!(&message[..11], b"PGCOPY\n\xff\r\n\0");
        assert_eq!(&message[11..19], &[0; 8]);
        assert_eq!(&message[19..], &[0, 1, 0, 0, 0, 4, 0, 0, 0, 7, 0xff, 0xff]);
    }
}
