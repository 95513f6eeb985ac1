//! What the words of a row look like, one token each: known words, and kinds such as a date or a
//! postcode.
//!
//! `features` counts the tokens of the rows around a candidate. Language and place are not known
//! here: words come from the ranker, kinds are of signs and digits.

use crate::extract::layout::Layout;
use crate::model::Ranker;
use crate::normalize::fold;

/// Shortest word that is learned.
const SHORTEST: usize = 2;

/// What a row or word may look like; each is a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Amount,
    Date,
    Time,
    /// Nine digits or more, perhaps with dashes and spaces, or a short area code before a dash.
    Phone,
    /// Five digits by themselves.
    Postcode,
    /// Five to eight digits, a dash and a letter.
    RegistrationNumber,
    /// A word that companies end with.
    LegalForm,
    WebAddress,
    /// A colon near the beginning: what stands before it is a caption.
    Caption,
    StartsWithDigit,
    StartsWithBracket,
    EndsWithComma,
    EndsWithPoint,
    HasComma,
    HasBracket,
    HasAmpersand,
    HasPercent,
    HasHash,
    AllCapitals,
    Capitalized,
    Lowercase,
    OneWord,
    TwoWords,
    ManyWords,
    NoLetters,
    FewLetters,
    ManySigns,
    LongNumber,
    MixedNumber,
    Nothing,
}

/// Number of kinds; tokens from here on are the ranker's words.
pub(super) const KINDS: usize = Kind::Nothing as usize + 1;

/// Forms of companies, folded.
const LEGAL_FORMS: [&str; 22] = [
    "SDN",
    "SON",
    "BHD",
    "BERHAD",
    "INC",
    "INCORPORATED",
    "LTD",
    "LIMITED",
    "LLC",
    "LLP",
    "CORP",
    "CORPORATION",
    "COMPANY",
    "CO",
    "GMBH",
    "AG",
    "SA",
    "SARL",
    "BV",
    "PLC",
    "PTE",
    "PTY",
];

/// Returns the known words of a text, folded, as they are learned: only those of letters.
pub fn learned_words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|part| {
            let digits = part.chars().filter(char::is_ascii_digit).count();
            let length = part.chars().count();
            length >= SHORTEST && digits * 3 <= length
        })
        .map(fold)
        .filter(|word| word.len() >= SHORTEST)
}

/// Adds the tokens of one word of the page: the ranker's words in it.
pub(super) fn push_words(text: &str, ranker: &Ranker, tokens: &mut Vec<u16>) {
    for word in learned_words(text) {
        let found = ranker.words.binary_search(&word).ok();
        if let Some(token) = found.and_then(|index| u16::try_from(KINDS + index).ok())
            && !tokens.contains(&token)
        {
            tokens.push(token);
        }
    }
}

/// Counts of signs in a run of words.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Signs {
    pub letters: u32,
    pub capitals: u32,
    pub digits: u32,
    pub others: u32,
    pub words: u32,
}

impl Signs {
    pub fn of(text: &str) -> Self {
        let mut signs = Self { words: 1, ..Self::default() };
        for character in text.chars() {
            if character.is_ascii_digit() {
                signs.digits += 1;
            } else if character.is_alphabetic() {
                signs.letters += 1;
                signs.capitals += u32::from(character.is_uppercase());
            } else {
                signs.others += 1;
            }
        }
        signs
    }

    pub fn add(&mut self, other: Self) {
        self.letters += other.letters;
        self.capitals += other.capitals;
        self.digits += other.digits;
        self.others += other.others;
        self.words += other.words;
    }

    pub fn all(self) -> u32 {
        self.letters + self.digits + self.others
    }
}

/// Adds the kinds of a run of words `start..end` as tokens.
pub(super) fn push_kinds(layout: &Layout, (start, end): (usize, usize), tokens: &mut Vec<u16>) {
    let mut add = |kind: Kind, is: bool| {
        if is {
            tokens.push(kind as u16);
        }
    };
    let words = &layout.words[start..end];
    let mut signs = Signs::default();
    let (mut amount, mut date, mut time, mut phone, mut long) = (false, false, false, false, false);
    let (mut postcode, mut legal, mut web, mut registered) = (false, false, false, false);
    let (mut comma, mut bracket, mut ampersand, mut percent) = (false, false, false, false);
    let (mut hash, mut mixed, mut caption) = (false, false, false);
    let mut digits_before = 0;
    for (index, word) in words.iter().enumerate() {
        let text = word.text.as_str();
        let of = Signs::of(text);
        signs.add(of);
        let shape = Shape::of(text);
        amount |= shape.is_amount();
        date |= shape.is_date();
        time |= shape.is_time();
        registered |= shape.is_registration();
        postcode |= shape.has_postcode();
        phone |= shape.is_phone()
            || (of.letters == 0 && (9..=13).contains(&(digits_before + of.digits)));
        digits_before = if of.letters == 0 { of.digits } else { 0 };
        long |= of.digits >= 8;
        mixed |= of.digits > 0 && of.letters > 0;
        caption |= index < 3 && text.contains([':', ';']);
        comma |= text.contains(',');
        bracket |= text.contains(['(', ')', '[', ']']);
        ampersand |= text.contains('&');
        percent |= text.contains('%');
        hash |= text.contains('#');
        web |= text.contains('@') || shape.is_web(text);
        legal |= of.letters >= 2 && is_legal_form(text);
    }
    add(Kind::Amount, amount);
    add(Kind::Date, date);
    add(Kind::Time, time);
    add(Kind::Phone, phone);
    add(Kind::Postcode, postcode);
    add(Kind::RegistrationNumber, registered);
    add(Kind::LegalForm, legal);
    add(Kind::WebAddress, web);
    add(Kind::Caption, caption);
    add(Kind::HasComma, comma);
    add(Kind::HasBracket, bracket);
    add(Kind::HasAmpersand, ampersand);
    add(Kind::HasPercent, percent);
    add(Kind::HasHash, hash);
    add(Kind::LongNumber, long);
    add(Kind::MixedNumber, mixed);
    let first = words.first().and_then(|word| word.text.chars().next());
    let last = words.last().and_then(|word| word.text.chars().next_back());
    add(Kind::StartsWithDigit, first.is_some_and(|c| c.is_ascii_digit()));
    add(Kind::StartsWithBracket, matches!(first, Some('(' | '[')));
    add(Kind::EndsWithComma, matches!(last, Some(',' | ';')));
    add(Kind::EndsWithPoint, last == Some('.'));
    add(Kind::NoLetters, signs.letters == 0);
    add(Kind::FewLetters, signs.letters > 0 && signs.letters < 4);
    add(Kind::ManySigns, signs.others * 4 > signs.all());
    add(Kind::AllCapitals, signs.letters > 3 && signs.capitals * 10 >= signs.letters * 9);
    add(Kind::Lowercase, signs.letters > 3 && signs.capitals == 0);
    add(
        Kind::Capitalized,
        signs.letters > 3 && signs.capitals > 0 && signs.capitals * 2 < signs.letters,
    );
    add(Kind::OneWord, signs.words == 1);
    add(Kind::TwoWords, signs.words == 2);
    add(Kind::ManyWords, signs.words > 5);
}

fn is_legal_form(text: &str) -> bool {
    let bare: String =
        text.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_uppercase).collect();
    LEGAL_FORMS.contains(&bare.as_str()) || (bare.len() > 5 && bare.ends_with("BHD"))
}

/// A word as a row of signs: `9` for digits, `A` for letters, others as they are, runs of digits
/// and letters counted.
struct Shape {
    runs: Vec<(char, usize)>,
}

impl Shape {
    fn of(text: &str) -> Self {
        let mut runs: Vec<(char, usize)> = Vec::new();
        for character in text.chars() {
            let sign = match character {
                c if c.is_ascii_digit() => '9',
                c if c.is_alphabetic() => 'A',
                c => c,
            };
            match runs.last_mut() {
                Some((last, count)) if *last == sign => *count += 1,
                _ => runs.push((sign, 1)),
            }
        }
        Self { runs }
    }

    fn is_amount(&self) -> bool {
        self.runs
            .windows(3)
            .any(|run| run[0].0 == '9' && matches!(run[1], ('.' | ',', 1)) && run[2] == ('9', 2))
    }

    fn is_date(&self) -> bool {
        self.runs.windows(5).any(|run| {
            let joint = |sign: char| matches!(sign, '/' | '-' | '.');
            run[0].0 == '9'
                && run[4].0 == '9'
                && joint(run[1].0)
                && run[1] == run[3]
                && matches!(run[2], ('9', 1..=2) | ('A', 3..=9))
                && (run[0].1 <= 2 || run[0].1 == 4)
                && matches!(run[4].1, 1 | 2 | 4)
        })
    }

    fn is_time(&self) -> bool {
        self.runs
            .windows(3)
            .any(|run| matches!(run[0], ('9', 1..=2)) && run[1] == (':', 1) && run[2] == ('9', 2))
    }

    fn is_phone(&self) -> bool {
        self.runs.windows(3).any(|run| {
            matches!(run[0], ('9', 2..=3)) && run[1] == ('-', 1) && matches!(run[2], ('9', 4..=8))
        })
    }

    fn is_registration(&self) -> bool {
        self.runs
            .windows(3)
            .any(|run| matches!(run[0], ('9', 5..=8)) && run[1] == ('-', 1) && run[2] == ('A', 1))
    }

    fn has_postcode(&self) -> bool {
        self.runs.iter().enumerate().any(|(index, run)| {
            let beside = |at: Option<usize>| {
                at.and_then(|at| self.runs.get(at))
                    .is_none_or(|run| matches!(run.0, ',' | '.' | 'A' | ';' | '(' | ')'))
            };
            *run == ('9', 5) && beside(index.checked_sub(1)) && beside(Some(index + 1))
        })
    }

    fn is_web(&self, text: &str) -> bool {
        let points = self.runs.windows(3).filter(|run| {
            run[0].0 == 'A'
                && run[0].1 >= 2
                && run[1] == ('.', 1)
                && run[2].0 == 'A'
                && run[2].1 >= 2
        });
        points.count() > 0
            && (text.to_lowercase().contains("www") || text.to_lowercase().contains(".com"))
    }
}
