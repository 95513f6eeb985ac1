//! Where the text of a page stands: lines, columns, cells of ruled tables, reading order.
//!
//! Works on prepared pages: upright and level. Knows nothing of what the text says. Rules come off
//! first, then connected components are chained to strips, strips to lines; what is small is given to
//! the line that it stands at. A line is cut into segments at wide gaps, at gutters and at vertical
//! rules, and each segment is recognized by itself. The recognizers call [`analyze`], read the
//! [`Layout::crop`] of each segment, ask [`Layout::kept`] which readings are text, and
//! [`Layout::word_box`] where their words stand.

mod account;
mod bars;
mod chains;
mod combs;
mod crop;
mod doubts;
mod found;
mod frame;
mod given;
mod gutters;
mod ink;
mod keep;
mod leaders;
mod merge;
mod narrow;
mod order;
mod part;
mod rest;
mod retouch;
mod rows;
mod rules;
mod scene;
mod seeds;
mod segment;
mod skew;
mod spread;
mod strike;
mod strip;
mod struck;
mod turned;

#[cfg(test)]
mod tests;

pub(super) use self::found::{Doubt, Ground, Layout, Segment};
use self::frame::RunRows;
pub(super) use self::given::of_lines;
pub(super) use self::keep::{Reading, doubt_of};
use self::part::bounds_of;
use self::retouch::Retouches;
use self::scene::{Lines, Scene};
use self::strike::Strike;
use crate::images::{BitMask, PagePixels};
use crate::shapes::{self, Components};

/// More components than this are noise or a halftone: a dense page of text has 10,000. Strips may have as
/// many on each sheet of their length.
const MAX_COMPONENTS: usize = 150_000;
/// More letters than this are noise, too: a newspaper page has 20,000.
const MAX_LETTERS: usize = 40_000;
/// And more segments than this: dense tables have 600.
const MAX_SEGMENTS: usize = 4_000;

/// Finds the lines of a page. Work and memory are bounded: a page of noise has a doubt and no segments.
pub(super) fn analyze(ground: &Ground) -> Layout {
    let ink::Ink { mask, faint } = ink::of(ground.pixels);
    Layout { faint, ..analyze_mask(ground, mask) }
}

/// Finds the lines of a part or of another view of a page; what is faint there is not looked for.
pub(super) fn analyze_part(ground: &Ground) -> Layout {
    analyze_mask(ground, ink::mask_of(ground.pixels))
}

fn analyze_mask(ground: &Ground, mut mask: BitMask) -> Layout {
    let inverted = bars::invert(&mut mask);
    let ink = mask.count();
    let mut rules = rules::take_off(&mut mask);
    rules.extend(ground.marks);
    let mut layout = Layout { size: ground.pixels.dimensions(), ..Layout::default() };
    layout.rule_runs = RunRows::of(std::mem::take(&mut rules.runs), mask.height);
    let sheets = shapes::sheets(mask.width, mask.height);
    let found = find_components(&mut mask, std::mem::take(&mut rules.strikes), &mut layout);
    let Some(Components { list, runs }) = found else {
        layout.doubts.push(Doubt::Noise);
        return layout;
    };
    if let (PagePixels::Gray(page), false) = (ground.pixels, layout.strikes.is_empty()) {
        layout.retouches = Some(Retouches::of(page, &layout.strikes));
    }
    let Some(scene) = Scene::of(ground, (&mask, &list), rules) else {
        layout.doubts.extend(rest::has_much_ink(ink, &mask).then_some(Doubt::FewLetters));
        return layout;
    };
    if scene.letters.len() > MAX_LETTERS * sheets {
        layout.doubts.push(Doubt::Noise);
        return layout;
    }
    let lines = Lines::of(&scene);
    if lines.all().count() > MAX_SEGMENTS * sheets {
        layout.doubts.push(Doubt::Noise);
        return layout;
    }
    layout.leaders = scene.leaders.iter().map(|ids| bounds_of(ids, &list)).collect();
    layout.owners = scene.owners(&lines);
    layout.segments = segment::number(&scene, &lines, &list, &inverted);
    layout.doubts = doubts::of(&scene, &lines, &layout.owners, ink);
    layout.text_height = scene.text_height;
    layout.components = list;
    layout.runs = RunRows::of(runs, mask.height);
    layout
}

/// Finds the components of a mask after the lines through words are taken off.
fn find_components(
    mask: &mut BitMask,
    strikes: Vec<Strike>,
    layout: &mut Layout,
) -> Option<Components> {
    let sheets = shapes::sheets(mask.width, mask.height);
    let fits = |found: &Components| found.list.len() <= MAX_COMPONENTS * sheets;
    let found = shapes::find_components(mask).filter(fits)?;
    layout.strikes = strikes;
    let short = struck::find_short(mask, &found);
    if short.is_empty() {
        return Some(found);
    }
    for strike in &short {
        strike.take_off(mask);
    }
    layout.strikes.extend(short);
    shapes::find_components(mask).filter(fits)
}
