//! Puts right the misread words of a text that has a vocabulary.
//!
//! A word is replaced only if one word of the vocabulary, and no other, is almost the same through
//! the usual recognition errors. `field` calls it for the text that was chosen.

use super::fold::similarity;
use crate::document::Repair;

/// Shorter words are too much alike.
const SHORTEST: usize = 3;
/// The next best word of the vocabulary must be so many letters farther off.
const MARGIN: f32 = 0.5;

/// Returns the text with its misread words put right, and what was changed; `known` are the words
/// of the vocabulary in capitals, ascending.
pub(super) fn repair(text: &str, known: &[String]) -> (String, Vec<Repair>) {
    let mut repaired = String::with_capacity(text.len());
    let mut repairs = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_part = is_letter(first);
        let end = rest.find(|c: char| is_letter(c) != is_part).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        match Some(run).filter(|_| is_part).and_then(|word| replacement(word, known)) {
            Some(word) => {
                repairs.push(Repair {
                    before: run.to_owned(),
                    after: word.clone(),
                    rule: Repair::BY_VOCABULARY.to_owned(),
                });
                repaired.push_str(&word);
            }
            None => repaired.push_str(run),
        }
        rest = after;
    }
    (repaired, repairs)
}

/// Tells whether a sign may be part of a word, or what was read of a letter.
fn is_letter(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '|' | '!' | '$' | '§' | '€')
}

/// Returns how far off a word may be, in letters: one look-alike in a short word, one letter from
/// six on, two from nine on.
fn allowed(length: usize) -> f32 {
    match length {
        0..=4 => 0.25,
        5 => 0.45,
        6..=8 => 1.05,
        _ => 2.05,
    }
}

fn replacement(word: &str, known: &[String]) -> Option<String> {
    let capitals = word.to_uppercase();
    let length = capitals.chars().count();
    let digits = capitals.chars().filter(char::is_ascii_digit).count();
    if length < SHORTEST || digits * 2 > length {
        return None;
    }
    if known.binary_search(&capitals).is_ok() {
        return None;
    }
    let mut best: Option<(f32, &str)> = None;
    let mut second = f32::INFINITY;
    for candidate in known {
        // The words are ASCII capitals, so bytes are letters.
        let longest = candidate.len().max(length);
        let limit = allowed(candidate.len());
        if (longest - candidate.len().min(length)) as f32 > limit + 1.0 {
            continue;
        }
        let off = (1.0 - similarity(&capitals, candidate)) * longest as f32;
        match best {
            Some((least, _)) if off >= least => second = second.min(off),
            _ => {
                second = best.map_or(second, |(least, _)| least);
                best = Some((off, candidate));
            }
        }
    }
    let (off, candidate) = best?;
    if off > allowed(candidate.len()) || second - off < MARGIN {
        return None;
    }
    Some(in_case_of(word, candidate))
}

/// Writes a word of capitals as another one is written.
fn in_case_of(word: &str, capitals: &str) -> String {
    let mut letters = word.chars().filter(|c| c.is_alphabetic());
    let (first, second) = (letters.next(), letters.next());
    let is_lower = |c: Option<char>| c.is_some_and(char::is_lowercase);
    let mut characters = capitals.chars();
    match characters.next() {
        Some(head) if is_lower(second) => {
            let tail = characters.as_str().to_lowercase();
            let begins_sentence = !is_lower(first) || !word.starts_with(char::is_alphabetic);
            let head = if begins_sentence { head } else { head.to_ascii_lowercase() };
            format!("{head}{tail}")
        }
        Some(_) | None => capitals.to_owned(),
    }
}
