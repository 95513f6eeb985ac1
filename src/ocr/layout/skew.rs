//! The slope that is left in the lines of a page that preparation has straightened.

use super::part::Part;

/// Steepest slope that is looked for, in px a px; preparation levels pages above 0.4° (0.007).
const MAX_SLOPE: f32 = 0.018;
const COARSE_STEP: f32 = 0.0015;
const FINE_STEP: f32 = 0.000_25;
/// A level page is this much more likely than any slope.
const LEVEL_BONUS: f32 = 1.02;
/// More letters than this say no more.
const MAX_SAMPLES: usize = 4000;

/// Returns the slope of the lines in px a px, positive where they fall to the right. `letters` are
/// boxes that are not sheared.
pub(super) fn slope(letters: &[Part], text_height: f32, middle_x: f32) -> f32 {
    let step = letters.len().div_ceil(MAX_SAMPLES).max(1);
    let feet: Vec<(f32, f32)> = letters
        .iter()
        .step_by(step)
        .filter(|letter| {
            (0.6 * text_height..2.5 * text_height).contains(&letter.height())
                && letter.width() < 4.0 * text_height
        })
        .map(|letter| (letter.middle_x() - middle_x, letter.bottom))
        .collect();
    let Some(lowest) = feet.iter().map(|foot| foot.1).max_by(f32::total_cmp) else { return 0.0 };
    let widest = feet.iter().map(|foot| foot.0.abs()).fold(0.0, f32::max);
    let margin = widest * 2.0 * MAX_SLOPE;
    let mut histogram: Vec<u32> = Vec::new();
    let mut score = |slope: f32, bin: f32| {
        histogram.clear();
        histogram.resize(((lowest + 2.0 * margin) / bin) as usize + 2, 0);
        for &(x, y) in &feet {
            histogram[((y - slope * x + margin).max(0.0) / bin) as usize] += 1;
        }
        histogram.iter().map(|&count| f32::from(count as u16).powi(2)).sum::<f32>()
    };
    let coarse_bin = (text_height / 4.0).max(2.0);
    let steps = (MAX_SLOPE / COARSE_STEP) as i32;
    let mut best = (0.0, score(0.0, coarse_bin) * LEVEL_BONUS);
    for step in (-steps..=steps).filter(|&step| step != 0) {
        let slope = step as f32 * COARSE_STEP;
        let found = score(slope, coarse_bin);
        if found > best.1 {
            best = (slope, found);
        }
    }
    let coarse = best.0;
    best = (coarse, score(coarse, 2.0));
    for step in (-10..=10_i32).filter(|&step| step != 0) {
        let slope = coarse + step as f32 * FINE_STEP;
        let found = score(slope, 2.0);
        if found > best.1 {
            best = (slope, found);
        }
    }
    best.0
}
