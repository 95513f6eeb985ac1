//! The words of a document that no line end breaks, and what they say about its language.

use std::collections::{HashMap, HashSet};

use crate::document::PageText;

use super::line_ends::{ends_broken, is_hyphen};

/// Distinct words kept of a document; more than a library of novels has.
const MAX_WORDS: usize = 500_000;
/// Words that must be seen before they say what language it is.
const MIN_WORDS: u32 = 25;
/// Share of function words that shows the language: they make some 15 % of its text, and next to none of another's.
const FUNCTION_SHARE: f32 = 0.04;
/// Frequent words of German, Dutch, Swedish, Danish and Norwegian that are none in English and French.
const OF_CLOSED_COMPOUNDS: [&str; 24] = [
    "der", "und", "das", "nicht", "mit", "dem", "auf", "für", "ist", "von", "zu", "het", "een",
    "van", "niet", "ook", "och", "att", "som", "inte", "og", "ikke", "af", "til",
];
const OF_FRENCH: [&str; 14] = [
    "les", "est", "une", "dans", "que", "pour", "qui", "par", "et", "du", "des", "pas", "sur", "au",
];

/// How a language writes words that are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Habit {
    /// With a hyphen or without, as in English.
    Mixed,
    /// As one word, as in German: before a small letter, a hyphen at a line end is no part of the word.
    Closed,
    /// Verbs and their pronouns are joined by hyphens, as in French.
    French,
}

/// The words seen unbroken in a document, in small letters.
#[derive(Debug, Clone, Default)]
pub struct Vocabulary {
    words: HashMap<String, u32>,
    /// First parts of words that are printed with a hyphen.
    first_parts: HashSet<String>,
    total: u32,
    closed: u32,
    french: u32,
}

impl Vocabulary {
    /// Adds the words of a page: all but those that a line end may have broken.
    pub fn add(&mut self, page: &PageText) {
        let mut is_broken = false;
        for line in &page.lines {
            for (index, word) in line.words.iter().enumerate() {
                let is_rest = index == 0 && is_broken;
                is_broken = index + 1 == line.words.len() && ends_broken(&word.text);
                if !is_rest && !is_broken {
                    self.add_word(&word.text);
                }
            }
        }
    }

    fn add_word(&mut self, text: &str) {
        let word = text.trim_matches(|letter: char| !letter.is_alphanumeric());
        let is_word = |part: &str| {
            !part.is_empty() && part.chars().all(|c| c.is_alphabetic() || matches!(c, '\'' | '’'))
        };
        if !word.split(is_hyphen).all(is_word) {
            return;
        }
        let word = folded(word);
        self.total = self.total.saturating_add(1);
        self.closed += u32::from(OF_CLOSED_COMPOUNDS.contains(&word.as_str()));
        self.french += u32::from(OF_FRENCH.contains(&word.as_str()));
        if let Some((first, _)) = word.split_once('-') {
            self.first_parts.insert(first.to_owned());
        }
        if self.words.len() < MAX_WORDS || self.words.contains_key(&word) {
            let count = self.words.entry(word).or_insert(0);
            *count = count.saturating_add(1);
        }
    }

    /// Returns how often the word was seen.
    pub(super) fn count(&self, word: &str) -> u32 {
        self.words.get(&folded(word)).copied().unwrap_or(0)
    }

    /// Returns whether a word that begins with this part and a hyphen was seen.
    pub(super) fn begins_hyphened(&self, part: &str) -> bool {
        self.first_parts.contains(&folded(part))
    }

    /// Returns the habit of the language that the words are in.
    pub(super) fn habit(&self) -> Habit {
        let is_shown = |count: u32| {
            self.total >= MIN_WORDS && count as f32 > FUNCTION_SHARE * self.total as f32
        };
        if is_shown(self.closed) && self.closed > self.french {
            Habit::Closed
        } else if is_shown(self.french) {
            Habit::French
        } else {
            Habit::Mixed
        }
    }
}

/// Returns the word in small letters, with one kind of hyphen and apostrophe.
fn folded(word: &str) -> String {
    word.chars()
        .flat_map(char::to_lowercase)
        .map(|letter| match letter {
            '’' => '\'',
            letter if is_hyphen(letter) => '-',
            letter => letter,
        })
        .collect()
}
