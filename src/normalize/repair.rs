//! Which digit a misread letter was, and which letter a misread digit was.
//!
//! The other normalizers use it; a repair counts only if the result is valid, and they say so.

pub(super) use super::confusion::{as_digit, as_letter};

/// Repairs a run of digits and counts the repairs. `None` if a character looks like no digit, or
/// if fewer than half of them are digits as they stand: then it is a word.
pub(super) fn digits(text: &str) -> Option<(String, u32)> {
    // One bracket is a misread digit, two are brackets.
    if text.starts_with(['[', '{']) && text.ends_with([']', '}']) {
        return None;
    }
    let mut repaired = String::with_capacity(text.len());
    let mut repairs = 0_u32;
    for character in text.chars() {
        let (digit, misread) = as_digit(character)?;
        repaired.push(digit);
        repairs += u32::from(misread);
    }
    (!repaired.is_empty() && repairs as usize * 2 <= repaired.len()).then_some((repaired, repairs))
}
