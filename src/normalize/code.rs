//! Reads codes by their shape: each character is repaired toward what the shape wants there.

use super::Reading;
use super::fold::fold;
use super::repair;
use crate::document::Value;

/// Of so many characters one may be repaired.
const CHARACTERS_PER_REPAIR: usize = 3;
/// The code was one part of a longer text.
const PART_OF_TEXT: f32 = 0.9;
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

/// Reads a code that fits one of the shapes: the one with the fewest repairs, then the first. If
/// the text as a whole fits none, its words and pairs of words are tried, with less certainty.
pub(super) fn read(text: &str, shapes: &[String]) -> Option<Reading> {
    let shapes: Vec<Vec<(Class, bool)>> = shapes.iter().map(|shape| parse_shape(shape)).collect();
    if let Some(whole) = fit_any(text, &shapes) {
        return Some(whole);
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let pairs = words.windows(2).map(<[&str]>::concat);
    let mut best: Option<Reading> = None;
    for part in words.iter().map(|word| (*word).to_owned()).chain(pairs) {
        let Some(found) = fit_any(&part, &shapes) else { continue };
        if best.as_ref().is_none_or(|best| found.repairs < best.repairs) {
            best = Some(Reading { certainty: PART_OF_TEXT, ..found });
        }
    }
    best
}

/// Reads a shape into its classes and whether each is optional; `\` makes the next literal.
fn parse_shape(shape: &str) -> Vec<(Class, bool)> {
    let mut classes: Vec<(Class, bool)> = Vec::new();
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

fn fit_any(text: &str, shapes: &[Vec<(Class, bool)>]) -> Option<Reading> {
    let text: Vec<char> = text
        .trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '|' | '!' | '$'))
        .chars()
        .collect();
    if text.is_empty() || text.len() > MAX_LENGTH {
        return None;
    }
    let mut best: Option<(String, u32)> = None;
    for shape in shapes {
        if let Some((code, repairs)) = fit(&text, shape)
            && best.as_ref().is_none_or(|(_, fewest)| repairs < *fewest)
        {
            best = Some((code, repairs));
        }
    }
    let (code, repairs) = best?;
    let allowed = (code.chars().count() / CHARACTERS_PER_REPAIR).max(1);
    (repairs as usize <= allowed).then_some(Reading {
        value: Value::Text(code),
        repairs,
        certainty: 1.0,
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
