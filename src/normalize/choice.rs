//! Reads values of a known set: enums by their names, checkboxes by what marks them.

use std::ops::Range;

use super::fold::{Letter, alike, fold, may_hold, spell};
use super::reading::Reading;
use crate::document::Value;
use crate::model::EnumValue;

/// A name less alike than this is another word.
const LEAST_SIMILARITY: f32 = 0.8;
/// The best value must be so much more alike than the second.
const LEAD: f32 = 0.06;
/// What a name loses by standing in a longer text.
const PART_OF_TEXT: f32 = 0.97;
/// How fast certainty falls with similarity: 0.8 alike is 0.6 certain.
const CERTAINTY_PER_SIMILARITY: f32 = 2.0;
/// Another name looks the same but for letters that are often confused.
const LOOKS_LIKE_ANOTHER: f32 = 0.8;

/// The parts of so few words are compared one by one.
const FEW_WORDS: usize = 2;

/// A name and how well a text fits it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fit<'v> {
    /// What the name means.
    pub(super) value: &'v str,
    /// The text is the name, letter for letter.
    pub(super) exact: bool,
    /// Similarity of the name and a part of the text, 0–1.
    pub(super) score: f32,
    /// Letters of the folded name.
    pub(super) length: usize,
}

/// A text that may hold a name, ready to be compared with many.
pub(super) struct Said<'t> {
    text: &'t str,
    /// In lower case.
    lower: String,
    /// The folded text.
    letters: Vec<Letter>,
    /// Where its words are in `letters`.
    words: Vec<Range<usize>>,
}

impl<'t> Said<'t> {
    /// Takes a text and the same folded.
    pub(super) fn new(text: &'t str, folded: &str) -> Self {
        let mut words: Vec<Range<usize>> = Vec::new();
        for word in folded.split(' ').filter(|word| !word.is_empty()) {
            let start = words.last().map_or(0, |before| before.end + 1);
            words.push(start..start + word.chars().count());
        }
        Self { text, lower: text.to_lowercase(), letters: spell(folded), words }
    }
}

impl<'v> Fit<'v> {
    /// Compares a name, and the same folded, with a text. A name of signs such as `€` has nothing that folds: it fits
    /// where it stands as it is.
    pub(super) fn new(value: &'v str, (name, folded): (&str, &str), said: &Said) -> Self {
        let exact = name.eq_ignore_ascii_case(&said.lower)
            || !name.is_ascii() && name.to_lowercase() == said.lower;
        if folded.is_empty() {
            let score = if said.text.contains(name) { 1.0 } else { 0.0 };
            return Self { value, exact, score, length: name.chars().count() };
        }
        Self { value, exact, score: name_score(folded, said), length: folded.chars().count() }
    }

    /// Returns how many letters of the text it explains, less those it has wrong.
    fn gain(&self) -> f32 {
        self.length as f32 * (2.0 * self.score - 1.0)
    }
}

/// Returns the value of the name that explains most of a text. A name that fits nearly as well must
/// mean the same or be shorter; otherwise there is no value.
pub(super) fn unique(mut fits: Vec<Fit>) -> Option<Reading> {
    fits.retain(|fit| fit.score >= LEAST_SIMILARITY);
    fits.sort_by(|a, b| b.exact.cmp(&a.exact).then(b.gain().total_cmp(&a.gain())));
    let best = fits.first()?;
    let mut certainty = 1.0 - (1.0 - best.score) * CERTAINTY_PER_SIMILARITY;
    for other in fits.iter().filter(|other| other.value != best.value) {
        if best.exact && !other.exact {
            // Less than half an edit away: only look-alikes differ.
            if (1.0 - other.score) * (other.length as f32) < 0.5 && best.length <= other.length {
                certainty = certainty.min(LOOKS_LIKE_ANOTHER);
            }
        } else if other.exact || (best.score - other.score < LEAD && best.length <= other.length) {
            return None;
        }
    }
    Some(Reading {
        value: Value::Text(best.value.to_owned()),
        repairs: 0,
        certainty,
        ambiguity: None,
    })
}

/// Finds the value whose name or synonym the text holds, through misreadings.
pub(super) fn read_enum(text: &str, values: &[EnumValue]) -> Option<Reading> {
    let text = text.trim();
    let said = Said::new(text, &fold(text));
    let mut fits = Vec::new();
    for value in values {
        let spoken = value.value.replace('_', " ");
        for name in std::iter::once(&spoken).chain(&value.synonyms) {
            fits.push(Fit::new(&value.value, (name, &fold(name)), &said));
        }
    }
    unique(fits)
}

/// Returns the best similarity of a folded name with as many words of the text, or one more or
/// fewer, since words are split and joined.
fn name_score(name: &str, said: &Said) -> f32 {
    // What is less alike neither wins nor comes close to what does.
    let least = LEAST_SIMILARITY - LEAD;
    let count = name.split(' ').count();
    let name = spell(name);
    let mut best = alike(&name, &said.letters, least);
    let lengths = count.saturating_sub(1).max(1)..=(count + 1).min(said.words.len());
    let run = |window: &[Range<usize>]| window[0].start..window[window.len() - 1].end;
    // One look at a long text is quicker than one at each of its parts.
    if said.words.len() > FEW_WORDS && !lengths.is_empty() {
        let longest = said.words.windows(*lengths.end()).map(|window| run(window).len()).max();
        if !may_hold(&said.letters, &name, longest.unwrap_or(0), least) {
            return best;
        }
    }
    for length in lengths {
        let part = if length == said.words.len() { 1.0 } else { PART_OF_TEXT };
        for window in said.words.windows(length) {
            best = best.max(alike(&name, &said.letters[run(window)], least) * part);
        }
    }
    best
}

/// Reads whether a box is checked: a word or sign that says so.
pub(super) fn read_checkbox(text: &str) -> Option<Reading> {
    let word = text.trim().to_lowercase();
    let checked = match word.as_str() {
        "true" | "yes" | "y" | "x" | "checked" | "1" | "on" | "[x]" | "(x)" | "☒" | "☑" | "✓"
        | "✔" | "✗" | "✘" | "■" => true,
        "false" | "no" | "n" | "unchecked" | "0" | "off" | "[]" | "[ ]" | "()" | "( )" | "☐"
        | "□" => false,
        _ => return None,
    };
    Some(Reading { value: Value::Boolean(checked), repairs: 0, certainty: 1.0, ambiguity: None })
}
