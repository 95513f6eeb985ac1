//! Puts right the words that the recognizer was in doubt about, by what else it saw in their letters: if that makes a
//! word of the field's vocabulary, and what was read is none, that word is what is printed.
//!
//! `mod` calls it for the text that was chosen, before words are compared by how alike letters are in general.

use super::pairs::stands_in_pair;
use super::vocabulary::{PAIR, in_case_of, words};
use crate::document::{Candidate, Doubt, Repair};

/// Of alternatives that make a word, so much was seen at least (0–1). On receipts 21 of 22 words that this puts
/// right are the printed ones; the other one is spelled otherwise by its owner.
const LEAST: f32 = 0.02;
/// So much where the word has but two letters.
const LEAST_OF_SHORT: f32 = 0.15;
/// Shorter words are too much alike; from this length on a word need not stand in a pair.
const SHORTEST: usize = 2;
const SHORTEST_ALONE: usize = 3;
/// So many letters of a word are exchanged at most.
const MOST_EXCHANGED: usize = 2;
/// Words with more doubts than this are no print.
const MOST_DOUBTS: usize = 8;

/// Returns the text with words of the candidate that it was made of put right, and what was changed; `known` are the
/// words of the vocabulary in capitals, ascending.
pub(super) fn repair(text: &str, candidate: &Candidate, known: &[String]) -> (String, Vec<Repair>) {
    let mut repaired = text.to_owned();
    let mut repairs = Vec::new();
    for (start, end) in words(&candidate.text) {
        let word = &candidate.text[start..end];
        let Some(meant) = meant((start, word), candidate, known) else { continue };
        let Some(at) = place(&repaired, word) else { continue };
        let after = in_case_of(word, &meant);
        repaired.replace_range(at..at + word.len(), &after);
        let before = word.to_owned();
        repairs.push(Repair { before, after, rule: Repair::BY_VOCABULARY.to_owned() });
    }
    (repaired, repairs)
}

/// Returns where a text has a word as a whole.
fn place(text: &str, word: &str) -> Option<usize> {
    words(text).into_iter().find(|(start, end)| &text[*start..*end] == word).map(|(start, _)| start)
}

/// Returns the likeliest word that the recognizer saw beside one that is none, in capitals.
fn meant((start, word): (usize, &str), candidate: &Candidate, known: &[String]) -> Option<String> {
    let is_known = |word: &str| known.binary_search_by(|own| own.as_str().cmp(word)).is_ok();
    let figures = word.chars().filter(char::is_ascii_digit).count();
    let length = word.chars().count();
    if length < SHORTEST || figures * 2 > length || is_known(&word.to_uppercase()) {
        return None;
    }
    let inside = |doubt: &&Doubt| {
        usize::from(doubt.start) >= start && usize::from(doubt.end) <= start + word.len()
    };
    let doubts: Vec<&Doubt> = candidate.doubts.iter().filter(inside).collect();
    if doubts.is_empty() || doubts.len() > MOST_DOUBTS {
        return None;
    }
    let is_meant = |(seen, likely): &(String, f32)| {
        if seen.contains(PAIR) {
            return false;
        }
        let is_long = seen.chars().count() >= SHORTEST_ALONE;
        is_long && *likely >= LEAST && is_known(seen)
            || *likely >= LEAST_OF_SHORT
                && stands_in_pair(&candidate.text, (start, word), seen, known)
    };
    let seen = seen(start, word, &doubts).into_iter().filter(is_meant);
    seen.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(seen, _)| seen)
}

/// Returns what the doubts make of a word, in capitals, and how likely each of it is.
fn seen(start: usize, word: &str, doubts: &[&Doubt]) -> Vec<(String, f32)> {
    // Doubts come from left to right: behind `done` bytes the word is as it was read.
    let mut open: Vec<(String, usize, f32, usize)> = vec![(String::new(), 0, 1.0, 0)];
    for doubt in doubts {
        let (from, to) = (usize::from(doubt.start) - start, usize::from(doubt.end) - start);
        let mut exchanged = Vec::new();
        for (before, done, likely, count) in &open {
            let Some(between) = word.get(*done..from).filter(|_| *count < MOST_EXCHANGED) else {
                continue;
            };
            for other in &doubt.alternatives {
                let seen = format!("{before}{between}{}", other.text);
                exchanged.push((seen, to, likely * other.confidence / 100.0, count + 1));
            }
        }
        open.extend(exchanged.into_iter().filter(|(_, _, likely, _)| *likely >= LEAST));
    }
    let whole = |(before, done, likely, count): (String, usize, f32, usize)| {
        let rest = word.get(done..).filter(|_| count > 0)?;
        Some((format!("{before}{rest}").to_uppercase(), likely))
    };
    open.into_iter().filter_map(whole).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Alternative, Found, PageNumber, PixelBox};

    /// Reads a text in which other letters were seen at some bytes.
    fn check(text: &str, seen: &[(u16, &str, f32)], expected: &str) {
        let doubt = |(start, text, confidence): &(u16, &str, f32)| Doubt {
            start: *start,
            end: start + 1,
            alternatives: vec![Alternative { text: (*text).to_owned(), confidence: *confidence }],
        };
        let candidate = Candidate {
            text: text.to_owned(),
            page: PageNumber::FIRST,
            bounds: PixelBox::default(),
            word_confidence: 0.9,
            place_score: 0.9,
            found: Found::Label,
            doubts: seen.iter().map(doubt).collect(),
            ambiguity: None,
        };
        let known = ["HOME", "JALAN", "LOT", "NO_9", "TMN"].map(str::to_owned);
        let (repaired, noted) = repair(text, &candidate, &known);
        assert_eq!((repaired.as_str(), noted.len()), (expected, usize::from(text != expected)));
    }

    #[test]
    fn letters_that_were_also_seen_make_a_word() {
        check("GIFT & HOWE DECO", &[(9, "M", 35.0)], "GIFT & HOME DECO");
        check("No.bot 24", &[(3, "L", 16.0)], "No.lot 24");
        check("Julon Satu", &[(1, "a", 30.0), (3, "a", 30.0)], "Jalan Satu");
    }

    #[test]
    fn words_stay_that_are_known_or_seen_otherwise_by_chance() {
        check("LOT 24", &[(0, "T", 45.0)], "LOT 24");
        check("HOWE DECO", &[(2, "M", 1.0)], "HOWE DECO");
        check("T1N", &[(1, "M", 40.0)], "TMN");
        check("T12", &[(1, "M", 40.0), (2, "N", 40.0)], "T12");
    }

    #[test]
    fn two_letters_are_a_word_beside_their_number() {
        check("Ne 21", &[(1, "o", 40.0)], "No 21");
        check("Ne Kajang", &[(1, "o", 40.0)], "Ne Kajang");
    }
}
