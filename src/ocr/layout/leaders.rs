//! Leaders: rows of dots or dashes, or a line of their kind, that lead the eye from a caption to its value.
//!
//! Small parts of one size that follow each other at one distance, with nothing above them. They are
//! taken out before lines are made, so that what stands at their ends is read clean. Points in numbers,
//! ellipses and dashes in text are too few, or have letters between them.

use super::part::Part;

/// A dot or dash is at most so wide and so high, in text heights.
const MAX_WIDTH: f32 = 1.2;
const MAX_HEIGHT: f32 = 0.4;
/// Smaller parts are specks, in pixels.
const MIN_AREA: f32 = 2.0;
/// Members are so much alike in width and height: this share and so many pixels.
const SIZE_SHARE: f32 = 0.25;
const SIZE_SLACK: f32 = 1.5;
/// And lie so much beside each other at most, in text heights, and so many pixels.
const MAX_SHIFT: f32 = 0.08;
const SHIFT_SLACK: f32 = 1.0;
/// Longest gap between two members in text heights.
const MAX_GAP: f32 = 2.5;
/// Their distance varies by this share and so many pixels.
const PITCH_SHARE: f32 = 0.15;
const PITCH_SLACK: f32 = 1.2;
/// An ellipsis has three dots, at the end of a sentence four.
const MIN_MEMBERS: usize = 5;
/// A leader is so long at least, in text heights.
const MIN_LENGTH: f32 = 2.5;
/// Letters that stand so high above it, or so deep below, in text heights, stand in it.
const ABOVE: f32 = 1.0;
const BELOW: f32 = 0.35;
/// Dots that run into each other are a flat part so long, in text heights, and so many times as long as high.
const MIN_FLAT: f32 = 4.0;
const FLATNESS: f32 = 12.0;
/// More small parts are noise.
const MAX_SMALL_PARTS: usize = 30_000;

/// Parts of one size at one distance, by their left edges.
struct Row {
    members: Vec<u32>,
    pitch: Option<f32>,
}

/// Returns the parts of each leader. `is_rule` tells which parts are splinters of rules; `letters` are the
/// letter-like parts in order of their left edge.
pub(super) fn find(
    (parts, letters): (&[Part], &[u32]),
    text_height: f32,
    is_rule: &[bool],
) -> Vec<Vec<u32>> {
    let is_small = |part: &Part| {
        part.width() <= MAX_WIDTH * text_height
            && part.height() <= MAX_HEIGHT * text_height
            && part.area >= MIN_AREA
    };
    let mut small: Vec<u32> = (0..parts.len() as u32)
        .filter(|&id| !is_rule[id as usize] && is_small(&parts[id as usize]))
        .collect();
    if small.len() < MIN_MEMBERS || small.len() > MAX_SMALL_PARTS {
        return Vec::new();
    }
    small.sort_by(|&a, &b| parts[a as usize].left.total_cmp(&parts[b as usize].left));
    let rows = rows(parts, &small, text_height);
    let is_leader = |row: &Row| {
        let (Some(&first), Some(&last)) = (row.members.first(), row.members.last()) else {
            return false;
        };
        let (first, last) = (&parts[first as usize], &parts[last as usize]);
        let y = f32::midpoint(first.middle_y(), last.middle_y());
        let stands_in_it = |id: &u32| {
            let letter = &parts[*id as usize];
            (first.left..last.right).contains(&letter.middle_x())
                && (y - ABOVE * text_height..y + BELOW * text_height).contains(&letter.middle_y())
                && !row.members.contains(id)
        };
        row.members.len() >= MIN_MEMBERS
            && last.right - first.left >= MIN_LENGTH * text_height
            && !letters.iter().any(stands_in_it)
    };
    let mut leaders: Vec<Vec<u32>> =
        rows.into_iter().filter(is_leader).map(|row| row.members).collect();
    let flat = (0..parts.len() as u32).filter(|&id| {
        let part = &parts[id as usize];
        !is_rule[id as usize]
            && part.width() >= MIN_FLAT * text_height
            && part.height() <= MAX_HEIGHT * text_height
            && part.width() >= FLATNESS * part.height()
    });
    leaders.extend(flat.map(|id| vec![id]));
    leaders
}

/// Puts small parts, in order of their left edge, into rows.
fn rows(parts: &[Part], small: &[u32], text_height: f32) -> Vec<Row> {
    // Rows by the height of their last member: a part looks at its own band and those beside it.
    let band = (MAX_SHIFT * text_height + SHIFT_SLACK) * 2.0;
    let mut open: std::collections::HashMap<i32, Vec<usize>> = std::collections::HashMap::new();
    let mut rows: Vec<Row> = Vec::new();
    for &id in small {
        let part = &parts[id as usize];
        let at = (part.middle_y() / band) as i32;
        let mut best: Option<(f32, usize)> = None;
        for near in at - 1..=at + 1 {
            let Some(list) = open.get_mut(&near) else { continue };
            list.retain(|&row| {
                let last = rows[row].members.last().map_or(0, |&last| last);
                part.left - parts[last as usize].right <= MAX_GAP * text_height
            });
            for &row in list.iter() {
                rows[row].begin_anew(parts, part, text_height);
                if let Some(gap) = rows[row].gap(parts, part, text_height)
                    && best.is_none_or(|(least, _)| gap < least)
                {
                    best = Some((gap, row));
                }
            }
        }
        if let Some((_, row)) = best {
            rows[row].push(parts, id);
        } else {
            rows.push(Row { members: vec![id], pitch: None });
            open.entry(at).or_default().push(rows.len() - 1);
        }
    }
    rows
}

impl Row {
    /// Leaves the first of two members out if a part goes on with the second alone: the point at the end of
    /// a caption is none of its leader.
    fn begin_anew(&mut self, parts: &[Part], part: &Part, text_height: f32) {
        let &[_, second] = self.members.as_slice() else { return };
        if self.gap(parts, part, text_height).is_some() {
            return;
        }
        let alone = Self { members: vec![second], pitch: None };
        if alone.gap(parts, part, text_height).is_some() {
            *self = alone;
        }
    }

    /// Returns how far a part stands from the last member, if it goes on with the row.
    fn gap(&self, parts: &[Part], part: &Part, text_height: f32) -> Option<f32> {
        let last = &parts[*self.members.last()? as usize];
        let gap = part.left - last.right;
        let is_alike = |a: f32, b: f32| (a - b).abs() <= SIZE_SHARE * a.max(b) + SIZE_SLACK;
        let shift = (part.middle_y() - last.middle_y()).abs();
        let step = part.middle_x() - last.middle_x();
        let is_even = self
            .pitch
            .is_none_or(|pitch| (step - pitch).abs() <= PITCH_SHARE * pitch + PITCH_SLACK);
        let fits = gap >= 0.0
            && gap <= MAX_GAP * text_height
            && shift <= MAX_SHIFT * text_height + SHIFT_SLACK
            && is_alike(part.width(), last.width())
            && is_alike(part.height(), last.height())
            && is_even;
        fits.then_some(gap)
    }

    fn push(&mut self, parts: &[Part], id: u32) {
        if let Some(&last) = self.members.last() {
            let step = parts[id as usize].middle_x() - parts[last as usize].middle_x();
            let count = self.members.len() as f32;
            // The mean of all steps: single ones are off by a pixel.
            self.pitch = Some(match self.pitch {
                Some(pitch) => (pitch * (count - 1.0) + step) / count,
                None => step,
            });
        }
        self.members.push(id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A part of so many pixels at a place on the baseline 100.
    fn part(left: f32, width: f32, height: f32) -> Part {
        Part { left, top: 100.0 - height, right: left + width, bottom: 100.0, area: width * height }
    }

    fn leaders(parts: &[Part]) -> Vec<usize> {
        let letters: Vec<u32> =
            (0..parts.len() as u32).filter(|&id| parts[id as usize].height() > 8.0).collect();
        let found = find((parts, &letters), 16.0, &vec![false; parts.len()]);
        found.iter().map(Vec::len).collect()
    }

    fn dots(from: f32, count: usize, pitch: f32) -> Vec<Part> {
        (0..count).map(|index| part(from + pitch * index as f32, 3.0, 3.0)).collect()
    }

    #[test]
    fn dots_at_one_distance_lead() {
        assert_eq!(leaders(&dots(50.0, 9, 8.0)), [9]);
        assert_eq!(leaders(&dots(50.0, 9, 17.5)), [9]);
    }

    #[test]
    fn an_ellipsis_and_points_of_numbers_do_not() {
        assert_eq!(leaders(&dots(50.0, 3, 8.0)), [0_usize; 0]);
        // 1.2.3.4.5.6: a figure between each two points.
        let mut numbered = dots(50.0, 5, 20.0);
        numbered.extend((0..4).map(|index| part(58.0 + 20.0 * index as f32, 9.0, 20.0)));
        assert_eq!(leaders(&numbered), [0_usize; 0]);
    }

    #[test]
    fn the_point_of_the_caption_is_not_part_of_its_leader() {
        let mut parts = dots(50.0, 9, 8.0);
        parts.insert(0, part(35.0, 3.0, 3.0));
        assert_eq!(leaders(&parts), [9]);
    }

    #[test]
    fn dashes_lead_and_a_minus_after_them_does_not() {
        let mut dashes: Vec<Part> =
            (0..8).map(|index| part(50.0 + 12.0 * index as f32, 8.0, 2.0)).collect();
        dashes.push(part(50.0 + 12.0 * 8.0 + 14.0, 14.0, 2.0));
        assert_eq!(leaders(&dashes), [8]);
    }
}
