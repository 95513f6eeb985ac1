//! Compares texts through recognition errors: one folded alphabet, one edit distance in which
//! letters that look alike cost little.
//!
//! `normalize` matches the names of enum values and months with it; `extract` may match labels.

use super::confusion::{EDIT, JOINED, JOINED_COST, SEPARATOR, exchange, merge};

/// More than any two texts may cost.
const TOO_MUCH: u16 = u16::MAX / 2;
/// Texts of more letters are not compared.
const MOST_LETTERS: usize = (u16::MAX / EDIT / 2) as usize;
/// Texts longer than this take their rows from the heap.
const STACK_LENGTH: usize = 64;

/// Folds a text: capitals without accents, look-alikes merged (`0 O Q`, `1 I l |`, `5 S`, `8 B`,
/// `2 Z`, `6 G`), `rn` as `m`, everything else that is no letter or digit one space; no space at
/// the ends. Two readings of one printed text mostly fold to the same.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    let mut space = false;
    while let Some(character) = characters.next() {
        let inside = !space && !folded.is_empty();
        // A bar between letters is a letter, elsewhere a ruled line.
        let bar = matches!(character, '|' | '!')
            && inside
            && characters.peek().is_some_and(|next| next.is_alphanumeric());
        if !character.is_alphanumeric() && !bar {
            space = true;
            continue;
        }
        if space && !folded.is_empty() {
            folded.push(' ');
        }
        space = false;
        for capital in character.to_uppercase() {
            push_folded(&mut folded, merge(capital));
        }
    }
    folded
}

fn push_folded(folded: &mut String, letter: char) {
    if letter == 'N' && folded.ends_with('R') {
        folded.pop();
        folded.push('M');
    } else {
        folded.push(letter);
    }
}

/// Returns how alike two texts are, 0–1: 1 less the edit distance (insertion, deletion, exchange;
/// cheap for look-alikes, spaces and signs; case does not count) over the length of the longer
/// text. Texts less alike than one half give 0, and are given up early.
pub fn similarity(a: &str, b: &str) -> f32 {
    similarity_from(a, b, 0.5)
}

/// Returns [`similarity`] if it is `least` (0–1) or more, else 0: the higher, the sooner others are
/// given up.
pub(super) fn similarity_from(a: &str, b: &str, least: f32) -> f32 {
    if a == b {
        return 1.0;
    }
    let (a_length, b_length) = (a.chars().count(), b.chars().count());
    if a_length.max(b_length) > STACK_LENGTH {
        return alike(&spell(a), &spell(b), least);
    }
    let mut spelled = [[Letter::default(); STACK_LENGTH]; 2];
    for (places, text) in spelled.iter_mut().zip([a, b]) {
        for (place, letter) in places.iter_mut().zip(letters(text)) {
            *place = letter;
        }
    }
    alike(&spelled[0][..a_length], &spelled[1][..b_length], least)
}

/// Returns the letters of a text, ready to be compared.
pub(super) fn spell(text: &str) -> Vec<Letter> {
    letters(text).collect()
}

fn letters(text: &str) -> impl Iterator<Item = Letter> {
    let mut before = ' ';
    text.chars().map(move |character| {
        let letter = Letter::new(character, before);
        before = letter.character;
        letter
    })
}

/// Returns [`similarity_from`] of spelled texts, or of parts of them that begin behind a space.
pub(super) fn alike(a: &[Letter], b: &[Letter], least: f32) -> f32 {
    let longest = a.len().max(b.len());
    // Costs are counted in u16; texts of such a length are no labels.
    if a.is_empty() || b.is_empty() || longest > MOST_LETTERS {
        return 0.0;
    }
    match distance(a, b, limit(longest, least), Ends::Fixed) {
        Some(cost) => 1.0 - f32::from(cost) / (longest * usize::from(EDIT)) as f32,
        None => 0.0,
    }
}

/// Tells whether any part of a text, of up to so many letters, may be so much (0–1) like a name; true also where that
/// is not looked at.
pub(super) fn may_hold(text: &[Letter], name: &[Letter], most: usize, least: f32) -> bool {
    let longest = name.len().max(most);
    name.is_empty()
        || longest.max(text.len()) > MOST_LETTERS
        || distance(name, text, limit(longest, least), Ends::Free).is_some()
}

/// Returns what texts may cost that are so much alike.
fn limit(longest: usize, least: f32) -> u16 {
    ((1.0 - least) * (longest * usize::from(EDIT)) as f32) as u16
}

/// A letter or sign with all that the inner loop asks of it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Letter {
    /// In lower case.
    character: char,
    /// What it costs to leave it out.
    gap: u16,
    /// The letter that it and the one before it together look like.
    joined: Option<char>,
}

impl Letter {
    fn new(character: char, before: char) -> Self {
        let character = if character.is_ascii() {
            character.to_ascii_lowercase()
        } else {
            character.to_lowercase().next().unwrap_or(character)
        };
        let joined = JOINED.iter().find(|pair| (pair.0, pair.1) == (before, character));
        Self {
            character,
            gap: if character.is_alphanumeric() { EDIT } else { SEPARATOR },
            joined: joined.map(|pair| pair.2),
        }
    }

    fn exchange(self, other: Self) -> u16 {
        if self.character == other.character {
            0
        } else {
            // Two signs cost as much as leaving one out, a letter what the table says.
            exchange(self.character, other.character).min(self.gap.max(other.gap))
        }
    }
}

/// What is compared of the second text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ends {
    /// All of it.
    Fixed,
    /// The part that is most like the first text (Sellers 1980).
    Free,
}

/// Fills the rows of the edit distance (Wagner and Fischer 1974; two rows back for joined letters)
/// in the band outside of which all is over the limit (Ukkonen 1985), and gives up when all of two
/// rows is.
fn distance(a: &[Letter], b: &[Letter], limit: u16, ends: Ends) -> Option<u16> {
    let width = b.len() + 1;
    let (mut stack, mut heap) = ([0_u16; 3 * (STACK_LENGTH + 1)], Vec::new());
    let rows = if b.len() <= STACK_LENGTH {
        &mut stack[..3 * width]
    } else {
        heap.resize(3 * width, 0);
        &mut heap[..]
    };
    let (older, rest) = rows.split_at_mut(width);
    let (old, new) = rest.split_at_mut(width);
    let (mut older, mut old, mut new) = (older, old, new);
    // So far off the diagonal, more is left out than the limit allows.
    let mut band = usize::from(limit / SEPARATOR) + 1;
    match ends {
        Ends::Fixed => {
            for (column, letter) in b.iter().enumerate() {
                old[column + 1] = old[column] + letter.gap;
            }
        }
        Ends::Free => band = a.len() + b.len(),
    }
    let mut old_least = 0;
    for (row, &letter) in a.iter().enumerate() {
        let (from, to) = (row.saturating_sub(band), (row + band + 1).min(b.len()));
        if from >= to {
            return None;
        }
        // The next row reads one place beyond each end of this one.
        new[from] = if from == 0 { old[0] + letter.gap } else { TOO_MUCH };
        if let Some(beyond) = new.get_mut(to + 1) {
            *beyond = TOO_MUCH;
        }
        let mut least = new[from];
        for (column, other) in b.iter().enumerate().take(to).skip(from) {
            let mut cost = (old[column] + letter.exchange(*other))
                .min(old[column + 1] + letter.gap)
                .min(new[column] + other.gap);
            // The first letter joins with nothing, so two rows or columns back there is one.
            if letter.joined == Some(other.character) {
                cost = cost.min(older[column] + JOINED_COST);
            }
            if other.joined == Some(letter.character) {
                cost = cost.min(old[column - 1] + JOINED_COST);
            }
            new[column + 1] = cost;
            least = least.min(cost);
        }
        if least > limit && old_least > limit {
            return None;
        }
        old_least = least;
        (older, old, new) = (old, new, older);
    }
    let cost = match ends {
        Ends::Fixed => old.last(),
        Ends::Free => old.iter().min(),
    };
    cost.copied().filter(|cost| *cost <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_two_readings_of_one_text_to_the_same() {
        assert_eq!(fold("Registration No."), "REGISTRATION NO");
        assert_eq!(fold("  REG1STRATI0N  |  N0:"), "REGISTRATION NO");
        assert_eq!(fold("lntemal—Use"), fold("Internal Use"));
        assert_eq!(fold("To|al"), "TOIAI");
        assert_eq!(fold("Café Ñandú"), "CAFE NANDU");
        assert_eq!(fold("|.-"), "");
    }

    #[test]
    fn look_alikes_cost_little() {
        let close = [("TOTAL", "T0TAL"), ("Total", "TOTAL"), ("modern", "modem"), ("No", "N0")];
        for (a, b) in close {
            assert!(similarity(a, b) >= 0.9, "{a} {b} {}", similarity(a, b));
        }
        assert!(similarity("Registration No.", "Registration No") > 0.95);
        assert!(similarity("Sub total", "Subtotal") > 0.95);
    }

    #[test]
    fn one_wrong_letter_of_five_is_four_fifths() {
        assert!((similarity("TOTAL", "TOXAL") - 0.8).abs() < 1e-6);
        assert!((similarity("TOTAL", "TOTALX") - 5.0 / 6.0).abs() < 1e-6);
    }

    #[test]
    fn different_texts_are_not_alike() {
        assert!(similarity("Total", "Change") < 0.01);
        assert!(similarity("", "Total") < 0.01);
        assert!(similarity("date", "amendment to registration statement") < 0.01);
    }

    #[test]
    fn a_text_may_hold_what_a_part_of_it_is() {
        let check = |text: &str, expected: bool| {
            assert_eq!(may_hold(&spell(text), &spell("SHORT FORM"), 12, 0.8), expected, "{text}");
        };
        check("THIS IS A SHORT FQRM OF IT", true);
        check("THIS IS A SHCIRT FORM", true);
        check("THIS IS ANOTHER TEXT OF IT", false);
    }

    #[test]
    fn compares_texts_longer_than_the_stack() {
        let long = "amendment to registration statement ".repeat(4);
        assert!(similarity(&long, &long.replace("amendment", "amendnent")) > 0.9);
    }
}
