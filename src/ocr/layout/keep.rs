//! What of the readings is text: strokes, specks and drawings are read, too, as short words of low
//! confidence.

use super::found::{Doubt, Layout, Segment, SegmentKind};
use crate::document::{PixelBox, RightAngle, weighted_mean};

/// How far the neighborhood of a segment reaches, in its x-heights.
const REACH: f32 = 12.0;
/// A neighborhood has so many other segments at least, …
const MIN_NEIGHBORS: usize = 3;
/// … and is a drawing if this share of them, and of the segment itself, is no text.
const DRAWING_SHARE: f32 = 0.5;
/// Tables have columns of signatures, and drawings look like tables.
const CELL_DRAWING_SHARE: f32 = 0.6;
/// Texts shorter than this are judged by their neighborhood, …
const SHORT: usize = 8;
/// … as are longer ones that are less sure than this, …
const LONG_IN_DRAWING: f32 = 40.0;
/// … and kept if they have letters and are this sure, even in a drawing.
const SURE_IN_DRAWING: f32 = 92.0;

/// A stroke is part of a text beside it within so many of its x-heights.
const STROKE_REACH: f32 = 3.0;
/// Text whose mean confidence is lower may have been cut wrong. Pages down to 55 are only printed badly:
/// on nine such receipts and a ledger Tesseract's layout gave no surer text.
const UNSURE: f32 = 45.0;
/// So many characters that were read must be no text to doubt a page.
const MIN_LOST: f32 = 40.0;
/// Shapes are alike if their sides differ from the usual ones by no more than this share, …
const ALIKE: f32 = 0.12;
/// … or so many pixels.
const ALIKE_PIXELS: f32 = 1.0;
/// Letters differ: if so many shapes or more …
const MIN_ALIKE: usize = 24;
/// … are alike, all but this share, …
const MAX_UNLIKE_SHARE: f32 = 0.1;
/// … and they are read with less confidence than this, they are rings, boxes or dots of a pattern.
const PATTERN_CONFIDENCE: f32 = 65.0;
/// Turned text is kept from this confidence on: much of it is no text.
const TURNED_CONFIDENCE: f32 = 60.0;

/// What a recognizer read in a segment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::ocr) struct Reading {
    /// Number of characters without white space.
    pub length: usize,
    /// Number of letters and digits.
    pub letters: usize,
    /// Mean confidence weighted by the words' lengths, 0–100.
    pub confidence: f32,
}

impl Reading {
    /// Sums up the text of a segment and its mean confidence.
    pub fn of(text: &str, confidence: f32) -> Self {
        Self {
            length: text.chars().filter(|c| !c.is_whitespace()).count(),
            letters: text.chars().filter(|c| c.is_alphanumeric()).count(),
            confidence,
        }
    }
}

impl Layout {
    /// Returns for each segment whether its reading is to be kept, judged by itself and by what was
    /// read around it. `readings` has one for each of the layout's segments.
    pub(in crate::ocr) fn kept(&self, readings: &[Reading]) -> Vec<bool> {
        if self.is_pattern(readings) {
            return vec![false; readings.len()];
        }
        let texts: Vec<bool> = self
            .segments
            .iter()
            .zip(readings)
            .map(|(segment, &reading)| is_text(segment, reading))
            .collect();
        let is_kept = |(index, (segment, reading)): (usize, (&Segment, &Reading))| {
            texts[index]
                && (reading.letters > 0 || !self.is_lone_stroke(segment, *reading))
                && (reading.length >= SHORT && reading.confidence >= LONG_IN_DRAWING
                    || reading.letters > 0 && reading.confidence >= SURE_IN_DRAWING
                    || !self.is_among_strokes(segment, &texts))
        };
        self.segments.iter().zip(readings).enumerate().map(is_kept).collect()
    }

    /// Tells whether all that was read are repetitions of one shape.
    fn is_pattern(&self, readings: &[Reading]) -> bool {
        let sides = |side: fn(&PixelBox) -> u32| -> Vec<f32> {
            let members = self.segments.iter().flat_map(|segment| &segment.members);
            let shapes = members.filter_map(|&id| self.components.get(id as usize));
            shapes.map(|shape| side(&shape.bounds) as f32).collect()
        };
        let (widths, heights) = (sides(PixelBox::width), sides(PixelBox::height));
        if widths.len() < MIN_ALIKE
            || mean_confidence(readings.iter()).is_some_and(|sure| sure >= PATTERN_CONFIDENCE)
        {
            return false;
        }
        let is_usual = |sides: &[f32]| {
            let mut sorted = sides.to_vec();
            let usual = *sorted.select_nth_unstable_by(sides.len() / 2, f32::total_cmp).1;
            move |side: f32| (side - usual).abs() <= (ALIKE * usual).max(ALIKE_PIXELS)
        };
        let (is_wide, is_high) = (is_usual(&widths), is_usual(&heights));
        let shapes = widths.iter().zip(&heights);
        let unlike = shapes.filter(|(width, height)| !is_wide(**width) || !is_high(**height));
        unlike.count() as f32 <= MAX_UNLIKE_SHARE * widths.len() as f32
    }

    /// Bars and dashes that stand by themselves are no text; in a table they may be ditto marks.
    fn is_lone_stroke(&self, segment: &Segment, reading: Reading) -> bool {
        let own = segment.bounds;
        let is_near = |other: &Segment| {
            let gap =
                other.bounds.left.max(own.left).saturating_sub(other.bounds.right.min(own.right));
            other.line == segment.line
                && other.id != segment.id
                && gap as f32 <= STROKE_REACH * other.x_height
        };
        reading.length <= 2
            && segment.kind != SegmentKind::Cell
            && !self.segments.iter().any(is_near)
    }

    fn is_among_strokes(&self, segment: &Segment, texts: &[bool]) -> bool {
        let reach = (REACH * segment.x_height) as u32;
        let own = segment.bounds;
        let (mut near, mut strokes) = (0, 0);
        for (other, is_text) in self.segments.iter().zip(texts) {
            let bounds = other.bounds;
            if other.id != segment.id
                && bounds.left < own.right + reach
                && own.left < bounds.right + reach
                && bounds.top < own.bottom + reach
                && own.top < bounds.bottom + reach
            {
                near += 1;
                strokes += usize::from(!is_text);
            }
        }
        let most = match segment.kind {
            SegmentKind::Prose | SegmentKind::InPicture => DRAWING_SHARE,
            SegmentKind::Cell => CELL_DRAWING_SHARE,
        };
        near >= MIN_NEIGHBORS && strokes as f32 >= most * near as f32
    }
}

/// Returns why the layout is in doubt after its segments were read: most of what was read is no text.
pub(in crate::ocr) fn doubt_of(readings: &[Reading], kept: &[bool]) -> Option<Doubt> {
    let of = |wanted: bool| {
        let pairs = readings.iter().zip(kept).filter(move |(_, is_kept)| **is_kept == wanted);
        pairs.map(|(reading, _)| reading)
    };
    let length = |wanted: bool| of(wanted).map(|reading| reading.length as f32).sum::<f32>();
    let is_unsure = mean_confidence(of(true)).is_some_and(|sure| sure < UNSURE);
    let lost = length(false);
    (is_unsure || lost > length(true) && lost >= MIN_LOST).then_some(Doubt::Unreadable)
}

/// Returns the mean confidence by length, 0–100; `None` if nothing was read.
fn mean_confidence<'r>(readings: impl Iterator<Item = &'r Reading>) -> Option<f32> {
    weighted_mean(readings.map(|reading| (reading.confidence, reading.length as f32)))
}

fn is_text(segment: &Segment, reading: Reading) -> bool {
    let least = match (segment.kind, reading.length) {
        (_, 0) | (SegmentKind::InPicture, 1..6) => return false,
        _ if segment.turn != RightAngle::None => TURNED_CONFIDENCE,
        (SegmentKind::InPicture, _) | (_, 1..=2) => 60.0,
        (_, 3..10) => 40.0,
        _ => 10.0,
    };
    reading.confidence >= least
}
