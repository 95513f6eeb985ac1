//! Finds the skew angle of a page from the bottoms of its letters.
//!
//! Works on boxes only: for each angle the sheared bottoms are counted in a histogram, which is
//! sharpest (largest sum of squares) where the base lines run along its bins.

use fearless_simd::{Level, dispatch};

use crate::shapes::Component;

/// Steepest slope that is looked for: tan 16°, so that 15° lies inside.
const MAX_SLOPE: f32 = 0.2867;
/// Distance of the slopes of the first search: tan 0.086°.
const COARSE_STEP: f32 = 0.0015;
/// Distance of the slopes of the second search: tan 0.014°.
const FINE_STEP: f32 = 0.000_25;
/// Fewer letters than this don't tell a line from chance.
const MIN_LETTERS: usize = 12;
/// A slope counts only if its histogram is so much sharper than that of the usual slope.
const MIN_PEAK: f32 = 1.35;
/// Straight is believed unless another slope is so much better: it is right for most pages.
const STRAIGHT_BONUS: f32 = 1.02;

/// Returns the skew of the text in degrees counter-clockwise (positive: lines rise to the right),
/// within ±16; `None` if the letters don't show any.
pub(super) fn skew_degrees(letters: &[Component], text_height: f32) -> Option<f32> {
    if letters.len() < MIN_LETTERS {
        return None;
    }
    let points: Vec<(f32, f32)> =
        letters.iter().map(|letter| (letter.center().0, letter.bounds.bottom as f32)).collect();
    let coarse_bin = (text_height / 4.0).max(2.0);
    let steps = (MAX_SLOPE / COARSE_STEP) as i32;
    let mut histogram = Histogram::of(&points);
    let scores: Vec<(f32, f32)> = (-steps..=steps)
        .map(|step| {
            let slope = step as f32 * COARSE_STEP;
            let bonus = if step == 0 { STRAIGHT_BONUS } else { 1.0 };
            (slope, bonus * histogram.sharpness(slope, coarse_bin))
        })
        .collect();
    let &(coarse, peak) = scores.iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let mut sorted: Vec<f32> = scores.iter().map(|&(_, score)| score).collect();
    let (_, &mut usual, _) = sorted.select_nth_unstable_by(scores.len() / 2, f32::total_cmp);
    if peak < usual * MIN_PEAK || coarse.abs() > MAX_SLOPE - 2.0 * COARSE_STEP {
        return None;
    }
    let fine_bin = (text_height / 10.0).max(2.0);
    // Coarse bins can't tell slopes by which a line stays within two of them.
    let reach = (2.0 * coarse_bin / width_of(&points)).clamp(2.0 * COARSE_STEP, 0.02);
    let steps = (reach / FINE_STEP) as i32;
    let fine = (-steps..=steps)
        .map(|step| (coarse / FINE_STEP).round() + step as f32)
        .map(|step| {
            let bonus = if step == 0.0 { STRAIGHT_BONUS } else { 1.0 };
            let slope = step * FINE_STEP;
            (slope, bonus * histogram.sharpness(slope, fine_bin))
        })
        .max_by(|a, b| a.1.total_cmp(&b.1))?;
    // Pixels count downwards, angles counter-clockwise.
    Some(-fine.0.atan().to_degrees())
}

fn width_of(points: &[(f32, f32)]) -> f32 {
    let left = points.iter().map(|point| point.0).fold(f32::MAX, f32::min);
    let right = points.iter().map(|point| point.0).fold(f32::MIN, f32::max);
    (right - left).max(1.0)
}

/// Bins that are reused from slope to slope.
struct Histogram {
    bins: Vec<u32>,
    /// The bin of each point.
    places: Vec<u32>,
    xs: Vec<f32>,
    ys: Vec<f32>,
    lowest: f32,
    highest: f32,
}

impl Histogram {
    fn of(points: &[(f32, f32)]) -> Self {
        let reach = |&(x, y): &(f32, f32)| (y - MAX_SLOPE * 1.1 * x, y + MAX_SLOPE * 1.1 * x);
        let lowest = points.iter().map(|point| reach(point).0).fold(f32::MAX, f32::min);
        let highest = points.iter().map(|point| reach(point).1).fold(f32::MIN, f32::max);
        let (xs, ys) = points.iter().copied().unzip();
        Self { bins: Vec::new(), places: vec![0; points.len()], xs, ys, lowest, highest }
    }

    fn sharpness(&mut self, slope: f32, bin: f32) -> f32 {
        let count = ((self.highest - self.lowest) / bin) as usize + 2;
        self.bins.clear();
        self.bins.resize(count, 0);
        // Places first, then counts: the processor works out several places at a time.
        let last = i32::try_from(count - 1).unwrap_or(i32::MAX);
        dispatch!(Level::new(), _simd => self.find_places(slope, bin, last));
        for &place in &self.places {
            self.bins[place as usize] += 1;
        }
        // Neighboring bins are taken together, so that a line on the border of two bins loses nothing.
        let squares = self.bins.windows(2).map(|pair| u64::from(pair[0] + pair[1]).pow(2));
        squares.sum::<u64>() as f32
    }

    #[inline(always)]
    fn find_places(&mut self, slope: f32, bin: f32, last: i32) {
        for ((place, &x), &y) in self.places.iter_mut().zip(&self.xs).zip(&self.ys) {
            let at = ((y - slope * x - self.lowest) / bin) as i32;
            *place = at.max(0).min(last).cast_unsigned();
        }
    }
}
