//! What stands in for what a file does not say.

use super::raw_page::{RawBox, RawPage};

/// Confidence of a word of which the file states none, 0–100: nothing speaks for it or against it, and records of such
/// words are not accepted on their words alone.
pub const ABSENT_CONFIDENCE: f32 = 50.0;

/// Width and height in pixels of a page whose size nobody states, with boxes in shares of it: US letter, upright, …
pub const VIRTUAL_SIZE: (u32, u32) = (2550, 3300);

/// … at so many pixels per inch.
pub const VIRTUAL_DPI: f64 = 300.0;

/// What Tesseract writes where an image states no resolution (`kMinCredibleResolution`).
const TESSERACT_KNOWS_NONE: f64 = 70.0;

/// Resolutions that may be. ALTO's units of 1/1200 inch and tenths of a millimetre are among them.
const CREDIBLE_DPI: std::ops::RangeInclusive<f64> = 50.0..=2400.0;

/// Resolutions that scanners have, the usual ones first.
const USUAL_DPI: [f64; 9] = [300.0, 200.0, 600.0, 400.0, 150.0, 240.0, 100.0, 96.0, 72.0];

/// Length of a sheet in inches, between that of US letter (11) and of A4 (11.69).
const SHEET_INCHES: f64 = 11.35;

/// Longer by shorter side of what may be a sheet: letter has 1.29, A4 1.41.
const SHEET_SHAPE: std::ops::RangeInclusive<f64> = 1.2..=1.55;

/// Height of the box of a word of usual print in inches: letters of 10 points with some of their ascenders.
const WORD_INCHES: f64 = 8.0 / 72.0;

/// Returns the stated resolution, unless it cannot be.
pub(super) fn stated_dpi(page: &RawPage) -> Option<f64> {
    page.dpi
        .filter(|dpi| CREDIBLE_DPI.contains(dpi))
        .filter(|dpi| (dpi - TESSERACT_KNOWS_NONE).abs() > f64::EPSILON)
}

/// Guesses pixels per inch: what has the shape of a sheet is one, at a resolution that scanners have; anything else has
/// print of the usual size.
pub(super) fn guessed_dpi(page: &RawPage, (width, height): (f64, f64)) -> f64 {
    let (long, short) = (width.max(height), width.min(height).max(1.0));
    if !SHEET_SHAPE.contains(&(long / short))
        && let Some(word) = usual_word_height(page)
    {
        return (word / WORD_INCHES).clamp(*CREDIBLE_DPI.start(), *CREDIBLE_DPI.end());
    }
    let off = |dpi: f64| (long / dpi / SHEET_INCHES).ln().abs();
    USUAL_DPI.into_iter().min_by(|a, b| off(*a).total_cmp(&off(*b))).unwrap_or(VIRTUAL_DPI)
}

/// Returns the median height of the words; `None` without any.
fn usual_word_height(page: &RawPage) -> Option<f64> {
    let words = page.lines.iter().flat_map(|line| &line.words);
    let mut heights: Vec<f64> = words
        .filter_map(|word| word.bounds)
        .map(|bounds| (bounds.bottom - bounds.top).abs())
        .filter(|height| *height > 0.0)
        .collect();
    heights.sort_by(f64::total_cmp);
    heights.get(heights.len() / 2).copied()
}

/// Returns the size of a page that none is stated of: up to where its boxes reach; that of [`VIRTUAL_SIZE`] without any.
pub(super) fn extent(page: &RawPage) -> (f64, f64) {
    let of_line = |line: &super::raw_page::RawLine| {
        let words = line.words.iter().filter_map(|word| word.bounds);
        words.chain(line.bounds).reduce(|all, bounds: RawBox| all.union(&bounds))
    };
    let all = page.lines.iter().filter_map(of_line).reduce(|all, bounds| all.union(&bounds));
    let reach = all.map(|all| (all.left.max(all.right).ceil(), all.top.max(all.bottom).ceil()));
    reach
        .filter(|(width, height)| *width >= 1.0 && *height >= 1.0)
        .unwrap_or((f64::from(VIRTUAL_SIZE.0), f64::from(VIRTUAL_SIZE.1)))
}
