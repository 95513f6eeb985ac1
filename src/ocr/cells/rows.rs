//! The rows of a dense table: baselines that are curved like the page of a bound book.
//!
//! Rows are seeded in the middle of the table and tracked outwards from digit to digit. Called first;
//! which columns there are is found on the rows.

use super::ground::{DIGIT_HEIGHTS, median};
use super::linear::Curve;
use crate::shapes::Component;

/// Digits and merged digits have widths of so many digit heights.
const DIGIT_WIDTHS: std::ops::RangeInclusive<f32> = 0.2..=3.2;
/// Rows start from what stands so many digit heights around the middle.
const SEED_REACH: f32 = 5.0;
/// Bottoms closer than this many digit heights belong to one seed.
const SEED_GAP: f32 = 0.25;
/// A row goes on with digits whose bottoms are so many digit heights off at most.
const TRACK_REACH: f32 = 0.36;
/// Share of the distance by which a row follows the next digit.
const TRACK_GAIN: f64 = 0.35;
/// Baselines of photographed pages are curves of this degree.
const DEGREE: usize = 4;
/// Digits stand on a baseline if their bottoms are so many digit heights off at most.
const ON_LINE: f32 = 0.25;
/// Baselines closer than this many digit heights are the same.
const SAME_LINE: f32 = 0.45;
/// Rows with fewer digits than this share of the usual number are heads.
const LEAST_OF_USUAL: f32 = 0.75;
/// Rows with fewer digits than this share of all cells' digits are no rows.
const LEAST_OF_ALL: f32 = 0.45;

/// Returns the components that may be digits of a height, from left to right.
pub(super) fn digits_of(components: &[Component], height: f32) -> Vec<Component> {
    let is_digit = |component: &&Component| {
        DIGIT_HEIGHTS.contains(&(component.height() / height))
            && DIGIT_WIDTHS.contains(&(component.width() / height))
    };
    let mut digits: Vec<Component> = components.iter().filter(is_digit).copied().collect();
    digits.sort_by_key(|digit| (digit.bounds.left + digit.bounds.right, digit.bounds.top));
    digits
}

/// Finds the baselines that carry about `expected` digits each, from the top. `digits` come from left
/// to right.
pub(super) fn find_rows(digits: &[Component], height: f32, expected: usize) -> Vec<Curve> {
    let Some(middle) = digits.get(digits.len() / 2) else { return Vec::new() };
    let middle = middle.center().0;
    let mut counted: Vec<(f32, usize, Curve)> = Vec::new();
    for seed in seeds(digits, middle, height) {
        let Some(row) = track(digits, (middle, seed), height) else { continue };
        let count = on_line(digits, &row, height * ON_LINE);
        let level = row.at(middle);
        match counted.last_mut().filter(|last| (last.0 - level).abs() < height * SAME_LINE) {
            Some(last) if last.1 >= count => {}
            Some(last) => *last = (level, count, row),
            None => counted.push((level, count, row)),
        }
    }
    counted.retain(|row| row.1 as f32 >= expected as f32 * LEAST_OF_ALL);
    let mut counts: Vec<f32> = counted.iter().map(|row| row.1 as f32).collect();
    let Some(usual) = median(&mut counts) else { return Vec::new() };
    counted.retain(|row| row.1 as f32 >= usual * LEAST_OF_USUAL);
    counted.sort_by(|a, b| a.0.total_cmp(&b.0));
    counted.into_iter().map(|row| row.2).collect()
}

/// Returns the mean bottoms of the digits around the middle that stand side by side, from the top.
fn seeds(digits: &[Component], middle: f32, height: f32) -> Vec<f32> {
    let is_near = |digit: &&Component| (digit.center().0 - middle).abs() < height * SEED_REACH;
    let mut bottoms: Vec<f32> =
        digits.iter().filter(is_near).map(|digit| digit.bounds.bottom as f32).collect();
    bottoms.sort_by(f32::total_cmp);
    bottoms
        .chunk_by(|above, below| below - above < height * SEED_GAP)
        .map(|group| group.iter().sum::<f32>() / group.len() as f32)
        .collect()
}

/// Follows a row from its seed to both sides.
fn track(digits: &[Component], (middle, seed): (f32, f32), height: f32) -> Option<Curve> {
    let reach = f64::from(height * TRACK_REACH);
    let start = digits.partition_point(|digit| digit.center().0 < middle);
    let mut points: Vec<(f32, f32)> = Vec::new();
    let mut follow = |digit: &Component, level: &mut f64| {
        let bottom = f64::from(digit.bounds.bottom);
        if (bottom - *level).abs() < reach {
            *level += TRACK_GAIN * (bottom - *level);
            points.push((digit.center().0, digit.bounds.bottom as f32));
        }
    };
    let mut level = f64::from(seed);
    digits[start..].iter().for_each(|digit| follow(digit, &mut level));
    level = f64::from(seed);
    digits[..start].iter().rev().for_each(|digit| follow(digit, &mut level));
    Curve::fit(&points, DEGREE)
}

fn on_line(digits: &[Component], row: &Curve, reach: f32) -> usize {
    let is_on =
        |digit: &&Component| (row.at(digit.center().0) - digit.bounds.bottom as f32).abs() < reach;
    digits.iter().filter(is_on).count()
}
