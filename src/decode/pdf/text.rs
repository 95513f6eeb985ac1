//! Makes lines of words out of the glyphs of a PDF page, and judges whether they can stand for it.
//!
//! Knows nothing of images but their share of the page; `pdf` calls it with a survey of the page.

use crate::document::{
    DpiSource, Line, Mark, PageFacts, PageIssue, PageText, PixelBox, TickBox, Word,
};

use super::button::Button;
use super::columns;
use super::page_box::POINTS_PER_INCH;
use super::paints::Visibility;
use super::pieces::{Piece, Row, SAME_BASELINE, is_level, rows, segments};
use super::slanted;
use super::survey::{PlacedGlyph, Survey};

// Lengths below are shares of the font size.
/// Space between lines that parts blocks.
const BLOCK_GAP: f32 = 0.9;
// What a good text layer has; below, the page is recognized instead.
const MIN_WORDS: usize = 5;
/// Share of glyphs with a printable meaning.
const MIN_MAPPED: f32 = 0.97;
/// Share of glyphs on level baselines; a page with fewer is turned, and better seen as a picture.
const MIN_LEVEL: f32 = 0.8;
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
/// Ink of a square that is ticked, as a share of it.
const TICKED_INK: f32 = 0.5;
/// Paths per glyph from which text may be drawn as outlines.
const MAX_PATHS_PER_GLYPH: usize = 2;

/// Tells whether the visible text of the page is plausible, so that recognizing it could only lose.
pub(super) fn is_good(survey: &Survey) -> bool {
    let visible: Vec<&PlacedGlyph> = survey.visible_glyphs().collect();
    let mapped = visible.iter().filter(|glyph| is_mapped(glyph)).count();
    let level = visible.iter().filter(|glyph| is_level(glyph)).count();
    let enough = |part: usize, least: f32| part as f32 >= least * visible.len() as f32;
    if visible.is_empty() || !enough(mapped, MIN_MAPPED) || !enough(level, MIN_LEVEL) {
        return false;
    }
    let rows = rows(visible, 1.0);
    is_plausible(rows.iter().flatten().map(|word| word.text.as_str()))
}

/// Tells whether so much is drawn on the page besides its glyphs that more text may be among it.
pub(super) fn is_mostly_drawn(survey: &Survey) -> bool {
    survey.paths > MAX_PATHS_PER_GLYPH * survey.visible_glyphs().count()
}

/// Which glyphs make the text of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layer {
    /// Those that one sees.
    Seen,
    /// Those of a layer below or over a scan, too.
    All,
    /// Only those of such a layer.
    Unpainted,
    /// Only those of form fields that the file does not draw.
    Values,
}

impl Layer {
    fn has(self, visibility: Visibility) -> bool {
        let is_seen = matches!(visibility, Visibility::Visible | Visibility::Unsure);
        let is_unpainted = visibility == Visibility::Unpainted;
        match self {
            Self::Seen | Self::Values => is_seen,
            Self::All => is_seen || is_unpainted,
            Self::Unpainted => is_unpainted,
        }
    }
}

/// Makes the page's text at a resolution, from the glyphs of a layer, or `None` if there are no
/// words.
pub(super) fn page_text(survey: &Survey, layer: Layer, dpi: f32) -> Option<PageText> {
    let scale = dpi / POINTS_PER_INCH;
    let side = |points: f32| (points * scale).round().max(1.0) as u32;
    let (width, height) = (side(survey.page.width), side(survey.page.height));
    let from = if layer == Layer::Values { survey.drawn_glyphs } else { 0 };
    let glyphs = survey.glyphs.iter().skip(from).filter(|glyph| layer.has(glyph.visibility));
    let glyphs: Vec<&PlacedGlyph> = glyphs.collect();
    let mut lines = lines(glyphs.clone(), scale, (width, height));
    let first_block = lines.last().map_or(0, |line| line.block.saturating_add(1));
    lines.extend(slanted::lines(&glyphs, scale, first_block, (width, height)));
    let is_of_layer = layer == Layer::Unpainted;
    let marks = if is_of_layer { Vec::new() } else { tick_boxes(survey, scale) };
    if lines.is_empty() && marks.is_empty() {
        return None;
    }
    let mut issues = Vec::new();
    if survey.has_doubtful_values && !is_of_layer {
        issues.push(PageIssue::FormValues);
    }
    let facts = PageFacts {
        issues,
        width,
        height,
        dpi,
        dpi_source: DpiSource::Declared,
        scale: 1.0,
        ..PageFacts::default()
    };
    Some(PageText { width, height, dpi, lines, marks, facts })
}

/// Returns the buttons of forms as squares that are ticked or not.
fn tick_boxes(survey: &Survey, scale: f32) -> Vec<Mark> {
    let inside = |value: f64| (value * f64::from(scale)).max(0.0).round() as u32;
    let tick_box = |button: &Button| TickBox {
        bounds: PixelBox {
            left: inside(button.bounds.x0),
            top: inside(button.bounds.y0),
            right: inside(button.bounds.x1),
            bottom: inside(button.bounds.y1),
        },
        ink: if button.is_on { TICKED_INK } else { 0.0 },
    };
    survey.buttons.iter().map(|button| Mark::TickBox(tick_box(button))).collect()
}

/// Makes the lines of a page of some size in pixels, in reading order.
fn lines(glyphs: Vec<&PlacedGlyph>, scale: f32, size: (u32, u32)) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for region in columns::regions(rows(glyphs, scale)) {
        let first = lines.last().map_or(0, |line| line.block.saturating_add(1));
        let segments = region.into_iter().flat_map(segments).collect();
        lines.extend(in_blocks(segments, first, size));
    }
    lines
}

fn is_mapped(glyph: &PlacedGlyph) -> bool {
    let private = |one: char| matches!(one, '\u{e000}'..='\u{f8ff}' | '\u{fffd}');
    glyph.text.as_ref().is_some_and(|text| {
        !text.is_empty()
            && text.chars().all(|one| !private(one) && (!one.is_control() || one.is_whitespace()))
    })
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

/// Numbers the blocks from `first_block` on: segments below each other with little space between stand
/// together.
fn in_blocks(segments: Vec<Row>, first_block: u16, size: (u32, u32)) -> Vec<Line> {
    struct Block {
        left: f32,
        right: f32,
        bottom: f32,
        /// Of its last segment.
        baseline: f32,
        segments: Vec<Row>,
    }
    let mut blocks: Vec<Block> = Vec::new();
    for segment in segments {
        let [Some(first), Some(last)] = [segment.first(), segment.last()] else { continue };
        let (left, right, size) = (first.left, last.right, first.size);
        let baseline = first.baseline;
        let top = segment.iter().map(Piece::top).fold(f32::INFINITY, f32::min);
        let bottom = segment.iter().map(Piece::bottom).fold(f32::NEG_INFINITY, f32::max);
        let fits = |block: &Block| {
            let overlap = right.min(block.right) - left.max(block.left);
            let gap = top - block.bottom;
            // What a line of the block joined, other lines may part.
            let is_beside = (baseline - block.baseline).abs() <= SAME_BASELINE * size;
            overlap > 0.0 && gap <= BLOCK_GAP * size && (gap > -0.5 * size || is_beside)
        };
        match blocks.iter_mut().rev().find(|block| fits(block)) {
            Some(block) => {
                block.left = block.left.min(left);
                block.right = block.right.max(right);
                block.bottom = block.bottom.max(bottom);
                block.baseline = baseline;
                block.segments.push(segment);
            }
            None => blocks.push(Block { left, right, bottom, baseline, segments: vec![segment] }),
        }
    }
    let numbered = blocks.into_iter().enumerate().flat_map(|(number, block)| {
        block.segments.into_iter().map(move |segment| (number, segment))
    });
    numbered
        .map(|(number, segment)| Line {
            block: u16::try_from(number)
                .map_or(u16::MAX, |number| first_block.saturating_add(number)),
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
