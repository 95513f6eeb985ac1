//! Captions that stand on both sides of a cut, in the same order: `Invoice no`, `Date`, `Total`.

use std::collections::HashMap;

use super::side::{Piece, Side};

/// A caption has at most so many words, and at least so many letters.
const MAX_WORDS: usize = 3;
const MIN_LETTERS: usize = 3;
/// Captions with so many letters may differ in one of them: they are read by a machine.
const MISREAD_LETTERS: usize = 6;
/// A first word of so many letters that is the same is half a caption.
const WORD_LETTERS: usize = 4;
const SAME_WORD: f32 = 0.5;
/// What stands at the head of more rows of a side than this, and of more than this share of them, is a
/// list of things, no caption.
const MAX_TIMES: usize = 2;
const MAX_SHARE: f32 = 0.25;
/// More captions of a side are not compared: no document has so many.
const MAX_CAPTIONS: usize = 250;

/// A caption of a side.
#[derive(Debug, Clone, PartialEq)]
struct Caption {
    /// Its letters, in lower case.
    letters: String,
    /// Those of its first word.
    first_word: String,
    row: usize,
}

/// What two sides say alike.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Common {
    /// How many different captions stand on both sides; one that is only alike counts a half.
    pub different: f32,
    /// Share of the rows of the shorter side that begin with one.
    pub share: f32,
    /// Share of the rows of both sides that do: white within a document leaves the rest of it to the
    /// other side, and has less.
    pub share_of_both: f32,
    /// The rows that say alike, as indexes into both sides' rows, ascending.
    pub rows: Vec<(usize, usize)>,
}

/// Compares the captions of two sides in their order.
pub(super) fn common(a: &Side, b: &Side) -> Common {
    let (of_a, of_b) = (captions(a), captions(b));
    let pairs = longest(&of_a, &of_b);
    let mut best: HashMap<&str, f32> = HashMap::new();
    for &(i, j) in &pairs {
        let alike = likeness(&of_a[i], &of_b[j]);
        let known = best.entry(of_a[i].letters.as_str()).or_default();
        *known = known.max(alike);
    }
    let mut rows: Vec<(usize, usize)> =
        pairs.iter().map(|&(i, j)| (of_a[i].row, of_b[j].row)).collect();
    rows.dedup_by_key(|pair| pair.0);
    let shorter = a.rows.len().min(b.rows.len()).max(1) as f32;
    let all = (a.rows.len() + b.rows.len()).max(1) as f32;
    Common {
        different: best.values().sum(),
        share: rows.len() as f32 / shorter,
        share_of_both: 2.0 * rows.len() as f32 / all,
        rows,
    }
}

fn captions(side: &Side) -> Vec<Caption> {
    let of_row = |(row, pieces): (usize, &Vec<Piece>)| {
        pieces.iter().filter_map(|piece| caption(piece, row)).collect::<Vec<Caption>>()
    };
    let rows = side.rows.iter().map(|row| &row.pieces).enumerate();
    let mut all: Vec<Caption> = rows.flat_map(of_row).collect();
    let mut times: HashMap<String, usize> = HashMap::new();
    for caption in &all {
        *times.entry(caption.first_word.clone()).or_default() += 1;
    }
    all.retain(|caption| {
        let count = times.get(&caption.first_word).copied().unwrap_or(0);
        count <= MAX_TIMES || count as f32 <= MAX_SHARE * side.rows.len() as f32
    });
    all.truncate(MAX_CAPTIONS);
    all
}

/// Returns the words of a piece up to a colon or the first number.
fn caption(piece: &Piece, row: usize) -> Option<Caption> {
    let (mut letters, mut first_word) = (String::new(), String::new());
    for text in piece.texts.iter().take(MAX_WORDS) {
        if text.chars().any(|c| c.is_ascii_digit()) {
            break;
        }
        letters.extend(text.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase));
        if first_word.is_empty() {
            first_word.clone_from(&letters);
        }
        if text.ends_with(':') {
            break;
        }
    }
    (letters.chars().count() >= MIN_LETTERS).then_some(Caption { letters, first_word, row })
}

/// Returns the pairs of captions that are alike, in the order of both sides, so that they are most.
fn longest(a: &[Caption], b: &[Caption]) -> Vec<(usize, usize)> {
    let mut best = vec![vec![0.0_f32; b.len() + 1]; a.len() + 1];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            let alike = likeness(&a[i], &b[j]);
            let taken = if alike > 0.0 { alike + best[i + 1][j + 1] } else { 0.0 };
            best[i][j] = taken.max(best[i + 1][j]).max(best[i][j + 1]);
        }
    }
    let (mut i, mut j, mut pairs) = (0, 0, Vec::new());
    while i < a.len() && j < b.len() {
        let alike = likeness(&a[i], &b[j]);
        // Of pairs that are as good the first: more documents like it may follow.
        if alike > 0.0 && best[i][j] <= alike + best[i + 1][j + 1] {
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if best[i][j] <= best[i + 1][j] {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}

/// Returns how alike two captions are, 0–1.
fn likeness(a: &Caption, b: &Caption) -> f32 {
    if a.letters == b.letters || is_misreading(&a.letters, &b.letters) {
        return 1.0;
    }
    let same_word = a.first_word == b.first_word && a.first_word.chars().count() >= WORD_LETTERS;
    if same_word { SAME_WORD } else { 0.0 }
}

/// Tells whether two long captions of one length differ in one letter.
fn is_misreading(a: &str, b: &str) -> bool {
    a.chars().count() >= MISREAD_LETTERS
        && a.chars().count() == b.chars().count()
        && a.chars().zip(b.chars()).filter(|(one, other)| one != other).count() == 1
}
