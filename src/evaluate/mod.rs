//! Truth against records: how good a model is, and how far its confidence can be believed.
//!
//! Reads truth tables and compares values. Knows neither the store nor images: `commands` brings
//! the records. Called by `commands` for `eval`, `calibrate` and whatever learns from truths.

mod compare;
#[cfg(test)]
mod tests;
mod truth;

pub use compare::{CLOSE, Wanted, bare, canonical, same, same_name, similarity};
pub use truth::{TableRow, Truth, TruthError, TruthRow, TruthTable, is_path_of};
