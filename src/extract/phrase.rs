//! Finds phrases in words through recognition errors: misread letters, split and joined words.
//!
//! A phrase is compared letter by letter in a folded alphabet, in which letters that look alike
//! are the same, with few edits allowed. Knows nothing about fields; `claims`, `value` and
//! `table` call it.

use super::layout::Layout;
use crate::normalize::merge;

/// Letters of a phrase that are compared; the rest of a longer one is ignored.
const LONGEST: usize = 120;

/// A long phrase may have one edit in so many letters, and so many at its beginning.
const LETTERS_PER_EDIT: usize = 6;
const EARLY_EDITS: usize = 2;

/// Letters in the two windows that rule out most places at a glance, and the most edits for which
/// the narrow one does.
const NARROW: usize = 8;
const WIDE: usize = 20;
const NARROW_EDITS: usize = 2;

/// A phrase to look for.
#[derive(Debug, Clone)]
pub(crate) struct Phrase {
    folded: Vec<char>,
    /// How many edits a match may need.
    allowed: usize,
    /// The set of its first letters: as many as stand in a window in spite of the edits.
    first_letters: u64,
}

/// Where a phrase was found in a run of words.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Match {
    /// First and last word, as indexes into [`Layout::words`].
    pub first: usize,
    pub last: usize,
    /// Byte in the first word at which the match begins.
    pub head: usize,
    /// Byte in the last word after which the match ends; what follows is glued to it.
    pub tail: usize,
    /// 1 for a perfect match, less for every edit.
    pub score: f32,
}

/// The folded letters of a run of words, and where each came from.
pub(crate) struct Letters {
    letters: Vec<Letter>,
    starts: Vec<Start>,
}

/// A place where a phrase may begin, with the sets of the letters that follow in two windows.
#[derive(Debug, Clone, Copy)]
struct Start {
    at: usize,
    narrow: u64,
    wide: u64,
}

#[derive(Debug, Clone, Copy)]
struct Letter {
    folded: char,
    word: usize,
    /// Byte of the letter in its word, and of what follows it.
    from: usize,
    to: usize,
    /// A phrase may begin here.
    begins: bool,
    /// Whether a phrase may end here.
    ends: End,
}

/// What follows a letter.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
enum End {
    /// The word goes on.
    No,
    /// A value is glued to it, as in `No1234`: only a perfect phrase ends here.
    Glued,
    /// The word ends, or a sign follows.
    Yes,
}

impl Phrase {
    /// Folds a phrase; one without letters or digits never matches.
    pub fn new(text: &str) -> Self {
        let mut letters = Letters { letters: Vec::new(), starts: Vec::new() };
        letters.push_word(0, text);
        let folded: Vec<char> =
            letters.letters.iter().map(|letter| letter.folded).take(LONGEST).collect();
        // About one error in six letters; short words allow none, since they would match others.
        let allowed = match folded.len() {
            0..=3 => 0,
            4..=9 => 1,
            10..=14 => 2,
            length => length / LETTERS_PER_EDIT,
        };
        let window = if allowed <= NARROW_EDITS { NARROW } else { WIDE };
        let first = folded.iter().take(window.saturating_sub(allowed));
        let first_letters = first.fold(0, |set, &letter| set | bit(letter));
        Self { folded, allowed, first_letters }
    }

    /// Folds several phrases.
    /// A slash is often read as the letter `I`, as in `SIN` for `S/N`: such a phrase counts twice.
    pub fn all(texts: &[String]) -> Vec<Self> {
        let misread = texts.iter().filter(|text| text.contains('/'));
        let misread = misread.map(|text| Self::new(&text.replace('/', "I")));
        texts.iter().map(|text| Self::new(text)).chain(misread).collect()
    }

    /// Returns all places where the phrase stands, from left to right, not overlapping.
    pub fn find_all(&self, letters: &Letters) -> Vec<Match> {
        let mut found: Vec<Match> = Vec::new();
        let mut next = 0;
        while let Some((end, matched)) = self.find_from(letters, next) {
            found.push(matched);
            next = end;
        }
        found
    }

    /// Returns the best match.
    pub fn find_best(&self, letters: &Letters) -> Option<Match> {
        self.find_all(letters).into_iter().reduce(|a, b| if b.score > a.score { b } else { a })
    }

    /// Returns a match that begins with the first letter or shortly after it.
    pub fn find_at_start(&self, letters: &Letters) -> Option<Match> {
        self.find_all(letters).into_iter().next().filter(|matched| {
            let before = letters
                .letters
                .iter()
                .take_while(|letter| (letter.word, letter.from) < (matched.first, matched.head));
            before.count() <= 2
        })
    }

    fn find_from(&self, letters: &Letters, start: usize) -> Option<(usize, Match)> {
        if self.folded.is_empty() {
            return None;
        }
        let first = letters.starts.partition_point(|place| place.at < start);
        let starts = &letters.starts[first..];
        let letters = &letters.letters;
        let mut best: Option<(usize, usize, u8)> = None;
        for place in starts {
            let begin = place.at;
            // A better match may begin a word later, but must overlap the one at hand.
            if best.is_some_and(|(_, end, _)| begin >= end) {
                break;
            }
            // Every letter that is missing in the window costs an edit.
            let window = if self.allowed <= NARROW_EDITS { place.narrow } else { place.wide };
            if (self.first_letters & !window).count_ones() as usize > self.allowed {
                continue;
            }
            if let Some((end, edits)) = self.compare(&letters[begin..])
                && best.is_none_or(|(_, _, fewest)| edits < fewest)
            {
                best = Some((begin, begin + end, edits));
            }
        }
        let (begin, end, edits) = best?;
        let (first, last) = (letters[begin], letters[end - 1]);
        let score = 1.0 - f32::from(edits) / self.folded.len() as f32;
        Some((
            end,
            Match { first: first.word, last: last.word, head: first.from, tail: last.to, score },
        ))
    }

    /// Compares the phrase with a prefix of `letters`: the end of the best prefix and its edits.
    /// Edit distance in a band (Ukkonen 1985), given up
    /// as soon as no prefix can succeed.
    fn compare(&self, letters: &[Letter]) -> Option<(usize, u8)> {
        let (length, allowed) = (self.folded.len(), self.allowed);
        let mut column = [0_u8; LONGEST + 1];
        for (position, edits) in column[..=length].iter_mut().enumerate() {
            *edits = position as u8;
        }
        let allowed_edits = allowed as u8;
        let mut best: Option<(usize, u8)> = None;
        for (at, letter) in letters.iter().take(length + allowed).enumerate() {
            // Errors are spread over a phrase: one that begins with a heap of them is another.
            let so_far = allowed.min(EARLY_EDITS + at / LETTERS_PER_EDIT);
            let from = (at + 1).saturating_sub(so_far).max(1);
            let to = (at + 1 + so_far).min(length);
            let mut diagonal = column[from - 1];
            // Left of the band every distance is over the limit.
            column[from - 1] = if from == 1 { at as u8 + 1 } else { allowed_edits + 1 };
            let mut least = column[from - 1];
            for position in from..=to {
                let same = self.folded[position - 1] == letter.folded;
                // Without its last letter a phrase is often another one: `Registration` is not
                // `Registration No`.
                let missing = if position == length { 2 } else { 1 };
                let edits = (diagonal + u8::from(!same))
                    .min(column[position] + 1)
                    .min(column[position - 1] + missing);
                diagonal = column[position];
                column[position] = edits;
                least = least.min(edits);
            }
            if usize::from(least) > so_far {
                break;
            }
            let edits = column[length];
            let ends = letter.ends == End::Yes || letter.ends == End::Glued && edits == 0;
            if ends
                && edits <= allowed_edits
                && self.ends_alike(&letters[..=at])
                && best.is_none_or(|(_, fewest)| edits <= fewest)
            {
                best = Some((at + 1, edits));
            }
        }
        best
    }

    /// Tells whether one of the last two letters is right: `Registration at` is as few edits from
    /// `Registration No` as a misreading of it, but says something else.
    fn ends_alike(&self, letters: &[Letter]) -> bool {
        let from_end = |back: usize| letters.len().checked_sub(back).map(|at| letters[at].folded);
        match self.folded[..] {
            [.., before, last] => {
                from_end(1) == Some(last)
                    || from_end(2) == Some(before)
                    || from_end(2) == Some(last)
            }
            _ => true,
        }
    }
}

impl Letters {
    /// Folds the words `start..end` of a page.
    pub fn of_words(layout: &Layout, start: usize, end: usize) -> Self {
        let mut letters =
            Self { letters: Vec::with_capacity((end - start) * 6), starts: Vec::new() };
        for index in start..end {
            letters.push_word(index, &layout.words[index].text);
        }
        letters.find_starts();
        letters
    }

    /// Folds words that are given one by one; matches number them from 0.
    pub fn of_texts<'t>(words: impl Iterator<Item = &'t str>) -> Self {
        let mut letters = Self { letters: Vec::new(), starts: Vec::new() };
        for (index, text) in words.enumerate() {
            letters.push_word(index, text);
        }
        letters.find_starts();
        letters
    }

    fn find_starts(&mut self) {
        let set = |from: usize, length: usize| {
            let window = self.letters[from..].iter().take(length);
            window.fold(0, |set, letter| set | bit(letter.folded))
        };
        let begins = self.letters.iter().enumerate().filter(|(_, letter)| letter.begins);
        self.starts = begins
            .map(|(at, _)| Start { at, narrow: set(at, NARROW), wide: set(at, WIDE) })
            .collect();
    }

    fn push_word(&mut self, word: usize, text: &str) {
        // A bar by itself is a ruled line, in a word it is a letter.
        if text.chars().all(|character| matches!(character, '|' | '!' | '[' | ']')) {
            return;
        }
        let first = self.letters.len();
        let mut fresh = true;
        for (from, character) in text.char_indices() {
            let to = from + character.len_utf8();
            let Some(folded) = fold(character) else {
                fresh = true;
                if let Some(before) = self.letters[first..].last_mut() {
                    before.ends = End::Yes;
                }
                continue;
            };
            if let Some(before) = self.letters[first..].last_mut() {
                if before.ends == End::No
                    && is_digit_at(text, from)
                    && !is_digit_at(text, before.from)
                {
                    before.ends = End::Glued;
                }
                if before.folded == 'R' && folded == 'N' && !fresh {
                    // `rn` and `m` look alike.
                    (before.folded, before.to) = ('M', to);
                    continue;
                }
            }
            self.letters.push(Letter { folded, word, from, to, begins: fresh, ends: End::No });
            fresh = false;
        }
        if let Some(last) = self.letters[first..].last_mut() {
            last.ends = End::Yes;
        }
    }
}

fn is_digit_at(text: &str, byte: usize) -> bool {
    text.as_bytes().get(byte).is_some_and(u8::is_ascii_digit)
}

/// Folds a character: capitals without accents, look-alikes merged; `None` for punctuation.
fn fold(character: char) -> Option<char> {
    match character {
        // Inside a word these are letters.
        '|' | '!' | '[' | ']' => Some(merge('I')),
        '$' | '§' => Some(merge('S')),
        '¢' | '©' => Some(merge('C')),
        letter if letter.is_alphanumeric() => letter.to_uppercase().next().map(merge),
        _ => None,
    }
}

/// Returns a letter's bit in a set of letters; rare ones share bits.
fn bit(letter: char) -> u64 {
    1 << (u32::from(letter) % 64)
}
