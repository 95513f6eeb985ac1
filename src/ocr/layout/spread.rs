//! Characters that stand apart: one in each box of a comb, or spaced out in print.
//!
//! Finds them as rows of single characters at an even distance, which make lines of their own, and draws
//! such a line with its characters brought together, so that recognizers read words. Finds no boxes
//! (`combs`) and knows nothing of what the text says.

use image::{GrayImage, Luma, imageops};

use super::combs::Comb;
use super::part::Part;
use super::rules::Barriers;
use super::strip::{Row, Strip, median};
use crate::document::PixelBox;

/// A character stands apart with so much white at each side, in heights of its line.
const LEAST_GAP: f32 = 0.33;
/// Steps are so many times the largest height at least: in typewriter print they are 0.8 to 0.95 of it.
const LEAST_STEP: f32 = 1.03;
/// With the points between them at most this share of the gaps is smaller than so many heights.
const CLOSE_GAP: f32 = 0.22;
const MOST_CLOSE: f32 = 0.15;
/// The next one follows within so many heights.
const MOST_GAP: f32 = 3.2;
/// Or within so many steps: a point may stand between.
const MOST_STEP: f32 = 2.3;
/// Characters of a line share their foot or their head within so many heights.
const MAX_SHIFT: f32 = 0.22;
/// A letter with a descender stands so much deeper.
const MAX_DESCENT: f32 = 0.5;
/// The largest is at most so many times as high as the smallest.
const MAX_RATIO: f32 = 1.75;
/// A character is at most so many heights wide: a wider one is a word.
const MAX_WIDTH: f32 = 1.5;
/// So many characters stand apart.
const MIN_CHARACTERS: usize = 4;
/// Steps vary by this share; so many of them are alike.
const STEP_SHARE: f32 = 0.17;
const ALIKE_SHARE: f32 = 0.7;
/// White is wider between two words: so many times the usual step.
const WORD_STEP: f32 = 1.4;
/// And a line ends at a step of so many.
const MOST_STEPS: f32 = 3.2;
/// Figures in so many lines, one below the other, are columns of a table; in heights of a line.
const MIN_ROWS: usize = 3;
const ROW_REACH: f32 = 3.0;
/// Points and hyphens have this area at least, in squares of the height.
const MIN_POINT: f32 = 0.006;

/// What is so many times as high as the characters of a row is no speck.
const STRANGER: f32 = 0.7;

/// White between two characters that are brought together, in x-heights, and between two words.
const LETTER_GAP: f32 = 0.13;
const WORD_GAP: f32 = 0.75;
/// White at the ends of its picture is at most so wide, in x-heights.
const PADDING: f32 = 0.5;
/// A character is cut out with so many pixels around it.
const EDGE: u32 = 2;

/// A character of a spread line, in pixels of the page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cell {
    pub bounds: PixelBox,
    /// Whether it begins a word.
    pub begins_word: bool,
}

impl From<Comb> for Row {
    fn from(comb: Comb) -> Self {
        Self { characters: comb.characters, begins_word: comb.begins_word }
    }
}

/// Finds spaced print among the strips that letters were chained to. `is_taken` tells which parts cannot be
/// in it: rules, and what stands in combs.
pub(super) fn find(
    strips: &[Strip],
    (parts, is_taken): (&[Part], &[bool]),
    barriers: &Barriers,
) -> Vec<Row> {
    let mut alone: Vec<u32> = strips
        .iter()
        .flat_map(|strip| standing_apart(strip, parts))
        .filter(|&id| !is_taken[id as usize])
        .collect();
    if alone.len() < MIN_CHARACTERS {
        return Vec::new();
    }
    alone.sort_by(|&a, &b| parts[a as usize].left.total_cmp(&parts[b as usize].left));
    let chains: Vec<Vec<u32>> = chains(&alone, parts, barriers);
    let rows: Vec<Row> =
        chains.into_iter().flat_map(|chain| rows(&chain, (parts, is_taken))).collect();
    let is_table = |row: &Row| is_in_table(row, &rows, parts);
    rows.iter().filter(|row| !is_table(row)).cloned().collect()
}

/// Returns the members of a strip with white at both sides.
fn standing_apart(strip: &Strip, parts: &[Part]) -> Vec<u32> {
    let mut members = strip.members.clone();
    members.sort_by(|&a, &b| parts[a as usize].left.total_cmp(&parts[b as usize].left));
    let mut heights: Vec<f32> = members.iter().map(|&id| parts[id as usize].height()).collect();
    let least = LEAST_GAP * median(&mut heights);
    let mut right = f32::MIN;
    let mut apart = Vec::new();
    for (place, &id) in members.iter().enumerate() {
        let part = &parts[id as usize];
        let next = members.get(place + 1).map_or(f32::MAX, |&next| parts[next as usize].left);
        let is_single = part.width() <= MAX_WIDTH * part.height();
        if is_single && part.left - right >= least && next - part.right >= least {
            apart.push(id);
        }
        right = right.max(part.right);
    }
    apart
}

fn chains(alone: &[u32], parts: &[Part], barriers: &Barriers) -> Vec<Vec<u32>> {
    let mut chains: Vec<Vec<u32>> = Vec::new();
    for &id in alone {
        let part = &parts[id as usize];
        let goes_on = |chain: &&mut Vec<u32>| {
            let step = match chain.as_slice() {
                [.., a, b] => parts[*b as usize].middle_x() - parts[*a as usize].middle_x(),
                _ => 0.0,
            };
            let is_near = |last: &Part| is_next((last, part), MOST_STEP * step, barriers);
            chain.last().is_some_and(|&last| is_near(&parts[last as usize]))
        };
        match chains.iter_mut().find(goes_on) {
            Some(chain) => chain.push(id),
            None => chains.push(vec![id]),
        }
    }
    chains.retain(|chain| chain.len() >= MIN_CHARACTERS);
    chains
}

fn is_next((last, part): (&Part, &Part), reach: f32, barriers: &Barriers) -> bool {
    let (smaller, larger) = (last.height().min(part.height()), last.height().max(part.height()));
    let shift = part.bottom - last.bottom;
    let on_one_line = shift.abs() <= MAX_SHIFT * larger
        || shift.abs() <= MAX_DESCENT * larger && (part.top - last.top).abs() <= MAX_SHIFT * larger;
    let gap = part.left - last.right;
    on_one_line
        && larger <= MAX_RATIO * smaller
        && gap >= LEAST_GAP * smaller
        && gap <= reach.max(MOST_GAP * larger)
        && !barriers.divide((last.right, part.left), part.middle_y(), larger)
}

/// Returns the rows of a chain of characters, with the points between them.
fn rows(chain: &[u32], (parts, is_taken): (&[Part], &[bool])) -> Vec<Row> {
    let characters = with_points(chain, (parts, is_taken));
    let boxes: Vec<(f32, f32)> = characters
        .iter()
        .map(|ids| {
            let all = || ids.iter().map(|&id| &parts[id as usize]);
            (
                all().map(|part| part.left).fold(f32::MAX, f32::min),
                all().map(|part| part.right).fold(f32::MIN, f32::max),
            )
        })
        .collect();
    let middle = |(left, right): (f32, f32)| f32::midpoint(left, right);
    let steps: Vec<f32> = boxes.windows(2).map(|pair| middle(pair[1]) - middle(pair[0])).collect();
    let gaps: Vec<f32> = boxes.windows(2).map(|pair| pair[1].0 - pair[0].1).collect();
    let height =
        median(&mut chain.iter().map(|&id| parts[id as usize].height()).collect::<Vec<f32>>());
    if has_stranger(chain, &characters, (parts, is_taken)) {
        return Vec::new();
    }
    // Points that stand close to their figures: numbers as they are printed anywhere.
    let close = gaps.iter().filter(|gap| **gap < CLOSE_GAP * height).count();
    if close as f32 > MOST_CLOSE * gaps.len() as f32 {
        return Vec::new();
    }
    let Some(is_wide) = evenness(&steps).or_else(|| evenness(&gaps)) else { return Vec::new() };
    let usual = median(&mut steps.clone());
    let highest = chain.iter().map(|&id| parts[id as usize].height()).fold(0.0, f32::max);
    if usual < LEAST_STEP * highest {
        return Vec::new();
    }
    let mut rows: Vec<Row> = Vec::new();
    let mut begin = true;
    for (place, ids) in characters.into_iter().enumerate() {
        let before = place.checked_sub(1);
        let is_far = before.is_some_and(|at| steps[at] > MOST_STEPS * usual);
        let is_wide = before.is_none_or(|at| is_wide[at]);
        match rows.last_mut() {
            Some(row) if !begin && !is_far => {
                row.characters.push(ids);
                row.begins_word.push(is_wide);
            }
            Some(_) | None => {
                rows.push(Row { characters: vec![ids], begins_word: vec![true] });
            }
        }
        begin = false;
    }
    rows.retain(|row| row.characters.len() >= MIN_CHARACTERS);
    rows
}

/// Tells whether something as high as a character stands among those of a row and is none of them, as two figures
/// that touch: brought together, the row would lose it.
fn has_stranger(
    chain: &[u32],
    characters: &[Vec<u32>],
    (parts, is_taken): (&[Part], &[bool]),
) -> bool {
    let [Some(first), Some(last)] = [chain.first(), chain.last()] else { return false };
    let (first, last) = (&parts[*first as usize], &parts[*last as usize]);
    let height = first.height().min(last.height());
    (0_u32..).zip(parts).any(|(id, part)| {
        !is_taken[id as usize]
            && part.left > first.right
            && part.right < last.left
            && part.height() >= STRANGER * height
            && (part.bottom - first.bottom).abs() <= MAX_SHIFT * height
            && !characters.iter().any(|ids| ids.contains(&id))
    })
}

/// Returns which steps part words, if most of the others are alike.
fn evenness(steps: &[f32]) -> Option<Vec<bool>> {
    let mut sorted = steps.to_vec();
    let usual = median(&mut sorted);
    let is_wide: Vec<bool> = steps.iter().map(|step| *step > WORD_STEP * usual).collect();
    let within: Vec<f32> =
        steps.iter().zip(&is_wide).filter(|(_, wide)| !**wide).map(|(step, _)| *step).collect();
    let alike = within.iter().filter(|step| (**step - usual).abs() <= STEP_SHARE * usual + 1.0);
    let is_even = alike.count() as f32 >= ALIKE_SHARE * within.len() as f32;
    // Words of a letter or two are a table, or initials.
    let is_mostly_words = 2 * within.len() >= steps.len();
    (is_even && is_mostly_words && within.len() + 1 >= MIN_CHARACTERS).then_some(is_wide)
}

/// Adds the points, commas and hyphens that stand between the characters of a chain.
fn with_points(chain: &[u32], (parts, is_taken): (&[Part], &[bool])) -> Vec<Vec<u32>> {
    let all = || chain.iter().map(|&id| &parts[id as usize]);
    let (left, right) = (
        all().map(|part| part.left).fold(f32::MAX, f32::min),
        all().map(|part| part.right).fold(f32::MIN, f32::max),
    );
    let height = median(&mut all().map(Part::height).collect::<Vec<f32>>());
    let base = median(&mut all().map(|part| part.bottom).collect::<Vec<f32>>());
    let is_point = |part: &Part| {
        part.area >= MIN_POINT * height * height
            && part.height() < height
            && part.width() < height
            && part.left >= left
            && part.right <= right
            && part.bottom <= base + 0.35 * height
            && part.top >= base - 1.45 * height
    };
    let mut ids: Vec<u32> = (0_u32..)
        .zip(parts)
        .filter(|(id, part)| !is_taken[*id as usize] && is_point(part) && !chain.contains(id))
        .map(|(id, _)| id)
        .chain(chain.iter().copied())
        .collect();
    ids.sort_by(|&a, &b| parts[a as usize].left.total_cmp(&parts[b as usize].left));
    let mut characters: Vec<Vec<u32>> = Vec::new();
    let mut edge = f32::MIN;
    for id in ids {
        let part = &parts[id as usize];
        match characters.last_mut() {
            Some(last) if part.left < edge => last.push(id),
            Some(_) | None => characters.push(vec![id]),
        }
        edge = edge.max(part.right);
    }
    characters
}

/// Returns whether other rows stand close above or below, with their characters in the same columns.
fn is_in_table(row: &Row, rows: &[Row], parts: &[Part]) -> bool {
    let place = |row: &Row| {
        let first = row.characters.first().and_then(|ids| ids.first());
        first.map(|&id| parts[id as usize])
    };
    let Some(own) = place(row) else { return false };
    let mut baselines: Vec<f32> = rows
        .iter()
        .filter_map(place)
        .filter(|other| (other.middle_x() - own.middle_x()).abs() < own.height())
        .map(|other| other.bottom)
        .collect();
    baselines.sort_by(f32::total_cmp);
    let reach = ROW_REACH * own.height();
    baselines.windows(MIN_ROWS).any(|near| {
        near.contains(&own.bottom) && near.windows(2).all(|pair| pair[1] - pair[0] <= reach)
    })
}

/// Where the characters of a line stand in its picture, brought together.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Gathering {
    /// For each character its columns in the frame of the line, and its first column in the picture.
    places: Vec<(u32, u32, u32)>,
    width: u32,
}

impl Gathering {
    /// Brings cells together, whose line has the x-height and whose frame begins at `left` on the page.
    pub fn of(cells: &[Cell], x_height: f32, (left, frame_width): (i64, u32)) -> Self {
        let before = cells.first().map_or(0, |cell| (i64::from(cell.bounds.left) - left).max(0));
        let padding = (before as u32).min((PADDING * x_height) as u32);
        let mut at = padding;
        let mut places = Vec::with_capacity(cells.len());
        for (index, cell) in cells.iter().enumerate() {
            if index > 0 {
                let gap = if cell.begins_word { WORD_GAP } else { LETTER_GAP };
                at += ((gap * x_height).round() as u32).max(1);
            }
            let column = |x: u32| (i64::from(x) - left).clamp(0, i64::from(frame_width)) as u32;
            let (from, to) = (column(cell.bounds.left), column(cell.bounds.right));
            places.push((from, to, at));
            at += to - from;
        }
        Self { places, width: (at + padding).max(1) }
    }

    /// Draws the characters of a line's picture together on paper of the gray level. `rows` gives the rows of
    /// each character.
    pub fn drawn(&self, picture: &GrayImage, rows: &[(u32, u32)], paper: u8) -> GrayImage {
        let mut image = GrayImage::from_pixel(self.width, picture.height(), Luma([paper]));
        for (&(from, to, at), &(top, bottom)) in self.places.iter().zip(rows) {
            // The white around a character is its own, as far as the next one is away.
            let edge = EDGE.min(from).min(at);
            let width = (to - from + edge + EDGE).min(picture.width() - (from - edge));
            let top = top.saturating_sub(EDGE);
            let bottom = (bottom + EDGE).min(picture.height());
            if width == 0 || top >= bottom {
                continue;
            }
            let part = imageops::crop_imm(picture, from - edge, top, width, bottom - top);
            let (to_x, to_y) = (at - edge, top);
            for (x, y, pixel) in part.to_image().enumerate_pixels() {
                let (x, y) = (to_x + x, to_y + y);
                if x < self.width {
                    let darker = pixel.0[0].min(image.get_pixel(x, y).0[0]);
                    image.put_pixel(x, y, Luma([darker]));
                }
            }
        }
        image
    }

    /// Returns which columns of the frame `left..right` of the picture shows.
    pub fn columns(&self, (left, right): (u32, u32)) -> (u32, u32) {
        let is_in = |&(from, to, at): &(u32, u32, u32)| {
            let middle = at + (to - from) / 2;
            left <= middle && middle < right.max(left + 1)
        };
        let mut shown = self.places.iter().filter(|place| is_in(place));
        let Some(first) = shown.next() else {
            // Between two characters: the nearest one.
            let near = |&&(_, _, at): &&(u32, u32, u32)| at.abs_diff(left);
            return self.places.iter().min_by_key(near).map_or((0, 1), |&(from, to, _)| (from, to));
        };
        let last = shown.next_back().unwrap_or(first);
        (first.0, last.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Parts of 12 × 20 pixels at these left edges, on one baseline.
    fn letters(lefts: &[f32]) -> Vec<Part> {
        lefts
            .iter()
            .map(|&left| Part { left, top: 80.0, right: left + 12.0, bottom: 100.0, area: 120.0 })
            .collect()
    }

    fn found(parts: &[Part]) -> Vec<Vec<bool>> {
        let strip = Strip::of((0..parts.len() as u32).collect(), parts);
        let taken = vec![false; parts.len()];
        let rows = find(&[strip], (parts, &taken), &Barriers::default());
        rows.into_iter().map(|row| row.begins_word).collect()
    }

    #[test]
    fn characters_at_one_distance_are_a_word() {
        assert_eq!(found(&letters(&[0.0, 30.0, 60.0, 90.0])), [[true, false, false, false]]);
    }

    #[test]
    fn more_white_parts_words() {
        let lefts = [0.0, 30.0, 60.0, 120.0, 150.0, 180.0];
        assert_eq!(found(&letters(&lefts)), [[true, false, false, true, false, false]]);
    }

    #[test]
    fn letters_of_a_word_and_single_ones_in_text_are_none() {
        assert_eq!(found(&letters(&[0.0, 15.0, 30.0, 45.0, 60.0])), [[true; 0]; 0]);
        // A word, `I a`, a word.
        let lefts = [0.0, 15.0, 30.0, 54.0, 78.0, 102.0, 117.0, 132.0];
        assert_eq!(found(&letters(&lefts)), [[true; 0]; 0]);
    }

    #[test]
    fn numbers_with_points_are_printed_as_usual() {
        // 1.2.3.4: the points fill the gaps.
        let mut parts = letters(&[0.0, 22.0, 44.0, 66.0]);
        let point = |left| Part { left, top: 96.0, right: left + 4.0, bottom: 100.0, area: 16.0 };
        parts.extend([15.0, 37.0, 59.0].map(point));
        let strip = Strip::of((0..4).collect(), &parts);
        assert_eq!(find(&[strip], (&parts, &[false; 7]), &Barriers::default()), []);
    }

    #[test]
    fn two_that_touch_among_the_others_are_not_lost() {
        let mut parts = letters(&[0.0, 30.0, 60.0, 120.0, 150.0, 180.0]);
        parts.push(Part { right: 108.0, ..letters(&[76.0])[0] });
        let strip = Strip::of((0..7).collect(), &parts);
        assert_eq!(find(&[strip], (&parts, &[false; 7]), &Barriers::default()), []);
    }

    #[test]
    fn figures_in_columns_are_no_words() {
        let mut parts = letters(&[0.0, 40.0, 80.0, 120.0]);
        for row in 1..3 {
            parts.extend(letters(&[0.0, 40.0, 80.0, 120.0]).into_iter().map(|part| Part {
                top: part.top + 40.0 * row as f32,
                bottom: part.bottom + 40.0 * row as f32,
                ..part
            }));
        }
        let strips: Vec<Strip> =
            (0..3).map(|row| Strip::of((4 * row..4 * row + 4).collect(), &parts)).collect();
        let taken = vec![false; parts.len()];
        assert_eq!(find(&strips, (&parts, &taken), &Barriers::default()), []);
    }

    #[test]
    fn a_gathered_line_knows_where_its_characters_stood() {
        let cell = |left: u32| Cell {
            bounds: PixelBox { left, top: 10, right: left + 12, bottom: 30 },
            begins_word: false,
        };
        let gathering = Gathering::of(&[cell(105), cell(205), cell(305)], 20.0, (100, 300));
        // Gaps of 3 pixels: 5..17, 20..32, 35..47.
        assert_eq!(gathering.columns((4, 33)), (5, 117));
        assert_eq!(gathering.columns((34, 50)), (205, 217));
        assert_eq!(gathering.width, 52);
    }
}
