//! Combs: boxes in a row, or ticks on a rule, with one character in each.
//!
//! Finds strokes of one height that follow each other at one distance and have at most one character
//! between them. They are no letters and divide no text; `spread` brings their characters together.
//! Cells of ruled tables are wider, or their rules run down through several rows.

use super::part::Part;
use crate::document::PixelBox;
use crate::images::BitMask;
use crate::shapes::Component;

/// Strokes are so high, in text heights.
const HEIGHTS: std::ops::RangeInclusive<f32> = 0.7..=9.0;
/// A single stroke is at most so wide, in text heights, and so many times as high as wide.
const STROKE_WIDTH: f32 = 0.3;
const STROKE_RATIO: f32 = 2.5;
/// Frames of one or several boxes are so high and so wide, in text heights.
const FRAME_HEIGHT: f32 = 1.7;
const FRAME_WIDTHS: std::ops::RangeInclusive<f32> = 1.2..=90.0;
/// And at most this share of their box is ink.
const FRAME_FILL: f32 = 0.5;
/// A stroke of a frame is ink over this share of its height.
const STROKE_INK: f32 = 0.8;
/// Ends of the strokes of a comb differ by so many text heights.
const MAX_SHIFT: f32 = 0.3;
/// Widths of boxes differ by this share and so many pixels.
const WIDTH_SHARE: f32 = 0.15;
const WIDTH_SLACK: f32 = 2.0;
/// A box is so wide at least, in text heights.
const MIN_BOX: f32 = 1.25;
/// Narrower white between two boxes parts them, wider white parts groups of them; both in boxes.
const MAX_PARTING: f32 = 0.75;
const MAX_GROUP_GAP: f32 = 3.5;
/// Groups are parted by this share of a box, and by so many times what parts single boxes.
const MIN_GROUP_GAP: f32 = 0.25;
const GROUP_RATIO: f32 = 1.6;
/// A comb has so many boxes.
const MIN_BOXES: usize = 3;
/// Strokes reach below the characters by so many text heights: those of letters do not.
const MIN_DEPTH: f32 = 0.12;
/// This share of the boxes in use has one character.
const SINGLE_SHARE: f32 = 0.8;
/// A character after the last stroke stands in the middle of its box, but for this share of it.
const OPEN_END: f32 = 0.2;
/// Characters keep so far from the ends of the strokes, in text heights.
const EDGE: f32 = 0.1;
/// Flat parts so near to the ends, so low (in text heights) or so wide (in boxes) are rests of rules.
const REST_REACH: f32 = 0.15;
const REST_HEIGHT: f32 = 0.2;
const REST_WIDTH: f32 = 1.05;
/// Smaller parts are specks, in squares of the text height.
const MIN_MARK: f32 = 0.012;
/// With more strokes or frames a page is no form.
const MAX_STROKES: usize = 6000;

/// A row of boxes or ticks.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Comb {
    /// Parts that are its strokes.
    pub strokes: Vec<u32>,
    /// Its strokes among the vertical rules of the page.
    pub rules: Vec<usize>,
    /// Its characters from left to right: the parts of each.
    pub characters: Vec<Vec<u32>>,
    /// For each character whether it begins a word.
    pub begins_word: Vec<bool>,
}

/// What may be the side of a box.
#[derive(Debug, Clone)]
struct Stroke {
    left: f32,
    right: f32,
    top: f32,
    bottom: f32,
    parts: Vec<u32>,
    rules: Vec<usize>,
}

/// What lies between two strokes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Between {
    Box,
    /// Less than a box.
    Parting,
    /// More than a box.
    Wide,
}

/// What a page shows, for the search: parts in sheared coordinates and their components, the mask without
/// the long rules, and those of them that run down.
pub(super) struct Sight<'a> {
    pub parts: &'a [Part],
    pub components: &'a [Component],
    pub mask: &'a BitMask,
    /// Sheared, too.
    pub vertical: &'a [Part],
    pub text_height: f32,
}

/// Finds the combs of a page.
pub(super) fn find(sight: &Sight) -> Vec<Comb> {
    let mut strokes = sight.strokes();
    if strokes.len() > MAX_STROKES {
        return Vec::new();
    }
    strokes.sort_by(|a, b| a.left.total_cmp(&b.left));
    let chains = chains(strokes, sight.text_height);
    chains.iter().flat_map(|chain| sight.combs(chain)).collect()
}

/// Puts strokes, in order of their left edge, into rows of one height.
fn chains(strokes: Vec<Stroke>, text_height: f32) -> Vec<Vec<Stroke>> {
    let (mut open, mut closed): (Vec<Vec<Stroke>>, Vec<Vec<Stroke>>) = (Vec::new(), Vec::new());
    let reach = *HEIGHTS.end() * MAX_GROUP_GAP * text_height;
    for stroke in strokes {
        let mut index = 0;
        while index < open.len() {
            let is_over = open[index].last().is_none_or(|last| stroke.left - last.right > reach);
            if is_over { closed.push(open.swap_remove(index)) } else { index += 1 }
        }
        let shift = MAX_SHIFT * text_height;
        let goes_on = |chain: &&mut Vec<Stroke>| {
            chain.last().is_some_and(|last| {
                (last.top - stroke.top).abs() <= shift
                    && (last.bottom - stroke.bottom).abs() <= shift
            })
        };
        match open.iter_mut().find(goes_on) {
            Some(chain) => match chain.last_mut() {
                // One stroke, seen twice: by the page's marks and by the mask, or doubled.
                Some(last) if stroke.left - last.right < 0.25 * text_height => {
                    last.right = last.right.max(stroke.right);
                    last.parts.extend(stroke.parts);
                    last.rules.extend(stroke.rules);
                }
                Some(_) | None => chain.push(stroke),
            },
            None => open.push(vec![stroke]),
        }
    }
    closed.extend(open);
    closed.retain(|chain| chain.len() > MIN_BOXES);
    closed
}

impl Sight<'_> {
    fn strokes(&self) -> Vec<Stroke> {
        let height = self.text_height;
        let is_high = |part: &Part| HEIGHTS.contains(&(part.height() / height));
        let of = |part: &Part| Stroke {
            left: part.left,
            right: part.right,
            top: part.top,
            bottom: part.bottom,
            parts: Vec::new(),
            rules: Vec::new(),
        };
        let rules = self.vertical.iter().enumerate().filter(|(_, rule)| is_high(rule));
        let mut strokes: Vec<Stroke> =
            rules.map(|(index, rule)| Stroke { rules: vec![index], ..of(rule) }).collect();
        for (id, part) in (0_u32..).zip(self.parts) {
            if !is_high(part) {
                continue;
            }
            if part.width() <= STROKE_WIDTH * height + 1.0
                && part.height() >= STROKE_RATIO * part.width()
            {
                strokes.push(Stroke { parts: vec![id], ..of(part) });
            } else if part.height() >= FRAME_HEIGHT * height
                && FRAME_WIDTHS.contains(&(part.width() / height))
                && part.area <= FRAME_FILL * part.width() * part.height()
            {
                let bounds = &self.components[id as usize].bounds;
                let sides = sides(self.mask, bounds).into_iter().map(|(left, right)| Stroke {
                    left: part.left + left as f32,
                    right: part.left + right as f32,
                    parts: vec![id],
                    ..of(part)
                });
                strokes.extend(sides);
            }
            if strokes.len() > MAX_STROKES {
                break;
            }
        }
        strokes
    }

    /// Returns the combs of a row of strokes.
    fn combs(&self, chain: &[Stroke]) -> Vec<Comb> {
        let Some(width) = self.box_width(chain) else { return Vec::new() };
        let kind = |gap: f32| {
            if (gap - width).abs() <= WIDTH_SHARE * width + WIDTH_SLACK {
                Some(Between::Box)
            } else if gap < MAX_PARTING * width {
                Some(Between::Parting)
            } else if gap <= MAX_GROUP_GAP * width {
                Some(Between::Wide)
            } else {
                None
            }
        };
        let mut combs = Vec::new();
        let mut start = 0;
        for index in 0..chain.len() {
            let next = chain.get(index + 1).and_then(|next| kind(next.left - chain[index].right));
            if next.is_some() {
                continue;
            }
            let row = &chain[start..=index];
            let kinds: Vec<Between> =
                row.windows(2).filter_map(|pair| kind(pair[1].left - pair[0].right)).collect();
            combs.extend(self.comb(row, &kinds, width));
            start = index + 1;
        }
        combs
    }

    /// Returns the width that most boxes of a row have.
    fn box_width(&self, chain: &[Stroke]) -> Option<f32> {
        let gaps = chain.windows(2).map(|pair| pair[1].left - pair[0].right);
        let gaps: Vec<f32> = gaps.filter(|gap| *gap >= MIN_BOX * self.text_height).collect();
        let alike = |width: f32| {
            let fits = |gap: &&f32| (**gap - width).abs() <= WIDTH_SHARE * width + WIDTH_SLACK;
            gaps.iter().filter(fits).count()
        };
        let width = gaps.iter().copied().max_by_key(|&width| (alike(width), -width as i64))?;
        (alike(width) >= MIN_BOXES).then_some(width)
    }

    fn comb(&self, row: &[Stroke], kinds: &[Between], width: f32) -> Option<Comb> {
        let boxes = kinds.iter().filter(|kind| **kind == Between::Box).count();
        if boxes < MIN_BOXES || 2 * boxes + 1 < kinds.len() {
            return None;
        }
        let strokes: Vec<u32> = row.iter().flat_map(|stroke| stroke.parts.clone()).collect();
        let (characters, places) = self.characters(row, &strokes, width);
        if !are_single(&places, kinds) || !self.is_deeper(row, &characters) {
            return None;
        }
        let begins_word = begins_word(row, kinds, &places, width);
        let rules = row.iter().flat_map(|stroke| stroke.rules.clone()).collect();
        Some(Comb { strokes, rules, characters, begins_word })
    }

    /// Returns the characters between the strokes of a row from left to right, and between which strokes
    /// each stands.
    fn characters(
        &self,
        row: &[Stroke],
        strokes: &[u32],
        width: f32,
    ) -> (Vec<Vec<u32>>, Vec<usize>) {
        let edge = EDGE * self.text_height;
        let middle = |of: fn(&Stroke) -> f32| row.iter().map(of).sum::<f32>() / row.len() as f32;
        let (top, bottom) = (middle(|it| it.top) + edge, middle(|it| it.bottom) - edge);
        // Over ticks characters stand higher than the ticks reach.
        let top = top.min(bottom - 2.5 * self.text_height);
        // Ticks may end with the last box but one: its character stands in the middle of where a box would be.
        let end = row.last().map_or(0.0, |last| last.right) + width / 2.0;
        let place = |part: &Part| {
            let after = row.partition_point(|stroke| stroke.left < part.middle_x());
            let is_last = after == row.len() && (part.middle_x() - end).abs() <= OPEN_END * width;
            ((1..row.len()).contains(&after) || is_last).then(|| after - 1)
        };
        // Rests of the rules above and below are no characters.
        let is_rest = |part: &Part| {
            let near = REST_REACH * self.text_height;
            part.width() >= REST_WIDTH * width
                || part.height() <= REST_HEIGHT * self.text_height
                    && (part.middle_y() < top + near || part.middle_y() > bottom - near)
        };
        let is_mark = |part: &Part| {
            part.area >= MIN_MARK * self.text_height * self.text_height
                && part.height() <= 4.0 * self.text_height
                && (top..bottom).contains(&part.middle_y())
        };
        let mut found: Vec<(u32, usize)> = (0_u32..)
            .zip(self.parts)
            .filter(|(id, part)| is_mark(part) && !is_rest(part) && !strokes.contains(id))
            .filter_map(|(id, part)| Some((id, place(part)?)))
            .collect();
        let left = |id: u32| self.parts[id as usize].left;
        found.sort_by(|a, b| left(a.0).total_cmp(&left(b.0)));
        let (mut characters, mut places): (Vec<Vec<u32>>, Vec<usize>) = (Vec::new(), Vec::new());
        let mut right = f32::MIN;
        for (id, place) in found {
            let part = &self.parts[id as usize];
            match characters.last_mut() {
                Some(last) if part.left < right => last.push(id),
                Some(_) | None => {
                    characters.push(vec![id]);
                    places.push(place);
                }
            }
            right = right.max(part.right);
        }
        (characters, places)
    }

    /// Returns whether the strokes reach farther down than the characters.
    fn is_deeper(&self, row: &[Stroke], characters: &[Vec<u32>]) -> bool {
        let bottoms = characters.iter().flatten().map(|&id| self.parts[id as usize].bottom);
        let mut bottoms: Vec<f32> = bottoms.collect();
        if bottoms.is_empty() {
            return row.len() > MIN_BOXES + 1;
        }
        let foot = super::strip::median(&mut bottoms);
        let mut ends: Vec<f32> = row.iter().map(|stroke| stroke.bottom).collect();
        super::strip::median(&mut ends) >= foot + MIN_DEPTH * self.text_height
    }
}

/// Returns whether most boxes that are in use have one character.
fn are_single(places: &[usize], kinds: &[Between]) -> bool {
    let mut counts = vec![0_usize; kinds.len() + 1];
    for &place in places {
        counts[place] += 1;
    }
    let used = counts.iter().filter(|count| **count > 0).count();
    let single = counts.iter().filter(|count| **count == 1).count();
    single as f32 >= SINGLE_SHARE * used as f32
}

/// Returns for each character whether an empty box or the white between two groups stands before it.
fn begins_word(row: &[Stroke], kinds: &[Between], places: &[usize], width: f32) -> Vec<bool> {
    let gap = |index: usize| row[index + 1].left - row[index].right;
    let mut partings: Vec<f32> =
        (0..kinds.len()).filter(|&at| kinds[at] == Between::Parting).map(gap).collect();
    let boxes = kinds.iter().filter(|kind| **kind == Between::Box).count();
    let are_apart = 5 * partings.len() >= 3 * boxes;
    let usual = if are_apart { super::strip::median(&mut partings) } else { 0.0 };
    let least = (MIN_GROUP_GAP * width).max(GROUP_RATIO * usual);
    let mut begins = vec![true];
    for pair in places.windows(2) {
        // What stands between two boxes is part of what they say: a point, a slash.
        let is_word = (pair[0] + 1..pair[1]).any(|at| match kinds[at] {
            Between::Box | Between::Wide => true,
            Between::Parting => gap(at) >= least,
        });
        begins.push(is_word);
    }
    begins.truncate(places.len());
    begins
}

/// Returns the columns of a frame that are ink over most of its height, from its left edge, if it has one at
/// each end.
fn sides(mask: &BitMask, bounds: &PixelBox) -> Vec<(u32, u32)> {
    let (width, height) = (bounds.width(), bounds.height());
    let mut counts = vec![0_u32; width as usize];
    for y in bounds.top..bounds.bottom {
        for (x, count) in (bounds.left..).zip(&mut counts) {
            *count += u32::from(mask.get(x as usize, y as usize));
        }
    }
    let is_side = |count: u32| count as f32 >= STROKE_INK * height as f32;
    let mut sides: Vec<(u32, u32)> = Vec::new();
    for (x, &count) in (0_u32..).zip(&counts) {
        match sides.last_mut() {
            _ if !is_side(count) => {}
            Some(last) if last.1 == x => last.1 = x + 1,
            Some(_) | None => sides.push((x, x + 1)),
        }
    }
    let slack = 2 + height / 16;
    let are_ends = sides.len() > 1
        && sides.first().is_some_and(|first| first.0 <= slack)
        && sides.last().is_some_and(|last| last.1 + slack >= width);
    if are_ends { sides } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shapes;

    /// Bars: left, top, right, bottom.
    type Bar = (usize, usize, usize, usize);

    fn combs(bars: &[Bar]) -> Vec<Comb> {
        let mut mask = BitMask::empty(700, 120);
        for &(left, top, right, bottom) in bars {
            (top..bottom).for_each(|y| mask.set(y, left, right));
        }
        let found = shapes::find_components(&mask).expect("few runs");
        let parts: Vec<Part> = found.list.iter().map(|it| Part::of(it, 0.0, 350.0)).collect();
        let sight = Sight {
            parts: &parts,
            components: &found.list,
            mask: &mask,
            vertical: &[],
            text_height: 16.0,
        };
        find(&sight)
    }

    /// Strokes of 60 pixels at even places, as the sides of boxes whose rules are gone.
    fn strokes(count: usize) -> Vec<Bar> {
        (0..count).map(|index| (50 + 48 * index, 20, 53 + 48 * index, 80)).collect()
    }

    /// A character in the box with the number.
    fn character(index: usize) -> Bar {
        (68 + 48 * index, 44, 84 + 48 * index, 66)
    }

    #[test]
    fn a_character_in_each_box_makes_a_word() {
        let mut bars = strokes(6);
        bars.extend((0..5).map(character));
        let [comb] = &combs(&bars)[..] else { panic!("one comb was expected") };
        assert_eq!((comb.strokes.len(), comb.characters.len()), (6, 5));
        assert_eq!(comb.begins_word, [true, false, false, false, false]);
    }

    #[test]
    fn the_last_character_needs_no_stroke_after_it() {
        let mut bars = strokes(5);
        bars.extend((0..5).map(character));
        let [comb] = &combs(&bars)[..] else { panic!("one comb was expected") };
        assert_eq!(comb.characters.len(), 5);
    }

    #[test]
    fn an_empty_box_parts_words() {
        let mut bars = strokes(7);
        bars.extend([0, 1, 3, 4].map(character));
        let [comb] = &combs(&bars)[..] else { panic!("one comb was expected") };
        assert_eq!(comb.begins_word, [true, false, true, false]);
    }

    #[test]
    fn rests_of_the_rules_are_no_characters() {
        let mut bars = strokes(6);
        bars.extend((0..5).map(character));
        bars.push((54, 77, 94, 78));
        let [comb] = &combs(&bars)[..] else { panic!("one comb was expected") };
        assert_eq!(comb.characters.len(), 5);
    }

    #[test]
    fn frames_that_stand_apart_are_a_comb() {
        let frame = |index: usize| {
            let (left, right) = (50 + 60 * index, 98 + 60 * index);
            [
                (left, 20, right, 23),
                (left, 77, right, 80),
                (left, 20, left + 3, 80),
                (right - 3, 20, right, 80),
            ]
        };
        let mut bars: Vec<Bar> = (0..5).flat_map(frame).collect();
        bars.extend((0..5).map(|index| (68 + 60 * index, 44, 84 + 60 * index, 66)));
        let [comb] = &combs(&bars)[..] else { panic!("one comb was expected") };
        assert_eq!(comb.begins_word, [true, false, false, false, false]);
    }

    #[test]
    fn letters_that_are_strokes_are_no_comb() {
        // l o l o l o l: the strokes end on the line that the others stand on.
        let mut bars: Vec<Bar> =
            (0..5).map(|index| (50 + 24 * index, 36, 53 + 24 * index, 66)).collect();
        bars.extend((0..4).map(|index| (58 + 24 * index, 50, 68 + 24 * index, 66)));
        assert_eq!(combs(&bars), []);
    }

    #[test]
    fn cells_with_words_are_no_comb() {
        let mut bars = strokes(6);
        for index in 0..5 {
            bars.extend([0, 10, 20].map(|x| (60 + x + 48 * index, 44, 67 + x + 48 * index, 66)));
        }
        assert_eq!(combs(&bars), []);
    }
}
