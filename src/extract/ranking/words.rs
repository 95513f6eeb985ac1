//! What the words of a row look like, one token each: known words, and kinds such as a date or a
//! postcode.
//!
//! `features` counts the tokens of the rows around a candidate. Language and place are not known
//! here: words come from the ranker, kinds are of signs and digits.

use std::ops::Range;

use crate::document::Word;
use crate::extract::layout::Layout;
use crate::extract::word_range::WordRange;
use crate::normalize::fold;

/// Shortest word that is learned.
const SHORTEST: usize = 2;
/// A caption ends in one of so many words.
const CAPTION_WORDS: usize = 3;
/// Digits of a telephone number.
const PHONE_DIGITS: std::ops::RangeInclusive<u32> = 9..=13;

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

/// Returns the words of a text as they are learned: folded, and only those of letters.
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

/// Counts of signs in a run of words, and how sure they were read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Signs {
    pub letters: u32,
    pub capitals: u32,
    pub digits: u32,
    pub others: u32,
    pub words: u32,
    /// Sum of the confidences, each times the length of its word.
    pub confidence: f32,
    /// Least confidence of a word with letters or digits.
    pub worst: f32,
}

impl Signs {
    pub const NONE: Self = Self {
        letters: 0,
        capitals: 0,
        digits: 0,
        others: 0,
        words: 0,
        confidence: 0.0,
        worst: 100.0,
    };

    fn of(word: &Word) -> Self {
        let mut signs = Self { words: 1, ..Self::NONE };
        for character in word.text.chars() {
            if character.is_ascii_digit() {
                signs.digits += 1;
            } else if character.is_alphabetic() {
                signs.letters += 1;
                signs.capitals += u32::from(character.is_uppercase());
            } else {
                signs.others += 1;
            }
        }
        signs.confidence = word.confidence * signs.all() as f32;
        if signs.letters + signs.digits > 0 {
            signs.worst = word.confidence;
        }
        signs
    }

    pub fn add(&mut self, other: &Self) {
        self.letters += other.letters;
        self.capitals += other.capitals;
        self.digits += other.digits;
        self.others += other.others;
        self.words += other.words;
        self.confidence += other.confidence;
        self.worst = self.worst.min(other.worst);
    }

    pub fn all(&self) -> u32 {
        self.letters + self.digits + self.others
    }
}

/// What one word looks like.
struct Look {
    signs: Signs,
    /// One bit a kind that a single word tells.
    kinds: u32,
    first: Option<char>,
    last: Option<char>,
    /// Its learned words: the first and the one after the last, in [`Words::tokens`].
    tokens: Range<usize>,
}

/// All words of a page as features see them.
pub(crate) struct Words {
    looks: Vec<Look>,
    tokens: Vec<u16>,
}

impl Words {
    /// Looks at the words of a page; `known` are the learned words, ascending.
    pub fn new(layout: &Layout, known: &[String]) -> Self {
        let mut words = Self { looks: Vec::with_capacity(layout.words.len()), tokens: Vec::new() };
        for word in &layout.words {
            let start = words.tokens.len();
            for learned in learned_words(&word.text) {
                let found = known.binary_search(&learned).ok();
                let token = found.and_then(|index| u16::try_from(KINDS + index).ok());
                words.tokens.extend(token);
            }
            let signs = Signs::of(word);
            words.looks.push(Look {
                signs,
                kinds: kinds_of_word(&word.text, &signs),
                first: word.text.chars().next(),
                last: word.text.chars().next_back(),
                tokens: start..words.tokens.len(),
            });
        }
        words
    }

    /// Counts the signs of a run of words.
    pub fn signs(&self, run: WordRange) -> Signs {
        let mut signs = Signs::NONE;
        for look in &self.looks[run.indices()] {
            signs.add(&look.signs);
        }
        signs
    }

    /// Returns the tokens of a run of words: its kinds, then its learned words, each once.
    pub fn tokens(&self, run: WordRange) -> Vec<u16> {
        let kinds = self.kinds(run);
        let mut tokens: Vec<u16> =
            (0..KINDS as u16).filter(|kind| kinds & (1 << kind) != 0).collect();
        if let [first, .., last] | [first @ last] = &self.looks[run.indices()] {
            let learned = &self.tokens[first.tokens.start..last.tokens.end];
            for &token in learned {
                if !tokens.contains(&token) {
                    tokens.push(token);
                }
            }
        }
        tokens
    }

    /// Returns the kinds of a run of words, one bit each.
    fn kinds(&self, run: WordRange) -> u32 {
        let looks = &self.looks[run.indices()];
        let mut kinds = 0;
        let mut signs = Signs::NONE;
        let mut digits_before = 0;
        for (index, look) in looks.iter().enumerate() {
            signs.add(&look.signs);
            kinds |= look.kinds & if index < CAPTION_WORDS { !0 } else { !bit(Kind::Caption) };
            let digits = look.signs.digits;
            // A telephone number may be divided into words.
            let apart = look.signs.letters == 0;
            set(&mut kinds, Kind::Phone, apart && PHONE_DIGITS.contains(&(digits_before + digits)));
            digits_before = if apart { digits } else { 0 };
        }
        let first = looks.first().and_then(|look| look.first);
        let last = looks.last().and_then(|look| look.last);
        let Signs { letters, capitals, others, words, .. } = signs;
        for (kind, is) in [
            (Kind::StartsWithDigit, first.is_some_and(|c| c.is_ascii_digit())),
            (Kind::StartsWithBracket, matches!(first, Some('(' | '['))),
            (Kind::EndsWithComma, matches!(last, Some(',' | ';'))),
            (Kind::EndsWithPoint, last == Some('.')),
            (Kind::NoLetters, letters == 0),
            (Kind::FewLetters, letters > 0 && letters < 4),
            (Kind::ManySigns, others * 4 > signs.all()),
            (Kind::AllCapitals, letters > 3 && capitals * 10 >= letters * 9),
            (Kind::Lowercase, letters > 3 && capitals == 0),
            (Kind::Capitalized, letters > 3 && capitals > 0 && capitals * 2 < letters),
            (Kind::OneWord, words == 1),
            (Kind::TwoWords, words == 2),
            (Kind::ManyWords, words > 5),
        ] {
            set(&mut kinds, kind, is);
        }
        kinds
    }
}

const fn bit(kind: Kind) -> u32 {
    1 << kind as u32
}

fn set(kinds: &mut u32, kind: Kind, is: bool) {
    *kinds |= u32::from(is) << kind as u32;
}

/// Returns the kinds that a word tells by itself, one bit each.
fn kinds_of_word(text: &str, signs: &Signs) -> u32 {
    let mut kinds = 0;
    for (kind, signs) in [
        (Kind::Caption, &[':', ';'][..]),
        (Kind::HasComma, &[',']),
        (Kind::HasBracket, &['(', ')', '[', ']']),
        (Kind::HasAmpersand, &['&']),
        (Kind::HasPercent, &['%']),
        (Kind::HasHash, &['#']),
        (Kind::WebAddress, &['@']),
    ] {
        set(&mut kinds, kind, text.contains(signs));
    }
    set(&mut kinds, Kind::LongNumber, signs.digits >= 8);
    set(&mut kinds, Kind::MixedNumber, signs.digits > 0 && signs.letters > 0);
    set(&mut kinds, Kind::LegalForm, signs.letters >= 2 && is_legal_form(text));
    set(&mut kinds, Kind::WebAddress, signs.letters > 4 && is_web_address(text));
    if signs.digits > 0 {
        let shape = Shape::of(text);
        set(&mut kinds, Kind::Amount, shape.is_amount());
        set(&mut kinds, Kind::Date, shape.is_date());
        set(&mut kinds, Kind::Time, shape.is_time());
        set(&mut kinds, Kind::RegistrationNumber, shape.is_registration());
        set(&mut kinds, Kind::Postcode, shape.has_postcode());
        set(&mut kinds, Kind::Phone, shape.is_phone());
    }
    kinds
}

fn is_legal_form(text: &str) -> bool {
    let bare: String =
        text.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_uppercase).collect();
    LEGAL_FORMS.contains(&bare.as_str()) || (bare.len() > 5 && bare.ends_with("BHD"))
}

fn is_web_address(text: &str) -> bool {
    let has = |part: &[u8]| text.as_bytes().windows(4).any(|four| four.eq_ignore_ascii_case(part));
    text.get(..3).is_some_and(|head| head.eq_ignore_ascii_case("www")) || has(b".com")
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
}
