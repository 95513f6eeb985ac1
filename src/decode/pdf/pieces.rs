//! Words of a PDF page on their way: glyphs become words, and words beside each other rows.

use super::copies;
use super::survey::PlacedGlyph;

// Lengths below are shares of the font size.

/// Usual height of ascenders over the baseline, and of descenders below it.
const ASCENT: f32 = 0.74;

const DESCENT: f32 = 0.21;

/// Baselines that differ by less belong to one line; superscripts stay on theirs.
pub(super) const SAME_BASELINE: f32 = 0.3;

/// A gap that parts words; spaces are a quarter of the font size, kerning less than a tenth.
const WORD_GAP: f32 = 0.17;

/// A gap that parts columns.
const COLUMN_GAP: f32 = 3.0;

/// Slope of a baseline that still counts as level.
const LEVEL_SLOPE: f64 = 0.05;

/// A word on its way: the box is in pixels.
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) left: f32,
    pub(super) right: f32,
    pub(super) baseline: f32,
    pub(super) size: f32,
}

impl Piece {
    /// Returns the middle between its sides.
    pub(super) fn middle(&self) -> f32 {
        f32::midpoint(self.left, self.right)
    }

    /// Returns the height of its tallest letters.
    pub(super) fn top(&self) -> f32 {
        self.baseline - ASCENT * self.size
    }

    /// Returns how far down its letters reach.
    pub(super) fn bottom(&self) -> f32 {
        self.baseline + DESCENT * self.size
    }
}

/// Tells whether a glyph stands upright on a level baseline.
pub(super) fn is_level(glyph: &PlacedGlyph) -> bool {
    let along = glyph.end - glyph.origin;
    glyph.up.y < 0.0 && along.x >= 0.0 && along.y.abs() <= LEVEL_SLOPE * along.x.max(1.0)
}

/// Groups glyphs to words, and words that stand beside each other to rows, from top to bottom and
/// left to right. No row is empty.
pub(super) fn rows(glyphs: Vec<&PlacedGlyph>, scale: f32) -> Vec<Row> {
    let glyphs = copies::without_copies(glyphs);
    let mut pieces: Vec<Piece> = glyphs
        .into_iter()
        .filter(|glyph| is_level(glyph))
        .map(|glyph| piece(glyph, scale))
        .collect();
    pieces.retain(|piece| piece.size > 0.0 && !piece.text.is_empty());
    pieces.sort_by(|a, b| a.baseline.total_cmp(&b.baseline));
    let same_line =
        |a: &Piece, b: &Piece| b.baseline - a.baseline <= SAME_BASELINE * a.size.min(b.size);
    let mut rows = Vec::new();
    let mut rest = pieces.into_iter().peekable();
    while let Some(first) = rest.next() {
        let mut row = vec![first];
        while let Some(next) =
            rest.next_if(|next| row.last().is_some_and(|last| same_line(last, next)))
        {
            row.push(next);
        }
        row.sort_by(|a, b| a.left.total_cmp(&b.left));
        let words = words(row);
        rows.extend((!words.is_empty()).then_some(words));
    }
    rows
}

fn piece(glyph: &PlacedGlyph, scale: f32) -> Piece {
    let text = match &glyph.text {
        Some(text) => text.chars().flat_map(plain).collect(),
        // The word keeps its place and length, and says that something stands there.
        None => "\u{fffd}".to_string(),
    };
    Piece {
        text,
        left: glyph.origin.x as f32 * scale,
        right: glyph.end.x as f32 * scale,
        baseline: glyph.origin.y as f32 * scale,
        size: glyph.up.hypot() as f32 * scale,
    }
}

/// Takes ligatures apart; drops soft hyphens and what is no character; white space is a space.
fn plain(one: char) -> impl Iterator<Item = char> {
    let text: &'static str = match one {
        '\u{fb00}' => "ff",
        '\u{fb01}' => "fi",
        '\u{fb02}' => "fl",
        '\u{fb03}' => "ffi",
        '\u{fb04}' => "ffl",
        '\u{fb05}' | '\u{fb06}' => "st",
        _ => "",
    };
    let kept = match one {
        '\u{fb00}'..='\u{fb06}' | '\u{ad}' | '\u{200b}' | '\u{feff}' => None,
        one if one.is_whitespace() => Some(' '),
        one if one.is_control() => None,
        one => Some(one),
    };
    text.chars().chain(kept)
}

/// Joins the glyphs of one line, in order from the left, to words.
fn words(glyphs: Vec<Piece>) -> Row {
    let mut words: Row = Vec::new();
    let mut open: Option<Piece> = None;
    let close = |words: &mut Row, word: Option<Piece>| {
        let Some(mut word) = word else { return };
        // A font may map one glyph to several characters with a space at an end.
        word.text.retain(|one| one != ' ');
        words.push(word);
    };
    for glyph in glyphs {
        if glyph.text.trim().is_empty() {
            close(&mut words, open.take());
            continue;
        }
        match &mut open {
            Some(word) if glyph.left - word.right <= WORD_GAP * word.size.min(glyph.size) => {
                word.text.push_str(&glyph.text);
                word.right = word.right.max(glyph.right);
                word.size = word.size.max(glyph.size);
                word.baseline = word.baseline.max(glyph.baseline);
            }
            _ => {
                close(&mut words, open.take());
                open = Some(glyph);
            }
        }
    }
    close(&mut words, open);
    words
}

/// Splits a row at wide gaps.
pub(super) fn segments(row: Row) -> Vec<Row> {
    let mut segments: Vec<Row> = Vec::new();
    for word in row {
        match segments.last_mut() {
            Some(segment)
                if segment
                    .last()
                    .is_some_and(|last| word.left - last.right <= COLUMN_GAP * word.size) =>
            {
                segment.push(word);
            }
            _ => segments.push(vec![word]),
        }
    }
    segments
}

/// Words that stand on one baseline, from left to right; never empty.
pub(super) type Row = Vec<Piece>;
