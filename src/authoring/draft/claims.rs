//! Phrases that tell pages: those that all labelled scans share, and those that only some of them have.

use std::collections::{BTreeMap, BTreeSet};

use super::scan::Scan;
use crate::extract::{PageRow, phrase_scores};
use crate::normalize::fold;

/// A phrase has so many words at most, and so many letters at least.
const MOST_WORDS: usize = 6;
const FEWEST_LETTERS: usize = 5;
/// The words at its ends have so many letters: `of` and `to` say little.
const FEWEST_AT_ENDS: usize = 3;
/// A phrase of so many letters is not found by chance.
const LONG_ENOUGH: usize = 24;
/// A phrase of the claims stands on so large a share of the scans, and there are so many of them at most.
const SHARED_BY: f32 = 0.3;
const MOST_CLAIMS: usize = 16;
/// Share of the scans that must keep being claimed when one more phrase is asked for.
const STILL_CLAIMED: f32 = 0.98;
/// Other pages of the kind may have fewer of the phrases than the labelled ones.
const CAUTION: f32 = 0.6;
/// A phrase that tells a value stands on so large a share of its scans, and of the others.
const TELLS: f32 = 0.3;
const TELLS_FALSELY: f32 = 0.03;
/// So many phrases tell a value at most.
const MOST_TELLING: usize = 5;

/// What the claims of a draft say.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Claimed {
    pub any: Vec<String>,
    pub at_least: usize,
}

/// Finds the phrases that most scans share.
pub(super) fn claims(scans: &[Scan]) -> Claimed {
    let phrases = phrases(scans);
    let needed = SHARED_BY * scans.len() as f32;
    let mut shared: Vec<(&String, &Phrase)> = phrases
        .iter()
        .filter(|(_, phrase)| phrase.scans.len() as f32 >= needed && phrase.scans.len() > 1)
        .collect();
    shared.sort_by_key(weight);
    let any = apart(shared.into_iter(), MOST_CLAIMS);
    let mut found: Vec<usize> = scans
        .iter()
        .map(|scan| {
            let counts = scan.labelled.pages.iter().map(|(_, text)| {
                phrase_scores(&any, text).iter().filter(|score| score.is_some()).count()
            });
            counts.max().unwrap_or(0)
        })
        .collect();
    found.sort_unstable();
    let spared = ((1.0 - STILL_CLAIMED) * found.len() as f32) as usize;
    let least = found.get(spared).copied().unwrap_or(1);
    let at_least = ((least as f32 * CAUTION) as usize).clamp(1, any.len().max(1));
    Claimed { any, at_least }
}

/// Finds phrases that stand on scans of one kind and hardly on the others.
pub(super) fn telling(scans: &[Scan], is_of: impl Fn(&Scan) -> bool) -> Vec<String> {
    let inside: BTreeSet<usize> = (0..scans.len()).filter(|&scan| is_of(&scans[scan])).collect();
    let outside = scans.len() - inside.len();
    let phrases = phrases(scans);
    let mut telling: Vec<(&String, &Phrase)> = phrases
        .iter()
        .filter(|(_, phrase)| {
            let own = phrase.scans.intersection(&inside).count();
            let false_ones = phrase.scans.len() - own;
            own as f32 >= TELLS * inside.len() as f32
                && own > 1
                && false_ones as f32 <= TELLS_FALSELY * outside as f32
        })
        .collect();
    telling.sort_by_key(weight);
    // Each phrase should bring scans that those before it do not.
    let mut reached: BTreeSet<usize> = BTreeSet::new();
    let fresh = telling.into_iter().filter(|(_, phrase)| {
        let new = phrase.scans.difference(&reached).count();
        reached.extend(&phrase.scans);
        new > 0
    });
    apart(fresh, MOST_TELLING)
}

/// Common phrases come first, and long ones: a short one is soon found on other pages.
fn weight((folded, phrase): &(&String, &Phrase)) -> std::cmp::Reverse<usize> {
    std::cmp::Reverse(phrase.scans.len() * folded.chars().count().min(LONG_ENOUGH))
}

/// A phrase as it was read somewhere, and the scans it stands on.
struct Phrase {
    text: String,
    scans: BTreeSet<usize>,
}

/// Takes phrases that say different things: no two share half of the words of the shorter one.
fn apart<'p>(phrases: impl Iterator<Item = (&'p String, &'p Phrase)>, most: usize) -> Vec<String> {
    let mut taken: Vec<(&String, &Phrase)> = Vec::new();
    for (folded, phrase) in phrases {
        if taken.len() >= most {
            break;
        }
        let words: BTreeSet<&str> = folded.split(' ').collect();
        let alike = taken.iter().any(|(other, _)| {
            let others: BTreeSet<&str> = other.split(' ').collect();
            2 * words.intersection(&others).count() >= words.len().min(others.len())
        });
        if !alike {
            taken.push((folded, phrase));
        }
    }
    taken.into_iter().map(|(_, phrase)| phrase.text.clone()).collect()
}

/// Collects all phrases of letters, folded, with the scans that have them.
fn phrases(scans: &[Scan]) -> BTreeMap<String, Phrase> {
    let mut all: BTreeMap<String, Phrase> = BTreeMap::new();
    for (number, scan) in scans.iter().enumerate() {
        for row in scan.pages.iter().flatten() {
            for (folded, span) in phrases_in(row) {
                let phrase = all
                    .entry(folded)
                    .or_insert_with(|| Phrase { text: plain(row, span), scans: BTreeSet::new() });
                phrase.scans.insert(number);
            }
        }
    }
    all
}

/// Returns the phrases of a row's cells that may tell pages: folded, and the words that they are.
fn phrases_in(row: &PageRow) -> Vec<(String, (usize, usize))> {
    let folded: Vec<String> = row.words.iter().map(|word| fold(&word.text)).collect();
    let mut found = Vec::new();
    for start in 0..folded.len() {
        let next_cell = row.cell_starts.iter().copied().filter(|&cell| cell > start).min();
        let reach = next_cell.unwrap_or(folded.len()).min(start + MOST_WORDS).min(folded.len());
        let wordy = folded[start..reach].iter().take_while(|word| is_wordy(word)).count();
        let ends = start + 1..=start + wordy;
        let telling = ends.filter(|&end| says_enough(&folded[start..end]));
        found.extend(telling.map(|end| (folded[start..end].join(" "), (start, end))));
    }
    found
}

/// Tells whether words have enough letters, those at the ends among them.
fn says_enough(words: &[String]) -> bool {
    let letters = |word: &String| word.chars().filter(|letter| letter.is_alphabetic()).count();
    let ends = [words.first(), words.last()];
    ends.into_iter().flatten().all(|word| word.chars().count() >= FEWEST_AT_ENDS)
        && words.iter().map(letters).sum::<usize>() >= FEWEST_LETTERS
}

/// Tells whether a folded word can be of a phrase: letters, and not what is read of lines and dots.
fn is_wordy(word: &str) -> bool {
    !word.is_empty() && word.chars().all(char::is_alphabetic)
}

/// Returns the text of words without the signs at its ends.
pub(super) fn plain(row: &PageRow, span: (usize, usize)) -> String {
    let text = super::sightings::joined(row, span);
    text.trim_matches(|letter: char| !letter.is_alphanumeric()).to_owned()
}
