//! Words that are struck out: finds the lines through them, and takes them off so that the words can be read.
//!
//! A strike crosses letters: their strokes go on above and below it. Under a value or a heading there is
//! nothing below, between the rows of a table nothing touches. What the line covered is closed where ink
//! stands at both sides of it.

use super::crop::Ink;
use super::found::Layout;
use super::strike::Strike;
use crate::document::PixelBox;
use crate::images::BitMask;
use crate::shapes::Components;

/// A shape of letters that a line holds together is so many times as wide as high, …
const MIN_SHAPE: f32 = 1.15;
/// … the line runs over this share of its width, …
const MIN_SPAN: f32 = 0.72;
/// … is at most so thick and at least so long, in heights of the shape, …
const MAX_THICKNESS: f32 = 0.35;
const MIN_LENGTH: f32 = 0.4;
/// … and lies in its middle.
const MIDDLE: std::ops::RangeInclusive<f32> = 0.2..=0.85;
/// Shades of the line that struck words are read with.
const SHADES: &[Ink] =
    &[Ink::Lines { quarters: 1 }, Ink::Lines { quarters: 2 }, Ink::Lines { quarters: 4 }];
/// Lower shapes, in pixels, are no letters.
const MIN_HEIGHT: u32 = 10;

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

    /// Returns with which ink pictures of struck words can be had, too: letters have bars that the line
    /// takes with it.
    pub(in crate::ocr) fn ink_of_struck(&self) -> &'static [Ink] {
        if self.retouches.is_some() { SHADES } else { &[] }
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
