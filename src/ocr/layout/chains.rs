//! Letters → chains: what stands beside each other on one height, from left to right.
//!
//! Components are taken in order of their left edge, and each joins the open chain that it overlaps best in height, after
//! Smith, "A simple and efficient skew detection algorithm via text row accumulation", ICDAR 1995, which also is how
//! Tesseract finds rows.

use super::part::Part;
use super::rules::Barriers;
use super::strip::{Strip, median};

/// The height of a chain is that of so many last members.
const RECENT: usize = 9;
/// A member shares this share of the smaller height with its chain.
const MIN_OVERLAP: f32 = 0.5;
/// Its foot is at most so many larger heights off.
const MAX_FOOT_SHIFT: f32 = 0.45;
const MAX_HEIGHT_RATIO: f32 = 3.2;
/// Longest gap in heights of the chain.
const MAX_GAP: f32 = 2.2;
/// Where a member is higher than its chain, this share of its height counts.
const MEMBER_SHARE: f32 = 0.7;
/// A chain is closed after a gap of so many heights.
const CLOSING_GAP: f32 = 4.5;
const GAP_PENALTY: f32 = 0.15;
/// Letters of another size begin a line of their own if their median height is so many times that of the others, …
const OTHER_SIZE: f32 = 1.8;
/// … they are at least so many, …
const MIN_OF_SIZE: usize = 2;
/// … and stand apart by so many heights of the smaller ones.
const SIZE_GAP: f32 = 0.5;

struct Chain {
    members: Vec<u32>,
    right: f32,
    /// Median top and bottom of its last members.
    top: f32,
    bottom: f32,
}

impl Chain {
    fn begin(id: u32, part: &Part) -> Self {
        Self { members: vec![id], right: part.right, top: part.top, bottom: part.bottom }
    }

    fn height(&self) -> f32 {
        self.bottom - self.top
    }

    fn push(&mut self, id: u32, parts: &[Part]) {
        self.members.push(id);
        self.right = self.right.max(parts[id as usize].right);
        let recent = &self.members[self.members.len().saturating_sub(RECENT)..];
        let (mut tops, mut bottoms) = ([0.0_f32; RECENT], [0.0_f32; RECENT]);
        for (index, &id) in recent.iter().enumerate() {
            (tops[index], bottoms[index]) = (parts[id as usize].top, parts[id as usize].bottom);
        }
        self.top = median(&mut tops[..recent.len()]);
        self.bottom = median(&mut bottoms[..recent.len()]);
    }

    /// Returns how well a part continues the chain, if it does.
    fn affinity(&self, part: &Part, barriers: &Barriers) -> Option<f32> {
        let (own, other) = (self.height(), part.height());
        let (smaller, larger) = (own.min(other), own.max(other));
        let overlap = self.bottom.min(part.bottom) - self.top.max(part.top);
        let gap = part.left - self.right;
        // A hole or a blot at the margin reaches no farther than the letters beside it.
        let reach = if self.members.len() == 1 { smaller } else { own };
        if overlap <= MIN_OVERLAP * smaller
            || (part.bottom - self.bottom).abs() >= MAX_FOOT_SHIFT * larger
            || larger > MAX_HEIGHT_RATIO * smaller
            || gap > MAX_GAP * reach.max(MEMBER_SHARE * other)
            || barriers.divide((self.right, part.left), part.middle_y(), own)
        {
            return None;
        }
        Some(overlap / larger + overlap / smaller - GAP_PENALTY * gap / own)
    }
}

/// Chains parts, which come in order of their left edge, and measures the strips they form.
pub(super) fn chain(
    parts: &[Part],
    seeds: &[u32],
    text_height: f32,
    barriers: &Barriers,
) -> Vec<Strip> {
    let mut open: Vec<Chain> = Vec::new();
    let mut closed: Vec<Chain> = Vec::new();
    for &id in seeds {
        let part = &parts[id as usize];
        let mut best: Option<(f32, usize)> = None;
        let mut index = 0;
        while index < open.len() {
            let chain = &open[index];
            if part.left - chain.right > CLOSING_GAP * text_height.max(chain.height()) {
                closed.push(open.swap_remove(index));
                continue;
            }
            if let Some(affinity) = chain.affinity(part, barriers)
                && best.is_none_or(|(most, _)| affinity > most)
            {
                best = Some((affinity, index));
            }
            index += 1;
        }
        match best {
            Some((_, index)) => open[index].push(id, parts),
            None => open.push(Chain::begin(id, part)),
        }
    }
    closed.extend(open);
    let mut strips = Vec::with_capacity(closed.len());
    for chain in closed {
        by_size(chain.members, parts, &mut strips);
    }
    strips
}

/// Divides a chain where large letters stand beside small ones: handwriting beside print. One picture of
/// both would show the print too small to be read.
fn by_size(mut members: Vec<u32>, parts: &[Part], strips: &mut Vec<Strip>) {
    while let Some(place) = size_change(&members, parts) {
        let rest = members.split_off(place);
        by_size(members, parts, strips);
        members = rest;
    }
    strips.push(Strip::of(members, parts));
}

/// Returns where the letters of a chain change their size most.
fn size_change(members: &[u32], parts: &[Part]) -> Option<usize> {
    let part = |&id: &u32| &parts[id as usize];
    let height = |members: &[u32]| {
        median(&mut members.iter().map(|id| part(id).height()).collect::<Vec<_>>())
    };
    let mut best: Option<(f32, usize)> = None;
    let mut right = f32::MIN;
    for place in 1..members.len() {
        right = right.max(part(&members[place - 1]).right);
        let gap = part(&members[place]).left - right;
        if gap <= 0.0 || place.min(members.len() - place) < MIN_OF_SIZE {
            continue;
        }
        let (before, after) = (height(&members[..place]), height(&members[place..]));
        let (smaller, ratio) = (before.min(after), before.max(after) / before.min(after).max(1.0));
        if gap >= SIZE_GAP * smaller && ratio >= best.map_or(OTHER_SIZE, |(most, _)| most) {
            best = Some((ratio, place));
        }
    }
    best.map(|(_, place)| place)
}
