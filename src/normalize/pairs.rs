//! Puts right one of two words that stand together, by the other: behind `Sdn` hardly anything but `Bhd` is printed.
//!
//! A vocabulary names such words joined by `_`. `mod` calls it for the text that was chosen, after single words have
//! been put right.

use super::fold::similarity;
use super::vocabulary::{PAIR, in_case_of, words};
use crate::document::Repair;

/// A word that is this much alike is the one that is expected; by itself a word must be much more alike.
const ALIKE: f32 = 0.6;
/// Between the two words stand so many spaces and signs.
const MOST_BETWEEN: usize = 3;
/// Nothing can be told of a shorter word.
const SHORTEST: usize = 2;

/// Returns the text with misread words of pairs put right, and what was changed; `known` are the words of the
/// vocabulary in capitals, ascending.
pub(super) fn repair(text: &str, known: &[String]) -> (String, Vec<Repair>) {
    let mut repaired = text.to_owned();
    let mut repairs = Vec::new();
    let pairs = || known.iter().filter_map(|pair| pair.split_once(PAIR));
    if pairs().next().is_none() {
        return (repaired, repairs);
    }
    // From the end, so that the places of the words before stay.
    let words = words(text);
    for two in words.windows(2).rev() {
        let [first, second] = two else { continue };
        if second.0 - first.1 > MOST_BETWEEN {
            continue;
        }
        let (one, other) = (&text[first.0..first.1], &text[second.0..second.1]);
        let misread = pairs().find_map(|(begins, ends)| {
            if is_read(one, begins) && is_misread(other, ends, known) {
                return Some((second, other, ends));
            }
            let is_second = is_read(other, ends) && is_misread(one, begins, known);
            is_second.then_some((first, one, begins))
        });
        let Some(((start, end), before, meant)) = misread else { continue };
        let after = in_case_of(before, meant);
        repaired.replace_range(start..end, &after);
        let before = before.to_owned();
        repairs.push(Repair { before, after, rule: Repair::BY_VOCABULARY.to_owned() });
    }
    repairs.reverse();
    (repaired, repairs)
}

/// Tells whether a word that is taken for `meant` (in capitals) makes a pair with the word before or behind it; `word` begins
/// at byte `start` of the text.
pub(super) fn stands_in_pair(
    text: &str,
    (start, word): (usize, &str),
    meant: &str,
    known: &[String],
) -> bool {
    let words = words(text);
    let Some(at) = words.iter().position(|own| own.0 == start && own.1 == start + word.len())
    else {
        return false;
    };
    let before =
        at.checked_sub(1).and_then(|at| words.get(at)).filter(|own| start - own.1 <= MOST_BETWEEN);
    let behind = words.get(at + 1).filter(|own| own.0 - (start + word.len()) <= MOST_BETWEEN);
    let said =
        |place: Option<&(usize, usize)>| place.map_or("", |(start, end)| &text[*start..*end]);
    let (before, behind) = (said(before), said(behind));
    known.iter().filter_map(|pair| pair.split_once(PAIR)).any(|(begins, ends)| {
        begins == meant && !behind.is_empty() && is_read(behind, ends)
            || ends == meant && !before.is_empty() && is_read(before, begins)
    })
}

/// Tells whether a word is that of a pair: `9` stands for any number, more nines for one of as many digits.
fn is_read(word: &str, meant: &str) -> bool {
    if !is_number(meant) {
        return word.eq_ignore_ascii_case(meant);
    }
    word.bytes().all(|byte| byte.is_ascii_digit())
        && (meant.len() == 1 || word.len() == meant.len())
}

fn is_number(meant: &str) -> bool {
    meant.starts_with('9')
}

/// Tells whether a word is what was read of another one, and is none itself.
fn is_misread(word: &str, meant: &str, known: &[String]) -> bool {
    let capitals = word.to_uppercase();
    capitals != meant
        && !is_number(meant)
        && capitals.chars().count() >= SHORTEST
        && known.binary_search(&capitals).is_err()
        && similarity(&capitals, meant) >= ALIKE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str, repairs: usize) {
        let known =
            ["99999_KL", "ALAM", "BHD", "LANGAT", "NO_9", "SDN", "SDN_BHD", "SHAH", "SHAH_ALAM"];
        let (repaired, noted) = repair(text, &known.map(str::to_owned));
        assert_eq!((repaired.as_str(), noted.len()), (expected, repairs));
    }

    #[test]
    fn one_of_two_words_tells_the_other() {
        check("NORDLUND SDN. GHD.", "NORDLUND SDN. BHD.", 1);
        check("Nordlund Sdn bh", "Nordlund Sdn bhd", 1);
        check("Shah Alak, SNAN ALAM", "Shah Alam, SHAH ALAM", 2);
    }

    #[test]
    fn a_number_tells_the_word_beside_it() {
        check("NQ.113, 52100 Ki.", "NO.113, 52100 Kl.", 2);
        check("NQ. Kajang 5210 Ki", "NQ. Kajang 5210 Ki", 0);
        check("NG 113", "NG 113", 0);
    }

    #[test]
    fn other_words_behind_the_first_stay() {
        check("SHAH LANGAT", "SHAH LANGAT", 0);
        check("Sdn Satu Shah 12", "Sdn Satu Shah 12", 0);
        check("GHD", "GHD", 0);
        check("SDN --- GHD", "SDN --- GHD", 0);
    }
}
