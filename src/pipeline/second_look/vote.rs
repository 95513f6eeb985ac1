//! What several readings of the same words change: a value that validates beats one that does not, two
//! readings that agree beat one, and how many agree says how likely the words are right.

use super::doubts::{Ask, Run, SURE};
use crate::document::{
    Candidate, Found, Line, PageNumber, PageText, RawField, RegionSeen, Value, Word, compares_with,
};
use crate::model::FieldKind;
use crate::normalize;

/// How likely a word is right (0–100) of whose second readings none, one, two or all three say the same;
/// measured on doubtful words of receipts (0.31, 0.70, 0.87, 0.985 of 652) and book pages.
const AGREED: [f32; 4] = [30.0, 60.0, 86.0, 97.0];
/// How likely a word is right that two or three second readings say against the first.
const OUTVOTED: [f32; 2] = [55.0, 72.0];
/// The same for a value that is valid where the first was not, from one reading on.
const VALIDATED: [f32; 3] = [55.0, 78.0, 88.0];
/// How likely a word is right at most (0–100) that two networks read differently.
const DISPUTED: f32 = 50.0;
/// A reading shows as much of the line as the words it stands for, or at least this share: what is narrower has lost
/// letters at a side, and as all readings are of one picture, they have lost the same.
const SHOWN: f32 = 0.8;
/// A word of another reading stands for one of the first if it covers more than this share of it.
const SAME_PLACE: f32 = 0.5;
/// A single reading counts from this confidence on, 0–100.
const LEAST_CONFIDENCE: f32 = 40.0;

/// What the words of a run are from now on.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Patch {
    pub run: Run,
    pub words: Vec<Word>,
}

impl Patch {
    /// Returns whether it changes the text, not only confidences.
    pub(super) fn says_else(&self, text: &PageText) -> bool {
        said(&self.words) != said(self.run.of(text))
    }

    /// Puts the words into the page.
    pub(super) fn apply(self, text: &mut PageText) {
        if let Some(line) = text.lines.get_mut(self.run.line)
            && self.run.words.end <= line.words.len()
        {
            line.words.splice(self.run.words, self.words);
        }
    }
}

/// Returns what the readings of each run of a field change; nothing where there are none.
pub(super) fn settle(ask: &Ask, text: &PageText, seen: &[RegionSeen]) -> Vec<Patch> {
    let of_type = !matches!(
        ask.field.kind,
        FieldKind::Text { .. } | FieldKind::Enum { .. } | FieldKind::Lookup { .. }
    );
    let is_value = of_type && ask.runs.len() == 1;
    let runs = ask.runs.iter().zip(seen);
    runs.filter(|(_, seen)| !seen.variants.is_empty() || seen.second.is_some())
        .map(|(run, seen)| {
            let first = run.of(text);
            let within = |lines: &Vec<Line>| within(run, text, lines);
            let mut readings: Vec<Vec<Word>> = seen.variants.iter().map(within).collect();
            let second = seen.second.as_ref().map(within);
            let words = match second {
                Some(second) if is_value && ask.value.is_none() => {
                    readings.push(second);
                    value(ask, first, &readings)
                }
                Some(second) if is_value => value_of_two(ask, first, &second),
                Some(second) => {
                    by_place(first, &[second], |own, others| words_of_two(own, &others[0]))
                }
                None if is_value => value(ask, first, &readings),
                None => by_place(first, &readings, settled),
            };
            Patch { run: run.clone(), words }
        })
        .collect()
}

/// Judges a value that is valid by what another network reads. It stays: replaced by the surer reading (of `swe`), 4 of
/// 394 dates and totals of receipts less are right.
fn value_of_two(ask: &Ask, first: &[Word], second: &[Word]) -> Vec<Word> {
    let reading = Some(second).filter(|second| shows(second, first));
    let meaning = reading.and_then(|second| meaning_of(ask, first, second));
    if meaning.is_some() && meaning == ask.value {
        confirmed(first, second)
    } else {
        with_most(first, DISPUTED)
    }
}

/// Decides between the readings of words of a text by two networks: the surer one counts where they differ.
fn words_of_two(own: &[Word], other: &[Word]) -> Vec<Word> {
    if !shows(other, own) {
        return with_most(own, DISPUTED);
    }
    if !compares_with(&said(own), &said(other)) {
        return own.to_vec();
    }
    if letters(other) == letters(own) {
        return confirmed(own, other);
    }
    let is_surer = least_confidence(other) > least_confidence(own);
    with_most(if is_surer { other } else { own }, DISPUTED)
}

/// Returns words that another network reads alike: networks err apart, so both must be wrong at once.
fn confirmed(words: &[Word], other: &[Word]) -> Vec<Word> {
    let wrong = 1.0 - least_confidence(other) / 100.0;
    let raised = |word: &Word| {
        let confidence = 100.0 - (100.0 - word.confidence) * wrong;
        Word { confidence, ..word.clone() }
    };
    words.iter().map(raised).collect()
}

/// Divides the words of the first reading where all readings do, and settles them by the words that each of the others
/// has there: a word that stands for two of the first reading's is there once, for both.
fn by_place(
    first: &[Word],
    readings: &[Vec<Word>],
    settle: impl Fn(&[Word], &[Vec<Word>]) -> Vec<Word>,
) -> Vec<Word> {
    let is_joined = |one: &Word, next: &Word| {
        readings.iter().flatten().any(|word| stands_for(word, one) && stands_for(word, next))
    };
    let places = first.chunk_by(is_joined);
    places
        .flat_map(|own| {
            let others: Vec<Vec<Word>> =
                readings.iter().map(|reading| at_place_of(own, reading)).collect();
            settle(own, &others)
        })
        .collect()
}

/// Tells whether a word of another reading covers most of one of the first.
fn stands_for(other: &Word, word: &Word) -> bool {
    let (own, other) = (&word.bounds, &other.bounds);
    let shared = own.right.min(other.right).saturating_sub(own.left.max(other.left));
    shared as f32 > SAME_PLACE * own.right.saturating_sub(own.left) as f32
}

/// Returns the words of a reading whose middles lie in the columns of words beside each other.
fn at_place_of(own: &[Word], reading: &[Word]) -> Vec<Word> {
    let left = own.iter().map(|word| word.bounds.left).min().unwrap_or_default();
    let right = own.iter().map(|word| word.bounds.right).max().unwrap_or_default();
    let middle = |word: &&Word| word.bounds.left.midpoint(word.bounds.right);
    reading.iter().filter(|word| (left..right).contains(&middle(word))).cloned().collect()
}

/// Returns the words of a reading without those that stand for one of the line beyond the run: that would be there twice.
fn within(run: &Run, text: &PageText, lines: &[Line]) -> Vec<Word> {
    let line = text.lines.get(run.line).map(|line| line.words.as_slice()).unwrap_or_default();
    let is_beyond = |at: usize| !run.words.contains(&at);
    let beyond = || line.iter().enumerate().filter(|(at, _)| is_beyond(*at)).map(|(_, word)| word);
    let words = lines.iter().flat_map(|line| &line.words);
    words.filter(|other| !beyond().any(|word| stands_for(other, word))).cloned().collect()
}

/// Decides for the words of a typed value as a whole.
fn value(ask: &Ask, first: &[Word], readings: &[Vec<Word>]) -> Vec<Word> {
    let mut votes: Vec<Votes> = Vec::new();
    for reading in readings {
        let confidence = least_confidence(reading);
        if !shows(reading, first) {
            continue;
        }
        let Some(value) = meaning_of(ask, first, reading) else { continue };
        match votes.iter_mut().find(|votes| votes.value == value) {
            Some(votes) => votes.add(reading, confidence),
            None => votes.push(Votes { value, count: 1, words: reading, confidence }),
        }
    }
    let agreeing = votes.iter().find(|votes| Some(&votes.value) == ask.value.as_ref());
    let agreeing = agreeing.map_or(0, |votes| votes.count);
    let best = votes.iter().reduce(|best, next| {
        let is_better = (next.count, next.confidence) > (best.count, best.confidence);
        if is_better { next } else { best }
    });
    let Some(best) = best else { return with_most(first, AGREED[0]) };
    if ask.value.is_some() {
        let outvotes = best.count >= 2 && best.count > agreeing + 1;
        return if outvotes {
            with_most(best.words, of_count(&OUTVOTED, best.count - 1))
        } else {
            judged(first, agreeing)
        };
    }
    if best.count == 1 && best.confidence < LEAST_CONFIDENCE {
        return with_most(first, AGREED[0]);
    }
    with_most(best.words, of_count(&VALIDATED, best.count))
}

/// Readings that mean the same.
struct Votes<'r> {
    value: Value,
    count: usize,
    /// Of the surest of them.
    words: &'r [Word],
    confidence: f32,
}

impl<'r> Votes<'r> {
    fn add(&mut self, words: &'r [Word], confidence: f32) {
        self.count += 1;
        if confidence > self.confidence {
            (self.words, self.confidence) = (words, confidence);
        }
    }
}

/// Returns what a reading means as a value of the field. What stood around the field's text in its
/// words before, such as a glued label, is left away.
fn meaning_of(ask: &Ask, first: &[Word], reading: &[Word]) -> Option<Value> {
    let (before, text) = (said(first), said(reading));
    let outside = before.find(&ask.raw).map_or((0, 0), |start| {
        let after = &before[start + ask.raw.len()..];
        (before[..start].chars().count(), after.chars().count())
    });
    let length = text.chars().count().checked_sub(outside.0 + outside.1)?;
    let text: String = text.chars().skip(outside.0).take(length).collect();
    let found = ask.field.pattern.as_ref().and_then(|pattern| {
        let found = pattern.captures(&text)?;
        found.get(1).or_else(|| found.get(0)).map(|part| part.as_str().to_owned())
    });
    let candidate = Candidate {
        text: found.unwrap_or(text),
        page: PageNumber::FIRST,
        bounds: reading.first()?.bounds,
        word_confidence: 1.0,
        place_score: 1.0,
        found: Found::Label,
        doubts: Vec::new(),
        ambiguity: None,
    };
    let mut spec = ask.field.clone();
    spec.default = None;
    normalize::field(&spec, &RawField::from(vec![candidate])).value
}

/// Decides for words of a text by what most readings have at their place.
fn settled(own: &[Word], readings: &[Vec<Word>]) -> Vec<Word> {
    let others: Vec<&Vec<Word>> = readings.iter().filter(|other| shows(other, own)).collect();
    let agreeing = others.iter().filter(|other| letters(other) == letters(own)).count();
    let same = |words: &[Word]| others.iter().filter(|other| said(other) == said(words)).count();
    let best = others.iter().filter(|other| !other.is_empty()).max_by_key(|other| same(other));
    match best {
        Some(best) if same(best) >= 2 && same(best) > same(own) + 1 => {
            if letters(best) == letters(own) {
                // Only its points and commas are others.
                judged(best, agreeing)
            } else {
                with_most(best, of_count(&OUTVOTED, same(best) - 1))
            }
        }
        Some(_) | None => judged(own, agreeing),
    }
}

/// Returns words with the confidence that so many agreeing readings give them.
fn judged(words: &[Word], agreeing: usize) -> Vec<Word> {
    let likely = AGREED.get(agreeing).or(AGREED.last()).copied().unwrap_or_default();
    let confidence = |word: &Word| {
        // What was measured are doubtful words; most agreement does not lower what the recognizer is sure of.
        let was_sure = word.confidence > 100.0 * SURE && agreeing >= 2;
        if was_sure || agreeing + 1 >= AGREED.len() { word.confidence.max(likely) } else { likely }
    };
    words.iter().map(|word| Word { confidence: confidence(word), ..word.clone() }).collect()
}

/// Returns words with at most this confidence.
fn with_most(words: &[Word], most: f32) -> Vec<Word> {
    let lowered = |word: &Word| Word { confidence: word.confidence.min(most), ..word.clone() };
    words.iter().map(lowered).collect()
}

/// Returns the entry for `count`, which counts from 1; the last one for more.
fn of_count(table: &[f32], count: usize) -> f32 {
    table.get(count.saturating_sub(1)).or(table.last()).copied().unwrap_or_default()
}

/// Tells whether a reading shows all that the first one does.
fn shows(reading: &[Word], first: &[Word]) -> bool {
    let width = |words: &[Word]| {
        let left = words.iter().map(|word| word.bounds.left).min().unwrap_or(0);
        let right = words.iter().map(|word| word.bounds.right).max().unwrap_or(0);
        right.saturating_sub(left) as f32
    };
    width(reading) >= SHOWN * width(first)
}

fn least_confidence(words: &[Word]) -> f32 {
    words.iter().map(|word| word.confidence).fold(100.0, f32::min)
}

fn said(words: &[Word]) -> String {
    let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    texts.join(" ")
}

/// Returns letters and digits without regard to case: what agreement was measured by.
fn letters(words: &[Word]) -> String {
    let characters = words.iter().flat_map(|word| word.text.chars());
    characters.filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}
