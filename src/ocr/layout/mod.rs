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
mod seeds;
mod segment;
mod skew;
mod spread;
mod strip;
mod struck;
mod turned;

#[cfg(test)]
mod tests;

use std::fmt;

use image::GrayImage;

use self::combs::{Comb, Sight};
use self::crop::{Frame, Owner, RunRows};
pub(super) use self::given::of_lines;
pub(super) use self::keep::{Reading, doubt_of};
use self::merge::Measures;
use self::part::Part;
use self::retouch::Retouches;
use self::rules::{Barriers, Rules, Shear};
use self::spread::Cell;
use self::strip::Strip;
use self::struck::Strike;
use self::turned::TurnedStrip;
use crate::document::{Mark, PixelBox, RightAngle};
use crate::images::{BitMask, PagePixels};
use crate::shapes::{self, Component, Components};

/// Fewer letter-like shapes than this say nothing about the height of the text.
const MIN_SHAPES: usize = 3;
/// More components than this are noise or a halftone: a dense page of text has 10,000. Strips may have as
/// many on each sheet of their length.
const MAX_COMPONENTS: usize = 150_000;
/// More letters than this are noise, too: a newspaper page has 20,000.
const MAX_LETTERS: usize = 40_000;
/// And more segments than this: dense tables have 600.
const MAX_SEGMENTS: usize = 4_000;

/// A page that is to be laid out.
#[derive(Clone, Copy)]
pub(super) struct Ground<'a> {
    /// Upright, level, dark text on light paper.
    pub pixels: &'a PagePixels,
    /// Rules that preparation found, boxes in page pixels; may already be erased from the pixels.
    pub marks: &'a [Mark],
    /// Pixels per inch.
    pub dpi: f32,
}

/// Where the text of a page stands.
#[derive(Debug, Clone, Default)]
pub(super) struct Layout {
    /// In reading order.
    pub segments: Vec<Segment>,
    /// Why this layout may be wrong; empty if it is to be trusted.
    pub doubts: Vec<Doubt>,
    /// Dots and dashes that lead from captions to values, in page pixels.
    pub leaders: Vec<PixelBox>,
    strikes: Vec<Strike>,
    /// What takes lines through words off the page, if it is gray and has some.
    retouches: Option<Retouches>,
    /// Ink that is much lighter than that of the segments, as a page of its own, if there is any.
    pub faint: Option<GrayImage>,
    /// About the x-height of most text, in pixels.
    pub text_height: f32,
    size: (u32, u32),
    components: Vec<Component>,
    runs: RunRows,
    rule_runs: RunRows,
    owners: Vec<Owner>,
}

/// Part of a line without wide gaps: what is recognized in one go.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Segment {
    /// Box of its ink in page pixels.
    pub bounds: PixelBox,
    /// Segments of one line have the same number, from left to right; ascending from 0.
    pub line: u32,
    /// Number of the text block, ascending from 0.
    pub block: u16,
    /// Number of the paragraph in its block, from 0.
    pub paragraph: u16,
    /// How far its crop is turned clockwise to make it upright.
    pub turn: RightAngle,
    /// In pixels.
    pub x_height: f32,
    pub kind: SegmentKind,
    id: u32,
    members: Vec<u32>,
    frame: Frame,
    /// The characters of a line in which they stand apart; none of others.
    cells: Vec<Cell>,
    is_inverted: bool,
}

impl Segment {
    /// Returns the same segment read the other way, if it is turned: letters alone do not tell up from
    /// down, so that a recognizer reads both and keeps the surer reading.
    pub(super) fn reversed(&self) -> Option<Self> {
        let turn = match self.turn {
            RightAngle::None | RightAngle::Half => return None,
            RightAngle::Quarter => RightAngle::ThreeQuarters,
            RightAngle::ThreeQuarters => RightAngle::Quarter,
        };
        Some(Self { turn, ..self.clone() })
    }
}

/// What a segment stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SegmentKind {
    Prose,
    /// A cell of a ruled table.
    Cell,
    /// A picture or drawing: more likely strokes than letters.
    InPicture,
}

/// Why a layout may be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doubt {
    /// More runs or components than a page of text has.
    Noise,
    /// Ink, but hardly anything that looks like letters.
    FewLetters,
    /// Much of what looks like letters is in no segment.
    Uncovered,
    /// Most text runs up or down the page.
    Turned,
    /// The lines are steeper than preparation leaves them.
    Steep,
    /// What was read is hardly text.
    Unreadable,
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Noise => "noise",
            Self::FewLetters => "few_letters",
            Self::Uncovered => "uncovered",
            Self::Turned => "turned",
            Self::Steep => "steep",
            Self::Unreadable => "unreadable",
        })
    }
}

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
    layout.doubts = rest::doubts(&scene, &lines, &layout.owners, ink);
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

/// What stands on a page, before it is known what belongs together.
struct Scene<'a> {
    ground: Ground<'a>,
    /// Of all components, sheared.
    parts: Vec<Part>,
    /// Letter-like parts from left to right.
    letters: Vec<u32>,
    /// About the x-height, in pixels.
    text_height: f32,
    shear: Shear,
    rules: Rules,
    barriers: Barriers,
    /// Splinters and dashes of rules, strokes of combs, leaders.
    is_rule: Vec<bool>,
    combs: Vec<Comb>,
    /// The parts of each leader.
    leaders: Vec<Vec<u32>>,
    /// Width and height in pixels.
    size: (f32, f32),
}

impl<'a> Scene<'a> {
    /// Measures a page; `None` if nothing looks like letters.
    fn of(
        ground: &Ground<'a>,
        (mask, list): (&BitMask, &[Component]),
        mut rules: Rules,
    ) -> Option<Self> {
        let (width, height) = ground.pixels.dimensions();
        let side = shapes::sheet_side(width as usize, height as usize);
        let text_height = shapes::text_height(list, side, MIN_SHAPES)
            .or_else(|| shapes::text_height(list, side, 1))?;
        let size = (width as f32, height as f32);
        let middle_x = size.0 / 2.0;
        let mut parts: Vec<Part> = list.iter().map(|each| Part::of(each, 0.0, middle_x)).collect();
        let mut letters: Vec<u32> = (0..parts.len() as u32)
            .filter(|&id| part::is_letter_like(&parts[id as usize], text_height))
            .collect();
        letters.sort_by(|&a, &b| parts[a as usize].left.total_cmp(&parts[b as usize].left));
        let boxes: Vec<Part> = letters.iter().map(|&id| parts[id as usize]).collect();
        let shear = Shear { slope: skew::slope(&boxes, text_height, middle_x), middle_x };
        for (part, component) in parts.iter_mut().zip(list) {
            *part = Part::of(component, shear.slope, middle_x);
        }
        let combs = find_combs((mask, list, &parts), &mut rules, (shear, text_height));
        let barriers = Barriers::of(&rules, shear, text_height);
        let mut is_rule: Vec<bool> =
            parts.iter().map(|part| barriers.splintered(part, text_height)).collect();
        for &id in combs.iter().flat_map(|comb| &comb.strokes) {
            is_rule[id as usize] = true;
        }
        letters.retain(|&id| !is_rule[id as usize]);
        // Preparation takes some leaders for rules, but hardly ever all of their dots.
        let leaders = leaders::find((&parts, &letters), text_height, &is_rule);
        for &id in leaders.iter().flatten() {
            is_rule[id as usize] = true;
        }
        for (part, is_rule) in parts.iter().zip(&mut is_rule) {
            *is_rule = *is_rule || rules.dashed(part, shear, text_height);
        }
        letters.retain(|&id| !is_rule[id as usize]);
        let ground = *ground;
        Some(Self {
            ground,
            parts,
            letters,
            text_height,
            shear,
            rules,
            barriers,
            is_rule,
            combs,
            leaders,
            size,
        })
    }

    /// Returns the lines whose characters stand apart: those of combs, and spaced print.
    fn spread(&self, strips: &[Strip]) -> Vec<spread::Row> {
        let in_combs = self.combs.iter().filter(|comb| comb.characters.len() > 1);
        let mut rows: Vec<spread::Row> = in_combs.cloned().map(spread::Row::from).collect();
        let mut is_taken = self.is_rule.clone();
        for &id in rows.iter().flat_map(|row| &row.characters).flatten() {
            is_taken[id as usize] = true;
        }
        rows.extend(spread::find(strips, (&self.parts, &is_taken), &self.barriers));
        rows
    }

    /// Returns who each part belongs to; segments have the numbers of their strips.
    fn owners(&self, lines: &Lines) -> Vec<Owner> {
        let mut owners: Vec<Owner> = self
            .is_rule
            .iter()
            .map(|&is_rule| if is_rule { Owner::Foreign } else { Owner::None })
            .collect();
        for (id, strip) in (0_u32..).zip(lines.all()) {
            for &member in &strip.members {
                owners[member as usize] = Owner::Segment(id);
            }
        }
        owners
    }
}

/// Finds combs, and takes their strokes from the rules that divide text.
fn find_combs(
    (mask, components, parts): (&BitMask, &[Component], &[Part]),
    rules: &mut Rules,
    (shear, text_height): (Shear, f32),
) -> Vec<Comb> {
    let vertical: Vec<Part> = rules
        .vertical
        .iter()
        .map(|bounds| {
            let component = Component { bounds: *bounds, area: bounds.width() * bounds.height() };
            Part::of(&component, shear.slope, shear.middle_x)
        })
        .collect();
    let sight = Sight { parts, components, mask, vertical: &vertical, text_height };
    let combs = combs::find(&sight);
    rules.drop_vertical(combs.iter().flat_map(|comb| comb.rules.iter().copied()));
    combs
}

/// Returns the box around components.
fn bounds_of(members: &[u32], components: &[Component]) -> PixelBox {
    let boxes = members.iter().map(|&member| components[member as usize].bounds);
    boxes.reduce(|all, each| all.union(&each)).unwrap_or_default()
}

/// The lines of a page, or their segments.
struct Lines {
    level: Vec<Strip>,
    turned: Vec<TurnedStrip>,
}

impl Lines {
    fn of(scene: &Scene) -> Self {
        let Scene { parts, barriers, .. } = scene;
        let text_height = scene.text_height;
        let mut seeds = seeds::seeds(parts, &scene.letters, text_height);
        let mut strips = chains::chain(parts, &seeds, text_height, barriers);
        let spread = scene.spread(&strips);
        let mut is_loose: Vec<bool> = scene.is_rule.iter().map(|is_rule| !is_rule).collect();
        if !spread.is_empty() {
            for &id in spread.iter().flat_map(|row| &row.characters).flatten() {
                is_loose[id as usize] = false;
            }
            seeds.retain(|&id| is_loose[id as usize]);
            strips = chains::chain(parts, &seeds, text_height, barriers);
        }
        let strips = merge::merge(strips, parts, barriers, Measures::New);
        let mut strips = merge::dissolve(strips, parts);
        for &id in strips.iter().flat_map(|strip| &strip.members) {
            is_loose[id as usize] = false;
        }
        let page = (&parts[..], text_height);
        let turned = turned::take(&mut strips, page, &mut is_loose, scene.size.1);
        merge::attach(&mut strips, parts, &mut is_loose, (text_height, barriers));
        let strips = merge::merge(strips, parts, barriers, Measures::OfLonger);
        let strips = gutters::split(strips, parts);
        let is_text = |strip: &Strip| rest::is_text(strip, parts, text_height);
        let spread = spread.iter().map(|row| row.strip(parts));
        let level = strips.into_iter().chain(spread).filter(is_text).collect();
        Self { level, turned }
    }

    /// Returns the strips, the level ones first; turned ones are in coordinates of the turned page.
    fn all(&self) -> impl Iterator<Item = &Strip> {
        self.level.iter().chain(self.turned.iter().map(|turned| &turned.strip))
    }
}
