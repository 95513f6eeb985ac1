//! Makes lines of words out of the glyphs of a PDF page, and judges whether they can stand for it.
//!
//! Knows nothing of images but their share of the page; `pdf` calls it with a survey of the page.

use crate::document::{DpiSource, Line, PageFacts, PageText, PixelBox, Word};

use super::pdf_survey::{PlacedGlyph, Survey};

const POINTS_PER_INCH: f32 = 72.0;

// Lengths below are shares of the font size.
/// Usual height of ascenders over the baseline, and of descenders below it.
const ASCENT: f32 = 0.74;
const DESCENT: f32 = 0.21;
/// Baselines that differ by less belong to one line; superscripts stay on theirs.
const SAME_BASELINE: f32 = 0.3;
/// A gap that parts words; spaces are a quarter of the font size, kerning less than a tenth.
const WORD_GAP: f32 = 0.17;
/// A gap that parts columns.
const COLUMN_GAP: f32 = 3.0;
/// A second copy of a glyph this near makes it bold, not double.
const COPY_DISTANCE: f32 = 0.12;
/// Space between lines that parts blocks.
const BLOCK_GAP: f32 = 0.9;
/// Slope of a baseline that still counts as level.
const LEVEL_SLOPE: f64 = 0.05;

// What a good text layer has; below, the page is recognized instead.
const MIN_WORDS: usize = 5;
/// Share of glyphs with a printable meaning.
const MIN_MAPPED: f32 = 0.97;
/// Share of letters and digits among the characters.
const MIN_ALPHANUMERIC: f32 = 0.6;
/// Characters of the mean word: below are glyphs set one by one, above lost spaces.
const WORD_LENGTH: std::ops::RangeInclusive<f32> = 1.8..=16.0;
/// The letters that are most frequent in most languages of Latin script: 63 % of English, 65 % of French,
/// 52 % of Polish. A shifted encoding has a third of them.
const COMMON_LETTERS: &str = "aeinorstAEINORST";
const MIN_COMMON: f32 = 0.45;
/// Latin letters below which their frequencies say nothing.
const MIN_LETTERS: usize = 40;
/// Share of the page that images may cover; text on them would be missed.
const MAX_IMAGES: f64 = 0.4;
/// Paths per glyph from which text may be drawn as outlines.
const MAX_PATHS_PER_GLYPH: usize = 2;

/// A word on its way: the box is in pixels.
struct Piece {
    text: String,
    left: f32,
    right: f32,
    baseline: f32,
    size: f32,
}

impl Piece {
    fn top(&self) -> f32 {
        self.baseline - ASCENT * self.size
    }

    fn bottom(&self) -> f32 {
        self.baseline + DESCENT * self.size
    }
}

/// Tells whether the visible text of the page is plausible and covers the page, so that recognizing it
/// could only lose.
pub(super) fn is_good(survey: &Survey) -> bool {
    if survey.image_coverage() > MAX_IMAGES {
        return false;
    }
    let visible: Vec<&PlacedGlyph> = survey.visible_glyphs().collect();
    let mapped = visible.iter().filter(|glyph| is_mapped(glyph)).count();
    let level = visible.iter().filter(|glyph| is_level(glyph)).count();
    let enough = |part: usize| part as f32 >= MIN_MAPPED * visible.len() as f32;
    if visible.is_empty() || !enough(mapped) || !enough(level) {
        return false;
    }
    if survey.paths > MAX_PATHS_PER_GLYPH * visible.len() {
        return false;
    }
    let segments = segments(visible.into_iter(), 1.0);
    is_plausible(segments.iter().flatten().map(|word| word.text.as_str()))
}

/// Makes the page's text at a resolution, from all level glyphs, or `None` if there are no words.
/// `size` is that of the page in points.
pub(super) fn page_text(survey: &Survey, size: (f32, f32), dpi: f32) -> Option<PageText> {
    let scale = dpi / POINTS_PER_INCH;
    let side = |points: f32| (points * scale).round().max(1.0) as u32;
    let (width, height) = (side(size.0), side(size.1));
    let lines = in_blocks(segments(survey.glyphs.iter(), scale), (width, height));
    if lines.is_empty() {
        return None;
    }
    let facts = PageFacts {
        width,
        height,
        dpi,
        dpi_source: DpiSource::Declared,
        scale: 1.0,
        ..PageFacts::default()
    };
    Some(PageText { width, height, dpi, lines, marks: Vec::new(), facts })
}

fn is_mapped(glyph: &PlacedGlyph) -> bool {
    let private = |one: char| matches!(one, '\u{e000}'..='\u{f8ff}' | '\u{fffd}');
    glyph.text.as_ref().is_some_and(|text| {
        !text.is_empty()
            && text.chars().all(|one| !private(one) && (!one.is_control() || one.is_whitespace()))
    })
}

fn is_level(glyph: &PlacedGlyph) -> bool {
    let along = glyph.end - glyph.origin;
    glyph.up.y < 0.0 && along.x >= 0.0 && along.y.abs() <= LEVEL_SLOPE * along.x.max(1.0)
}

/// Judges words by statistics that hold for any language in Latin script, and are lenient to others.
fn is_plausible<'w>(words: impl Iterator<Item = &'w str>) -> bool {
    let (mut count, mut characters, mut alphanumeric) = (0_usize, 0_usize, 0_usize);
    let (mut letters, mut common) = (0_usize, 0_usize);
    for word in words {
        count += 1;
        for one in word.chars() {
            characters += 1;
            alphanumeric += usize::from(one.is_alphanumeric());
            letters += usize::from(one.is_ascii_alphabetic());
            common += usize::from(COMMON_LETTERS.contains(one));
        }
    }
    let share = |part: usize, whole: usize| part as f32 / whole.max(1) as f32;
    count >= MIN_WORDS
        && share(alphanumeric, characters) >= MIN_ALPHANUMERIC
        && WORD_LENGTH.contains(&share(characters, count))
        && (letters < MIN_LETTERS || share(common, letters) >= MIN_COMMON)
}

/// Groups glyphs to words, and words that stand beside each other to segments of lines, from top to
/// bottom and left to right. No segment is empty.
fn segments<'g>(glyphs: impl Iterator<Item = &'g PlacedGlyph>, scale: f32) -> Vec<Vec<Piece>> {
    let mut pieces: Vec<Piece> =
        glyphs.filter(|glyph| is_level(glyph)).map(|glyph| piece(glyph, scale)).collect();
    pieces.retain(|piece| piece.size > 0.0 && !piece.text.is_empty());
    pieces.sort_by(|a, b| a.baseline.total_cmp(&b.baseline));
    let same_line =
        |a: &Piece, b: &Piece| b.baseline - a.baseline <= SAME_BASELINE * a.size.min(b.size);
    let mut segments = Vec::new();
    let mut rest = pieces.into_iter().peekable();
    while let Some(first) = rest.next() {
        let mut line = vec![first];
        while let Some(next) =
            rest.next_if(|next| line.last().is_some_and(|last| same_line(last, next)))
        {
            line.push(next);
        }
        line.sort_by(|a, b| a.left.total_cmp(&b.left));
        segments.extend(split(line));
    }
    segments
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

/// Splits the glyphs of one line, in order from the left, into words and these at wide gaps.
fn split(line: Vec<Piece>) -> Vec<Vec<Piece>> {
    let mut segments: Vec<Vec<Piece>> = Vec::new();
    let mut open: Option<Piece> = None;
    let mut previous: Option<(String, f32)> = None;
    for glyph in line {
        let copy = previous.as_ref().is_some_and(|(text, left)| {
            *text == glyph.text && glyph.left - left < COPY_DISTANCE * glyph.size
        });
        if copy {
            continue;
        }
        previous = Some((glyph.text.clone(), glyph.left));
        if glyph.text.trim().is_empty() {
            close(&mut segments, open.take());
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
                close(&mut segments, open.take());
                open = Some(glyph);
            }
        }
    }
    close(&mut segments, open);
    segments
}

/// Puts a finished word at the end of its segment, or starts a new one.
fn close(segments: &mut Vec<Vec<Piece>>, word: Option<Piece>) {
    let Some(mut word) = word else { return };
    // A font may map one glyph to several characters with a space at an end.
    word.text.retain(|one| one != ' ');
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

/// Numbers the blocks: segments below each other with little space between stand together.
fn in_blocks(segments: Vec<Vec<Piece>>, size: (u32, u32)) -> Vec<Line> {
    struct Block {
        left: f32,
        right: f32,
        bottom: f32,
        segments: Vec<Vec<Piece>>,
    }
    let mut blocks: Vec<Block> = Vec::new();
    for segment in segments {
        let [Some(first), Some(last)] = [segment.first(), segment.last()] else { continue };
        let (left, right, size) = (first.left, last.right, first.size);
        let top = segment.iter().map(Piece::top).fold(f32::INFINITY, f32::min);
        let bottom = segment.iter().map(Piece::bottom).fold(f32::NEG_INFINITY, f32::max);
        let fits = |block: &Block| {
            let overlap = right.min(block.right) - left.max(block.left);
            let gap = top - block.bottom;
            overlap > 0.0 && gap <= BLOCK_GAP * size && gap > -0.5 * size
        };
        match blocks.iter_mut().rev().find(|block| fits(block)) {
            Some(block) => {
                block.left = block.left.min(left);
                block.right = block.right.max(right);
                block.bottom = block.bottom.max(bottom);
                block.segments.push(segment);
            }
            None => blocks.push(Block { left, right, bottom, segments: vec![segment] }),
        }
    }
    let numbered = blocks.into_iter().enumerate().flat_map(|(number, block)| {
        block.segments.into_iter().map(move |segment| (number, segment))
    });
    numbered
        .map(|(number, segment)| Line {
            block: u16::try_from(number).unwrap_or(u16::MAX),
            paragraph: 0,
            words: segment.into_iter().map(|word| finished(word, size)).collect(),
        })
        .collect()
}

fn finished(word: Piece, (width, height): (u32, u32)) -> Word {
    let inside = |value: f32, most: u32| value.clamp(0.0, most as f32) as u32;
    let bounds = PixelBox {
        left: inside(word.left.floor(), width),
        top: inside(word.top().floor(), height),
        right: inside(word.right.ceil(), width),
        bottom: inside(word.bottom().ceil(), height),
    };
    Word { text: word.text, bounds, confidence: 100.0, doubts: Vec::new() }
}

#[cfg(test)]
mod tests;
