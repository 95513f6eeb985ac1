//! What a model knows of characters, their codes and the words of its language.
//!
//! Put together by `model`; the alphabet, the beam search and the words ask it.

use super::dawg::Dictionary;
use super::recoder::{Code, Recoder};
use super::unicharset::Unicharset;

/// All that a model knows of characters and words.
#[derive(Debug, Clone)]
pub(super) struct Vocabulary {
    pub(super) unicharset: Unicharset,
    pub(super) recoder: Recoder,
    pub(super) dictionary: Option<Dictionary>,
    /// The code that means "nothing here".
    pub(super) null: Code,
    /// Number of network outputs; larger than all codes.
    pub(super) classes: usize,
}
