//! Tools for people who write models, without files and databases: what records say and how they differ,
//! golden pages, drafts of models.
//!
//! Pure like `extract`; `commands/model/` brings the words and shows the results.

mod alignment;
mod draft;
mod explained;
mod golden;
mod said;
#[cfg(test)]
mod tests;

pub use alignment::{Pair, align};
pub use draft::{Draft, DraftError, Drafted, Labelled, draft};
pub use explained::Explained;
pub use golden::{Golden, GoldenError};
pub use said::{Change, Said};
