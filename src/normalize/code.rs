//! Reads codes by their shape: each character is repaired toward what the shape wants there.

use super::check_digit;
use super::fold::fold;
use super::reading::Reading;
use super::repair;
use crate::document::Value;
use crate::model::CheckDigit;

/// Of so many characters one may be repaired.
const CHARACTERS_PER_REPAIR: usize = 3;
/// The code was one part of a longer text.
const PART_OF_TEXT: f32 = 0.9;
/// A digit was replaced because the check digit wants it: another one may have been wrong.
const BY_CHECK_DIGIT: f32 = 0.8;
/// Longer texts are no codes; keeps the table of the comparison small.
const MAX_LENGTH: usize = 64;

/// One character of a shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Digit,
    Letter,
    Either,
    Literal(char),
}

/// A shape, character by character, and whether each may be missing.
type Shape = Vec<(Class, bool)>;

/// Digits that are read for each other on worn print.
const LOOK_ALIKE_DIGITS: [(char, char); 8] = [
    ('0', '6'),
    ('0', '8'),
    ('1', '7'),
    ('3', '8'),
    ('4', '9'),
    ('5', '6'),
    ('5', '8'),
    ('6', '8'),
];

/// Reads a code that fits one of the shapes and satisfies the check digit if there is one: the one
/// with the fewest repairs, then the first. If the text as a whole fits none, its words and pairs
/// of words are tried, with less certainty.
pub(super) fn read(text: &str, shapes: &[String], check: Option<CheckDigit>) -> Option<Reading> {
    let shapes: Vec<Shape> = shapes.iter().map(|shape| parse_shape(shape)).collect();
    let holds = |code: &str| check.is_none_or(|check| check_digit::holds(check, code));
    let fit_any =
        |text: &str| fits(text, &shapes).find(|reading| code_of(reading).is_some_and(holds));
    if let Some(whole) = fit_any(text) {
        return Some(whole);
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let pairs = words.windows(2).map(<[&str]>::concat);
    let mut best: Option<Reading> = None;
    for part in words.iter().map(|word| (*word).to_owned()).chain(pairs) {
        let Some(found) = fit_any(&part) else { continue };
        if best.as_ref().is_none_or(|best| found.repairs < best.repairs) {
            best = Some(Reading { certainty: PART_OF_TEXT, ..found });
        }
    }
    best
}

/// Reads a code whose check digit fails with one digit replaced by one that looks like it; `None`
/// unless exactly one code comes out.
pub(super) fn read_look_alikes(
    text: &str,
    shapes: &[String],
    check: CheckDigit,
) -> Option<Reading> {
    let shapes: Vec<Shape> = shapes.iter().map(|shape| parse_shape(shape)).collect();
    let mut found: Option<Reading> = None;
    for fit in fits(text, &shapes) {
        let Some(code) = code_of(&fit) else { continue };
        for (at, digit) in code.char_indices() {
            for (one, other) in LOOK_ALIKE_DIGITS {
                let replaced = match digit {
                    _ if digit == one => other,
                    _ if digit == other => one,
                    _ => continue,
                };
                let changed = format!("{}{replaced}{}", &code[..at], &code[at + 1..]);
                if !check_digit::holds(check, &changed) {
                    continue;
                }
                let value = Value::Text(changed);
                if found.as_ref().is_some_and(|found| found.value != value) {
                    return None;
                }
                let repairs = fit.repairs.saturating_add(1);
                found =
                    Some(Reading { value, repairs, certainty: BY_CHECK_DIGIT, ambiguity: None });
            }
        }
    }
    found
}

fn code_of(reading: &Reading) -> Option<&str> {
    match &reading.value {
        Value::Text(code) => Some(code),
        _ => None,
    }
}

/// Reads a shape into its classes and whether each is optional; `\` makes the next literal.
fn parse_shape(shape: &str) -> Shape {
    let mut classes = Shape::new();
    let mut characters = shape.chars();
    while let Some(character) = characters.next() {
        let class = match character {
            '?' => {
                if let Some(last) = classes.last_mut() {
                    last.1 = true;
                }
                continue;
            }
            '\\' => match characters.next() {
                Some(escaped) => Class::Literal(escaped),
                None => continue,
            },
            '9' => Class::Digit,
            'A' => Class::Letter,
            'X' => Class::Either,
            other => Class::Literal(other),
        };
        classes.push((class, false));
    }
    classes
}

/// Returns the code that the text makes in each shape, those with fewer repairs first.
fn fits(text: &str, shapes: &[Shape]) -> impl Iterator<Item = Reading> {
    let text: Vec<char> = text
        .trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '|' | '!' | '$' | '&'))
        .chars()
        .collect();
    let readable = !text.is_empty() && text.len() <= MAX_LENGTH;
    let mut codes: Vec<(String, u32)> = shapes
        .iter()
        .filter_map(|shape| if readable { fit(&text, shape) } else { None })
        .filter(|(code, repairs)| {
            *repairs as usize <= (code.chars().count() / CHARACTERS_PER_REPAIR).max(1)
        })
        .collect();
    codes.sort_by_key(|(_, repairs)| *repairs);
    codes.into_iter().map(|(code, repairs)| Reading {
        value: Value::Text(code),
        repairs,
        certainty: 1.0,
        ambiguity: None,
    })
}

/// Fits all of the text to all of the shape with the fewest repairs: for each prefix of both, the
/// best code so far.
fn fit(text: &[char], shape: &[(Class, bool)]) -> Option<(String, u32)> {
    let mut row: Vec<Option<(String, u32)>> = vec![None; text.len() + 1];
    row[0] = Some((String::new(), 0));
    skip_text(text, &mut row);
    for &(class, optional) in shape {
        let mut next: Vec<Option<(String, u32)>> = vec![None; text.len() + 1];
        for (at, reached) in row.iter().enumerate() {
            let Some((code, repairs)) = reached else { continue };
            if optional {
                offer(&mut next[at], code.clone(), *repairs);
            }
            if let Class::Literal(literal) = class
                && !literal.is_alphanumeric()
                && !optional
            {
                // A dash or space that the recognizer lost.
                offer(&mut next[at], format!("{code}{literal}"), repairs + 1);
            }
            if let Some(&character) = text.get(at)
                && let Some((fitting, misread)) = fit_character(character, class)
            {
                let repairs = repairs + u32::from(misread);
                offer(&mut next[at + 1], format!("{code}{fitting}"), repairs);
            }
        }
        skip_text(text, &mut next);
        row = next;
    }
    row.pop().flatten()
}

/// Lets white space go for nothing and a sign for one repair.
fn skip_text(text: &[char], row: &mut [Option<(String, u32)>]) {
    for (at, character) in text.iter().enumerate() {
        if character.is_alphanumeric() {
            continue;
        }
        if let Some((code, repairs)) = row[at].clone() {
            let cost = u32::from(!character.is_whitespace());
            offer(&mut row[at + 1], code, repairs + cost);
        }
    }
}

fn offer(place: &mut Option<(String, u32)>, code: String, repairs: u32) {
    if place.as_ref().is_none_or(|(_, fewest)| repairs < *fewest) {
        *place = Some((code, repairs));
    }
}

fn fit_character(character: char, class: Class) -> Option<(char, bool)> {
    match class {
        Class::Digit => repair::as_digit(character),
        Class::Letter => repair::as_letter(character),
        Class::Either => {
            character.is_ascii_alphanumeric().then(|| (character.to_ascii_uppercase(), false))
        }
        Class::Literal(literal) if character.eq_ignore_ascii_case(&literal) => {
            Some((literal, false))
        }
        Class::Literal(literal) => {
            let (wanted, found) = (fold(&literal.to_string()), fold(&character.to_string()));
            (!wanted.is_empty() && wanted == found).then_some((literal, true))
        }
    }
}
