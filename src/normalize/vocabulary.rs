//! Puts right the misread words of a text that has a vocabulary.
//!
//! A word is replaced only if one word of the vocabulary, and no other, is almost the same through
//! the usual recognition errors. `field` calls it for the text that was chosen.

use super::confusion::{EDIT, JOINED, exchange, merge};
use super::fold::similarity_from;
use super::repair::digits;
use crate::document::Repair;

/// Joins two words of a vocabulary that stand together; `pairs` puts them right.
pub(super) const PAIR: char = '_';
/// Shorter words are too much alike.
const SHORTEST: usize = 3;
/// The next best word of the vocabulary must be so many letters farther off.
const MARGIN: f32 = 0.5;

/// What a space inside of a word cuts off its end is at most so long …
const LONGEST_FRAGMENT: usize = 2;
/// … and the word at least: short words with a letter behind them are mostly two.
const SHORTEST_BROKEN: usize = 7;
/// Of the shortest words that may have a wrong letter, the first one must be right.
const FIRST_LETTER_COUNTS: usize = 6;

/// Returns the text with its misread words put right, and what was changed; `known` are the words
/// of the vocabulary in capitals, ascending.
pub(super) fn repair(text: &str, known: &[String]) -> (String, Vec<Repair>) {
    let mut repaired = String::with_capacity(text.len());
    let mut repairs = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_part = is_letter(first);
        let end = rest.find(|c: char| is_letter(c) != is_part).unwrap_or(rest.len());
        if !is_part {
            repaired.push_str(&rest[..end]);
            rest = &rest[end..];
            continue;
        }
        let broken = broken_word(rest, end, known);
        let end = broken.as_ref().map_or(end, |(end, _)| *end);
        let (run, after) = rest.split_at(end);
        let word = broken.map(|(_, word)| word).or_else(|| replacement(run, known));
        match word.or_else(|| without_sign(run, known)) {
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

/// Returns where the words of a text begin and end.
pub(super) fn words(text: &str) -> Vec<(usize, usize)> {
    let mut words: Vec<(usize, usize)> = Vec::new();
    for (at, letter) in text.char_indices().filter(|(_, letter)| is_letter(*letter)) {
        let end = at + letter.len_utf8();
        match words.last_mut() {
            Some(last) if last.1 == at => last.1 = end,
            _ => words.push((at, end)),
        }
    }
    words
}

/// Returns where a word ends that a space was read inside of, and what it is: `ENTERPRI E`. The parts are no words, and
/// together they are almost one.
fn broken_word(text: &str, end: usize, known: &[String]) -> Option<(usize, String)> {
    let (head, after) = text.split_at(end);
    let tail = after.strip_prefix(' ')?;
    let length = tail.find(|c: char| !is_letter(c)).unwrap_or(tail.len());
    let tail = &tail[..length];
    let is_known = |word: &str| known.binary_search(&word.to_uppercase()).is_ok();
    let is_fragment = (1..=LONGEST_FRAGMENT).contains(&tail.chars().count())
        && tail.chars().all(char::is_alphabetic);
    if !is_fragment || is_known(tail) || is_known(head) {
        return None;
    }
    let joined = format!("{head}{tail}");
    let word = if is_known(&joined) { Some(joined) } else { replacement(&joined, known) };
    let word = word.filter(|word| word.chars().count() >= SHORTEST_BROKEN)?;
    let alone = replacement(head, known).is_none_or(|alone| alone == word);
    alone.then_some((end + 1 + length, word))
}

/// Reads a currency sign at the start of a word as the letter that is printed like it; before mere figures only where
/// no prices stand: in a text that has numbers of a known length, as addresses do.
fn without_sign(word: &str, known: &[String]) -> Option<String> {
    let rest = word.strip_prefix('$')?;
    let is_code =
        rest.chars().next()?.is_alphabetic() || known.iter().any(|known| known.starts_with('9'));
    is_code.then(|| format!("S{rest}"))
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
    if length < SHORTEST || known.binary_search(&capitals).is_ok() {
        return None;
    }
    if capitals.chars().filter(char::is_ascii_digit).count() * 2 > length {
        return known.iter().find_map(|number| digits_of(word, number));
    }
    let mut best: Option<(f32, &str)> = None;
    let mut second = f32::INFINITY;
    // What is farther off neither wins nor comes close to what does.
    let reachable = |more: &usize| *more as f32 <= allowed(length + more) + MARGIN;
    let winner = (0..=2).filter(reachable).map(|more| allowed(length + more));
    let farthest = winner.fold(0.0, f32::max) + 1.1 * MARGIN;
    let alike = alike(&capitals);
    let is_strange = |letter: u8| alike.get(usize::from(letter)) == Some(&false);
    // The words are ASCII capitals, so bytes are letters.
    for candidate in known.iter().filter(|known| !known.starts_with('9') && !known.contains(PAIR)) {
        let longest = candidate.len().max(length);
        let limit = allowed(candidate.len());
        if (longest - candidate.len().min(length)) as f32 > limit + MARGIN {
            continue;
        }
        let strange = candidate.bytes().filter(|&letter| is_strange(letter)).count();
        if strange as f32 > farthest {
            continue;
        }
        let least = (1.0 - farthest / longest as f32).max(0.5);
        let off = (1.0 - similarity_from(&capitals, candidate, least)) * longest as f32;
        match best {
            Some((least, _)) if off >= least => second = second.min(off),
            _ => {
                second = best.map_or(second, |(least, _)| least);
                best = Some((off, candidate));
            }
        }
    }
    let (off, candidate) = best?;
    let is_close = off <= allowed(candidate.len()) && second - off >= MARGIN;
    // In a word with room for just one wrong letter, the first makes it another word.
    let begins_so = candidate.len() != FIRST_LETTER_COUNTS || {
        let first = |text: &str| text.chars().next().map(merge);
        first(&capitals) == first(candidate)
    };
    (is_close && begins_so).then(|| in_case_of(word, candidate))
}

/// Returns for each ASCII character whether a word has what it is taken for at less than the cost of an edit, by itself
/// or with the character beside it. Signs always count: to leave them out costs little.
fn alike(word: &str) -> [bool; 128] {
    let has = |part: char| word.contains(part.to_ascii_uppercase());
    let mut alike = std::array::from_fn(|letter| {
        let letter = char::from(letter as u8);
        !letter.is_ascii_alphanumeric() || word.chars().any(|own| exchange(own, letter) < EDIT)
    });
    let mut mark = |letter: char| alike[letter.to_ascii_uppercase() as usize] = true;
    for (first, second, whole) in JOINED {
        if has(whole) {
            mark(first);
            mark(second);
        } else if has(first) && has(second) {
            mark(whole);
        }
    }
    alike
}

/// Reads a word as a number of so many digits as `number` has nines; `None` if it is none, or one
/// as it stands.
fn digits_of(word: &str, number: &str) -> Option<String> {
    let is_number = number.bytes().all(|byte| byte == b'9');
    if !is_number || word.chars().count() != number.len() {
        return None;
    }
    digits(word).filter(|(_, repairs)| *repairs > 0).map(|(number, _)| number)
}

/// Writes a word of capitals as another one is written.
pub(super) fn in_case_of(word: &str, capitals: &str) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Vec<String> {
        let words = ["99999", "BHD", "JALAN", "JLN", "KAJANG", "KAWASAN", "KELANA", "KELANG"];
        let more = ["PERINDUSTRIAN", "SDN", "SELANGOR", "SUBANG"];
        words.into_iter().chain(more).map(str::to_owned).collect()
    }

    fn check(text: &str, expected: &str, repairs: usize) {
        let (repaired, noted) = repair(text, &known());
        assert_eq!((repaired.as_str(), noted.len()), (expected, repairs));
    }

    #[test]
    fn puts_misread_words_right_as_they_are_written() {
        check("J1n Besar, KAJANU", "Jln Besar, KAJANG", 2);
        check("Kawassn Petindustrlan, Selangar", "Kawasan Perindustrian, Selangor", 3);
        check("UNI SON 3HD", "UNI SDN BHD", 2);
    }

    #[test]
    fn letters_that_look_like_one_together_are_no_strangers() {
        let check = |text: &str, known: &str, expected: &str| {
            let (repaired, _) = repair(text, &[known.to_owned()]);
            assert_eq!(repaired, expected);
        };
        check("Karnpung", "KAMPUNG", "Kampung");
        check("KEMAMAN", "KERNAMAN", "KERNAMAN");
        check("Xxmpung", "KAMPUNG", "Xxmpung");
    }

    #[test]
    fn leaves_words_that_may_be_others() {
        check("Jalan Kelana", "Jalan Kelana", 0);
        // As far from KELANA as from KELANG.
        check("KELANX", "KELANX", 0);
        check("BUBANG", "BUBANG", 0);
        check("sen bad jan", "sen bad jan", 0);
    }

    #[test]
    fn joins_words_that_a_space_was_read_in() {
        check("KAWASA N PERINDUSTRI N", "KAWASAN PERINDUSTRIAN", 2);
        // Words with a letter of their own behind them.
        check("JALAN A KAJANG B", "JALAN A KAJANG B", 0);
        check("Nordlund A", "Nordlund A", 0);
    }

    #[test]
    fn reads_currency_signs_in_addresses_as_letters() {
        check("Lot $25, $S2/1 Kajang", "Lot S25, SS2/1 Kajang", 2);
        let (price, noted) = repair("$5 SHOP", &["SHOP".to_owned()]);
        assert_eq!((price.as_str(), noted.len()), ("$5 SHOP", 0));
    }

    #[test]
    fn reads_numbers_of_the_right_length() {
        check("S2i00 Kepong, §2100, 4320", "52100 Kepong, 52100, 4320", 2);
        check("SHOPS", "SHOPS", 0);
    }
}
