//! A line through words: whether it is one, and what of the page is without it.

use std::ops::Range;

use crate::document::PixelBox;
use crate::images::BitMask;
use crate::shapes::Run;

/// So much of the crossed part of a line has ink at both sides, …
const MIN_CROSSING: f32 = 0.11;
/// … in so many places, …
const MIN_CROSSINGS: usize = 4;
/// … and about as much ink above as below.
const MIN_BALANCE: f32 = 0.45;
/// Strokes go on above and below, neither so many times as far as the other.
const MAX_LOPSIDED: f32 = 4.5;
/// They are followed so many pixels: rules of a table go on.
const MAX_EXTENT: u32 = 160;
/// A line is soft at its edges: so many pixels on gray pages.
const SOFT_EDGE: u32 = 2;
/// A word is struck if the line runs over this share of it, …
const MIN_COVER: f32 = 0.5;
/// … between these shares of its height.
const WORD_MIDDLE: std::ops::RangeInclusive<f32> = 0.15..=0.9;

/// A line through words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Strike {
    left: u32,
    /// Top and bottom of the line in each column from `left` on.
    extents: Vec<(u32, u32)>,
}

impl Strike {
    /// Returns the line that runs form, if it is one through words.
    pub fn of<'r>(
        mask: &BitMask,
        bounds: &PixelBox,
        runs: impl Iterator<Item = &'r Run>,
    ) -> Option<Self> {
        let mut extents = vec![(u32::MAX, 0); bounds.width() as usize];
        for run in runs {
            for x in run.left.max(bounds.left)..run.right.min(bounds.right) {
                let extent = &mut extents[(x - bounds.left) as usize];
                *extent = (extent.0.min(run.y), extent.1.max(run.y + 1));
            }
        }
        let first = extents.iter().position(|extent| extent.0 < extent.1)?;
        let last = extents.iter().rposition(|extent| extent.0 < extent.1)?;
        let mut extents = extents[first..=last].to_vec();
        for index in 1..extents.len() {
            if extents[index].0 >= extents[index].1 {
                extents[index] = extents[index - 1];
            }
        }
        let strike = Self { left: bounds.left + first as u32, extents };
        strike.is_crossed(mask).then_some(strike)
    }

    /// Returns the box around the line.
    pub fn bounds(&self) -> PixelBox {
        let tops = self.extents.iter().map(|extent| extent.0);
        let bottoms = self.extents.iter().map(|extent| extent.1);
        PixelBox {
            left: self.left,
            top: tops.min().unwrap_or(0),
            right: self.left + self.extents.len() as u32,
            bottom: bottoms.max().unwrap_or(0),
        }
    }

    fn is_crossed(&self, mask: &BitMask) -> bool {
        let mut crossings: Vec<(usize, u32, u32)> = Vec::new();
        let (mut above, mut below) = (0, 0);
        for (index, &(top, bottom)) in self.extents.iter().enumerate() {
            let x = self.left as usize + index;
            let up = extent(mask, x, (0..top.saturating_sub(1)).rev());
            let down = extent(mask, x, bottom + 1..mask.height as u32);
            above += usize::from(up > 0);
            below += usize::from(down > 0);
            if up > 0 && down > 0 && up < MAX_EXTENT && down < MAX_EXTENT {
                crossings.push((index, up, down));
            }
        }
        let (Some(first), Some(last)) = (crossings.first(), crossings.last()) else { return false };
        let span = (last.0 - first.0 + 1) as f32;
        let places = 1 + crossings.windows(2).filter(|pair| pair[1].0 > pair[0].0 + 1).count();
        let total =
            |of: fn(&(usize, u32, u32)) -> u32| crossings.iter().map(of).sum::<u32>() as f32;
        let (up, down) = (total(|it| it.1), total(|it| it.2));
        places >= MIN_CROSSINGS
            && crossings.len() as f32 >= MIN_CROSSING * span
            && above.min(below) as f32 >= MIN_BALANCE * above.max(below) as f32
            && up <= MAX_LOPSIDED * down
            && down <= MAX_LOPSIDED * up
    }

    /// Takes the line off a mask, but for where strokes cross it.
    pub fn take_off(&self, mask: &mut BitMask) {
        for (index, &(top, bottom)) in self.extents.iter().enumerate() {
            let x = self.left as usize + index;
            let (top, bottom) =
                (top.saturating_sub(1) as usize, (bottom as usize + 1).min(mask.height));
            let is_ink = |y: usize| mask.get(x, y);
            let is_near =
                |y: usize| (x.saturating_sub(1)..=x + 1).any(|x| x < mask.width && mask.get(x, y));
            // A stroke may lean, but does not become wider.
            let is_crossed = top > 0
                && bottom < mask.height
                && (is_ink(top - 1) && is_near(bottom) || is_near(top - 1) && is_ink(bottom));
            for y in top..bottom {
                if is_crossed { mask.set(y, x, x + 1) } else { mask.clear(y, x, x + 1) }
            }
        }
    }

    /// Returns what takes the line off a gray page of `width` × `height` pixels with these gray levels: each of its
    /// columns becomes as light as the lighter of what stands above and below.
    pub fn fills(
        &self,
        (width, height): (u32, u32),
        level: impl Fn(u32, u32) -> u8,
    ) -> Vec<(u32, Fill)> {
        let darkest = |x: u32, y: u32| {
            let columns = x.saturating_sub(1)..(x + 2).min(width);
            columns.map(|x| level(x, y)).min().unwrap_or(u8::MAX)
        };
        let mut fills = Vec::with_capacity(self.extents.len());
        for (x, (top, bottom)) in self.soft_extents().filter(|(x, _)| *x < width) {
            let (top, bottom) = (top.saturating_sub(SOFT_EDGE), (bottom + SOFT_EDGE).min(height));
            if top == 0 || bottom >= height {
                continue;
            }
            let leaning_left = level(x, top - 1).max(darkest(x, bottom));
            let leaning_right = darkest(x, top - 1).max(level(x, bottom));
            fills.push((x, Fill { rows: top..bottom, level: leaning_left.min(leaning_right) }));
        }
        fills
    }

    /// Returns top and bottom of the line in each of its columns and in those where it softly ends.
    fn soft_extents(&self) -> impl Iterator<Item = (u32, (u32, u32))> + '_ {
        let (first, last) = (self.extents.first(), self.extents.last());
        let right = self.left + self.extents.len() as u32;
        let before =
            (self.left.saturating_sub(SOFT_EDGE)..self.left).zip(first.into_iter().cycle());
        let after = (right..right + SOFT_EDGE).zip(last.into_iter().cycle());
        let line = (self.left..).zip(&self.extents);
        before.chain(line).chain(after).map(|(x, extent)| (x, *extent))
    }

    /// Returns whether the line runs through the middle of a word.
    pub fn strikes(&self, word: &PixelBox) -> bool {
        let bounds = self.bounds();
        let shared = bounds.right.min(word.right).saturating_sub(bounds.left.max(word.left));
        let x = u32::midpoint(bounds.left.max(word.left), bounds.right.min(word.right));
        let Some(&(top, bottom)) =
            x.checked_sub(self.left).and_then(|at| self.extents.get(at as usize))
        else {
            return false;
        };
        let middle = f32::midpoint(top as f32, bottom as f32) - word.top as f32;
        shared as f32 >= MIN_COVER * word.width() as f32
            && WORD_MIDDLE.contains(&(middle / word.height().max(1) as f32))
    }
}

/// Counts the ink that goes on along a column.
fn extent(mask: &BitMask, x: usize, rows: impl Iterator<Item = u32>) -> u32 {
    let rows = rows.take(MAX_EXTENT as usize);
    rows.take_while(|&y| mask.get(x, y as usize)).count() as u32
}

/// Pixels of a column that are painted in one gray level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fill {
    pub rows: Range<u32>,
    pub level: u8,
}
