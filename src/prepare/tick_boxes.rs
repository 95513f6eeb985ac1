//! Small squares to be ticked: closed frames, printed or drawn by hand, and how much ink is in them.
//!
//! Looks at single components, so that a page costs next to nothing. What a tick means, and which label a
//! square belongs to, is decided in extraction.

use std::ops::Range;

use crate::document::{PixelBox, TickBox};
use crate::images::BitMask;
use crate::shapes::Component;

/// Sides of a frame in millimetres.
const SIDES_MM: Range<f32> = 2.4..7.2;
/// A tick may reach so far out of its frame, in sides of the largest frame.
const TICK_REACH: f32 = 1.6;
/// How much longer one side of a frame may be than the other.
const MOST_STRETCH: f32 = 1.35;
/// A stroke of a frame is at most so thick, in sides.
const MOST_STROKE: f32 = 0.25;
/// Strokes of a frame bend and lean by at most so much, in sides.
const SLACK: f32 = 0.15;
/// So much of each side is ink: frames have small gaps.
const CLOSED: f32 = 0.9;
/// Gaps that are closed, in sides of the smallest frame.
const MOST_GAP: f32 = 0.1;
/// The inside begins so far from the stroke, in sides.
const INSET: f32 = 0.08;
/// Fuller squares are letters in reverse, seals and bullets.
const MOST_INK: f32 = 0.7;

/// Finds the tick boxes among the components of a mask, in its pixels.
pub(super) fn find(mask: &BitMask, components: &[Component], dpi: f32) -> Vec<TickBox> {
    let sides = SIDES_MM.start / 25.4 * dpi..SIDES_MM.end / 25.4 * dpi;
    let could_be = |component: &&Component| {
        let (width, height) = (component.width(), component.height());
        let largest = sides.end * TICK_REACH;
        width.min(height) >= sides.start && width.max(height) <= largest
    };
    let candidates = components.iter().filter(could_be);
    candidates.filter_map(|component| tick_box(mask, &component.bounds, &sides)).collect()
}

/// Returns the tick box that a component is, if it is one.
fn tick_box(mask: &BitMask, around: &PixelBox, sides: &Range<f32>) -> Option<TickBox> {
    let shape = mask.cropped(*around);
    // Thin frames have gaps of a pixel or two.
    let gap = (MOST_GAP * sides.start).max(1.0) as usize;
    let closed = shape.clone().close_horizontally(gap).close_vertically(gap);
    let frame = Frame::of(&closed, sides.start)?;
    let (width, height) = (frame.columns.len() as f32, frame.rows.len() as f32);
    let is_square = width < MOST_STRETCH * height && height < MOST_STRETCH * width;
    if !is_square
        || !sides.contains(&width)
        || !sides.contains(&height)
        || !frame.is_closed(&closed)
    {
        return None;
    }
    let inset = frame.stroke + (INSET * width).max(1.0) as usize;
    let inside = PixelBox {
        left: (frame.columns.start + inset) as u32,
        top: (frame.rows.start + inset) as u32,
        right: frame.columns.end.checked_sub(inset)? as u32,
        bottom: frame.rows.end.checked_sub(inset)? as u32,
    };
    let area = inside.width() * inside.height();
    let ink = shape.cropped(inside).count() as f32 / area.max(1) as f32;
    let bounds = PixelBox {
        left: around.left + frame.columns.start as u32,
        top: around.top + frame.rows.start as u32,
        right: around.left + frame.columns.end as u32,
        bottom: around.top + frame.rows.end as u32,
    };
    (area > 0 && ink <= MOST_INK).then_some(TickBox { bounds, ink })
}

/// The frame of a shape: outer edges in its pixels, and how thick its strokes are.
struct Frame {
    columns: Range<usize>,
    rows: Range<usize>,
    stroke: usize,
}

impl Frame {
    /// Finds the strokes above and below, of which each is at least `shortest` px long.
    fn of(shape: &BitMask, shortest: f32) -> Option<Self> {
        let longest: Vec<Range<usize>> = (0..shape.height).map(|y| longest_run(shape, y)).collect();
        let is_stroke = |run: &Range<usize>| run.len() as f32 >= shortest * (1.0 - SLACK);
        let top = longest.iter().position(is_stroke)?;
        let bottom = longest.iter().rposition(is_stroke)?;
        let count = |rows: &mut dyn Iterator<Item = &Range<usize>>| {
            rows.take_while(|run| is_stroke(run)).count()
        };
        let above = count(&mut longest[top..].iter());
        let below = count(&mut longest[..=bottom].iter().rev());
        let stroke = above.max(below);
        let side = bottom + 1 - top;
        if stroke as f32 > (MOST_STROKE * side as f32).max(2.0) {
            return None;
        }
        let widest = |rows: &[Range<usize>]| {
            let run = rows.iter().max_by_key(|run| run.len());
            run.cloned().unwrap_or_default()
        };
        let (upper, lower) =
            (widest(&longest[top..top + above]), widest(&longest[bottom + 1 - below..=bottom]));
        let slack = (SLACK * side as f32).max(2.0) as usize;
        let fits =
            upper.start.abs_diff(lower.start) <= slack && upper.end.abs_diff(lower.end) <= slack;
        if !fits {
            return None;
        }
        // A tick makes the runs longer than the frame; its upright strokes tell where it ends.
        let rows = top..bottom + 1;
        let ink = |x: &usize| rows.clone().filter(|&y| shape.get(*x, y)).count();
        let (start, end) = (upper.start.min(lower.start), upper.end.max(lower.end));
        let left = (start..(start + 2 * slack).min(end)).rev().max_by_key(ink)?;
        let right = (start.max(end.saturating_sub(2 * slack))..end).max_by_key(ink)?;
        (left < right).then(|| Self { columns: left..right + 1, rows, stroke })
    }

    /// Returns whether there is ink along the left and the right edge.
    fn is_closed(&self, shape: &BitMask) -> bool {
        let slack = (SLACK * self.columns.len() as f32).max(2.0) as usize;
        let has_ink = |y: usize, around: usize| {
            let mut columns = around.saturating_sub(slack)..(around + slack).min(shape.width);
            columns.any(|x| shape.get(x, y))
        };
        let least = CLOSED * self.rows.len() as f32;
        let (left, right) = (self.columns.start, self.columns.end);
        let on_left = self.rows.clone().filter(|&y| has_ink(y, left)).count();
        let on_right = self.rows.clone().filter(|&y| has_ink(y, right)).count();
        on_left as f32 >= least && on_right as f32 >= least
    }
}

fn longest_run(shape: &BitMask, y: usize) -> Range<usize> {
    let mut longest = 0..0;
    shape.runs(y, |left, right| {
        if right - left > longest.len() {
            longest = left..right;
        }
    });
    longest
}
