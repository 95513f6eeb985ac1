//! The last touch to the words of a page: leaders that were read as text are taken off them, and the marks
//! that go with the words are made. The engine calls it once the lines are read.

use super::layout::Layout;
use crate::document::{Line, Mark, PixelBox, Word};

/// Signs that leaders are read as.
const LEADER_SIGNS: &[char] = &['.', ',', ':', ';', '·', '•', '…', '_', '-', '‐', '–', '—', '~'];
/// So many of them at the end of a word, or a word of them, are a leader: an ellipsis has three.
const MIN_SIGNS: usize = 4;

/// Cleans the lines of what leaders were read as; returns the leaders and the words that are struck out.
pub(super) fn marks(layout: &Layout, lines: &mut Vec<Line>) -> Vec<Mark> {
    let mut leaders: Vec<PixelBox> = layout.leaders.clone();
    for line in lines.iter_mut() {
        line.words.retain_mut(|word| {
            let (is_kept, leader) = trimmed(word);
            leaders.extend(leader);
            is_kept
        });
    }
    lines.retain(|line| !line.words.is_empty());
    let struck = lines.iter().flat_map(|line| {
        let boxes: Vec<PixelBox> = line.words.iter().map(|word| word.bounds).collect();
        layout.struck(&boxes)
    });
    let struck: Vec<PixelBox> = struck.collect();
    leaders.into_iter().map(Mark::Leader).chain(struck.into_iter().map(Mark::Struck)).collect()
}

/// Takes a leader off the end of a word; returns whether a word is left, and where the leader stood.
fn trimmed(word: &mut Word) -> (bool, Option<PixelBox>) {
    let rest = word.text.trim_end_matches(LEADER_SIGNS);
    let (all, left) = (word.text.chars().count(), rest.chars().count());
    if all - left < MIN_SIGNS {
        return (true, None);
    }
    if left == 0 {
        return (false, Some(word.bounds));
    }
    // Leaders are of one sign; it takes about as much room as half a letter.
    let share = left as f32 / (left as f32 + (all - left) as f32 / 2.0);
    let middle = word.bounds.left + (share * word.bounds.width() as f32) as u32;
    let leader = PixelBox { left: middle, ..word.bounds };
    let end = rest.len();
    word.doubts = word.doubts_of(0, end);
    word.text.truncate(end);
    word.bounds.right = middle;
    (true, Some(leader))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trim(text: &str) -> Option<String> {
        let bounds = PixelBox { left: 100, top: 10, right: 200, bottom: 30 };
        let mut word = Word { text: text.to_owned(), bounds, confidence: 90.0, doubts: Vec::new() };
        trimmed(&mut word).0.then_some(word.text)
    }

    #[test]
    fn leaders_are_taken_off_words() {
        assert_eq!(trim("payable......").as_deref(), Some("payable"));
        assert_eq!(trim("......"), None);
        assert_eq!(trim("_____"), None);
    }

    #[test]
    fn ellipses_and_dashes_stay() {
        for text in ["and...", "---", "-38.00", "1,019.30-", "x--y"] {
            assert_eq!(trim(text).as_deref(), Some(text));
        }
    }
}
