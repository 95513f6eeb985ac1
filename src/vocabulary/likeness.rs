//! How much two readings are alike, and which characters are taken for each other: the one place of this room that
//! knows a model of confusions.

use crate::normalize;

/// Returns how alike two texts are, 0–1; texts less alike than one half give 0.
pub(super) fn similarity(a: &str, b: &str) -> f32 {
    normalize::similarity(a, b)
}

/// Letters from which the beginning of a text says which it is.
const LONG_BEGINNING: usize = 24;

/// Returns how alike two texts are as far as the shorter goes, or as a whole, whichever is more: one of them may be
/// cut off, or what stands behind it on the page may have been taken with it. A text is told by a long beginning only.
pub(super) fn alike_so_far(a: &str, b: &str) -> f32 {
    let (a_length, b_length) = (a.chars().count(), b.chars().count());
    let shorter = a_length.min(b_length);
    let longer = a_length.max(b_length);
    // A few characters more or less are no lost end.
    if shorter < LONG_BEGINNING || shorter * 10 > longer * 9 {
        return similarity(a, b);
    }
    if shorter * 2 < longer {
        return 0.0;
    }
    let beginning = |text: &str| text.chars().take(shorter).collect::<String>();
    let alike = similarity(&beginning(a), &beginning(b));
    // Not quite as much as the whole would be.
    alike * alike
}

/// Tells whether one character may be read for the other, without regard to case.
pub(super) fn look_alike(a: char, b: char) -> bool {
    sign_of(a) == sign_of(b)
}

/// Returns the one character that stands for all that look like this one.
pub(super) fn sign_of(character: char) -> char {
    normalize::family(normalize::merge(capital(character)))
}

/// Returns a character as a capital.
pub(super) fn capital(character: char) -> char {
    let mut capitals = character.to_uppercase();
    match (capitals.next(), capitals.next()) {
        (Some(capital), None) => capital,
        _ => character,
    }
}

/// Returns the letters and digits of a value, in capitals without accents: what two spellings of one value have in
/// common.
pub(super) fn bare(value: &str) -> String {
    let plain = |character: char| {
        let capital = capital(character);
        if capital.is_ascii() { capital } else { normalize::merge(capital) }
    };
    value.chars().filter(|character| character.is_alphanumeric()).map(plain).collect()
}
