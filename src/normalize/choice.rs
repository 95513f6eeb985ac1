//! Reads values of a known set: enums by their names, checkboxes by what marks them.

use super::Reading;
use super::fold::{fold, similarity};
use crate::document::Value;
use crate::model::EnumValue;

/// A name less alike than this is another word.
pub(super) const LEAST_SIMILARITY: f32 = 0.8;
/// The best value must be so much more alike than the second.
pub(super) const LEAD: f32 = 0.06;
/// What a name loses by standing in a longer text.
const PART_OF_TEXT: f32 = 0.97;
/// How fast certainty falls with similarity: 0.8 alike is 0.6 certain.
pub(super) const CERTAINTY_PER_SIMILARITY: f32 = 2.0;

/// Finds the value whose name or synonym the text holds. Of names that stand in the text equally
/// well, the longest wins; two values equally alike give none.
pub(super) fn read_enum(text: &str, values: &[EnumValue]) -> Option<Reading> {
    let folded = fold(text);
    let words: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    let mut scores: Vec<(f32, usize, &EnumValue)> = values
        .iter()
        .map(|value| {
            let (score, length) = value_score(value, &words);
            (score, length, value)
        })
        .collect();
    scores.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)));
    let &(score, length, best) = scores.first()?;
    if score < LEAST_SIMILARITY {
        return None;
    }
    if let Some(&(second, second_length, _)) = scores.get(1)
        && score - second < LEAD
        && length <= second_length
    {
        return None;
    }
    Some(Reading {
        value: Value::Text(best.value.clone()),
        repairs: 0,
        certainty: 1.0 - (1.0 - score) * CERTAINTY_PER_SIMILARITY,
    })
}

/// Returns how well the best name of a value matches, and the length of that name.
fn value_score(value: &EnumValue, words: &[&str]) -> (f32, usize) {
    let spoken = value.value.replace('_', " ");
    let mut best = (0.0_f32, 0);
    for name in std::iter::once(&spoken).chain(&value.synonyms) {
        let name = fold(name);
        let score = name_score(&name, words);
        if score > best.0 || ((score - best.0).abs() < f32::EPSILON && name.len() > best.1) {
            best = (score, name.len());
        }
    }
    best
}

/// Returns the best similarity of a folded name with as many words of the text, or one more or
/// fewer, since words are split and joined.
pub(super) fn name_score(name: &str, words: &[&str]) -> f32 {
    if name.is_empty() {
        return 0.0;
    }
    let count = name.split(' ').count();
    let mut best = similarity(name, &words.join(" "));
    for length in count.saturating_sub(1).max(1)..=(count + 1).min(words.len()) {
        for window in words.windows(length) {
            let part = if length == words.len() { 1.0 } else { PART_OF_TEXT };
            best = best.max(similarity(name, &window.join(" ")) * part);
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
    Some(Reading { value: Value::Boolean(checked), repairs: 0, certainty: 1.0 })
}
