//! Which digit a misread letter was, and which letter a misread digit was.
//!
//! The other normalizers use it; a repair counts only if the result is valid, and they say so.

/// Returns the digit that a character is, or that it was before it was misread, and whether it
/// was misread; `None` if it looks like no digit.
pub(super) fn as_digit(character: char) -> Option<(char, bool)> {
    let digit = match character {
        '0'..='9' => return Some((character, false)),
        'O' | 'o' | 'Q' | 'D' => '0',
        'l' | 'I' | 'i' | '|' | '!' => '1',
        'Z' | 'z' => '2',
        'A' => '4',
        'S' | 's' | '$' | '§' => '5',
        'G' | 'b' => '6',
        'T' => '7',
        'B' => '8',
        'g' | 'q' => '9',
        _ => return None,
    };
    Some((digit, true))
}

/// Returns the capital that a character is, or that it was before it was misread, and whether it
/// was misread; `None` if it looks like no letter.
pub(super) fn as_letter(character: char) -> Option<(char, bool)> {
    let letter = match character {
        'a'..='z' | 'A'..='Z' => return Some((character.to_ascii_uppercase(), false)),
        '0' => 'O',
        '1' | '|' | '!' => 'I',
        '2' => 'Z',
        '4' => 'A',
        '5' | '$' => 'S',
        '6' => 'G',
        '7' => 'T',
        '8' => 'B',
        '9' => 'g',
        _ => return None,
    };
    Some((letter.to_ascii_uppercase(), true))
}

/// Repairs a run of digits and counts the repairs. `None` if a character looks like no digit, or
/// if fewer than half of them are digits as they stand: then it is a word.
pub(super) fn digits(text: &str) -> Option<(String, u32)> {
    let mut repaired = String::with_capacity(text.len());
    let mut repairs = 0_u32;
    for character in text.chars() {
        let (digit, misread) = as_digit(character)?;
        repaired.push(digit);
        repairs += u32::from(misread);
    }
    (!repaired.is_empty() && repairs as usize * 2 <= repaired.len()).then_some((repaired, repairs))
}
