//! Takes ruled lines off a page without hurting the strokes that cross them.

use super::trace::{Direction, Extent, TracedRule};
use crate::images::{BitMask, PagePixels};

/// Pixels beside a rule that its blurred edge darkens on gray pages.
const FRINGE: i64 = 2;
/// How far beside the straight line across a gap a rest of the rule may lie, in pixels.
const BESIDE: u32 = 2;

/// Paints rules in the gray of the paper beside them. Where a stroke goes on at both sides of a
/// rule it stays; `mask` is that of the page's ink, `paper` the gray of paper where nothing is
/// beside the rule.
pub(in crate::prepare) fn erase(
    rules: &[TracedRule],
    page: &mut PagePixels,
    mask: &BitMask,
    paper: u8,
) {
    // A rule that crosses another one is no stroke.
    let edges: Vec<Vec<Edges>> = rules.iter().map(|rule| edges(rule, mask)).collect();
    let mut strokes = mask.clone();
    for (rule, edges) in rules.iter().zip(&edges) {
        clear(rule, edges, &mut strokes);
    }
    for (rule, edges) in rules.iter().zip(&edges) {
        erase_one(rule, edges, page, &strokes, paper);
    }
}

/// First and one past the last pixel across a rule at one place along it; `None` where something
/// thicker stands in its way.
type Edges = Option<(u32, u32)>;

/// Returns the edges of a rule along its way. In a gap there may be a rest of it that was too short
/// to be seen, a little beside the straight line.
fn edges(rule: &TracedRule, mask: &BitMask) -> Vec<Edges> {
    let seen = || rule.extents.iter().filter(|extent| matches!(extent, Extent::Seen(..)));
    let thickest = seen().map(|extent| extent.edges().1 - extent.edges().0).max().unwrap_or(0);
    let edges_at = |(along, extent): (u32, &Extent)| {
        let (low, high) = extent.edges();
        if matches!(extent, Extent::Seen(..)) {
            return Some((low, high));
        }
        let dark = |across: u32| match rule.direction {
            Direction::Horizontal => mask.get(along as usize, across as usize),
            Direction::Vertical => mask.get(across as usize, along as usize),
        };
        let near = low.saturating_sub(BESIDE)..high + BESIDE;
        let Some(first) = near.clone().find(|&across| dark(across)) else {
            return Some((low, high));
        };
        let before =
            (0..first).rev().take(thickest as usize + 1).take_while(|&at| dark(at)).count();
        let start = first - before as u32;
        let length =
            (start..).take(thickest as usize + 2).take_while(|&at| dark(at)).count() as u32;
        (length <= thickest + 1).then_some((start.min(low), (start + length).max(high)))
    };
    (rule.start..).zip(&rule.extents).map(edges_at).collect()
}

/// Clears a rule, one pixel beyond its edges.
fn clear(rule: &TracedRule, edges: &[Edges], mask: &mut BitMask) {
    for (along, edges) in (rule.start as usize..).zip(edges) {
        let Some((low, high)) = *edges else { continue };
        let (low, high) = ((low as usize).saturating_sub(1), high as usize + 1);
        match rule.direction {
            Direction::Horizontal => {
                (low..high.min(mask.height)).for_each(|y| mask.clear(y, along, along + 1));
            }
            Direction::Vertical => mask.clear(along, low, high),
        }
    }
}

fn erase_one(rule: &TracedRule, edges: &[Edges], page: &mut PagePixels, mask: &BitMask, paper: u8) {
    let place = |along: i64, across: i64| {
        let (x, y) = match rule.direction {
            Direction::Horizontal => (along, across),
            Direction::Vertical => (across, along),
        };
        Some((u32::try_from(x).ok()?, u32::try_from(y).ok()?))
    };
    let dark = |along: i64, across: i64| {
        place(along, across).is_some_and(|(x, y)| mask.get(x as usize, y as usize))
    };
    for (along, edges) in (i64::from(rule.start)..).zip(edges) {
        let Some((low, high)) = *edges else { continue };
        let (low, high) = (i64::from(low), i64::from(high));
        // A slanted stroke leaves the rule at most as far away as the rule is thick.
        let slant = high - low;
        // One pixel beside the rule may be its own ragged edge; two are a stroke.
        let before = (-1..=1).any(|shift| dark(along + shift, low - 2));
        let after = (-slant..=slant).any(|shift| dark(along + shift, high + 1));
        if before && after {
            continue;
        }
        let beside = |across: i64| {
            let (x, y) = place(along, across)?;
            level(page, x, y).filter(|_| !dark(along, across))
        };
        let sides = [beside(low - FRINGE - 1), beside(high + FRINGE)];
        let ground = sides.into_iter().flatten().max().unwrap_or(paper);
        for across in low - FRINGE..high + FRINGE {
            let inside = (low - 1..=high).contains(&across);
            if let Some((x, y)) = place(along, across)
                // The fringe beyond the edge is gray; a letter that stands there is dark.
                && (inside || !mask.get(x as usize, y as usize))
            {
                lighten(page, x, y, ground);
            }
        }
    }
}

/// Returns how light a pixel is; `None` outside of the page.
fn level(page: &PagePixels, x: u32, y: u32) -> Option<u8> {
    match page {
        PagePixels::Bilevel(mask) => {
            let (x, y) = (x as usize, y as usize);
            let inside = x < mask.width && y < mask.height;
            inside.then(|| if mask.get(x, y) { 0 } else { 255 })
        }
        PagePixels::Gray(image) => image.get_pixel_checked(x, y).map(|pixel| pixel.0[0]),
    }
}

/// Makes a pixel at least as light as `level`; does nothing outside of the page.
fn lighten(page: &mut PagePixels, x: u32, y: u32, level: u8) {
    match page {
        PagePixels::Bilevel(mask) => {
            if level >= 128 && (y as usize) < mask.height {
                mask.clear(y as usize, x as usize, x as usize + 1);
            }
        }
        PagePixels::Gray(image) => {
            if let Some(pixel) = image.get_pixel_mut_checked(x, y) {
                pixel.0 = [pixel.0[0].max(level)];
            }
        }
    }
}
