//! Check digits of codes: whether one holds.
//!
//! `code` calls it; signs and spaces between the digits do not count.

use crate::model::CheckDigit;

/// Tells whether the code, in capitals, satisfies its check digit.
pub(super) fn holds(check: CheckDigit, code: &str) -> bool {
    let characters: Vec<char> = code.chars().filter(|c| c.is_alphanumeric()).collect();
    characters.len() >= 2
        && match check {
            CheckDigit::Mod10 => luhn(&characters),
            CheckDigit::Gtin => gtin(&characters),
            CheckDigit::Mod11 => mod11(&characters),
            CheckDigit::Iban => iban(&characters),
        }
        .unwrap_or(false)
}

/// From the right, every second digit is doubled and its digits added (ISO/IEC 7812-1, annex B).
fn luhn(digits: &[char]) -> Option<bool> {
    let mut sum = 0;
    for (place, digit) in digits.iter().rev().enumerate() {
        let digit = digit.to_digit(10)?;
        let doubled = if place % 2 == 1 { digit * 2 } else { digit };
        sum += doubled / 10 + doubled % 10;
    }
    Some(sum % 10 == 0)
}

/// From the right, every second digit counts three times (GS1 General Specifications, 7.9).
fn gtin(digits: &[char]) -> Option<bool> {
    let mut sum = 0;
    for (place, digit) in digits.iter().rev().enumerate() {
        sum += digit.to_digit(10)? * if place % 2 == 1 { 3 } else { 1 };
    }
    Some(sum % 10 == 0)
}

/// Each digit counts as often as its place from the right, from 1; a last `X` is ten (ISO 2108
/// before 2007, ISO 3297).
fn mod11(digits: &[char]) -> Option<bool> {
    let mut sum = 0;
    for (weight, (place, digit)) in (1_u32..).zip(digits.iter().rev().enumerate()) {
        let digit = if place == 0 && *digit == 'X' { 10 } else { digit.to_digit(10)? };
        sum = (sum + digit * (weight % 11)) % 11;
    }
    Some(sum == 0)
}

/// The first four characters go to the end, letters count from `A` = 10, and the number leaves 1
/// modulo 97 (ISO 13616-1).
fn iban(characters: &[char]) -> Option<bool> {
    let (head, tail) = characters.split_at_checked(4)?;
    let mut rest = 0;
    for character in tail.iter().chain(head) {
        let value = character.to_digit(36)?;
        let shift = if value < 10 { 10 } else { 100 };
        rest = (rest * shift + value) % 97;
    }
    Some(rest == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_of_published_examples_hold() {
        let published = [
            (CheckDigit::Mod10, "4539 1488 0343 6467"),
            (CheckDigit::Mod10, "79927398713"),
            (CheckDigit::Gtin, "4006381333931"),
            (CheckDigit::Gtin, "036000291452"),
            (CheckDigit::Gtin, "978-0-306-40615-7"),
            (CheckDigit::Mod11, "0-306-40615-2"),
            (CheckDigit::Mod11, "0-8044-2957-X"),
            (CheckDigit::Mod11, "0378-5955"),
            (CheckDigit::Iban, "GB29 NWBK 6016 1331 9268 19"),
            (CheckDigit::Iban, "DE89370400440532013000"),
        ];
        for (check, code) in published {
            assert!(holds(check, code), "{check:?} {code}");
        }
    }

    #[test]
    fn any_wrong_digit_is_noticed() {
        for (check, code) in [
            (CheckDigit::Mod10, "79927398713"),
            (CheckDigit::Gtin, "4006381333931"),
            (CheckDigit::Mod11, "0306406152"),
            (CheckDigit::Iban, "DE89370400440532013000"),
        ] {
            for (at, right) in code.char_indices().filter(|(_, c)| c.is_ascii_digit()) {
                for digit in ('0'..='9').filter(|digit| *digit != right) {
                    let wrong = format!("{}{digit}{}", &code[..at], &code[at + 1..]);
                    assert!(!holds(check, &wrong), "{check:?} {wrong}");
                }
            }
        }
    }

    #[test]
    fn what_is_no_number_has_no_check_digit() {
        for check in [CheckDigit::Mod10, CheckDigit::Gtin, CheckDigit::Mod11, CheckDigit::Iban] {
            for code in ["", "0", "X", "12X4", "é1", "----"] {
                assert!(!holds(check, code), "{check:?} {code}");
            }
        }
    }
}
