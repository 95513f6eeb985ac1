//! A recognizer's mistakes: letters exchanged for others of their shape.

use fastrand::Rng;

use crate::normalize::look_alike;

/// Word confidences where all is well, 0–100, and where a letter was misread.
const SURE: std::ops::Range<f64> = 88.0..97.5;
const UNSURE: std::ops::Range<f64> = 35.0..88.0;

/// Reads a word of print. `share` of the characters that look like others are taken for them.
pub(super) fn word(text: &str, share: f64, random: &mut Rng) -> (String, f32) {
    let mut is_wrong = false;
    let mut letter = |letter: char| {
        let other = (random.f64() < share).then(|| look_alike(letter, random.usize(..))).flatten();
        is_wrong |= other.is_some();
        other.unwrap_or(letter)
    };
    let read: String = text.chars().map(&mut letter).collect();
    let range = if is_wrong { UNSURE } else { SURE };
    let confidence = range.start + random.f64() * (range.end - range.start);
    (read, confidence as f32)
}
