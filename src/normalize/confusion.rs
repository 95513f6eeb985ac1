//! What a recognizer takes for what: the one table behind labels, names, codes and numbers.
//!
//! `fold` measures how alike texts are with it, `extract` looks for phrases with it, `repair` asks
//! which digit a letter was. The costs are measured: 17,336 words that the native recognizer read of
//! book pages and receipts whose text is known, 81,105 characters with 430 exchanges. What is
//! confused once in 64 times (the rarer of both letters, in the case in which that is more often) or
//! more often costs [`SAME_SHAPE`], what is confused as seldom as letters that have nothing in common
//! (7 in 100,000) a whole edit, and between them the logarithm decides. Pairs that were not seen have
//! the cost of their neighbors in shape.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

/// Cost of one whole edit.
pub(crate) const EDIT: u16 = 20;
/// Cost of exchanging two letters of one shape, such as `0` and `O`.
pub(crate) const SAME_SHAPE: u16 = 4;
/// Cost of exchanging two letters and one that they look like together, such as `rn` and `m`.
pub(crate) const JOINED_COST: u16 = 4;
/// Cost of a space or a sign too many or too few.
pub(crate) const SEPARATOR: u16 = 5;

/// Pairs of letters that are read as one.
pub(crate) const JOINED: [(char, char, char); 5] =
    [('r', 'n', 'm'), ('v', 'v', 'w'), ('c', 'l', 'd'), ('i', 'i', 'u'), ('l', 'i', 'h')];

/// Letters that look alike, in lower case.
struct Class {
    /// What differs in nothing but the font; the first one stands for all.
    shape: &'static [u8],
    /// What looks somewhat like them, and what it costs.
    others: &'static [(u8, u16)],
}

const CLASSES: [Class; 9] = [
    Class { shape: b"o0q", others: &[(b'd', 4)] },
    Class { shape: b"i1l|!", others: &[(b't', 4), (b'j', 6)] },
    Class { shape: b"s5$", others: &[] },
    Class { shape: b"b8", others: &[(b'3', 4)] },
    Class { shape: b"z2", others: &[] },
    Class { shape: b"g6", others: &[(b'9', 4)] },
    Class { shape: b"c", others: &[(b'e', 7)] },
    Class { shape: b"u", others: &[(b'v', 9), (b'y', 9)] },
    Class { shape: b"h", others: &[(b'n', 14)] },
];

/// Pairs that were seen to be confused, although their letters belong to different classes.
const SEEN: [(u8, u8, u16); 10] = [
    (b'h', b'u', 10),
    (b'c', b'g', 8),
    (b'j', b'y', 5),
    (b'f', b'j', 5),
    (b'g', b'q', 5),
    (b'8', b's', 6),
    (b'h', b'm', 7),
    (b'h', b'w', 7),
    (b'n', b'u', 10),
    (b'f', b't', 10),
];

/// Which letters a digit is misread as; the first is the capital that it stands for.
const DIGITS: [(char, &str); 9] = [
    ('0', "OoQD"),
    ('1', "Ili|![]{}\\"),
    ('2', "Zz"),
    ('4', "A"),
    ('5', "Ss$§"),
    ('6', "Gb"),
    ('7', "T"),
    ('8', "B&"),
    ('9', "gq"),
];

/// Costs of exchanging two ASCII characters, in upper or lower case, 0 to [`EDIT`].
static COSTS: [[u8; 128]; 128] = costs();

const fn costs() -> [[u8; 128]; 128] {
    let small = costs_of_small();
    let mut costs = [[EDIT as u8; 128]; 128];
    let (mut a, mut b) = (0_u8, 0_u8);
    while a < 128 {
        let cost = small[a.to_ascii_lowercase() as usize][b.to_ascii_lowercase() as usize];
        if (cost as u16) < EDIT {
            costs[a as usize][b as usize] = cost;
        }
        b += 1;
        if b == 128 {
            (a, b) = (a + 1, 0);
        }
    }
    costs
}

/// Costs of exchanging two ASCII characters in lower case, 255 for a whole edit.
const fn costs_of_small() -> [[u8; 128]; 128] {
    let mut costs = [[u8::MAX; 128]; 128];
    let mut index = 0;
    while index < CLASSES.len() {
        let class = &CLASSES[index];
        let mut a = 0;
        while a < class.shape.len() {
            let mut b = 0;
            while b < class.shape.len() {
                costs[class.shape[a] as usize][class.shape[b] as usize] = SAME_SHAPE as u8;
                b += 1;
            }
            let mut other = 0;
            while other < class.others.len() {
                let (letter, cost) = class.others[other];
                costs[class.shape[a] as usize][letter as usize] = cost as u8;
                costs[letter as usize][class.shape[a] as usize] = cost as u8;
                let mut next = 0;
                while next < class.others.len() {
                    let (beside, its) = class.others[next];
                    let most = if its > cost { its } else { cost };
                    costs[letter as usize][beside as usize] = most as u8;
                    next += 1;
                }
                other += 1;
            }
            a += 1;
        }
        index += 1;
    }
    let mut seen = 0;
    while seen < SEEN.len() {
        let (a, b, cost) = SEEN[seen];
        costs[a as usize][b as usize] = cost as u8;
        costs[b as usize][a as usize] = cost as u8;
        seen += 1;
    }
    let mut letter = 0;
    while letter < 128 {
        costs[letter][letter] = 0;
        letter += 1;
    }
    costs
}

/// For each ASCII character the capital that stands for all of its shape.
static MERGED: [u8; 128] = heads(true);
/// For each merged capital the one that stands for all that look somewhat like it.
static FAMILIES: [u8; 128] = heads(false);

/// Returns for each ASCII character the head of the class of whose shape it is, or of whose others.
const fn heads(of_shape: bool) -> [u8; 128] {
    let mut heads = [0_u8; 128];
    let mut character = 0;
    while character < 128 {
        heads[character] = character as u8;
        character += 1;
    }
    // Of two classes the first one counts.
    let mut index = CLASSES.len();
    while index > 0 {
        index -= 1;
        let class = &CLASSES[index];
        let head = class.shape[0].to_ascii_uppercase();
        let count = if of_shape { class.shape.len() } else { class.others.len() };
        let mut at = 0;
        while at < count {
            let letter = if of_shape { class.shape[at] } else { class.others[at].0 };
            heads[letter.to_ascii_uppercase() as usize] = head;
            if of_shape {
                heads[letter as usize] = head;
            }
            at += 1;
        }
    }
    heads
}

/// Returns what it costs to exchange two characters, 0 to [`EDIT`]; case does not count.
#[inline]
pub(crate) fn exchange(a: char, b: char) -> u16 {
    cost(a, b).map_or_else(|| exchange_others(a, b), u16::from)
}

fn cost(a: char, b: char) -> Option<u8> {
    COSTS.get(a as usize)?.get(b as usize).copied()
}

/// [`exchange`] where one of the characters is not of ASCII.
#[cold]
fn exchange_others(a: char, b: char) -> u16 {
    let (a, b) = (bare(a), bare(b));
    if a == b { 0 } else { cost(a, b).map_or(EDIT, u16::from) }
}

/// Returns a character in lower case, a paragraph sign as the `s` that it is misread for.
fn bare(character: char) -> char {
    match character {
        '§' => '$',
        ascii if ascii.is_ascii() => ascii.to_ascii_lowercase(),
        other => other.to_lowercase().next().unwrap_or(other),
    }
}

/// Returns one of the letters and digits that look like a letter, `pick` of them modulo their number; `None` if none does.
pub(crate) fn look_alike(letter: char, pick: usize) -> Option<char> {
    const ALIKE: u16 = 7;
    let is_alike = |&other: &char| {
        let cost = exchange(letter, other);
        other != letter
            && cost > 0
            && cost <= ALIKE
            && letter.is_uppercase() != other.is_lowercase()
    };
    let others: Vec<char> =
        ('0'..='z').filter(char::is_ascii_alphanumeric).filter(is_alike).collect();
    (!others.is_empty()).then(|| others[pick % others.len()])
}

/// Returns the one letter that stands for a capital or digit and all of its shape, without accent.
pub(crate) fn merge(capital: char) -> char {
    let plain = match capital {
        '$' => return '$',
        // They are no letter with a mark, as Unicode sees it.
        'Ø' => 'O',
        'Ł' => 'L',
        'Đ' => 'D',
        ascii if ascii.is_ascii() => ascii,
        other => {
            let first = std::iter::once(other).nfd().next();
            first.filter(char::is_ascii).unwrap_or(other)
        }
    };
    if plain.is_ascii() { char::from(MERGED[plain as usize]) } else { plain }
}

/// Returns the one letter that stands for a merged capital and all that look somewhat like it.
pub(crate) fn family(merged: char) -> char {
    FAMILIES.get(merged as usize).map_or(merged, |family| char::from(*family))
}

/// Returns the digit that a character is, or that it was before it was misread, and whether it
/// was misread; `None` if it looks like no digit.
pub(crate) fn as_digit(character: char) -> Option<(char, bool)> {
    if character.is_ascii_digit() {
        return Some((character, false));
    }
    let misread = DIGITS.iter().find(|(_, letters)| letters.contains(character))?;
    Some((misread.0, true))
}

/// Returns the text with digits for the signs inside of its words that look like digits (`N&846E`), byte for byte as long.
pub(crate) fn signs_as_digits(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let inside = |at: usize| {
        let beside = [at.checked_sub(1).and_then(|left| bytes.get(left)), bytes.get(at + 1)];
        beside.iter().all(|byte| byte.is_some_and(u8::is_ascii_alphanumeric))
    };
    let digit = |(at, byte): (usize, &u8)| {
        let sign = byte.is_ascii_punctuation() && inside(at);
        let digit = sign.then(|| as_digit(char::from(*byte))).flatten();
        digit.map_or(*byte, |(digit, _)| digit as u8)
    };
    let changed: Vec<u8> = bytes.iter().enumerate().map(digit).collect();
    if changed == bytes {
        return Cow::Borrowed(text);
    }
    String::from_utf8(changed).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// Returns the capital that a character is, or that it was before it was misread, and whether it
/// was misread; `None` if it looks like no letter.
pub(crate) fn as_letter(character: char) -> Option<(char, bool)> {
    if character.is_ascii_alphabetic() {
        return Some((character.to_ascii_uppercase(), false));
    }
    let is_sign = matches!(character, '|' | '!' | '$');
    let misread = DIGITS
        .iter()
        .find(|(digit, letters)| *digit == character || is_sign && letters.contains(character))?;
    Some((misread.1.chars().next()?.to_ascii_uppercase(), true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_more_alike_costs_less() {
        assert_eq!(exchange('0', 'O'), SAME_SHAPE);
        assert_eq!(exchange('l', '1'), SAME_SHAPE);
        assert_eq!(exchange('C', 'e'), 7);
        assert_eq!(exchange('h', 'u'), 10);
        assert_eq!(exchange('x', 'm'), EDIT);
        assert_eq!(exchange('a', 'A'), 0);
        assert_eq!(exchange('é', '€'), EDIT);
    }

    #[test]
    fn costs_do_not_depend_on_the_order() {
        for a in (0..128_u8).map(char::from) {
            for b in (0..128_u8).map(char::from) {
                assert_eq!(exchange(a, b), exchange(b, a), "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn letters_of_one_shape_are_one_letter() {
        assert_eq!(['0', 'Q', 'Ö'].map(merge), ['O'; 3]);
        assert_eq!(['1', 'L', '|', 'I'].map(merge), ['I'; 4]);
        assert_eq!(['Ő', 'Š', 'Ž', 'Ę', 'Ł'].map(merge), ['O', 'S', 'Z', 'E', 'I']);
        assert_eq!(['Я', '가'].map(merge), ['Я', '가']);
        assert_eq!(['D', 'J', 'E', 'Y', 'N', '9'].map(family), ['O', 'I', 'C', 'U', 'H', 'G']);
    }

    #[test]
    fn digits_and_letters_stand_for_each_other() {
        assert_eq!(as_digit('7'), Some(('7', false)));
        assert_eq!(as_digit('S'), Some(('5', true)));
        assert_eq!(as_digit('x'), None);
        assert_eq!(signs_as_digits("N&846E, B&B & 5 é&5 A-1"), "N8846E, B8B & 5 é&5 A-1");
        assert_eq!(as_letter('0'), Some(('O', true)));
        assert_eq!(as_letter('9'), Some(('G', true)));
        assert_eq!(as_letter('3'), None);
    }
}
