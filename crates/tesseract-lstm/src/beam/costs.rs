//! What the beam search charges, and how many paths it keeps: the numbers that the models were made with.

/// A character that the dictionaries do not know costs so many times more.
pub(super) const NETWORK_RATIO: f32 = 2.25;
/// Added to each certainty: favors paths with few steps of doubt.
pub(super) const CERTAINTY_OFFSET: f64 = -0.085;
/// Characters below are not looked up in the dictionaries.
pub(super) const WORST_DICTIONARY_CERTAINTY: f32 = -25.0 / 7.0;
/// The worst certainty there is, before ratio and offset.
pub(super) const MIN_CERTAINTY: f32 = -20.0;
/// Paths that are kept, by the number of codes of the character so far.
pub(super) const WIDTHS: [usize; 10] = [5, 10, 16, 16, 16, 16, 16, 16, 16, 16];
