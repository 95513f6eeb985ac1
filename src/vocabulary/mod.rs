//! What the archive teaches itself: values that recur over documents, what of them was misread, and figures that are
//! far from what is usual.
//!
//! Pure: no input or output, no clock. `store` streams the distinct readings of a field, `pipeline` has them learned
//! from and writes what follows. `clusters` puts readings of one value together, `difference` tells misreadings from
//! values of their own, `vote` finds what was printed, `usual` knows outliers, `likeness` is all that is known here of
//! how characters are confused. Knows nothing of pages and words.

mod agreed;
mod clusters;
mod difference;
mod likeness;
#[cfg(test)]
mod tests;
mod usual;
mod vote;

pub use clusters::Clusters;
pub use usual::{Spread, Usual};

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::document::words;

/// What the issue of an unusual figure begins with, behind its field.
pub const UNUSUAL: &str = "unusual: ";

/// A value as records have it that the archive has not changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    pub value: String,
    /// In how many documents it stands.
    pub documents: u32,
    /// Mean confidence of the records' values, 0–1.
    pub confidence: f32,
}

/// What is held of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It recurs.
    Proposed,
    /// A person says that it is right.
    Confirmed,
    /// A person says that it is no value: nothing is mended to it.
    Refused,
}

words!(State { Proposed => "proposed", Confirmed => "confirmed", Refused => "refused" });

/// A line of a field's vocabulary.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub value: String,
    /// Documents that have the value or a misreading of it.
    pub documents: u32,
    /// How sure the most trusted of them is, 0–1.
    pub confidence: f32,
    pub state: State,
    /// What stands for a refused value.
    pub instead: Option<String>,
}

/// What follows for all records that have a reading.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Decision {
    /// It is a value that so many documents have.
    Known { documents: u32 },
    /// It is a misreading of a value that so many other documents have; how sure those are on average, 0–1.
    Mended { to: String, documents: u32, confidence: f32 },
    /// A person has said what it is.
    Corrected { to: String },
    /// It is almost a value that so many documents have, and may be another one.
    Nearly { known: String, documents: u32 },
}

/// What is learned of a field.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Learned {
    /// The values that recur, most frequent first; those that people have decided about keep their state.
    pub entries: Vec<Entry>,
    /// By reading; those that nothing follows for are left out.
    pub decisions: HashMap<String, Decision>,
}
