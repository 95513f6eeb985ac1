//! Follows ruled lines through their gaps: pieces that lie in one line are one rule.
//!
//! Print and scan break thin rules into dashes, and faint ones stay below the threshold that tells
//! ink from paper. Here a rule is a thin line that is darker than the paper on both of its sides,
//! in pieces that no stroke of a letter is long enough for.

use super::pieces::{Piece, Rules};
use crate::document::PixelBox;
use crate::images::{BitMask, PagePixels};
use crate::shapes;

/// Rules of broken lines are at most this thick, in text heights; strokes of bold letters are thicker.
const THICKNESS: f32 = 0.18;
/// Shortest piece of a horizontal rule in text heights.
const MIN_ACROSS: f32 = 0.4;
/// Shortest piece of a vertical rule in text heights: longer than a capital or a figure.
const MIN_DOWN: f32 = 2.2;
/// Longest gap between two pieces in text heights.
const MAX_GAP: f32 = 8.0;
/// Grain breaks pieces into parts with gaps of so many text heights; stems of letters are thicker.
const GRAIN: f32 = 0.07;
/// Share of the contrast between paper and ink by which a faint rule is darker than the paper.
const MIN_CONTRAST_SHARE: f32 = 0.12;
/// The same in gray levels, above the grain of the paper.
const MIN_CONTRAST: f32 = 10.0;
/// A rule that only its pieces show has this share of the longer side of the page at least.
const MIN_SPAN: f32 = 0.25;
/// Share of such a rule that its pieces cover.
const MIN_COVER: f32 = 0.2;
/// Share of a piece, or of a rule in pieces, that may have ink close to one of its sides: more is a line of text,
/// whose serifs and bows lie in one line too.
const MAX_TEXT: f32 = 0.15;
/// How close that is, in text heights.
const CLOSE: [f32; 3] = [0.12, 0.2, 0.35];
/// A rule rises or falls by at most so much of its length: pages are level to 0.4 degrees.
const MAX_SLOPE: f32 = 0.012;
/// More pieces than this are a halftone, not a form.
const MAX_PIECES: usize = 20_000;

/// Which way a rule runs. Positions along it and across it are x and y or y and x.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::prepare) enum Direction {
    Horizontal,
    Vertical,
}

/// A ruled line from its first piece to its last.
#[derive(Debug, Clone)]
pub(in crate::prepare) struct TracedRule {
    pub(super) direction: Direction,
    /// Position along the rule where `extents` begin.
    pub(super) start: u32,
    /// Its edges, for each pixel along it.
    pub(super) extents: Vec<Extent>,
    /// Whether it is dark enough to be ink of this side of the paper.
    pub(super) strength: Strength,
}

/// The edges of a rule at one place: the first and one past the last pixel across it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    Seen(u32, u32),
    /// In a gap, where the rule should run.
    Between(u32, u32),
}

impl Extent {
    /// Returns both edges.
    pub(super) fn edges(self) -> (u32, u32) {
        match self {
            Self::Seen(low, high) | Self::Between(low, high) => (low, high),
        }
    }
}

/// How dark a rule is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strength {
    Ink,
    /// Shows only by being darker than its neighborhood.
    Faint,
}

impl TracedRule {
    fn of_part(part: &Part, direction: Direction) -> Self {
        let extents = part.extents.iter().map(|&(low, high)| Extent::Seen(low, high)).collect();
        Self { direction, start: part.start, extents, strength: part.strength }
    }

    /// Returns the box around it in pixels.
    pub(in crate::prepare) fn bounds(&self) -> PixelBox {
        let low = self.extents.iter().map(|extent| extent.edges().0).min().unwrap_or(0);
        let high = self.extents.iter().map(|extent| extent.edges().1).max().unwrap_or(0);
        let end = self.start + self.extents.len() as u32;
        match self.direction {
            Direction::Horizontal => {
                PixelBox { left: self.start, top: low, right: end, bottom: high }
            }
            Direction::Vertical => {
                PixelBox { left: low, top: self.start, right: high, bottom: end }
            }
        }
    }
}

/// Part of a rule without gaps.
#[derive(Debug, Clone)]
struct Part {
    start: u32,
    extents: Vec<(u32, u32)>,
    strength: Strength,
}

impl Part {
    fn end(&self) -> u32 {
        self.start + self.extents.len() as u32
    }
}

/// A page whose rules are to be followed.
#[derive(Clone, Copy)]
pub(in crate::prepare) struct Ground<'a> {
    pub(in crate::prepare) pixels: &'a PagePixels,
    /// Its ink.
    pub(in crate::prepare) mask: &'a BitMask,
    /// Height of its text in pixels.
    pub(in crate::prepare) text_height: f32,
    /// Gray levels between its paper and its ink.
    pub(in crate::prepare) contrast: f32,
}

/// Follows the rules of a page; a page without a single clear piece has none.
pub(in crate::prepare) fn trace(ground: &Ground, rules: &Rules) -> Vec<TracedRule> {
    if rules.horizontal.is_empty() && rules.vertical.is_empty() {
        return Vec::new();
    }
    let height = ground.text_height;
    let thickest = (height * THICKNESS).round().clamp(3.0, 8.0) as usize;
    let grain = (height * GRAIN).round().clamp(1.0, 3.0) as usize;
    let (across, down) = thin_lines(ground, thickest + 1);
    let across =
        across.close_horizontally(grain).open_horizontally((height * MIN_ACROSS).max(8.0) as usize);
    let mut traced = trace_one_way(ground, across, &rules.horizontal, Direction::Horizontal);
    let down = down.close_vertically(grain).open_vertically((height * MIN_DOWN).max(16.0) as usize);
    traced.extend(trace_one_way(ground, down, &rules.vertical, Direction::Vertical));
    traced
}

/// Returns the pixels that are darker than those `reach` away on both sides: above and below, and left and right.
fn thin_lines(ground: &Ground, reach: usize) -> (BitMask, BitMask) {
    match ground.pixels {
        PagePixels::Bilevel(mask) => (mask.thin_lines_across(reach), mask.thin_lines_down(reach)),
        PagePixels::Gray(image) => {
            let least = (ground.contrast * MIN_CONTRAST_SHARE).max(MIN_CONTRAST) as u8;
            let across = BitMask::thin_across(image, reach, least);
            (across, BitMask::thin_down(image, reach, least))
        }
    }
}

fn trace_one_way(
    ground: &Ground,
    mut mask: BitMask,
    pieces: &[Piece],
    direction: Direction,
) -> Vec<TracedRule> {
    let text_height = ground.text_height;
    for run in pieces.iter().flat_map(|piece| &piece.runs) {
        mask.set(run.y as usize, run.left as usize, run.right as usize);
    }
    let shortest = shapes::sheet_side(mask.width, mask.height) as f32 * MIN_SPAN;
    let mut parts = parts(&mask, pieces, direction, text_height);
    parts.retain(|part| {
        part.strength == Strength::Ink
            || !is_beside_text(ground, &TracedRule::of_part(part, direction))
    });
    parts.sort_by_key(|part| part.start);
    let mut chains: Vec<Chain> = Vec::new();
    let mut open: Vec<Chain> = Vec::new();
    for part in parts {
        let (near, ended): (Vec<Chain>, Vec<Chain>) = open
            .into_iter()
            .partition(|chain| part.start as f32 <= chain.end as f32 + text_height * MAX_GAP);
        chains.extend(ended);
        open = near;
        let best = open
            .iter_mut()
            .filter_map(|chain| Some((chain.distance(&part)?, chain)))
            .min_by(|a, b| a.0.total_cmp(&b.0));
        match best {
            Some((_, chain)) => chain.push(part),
            None => open.push(Chain { end: part.end(), parts: vec![part] }),
        }
    }
    chains.extend(open);
    chains
        .into_iter()
        .filter(|chain| chain.is_rule(shortest))
        .map(|chain| chain.joined(direction))
        .filter(|rule| rule.strength == Strength::Ink || !is_beside_text(ground, rule))
        .map(|rule| match rule.strength {
            Strength::Faint if is_mostly_ink(ground, &rule) => {
                TracedRule { strength: Strength::Ink, ..rule }
            }
            Strength::Ink | Strength::Faint => rule,
        })
        .collect()
}

/// Returns whether most of what was seen of a rule is as dark as ink.
fn is_mostly_ink(ground: &Ground, rule: &TracedRule) -> bool {
    let (mut seen, mut ink) = (0, 0);
    for (along, extent) in (rule.start as usize..).zip(&rule.extents) {
        let Extent::Seen(low, high) = *extent else { continue };
        let across = u32::midpoint(low, high.saturating_sub(1)) as usize;
        let dark = match rule.direction {
            Direction::Horizontal => ground.mask.get(along, across),
            Direction::Vertical => ground.mask.get(across, along),
        };
        seen += 1;
        ink += usize::from(dark);
    }
    2 * ink > seen
}

/// Returns whether much of a rule has ink close to it at one side only. Strokes that cross a rule
/// have ink at both sides.
fn is_beside_text(ground: &Ground, rule: &TracedRule) -> bool {
    let mut beside = 0;
    for (along, extent) in (rule.start as usize..).zip(&rule.extents) {
        let (low, high) = extent.edges();
        let dark = |across: usize| match rule.direction {
            Direction::Horizontal => ground.mask.get(along, across),
            Direction::Vertical => ground.mask.get(across, along),
        };
        let steps = || CLOSE.iter().map(|share| (share * ground.text_height) as usize + 1);
        let before = steps().any(|step| (low as usize).checked_sub(step).is_some_and(dark));
        let after = steps().any(|step| dark(high as usize + step));
        beside += usize::from(before != after);
    }
    beside as f32 > rule.extents.len() as f32 * MAX_TEXT
}

/// Returns the parts of rules in a mask: its components, but for those that are no thin lines.
fn parts(mask: &BitMask, pieces: &[Piece], direction: Direction, text_height: f32) -> Vec<Part> {
    let Some(found) = shapes::find_components(mask).filter(|found| found.list.len() <= MAX_PIECES)
    else {
        return pieces.iter().map(|piece| piece_part(piece, direction)).collect();
    };
    let mut parts: Vec<Option<Part>> = found
        .list
        .iter()
        .map(|component| {
            let (start, end, depth) = match direction {
                Direction::Horizontal => {
                    (component.bounds.left, component.bounds.right, component.bounds.height())
                }
                Direction::Vertical => {
                    (component.bounds.top, component.bounds.bottom, component.bounds.width())
                }
            };
            let length = end - start;
            let level = depth as f32 <= text_height * THICKNESS + 3.0 + length as f32 * MAX_SLOPE;
            level.then(|| Part {
                start,
                extents: vec![(u32::MAX, 0); length as usize],
                strength: Strength::Faint,
            })
        })
        .collect();
    for run in &found.runs {
        if let Some(part) = &mut parts[run.component as usize] {
            widen(part, run.y, run.left, run.right, direction);
        }
    }
    // Where a part is too thick for a thin line, the piece alone is the rule.
    let number_at = |x: u32, y: u32| {
        let at = found.runs.partition_point(|run| (run.y, run.right) <= (y, x));
        found.runs.get(at).map(|run| run.component as usize)
    };
    let mut thick = Vec::new();
    for piece in pieces {
        let part =
            piece.runs.first().and_then(|run| parts.get_mut(number_at(run.left, run.y)?)?.as_mut());
        match part {
            Some(part) => part.strength = Strength::Ink,
            None => thick.push(piece_part(piece, direction)),
        }
    }
    parts.into_iter().flatten().chain(thick).collect()
}

fn piece_part(piece: &Piece, direction: Direction) -> Part {
    let (start, length) = match direction {
        Direction::Horizontal => (piece.bounds.left, piece.bounds.width()),
        Direction::Vertical => (piece.bounds.top, piece.bounds.height()),
    };
    let extents = vec![(u32::MAX, 0); length as usize];
    let mut part = Part { start, extents, strength: Strength::Ink };
    for run in &piece.runs {
        widen(&mut part, run.y, run.left, run.right, direction);
    }
    part
}

fn widen(part: &mut Part, y: u32, left: u32, right: u32, direction: Direction) {
    let (along, (low, high)) = match direction {
        Direction::Horizontal => (left..right, (y, y + 1)),
        Direction::Vertical => (y..y + 1, (left, right)),
    };
    for position in along {
        let extent = &mut part.extents[(position - part.start) as usize];
        *extent = (extent.0.min(low), extent.1.max(high));
    }
}

/// Parts that lie in one line, by their starts.
struct Chain {
    parts: Vec<Part>,
    end: u32,
}

impl Chain {
    /// Returns how far a part lies beside the line so far, or `None` if it does not go on with it.
    fn distance(&self, part: &Part) -> Option<f32> {
        let last = self.parts.last()?;
        let (from, to) = (last.extents.last()?, part.extents.first()?);
        let gap = part.start.saturating_sub(last.end()) as f32;
        let middle = |extent: &(u32, u32)| (extent.0 + extent.1) as f32 / 2.0;
        let thickness = (from.1 - from.0).max(to.1 - to.0) as f32;
        let beside = (middle(from) - middle(to)).abs();
        (beside <= 2.0 + thickness / 2.0 + gap * MAX_SLOPE).then_some(beside)
    }

    fn push(&mut self, part: Part) {
        self.end = self.end.max(part.end());
        self.parts.push(part);
    }

    fn is_rule(&self, shortest: f32) -> bool {
        let start = self.parts.first().map_or(0, |part| part.start);
        let span = (self.end - start) as f32;
        let covered: usize = self.parts.iter().map(|part| part.extents.len()).sum();
        self.parts.iter().any(|part| part.strength == Strength::Ink)
            || (span >= shortest && covered as f32 >= span * MIN_COVER)
    }

    /// Returns the rule with straight lines across its gaps.
    fn joined(self, direction: Direction) -> TracedRule {
        let is_ink = self.parts.iter().any(|part| part.strength == Strength::Ink);
        let start = self.parts.first().map_or(0, |part| part.start);
        let mut seen: Vec<(u32, u32)> = vec![(u32::MAX, 0); (self.end - start) as usize];
        for part in &self.parts {
            let offset = (part.start - start) as usize;
            for (extent, more) in seen[offset..].iter_mut().zip(&part.extents) {
                *extent = (extent.0.min(more.0), extent.1.max(more.1));
            }
        }
        let mut extents: Vec<Extent> = Vec::with_capacity(seen.len());
        let mut before = None;
        for (index, &after) in seen.iter().enumerate() {
            if after.0 > after.1 {
                continue;
            }
            let from = before.unwrap_or(after);
            let (first, length) = (extents.len(), (index + 1 - extents.len()) as f32);
            extents.extend((first..index).map(|at| {
                let share = (at + 1 - first) as f32 / length;
                let between =
                    |a: u32, b: u32| (a as f32 + (b as f32 - a as f32) * share).round() as u32;
                Extent::Between(between(from.0, after.0), between(from.1, after.1))
            }));
            extents.push(Extent::Seen(after.0, after.1));
            before = Some(after);
        }
        let strength = if is_ink { Strength::Ink } else { Strength::Faint };
        TracedRule { direction, start, extents, strength }
    }
}
