//! What of the readings is text: strokes, specks and drawings are read, too, as short words of low
//! confidence.

use super::{Layout, Segment, SegmentKind};

/// How far the neighborhood of a segment reaches, in its x-heights.
const REACH: f32 = 12.0;
/// A neighborhood has so many other segments at least, …
const MIN_NEIGHBORS: usize = 3;
/// … and is a drawing if this share of them, and of the segment itself, is no text.
const DRAWING_SHARE: f32 = 0.5;
/// Texts shorter than this are judged by their neighborhood, …
const SHORT: usize = 8;
/// … and kept if they are this sure, even in a drawing.
const SURE_IN_DRAWING: f32 = 92.0;

/// What a recognizer read in a segment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::ocr) struct Reading {
    /// Number of characters without white space.
    pub length: usize,
    /// Mean confidence weighted by the words' lengths, 0–100.
    pub confidence: f32,
}

impl Layout {
    /// Returns for each segment whether its reading is to be kept, judged by itself and by what was
    /// read around it. `readings` has one for each of the layout's segments.
    pub(in crate::ocr) fn kept(&self, readings: &[Reading]) -> Vec<bool> {
        let texts: Vec<bool> = self
            .segments
            .iter()
            .zip(readings)
            .map(|(segment, &reading)| is_text(segment, reading))
            .collect();
        let is_kept = |(index, (segment, reading)): (usize, (&Segment, &Reading))| {
            texts[index]
                && (reading.length >= SHORT
                    || reading.confidence >= SURE_IN_DRAWING
                    || segment.kind == SegmentKind::Cell
                    || !self.is_among_strokes(segment, &texts))
        };
        self.segments.iter().zip(readings).enumerate().map(is_kept).collect()
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
        near >= MIN_NEIGHBORS && strokes as f32 >= DRAWING_SHARE * near as f32
    }
}

fn is_text(segment: &Segment, reading: Reading) -> bool {
    let least = match (segment.kind, reading.length) {
        (_, 0) | (SegmentKind::InPicture, 1..6) => return false,
        (SegmentKind::InPicture, _) | (_, 1..=2) => 60.0,
        (_, 3..10) => 40.0,
        _ => 10.0,
    };
    reading.confidence >= least
}
