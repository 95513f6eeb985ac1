//! Columns that stand so close that their lines were taken for one: white that runs down through
//! several lines divides them.

use super::part::Part;
use super::strip::Strip;

/// A gutter is so many x-heights wide.
const MIN_WIDTH: f32 = 1.2;
/// It runs through so many lines.
const MIN_LINES: usize = 4;
/// Lines of a column follow each other within so many x-heights.
const MAX_PITCH: f32 = 3.6;
const MIN_PITCH: f32 = 0.8;
/// Each side of a gutter has so many parts in each line, on the average.
const MIN_SIDE_PARTS: usize = 2;
/// More white than this is no text.
const MAX_GAPS: usize = 4000;

/// White between two neighbors on one line.
#[derive(Debug, Clone, Copy)]
struct Gap {
    left: f32,
    right: f32,
    base: f32,
    x_height: f32,
    /// The strip that it divides; `None` between two strips.
    strip: Option<usize>,
    /// What the stack that it belongs to has in common so far.
    common: (f32, f32),
    /// Index of the gap above it in its stack.
    above: Option<usize>,
    /// Number of gaps in its stack down to this one.
    depth: usize,
}

/// Cuts strips at the gutters that run through them.
pub(super) fn split(strips: Vec<Strip>, parts: &[Part]) -> Vec<Strip> {
    let mut gaps = gaps(&strips, parts);
    if gaps.len() > MAX_GAPS {
        return strips;
    }
    gaps.sort_by(|a, b| a.base.total_cmp(&b.base));
    stack(&mut gaps);
    let mut cuts: Vec<Vec<f32>> = vec![Vec::new(); strips.len()];
    let mut is_cut = vec![false; gaps.len()];
    for last in (0..gaps.len()).rev() {
        if gaps[last].depth < MIN_LINES {
            continue;
        }
        let mut at = Some(last);
        while let Some(index) = at.filter(|&index| !is_cut[index]) {
            is_cut[index] = true;
            if let Some(strip) = gaps[index].strip {
                cuts[strip].push(f32::midpoint(gaps[index].left, gaps[index].right));
            }
            at = gaps[index].above;
        }
    }
    strips.into_iter().zip(cuts).flat_map(|(strip, cuts)| cut(strip, cuts, parts)).collect()
}

/// Returns the gaps within strips and between neighbors on one line.
fn gaps(strips: &[Strip], parts: &[Part]) -> Vec<Gap> {
    let mut gaps = Vec::new();
    for (index, strip) in strips.iter().enumerate() {
        let mut push = |left: f32, right: f32, strip_index: Option<usize>| {
            if right - left >= MIN_WIDTH * strip.x_height {
                gaps.push(Gap {
                    left,
                    right,
                    base: strip.base_at(f32::midpoint(left, right)),
                    x_height: strip.x_height,
                    strip: strip_index,
                    common: (left, right),
                    above: None,
                    depth: 1,
                });
            }
        };
        let mut members: Vec<&Part> = strip.members.iter().map(|&id| &parts[id as usize]).collect();
        members.sort_by(|a, b| a.left.total_cmp(&b.left));
        let mut right = f32::MAX;
        for (place, part) in members.iter().enumerate() {
            if place >= MIN_SIDE_PARTS && members.len() - place >= MIN_SIDE_PARTS {
                push(right, part.left, Some(index));
            }
            right = if place == 0 { part.right } else { right.max(part.right) };
        }
        let neighbor = strips
            .iter()
            .filter(|other| {
                other.left > strip.right
                    && (other.base_at(other.left) - strip.base_at(strip.right)).abs()
                        < 0.5 * strip.x_height
            })
            .map(|other| other.left)
            .fold(f32::MAX, f32::min);
        if neighbor < strip.right + 8.0 * strip.x_height {
            push(strip.right, neighbor, None);
        }
    }
    gaps
}

/// Links each gap to the one above it that leaves most in common.
fn stack(gaps: &mut [Gap]) {
    for index in 0..gaps.len() {
        let gap = gaps[index];
        let mut best: Option<(f32, usize)> = None;
        for above in (0..index).rev() {
            let other = &gaps[above];
            let pitch = (gap.base - other.base) / gap.x_height;
            if pitch > MAX_PITCH {
                break;
            }
            let shared = other.common.1.min(gap.right) - other.common.0.max(gap.left);
            if pitch >= MIN_PITCH
                && shared >= MIN_WIDTH * gap.x_height.max(other.x_height)
                && best.is_none_or(|(most, _)| other.depth as f32 > most)
            {
                best = Some((other.depth as f32, above));
            }
        }
        if let Some((_, above)) = best {
            let common = gaps[above].common;
            gaps[index].common = (common.0.max(gap.left), common.1.min(gap.right));
            gaps[index].depth = gaps[above].depth + 1;
            gaps[index].above = Some(above);
        }
    }
}

fn cut(strip: Strip, mut cuts: Vec<f32>, parts: &[Part]) -> Vec<Strip> {
    if cuts.is_empty() {
        return vec![strip];
    }
    cuts.sort_by(f32::total_cmp);
    let mut pieces: Vec<Vec<u32>> = vec![Vec::new(); cuts.len() + 1];
    for &id in &strip.members {
        let x = parts[id as usize].middle_x();
        pieces[cuts.partition_point(|&cut| cut < x)].push(id);
    }
    pieces
        .into_iter()
        .filter(|members| !members.is_empty())
        .map(|members| {
            let mut piece = Strip::of(members, parts);
            // The whole line knows better where its baseline is.
            piece.base = strip.base_at(piece.middle_x());
            (piece.x_height, piece.slope) = (strip.x_height, strip.slope);
            piece
        })
        .collect()
}
