//! Divides short words where their letters stand apart: a recognizer that sees two letters and no other text
//! does not know how wide a space is, and reads `B 4` as `B4`.

use crate::document::{Line, PixelBox, Word};

/// Longer words are told apart by the recognizer.
const LONGEST: usize = 6;
/// A space is at least so many times as wide as the tallest letter is high, …
const LEAST_GAP: f32 = 0.37;
/// … and as the smallest other gap of the word is wide.
const LEAST_RATIO: f32 = 1.8;

/// Divides the words of lines. `shapes` are the boxes of all letters of the page.
pub(super) fn split_words(lines: &mut [Line], shapes: &[PixelBox]) {
    for line in lines {
        line.words = line.words.drain(..).flat_map(|word| split(word, shapes)).collect();
    }
}

fn split(word: Word, shapes: &[PixelBox]) -> Vec<Word> {
    let count = word.text.chars().count();
    let mut letters: Vec<PixelBox> =
        shapes.iter().filter(|shape| word.bounds.holds_center_of(shape)).copied().collect();
    // Only where each character has one shape is it known which stands where.
    if !(2..=LONGEST).contains(&count) || letters.len() != count {
        return vec![word];
    }
    letters.sort_by_key(|letter| letter.left);
    let tallest = letters.iter().map(PixelBox::height).max().unwrap_or(0) as f32;
    let gaps: Vec<f32> =
        letters.windows(2).map(|pair| pair[1].left as f32 - pair[0].right as f32).collect();
    let is_space = |index: usize| {
        let others = gaps.iter().enumerate().filter(|(other, _)| *other != index);
        let smallest = others.map(|(_, &gap)| gap.max(0.0)).reduce(f32::min);
        gaps[index] >= LEAST_GAP * tallest
            && smallest.is_none_or(|smallest| gaps[index] >= LEAST_RATIO * smallest)
    };
    let mut words: Vec<Word> = Vec::new();
    let ends = word.text.char_indices().map(|(at, _)| at).skip(1).chain([word.text.len()]);
    let (mut start, mut first) = (0, 0);
    for (index, end) in ends.enumerate() {
        if index + 1 < count && !is_space(index) {
            continue;
        }
        let own = letters[first..=index].iter().copied().reduce(|all, each| all.union(&each));
        words.push(Word {
            text: word.text[start..end].to_owned(),
            bounds: own.unwrap_or(word.bounds),
            confidence: word.confidence,
            doubts: word.doubts_of(start, end),
        });
        (start, first) = (end, index + 1);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, lefts: &[u32]) -> Vec<String> {
        let letter = |&left: &u32| PixelBox { left, top: 0, right: left + 12, bottom: 20 };
        let shapes: Vec<PixelBox> = lefts.iter().map(letter).collect();
        let bounds = shapes.iter().copied().reduce(|all, each| all.union(&each)).unwrap();
        let word = Word { text: text.to_owned(), bounds, confidence: 90.0, doubts: Vec::new() };
        let mut lines = vec![Line { block: 0, paragraph: 0, words: vec![word] }];
        split_words(&mut lines, &shapes);
        lines[0].words.iter().map(|word| word.text.clone()).collect()
    }

    #[test]
    fn divides_letters_that_stand_apart() {
        assert_eq!(read("B4", &[0, 24]), ["B", "4"]);
        assert_eq!(read("C12", &[0, 26, 40]), ["C", "12"]);
    }

    #[test]
    fn keeps_words_and_evenly_spaced_letters_together() {
        assert_eq!(read("No", &[0, 15]), ["No"]);
        assert_eq!(read("FILE", &[0, 24, 48, 72]), ["FILE"]);
    }
}
