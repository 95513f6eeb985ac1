//! Ruled lines: finds them, takes them off the page, reports them as marks.
//!
//! A rule is a long thin straight run of ink. Found by openings of the packed mask, so a page costs
//! a few milliseconds whatever is on it. What the mask shows of a broken or faint rule is only
//! pieces; once the height of the text is known, `trace` follows them, and `erase` takes them off.

mod erase;
mod pieces;
mod trace;

use self::pieces::Piece;
use self::trace::{Direction, Strength};
use crate::document::{Mark, PixelBox};
use crate::images::BitMask;
use crate::shapes;

/// Shortest run in pixels that can be part of a rule, whatever the size of the page.
const MIN_RUN: usize = 24;

pub(super) use self::erase::erase;
pub(super) use self::pieces::Rules;
pub(super) use self::trace::{Ground, TracedRule, trace};

impl Rules {
    /// Finds the rules of a page: runs of at least 1/50 of the longer side (of a sheet) that join to thin lines
    /// of at least 1/33 of it (1/24 for vertical ones, which tall letters would resemble).
    pub(super) fn find(mask: &BitMask) -> Self {
        let side = shapes::sheet_side(mask.width, mask.height);
        let run = (side / 50).max(MIN_RUN);
        let thickest = (side / 110).max(3) as f32;
        let of = |opened: &BitMask, shortest: usize, length: fn(&PixelBox) -> u32| {
            let shortest = shortest.max(MIN_RUN * 3 / 2);
            let Some(found) = shapes::find_components(opened) else { return Vec::new() };
            let mut numbers = vec![None; found.list.len()];
            let mut rules: Vec<Piece> = Vec::new();
            for (component, number) in found.list.iter().zip(&mut numbers) {
                let long = length(&component.bounds);
                let thickness = component.area as f32 / long as f32;
                if long as usize >= shortest
                    && thickness <= thickest
                    && long as f32 >= 8.0 * thickness
                {
                    *number = Some(rules.len());
                    rules.push(Piece { bounds: component.bounds, runs: Vec::new() });
                }
            }
            for run in found.runs {
                if let Some(number) = numbers[run.component as usize] {
                    rules[number].runs.push(run);
                }
            }
            rules
        };
        Self {
            horizontal: of(&mask.open_horizontally(run), side / 33, PixelBox::width),
            vertical: of(&mask.open_vertically(run), side / 24, PixelBox::height),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.horizontal.is_empty() && self.vertical.is_empty()
    }

    /// Returns the number of pieces of vertical rules.
    pub(super) fn vertical_pieces(&self) -> usize {
        self.vertical.len()
    }

    /// Clears all rules, one pixel beyond their edges, from a mask that letters are looked for in.
    pub(super) fn clear_from(&self, mask: &mut BitMask) {
        for run in self.horizontal.iter().flat_map(|rule| &rule.runs) {
            let y = run.y as usize;
            for y in y.saturating_sub(1)..(y + 2).min(mask.height) {
                mask.clear(y, (run.left as usize).saturating_sub(1), run.right as usize + 1);
            }
        }
        for run in self.vertical.iter().flat_map(|rule| &rule.runs) {
            mask.clear(
                run.y as usize,
                (run.left as usize).saturating_sub(1),
                run.right as usize + 1,
            );
        }
    }
}

/// Returns a box in pixels of the page scaled by `scale`, which then has `size`.
pub(super) fn scaled(bounds: PixelBox, scale: f32, size: (u32, u32)) -> PixelBox {
    PixelBox {
        left: ((bounds.left as f32 * scale) as u32).min(size.0),
        top: ((bounds.top as f32 * scale) as u32).min(size.1),
        right: ((bounds.right as f32 * scale).ceil() as u32).min(size.0),
        bottom: ((bounds.bottom as f32 * scale).ceil() as u32).min(size.1),
    }
}

/// Returns the rules that are ink as marks, in pixels of the page scaled by `scale`.
pub(super) fn marks(rules: &[TracedRule], scale: f32, size: (u32, u32)) -> Vec<Mark> {
    let scaled = |bounds: PixelBox| scaled(bounds, scale, size);
    rules
        .iter()
        .filter(|rule| rule.strength == Strength::Ink)
        .map(|rule| match rule.direction {
            Direction::Horizontal => Mark::HorizontalRule(scaled(rule.bounds())),
            Direction::Vertical => Mark::VerticalRule(scaled(rule.bounds())),
        })
        .collect()
}
