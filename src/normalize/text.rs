//! Cleans free text of what the recognizer made of rules, dots and stains.

use std::borrow::Cow;

use super::reading::Reading;
use crate::document::Value;

/// A cut text is not what stands on the page.
const CUT_CERTAINTY: f32 = 0.6;
/// So many equal signs in a row are a leader or a blank to fill in, not punctuation.
const LEADER_LENGTH: usize = 3;

/// Returns the text in one line, its lines joined by `join`, without junk at its ends; cut at a
/// word to `max_length` characters. `None` without a letter or digit.
pub(super) fn read(text: &str, join: &str, max_length: usize) -> Option<Reading> {
    let lines: Vec<String> =
        text.lines().map(|line| clean_line(line, join)).filter(|line| !line.is_empty()).collect();
    let joined = lines.join(join);
    let text = trim_edges(&joined);
    if !text.chars().any(char::is_alphanumeric) {
        return None;
    }
    let (text, certainty) = match cut(text, max_length) {
        Some(short) => (short, CUT_CERTAINTY),
        None => (text, 1.0),
    };
    Some(Reading { value: Value::Text(text.to_owned()), repairs: 0, certainty, ambiguity: None })
}

/// Returns what a barcode says: it has no misread characters, only white space that was put around it.
pub(super) fn read_barcode(text: &str) -> Option<Reading> {
    let text = text.trim();
    let value = Value::Text(text.to_owned());
    (!text.is_empty()).then_some(Reading { value, repairs: 0, certainty: 1.0, ambiguity: None })
}

/// Drops leaders, words of mere junk at both ends, white space, and the signs of `join` that
/// stand there already.
fn clean_line(line: &str, join: &str) -> String {
    let without_leaders = drop_leaders(line);
    let all: Vec<&str> = without_leaders.split_whitespace().collect();
    // A lone sign may be a dash; several in a row are what became of a leader.
    let lone = |at: usize| {
        !at.checked_sub(1).is_some_and(|before| is_junk(all[before]))
            && !all.get(at + 1).is_some_and(|after| is_junk(after))
    };
    let words: Vec<&str> = all
        .iter()
        .enumerate()
        .filter(|(at, word)| !is_junk(word) || lone(*at))
        .map(|(_, word)| *word)
        .collect();
    let first = words.iter().position(|word| !is_junk(word));
    let last = words.iter().rposition(|word| !is_junk(word));
    match (first, last) {
        (Some(first), Some(last)) => {
            let line = words[first..=last].join(" ");
            let is_joint = |c: char| !c.is_whitespace() && join.contains(c);
            line.trim_matches(is_joint).trim().to_owned()
        }
        _ => String::new(),
    }
}

fn drop_leaders(line: &str) -> Cow<'_, str> {
    let (mut before, mut length) = (None, 0);
    let has_leader = line.chars().any(|character| {
        length = if before == Some(character) { length + 1 } else { 1 };
        before = Some(character);
        length >= LEADER_LENGTH && is_leader(character)
    });
    if !has_leader {
        return Cow::Borrowed(line);
    }
    let mut kept = String::with_capacity(line.len());
    let mut run: Vec<char> = Vec::new();
    for character in line.chars().chain(['\n']) {
        if run.first().is_some_and(|first| *first != character) {
            if run.len() >= LEADER_LENGTH {
                kept.push(' ');
            } else {
                kept.extend(run.iter());
            }
            run.clear();
        }
        if is_leader(character) {
            run.push(character);
        } else {
            kept.push(character);
        }
    }
    Cow::Owned(kept)
}

fn is_leader(character: char) -> bool {
    matches!(character, '.' | '_' | '-' | '=' | '*' | '~' | '·' | '…' | '—')
}

fn is_junk(word: &str) -> bool {
    !word.chars().any(|character| {
        character.is_alphanumeric() || matches!(character, '&' | '#' | '$' | '€' | '£' | '%')
    })
}

/// Trims signs that no value begins or ends with; a closing `.` stays after an abbreviation.
fn trim_edges(text: &str) -> &str {
    const OPENING: &[char] = &['(', '[', '#', '$', '€', '£', '&'];
    const CLOSING: &[char] = &[')', ']', '%', '.', '!', '?', '+', '#', '&', '$', '€', '£'];
    let starts = |character: char| !character.is_alphanumeric() && !OPENING.contains(&character);
    let ends = |character: char| !character.is_alphanumeric() && !CLOSING.contains(&character);
    let text = text.trim_start_matches(starts).trim_end_matches(ends);
    let text = strip_unpaired(text);
    match text.strip_suffix('.') {
        Some(before) if !is_abbreviated(before) && !before.contains(". ") => {
            before.trim_end_matches(ends)
        }
        _ => text,
    }
}

fn strip_unpaired(text: &str) -> &str {
    let mut text = text;
    for (open, close) in [('(', ')'), ('[', ']')] {
        if text.starts_with(open) && !text.contains(close) {
            text = text[1..].trim_start();
        }
        if text.ends_with(close) && !text.contains(open) {
            text = text[..text.len() - 1].trim_end();
        }
    }
    text
}

/// `Inc`, `Bhd`, `N.Y`: short words with a capital, of which a closing point may be part.
fn is_abbreviated(text: &str) -> bool {
    let word = text.rsplit([' ', ',']).next().unwrap_or_default();
    word.chars().count() <= 4 && word.starts_with(char::is_uppercase)
}

fn cut(text: &str, max_length: usize) -> Option<&str> {
    let (end, _) = text.char_indices().nth(max_length)?;
    let short = &text[..end];
    let at_word = short.rfind(' ').filter(|at| *at > 0).unwrap_or(end);
    Some(trim_edges(&short[..at_word]))
}
