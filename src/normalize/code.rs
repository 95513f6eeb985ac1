//! Reads codes by their shape: each character is repaired toward what the shape wants there.

use super::check_digit;
use super::confusion::merge;
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
    let mut table = Table::default();
    let mut codes: Vec<(String, u32)> = shapes
        .iter()
        .filter(|shape| readable && may_fit(&text, shape))
        .filter_map(|shape| table.fit(&text, shape))
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

/// Tells by its length alone whether a text may fit a shape: each of its letters and digits takes a character of the
/// shape, and each of those that may not be missing or lost takes one of the text.
fn may_fit(text: &[char], shape: &[(Class, bool)]) -> bool {
    let may_be_lost =
        |class: &Class| matches!(class, Class::Literal(sign) if !sign.is_alphanumeric());
    let needed = shape.iter().filter(|(class, optional)| !optional && !may_be_lost(class)).count();
    let given = text.iter().filter(|character| character.is_alphanumeric()).count();
    given <= shape.len() && needed <= text.len()
}

/// The best way to each pair of a prefix of the shape and one of the text, row by row.
#[derive(Default)]
struct Table(Vec<Option<Reached>>);

/// How the characters of a code got to a prefix.
#[derive(Clone, Copy)]
struct Reached {
    repairs: u32,
    /// What was written on the last step, if anything was.
    written: Option<char>,
    /// The place before it in the table; itself at the beginning.
    from: usize,
}

impl Table {
    /// Fits all of the text to all of the shape with the fewest repairs; of equally good ways the first.
    fn fit(&mut self, text: &[char], shape: &[(Class, bool)]) -> Option<(String, u32)> {
        let width = text.len() + 1;
        self.0.clear();
        self.0.resize(width * (shape.len() + 1), None);
        self.0[0] = Some(Reached { repairs: 0, written: None, from: 0 });
        self.skip_text(text, 0);
        for (step, &(class, optional)) in shape.iter().enumerate() {
            let (row, next) = (step * width, (step + 1) * width);
            for at in 0..width {
                let from = row + at;
                let Some(Reached { repairs, .. }) = self.0[from] else { continue };
                if optional {
                    self.offer(next + at, Reached { repairs, written: None, from });
                }
                if let Class::Literal(literal) = class
                    && !literal.is_alphanumeric()
                    && !optional
                {
                    // A dash or space that the recognizer lost.
                    let repairs = repairs + 1;
                    self.offer(next + at, Reached { repairs, written: Some(literal), from });
                }
                if let Some(&character) = text.get(at)
                    && let Some((fitting, misread)) = fit_character(character, class)
                {
                    let repairs = repairs + u32::from(misread);
                    self.offer(next + at + 1, Reached { repairs, written: Some(fitting), from });
                }
            }
            self.skip_text(text, next);
        }
        let last = self.0.len() - 1;
        let repairs = self.0[last]?.repairs;
        Some((self.written_to(last), repairs))
    }

    /// Lets white space go for nothing and a sign for one repair.
    fn skip_text(&mut self, text: &[char], row: usize) {
        for (at, character) in text.iter().enumerate() {
            if character.is_alphanumeric() {
                continue;
            }
            if let Some(Reached { repairs, .. }) = self.0[row + at] {
                let repairs = repairs + u32::from(!character.is_whitespace());
                self.offer(row + at + 1, Reached { repairs, written: None, from: row + at });
            }
        }
    }

    fn offer(&mut self, place: usize, reached: Reached) {
        let known = &mut self.0[place];
        if known.is_none_or(|known| reached.repairs < known.repairs) {
            *known = Some(reached);
        }
    }

    /// Returns what was written on the way to a place.
    fn written_to(&self, mut place: usize) -> String {
        let mut written = Vec::new();
        while let Some(Reached { written: last, from, .. }) = self.0[place] {
            written.extend(last);
            if from == place {
                break;
            }
            place = from;
        }
        written.iter().rev().collect()
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
        Class::Literal(literal) => are_alike(literal, character).then_some((literal, true)),
    }
}

/// Tells whether two characters by themselves fold to the same letter.
fn are_alike(one: char, other: char) -> bool {
    if one.is_ascii() && other.is_ascii() {
        let folded = |c: char| c.is_ascii_alphanumeric().then(|| merge(c.to_ascii_uppercase()));
        return folded(one).is_some_and(|folded_one| folded(other) == Some(folded_one));
    }
    let (one, other) = (fold(&one.to_string()), fold(&other.to_string()));
    !one.is_empty() && one == other
}
