//! Capitals that differ from small letters by their height alone: the recognizer sees one line after the other and
//! takes `Sub total` for `sub total` where no word stands before it. On the page one can measure.
//!
//! Called by the engine once the lines are read. Only first letters of lines rise, and only where small letters of
//! the same line say how high those are.

use tesseract_lstm::{LineCharacter, LineText, LineWord};

use super::layout::{Layout, Segment};
use crate::document::PixelBox;

/// Letters whose capital has the same shape.
const SAME_SHAPE: &[char] = &['c', 'o', 's', 'v', 'w', 'x', 'z'];
/// Letters as high as an x, which say how high that is: round ones are a little higher.
const AS_HIGH_AS_X: &[char] = &['a', 'c', 'e', 'm', 'n', 'o', 'r', 's', 'u', 'v', 'w', 'x', 'z'];
/// So many of them are enough, …
const ENOUGH: usize = 8;
/// … fewer than these say nothing.
const MIN_MEASURED: usize = 2;
/// Capitals are 1.28 (Courier) to 1.5 times as high as an x.
const MIN_HEIGHT: f32 = 1.18;
const MAX_HEIGHT: f32 = 1.75;
/// They stand where the small letters do, within this share of their height.
const MAX_SINK: f32 = 0.15;
/// A letter is at most so many times as wide as an x is high: more is two letters that touch.
const MAX_WIDTH: f32 = 1.8;

/// Makes a capital of the first letter of a line that is as high as one.
pub(super) fn raise(layout: &Layout, segment: &Segment, text: &mut LineText) {
    if !text.words.first().is_some_and(may_rise) {
        return;
    }
    let place = |letter: &LineCharacter| {
        layout.letter_at(segment, u32::midpoint(letter.left, letter.right))
    };
    let Some(small) = small_letters(&text.words, place) else { return };
    let Some(word) = text.words.first_mut() else { return };
    let Some(first) = word.characters.first_mut() else { return };
    if place(first).is_some_and(|letter| is_capital(&letter, &small)) {
        first.text = first.text.to_uppercase();
        let rest: String = word.text.chars().skip(1).collect();
        word.text = format!("{}{rest}", first.text);
    }
}

/// Returns whether the first letter of a word may be a capital: small letters follow, and the network has thought of it.
fn may_rise(word: &LineWord) -> bool {
    let mut letters = word.text.chars();
    let Some(first) = letters.next() else { return false };
    let capital = first.to_uppercase().to_string();
    SAME_SHAPE.contains(&first)
        && letters.next().is_some_and(char::is_lowercase)
        && word.characters.first().is_some_and(|letter| {
            letter.text.starts_with(first)
                && letter.alternatives.iter().any(|(it, _)| *it == capital)
        })
}

/// What small letters of a line measure, in pixels of the page.
struct Small {
    height: f32,
    bottom: f32,
}

/// Measures small letters other than the first ones of words.
fn small_letters(
    words: &[LineWord],
    place: impl Fn(&LineCharacter) -> Option<PixelBox>,
) -> Option<Small> {
    let inner = words.iter().flat_map(|word| word.characters.iter().skip(1));
    let is_small = |character: &&LineCharacter| {
        let mut letters = character.text.chars();
        letters.next().is_some_and(|letter| AS_HIGH_AS_X.contains(&letter))
            && letters.next().is_none()
    };
    let boxes: Vec<PixelBox> = inner.filter(is_small).filter_map(place).take(ENOUGH).collect();
    if boxes.len() < MIN_MEASURED {
        return None;
    }
    let median = |side: fn(&PixelBox) -> u32| {
        let mut sides: Vec<u32> = boxes.iter().map(side).collect();
        *sides.select_nth_unstable(boxes.len() / 2).1 as f32
    };
    Some(Small { height: median(PixelBox::height).max(1.0), bottom: median(|it| it.bottom) })
}

fn is_capital(letter: &PixelBox, small: &Small) -> bool {
    let height = letter.height() as f32 / small.height;
    (MIN_HEIGHT..=MAX_HEIGHT).contains(&height)
        && (letter.bottom as f32 - small.bottom).abs() <= MAX_SINK * small.height
        && letter.width() as f32 <= MAX_WIDTH * small.height
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(top: u32, bottom: u32) -> PixelBox {
        PixelBox { left: 10, top, right: 24, bottom }
    }

    #[test]
    fn a_letter_that_is_as_high_as_a_capital_is_one() {
        let small = Small { height: 15.0, bottom: 40.0 };
        assert!(is_capital(&letter(19, 40), &small));
        assert!(is_capital(&letter(20, 41), &small), "round letters go below the line");
        assert!(!is_capital(&letter(24, 40), &small), "a round small letter");
        assert!(!is_capital(&letter(24, 46), &small), "it has a tail");
        assert!(!is_capital(&letter(10, 40), &small), "two lines touch");
        assert!(!is_capital(&PixelBox { right: 44, ..letter(19, 40) }, &small), "letters touch");
    }

    #[test]
    fn a_line_is_measured_by_its_inner_small_letters() {
        let mut left = 0;
        let mut character = |text: char| {
            left += 10;
            let text = text.to_string();
            LineCharacter {
                text,
                left: left - 10,
                right: left,
                confidence: 90.0,
                alternatives: Vec::new(),
            }
        };
        let mut word = |text: &str| LineWord {
            text: text.to_owned(),
            confidence: 90.0,
            left: 0,
            right: 0,
            characters: text.chars().map(&mut character).collect(),
        };
        let words = [word("sub"), word("toal")];
        // The first letters and those with ascenders are not asked.
        let place = |it: &LineCharacter| match it.left {
            10 | 40 | 50 => Some(letter(25, 40)),
            60 => None,
            _ => Some(letter(0, 99)),
        };
        let small = small_letters(&words, place).unwrap();
        assert_eq!((small.height, small.bottom), (15.0, 40.0));
        assert!(may_rise(&words[0]), "the network has thought of a capital");
        assert!(!may_rise(&words[1]), "a t looks unlike a T");
        assert!(small_letters(&words[..1], place).is_none(), "one letter says nothing");
    }
}
