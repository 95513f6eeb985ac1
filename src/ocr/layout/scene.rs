//! What stands on a page, and the lines that it forms.
//!
//! Measures come first, then what is no text: rules, combs, leaders. What is left is chained to strips,
//! these are merged, and what is small is given to them.

use super::combs::{self, Comb, Sight};
use super::found::Ground;
use super::frame::Owner;
use super::merge::{self, Measures};
use super::part::{self, Part};
use super::rules::{Barriers, Rules, Shear};
use super::strip::{Row, Strip};
use super::turned::{self, TurnedStrip};
use super::{chains, gutters, leaders, rest, seeds, skew, spread};
use crate::document::PixelBox;
use crate::images::BitMask;
use crate::shapes::{self, Component};

/// Fewer letter-like shapes than this say nothing about the height of the text.
const MIN_SHAPES: usize = 3;

/// What stands on a page, before it is known what belongs together.
pub(super) struct Scene<'a> {
    pub ground: Ground<'a>,
    /// Of all components, sheared.
    pub parts: Vec<Part>,
    /// Letter-like parts from left to right.
    pub letters: Vec<u32>,
    /// About the x-height, in pixels.
    pub text_height: f32,
    pub shear: Shear,
    pub rules: Rules,
    pub barriers: Barriers,
    /// Splinters and dashes of rules, strokes of combs, leaders.
    pub is_rule: Vec<bool>,
    pub combs: Vec<Comb>,
    /// The parts of each leader.
    pub leaders: Vec<Vec<u32>>,
    /// Width and height in pixels.
    pub size: (f32, f32),
}

impl<'a> Scene<'a> {
    /// Measures a page; `None` if nothing looks like letters.
    pub fn of(
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
        let vertical = upright_parts(&rules, shear);
        let components = list;
        let sight = Sight { parts: &parts, components, mask, vertical: &vertical, text_height };
        let combs = combs::find(&sight);
        // The strokes of combs do not divide text.
        rules.drop_vertical(combs.iter().flat_map(|comb| comb.rules.iter().copied()));
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
    fn spread(&self, strips: &[Strip]) -> Vec<Row> {
        let in_combs = self.combs.iter().filter(|comb| comb.characters.len() > 1);
        let mut rows: Vec<Row> = in_combs.cloned().map(Row::from).collect();
        let mut is_taken = self.is_rule.clone();
        for &id in rows.iter().flat_map(|row| &row.characters).flatten() {
            is_taken[id as usize] = true;
        }
        rows.extend(spread::find(strips, (&self.parts, &is_taken), &self.barriers));
        rows
    }

    /// Returns who each part belongs to; segments have the numbers of their strips.
    pub fn owners(&self, lines: &Lines) -> Vec<Owner> {
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

/// Returns the vertical rules with the page's slope taken off, as parts are.
fn upright_parts(rules: &Rules, shear: Shear) -> Vec<Part> {
    let part = |bounds: &PixelBox| {
        let component = Component { bounds: *bounds, area: bounds.width() * bounds.height() };
        Part::of(&component, shear.slope, shear.middle_x)
    };
    rules.vertical.iter().map(part).collect()
}

/// The lines of a page, or their segments.
pub(super) struct Lines {
    pub level: Vec<Strip>,
    pub turned: Vec<TurnedStrip>,
}

impl Lines {
    /// Puts the parts of a page together.
    pub fn of(scene: &Scene) -> Self {
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
    pub fn all(&self) -> impl Iterator<Item = &Strip> {
        self.level.iter().chain(self.turned.iter().map(|turned| &turned.strip))
    }
}
