//! Finds phrases in words through recognition errors: misread letters, split and joined words.
//!
//! A phrase is compared letter by letter in a folded alphabet, in which letters that look alike
//! are the same; few edits are allowed, and exchanging letters that look somewhat alike, or `cl` and
//! `d`, costs what the one table of confusions says (`normalize::exchange`). Knows nothing about fields; `claims`, `sheet`, `region` and `columns` call it.

use std::sync::OnceLock;

use super::letters::{End, Letter, Letters, Look, WINDOW, fold_phrase, hash};
use crate::normalize::{self, EDIT, JOINED_COST};

/// Letters of a phrase that are compared; the rest of a longer one is ignored.
const LONGEST: usize = 120;
/// Phrases of so many letters are compared in short columns, which cost less to set up.
const SHORT: usize = 15;

/// A long phrase may have one edit in so many letters, and so many at its beginning.
const LETTERS_PER_EDIT: usize = 6;
const EARLY_EDITS: usize = 2;

/// More than any phrase may cost.
const TOO_MUCH: u16 = u16::MAX / 2;

/// Letters that are looked up together.
const TOGETHER: usize = 3;

/// A phrase to look for.
#[derive(Debug, Clone)]
pub(crate) struct Phrase {
    letters: Vec<Look>,
    /// Their families.
    families: Vec<char>,
    /// Where its words begin, in letters.
    words: Vec<usize>,
    /// How many edits a match may need.
    allowed: usize,
    /// Of a phrase that is looked up: one part more than edits are allowed.
    parts: Vec<Part>,
    /// The set of its first letters: as many as stand in a window in spite of the edits.
    first_letters: u64,
    /// The set of its first two letters: one of them stands at the beginning in spite of one edit.
    heads: u64,
    /// The phrase in two parts, for each of its spaces; made when first asked for.
    splits: OnceLock<Vec<(Phrase, Phrase)>>,
}

/// Letters of a phrase that are looked up.
#[derive(Debug, Clone)]
struct Part {
    from: usize,
    to: usize,
    /// Of the first three.
    hash: u16,
}

/// Where a phrase was found in a run of words.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Match {
    /// First and last word, numbered as the letters were.
    pub first: usize,
    pub last: usize,
    /// Byte in the first word at which the match begins.
    pub head: usize,
    /// Byte in the last word after which the match ends; what follows is glued to it.
    pub tail: usize,
    /// 1 for a perfect match, less for every edit.
    pub score: f32,
}

/// The costs of the phrase's beginnings up to the letter before, and up to the one before that.
#[derive(Clone, Copy)]
struct Before<'c> {
    old: &'c [u16],
    older: &'c [u16],
}

/// Which beginnings of the phrase a letter is compared with: those that so many edits lead to.
#[derive(Clone, Copy)]
struct Band {
    /// Letters before this one.
    at: usize,
    edits: usize,
}

/// How far a phrase may run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// To the end of the line it begins in.
    Line,
    /// Over lines.
    Page,
}

impl Phrase {
    /// Folds a phrase; one without letters or digits never matches.
    pub fn new(text: &str) -> Self {
        let (mut letters, mut words) = fold_phrase(text);
        letters.truncate(LONGEST);
        words.retain(|&word| word < letters.len());
        Self::of_letters(letters, words)
    }

    fn of_letters(letters: Vec<Look>, words: Vec<usize>) -> Self {
        // About one error in six letters; short words allow none, since they would match others.
        let allowed = match letters.len() {
            0..=3 => 0,
            4..=9 => 1,
            10..=14 => 2,
            length => length / LETTERS_PER_EDIT,
        };
        let first = letters.iter().take(WINDOW - 1);
        let first_letters = first.fold(0, |set, look| set | look.family_bit());
        // Shorter parts are not worth it.
        let count = if letters.len() < TOGETHER * (allowed + 1) { 0 } else { allowed + 1 };
        let part = |part: usize| {
            let (from, to) = (part * letters.len() / count, (part + 1) * letters.len() / count);
            Part { from, to, hash: hash([0, 1, 2].map(|next| letters[from + next].family)) }
        };
        let parts = (0..count).map(part).collect();
        let heads = letters.iter().take(1 + allowed.min(1)).fold(0, |set, look| set | look.bit());
        let families = letters.iter().map(|look| look.family).collect();
        let splits = OnceLock::new();
        Self { letters, families, words, allowed, parts, first_letters, heads, splits }
    }

    /// Returns how many letters it has.
    pub fn len(&self) -> usize {
        self.letters.len()
    }

    /// Returns the phrase in two parts, for each of its spaces.
    pub fn splits(&self) -> &[(Self, Self)] {
        let split = |&word: &usize| {
            let (head, tail) = self.letters.split_at(word);
            (Self::of_letters(head.to_vec(), vec![0]), Self::of_letters(tail.to_vec(), vec![0]))
        };
        let words = || self.words.iter().filter(|word| **word > 0);
        self.splits.get_or_init(|| words().map(split).collect())
    }

    /// Returns all places where the phrase stands, from first to last, not overlapping.
    pub fn find_all(&self, letters: &Letters, reach: Reach) -> Vec<Match> {
        let mut found: Vec<Match> = Vec::new();
        let begins = self.begins(letters);
        let mut rest = &begins[..];
        while let Some((end, matched)) = self.find_first(letters, rest, reach) {
            found.push(matched);
            rest = &rest[rest.partition_point(|&begin| begin < end)..];
        }
        found
    }

    /// Returns the positions at which the phrase may begin, ascending.
    ///
    /// Of a phrase cut into one part more than it may have errors, one part is right (Wu and Manber
    /// 1992): parts of three letters or more are looked up.
    fn begins(&self, letters: &Letters) -> Vec<usize> {
        let allowed = self.allowed;
        if self.parts.is_empty() {
            return letters.starts_with(self.first_letters, self.heads, allowed > 0);
        }
        let mut begins = Vec::new();
        for &Part { from, to, hash } in &self.parts {
            let part = &self.families[from..to];
            for &at in letters.near(hash) {
                let at = at as usize;
                if !letters.families()[at..].starts_with(part) {
                    continue;
                }
                let (earliest, latest) =
                    ((at + 1).saturating_sub(from + allowed + 1), at + allowed);
                let starts = letters.starts_from(earliest).iter();
                begins.extend(starts.take_while(|&start| start + from <= latest));
            }
        }
        begins.sort_unstable();
        begins.dedup();
        begins
    }

    fn find_first(
        &self,
        letters: &Letters,
        begins: &[usize],
        reach: Reach,
    ) -> Option<(usize, Match)> {
        let all = letters.all();
        let mut best: Option<(usize, usize, u16)> = None;
        for &begin in begins {
            // A better match may begin a word later, but must overlap the one at hand.
            if best.is_some_and(|(_, end, _)| begin >= end) {
                break;
            }
            let limit = match reach {
                Reach::Line => letters.line_end(begin),
                Reach::Page => all.len(),
            };
            if let Some((end, cost)) = self.compare(&all[begin..limit])
                && best.is_none_or(|(_, _, least)| cost < least)
            {
                best = Some((begin, begin + end, cost));
            }
        }
        let (begin, end, cost) = best?;
        let (first, last) = (all[begin], all[end - 1]);
        let score = 1.0 - f32::from(cost) / (usize::from(EDIT) * self.letters.len()) as f32;
        let (head, tail) = (first.from as usize, last.to as usize);
        let (first, last) = (first.word as usize, last.word as usize);
        Some((end, Match { first, last, head, tail, score }))
    }

    /// Compares the phrase with a prefix of `letters`: the end of the best prefix and its cost.
    /// Edit distance in a band (Ukkonen 1985), given up as soon as no prefix can succeed; two
    /// columns back for letters that look like one.
    fn compare(&self, letters: &[Letter]) -> Option<(usize, u16)> {
        if self.letters.len() <= SHORT {
            self.compare_in([[TOO_MUCH; SHORT + 1]; 3], letters)
        } else {
            self.compare_in([[TOO_MUCH; LONGEST + 1]; 3], letters)
        }
    }

    fn compare_in<const LENGTH: usize>(
        &self,
        mut columns: [[u16; LENGTH]; 3],
        letters: &[Letter],
    ) -> Option<(usize, u16)> {
        let length = self.letters.len();
        let [older, old, new] = &mut columns;
        let (mut older, mut old, mut new) = (older, old, new);
        for (position, cost) in old[..=length].iter_mut().enumerate() {
            *cost = position as u16 * EDIT;
        }
        let mut best: Option<(usize, u16)> = None;
        for (at, letter) in letters.iter().take(length + self.allowed).enumerate() {
            // Errors are spread over a phrase: one that begins with a heap of them is another.
            let edits = self.allowed.min(EARLY_EDITS + at / LETTERS_PER_EDIT);
            let least = self.fill(new, Before { old, older }, letter.look, Band { at, edits });
            if least > edits as u16 * EDIT {
                break;
            }
            let cost = new[length];
            if self.may_end(&letters[..=at], cost) && best.is_none_or(|(_, least)| cost <= least) {
                best = Some((at + 1, cost));
                if cost == 0 {
                    break;
                }
            }
            (older, old, new) = (old, new, older);
        }
        best
    }

    /// Fills the column of a letter within a band. Returns the least cost in it.
    fn fill(&self, new: &mut [u16], before: Before, letter: Look, band: Band) -> u16 {
        let Band { at, edits } = band;
        let from = (at + 1).saturating_sub(edits).max(1);
        let to = (at + 1 + edits).min(self.letters.len());
        // Left of the band every distance is over the limit.
        new[from.saturating_sub(2)] = TOO_MUCH;
        new[from - 1] = if from == 1 { (at as u16 + 1) * EDIT } else { TOO_MUCH };
        let mut least = new[from - 1];
        for position in from..=to {
            let cost = self.cost(position, letter, before, new[position - 1]);
            new[position] = cost;
            least = least.min(cost);
        }
        least
    }

    /// Returns what the first `position` letters cost up to a letter of the page; `shorter` is what one
    /// letter less does.
    fn cost(&self, position: usize, letter: Look, before: Before, shorter: u16) -> u16 {
        let Before { old, older } = before;
        let look = self.letters[position - 1];
        // Without its last letter a phrase is often another one: `Registration` is not
        // `Registration No`.
        let missing = if position == self.letters.len() { 2 * EDIT } else { EDIT };
        // `Page 12 of` is not `Page 1 of`.
        let in_number = || look.digit || self.letters.get(position).is_some_and(|next| next.digit);
        let extra = if letter.digit && in_number() { 2 * EDIT } else { EDIT };
        let mut cost = (old[position - 1] + exchange(look, letter))
            .min(old[position] + extra)
            .min(shorter + missing);
        if letter.joins_to(look) {
            cost = cost.min(older[position - 1] + JOINED_COST);
        }
        if position >= 2 && look.joins_to(letter) {
            cost = cost.min(old[position - 2] + JOINED_COST);
        }
        cost
    }

    /// Tells whether the phrase may end with the last of some letters at a cost.
    fn may_end(&self, letters: &[Letter], cost: u16) -> bool {
        let ends = letters.last().map_or(End::No, |last| last.ends);
        (ends == End::Yes || ends == End::Glued && cost == 0)
            && cost <= self.allowed as u16 * EDIT
            && self.ends_alike(letters)
    }

    /// Tells whether one of the last two letters is right: `Registration at` is as few edits from
    /// `Registration No` as a misreading of it, but says something else.
    fn ends_alike(&self, letters: &[Letter]) -> bool {
        let from_end =
            |back: usize| letters.len().checked_sub(back).map(|at| letters[at].look.folded);
        match self.letters[..] {
            [.., before, last] => {
                from_end(1) == Some(last.folded)
                    || from_end(2) == Some(before.folded)
                    || from_end(2) == Some(last.folded)
            }
            _ => true,
        }
    }
}

fn exchange(look: Look, other: Look) -> u16 {
    let is_number = other.in_number && !look.digit;
    if look.folded == other.folded && !is_number {
        0
    } else if is_number || look.digit && other.digit {
        // Numbers tell phrases apart: `Part 2` is not `Part 3`, and `VAT 20 %` not `VAT No`.
        2 * EDIT
    } else if other.is_sure {
        // Only what has one shape is confused in spite of that.
        EDIT
    } else {
        normalize::exchange(look.folded, other.folded)
    }
}
