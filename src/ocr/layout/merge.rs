//! Strips → lines: joins strips of one baseline, gives the small parts (dots, commas, accents,
//! pieces of broken letters) to the strip that they stand at.

use super::part::Part;
use super::rules::Barriers;
use super::strip::Strip;

/// Longest gap between two strips of one line, in x-heights.
const MAX_GAP: f32 = 3.0;
/// Their x-height zones share this share of the smaller.
const MIN_ZONE_OVERLAP: f32 = 0.6;
/// The larger x-height is at most so many times the smaller …
const MAX_RATIO: f32 = 1.8;
/// … or so many times, where one lies over the other.
const MAX_RATIO_OVERLAPPING: f32 = 3.0;
/// Merging comes to rest after a few rounds; noise may take longer than it is worth.
const MAX_ROUNDS: usize = 6;

/// A strip of so few parts may be a piece of punctuation, not a line.
const FEW_PARTS: usize = 3;
/// And so narrow, in its own x-heights.
const NARROW: f32 = 3.0;
/// Distance to the line that it is punctuation of, in that line's x-heights.
const PUNCTUATION_REACH: f32 = 1.7;

/// Reach of a line for small parts, in its x-heights.
const ATTACH_REACH: f32 = 1.3;
/// The middle of a part lies between these, above the baseline in x-heights.
const ATTACH_ABOVE: f32 = 1.9;
const ATTACH_BELOW: f32 = 0.45;
/// A dot beside a line has this area in squares of the x-height.
const MIN_DOT_AREA: f32 = 0.02;
/// Each x-height of a part that stands out of the line's height weighs like so many of distance.
const EXCESS_WEIGHT: f32 = 3.0;
/// Letters stand between these, above and below the baseline in x-heights.
const HIGHEST: f32 = 1.5;
const LOWEST: f32 = 0.5;
/// What stands out more is a stroke beside the line: a bracket, a piece of a rule, a signature.
const MAX_EXCESS: f32 = 1.0;
/// Narrow parts that are higher than brackets, both in x-heights, are pieces of rules.
const STROKE_WIDTH: f32 = 0.35;
const STROKE_HEIGHT: f32 = 1.9;
/// Flat parts wider than so many x-heights are underlines if they lie below the baseline.
const UNDERLINE_WIDTH: f32 = 1.5;

/// Joins strips of one line. `remeasured`: a joined strip is measured anew, else it keeps the
/// measures of the one with more letters.
pub(super) fn merge(
    mut strips: Vec<Strip>,
    parts: &[Part],
    barriers: &Barriers,
    measures: Measures,
) -> Vec<Strip> {
    for _ in 0..MAX_ROUNDS {
        let before = strips.len();
        strips = merge_once(strips, parts, barriers, measures);
        if strips.len() == before {
            break;
        }
    }
    strips
}

/// Where the measures of a joined strip come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measures {
    /// From all its parts.
    New,
    /// From the strip with more letters.
    OfLonger,
}

fn merge_once(
    mut strips: Vec<Strip>,
    parts: &[Part],
    barriers: &Barriers,
    measures: Measures,
) -> Vec<Strip> {
    strips.sort_by(|a, b| a.base.total_cmp(&b.base));
    let mut slots: Vec<Option<Strip>> = strips.into_iter().map(Some).collect();
    for first in 0..slots.len() {
        let Some(mut strip) = slots[first].take() else { continue };
        let mut is_changed = false;
        for slot in &mut slots[first + 1..] {
            let Some(other) = slot else { continue };
            // The zones of strips farther down cannot meet; slopes of their own move them a little.
            let slack = 0.01 * (other.left - strip.right).max(strip.left - other.right).max(0.0);
            if other.base - MAX_RATIO_OVERLAPPING * strip.x_height - slack > strip.base
                && other.base - strip.base > 0.02 * strip.width().max(other.width())
            {
                break;
            }
            if is_same_line(&strip, other, barriers)
                && let Some(other) = slot.take()
            {
                strip.join(other);
                is_changed = true;
            }
        }
        if is_changed && measures == Measures::New {
            strip = Strip::of(strip.members, parts);
        }
        slots[first] = Some(strip);
    }
    slots.into_iter().flatten().collect()
}

fn is_same_line(a: &Strip, b: &Strip, barriers: &Barriers) -> bool {
    let (left, right) = if a.left <= b.left { (a, b) } else { (b, a) };
    let gap = right.left - left.right;
    let (smaller, larger) = (a.x_height.min(b.x_height), a.x_height.max(b.x_height));
    let longer = if a.members.len() >= b.members.len() { a } else { b };
    if gap > MAX_GAP * longer.x_height {
        return false;
    }
    let ratio = if gap < 0.0 { MAX_RATIO_OVERLAPPING } else { MAX_RATIO };
    let x = f32::midpoint(left.right, right.left);
    let (base_a, base_b) = (a.base_at(x), b.base_at(x));
    let overlap = base_a.min(base_b) - (base_a - a.x_height).max(base_b - b.x_height);
    overlap > MIN_ZONE_OVERLAP * smaller
        && larger < ratio * smaller
        && !barriers.divide((left.right, right.left), base_a - a.x_height / 2.0, smaller)
}

/// Takes apart strips that are only punctuation of a line beside them; their parts become loose.
pub(super) fn dissolve(strips: Vec<Strip>, parts: &[Part]) -> Vec<Strip> {
    let index = StripIndex::of(&strips);
    let kept: Vec<bool> = strips
        .iter()
        .map(|strip| {
            let is_small =
                strip.members.len() <= FEW_PARTS && strip.width() <= NARROW * strip.x_height;
            !is_small
                || !index.any_near(strip.top, strip.bottom, |id| {
                    is_punctuation_of(strip, &strips[id], parts)
                })
        })
        .collect();
    strips.into_iter().zip(kept).filter_map(|(strip, kept)| kept.then_some(strip)).collect()
}

fn is_punctuation_of(strip: &Strip, line: &Strip, parts: &[Part]) -> bool {
    if line.members.len() < 2 * strip.members.len() {
        return false;
    }
    let x_height = line.x_height;
    let gap = (strip.left - line.right).max(line.left - strip.right);
    let base = line.base_at(strip.middle_x());
    let above = base - f32::midpoint(strip.top, strip.bottom);
    if gap > PUNCTUATION_REACH * x_height || !(-0.5 * x_height..=1.75 * x_height).contains(&above) {
        return false;
    }
    let highest = strip
        .members
        .iter()
        .map(|&id| parts[id as usize].height())
        .fold(0.0, f32::max)
        .max(strip.bottom - strip.top);
    highest < 0.85 * x_height
        || strip.bottom < base + 0.6 * x_height && strip.top > base - 1.8 * x_height
}

/// Gives loose parts to the lines that they stand at, from left to right and then back, so that a
/// period carries the quote that follows it. `is_loose` tells which parts are free, and is updated.
pub(super) fn attach(
    strips: &mut [Strip],
    parts: &[Part],
    is_loose: &mut [bool],
    (text_height, barriers): (f32, &Barriers),
) {
    let fits = |part: &Part| {
        part.area > 0.012 * text_height * text_height
            && part.area >= 3.0
            && part.height() < 4.5 * text_height
            && part.width() < 20.0 * text_height
    };
    let mut loose: Vec<u32> = (0..parts.len() as u32)
        .filter(|&id| is_loose[id as usize] && fits(&parts[id as usize]))
        .collect();
    loose.sort_by(|&a, &b| parts[a as usize].left.total_cmp(&parts[b as usize].left));
    // How far a line reaches up and down does not change while it grows sideways.
    let index = StripIndex::of(strips);
    let mut give = |id: u32| {
        if !is_loose[id as usize] {
            return;
        }
        let part = &parts[id as usize];
        let mut best: Option<(f32, usize)> = None;
        index.each_near(part.top, part.bottom, |line| {
            if let Some(distance) = distance(part, &strips[line], barriers)
                && best.is_none_or(|(least, _)| distance < least)
            {
                best = Some((distance, line));
            }
        });
        if let Some((_, line)) = best {
            strips[line].attach(id, part);
            is_loose[id as usize] = false;
        }
    };
    for &id in loose.iter().chain(loose.iter().rev()) {
        give(id);
    }
}

/// Returns how far a part is from a line in its x-heights, if it can belong to it.
fn distance(part: &Part, line: &Strip, barriers: &Barriers) -> Option<f32> {
    let x_height = line.x_height;
    let gap = (part.left - line.right).max(line.left - part.right).max(0.0);
    if gap > ATTACH_REACH * x_height {
        return None;
    }
    let base = line.base_at(part.middle_x());
    let above = (base - part.middle_y()) / x_height;
    if !(-ATTACH_BELOW..=ATTACH_ABOVE).contains(&above)
        || gap > 0.0 && part.area <= MIN_DOT_AREA * x_height * x_height
        || above < -0.1
            && part.width() > UNDERLINE_WIDTH * x_height
            && part.width() > 5.0 * part.height()
    {
        return None;
    }
    let between =
        if part.left > line.right { (line.right, part.left) } else { (part.right, line.left) };
    if gap > 0.0 && barriers.divide(between, part.middle_y(), x_height) {
        return None;
    }
    let excess = (base - HIGHEST * x_height - part.top).max(0.0)
        + (part.bottom - base - LOWEST * x_height).max(0.0);
    let is_stroke =
        part.width() < STROKE_WIDTH * x_height && part.height() > STROKE_HEIGHT * x_height;
    if excess > MAX_EXCESS * x_height || is_stroke {
        return None;
    }
    Some((gap + EXCESS_WEIGHT * excess) / x_height)
}

/// Strips by the heights that they reach over.
struct StripIndex {
    top: f32,
    height: f32,
    rows: Vec<Vec<u32>>,
}

impl StripIndex {
    fn of(strips: &[Strip]) -> Self {
        let reach = |strip: &Strip| {
            let slack = strip.slope.abs() * strip.width() + 2.0;
            (
                strip.top.min(strip.base - 2.4 * strip.x_height) - slack,
                strip.bottom.max(strip.base + 1.2 * strip.x_height) + slack,
            )
        };
        let top = strips.iter().map(|strip| reach(strip).0).fold(f32::MAX, f32::min).min(0.0);
        let bottom = strips.iter().map(|strip| reach(strip).1).fold(top, f32::max);
        let mut heights: Vec<f32> = strips.iter().map(|strip| strip.x_height).collect();
        let height = super::strip::median(&mut heights).max(4.0) * 2.0;
        let count = ((bottom - top) / height) as usize + 1;
        let mut rows: Vec<Vec<u32>> = vec![Vec::new(); count];
        for (id, strip) in strips.iter().enumerate() {
            let (from, to) = reach(strip);
            let row = |y: f32| (((y - top) / height) as usize).min(count - 1);
            for row in &mut rows[row(from)..=row(to)] {
                row.push(id as u32);
            }
        }
        Self { top, height, rows }
    }

    /// Calls `found` with each strip that may reach the middle of `top..bottom`.
    fn each_near(&self, top: f32, bottom: f32, mut found: impl FnMut(usize)) {
        let row = ((f32::midpoint(top, bottom) - self.top).max(0.0) / self.height) as usize;
        for &id in self.rows.get(row).map_or(&[][..], Vec::as_slice) {
            found(id as usize);
        }
    }

    fn any_near(&self, top: f32, bottom: f32, mut is_wanted: impl FnMut(usize) -> bool) -> bool {
        let mut any = false;
        self.each_near(top, bottom, |id| any = any || is_wanted(id));
        any
    }
}
