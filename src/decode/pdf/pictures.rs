//! The parts of a digital page that its text does not say: images, and letters drawn as outlines.
//! `pdf` draws them, so that they are read.

use hayro::kurbo::{Point, Rect};

use super::page_box::POINTS_PER_INCH;
use super::survey::{PlacedGlyph, Survey};

/// Smaller images hold no text that is read, in points.
const MIN_WIDTH: f64 = 24.0;
const MIN_HEIGHT: f64 = 9.0;
/// Images this near are one picture in parts, in points.
const SEAM: f64 = 2.0;
/// Drawn letters of a word are so near, as a share of their height.
const LETTER_GAP: f64 = 0.6;
/// So many drawn letters make text.
const MIN_LETTERS: usize = 4;
/// More outlines than this are a map or a drawing.
const MAX_OUTLINES: usize = 1500;
/// What is added around a part, in points.
const MARGIN: f64 = 3.0;
/// Resolutions that parts are drawn at.
const DPI: std::ops::RangeInclusive<f32> = 100.0..=600.0;
/// More parts are an ornament.
const MAX_PARTS: usize = 60;

/// A part of a page that is to be read, in points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Part {
    pub(super) bounds: Rect,
    /// Pixels per inch that lose nothing.
    pub(super) dpi: f32,
}

/// Returns the parts of a page that may hold text besides its glyphs; `usual_dpi` is that of drawn
/// letters.
pub(super) fn parts(survey: &Survey, usual_dpi: f32) -> Vec<Part> {
    let images = survey.seen_images().map(|(_, image)| {
        let points_per_pixel = image.transform.determinant().abs().sqrt();
        let dpi = POINTS_PER_INCH / points_per_pixel as f32;
        let dpi = if dpi.is_finite() { dpi } else { usual_dpi };
        Part { bounds: image.bounds, dpi: dpi.clamp(*DPI.start(), *DPI.end()) }
    });
    let mut parts = joined(images.collect(), |_| SEAM);
    parts
        .retain(|(part, _)| part.bounds.width() >= MIN_WIDTH && part.bounds.height() >= MIN_HEIGHT);
    parts.extend(drawn_words(survey, usual_dpi));
    let mut parts = joined(parts.into_iter().map(|(part, _)| part).collect(), |_| SEAM);
    parts.truncate(MAX_PARTS);
    let page = survey.page.bounds();
    let with_margin =
        |part: Part| Part { bounds: part.bounds.inflate(MARGIN, MARGIN).intersect(page), ..part };
    parts.into_iter().map(|(part, _)| with_margin(part)).collect()
}

/// Returns the places where letters that are no glyphs stand beside each other.
fn drawn_words(survey: &Survey, dpi: f32) -> Vec<(Part, usize)> {
    if survey.outlines.len() > MAX_OUTLINES {
        return Vec::new();
    }
    let free = survey.outlines.iter().filter(|outline| !holds_glyph(outline, survey));
    let letters = free.map(|outline| Part { bounds: *outline, dpi }).collect();
    let mut words = joined(letters, |part| LETTER_GAP * part.bounds.height());
    words.retain(|(part, letters)| {
        let (width, height) = (part.bounds.width(), part.bounds.height());
        *letters >= MIN_LETTERS && width >= height && width >= MIN_WIDTH
    });
    words
}

fn holds_glyph(outline: &Rect, survey: &Survey) -> bool {
    let middle =
        |glyph: &PlacedGlyph| -> Point { glyph.origin.midpoint(glyph.end) + glyph.up * 0.3 };
    survey.visible_glyphs().any(|glyph| outline.contains(middle(glyph)))
}

/// Joins parts that lie within each other's reach; says of each of how many it was made.
fn joined(parts: Vec<Part>, reach: impl Fn(&Part) -> f64) -> Vec<(Part, usize)> {
    let mut all: Vec<(Part, usize)> = Vec::new();
    for part in parts {
        let mut part = (part, 1);
        // What it joins may reach farther than it did itself.
        while let Some(index) = all.iter().position(|(other, _)| {
            let gap = reach(&part.0).max(reach(other));
            part.0.bounds.inflate(gap, gap / 2.0).overlaps(other.bounds)
        }) {
            let (other, count) = all.swap_remove(index);
            part.0.bounds = part.0.bounds.union(other.bounds);
            part.0.dpi = part.0.dpi.max(other.dpi);
            part.1 += count;
        }
        all.push(part);
    }
    all
}
