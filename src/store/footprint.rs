//! How much of the disk the rows of a page will take, by the layout of Postgres' tables and B-trees ("Database Page
//! Layout" and "TOAST" of its manual). Nothing is asked of a database: `plan` sums it up for an archive before there is one.

use std::ops::{Add, AddAssign, Mul};

use serde::Serialize;

use crate::document::{PageEnd, PageOutcome, TypedRecord, Value};

use super::packed;

/// A row's place in its block, and what stands before its columns.
const LINE_POINTER: f64 = 4.0;
const ROW_HEADER: usize = 23;
/// A row that is longer has its long values in a table beside it …
const LONGEST_ROW: usize = 2032;
/// … in chunks of so many bytes, of which four fill a block.
const CHUNK: usize = 1996;
const CHUNK_ON_DISK: f64 = 2048.0;
/// What an index entry takes besides its key: a pointer to the row, and its own place.
const ENTRY_HEADER: usize = 8;
/// How full index pages are: those whose keys come in order, and those whose keys come anyhow.
const FILL_IN_ORDER: f64 = 0.9;
const FILL_AT_RANDOM: f64 = 0.7;

/// Bytes in the database, by what they hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Footprint {
    /// Words of pages.
    pub words: f64,
    /// Rows of the models' tables.
    pub records: f64,
    /// Files, documents, pages and attempts.
    pub ledger: f64,
    /// Indexes of all of them.
    pub indexes: f64,
}

impl Footprint {
    /// Returns the sum.
    pub fn total(&self) -> f64 {
        self.words + self.records + self.ledger + self.indexes
    }

    /// Returns what a file takes in the ledger, whatever it holds.
    pub fn of_file(path_bytes: usize) -> Self {
        Self {
            ledger: row(13, 100 + path_bytes),
            indexes: 2.0 * entry(8) / FILL_IN_ORDER + entry(33) / FILL_AT_RANDOM,
            ..Self::default()
        }
    }

    /// Returns what a document takes besides its files and pages.
    pub fn of_document() -> Self {
        // It is opened, and ends: its row is written anew, and one place stays free for the next.
        const VERSIONS: f64 = 2.0;
        Self {
            ledger: VERSIONS * row(8, 96),
            indexes: 2.0 * entry(8) / FILL_IN_ORDER + entry(33) / FILL_AT_RANDOM,
            ..Self::default()
        }
    }

    /// Returns what a page takes that ended so; its records come on top.
    pub fn of_page(outcome: &PageOutcome) -> Self {
        let recipe = outcome.attempt.recipe.as_ref();
        let recipe = recipe.and_then(|recipe| serde_json::to_string(recipe).ok());
        let recipe = recipe.map_or(0, |recipe| recipe.len());
        let failure = match &outcome.end {
            PageEnd::Failed(failure) | PageEnd::Quarantined(failure) => 20 + failure.message.len(),
            PageEnd::Stored(_) | PageEnd::Blank(_) => 0,
        };
        // Pending, then ended.
        let page = row(18, 21) + row(18, 96 + failure);
        let attempt = row(12, 60 + recipe + failure);
        // The page's row is indexed in both of its versions.
        let mut footprint = Self {
            ledger: page + attempt,
            indexes: (2.0 * entry(12) + entry(16)) / FILL_IN_ORDER,
            ..Self::default()
        };
        if let PageEnd::Stored(text) = &outcome.end
            && let Ok(content) = packed::pack(text)
        {
            footprint.indexes += entry(12) / FILL_IN_ORDER;
            if content.len() + 40 < LONGEST_ROW {
                footprint.words = row(3, 16 + content.len());
            } else {
                let chunks = content.len() as f64 / CHUNK as f64;
                footprint.words = row(3, 30) + chunks * CHUNK_ON_DISK;
                footprint.indexes += chunks.ceil() * entry(8) / FILL_IN_ORDER;
            }
        }
        footprint
    }

    /// Returns what a record takes; `indexed` is how many of its fields have an index.
    pub fn of_record(record: &TypedRecord, indexed: usize) -> Self {
        let fields = &record.record.fields;
        let issues: usize =
            record.issues.iter().map(|issue| 4 + text(&issue.to_string())).sum::<usize>();
        let values: usize =
            fields.iter().filter_map(|field| field.value.as_ref()).map(bytes_of).sum();
        let own = 8 + 8 + 4 + 4 + 4 + 8 + 10 + 4 + (24 + 4 * fields.len()) + (24 + issues);
        let doubtful = if record.verdict == crate::document::Verdict::Accepted { 0.0 } else { 1.0 };
        // A field's entry holds its value and the record's number.
        let entries = entry(8) + entry(16) + doubtful * entry(24) + indexed as f64 * entry(24);
        Self {
            records: row(11 + fields.len(), own + values),
            indexes: entries / FILL_IN_ORDER,
            ..Self::default()
        }
    }
}

impl Add for Footprint {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            words: self.words + other.words,
            records: self.records + other.records,
            ledger: self.ledger + other.ledger,
            indexes: self.indexes + other.indexes,
        }
    }
}

impl AddAssign for Footprint {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Mul<f64> for Footprint {
    type Output = Self;

    fn mul(self, factor: f64) -> Self {
        Self {
            words: self.words * factor,
            records: self.records * factor,
            ledger: self.ledger * factor,
            indexes: self.indexes * factor,
        }
    }
}

/// Rounds up to the alignment of rows.
fn aligned(bytes: usize) -> f64 {
    bytes.next_multiple_of(8) as f64
}

/// Returns the size of a row of so many columns with so many bytes in them.
fn row(columns: usize, bytes: usize) -> f64 {
    LINE_POINTER + aligned(ROW_HEADER + columns.div_ceil(8)) + aligned(bytes)
}

/// Returns the size of an index entry with so many bytes in its key.
fn entry(key: usize) -> f64 {
    LINE_POINTER + aligned(ENTRY_HEADER + key)
}

/// Returns the size of a text: one byte says how long a short one is.
fn text(text: &str) -> usize {
    text.len() + if text.len() < 127 { 1 } else { 4 }
}

fn bytes_of(value: &Value) -> usize {
    match value {
        Value::Text(value) => text(value),
        Value::Integer(_) | Value::Time(_) => 8,
        // Four decimal digits in two bytes, before and after the point.
        Value::Decimal(number) => 3 + 2 * number.to_string().len().div_ceil(4).saturating_add(1),
        Value::Date(_) => 4,
        Value::Boolean(_) => 1,
        Value::List(values) => 24 + values.iter().map(|value| 4 + bytes_of(value)).sum::<usize>(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{DocumentId, Failure, Verdict};
    use crate::store::tests::{outcome, page_text, record};

    #[test]
    fn rows_are_as_long_as_the_manual_says() {
        // 23 bytes and a bitmap of one are 24; 12 bytes of columns are 16.
        assert!((row(8, 12) - 44.0).abs() < 1e-9);
        assert!((row(9, 12) - 52.0).abs() < 1e-9);
        assert!((entry(8) - 20.0).abs() < 1e-9);
    }

    #[test]
    fn a_failed_page_has_no_words_and_a_doubtful_record_is_indexed_once_more() {
        let failure = Failure::decode(crate::document::Reason::Corrupt, "it ends too early");
        let failed = Footprint::of_page(&outcome(DocumentId(1), 1, PageEnd::Failed(failure)));
        assert!(failed.words.abs() < 1e-9 && failed.ledger > 100.0, "{failed:?}");
        let stored = PageEnd::Stored(Box::new(page_text("TOTAL", 90.0)));
        assert!(Footprint::of_page(&outcome(DocumentId(1), 1, stored)).words > 50.0);
        let accepted = record("log", 1, 1, vec![Some(Value::Text("TOTAL".into()))]);
        let review = TypedRecord { verdict: Verdict::Review, ..accepted.clone() };
        let (accepted, review) =
            (Footprint::of_record(&accepted, 0), Footprint::of_record(&review, 0));
        assert!((accepted.records - review.records).abs() < 1e-9);
        assert!(accepted.indexes < review.indexes);
    }
}
