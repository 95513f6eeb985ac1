//! Takes ruled lines off a page without hurting the strokes that cross them.

use image::GrayImage;

use super::trace::{Direction, Extent, TracedRule};
use crate::prepare::bits::BitMask;

/// Pixels beside a rule that its blurred edge darkens on gray pages.
const FRINGE: i64 = 2;

/// Paints rules in the gray of the paper beside them. Where a stroke goes on at both sides of a
/// rule it stays; `mask` is that of the page's ink, `paper` the gray of paper where nothing is
/// beside the rule.
pub(in crate::prepare) fn erase(
    rules: &[TracedRule],
    image: &mut GrayImage,
    mask: &BitMask,
    paper: u8,
) {
    // A rule that crosses another one is no stroke.
    let mut strokes = mask.clone();
    for rule in rules {
        clear(rule, &mut strokes);
    }
    for rule in rules {
        erase_one(rule, image, &strokes, paper);
    }
}

/// Clears a rule, one pixel beyond its edges, where it was seen.
fn clear(rule: &TracedRule, mask: &mut BitMask) {
    for (along, extent) in (rule.start as usize..).zip(&rule.extents) {
        let Extent::Seen(low, high) = *extent else { continue };
        let (low, high) = ((low as usize).saturating_sub(1), high as usize + 1);
        match rule.direction {
            Direction::Horizontal => {
                (low..high.min(mask.height)).for_each(|y| mask.clear(y, along, along + 1));
            }
            Direction::Vertical => mask.clear(along, low, high),
        }
    }
}

fn erase_one(rule: &TracedRule, image: &mut GrayImage, mask: &BitMask, paper: u8) {
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
    for (along, &extent) in (i64::from(rule.start)..).zip(&rule.extents) {
        let (low, high) = extent.edges();
        let (low, high) = (i64::from(low), i64::from(high));
        // A slanted stroke leaves the rule at most as far away as the rule is thick.
        let slant = high - low;
        // One pixel beside the rule may be its own ragged edge; two are a stroke.
        let before = (-1..=1).any(|shift| dark(along + shift, low - 2));
        let after = (-slant..=slant).any(|shift| dark(along + shift, high + 1));
        let is_stroke = match extent {
            Extent::Seen(..) => before && after,
            Extent::Between(..) => before || after,
        };
        if is_stroke {
            continue;
        }
        let beside = |across: i64| {
            let (x, y) = place(along, across)?;
            image.get_pixel_checked(x, y).filter(|_| !dark(along, across)).map(|pixel| pixel.0[0])
        };
        let sides = [beside(low - FRINGE - 1), beside(high + FRINGE)];
        let ground = sides.into_iter().flatten().max().unwrap_or(paper);
        for across in low - FRINGE..high + FRINGE {
            let inside = (low - 1..=high).contains(&across);
            if let Some((x, y)) = place(along, across)
                && let Some(pixel) = image.get_pixel_mut_checked(x, y)
                // The fringe beyond the edge is gray; a letter that stands there is dark.
                && (inside || !mask.get(x as usize, y as usize))
            {
                pixel.0 = [pixel.0[0].max(ground)];
            }
        }
    }
}
