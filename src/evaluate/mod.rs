//! Truth against records: how good a model is, and how far its confidence can be believed.
//!
//! Reads truth tables, compares values, counts what is right, and fits probabilities. Knows neither the store nor images: `commands` brings
//! the records. Called by `commands` for `eval`, `calibrate` and whatever learns from truths.

mod bounds;
mod calibrate;
mod compare;
mod fit;
mod folds;
mod pairing;
mod reliability;
mod scores;
mod table;
#[cfg(test)]
mod tests;
mod truth;
mod weights;

pub use bounds::{SURENESS, at_least, at_most};
pub use calibrate::{Acceptance, FOLDS, Fitted, HeldOut, RecordGroup, calibrate, held_out_records};
pub use compare::{CLOSE, Wanted, bare, canonical, same, same_name, similarity};
pub use folds::folds;
pub use pairing::{FoundRecord, pair};
pub use reliability::{FittedShown, ReliabilityBin, reliability};
pub use scores::{Count, Figures, Miss, Scores};
pub use table::{FieldFigures, ScoresShown};
pub use truth::{TableRow, Truth, TruthError, TruthRow, TruthTable, is_path_of};
