//! Values that are no words: squares to be ticked beside their labels, and barcodes.
//!
//! `value` calls it for fields of those types.

use super::layout::{Layout, center_x, center_y};
use super::sheet::Label;
use super::value::Search;
use crate::document::{Barcode, Candidate, Found, PixelBox, Symbology, TickBox};
use crate::model::{Place, Zone};

/// What a ticked and an empty box are written as; `normalize` reads them like signs in text.
const TICKED: &str = "☒";
const EMPTY: &str = "☐";
/// A box is ticked if it has so much more ink (share of its inside) than the emptiest of its page. On
/// forms of the development sets empty boxes have up to 0.06, ticked ones 0.16 to 0.65.
const TICK_INK: f32 = 0.08;
/// Ink of the emptiest box at most: the only box of a page may be ticked.
const MOST_NOISE: f32 = 0.04;
/// So far from the limit (share of the inside) it is sure whether a box is ticked.
const SURE_INK: f32 = 0.06;
/// How sure one is at the limit, and far from it.
const LEAST_SURE: f32 = 0.5;
const MOST_SURE: f32 = 0.99;
/// A box this far away is half as likely the label's as one beside it.
const NEAR_MM: f32 = 8.0;
/// What is left of the score of a box that is far away.
const FAR: f32 = 0.5;
/// A box stands on a label's height if their middles differ by less (of the larger height).
const LEVEL: f32 = 0.7;
/// Of a barcode its check digits or error correction say that it was read right.
const BARCODE_SURE: f32 = 0.99;
/// Another barcode that fits as well.
const LATER_BARCODE: f32 = 0.97;

/// Returns the share of ink from which on a box of the page is ticked.
pub(super) fn tick_limit(boxes: &[TickBox]) -> f32 {
    let least = boxes.iter().map(|each| each.ink).fold(MOST_NOISE, f32::min);
    least + TICK_INK
}

impl Search<'_> {
    /// Finds the tick box nearest to a label on the side that a place says; returns whether there is one.
    pub(super) fn tick_box(
        &self,
        place: &Place,
        label: &Label,
        candidates: &mut Vec<Candidate>,
    ) -> bool {
        let layout = &self.sheet.layout;
        let words = &layout.words[label.matched.first..=label.matched.last];
        let boxes = words.iter().map(|word| word.bounds);
        let Some(label_box) = boxes.reduce(|all, each| all.union(&each)) else { return false };
        let distances = layout.tick_boxes.iter().filter_map(|tick_box| {
            Some((distance_mm(layout, place, (&label_box, &tick_box.bounds))?, tick_box))
        });
        let nearest = distances.min_by(|(a, _), (b, _)| a.total_cmp(b));
        let Some((distance, tick_box)) = nearest else { return false };
        let score = label.score * (FAR + (1.0 - FAR) / (1.0 + distance / NEAR_MM));
        candidates.push(self.ticked(tick_box, score, Found::Label));
        true
    }

    /// Finds the tick boxes in a zone; returns whether there are any.
    pub(super) fn tick_boxes_in(&self, zone: &Zone, candidates: &mut Vec<Candidate>) -> bool {
        let layout = &self.sheet.layout;
        let boxes = layout.tick_boxes.iter().filter(|each| layout.in_zone(&each.bounds, zone));
        let before = candidates.len();
        candidates.extend(boxes.map(|tick_box| self.ticked(tick_box, 1.0, Found::Zone)));
        candidates.len() > before
    }

    fn ticked(&self, tick_box: &TickBox, place_score: f32, found: Found) -> Candidate {
        let beyond = tick_box.ink - tick_limit(&self.sheet.layout.tick_boxes);
        let sure = LEAST_SURE + (1.0 - LEAST_SURE) * (beyond.abs() / SURE_INK);
        Candidate {
            text: if beyond > 0.0 { TICKED } else { EMPTY }.to_owned(),
            page: self.sheet.number,
            bounds: tick_box.bounds,
            word_confidence: sure.min(MOST_SURE),
            place_score,
            found,
            doubts: Vec::new(),
            ambiguity: None,
        }
    }

    /// Finds the page's barcodes of the field's kinds that its pattern fits, in its zones.
    pub(super) fn barcodes(&self, symbologies: &[Symbology]) -> Vec<Candidate> {
        let layout = &self.sheet.layout;
        let is_in_place = |code: &&&Barcode| {
            self.field.places.iter().any(|place| match place {
                Place::Zone { zone, .. } => layout.in_zone(&code.bounds, zone),
                _ => false,
            })
        };
        let mut score = BARCODE_SURE;
        let mut candidates = Vec::new();
        let codes = layout.barcodes.iter().filter(|code| symbologies.contains(&code.symbology));
        for code in codes.filter(is_in_place) {
            let Some(text) = self.part_of(&code.text) else { continue };
            candidates.push(Candidate {
                text,
                page: self.sheet.number,
                bounds: code.bounds,
                word_confidence: BARCODE_SURE,
                place_score: score,
                found: Found::Zone,
                doubts: Vec::new(),
                ambiguity: None,
            });
            score *= LATER_BARCODE;
        }
        candidates
    }

    /// Returns what the field's pattern takes of a text; all of it without one.
    fn part_of(&self, text: &str) -> Option<String> {
        let Some(pattern) = &self.field.pattern else { return Some(text.to_owned()) };
        let found = pattern.captures(text)?;
        found.get(1).or_else(|| found.get(0)).map(|part| part.as_str().to_owned())
    }
}

/// Returns how far a box is from a label on the side that a place says; `None` if it is not there.
fn distance_mm(
    layout: &Layout,
    place: &Place,
    (label, tick_box): (&PixelBox, &PixelBox),
) -> Option<f32> {
    let height = label.height().max(tick_box.height()) as f32;
    let is_level = (center_y(label) - center_y(tick_box)).abs() < LEVEL * height;
    let is_aligned =
        (label.left as f32 - height..label.right as f32 + height).contains(&center_x(tick_box));
    // Boxes and letters may overlap by a few pixels.
    let slack = height / 2.0;
    let gap = |from: u32, to: u32| Some(to as f32 - from as f32).filter(|gap| *gap > -slack);
    let (gap, within_mm) = match place {
        Place::Right { within_mm } if is_level => (gap(label.right, tick_box.left)?, *within_mm),
        Place::Left { within_mm } if is_level => (gap(tick_box.right, label.left)?, *within_mm),
        Place::Below { within_mm, .. } if is_aligned => {
            (gap(label.bottom, tick_box.top)?, Some(*within_mm))
        }
        Place::Above { within_mm, .. } if is_aligned => {
            (gap(tick_box.bottom, label.top)?, Some(*within_mm))
        }
        Place::Cell { within_mm, .. } if is_level => {
            (gap(label.right, tick_box.left)?, Some(*within_mm))
        }
        Place::Line if is_level => {
            let right = gap(label.right, tick_box.left);
            (right.or_else(|| gap(tick_box.right, label.left))?, None)
        }
        _ => return None,
    };
    let distance = gap.max(0.0) / layout.pixels_per_mm;
    within_mm.is_none_or(|limit| distance <= limit).then_some(distance)
}
