//! Single values as text.

use std::io::Write;

use crate::store::Datum;

use super::DecimalMark;

/// Writes a value that is neither null nor a list as Postgres does, a confidence with four decimals.
pub(in crate::export) fn write_value(out: &mut Vec<u8>, datum: &Datum<'_>, mark: DecimalMark) {
    match datum {
        Datum::Text(text) => out.extend_from_slice(text.as_bytes()),
        Datum::Integer(number) => written(out, format_args!("{number}")),
        Datum::Share(share) => {
            let start = out.len();
            // Four decimals: more is noise in a probability.
            written(out, format_args!("{share:.4}"));
            if let (DecimalMark::Comma, Some(point)) =
                (mark, out[start..].iter().position(|&byte| byte == b'.'))
            {
                out[start + point] = b',';
            }
        }
        Datum::Decimal(number) => number.write(out, mark.as_char() as u8),
        Datum::Date(day) => day.write(out),
        Datum::Time(time) => time.write(out),
        Datum::Boolean(truth) => out.extend_from_slice(if *truth { b"true" } else { b"false" }),
        Datum::Null | Datum::List(_) => {}
    }
}

fn written(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("memory takes what is written");
}
