//! One side of a possible cut: its rows, and what kind of text they are.

use crate::document::{PageText, PixelBox, Word};

/// A gap of so many text heights parts two cells of a row.
const CELL_GAP: f32 = 1.8;
/// Pieces of a row share this share of the smaller height.
const ROW_OVERLAP: f32 = 0.5;
/// Words below this confidence that have no two letters or digits are specks.
const SPECK_CONFIDENCE: f32 = 40.0;
/// A row of prose has so many words, and most rows of prose are such.
const PROSE_WORDS: usize = 6;
const PROSE_SHARE: f32 = 0.6;
/// A document has so many rows, …
pub(super) const MIN_ROWS: usize = 3;
/// … so many words, …
const MIN_WORDS: usize = 6;
/// … and so many rows without figures (title, name, thanks), …
const MIN_WORDED_ROWS: usize = 3;
/// … or more rows than this share that are no caption with figures behind it: else it is a table.
const MIN_OTHER_SHARE: f32 = 0.3;

/// What has more words is more than a caption.
const CAPTION_WORDS: usize = 3;

/// Words of one line without a wide gap.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub bounds: PixelBox,
    pub texts: Vec<String>,
}

/// Pieces that stand on one height, from left to right.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub bounds: PixelBox,
    pub pieces: Vec<Piece>,
}

/// The rows of a part of the page, from top to bottom.
#[derive(Debug, Clone)]
pub(super) struct Side {
    pub bounds: PixelBox,
    pub rows: Vec<Row>,
}

impl Piece {
    /// Returns the pieces of a page's lines; specks are in none.
    pub fn all(text: &PageText, text_height: f32) -> Vec<Self> {
        let mut pieces: Vec<Self> = Vec::new();
        for line in &text.lines {
            let mut words: Vec<&Word> = line.words.iter().filter(|word| !is_speck(word)).collect();
            words.sort_by_key(|word| word.bounds.left);
            let mut right: Option<u32> = None;
            for word in words {
                let follows = right.is_some_and(|right| {
                    word.bounds.left as f32 - right as f32 <= CELL_GAP * text_height
                });
                match pieces.last_mut().filter(|_| follows) {
                    Some(piece) => {
                        piece.bounds = piece.bounds.union(&word.bounds);
                        piece.texts.push(word.text.clone());
                    }
                    None => {
                        pieces.push(Self { bounds: word.bounds, texts: vec![word.text.clone()] });
                    }
                }
                right = Some(word.bounds.right);
            }
        }
        pieces
    }
}

impl Row {
    /// Tells whether it has a digit.
    fn has_digit(&self) -> bool {
        self.texts().any(|text| has_digit(text))
    }

    /// Tells whether it has more than a caption.
    pub fn is_filled(&self) -> bool {
        self.pieces.len() > 1 || self.has_digit() || self.texts().count() > CAPTION_WORDS
    }

    /// Tells whether it is a caption and figures: words, then numbers.
    fn is_of_table(&self) -> bool {
        let is_number = |text: &&String| has_digit(text);
        let words = self.texts().take_while(|text| !is_number(text)).count();
        self.has_digit() && self.texts().skip(words).all(|text| is_number(&text))
    }

    fn texts(&self) -> impl Iterator<Item = &String> {
        self.pieces.iter().flat_map(|piece| &piece.texts)
    }
}

impl Side {
    /// Puts pieces into rows; `None` without any.
    pub fn of(pieces: &[Piece]) -> Option<Self> {
        let bounds =
            pieces.iter().map(|piece| piece.bounds).reduce(|all, each| all.union(&each))?;
        let mut sorted = pieces.to_vec();
        sorted.sort_by_key(|piece| piece.bounds.top + piece.bounds.bottom);
        let mut rows: Vec<Row> = Vec::new();
        for piece in sorted {
            match rows.last_mut().filter(|row| on_one_height(&row.bounds, &piece.bounds)) {
                Some(row) => {
                    row.bounds = row.bounds.union(&piece.bounds);
                    row.pieces.push(piece);
                }
                None => rows.push(Row { bounds: piece.bounds, pieces: vec![piece] }),
            }
        }
        for row in &mut rows {
            row.pieces.sort_by_key(|piece| piece.bounds.left);
        }
        Some(Self { bounds, rows })
    }

    /// Tells whether it is large enough to be a document, and not only figures.
    pub fn may_be_document(&self) -> bool {
        let worded = self.rows.iter().filter(|row| !row.has_digit()).count();
        let other = self.rows.iter().filter(|row| !row.is_of_table()).count();
        let words = self.rows.iter().flat_map(Row::texts).count();
        self.rows.len() >= MIN_ROWS
            && words >= MIN_WORDS
            && (worded >= MIN_WORDED_ROWS
                || other as f32 >= MIN_OTHER_SHARE * self.rows.len() as f32)
    }

    /// Tells whether most of its rows are lines of running text.
    pub fn is_prose(&self) -> bool {
        let long = self
            .rows
            .iter()
            .filter(|row| row.pieces.iter().any(|piece| piece.texts.len() >= PROSE_WORDS));
        long.count() as f32 >= PROSE_SHARE * self.rows.len() as f32
    }
}

/// Returns the median height of the words of a page, if it has any.
pub(super) fn text_height(text: &PageText) -> Option<f32> {
    let mut heights: Vec<u32> =
        text.words().filter(|word| !is_speck(word)).map(|word| word.bounds.height()).collect();
    heights.sort_unstable();
    heights.get(heights.len() / 2).map(|&height| height.max(1) as f32)
}

fn has_digit(text: &str) -> bool {
    text.chars().any(|c| c.is_ascii_digit())
}

fn is_speck(word: &Word) -> bool {
    let signs = word.text.chars().filter(|c| c.is_alphanumeric()).count();
    signs == 0 || signs < 3 && word.confidence < SPECK_CONFIDENCE
}

fn on_one_height(a: &PixelBox, b: &PixelBox) -> bool {
    let shared = a.bottom.min(b.bottom).saturating_sub(a.top.max(b.top)) as f32;
    shared >= ROW_OVERLAP * a.height().min(b.height()).max(1) as f32
}
