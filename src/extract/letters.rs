//! The folded letters of a run of words, and an index of where three of them stand together.
//!
//! Knows words, not phrases: `phrase` looks for its letters here.

use std::sync::LazyLock;

use super::layout::Layout;
use crate::document::{Doubt, Word};
use crate::normalize::{EDIT, exchange, family, merge};

/// Letters in the window that rules out most places for short phrases at a glance: those of a phrase that is
/// not looked up by three letters, and one more.
pub(super) const WINDOW: usize = 6;
/// Confidence from which on a word's characters are sure, but those that have a doubt.
const SURE: f32 = 95.0;
/// Most buckets of the index, as a power of two.
const MOST_BUCKETS: usize = 1 << 12;

/// The folded letters of words, line by line, and where each came from.
pub(crate) struct Letters {
    all: Vec<Letter>,
    /// Their families, and where the line of each ends.
    families: Vec<char>,
    line_ends: Vec<u32>,
    /// Positions at which a phrase may begin, and what stands there, 64 by 64.
    starts: Vec<usize>,
    /// For each position the number of the first start that is not before it.
    next_starts: Vec<u32>,
    windows: Vec<Windows>,
    /// Positions of letters, in order of the bucket of the three that begin there.
    positions: Vec<u32>,
    /// Where each bucket begins in `positions`; one more than there are buckets.
    buckets: Vec<u32>,
}

/// What stands at 64 places where a phrase may begin: for each letter of a set of letters one bit a place.
#[derive(Debug, Clone)]
struct Windows {
    /// The letter's family stands in the window.
    within: [u64; 64],
    /// The letter may be one of the first two.
    heads: [u64; 64],
}

/// For each ASCII letter the set of those that it is taken for more cheaply than any letter is.
static NEAR: LazyLock<[u64; 128]> = LazyLock::new(|| {
    let capitals = || (0..128_u8).map(char::from).filter(|c| !c.is_ascii_lowercase());
    let near = |letter: char| {
        let alike = capitals().filter(|&other| exchange(letter, other) < EDIT);
        alike.fold(0, |set, other| set | bit(other))
    };
    std::array::from_fn(|letter| near(char::from(letter as u8)))
});

/// A letter of a word.
#[derive(Debug, Clone, Copy)]
pub(super) struct Letter {
    pub look: Look,
    pub word: u32,
    /// Byte of the letter in its word, and of what follows it.
    pub from: u32,
    pub to: u32,
    /// A phrase may begin here.
    pub begins: bool,
    /// Whether a phrase may end here.
    pub ends: End,
}

/// What a letter looks like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Look {
    /// The letter, or the one that stands for it and its doubles.
    pub folded: char,
    /// The letter that stands for all that look somewhat like it.
    pub family: char,
    /// It was read as a digit.
    pub digit: bool,
    /// It was read as a digit of a word without letters: a number, in which no letter was misread.
    pub in_number: bool,
    /// The recognizer was sure of its shape.
    pub is_sure: bool,
    /// Joins that it may be as a whole, and that it and the letter before it may be together.
    whole: u8,
    pair: u8,
}

/// What follows a letter.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub(super) enum End {
    /// The word goes on.
    No,
    /// A value is glued to it, as in `No1234`: only a perfect phrase ends here.
    Glued,
    /// The word ends, or a sign follows.
    Yes,
}

impl Look {
    fn new(folded: char, before: Option<char>, digit: bool) -> Self {
        let whole = match folded {
            'D' => 1,
            'W' => 2,
            'U' | 'H' => 4,
            'M' => 8,
            _ => 0,
        };
        let pair = match (before, folded) {
            (Some('C'), 'I') => 1,
            (Some('V'), 'V') => 2,
            (Some('I'), 'I') => 4,
            (Some('I'), 'N') | (Some('N'), 'I') => 8,
            _ => 0,
        };
        Self {
            folded,
            family: family(folded),
            digit,
            in_number: false,
            is_sure: false,
            whole,
            pair,
        }
    }

    /// Tells whether this letter and the one before it look like the other one, as `cl` like `d`.
    pub fn joins_to(self, other: Self) -> bool {
        self.pair & other.whole != 0
    }

    /// Returns the bit of the letter itself in a set.
    pub fn bit(self) -> u64 {
        bit(self.folded)
    }

    /// Returns the letters that it and the one before it may be together, and those that it may be of two.
    fn joins(self) -> impl Iterator<Item = char> {
        let joined: &[char] = match self.pair {
            1 => &['D'],
            2 => &['W'],
            4 => &['U', 'H'],
            8 => &['M'],
            _ => &[],
        };
        let parts: &[char] = match self.whole {
            1 => &['C', 'I'],
            2 => &['V'],
            4 => &['I'],
            8 => &['I', 'N'],
            _ => &[],
        };
        joined.iter().chain(parts).copied()
    }

    /// Returns the bits of all letters that it may stand for at less than the cost of an edit, alone or with the
    /// letter beside it.
    fn near(self) -> u64 {
        // Of other scripts nothing is known.
        let joins = self.joins().map(bit).fold(0, join);
        NEAR.get(self.folded as usize).map_or(!0, |near| near | joins)
    }

    /// Returns the bit of the letter's family in a set.
    pub fn family_bit(self) -> u64 {
        bit(self.family)
    }

    /// Returns the bits of the letter in a set; rare ones share bits. A letter that two others may
    /// have been read as, and the other way round, counts as all of them.
    pub fn bits(self) -> u64 {
        self.joins().map(|letter| bit(family(letter))).fold(self.family_bit(), join)
    }
}

impl Letters {
    /// Folds the words of a page, row by row; matches number them as [`Layout::words`] does.
    pub fn of_rows(layout: &Layout) -> Self {
        let mut letters = Vec::with_capacity(layout.words.len() * 6);
        let mut lines = Vec::with_capacity(layout.rows.len());
        for row in &layout.rows {
            lines.push(letters.len());
            for index in row.words.indices() {
                push_read(&mut letters, index, &layout.words[index]);
            }
        }
        Self::indexed(letters, &lines)
    }

    /// Folds words that are given one by one, as one line; matches number them from 0.
    pub fn of_words<'w>(words: impl Iterator<Item = &'w Word>) -> Self {
        let mut letters = Vec::new();
        for (index, word) in words.enumerate() {
            push_read(&mut letters, index, word);
        }
        Self::indexed(letters, &[0])
    }

    /// Makes the index of letters; `lines` are the positions at which lines begin, ascending.
    fn indexed(letters: Vec<Letter>, lines: &[usize]) -> Self {
        let families: Vec<char> = letters.iter().map(|letter| letter.look.family).collect();
        let mut line_ends = vec![letters.len() as u32; letters.len()];
        for line in lines.windows(2) {
            line_ends[line[0]..line[1]].fill(line[1] as u32);
        }
        let (mut starts, mut next_starts) = (Vec::new(), Vec::with_capacity(letters.len()));
        for (at, letter) in letters.iter().enumerate() {
            next_starts.push(starts.len() as u32);
            if letter.begins {
                starts.push(at);
            }
        }
        let windows = starts.chunks(64).map(|starts| Windows::of(&letters, starts)).collect();
        let count = letters.len().next_power_of_two().clamp(16, MOST_BUCKETS);
        let mut buckets = vec![0_u32; count + 1];
        let hashes: Vec<u16> = families
            .windows(3)
            .map(|three| hash([three[0], three[1], three[2]]) & (count - 1) as u16)
            .collect();
        for &hash in &hashes {
            buckets[usize::from(hash) + 1] += 1;
        }
        for at in 0..count {
            buckets[at + 1] += buckets[at];
        }
        let mut next = buckets.clone();
        let mut positions = vec![0_u32; hashes.len()];
        for (at, &hash) in hashes.iter().enumerate() {
            let place = &mut next[usize::from(hash)];
            positions[*place as usize] = at as u32;
            *place += 1;
        }
        let all = letters;
        Self { all, families, line_ends, starts, next_starts, windows, positions, buckets }
    }

    /// Returns all letters.
    pub(super) fn all(&self) -> &[Letter] {
        &self.all
    }

    /// Returns the families of all letters.
    pub(super) fn families(&self) -> &[char] {
        &self.families
    }

    /// Returns all places from a letter on where a phrase may begin, in order.
    pub(super) fn starts_from(&self, at: usize) -> &[usize] {
        let next = self.next_starts.get(at).map_or(self.starts.len(), |next| *next as usize);
        &self.starts[next..]
    }

    /// Returns the places where a phrase may begin in whose windows at most one of a set of families is missing, or
    /// none, and whose first two letters may be one of `heads`; in order.
    pub(super) fn starts_with(&self, families: u64, heads: u64, allows_one: bool) -> Vec<usize> {
        let mut found = Vec::new();
        for (windows, starts) in self.windows.iter().zip(self.starts.chunks(64)) {
            let mut fits = windows.at(families, heads, allows_one);
            while fits != 0 {
                found.extend(starts.get(fits.trailing_zeros() as usize));
                fits &= fits - 1;
            }
        }
        found
    }

    /// Returns the end of the line that holds a letter.
    pub(super) fn line_end(&self, at: usize) -> usize {
        self.line_ends[at] as usize
    }

    /// Returns positions at which three letters whose families have a hash may begin, and some others.
    pub(super) fn near(&self, hash: u16) -> &[u32] {
        let bucket = usize::from(hash) & (self.buckets.len() - 2);
        let (from, to) = (self.buckets[bucket] as usize, self.buckets[bucket + 1] as usize);
        &self.positions[from..to]
    }
}

/// Tells whether the recognizer was sure of a character of a word.
fn is_sure(word: &Word, byte: u32) -> bool {
    let doubtful = |doubt: &Doubt| (u32::from(doubt.start)..u32::from(doubt.end)).contains(&byte);
    word.confidence >= SURE && !word.doubts.iter().any(doubtful)
}

/// Returns a number for three families, of which the low bits say which bucket they are in.
pub(super) fn hash(three: [char; 3]) -> u16 {
    // Multiplicative hashing (Knuth, TAOCP 6.4); capitals differ in their low bits.
    let [a, b, c] = three.map(u32::from);
    ((a ^ b << 7 ^ c << 14).wrapping_mul(0x9E37_79B1) >> 16) as u16
}

impl Windows {
    fn of(letters: &[Letter], starts: &[usize]) -> Self {
        let mut windows = Self { within: [0; 64], heads: [0; 64] };
        for (place, &at) in starts.iter().enumerate() {
            let window = letters[at..].iter().take(WINDOW).map(|letter| letter.look.bits());
            let heads = letters[at..].iter().take(2).map(|letter| letter.look.near());
            for (sets, set) in [
                (&mut windows.within, window.fold(0, join)),
                (&mut windows.heads, heads.fold(0, join)),
            ] {
                for letter in letters_of(set) {
                    sets[letter] |= 1 << place;
                }
            }
        }
        windows
    }

    /// Returns the places that fit, one bit each.
    fn at(&self, families: u64, heads: u64, allows_one: bool) -> u64 {
        let (mut one_missing, mut more_missing) = (0, 0);
        for family in letters_of(families) {
            let missing = !self.within[family];
            more_missing |= one_missing & missing;
            one_missing |= missing;
        }
        let begin = letters_of(heads).map(|head| self.heads[head]).fold(0, join);
        begin & !if allows_one { more_missing } else { one_missing }
    }
}

fn join(set: u64, other: u64) -> u64 {
    set | other
}

/// Returns the numbers of the bits of a set.
fn letters_of(set: u64) -> impl Iterator<Item = usize> {
    let rest = std::iter::successors(Some(set), |rest| Some(rest & rest.wrapping_sub(1)));
    rest.take_while(|rest| *rest != 0).map(|rest| rest.trailing_zeros() as usize)
}

/// Folds the words of a phrase: how its letters look, and where its words begin.
pub(super) fn fold_phrase(text: &str) -> (Vec<Look>, Vec<usize>) {
    let mut letters = Vec::with_capacity(text.len());
    let mut words = Vec::new();
    for (index, word) in text.split_whitespace().enumerate() {
        words.push(letters.len());
        push_word(&mut letters, index, word);
    }
    // A dash by itself is no word.
    words.retain(|&word| word < letters.len());
    words.dedup();
    (letters.iter().map(|letter| letter.look).collect(), words)
}

/// Folds a word of a page.
fn push_read(letters: &mut Vec<Letter>, index: usize, word: &Word) {
    let first = letters.len();
    push_word(letters, index, &word.text);
    for letter in &mut letters[first..] {
        letter.look.is_sure = is_sure(word, letter.from);
    }
}

fn push_word(letters: &mut Vec<Letter>, word: usize, text: &str) {
    // A bar by itself is a ruled line, in a word it is a letter.
    if text.chars().all(|character| matches!(character, '|' | '!' | '[' | ']')) {
        return;
    }
    let first = letters.len();
    let mut fresh = true;
    for (from, character) in text.char_indices() {
        let to = (from + character.len_utf8()) as u32;
        let Some(folded) = fold(character) else {
            fresh = true;
            if let Some(before) = letters[first..].last_mut() {
                before.ends = End::Yes;
            }
            continue;
        };
        let mut before_it = None;
        if let Some(before) = letters[first..].last_mut() {
            if before.ends == End::No
                && is_digit_at(text, from)
                && !is_digit_at(text, before.from as usize)
            {
                before.ends = End::Glued;
            }
            if before.look.folded == 'R' && folded == 'N' && !fresh {
                // `rn` and `m` look alike.
                (before.look, before.to) = (Look::new('M', None, false), to);
                continue;
            }
            before_it = Some(before.look.folded).filter(|_| !fresh);
        }
        let look = Look::new(folded, before_it, character.is_ascii_digit());
        let (word, from) = (word as u32, from as u32);
        letters.push(Letter { look, word, from, to, begins: fresh, ends: End::No });
        fresh = false;
    }
    if let Some(last) = letters[first..].last_mut() {
        last.ends = End::Yes;
    }
    let is_number = letters[first..].iter().all(|letter| letter.look.digit);
    for letter in &mut letters[first..] {
        letter.look.in_number = is_number;
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
        ascii if ascii.is_ascii() => {
            ascii.is_ascii_alphanumeric().then(|| merge(ascii.to_ascii_uppercase()))
        }
        letter if letter.is_alphanumeric() => letter.to_uppercase().next().map(merge),
        _ => None,
    }
}

/// Returns a letter's bit in a set of letters; rare ones share bits.
fn bit(letter: char) -> u64 {
    1 << (u32::from(letter) % 64)
}
