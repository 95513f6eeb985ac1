//! Finds slants that are too steep for [`super::skew`], from the middles of the letters.
//!
//! For each direction the letters are projected across it (Postl 1986); the histogram is sharpest along the
//! lines. Only asked where the ordinary search finds no skew or a steep one, which may be the diagonal of a
//! table; straight pages never come here.

use crate::shapes::Component;

/// Fewer letters than this don't tell a line from chance.
const MIN_LETTERS: usize = 12;
/// More letters than this say no more.
const MAX_LETTERS: usize = 3000;
/// Distance of the directions of the first search, in degrees.
const COARSE_STEP: f32 = 0.4;
/// Distance of the directions of the second search, in degrees.
const FINE_STEP: f32 = 0.05;
/// Less is found by the ordinary search, or is none, in degrees.
const MIN_SLANT: f32 = 14.0;
/// A direction counts if its histogram is so much sharper than the usual one, …
const MIN_PEAK: f32 = 1.35;
/// … and the more so, the fewer letters there are: their histograms vary by chance.
const CHANCE: f32 = 5.0;
/// It must be so much sharper than those of lines that run along the edges, or at the skew found before.
const MIN_ADVANTAGE: f32 = 1.25;
/// A peak of this share of what is needed is not believed, but speaks against straight lines.
const SUSPECT: f32 = 0.85;

/// How the lines of a page run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Slant {
    /// Along the edges, or as steep as the ordinary search says, or nothing is known.
    None,
    /// At this angle in degrees counter-clockwise, within ±45.
    Degrees(f32),
    /// Perhaps at another angle.
    Suspected,
}

/// Finds the slant of a page from its letters. `skew` is what the ordinary search says, in degrees.
pub(super) fn find(letters: &[Component], text_height: f32, skew: Option<f32>) -> Slant {
    if letters.len() < MIN_LETTERS {
        return Slant::None;
    }
    let step = letters.len().div_ceil(MAX_LETTERS);
    let middles: Vec<(f32, f32)> = letters.iter().step_by(step).map(Component::center).collect();
    let coarse_bin = (text_height / 2.0).max(2.0);
    let steps = (90.0 / COARSE_STEP) as i32;
    let scores: Vec<(f32, f32)> = (-steps + 1..=steps)
        .map(|step| step as f32 * COARSE_STEP)
        .map(|degrees| (degrees, sharpness(&middles, degrees, coarse_bin)))
        .collect();
    let Some(&(direction, peak)) = scores.iter().max_by(|a, b| a.1.total_cmp(&b.1)) else {
        return Slant::None;
    };
    let slant = within_45(direction);
    if slant.abs() < MIN_SLANT {
        return Slant::None;
    }
    let is_usual = |degrees: f32| {
        within_45(degrees).abs() <= 2.0
            || skew.is_some_and(|skew| within_45(degrees - skew).abs() <= 2.0)
    };
    let usual_ways = scores.iter().filter(|(degrees, _)| is_usual(*degrees));
    let along_usual_ways = usual_ways.map(|&(_, score)| score).fold(0.0, f32::max);
    let mut sorted: Vec<f32> = scores.iter().map(|&(_, score)| score).collect();
    let middle = sorted.len() / 2;
    let (_, &mut usual, _) = sorted.select_nth_unstable_by(middle, f32::total_cmp);
    let needed = usual * (1.0 + CHANCE / (middles.len() as f32).sqrt()).max(MIN_PEAK);
    if peak < needed.max(MIN_ADVANTAGE * along_usual_ways) {
        let is_suspect = peak >= SUSPECT * needed && peak > along_usual_ways && skew.is_none();
        return if is_suspect { Slant::Suspected } else { Slant::None };
    }
    let fine_bin = (text_height / 5.0).max(2.0);
    let steps = (2.0 * COARSE_STEP / FINE_STEP) as i32;
    let best = (-steps..=steps)
        .map(|step| direction + step as f32 * FINE_STEP)
        .map(|degrees| (degrees, sharpness(&middles, degrees, fine_bin)))
        .max_by(|a, b| a.1.total_cmp(&b.1));
    Slant::Degrees(within_45(best.map_or(direction, |(degrees, _)| degrees)))
}

/// Returns the angle between a direction and the nearest edge of the page.
fn within_45(degrees: f32) -> f32 {
    degrees - 90.0 * (degrees / 90.0).round()
}

/// Returns the sum of the squares of a histogram of the points' distances from a line that rises by so many
/// degrees; neighboring bins are taken together.
fn sharpness(points: &[(f32, f32)], degrees: f32, bin: f32) -> f32 {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let across: Vec<f32> = points.iter().map(|&(x, y)| y * cos + x * sin).collect();
    let lowest = across.iter().copied().fold(f32::MAX, f32::min);
    let highest = across.iter().copied().fold(f32::MIN, f32::max);
    let mut bins = vec![0_u32; ((highest - lowest) / bin) as usize + 2];
    for at in across {
        bins[((at - lowest) / bin) as usize] += 1;
    }
    let squares = bins.windows(2).map(|pair| u64::from(pair[0] + pair[1]).pow(2));
    squares.sum::<u64>() as f32
}
