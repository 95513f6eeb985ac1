//! Text that runs up or down the page: stamps, notes in the margin.
//!
//! Looks at letters that stand in no line of any length, with the page turned by a quarter.

use super::chains;
use super::merge::{self, Measures};
use super::part::{self, Part};
use super::rules::Barriers;
use super::strip::{Strip, median};

/// Lines with more letters keep them.
const SHORT_LINE: usize = 3;
/// A turned line has so many letters, …
const MIN_LETTERS: usize = 4;
/// … is so many x-heights long, …
const MIN_LENGTH: f32 = 4.0;
/// … and its letters follow each other with gaps (their median) of at most this share of their
/// height. Figures one below the other in a column stand farther apart.
const MAX_LETTER_GAP: f32 = 0.4;
/// Of the letters of a turned line at most this share has a letter nearer on the level line than in the turned one: in
/// a column of numbers most have.
const MAX_LEVEL: f32 = 0.5;

/// Which way a turned line runs, if its letters show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Run {
    Up,
    Down,
}

/// A turned line; its strip is in the coordinates of the page turned clockwise by a quarter.
#[derive(Debug, Clone)]
pub(super) struct TurnedStrip {
    pub strip: Strip,
    pub run: Run,
}

/// Takes turned lines out of the loose parts and the shortest strips. `page_height` in pixels.
pub(super) fn take(
    strips: &mut Vec<Strip>,
    (parts, text_height): (&[Part], f32),
    is_loose: &mut [bool],
    page_height: f32,
) -> Vec<TurnedStrip> {
    let mut is_free = is_loose.to_vec();
    for &id in strips.iter().filter(|strip| is_short(strip)).flat_map(|strip| &strip.members) {
        is_free[id as usize] = true;
    }
    let turned: Vec<Part> = parts.iter().map(|part| turned(part, page_height)).collect();
    let mut letters: Vec<u32> = (0..parts.len() as u32)
        .filter(|&id| {
            is_free[id as usize] && part::is_letter_like(&turned[id as usize], text_height)
        })
        .collect();
    if letters.len() < MIN_LETTERS {
        return Vec::new();
    }
    letters.sort_by(|&a, &b| turned[a as usize].left.total_cmp(&turned[b as usize].left));
    let open = Barriers::default();
    let found = chains::chain(&turned, &letters, text_height, &open);
    let found = merge::merge(found, &turned, &open, Measures::New);
    let sight = (&turned[..], &letters[..]);
    let mut found: Vec<Strip> = found.into_iter().filter(|strip| is_line(strip, sight)).collect();
    for &id in found.iter().flat_map(|strip| &strip.members) {
        (is_free[id as usize], is_loose[id as usize]) = (false, false);
    }
    if found.is_empty() {
        return Vec::new();
    }
    // Strips that lost a letter were none.
    let (kept, lost): (Vec<Strip>, Vec<Strip>) =
        std::mem::take(strips).into_iter().partition(|strip| {
            !is_short(strip) || strip.members.iter().all(|&id| is_free[id as usize])
        });
    *strips = kept;
    for &id in lost.iter().flat_map(|strip| &strip.members) {
        is_loose[id as usize] = is_free[id as usize];
    }
    merge::attach(&mut found, &turned, is_loose, (text_height, &open));
    found.into_iter().map(|strip| TurnedStrip { run: run_of(&strip, &turned), strip }).collect()
}

fn is_short(strip: &Strip) -> bool {
    strip.letters <= SHORT_LINE
}

fn turned(part: &Part, page_height: f32) -> Part {
    Part {
        left: page_height - part.bottom,
        top: part.left,
        right: page_height - part.top,
        bottom: part.right,
        area: part.area,
    }
}

fn is_line(strip: &Strip, (parts, letters): (&[Part], &[u32])) -> bool {
    if strip.members.len() < MIN_LETTERS || strip.width() < MIN_LENGTH * strip.x_height {
        return false;
    }
    let mut members: Vec<&Part> = strip.members.iter().map(|&id| &parts[id as usize]).collect();
    members.sort_by(|a, b| a.left.total_cmp(&b.left));
    let mut gaps: Vec<f32> = members.windows(2).map(|pair| pair[1].left - pair[0].right).collect();
    let gap = median(&mut gaps);
    let level = members.iter().filter(|member| has_nearer(member, gap, (parts, letters))).count();
    gap < MAX_LETTER_GAP * strip.x_height && level as f32 <= MAX_LEVEL * members.len() as f32
}

/// Tells whether a letter has another one above or below it, on the turned page, that is nearer than `gap`. `letters`
/// come from left to right.
fn has_nearer(member: &Part, gap: f32, (parts, letters): (&[Part], &[u32])) -> bool {
    let first = member.left - 2.0 * member.width();
    let first = letters.partition_point(|&id| parts[id as usize].left < first);
    letters[first..]
        .iter()
        .map(|&id| &parts[id as usize])
        .take_while(|other| other.left < member.right)
        .any(|other| {
            let shared = other.right.min(member.right) - other.left.max(member.left);
            let apart = (other.top - member.bottom).max(member.top - other.bottom);
            2.0 * shared > other.width().min(member.width()) && (0.0..gap).contains(&apart)
        })
}

/// More letters rise above the x-height than fall below the baseline.
fn run_of(strip: &Strip, parts: &[Part]) -> Run {
    let (mut rising, mut falling) = (0, 0);
    for part in strip.members.iter().map(|&id| &parts[id as usize]) {
        let base = strip.base_at(part.middle_x());
        rising += usize::from(part.top < base - 1.2 * strip.x_height);
        falling += usize::from(part.bottom > base + 0.2 * strip.x_height);
    }
    if falling > rising { Run::Down } else { Run::Up }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Letters of 20 × 16 px in a column, `beside` of them in each row, with a gap of 5 px between rows.
    fn check(beside: u32, is_turned: bool) {
        let letter = |row: u32, column: u32| {
            let (left, top) = (100.0 + 22.0 * column as f32, 100.0 + 21.0 * row as f32);
            Part { left, top, right: left + 20.0, bottom: top + 16.0, area: 120.0 }
        };
        let parts: Vec<Part> =
            (0..6).flat_map(|row| (0..beside).map(move |column| letter(row, column))).collect();
        let mut is_loose = vec![true; parts.len()];
        let found = take(&mut Vec::new(), (&parts, 20.0), &mut is_loose, 800.0);
        assert_eq!(!found.is_empty(), is_turned, "{beside} beside each other");
    }

    #[test]
    fn a_column_of_numbers_is_no_turned_line() {
        check(1, true);
        check(2, false);
    }
}
