//! Words that are struck out: finds the lines through them, and takes them off so that the words can be read.
//!
//! A strike crosses letters: their strokes go on above and below it. Under a value or a heading there is
//! nothing below, between the rows of a table nothing touches. What the line covered is closed where ink
//! stands at both sides of it.

use super::Layout;
use super::crop::Ink;
use super::retouch::Fill;
use crate::document::PixelBox;
use crate::images::BitMask;
use crate::shapes::{Components, Run};

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
/// A shape of letters that a line holds together is so many times as wide as high, …
const MIN_SHAPE: f32 = 1.15;
/// … the line runs over this share of its width, …
const MIN_SPAN: f32 = 0.72;
/// … is at most so thick and at least so long, in heights of the shape, …
const MAX_THICKNESS: f32 = 0.35;
const MIN_LENGTH: f32 = 0.4;
/// … and lies in its middle.
const MIDDLE: std::ops::RangeInclusive<f32> = 0.2..=0.85;
/// Lower shapes, in pixels, are no letters.
const MIN_HEIGHT: u32 = 10;
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
        for (x, &(top, bottom)) in (self.left..width).zip(&self.extents) {
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

    fn strikes(&self, word: &PixelBox) -> bool {
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

/// Finds the lines that hold the letters of a word or two together: shorter than a rule.
pub(super) fn find_short(mask: &BitMask, found: &Components) -> Vec<Strike> {
    let is_wide = |bounds: &PixelBox| {
        bounds.height() >= MIN_HEIGHT && bounds.width() as f32 >= MIN_SHAPE * bounds.height() as f32
    };
    let mut longest = vec![0_u32; found.list.len()];
    for run in &found.runs {
        let length = &mut longest[run.component as usize];
        *length = (*length).max(run.right - run.left);
    }
    let candidates: Vec<u32> = (0_u32..)
        .zip(&found.list)
        .filter(|(id, component)| {
            let bounds = &component.bounds;
            is_wide(bounds) && longest[*id as usize] as f32 >= MIN_SPAN * bounds.width() as f32
        })
        .map(|(id, _)| id)
        .collect();
    if candidates.is_empty() {
        return Vec::new();
    }
    let runs_of = |id: u32, least: u32| {
        found.runs.iter().filter(move |run| run.component == id && run.right - run.left >= least)
    };
    let strike = |&id: &u32| {
        let bounds = found.list[id as usize].bounds;
        let least = (MIN_LENGTH * bounds.width() as f32) as u32;
        let rows: Vec<u32> = runs_of(id, least).map(|run| run.y).collect();
        let (first, last) = (*rows.first()?, *rows.last()?);
        let height = bounds.height() as f32;
        let middle = (f32::midpoint(first as f32, last as f32) - bounds.top as f32) / height;
        let is_line =
            (last + 1 - first) as f32 <= MAX_THICKNESS * height && MIDDLE.contains(&middle);
        is_line.then(|| Strike::of(mask, &bounds, runs_of(id, least))).flatten()
    };
    candidates.iter().filter_map(strike).collect()
}

impl Layout {
    /// Returns whether a strike runs through a part of the page.
    pub(in crate::ocr) fn is_struck(&self, bounds: &PixelBox) -> bool {
        self.strikes.iter().any(|strike| {
            let line = strike.bounds();
            line.left < bounds.right
                && bounds.left < line.right
                && line.top < bounds.bottom
                && bounds.top < line.bottom
        })
    }

    /// Returns the boxes of the words of a line that are struck out, those that stand together as one.
    pub(in crate::ocr) fn struck(&self, words: &[PixelBox]) -> Vec<PixelBox> {
        let mut boxes: Vec<PixelBox> = Vec::new();
        let mut goes_on = false;
        for word in words {
            let is_struck = self.strikes.iter().any(|strike| strike.strikes(word));
            match boxes.last_mut() {
                Some(last) if is_struck && goes_on => *last = last.union(word),
                Some(_) | None if is_struck => boxes.push(*word),
                Some(_) | None => {}
            }
            goes_on = is_struck;
        }
        boxes
    }

    /// Returns whether pictures of struck words can be had with the line, too: letters have bars that it
    /// takes with it.
    pub(in crate::ocr) fn ink_of_struck(&self) -> &'static [Ink] {
        if self.retouches.is_some() { &[Ink::AsPrinted] } else { &[] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shapes;

    /// Strokes of 4 × 24 pixels every 12 pixels from row 40 on, eight of them, and a line.
    fn page(rows: std::ops::Range<usize>, columns: std::ops::Range<usize>) -> BitMask {
        let mut mask = BitMask::empty(200, 100);
        for stroke in 0..8 {
            (40..64).for_each(|y| mask.set(y, 50 + 12 * stroke, 54 + 12 * stroke));
        }
        rows.for_each(|y| mask.set(y, columns.start, columns.end));
        mask
    }

    fn found(mask: &BitMask) -> usize {
        let components = shapes::find_components(mask).expect("few runs");
        find_short(mask, &components).len()
    }

    #[test]
    fn a_line_through_strokes_strikes_them_out() {
        assert_eq!(found(&page(51..54, 46..142)), 1);
    }

    #[test]
    fn lines_under_and_over_strokes_do_not() {
        assert_eq!(found(&page(64..67, 46..142)), 0);
        assert_eq!(found(&page(62..65, 46..142)), 0);
        assert_eq!(found(&page(38..41, 46..142)), 0);
    }

    #[test]
    fn strokes_are_whole_again_without_the_line() {
        let mut mask = page(51..54, 46..142);
        let components = shapes::find_components(&mask).expect("few runs");
        for strike in find_short(&mask, &components) {
            strike.take_off(&mut mask);
        }
        assert_eq!(mask, page(0..0, 0..0));
    }

    #[test]
    fn a_word_is_struck_where_the_line_runs_through_its_middle() {
        let mask = page(51..54, 46..142);
        let components = shapes::find_components(&mask).expect("few runs");
        let strikes = find_short(&mask, &components);
        let layout = Layout { strikes, ..Layout::default() };
        let word = |left, right| PixelBox { left, top: 40, right, bottom: 64 };
        assert_eq!(layout.struck(&[word(10, 40), word(50, 90), word(98, 138)]), [word(50, 138)]);
        let below = PixelBox { left: 50, top: 70, right: 90, bottom: 90 };
        assert_eq!(layout.struck(&[below]), []);
    }
}
