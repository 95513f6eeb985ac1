//! Ruled lines: what divides text, and what is to be taken off the mask before letters are looked for.
//!
//! Finds thin long runs of ink itself, because the page may still show them, and adds the marks that
//! preparation has found, which also know of faint and broken ones.

use super::part::Part;
use super::strike::Strike;
use crate::document::{Mark, PixelBox};
use crate::images::BitMask;
use crate::shapes::{self, Run};

/// Shortest run in pixels that can be part of a rule, whatever the size of the page.
const MIN_RUN: usize = 24;
/// A soft rule divides text only where the gap is wider than this share of the text's height: fax
/// streaks run through lines, too.
const SOFT_GAP: f32 = 0.6;
/// Pieces of one rule lie in one line with gaps of at most so many text heights.
const MAX_PIECE_GAP: f32 = 2.0;
/// And at most so many text heights beside each other.
const MAX_PIECE_SHIFT: f32 = 0.3;
/// What is left of a point on a rule is so high at least and so wide at most, in text heights, and so many times as wide
/// as it is high.
const LEAST_POINT: f32 = 0.1;
const MOST_POINT: f32 = 0.35;
const POINT_WIDTH: f32 = 2.2;
/// A rule meets another within so many text heights.
const MEETING: f32 = 1.0;
/// A vertical rule that meets so many horizontal ones is part of a grid.
const GRID_MEETINGS: usize = 2;

/// The rules of a page, in its pixels.
#[derive(Debug, Clone, Default)]
pub(super) struct Rules {
    pub horizontal: Vec<PixelBox>,
    pub vertical: Vec<PixelBox>,
    /// How many of them the mask showed; they come first.
    found: (usize, usize),
    /// The runs of those, from top to bottom.
    pub runs: Vec<Run>,
    /// Lines of their kind that run through words.
    pub strikes: Vec<Strike>,
}

/// Finds the rules that a mask shows: runs of at least 1/50 of the longer side that join to thin
/// lines of at least 1/33 of it (1/24 for vertical ones, which tall letters would resemble). Clears
/// them from the mask with the pixels beside them.
pub(super) fn take_off(mask: &mut BitMask) -> Rules {
    let side = shapes::sheet_side(mask.width, mask.height);
    let length = (side / 50).max(MIN_RUN);
    let mut across = thin_lines(&mask.open_horizontally(length), side / 33, PixelBox::width);
    let down = thin_lines(&mask.open_vertically(length), side / 24, PixelBox::height);
    let strikes = take_strikes(mask, &mut across);
    for run in &across.1 {
        let y = run.y as usize;
        for y in y.saturating_sub(1)..(y + 2).min(mask.height) {
            mask.clear(y, (run.left as usize).saturating_sub(1), run.right as usize + 1);
        }
    }
    for run in &down.1 {
        mask.clear(run.y as usize, (run.left as usize).saturating_sub(1), run.right as usize + 1);
    }
    let found = (across.0.len(), down.0.len());
    let mut runs = across.1;
    runs.extend(down.1);
    runs.sort_unstable_by_key(|run| (run.y, run.left));
    for strike in &strikes {
        strike.take_off(mask);
    }
    Rules { horizontal: across.0, vertical: down.0, found, runs, strikes }
}

/// Takes the lines that run through words out of the rules of a mask.
fn take_strikes(mask: &BitMask, rules: &mut (Vec<PixelBox>, Vec<Run>)) -> Vec<Strike> {
    let mut strikes = Vec::new();
    let mut is_kept = vec![true; rules.0.len()];
    for (index, bounds) in rules.0.iter().enumerate() {
        let runs = rules.1.iter().filter(|run| run.component as usize == index);
        if let Some(strike) = Strike::of(mask, bounds, runs) {
            strikes.push(strike);
            is_kept[index] = false;
        }
    }
    if !strikes.is_empty() {
        rules.1.retain(|run| is_kept[run.component as usize]);
        let mut kept = is_kept.iter();
        rules.0.retain(|_| kept.next().is_none_or(|is_kept| *is_kept));
    }
    strikes
}

/// Returns the boxes of the components of an opened mask that are thin lines, and their runs.
fn thin_lines(
    opened: &BitMask,
    shortest: usize,
    length: fn(&PixelBox) -> u32,
) -> (Vec<PixelBox>, Vec<Run>) {
    let side = shapes::sheet_side(opened.width, opened.height);
    let thickest = (side / 110).max(3) as f32;
    let shortest = shortest.max(MIN_RUN * 3 / 2);
    let Some(found) = shapes::find_components(opened) else { return Default::default() };
    let is_rule: Vec<bool> = found
        .list
        .iter()
        .map(|component| {
            let long = length(&component.bounds);
            let thickness = component.area as f32 / long.max(1) as f32;
            long as usize >= shortest && thickness <= thickest && long as f32 >= 8.0 * thickness
        })
        .collect();
    let chosen = found.list.iter().zip(&is_rule).filter(|(_, is_rule)| **is_rule);
    let boxes = chosen.map(|(component, _)| component.bounds).collect();
    // Runs know their rule by its place among the boxes.
    let mut numbers = vec![0_u32; is_rule.len()];
    let mut next = 0;
    for (number, is_rule) in numbers.iter_mut().zip(&is_rule) {
        *number = next;
        next += u32::from(*is_rule);
    }
    let of_rules = found.runs.into_iter().filter(|run| is_rule[run.component as usize]);
    let runs = of_rules.map(|run| Run { component: numbers[run.component as usize], ..run });
    (boxes, runs.collect())
}

impl Rules {
    /// Returns the horizontal and the vertical rules that the mask itself showed.
    pub fn found(&self) -> (&[PixelBox], &[PixelBox]) {
        (&self.horizontal[..self.found.0], &self.vertical[..self.found.1])
    }

    /// Takes away vertical rules that divide nothing.
    pub fn drop_vertical(&mut self, indexes: impl Iterator<Item = usize>) {
        let mut is_kept = vec![true; self.vertical.len()];
        indexes.for_each(|index| is_kept[index] = false);
        self.found.1 -= is_kept[..self.found.1].iter().filter(|is_kept| !**is_kept).count();
        let mut kept = is_kept.iter();
        self.vertical.retain(|_| kept.next().is_none_or(|is_kept| *is_kept));
    }

    /// Adds the rules that preparation found.
    pub fn extend(&mut self, marks: &[Mark]) {
        for mark in marks {
            match mark {
                Mark::HorizontalRule(bounds) => self.horizontal.push(*bounds),
                Mark::VerticalRule(bounds) => self.vertical.push(*bounds),
                Mark::Unread(_)
                | Mark::TickBox(_)
                | Mark::Barcode(_)
                | Mark::Cells(_)
                | Mark::Leader(_)
                | Mark::Picture(_)
                | Mark::Struck(_)
                | Mark::Region(_) => {}
            }
        }
    }
}

impl Rules {
    /// Returns whether a part is a dash of a horizontal rule: flat and within it.
    pub fn dashed(&self, part: &Part, shear: Shear, text_height: f32) -> bool {
        if part.height() > 0.3 * text_height + 1.0 {
            return false;
        }
        let lower = shear.at(part.middle_x());
        let (top, bottom) = (part.top + lower, part.bottom + lower);
        let edge = 0.1 * text_height + 1.0;
        // A point that stands on a rule, which took its foot.
        let may_be_point = part.height() >= (LEAST_POINT * text_height).max(3.0)
            && part.width() <= MOST_POINT * text_height
            && part.width() <= POINT_WIDTH * part.height();
        let is_on = |rule: &PixelBox| may_be_point && top < rule.top as f32;
        self.horizontal.iter().any(|rule| {
            !is_on(rule)
                && rule.width() as f32 > 6.0 * text_height
                && top >= rule.top as f32 - edge
                && bottom <= rule.bottom as f32 + edge
                && part.right >= rule.left as f32 - 2.0 * text_height
                && part.left <= rule.right as f32 + 2.0 * text_height
        })
    }
}

/// How surely a vertical rule divides text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Firmness {
    /// It stands in a grid.
    Firm,
    /// It may be a streak.
    Soft,
}

/// A vertical rule put together from its pieces, in sheared coordinates.
#[derive(Debug, Clone, Copy)]
struct Barrier {
    /// Its middle at `middle_y`.
    x: f32,
    middle_y: f32,
    top: f32,
    bottom: f32,
    firmness: Firmness,
}

/// The vertical rules of a page as dividers of text, in sheared coordinates.
#[derive(Debug, Clone, Default)]
pub(super) struct Barriers {
    list: Vec<Barrier>,
    /// Of the lines in px a px; the rules lean by as much.
    slope: f32,
}

/// How the coordinates of parts differ from the page's pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shear {
    /// In px a px, positive where lines fall to the right.
    pub slope: f32,
    /// Where nothing is moved.
    pub middle_x: f32,
}

impl Shear {
    /// Returns by how many pixels what stands at `x` lies lower on the page.
    pub fn at(self, x: f32) -> f32 {
        self.slope * (x - self.middle_x)
    }
}

impl Barriers {
    /// Joins the pieces of the vertical rules of a page.
    pub fn of(rules: &Rules, shear: Shear, text_height: f32) -> Self {
        let mut pieces: Vec<Barrier> =
            rules.vertical.iter().map(|bounds| piece(bounds, shear)).collect();
        pieces.sort_by(|a, b| a.top.total_cmp(&b.top));
        let mut list: Vec<Barrier> = Vec::new();
        for piece in pieces {
            let continued = list.iter_mut().find(|barrier| {
                piece.top - barrier.bottom <= MAX_PIECE_GAP * text_height
                    && (barrier.x_at(piece.middle_y, shear.slope) - piece.x).abs()
                        <= MAX_PIECE_SHIFT * text_height
            });
            match continued {
                Some(barrier) => barrier.bottom = barrier.bottom.max(piece.bottom),
                None => list.push(piece),
            }
        }
        let reach = MEETING * text_height;
        for barrier in &mut list {
            let meets = |rule: &&PixelBox| {
                let y = f32::midpoint(rule.top as f32, rule.bottom as f32) - shear.at(barrier.x);
                (rule.left as f32 - reach..=rule.right as f32 + reach).contains(&barrier.x)
                    && (barrier.top - reach..=barrier.bottom + reach).contains(&y)
            };
            // A double rule or a rule reported twice is one.
            let mut meetings: Vec<f32> =
                rules.horizontal.iter().filter(meets).map(|rule| rule.top as f32).collect();
            meetings.sort_by(f32::total_cmp);
            meetings.dedup_by(|a, b| (*a - *b).abs() < text_height);
            if meetings.len() >= GRID_MEETINGS {
                barrier.firmness = Firmness::Firm;
            }
        }
        Self { list, slope: shear.slope }
    }

    /// Returns whether a rule divides what ends at `left` from what begins at `right`, at the height
    /// `y`, in text of the height `text_height`.
    pub fn divide(&self, (left, right): (f32, f32), y: f32, text_height: f32) -> bool {
        let gap = right - left;
        self.list.iter().any(|barrier| {
            if y < barrier.top || y > barrier.bottom {
                return false;
            }
            let x = barrier.x_at(y, self.slope);
            let margin = match barrier.firmness {
                Firmness::Firm => 2.0,
                Firmness::Soft if gap > SOFT_GAP * text_height => 0.0,
                Firmness::Soft => return false,
            };
            (left - margin..=right + margin).contains(&x)
        })
    }

    /// Returns whether a part is a splinter of a vertical rule: narrow and in line with it.
    pub fn splintered(&self, part: &Part, text_height: f32) -> bool {
        if part.width() >= 0.5 * text_height || part.height() <= 1.5 * part.width() {
            return false;
        }
        let reach = 0.15 * text_height + 2.0;
        self.list.iter().any(|barrier| {
            let beyond = 0.4 * text_height;
            barrier.bottom - barrier.top > 6.0 * text_height
                && (barrier.top - beyond..=barrier.bottom + beyond).contains(&part.middle_y())
                && (barrier.x_at(part.middle_y(), self.slope) - part.middle_x()).abs() <= reach
        })
    }
}

fn piece(bounds: &PixelBox, shear: Shear) -> Barrier {
    let x = f32::midpoint(bounds.left as f32, bounds.right as f32);
    let (top, bottom) = (bounds.top as f32 - shear.at(x), bounds.bottom as f32 - shear.at(x));
    Barrier { x, middle_y: f32::midpoint(top, bottom), top, bottom, firmness: Firmness::Soft }
}

impl Barrier {
    fn x_at(&self, y: f32, slope: f32) -> f32 {
        self.x - slope * (y - self.middle_y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_that_stands_on_a_rule_is_no_dash_of_it() {
        let rule = PixelBox { left: 100, top: 591, right: 1_300, bottom: 594 };
        // As preparation marks it, with some pixels around.
        let mark = PixelBox { left: 99, top: 588, right: 1_301, bottom: 595 };
        let rules = Rules { horizontal: vec![rule, mark], ..Rules::default() };
        let shear = Shear { slope: 0.0, middle_x: 700.0 };
        let is_dash = |top: f32, width: f32| {
            let part = Part { left: 400.0, top, right: 400.0 + width, bottom: 590.0, area: 18.0 };
            rules.dashed(&part, shear, 25.0)
        };
        assert!(!is_dash(586.0, 5.0), "what the rule left of a point");
        assert!(is_dash(588.0, 5.0), "a bump of its edge");
        assert!(is_dash(586.0, 12.0), "a dash");
    }
}
