//! In what a reading differs from a value, and whether that is a misreading or another value.
//!
//! Recognition takes letters for others that look like them, now and then any letter for any other, and loses or adds
//! words at the ends of a text. Numbers are what tells branches, houses and aircraft apart: one digit for another is a
//! misreading only where very many documents have the one and a single one the other.

use super::likeness::{capital, look_alike, sign_of};

/// Cost of one whole edit.
const EDIT: u32 = 20;
/// Cost of exchanging two characters that look alike.
const LOOK_ALIKE: u32 = 4;
/// Cost of a space or a sign too many or too few.
const SEPARATOR: u32 = 5;

/// Of so many documents one has a digit misread rather than a number of its own: about one digit of 200 is.
const DOCUMENTS_PER_WRONG_DIGIT: u32 = 10;
/// Numbers from this length on (postcodes, registrations) do not differ by one between neighbors.
const LONG_NUMBER: usize = 5;
/// The same for them.
const DOCUMENTS_PER_WRONG_LONG_NUMBER: u32 = 3;
/// The same for a letter that is read as one that does not look like it: where one document is, two may be.
const DOCUMENTS_PER_WRONG_LETTER: u32 = 3;
/// Words that one letter makes others.
const SHORT_WORD: usize = 3;

/// A reading laid beside a value, character by character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Alignment {
    /// For each character of the value, what the reading has for it.
    pub(super) at: Vec<Option<char>>,
    /// What the reading has before each character of the value, and at its end.
    pub(super) before: Vec<String>,
}

/// How much speaks for the value, and for the reading.
#[derive(Debug, Clone, Copy)]
pub(super) struct Support {
    /// Other documents that have the value.
    pub(super) value: u32,
    /// Documents that have the reading.
    pub(super) reading: u32,
    /// Whether the reading was much less sure than others of the value.
    pub(super) is_unsure: bool,
}

impl Support {
    fn outnumbers(self, times: u32) -> bool {
        self.value >= self.reading.saturating_mul(times)
    }
}

/// Lays a reading beside a value so that the edits between them cost least (Needleman and Wunsch 1970).
pub(super) fn align(value: &[char], reading: &[char]) -> Alignment {
    let own: Vec<Sign> = value.iter().copied().map(Sign::of).collect();
    let read: Vec<Sign> = reading.iter().copied().map(Sign::of).collect();
    let costs = Costs::of(&own, &read);
    let mut found =
        Alignment { at: vec![None; value.len()], before: vec![String::new(); value.len() + 1] };
    let (mut row, mut column) = (value.len(), reading.len());
    while row > 0 || column > 0 {
        let cost = costs.at(row, column);
        let [exchange, left_out] = match (row, column) {
            (0, _) => [u32::MAX, u32::MAX],
            (_, 0) => [u32::MAX, cost],
            _ => {
                let [exchange, left_out, _] =
                    costs.steps(row, column, own[row - 1], read[column - 1]);
                [exchange, left_out]
            }
        };
        if cost == exchange {
            (row, column) = (row - 1, column - 1);
            found.at[row] = Some(reading[column]);
        } else if cost == left_out {
            row -= 1;
        } else {
            column -= 1;
            found.before[row].insert(0, reading[column]);
        }
    }
    found
}

/// A character with all that the inner loop asks of it.
#[derive(Debug, Clone, Copy)]
struct Sign {
    capital: char,
    /// What stands for all that look like it.
    family: char,
    /// What it costs to leave it out.
    gap: u32,
}

impl Sign {
    fn of(character: char) -> Self {
        let gap = if is_separator(character) { SEPARATOR } else { EDIT };
        Self { capital: capital(character), family: sign_of(character), gap }
    }

    fn exchange(self, other: Self) -> u32 {
        if self.capital == other.capital {
            0
        } else if self.family == other.family {
            LOOK_ALIKE
        } else {
            // Two signs cost as much as leaving one out, a letter a whole edit.
            self.gap.max(other.gap)
        }
    }
}

/// What it costs to make the beginning of a reading, by columns, out of the beginning of a value, by rows.
struct Costs {
    all: Vec<u32>,
    width: usize,
}

impl Costs {
    fn of(own: &[Sign], read: &[Sign]) -> Self {
        let width = read.len() + 1;
        let mut costs = Self { all: vec![0; (own.len() + 1) * width], width };
        for column in 1..width {
            costs.all[column] = costs.at(0, column - 1) + read[column - 1].gap;
        }
        for row in 1..=own.len() {
            costs.all[row * width] = costs.at(row - 1, 0) + own[row - 1].gap;
            for column in 1..width {
                let [exchange, left_out, added] =
                    costs.steps(row, column, own[row - 1], read[column - 1]);
                costs.all[row * width + column] = exchange.min(left_out).min(added);
            }
        }
        costs
    }

    fn at(&self, row: usize, column: usize) -> u32 {
        self.all[row * self.width + column]
    }

    /// Returns what it costs to come to a cell by exchanging, leaving out and adding a character.
    fn steps(&self, row: usize, column: usize, own: Sign, read: Sign) -> [u32; 3] {
        [
            self.at(row - 1, column - 1) + own.exchange(read),
            self.at(row - 1, column) + own.gap,
            self.at(row, column - 1) + read.gap,
        ]
    }
}

fn is_separator(character: char) -> bool {
    !character.is_alphanumeric()
}

/// Tells whether a reading differs from a value only in what recognition gets wrong.
pub(super) fn is_misreading(value: &str, reading: &str, support: Support) -> bool {
    let value: Vec<char> = value.chars().collect();
    let reading: Vec<char> = reading.chars().collect();
    let differences = Differences::of(&value, &align(&value, &reading));
    differences.words.iter().enumerate().all(|(index, word)| {
        let at_end = differences.words[index..].iter().all(|word| word.is_missing())
            || differences.words[..=index].iter().all(|word| word.is_missing());
        word.is_misread(at_end, support)
    }) && differences.extra.iter().all(|extra| extra.is_noise(support))
}

/// Tells whether two values differ in nothing but characters that look alike, and no digits.
pub(super) fn looks_the_same(value: &str, reading: &str) -> bool {
    let value: Vec<char> = value.chars().collect();
    let reading: Vec<char> = reading.chars().collect();
    let differences = Differences::of(&value, &align(&value, &reading));
    differences.extra.is_empty()
        && differences.words.iter().all(|word| word.digits + word.letters + word.missing == 0)
}

/// All differences of a reading, by the words of the value.
#[derive(Debug, Default)]
struct Differences {
    words: Vec<WordDifference>,
    extra: Vec<ExtraWord>,
}

/// In what a word of the value was read otherwise.
#[derive(Debug, Default, Clone, Copy)]
struct WordDifference {
    length: usize,
    /// Digits of the value's word.
    numbers: usize,
    /// Digits for other digits, digits too many or too few.
    digits: usize,
    /// Letters for others that do not look like them, letters too many or too few.
    letters: usize,
    /// Characters without any in the reading, among those counted above.
    missing: usize,
}

/// A word that the value has not, or all that stands behind it.
#[derive(Debug)]
struct ExtraWord {
    text: String,
    at_end: bool,
}

impl Differences {
    fn of(value: &[char], alignment: &Alignment) -> Self {
        let mut found = Self::default();
        let mut inside = false;
        for (index, &character) in value.iter().enumerate() {
            let is_letter = !is_separator(character);
            let extra = &alignment.before[index];
            found.add_extra(extra, inside && is_letter, (inside, is_letter));
            if is_letter {
                if !inside {
                    found.words.push(WordDifference::default());
                    found.take_pending(index, alignment);
                }
                if let Some(word) = found.words.last_mut() {
                    word.add(character, alignment.at[index]);
                }
            }
            inside = is_letter;
        }
        let behind = found.extra.len();
        found.add_extra(&alignment.before[value.len()], false, (inside, false));
        let behind: String = found.extra.drain(behind..).map(|word| word.text).collect();
        if !behind.is_empty() {
            found.extra.push(ExtraWord { text: behind, at_end: true });
        }
        found
    }

    /// Characters that stand right before a word belong to it; [`Self::add_extra`] has left them.
    fn take_pending(&mut self, index: usize, alignment: &Alignment) {
        let extra = &alignment.before[index];
        let attached: String = extra.chars().rev().take_while(|c| c.is_alphanumeric()).collect();
        if let Some(word) = self.words.last_mut() {
            attached.chars().for_each(|character| word.add_extra(character));
        }
    }

    /// Counts what the reading has between two characters of the value: `within` one word, or after a word and before
    /// another, to which what touches them belongs.
    fn add_extra(&mut self, extra: &str, within: bool, (after_word, before_word): (bool, bool)) {
        if extra.is_empty() {
            return;
        }
        if within {
            if let Some(word) = self.words.last_mut() {
                extra.chars().filter(|c| c.is_alphanumeric()).for_each(|c| word.add_extra(c));
            }
            return;
        }
        let mut rest = extra;
        if after_word {
            let end = rest.find(is_separator).unwrap_or(rest.len());
            if let Some(word) = self.words.last_mut() {
                rest[..end].chars().for_each(|character| word.add_extra(character));
            }
            rest = &rest[end..];
        }
        if before_word {
            rest = rest.trim_end_matches(char::is_alphanumeric);
        }
        for text in rest.split(is_separator).filter(|text| !text.is_empty()) {
            self.extra.push(ExtraWord { text: text.to_owned(), at_end: false });
        }
    }
}

impl WordDifference {
    fn add(&mut self, own: char, read: Option<char>) {
        self.length += 1;
        self.numbers += usize::from(own.is_ascii_digit());
        match read {
            None if own.is_ascii_digit() => {
                (self.digits, self.missing) = (self.digits + 1, self.missing + 1);
            }
            None => (self.letters, self.missing) = (self.letters + 1, self.missing + 1),
            Some(read) if capital(read) == capital(own) => {}
            Some(read) if own.is_ascii_digit() && read.is_ascii_digit() => self.digits += 1,
            Some(read) if look_alike(own, read) => {}
            Some(_) => self.letters += 1,
        }
    }

    fn add_extra(&mut self, read: char) {
        if read.is_ascii_digit() && self.numbers > 0 {
            self.digits += 1;
        } else {
            self.letters += 1;
        }
    }

    fn is_missing(self) -> bool {
        self.missing == self.length
    }

    fn is_misread(self, at_end: bool, support: Support) -> bool {
        if self.is_missing() {
            // One that was read well lacks the word because it is not printed there.
            let is_cut = at_end || self.numbers == 0;
            return is_cut && support.is_unsure && support.outnumbers(2);
        }
        let needed = if self.numbers >= LONG_NUMBER && self.digits == 1 {
            DOCUMENTS_PER_WRONG_LONG_NUMBER
        } else {
            DOCUMENTS_PER_WRONG_DIGIT
        };
        if self.digits > 0 && !(self.digits <= 2 && support.outnumbers(needed)) {
            return false;
        }
        let surely = support.is_unsure || support.outnumbers(DOCUMENTS_PER_WRONG_DIGIT);
        match (self.letters, self.length) {
            (0, _) => true,
            (letters, length @ ..=SHORT_WORD) => letters < length && surely,
            (letters, length) if letters * 3 <= length => {
                surely || support.outnumbers(DOCUMENTS_PER_WRONG_LETTER)
            }
            (letters, length) => letters * 3 <= length * 2 && surely,
        }
    }
}

impl ExtraWord {
    /// What stands behind a value may be the next thing on the page; a short number may be that of a branch.
    fn is_noise(&self, support: Support) -> bool {
        let digits = self.text.chars().filter(char::is_ascii_digit).count();
        let is_number = digits > 0 && !(self.at_end && digits >= LONG_NUMBER);
        let is_single = self.text.chars().count() == 1 && digits == 0;
        let surely = support.is_unsure || support.outnumbers(DOCUMENTS_PER_WRONG_DIGIT);
        is_single || (!is_number && support.outnumbers(2) && surely)
    }
}
