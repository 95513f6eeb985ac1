//! Rows as JSON, one object a line (<https://jsonlines.org>).

use crate::export::error::ExportError;
use crate::store::Datum;

use super::DecimalMark;
use super::text::write_value;

/// Rows on their way to a block of lines.
pub(in crate::export) struct JsonRows {
    /// Each with its quotes, colon, and what stands before it.
    keys: Vec<Vec<u8>>,
    lines: Vec<u8>,
}

impl JsonRows {
    pub(in crate::export) fn new<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let keys = names.enumerate().map(|(index, name)| {
            let mut key = vec![if index == 0 { b'{' } else { b',' }];
            write_text(&mut key, name);
            key.push(b':');
            key
        });
        Self { keys: keys.collect(), lines: Vec::new() }
    }

    pub(in crate::export) fn length(&self) -> usize {
        self.lines.len()
    }

    pub(in crate::export) fn row(&mut self, row: &[Datum<'_>]) -> Result<(), ExportError> {
        for (key, datum) in self.keys.iter().zip(row) {
            self.lines.extend_from_slice(key);
            match datum {
                Datum::List(list) => {
                    self.lines.push(b'[');
                    for (index, value) in list.values().enumerate() {
                        if index > 0 {
                            self.lines.push(b',');
                        }
                        write_json(&mut self.lines, &value?);
                    }
                    self.lines.push(b']');
                }
                one => write_json(&mut self.lines, one),
            }
        }
        self.lines.extend_from_slice(b"}\n");
        Ok(())
    }

    pub(in crate::export) fn take(&mut self) -> Vec<u8> {
        let room = Vec::with_capacity(self.lines.len());
        std::mem::replace(&mut self.lines, room)
    }
}

fn write_json(out: &mut Vec<u8>, datum: &Datum<'_>) {
    let is_bare = match datum {
        Datum::Null => return out.extend_from_slice(b"null"),
        Datum::Text(text) => return write_text(out, text),
        Datum::Integer(_) | Datum::Share(_) | Datum::Boolean(_) | Datum::List(_) => true,
        // JSON has no words for what is no number.
        Datum::Decimal(number) => number.is_finite(),
        Datum::Date(_) | Datum::Time(_) => false,
    };
    if !is_bare {
        out.push(b'"');
    }
    write_value(out, datum, DecimalMark::Point);
    if !is_bare {
        out.push(b'"');
    }
}

fn write_text(out: &mut Vec<u8>, text: &str) {
    serde_json::to_writer(out, text).expect("memory takes what is written");
}
