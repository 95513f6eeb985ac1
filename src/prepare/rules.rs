//! Ruled lines: finds them, takes them off the page, reports them as marks.
//!
//! A rule is a long thin straight run of ink. Found by openings of the packed mask, so a page costs
//! a few milliseconds whatever is on it.

use image::GrayImage;

use super::bits::BitMask;
use super::components::{self, Run};
use crate::document::{Mark, PixelBox};

/// Shortest run in pixels that can be part of a rule, whatever the size of the page.
const MIN_RUN: usize = 24;

/// Ruled lines of a page in its pixels.
#[derive(Debug, Clone, Default)]
pub(super) struct Rules {
    pub(super) horizontal: Vec<Rule>,
    pub(super) vertical: Vec<Rule>,
}

/// One ruled line: its box, and the runs of pixels that it consists of.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) bounds: PixelBox,
    runs: Vec<Run>,
}

impl Rules {
    /// Finds the rules of a page: runs of at least 1/50 of the longer side that join to thin lines
    /// of at least 1/33 of it (1/24 for vertical ones, which tall letters would resemble).
    pub(super) fn find(mask: &BitMask) -> Self {
        let side = mask.width.max(mask.height);
        let run = (side / 50).max(MIN_RUN);
        let thickest = (side / 110).max(3) as f32;
        let of = |opened: &BitMask, shortest: usize, length: fn(&PixelBox) -> u32| {
            let shortest = shortest.max(MIN_RUN * 3 / 2);
            let Some(found) = components::find(opened) else { return Vec::new() };
            let mut numbers = vec![None; found.list.len()];
            let mut rules: Vec<Rule> = Vec::new();
            for (component, number) in found.list.iter().zip(&mut numbers) {
                let long = length(&component.bounds);
                let thickness = component.area as f32 / long as f32;
                if long as usize >= shortest
                    && thickness <= thickest
                    && long as f32 >= 8.0 * thickness
                {
                    *number = Some(rules.len());
                    rules.push(Rule { bounds: component.bounds, runs: Vec::new() });
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

    /// Returns the number of rules.
    pub(super) fn count(&self) -> usize {
        self.horizontal.len() + self.vertical.len()
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

    /// Paints all rules in the paper's gray, but for the strokes that cross them. `mask` is that of the page
    /// with its rules.
    pub(super) fn erase(&self, image: &mut GrayImage, mask: &BitMask, paper: u8) {
        for rule in &self.horizontal {
            erase_one(rule, image, mask, Direction::Horizontal, paper);
        }
        for rule in &self.vertical {
            erase_one(rule, image, mask, Direction::Vertical, paper);
        }
    }

    /// Returns the rules as marks, in pixels of the page scaled by `scale`.
    pub(super) fn marks(&self, scale: f32, size: (u32, u32)) -> Vec<Mark> {
        let scaled = |bounds: PixelBox| PixelBox {
            left: ((bounds.left as f32 * scale) as u32).min(size.0),
            top: ((bounds.top as f32 * scale) as u32).min(size.1),
            right: ((bounds.right as f32 * scale).ceil() as u32).min(size.0),
            bottom: ((bounds.bottom as f32 * scale).ceil() as u32).min(size.1),
        };
        let horizontal =
            self.horizontal.iter().map(|rule| Mark::HorizontalRule(scaled(rule.bounds)));
        let vertical = self.vertical.iter().map(|rule| Mark::VerticalRule(scaled(rule.bounds)));
        horizontal.chain(vertical).collect()
    }
}

#[derive(Clone, Copy)]
enum Direction {
    Horizontal,
    Vertical,
}

/// Walks along the rule; at each step it knows where the rule begins and ends across, and looks
/// there whether a stroke goes on at both sides.
#[expect(clippy::cast_possible_wrap, reason = "sides of images fit u32")]
fn erase_one(rule: &Rule, image: &mut GrayImage, mask: &BitMask, direction: Direction, paper: u8) {
    let bounds = rule.bounds;
    let (start, length) = match direction {
        Direction::Horizontal => (bounds.left, bounds.width()),
        Direction::Vertical => (bounds.top, bounds.height()),
    };
    let mut across: Vec<Option<(u32, u32)>> = vec![None; length as usize];
    let mut widen = |at: u32, from: u32, to: u32| {
        let extent = &mut across[(at - start) as usize];
        *extent = Some(extent.map_or((from, to), |(low, high)| (low.min(from), high.max(to))));
    };
    for run in &rule.runs {
        match direction {
            Direction::Horizontal => (run.left..run.right).for_each(|x| widen(x, run.y, run.y + 1)),
            Direction::Vertical => widen(run.y, run.left, run.right),
        }
    }
    let place = |along: i64, across: i64| match direction {
        Direction::Horizontal => (along, across),
        Direction::Vertical => (across, along),
    };
    let dark = |along: i64, across: i64| {
        let (x, y) = place(along, across);
        matches!((usize::try_from(x), usize::try_from(y)), (Ok(x), Ok(y)) if mask.get(x, y))
    };
    for (offset, extent) in across.iter().enumerate() {
        let Some((low, high)) = *extent else { continue };
        let along = i64::from(start) + offset as i64;
        let (low, high) = (i64::from(low), i64::from(high));
        // A slanted stroke leaves the rule at most as far away as the rule is thick.
        let slant = high - low;
        // One pixel beside the rule may be its own ragged edge; two are a stroke.
        let before = (-1..=1).any(|shift| dark(along + shift, low - 2));
        let after = (-slant..=slant).any(|shift| dark(along + shift, high + 1));
        if before && after {
            continue;
        }
        for across in low - 1..=high {
            let (x, y) = place(along, across);
            if let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y))
                && let Some(pixel) = image.get_pixel_mut_checked(x, y)
            {
                pixel.0 = [paper];
            }
        }
    }
}
