//! Parts of segments: the words of a line that are to be read again, without their neighbors.

use std::ops::Range;

use super::found::{Layout, Segment};
use super::frame::{Frame, Owner};
use crate::document::{PixelBox, RightAngle};

/// Letters of one word have gaps of less than so many x-heights.
const LETTER_GAP: f32 = 0.35;

impl Layout {
    /// Returns the parts of upright segments that lie in `bounds`, and what stands within `context`
    /// x-heights beside it on their lines; words are not cut. Other ink of those segments is foreign from
    /// now on: it is in no crop any more.
    pub(in crate::ocr) fn narrow(&mut self, bounds: &PixelBox, context: f32) -> Vec<Segment> {
        let segments = self.segments.clone();
        let parts = segments.iter().filter_map(|segment| self.narrowed(segment, bounds, context));
        parts.collect()
    }

    fn narrowed(&mut self, segment: &Segment, bounds: &PixelBox, context: f32) -> Option<Segment> {
        let middle = segment.bounds.top.midpoint(segment.bounds.bottom);
        let is_beside = segment.bounds.right <= bounds.left || segment.bounds.left >= bounds.right;
        if segment.turn != RightAngle::None
            || is_beside
            || !(bounds.top..bounds.bottom).contains(&middle)
        {
            return None;
        }
        let mut shapes: Vec<(u32, PixelBox)> = segment
            .members
            .iter()
            .filter_map(|&id| Some((id, self.components.get(id as usize)?.bounds)))
            .collect();
        shapes.sort_unstable_by_key(|(_, shape)| shape.left);
        let reach = (context * segment.x_height) as u32;
        let wanted = bounds.left.saturating_sub(reach)..bounds.right.saturating_add(reach);
        let (inside, outside) = whole_words(&shapes, &wanted, LETTER_GAP * segment.x_height);
        let ink = inside.iter().map(|(_, shape)| *shape).reduce(|all, each| all.union(&each))?;
        if outside.is_empty() {
            return Some(segment.clone());
        }
        if !segment.cells.is_empty() {
            let cells =
                segment.cells.iter().filter(|cell| wanted.contains(&middle_of(&cell.bounds)));
            return Some(Segment { cells: cells.copied().collect(), ..segment.clone() });
        }
        for (id, _) in outside {
            if let Some(owner) = self.owners.get_mut(id as usize) {
                *owner = Owner::Foreign;
            }
        }
        let frame = part_of(&segment.frame, &segment.bounds, &ink);
        let bounds = PixelBox { left: ink.left, right: ink.right, ..segment.bounds };
        let members = inside.iter().map(|(id, _)| *id).collect();
        Some(Segment { bounds, members, frame, ..segment.clone() })
    }
}

fn middle_of(shape: &PixelBox) -> u32 {
    shape.left.midpoint(shape.right)
}

type Shapes = Vec<(u32, PixelBox)>;

/// Divides shapes, which come from left to right, into those of words that reach into `wanted` and the
/// others; a gap of `gap` px or more divides words.
fn whole_words(shapes: &Shapes, wanted: &Range<u32>, gap: f32) -> (Shapes, Shapes) {
    let (mut inside, mut outside) = (Vec::new(), Vec::new());
    let mut word: Shapes = Vec::new();
    let mut right = 0;
    let mut close = |word: &mut Shapes| {
        let is_wanted = word.iter().any(|(_, shape)| wanted.contains(&middle_of(shape)));
        if is_wanted { &mut inside } else { &mut outside }.append(word);
    };
    for &(id, shape) in shapes {
        if !word.is_empty() && shape.left as f32 - right as f32 >= gap {
            close(&mut word);
        }
        right = right.max(shape.right);
        word.push((id, shape));
    }
    close(&mut word);
    (inside, outside)
}

/// Returns the part of a frame that shows `ink` with as much white at its sides as the whole has.
fn part_of(whole: &Frame, all: &PixelBox, ink: &PixelBox) -> Frame {
    let padding = (i64::from(all.left) - whole.left).max(0);
    let left = (i64::from(ink.left) - padding).max(whole.left);
    let right = (i64::from(ink.right) + padding).min(whole.left + i64::from(whole.width));
    let width = u32::try_from(right - left).unwrap_or(0).max(1);
    let middle = |left: i64, width: u32| left as f32 + width as f32 / 2.0;
    let lower = whole.slope * (middle(left, width) - middle(whole.left, whole.width));
    Frame { left, width, top: whole.top + lower.round() as i64, ..*whole }
}
