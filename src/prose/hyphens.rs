//! Whether a hyphen at a line end belongs to the word.
//!
//! What the document itself shows counts most (the word unbroken elsewhere, with or without its hyphen), then the
//! dictionary, then what is usual in the language. Numbers and codes are never joined.

use super::line_ends::{only_breaks, split};
use super::vocabulary::{Habit, Vocabulary};

/// Words before which a hyphen stands for a part that is left out: `pre- and post-war`, `Vor- und Nachteile`.
const CONJUNCTIONS: [&str; 16] = [
    "and", "or", "to", "und", "oder", "bis", "bzw", "sowie", "et", "ou", "en", "of", "och",
    "eller", "og", "y",
];
/// What French joins to a verb or a pronoun.
const FRENCH_ENCLITICS: [&str; 26] = [
    "je", "tu", "il", "elle", "on", "nous", "vous", "ils", "elles", "ce", "ci", "là", "moi", "toi",
    "lui", "le", "la", "les", "leur", "eux", "y", "en", "t", "même", "mêmes", "être",
];
/// Beginnings and endings that a list of words may hold, but that are no half of a compound.
const PREFIXES: [&str; 21] = [
    "un", "in", "im", "re", "de", "dis", "mis", "pre", "con", "com", "ex", "sub", "per", "pro",
    "inter", "trans", "super", "contra", "para", "ad", "en",
];
const SUFFIXES: [&str; 45] = [
    "ing", "ings", "tion", "tions", "sion", "sions", "ment", "ments", "ness", "nesses", "less",
    "ful", "able", "ible", "ity", "ities", "ism", "ist", "ists", "ish", "ous", "ive", "ives",
    "ary", "ery", "ory", "age", "ages", "ance", "ence", "ant", "ants", "ent", "ents", "ward",
    "wards", "ship", "ships", "hood", "ton", "ington", "ville", "burg", "est", "ers",
];
/// Endings of inflection: what is known without them is known.
const INFLECTIONS: [&str; 9] = ["'s", "s", "es", "ed", "d", "ing", "ly", "er", "ers"];

/// What becomes of a hyphen between two lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hyphen {
    /// It only broke the word: both halves are one word.
    Broke(Sureness),
    /// It is part of the word: both halves stand together around it.
    Stays,
    /// It ends the line, and what follows stands by itself.
    Apart,
}

/// What a joined word rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sureness {
    /// The word was seen, or is in the dictionary.
    Known,
    Usual,
}

/// What is known of words.
pub(super) struct Judge<'a> {
    pub(super) seen: &'a Vocabulary,
    pub(super) habit: Habit,
    /// Whether the dictionary has a word as it is written.
    pub(super) is_word: &'a dyn Fn(&str) -> bool,
}

/// Returns whether a dash, closed up to the word before it, ends the line: what follows closes up too.
pub(super) fn ends_in_closed_dash(word: &str) -> bool {
    word.strip_suffix('—')
        .is_some_and(|before| before.ends_with(|c: char| !c.is_whitespace() && c != '—'))
}

fn is_letter(letter: char) -> bool {
    letter.is_alphabetic() || matches!(letter, '\'' | '’')
}

impl Judge<'_> {
    /// Decides about the last word of a line and the first of the next; `None` if the line does not end in a hyphen.
    pub(super) fn decide(&self, last: &str, next: &str) -> Option<Hyphen> {
        let (before, hyphen) = split(last)?;
        let stem = &before[before.trim_end_matches(is_letter).len()..];
        let rest = &next[..next.len() - next.trim_start_matches(is_letter).len()];
        let is_digit = |letter: Option<char>| letter.is_some_and(char::is_numeric);
        if stem.is_empty() || !rest.starts_with(char::is_alphabetic) {
            let are_numbers = is_digit(before.chars().next_back()) && is_digit(next.chars().next());
            let goes_on = rest.starts_with(char::is_lowercase) && hyphen != '=';
            return Some(if are_numbers || goes_on { Hyphen::Stays } else { Hyphen::Apart });
        }
        if is_digit(before[..before.len() - stem.len()].chars().next_back()) {
            return Some(Hyphen::Stays);
        }
        let decided = self.of_letters(stem, rest, rest.len() == next.len());
        Some(match (hyphen, decided) {
            (hyphen, Hyphen::Stays | Hyphen::Apart) if only_breaks(hyphen) => {
                Hyphen::Broke(Sureness::Usual)
            }
            ('=', Hyphen::Broke(Sureness::Usual) | Hyphen::Stays) => Hyphen::Apart,
            (_, decided) => decided,
        })
    }

    /// Decides about two runs of letters; `is_alone`: nothing stands beside the second.
    fn of_letters(&self, stem: &str, rest: &str, is_alone: bool) -> Hyphen {
        let (joined, hyphened) = (format!("{stem}{rest}"), format!("{stem}-{rest}"));
        let (whole, parts) = (self.seen.count(&joined), self.seen.count(&hyphened));
        if parts > whole {
            return Hyphen::Stays;
        }
        let starts_small = rest.starts_with(char::is_lowercase);
        let is_known = self.knows(&joined);
        let all_large = |text: &str| !text.chars().any(char::is_lowercase);
        let is_cased = starts_small || (all_large(stem) && all_large(rest));
        if whole > 0 && is_cased {
            return Hyphen::Broke(Sureness::Known);
        }
        if is_known && is_cased {
            let is_habit = self.knows(&hyphened) && self.seen.begins_hyphened(stem);
            return if is_habit { Hyphen::Stays } else { Hyphen::Broke(Sureness::Known) };
        }
        if is_alone && CONJUNCTIONS.contains(&rest) {
            return Hyphen::Apart;
        }
        if !starts_small || self.knows(&hyphened) || stem.chars().count() == 1 {
            return Hyphen::Stays;
        }
        let stays = match self.habit {
            Habit::Closed => false,
            Habit::French => FRENCH_ENCLITICS.contains(&rest) || self.are_halves(stem, rest),
            Habit::Mixed => self.are_halves(stem, rest),
        };
        if stays { Hyphen::Stays } else { Hyphen::Broke(Sureness::Usual) }
    }

    /// Returns whether both are words of their own and together they are none. A vowel that would meet itself, as
    /// in `re-echo`, is kept apart even behind a prefix.
    fn are_halves(&self, stem: &str, rest: &str) -> bool {
        const SHORTEST: usize = 3;
        let is_half = |text: &str| {
            text.chars().count() >= SHORTEST && (self.knows(text) || self.seen.count(text) > 0)
        };
        let meets = stem.chars().next_back().filter(|last| "aeiou".contains(*last));
        if meets.is_some_and(|vowel| rest.starts_with(vowel)) && is_half(rest) {
            return true;
        }
        let small = stem.to_lowercase();
        let joined = format!("{stem}{rest}");
        let is_inflected = INFLECTIONS
            .iter()
            .filter_map(|ending| joined.strip_suffix(ending))
            .any(|base| base.len() > stem.len() && self.knows(base));
        !PREFIXES.contains(&small.as_str())
            && !SUFFIXES.contains(&rest)
            && is_half(stem)
            && is_half(rest)
            && !is_inflected
    }

    /// Returns whether the dictionary has the word as it is written, in small letters, or with a capital.
    fn knows(&self, word: &str) -> bool {
        let straight = word.replace('’', "'");
        let small = straight.to_lowercase();
        let mut letters = small.chars();
        let capital: String =
            letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
        [straight, small, capital].iter().any(|form| (self.is_word)(form))
    }
}
