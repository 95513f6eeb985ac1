//! Finds glyphs that were drawn more than once: shadows, outlines over fills, and boldness made of
//! copies. `text` makes words of what is left.

use std::collections::HashMap;

use hayro::kurbo::Vec2;

use super::survey::PlacedGlyph;

// Lengths are shares of the font size.
/// A copy lies this near.
const REACH: f64 = 0.45;
/// The same letter lies this near to itself in no word, unless it is narrow.
const SURE_REACH: f64 = 0.35;
/// Letters of a word stand on one height.
const LEVEL: f64 = 0.06;
/// Offsets that differ by less are the same.
const SAME_OFFSET: f64 = 0.04;
/// Neighbors that may have been copied, too.
const NEIGHBORHOOD: f64 = 2.5;

/// Sizes that differ by a smaller share are the same.
const SAME_SIZE: f64 = 0.1;
/// Letters that overlap by more than half are copies.
const OVERLAP: f64 = 0.5;
/// An offset this near to the letter's own width is that to the same letter after it, as in `ll`.
const FOLLOWING: f64 = 0.15;
/// Share of its neighbors that are copied with a letter.
const MOST_NEIGHBORS: f64 = 0.6;
/// Side of the squares that glyphs are sorted into, in points.
const SQUARE: f64 = 8.0;
/// Squares that are looked into to each side: type larger than 50 points is not compared farther.
const MAX_SQUARES: i32 = 4;

/// A glyph and one below it with the same text.
#[derive(Clone, Copy)]
struct Pair {
    below: usize,
    /// From the one below, in font sizes.
    offset: Vec2,
}

/// Returns the glyphs of which no copy lies above, in their order.
pub(super) fn without_copies(glyphs: Vec<&PlacedGlyph>) -> Vec<&PlacedGlyph> {
    let squares = Squares::of(&glyphs);
    let pairs: Vec<Vec<Pair>> =
        (0..glyphs.len()).map(|index| squares.pairs(&glyphs, index)).collect();
    let mut is_copied = vec![false; glyphs.len()];
    for (index, glyph) in glyphs.iter().enumerate() {
        for pair in &pairs[index] {
            let is_sure = is_sure(glyph, pair.offset);
            let agree = || squares.share_of_agreeing(&glyphs, &pairs, index, pair.offset);
            if is_sure || (!follows(glyph, pair.offset) && agree() >= MOST_NEIGHBORS) {
                is_copied[pair.below] = true;
            }
        }
    }
    let kept = glyphs.into_iter().zip(is_copied).filter(|(_, is_copied)| !is_copied);
    kept.map(|(glyph, _)| glyph).collect()
}

fn size(glyph: &PlacedGlyph) -> f64 {
    glyph.up.hypot().max(0.01)
}

fn advance(glyph: &PlacedGlyph) -> f64 {
    (glyph.end - glyph.origin).hypot() / size(glyph)
}

/// Tells whether letters so far from each other overlap as no two letters of a word do.
fn is_sure(glyph: &PlacedGlyph, offset: Vec2) -> bool {
    let is_near = offset.x.abs().max(offset.y.abs()) <= SURE_REACH;
    is_near && (offset.y.abs() > LEVEL || offset.x.abs() < OVERLAP * advance(glyph))
}

fn follows(glyph: &PlacedGlyph, offset: Vec2) -> bool {
    let advance = advance(glyph);
    offset.y.abs() <= LEVEL && (offset.x.abs() - advance).abs() <= FOLLOWING * advance
}

/// Glyphs by where they stand.
struct Squares(HashMap<(i32, i32), Vec<usize>>);

impl Squares {
    fn of(glyphs: &[&PlacedGlyph]) -> Self {
        let mut squares: HashMap<(i32, i32), Vec<usize>> = HashMap::new();
        for (index, glyph) in glyphs.iter().enumerate() {
            squares.entry(square(glyph)).or_default().push(index);
        }
        Self(squares)
    }

    /// Returns the glyphs that stand near, by index.
    fn near(&self, glyph: &PlacedGlyph, reach: f64) -> impl Iterator<Item = usize> {
        let (x, y) = square(glyph);
        let squares = ((reach * size(glyph) / SQUARE).ceil() as i32).clamp(1, MAX_SQUARES);
        (y - squares..=y + squares)
            .flat_map(move |y| (x - squares..=x + squares).map(move |x| (x, y)))
            .filter_map(|place| self.0.get(&place))
            .flatten()
            .copied()
    }

    fn pairs(&self, glyphs: &[&PlacedGlyph], index: usize) -> Vec<Pair> {
        let glyph = glyphs[index];
        if glyph.text.as_deref().is_none_or(|text| text.trim().is_empty()) {
            return Vec::new();
        }
        let pair = |below: usize| {
            let other = glyphs[below];
            let offset = (glyph.origin - other.origin) / size(glyph);
            let is_same = other.text == glyph.text
                && (size(other) / size(glyph) - 1.0).abs() <= SAME_SIZE
                && offset.x.abs().max(offset.y.abs()) <= REACH;
            is_same.then_some(Pair { below, offset })
        };
        self.near(glyph, REACH).filter(|below| *below < index).filter_map(pair).collect()
    }

    /// Returns the share of a glyph's neighbors on its line that have a copy below at the same offset.
    fn share_of_agreeing(
        &self,
        glyphs: &[&PlacedGlyph],
        pairs: &[Vec<Pair>],
        index: usize,
        offset: Vec2,
    ) -> f64 {
        let glyph = glyphs[index];
        let (mut all, mut agreeing) = (0, 0);
        for other in self.near(glyph, NEIGHBORHOOD).filter(|other| *other != index) {
            let apart = (glyphs[other].origin - glyph.origin) / size(glyph);
            let is_blank = glyphs[other].text.as_deref().is_none_or(|text| text.trim().is_empty());
            if is_blank || apart.y.abs() > LEVEL || apart.x.abs() > NEIGHBORHOOD {
                continue;
            }
            // What lies below another is no witness of its own.
            let has_copy = pairs[other].iter().any(|pair| {
                (pair.offset - offset).hypot() <= SAME_OFFSET
                    && !follows(glyphs[other], pair.offset)
            });
            let lies_below = pairs.get(other + 1..).is_some_and(|later| {
                later.iter().flatten().any(|pair| {
                    pair.below == other && (pair.offset - offset).hypot() <= SAME_OFFSET
                })
            });
            if has_copy || !lies_below {
                all += 1;
                agreeing += usize::from(has_copy);
            }
        }
        f64::from(agreeing as u32) / f64::from(all.max(2) as u32)
    }
}

fn square(glyph: &PlacedGlyph) -> (i32, i32) {
    ((glyph.origin.x / SQUARE).floor() as i32, (glyph.origin.y / SQUARE).floor() as i32)
}
