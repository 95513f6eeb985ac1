//! How large a page is: its dpi if the file lies about it, and the scale that suits the recognizer.

use super::options::{Aim, PrepareOptions};
use crate::document::DpiSource;

/// Text height that small text and the figures of tables are brought to, in pixels: x-height of text
/// whose capitals are 30 px tall, which Tesseract's LSTM was trained on (tessdoc, `ImproveQuality`).
const BEST_TEXT_HEIGHT: f32 = 21.0;
/// Text height that large bilevel text is brought to: capitals of 20 px. On 60 book pages of 14 to
/// 24 px this takes the median error rate from 0.0069 to 0.0067, and a tenth of the time off forms.
const REDUCED_TEXT_HEIGHT: f32 = 14.0;
/// Smaller text is enlarged: accuracy falls off below 20-px capitals.
const MIN_TEXT_HEIGHT: f32 = 14.0;
/// Smaller bilevel text is enlarged even for a recognizer that scales lines by itself: layout needs gaps of
/// whole pixels between letters.
const MIN_NATIVE_TEXT_HEIGHT: f32 = 8.0;
/// Larger bilevel text is reduced: averaged, its ragged edges become smooth.
const MAX_BILEVEL_TEXT_HEIGHT: f32 = 16.0;
/// Larger gray text is reduced: it only costs time. Between the two heights it would lose figures.
const MAX_GRAY_TEXT_HEIGHT: f32 = 42.0;
/// Larger gray text is reduced for a recognizer that scales lines by itself, before anything else is done with
/// its pixels, …
const MAX_NATIVE_TEXT_HEIGHT: f32 = 30.0;
/// … to this height. On 97 photos of receipts, a third of them larger, names, addresses and totals found
/// in the text stay the same, and words of names and addresses go from 0.920 to 0.926.
const REDUCED_NATIVE_TEXT_HEIGHT: f32 = 24.0;
/// The same on ruled tables, whose short lines of figures give the recognizer little context.
const MAX_TABLE_TEXT_HEIGHT: f32 = 24.0;
/// Enlarging more invents nothing but pixels.
const MAX_SCALE: f32 = 3.0;
/// Pages prepared for Tesseract have no longer side than this; it refuses 32,767 pixels.
const MAX_SIDE: f32 = 16_000.0;
/// Prepared pages have no more pixels than this unless they came with more.
const MAX_PIXELS: f32 = 40.0e6;
/// The x-height of usual print (10–11 points) in points.
const USUAL_X_HEIGHT_POINTS: f32 = 5.0;
/// The longest paper that is taken for granted, in inches: A2.
const LONGEST_PAPER: f32 = 24.0;
/// Resolutions that scanners are set to.
const SCANNER_DPI: [f32; 8] = [100.0, 150.0, 200.0, 240.0, 300.0, 400.0, 600.0, 1200.0];

/// Returns the pixels per inch of a page of `width` × `height` pixels, and how that is known.
pub(super) fn dpi(
    (width, height): (u32, u32),
    declared: Option<f32>,
    forced: Option<f32>,
    text_height: Option<f32>,
) -> (f32, DpiSource) {
    if let Some(forced) = forced.filter(|dpi| dpi.is_finite() && *dpi > 0.0) {
        return (forced, DpiSource::Forced);
    }
    let longer = width.max(height) as f32;
    let shorter = width.min(height).max(1) as f32;
    let guess = guess_dpi(longer, shorter, text_height);
    match declared.filter(|&dpi| is_plausible(dpi, longer, guess, text_height)) {
        Some(dpi) => (dpi, DpiSource::Declared),
        None => (guess, DpiSource::Guessed),
    }
}

fn is_plausible(dpi: f32, longer: f32, guess: f32, text_height: Option<f32>) -> bool {
    if !dpi.is_finite() || !(50.0..=2400.0).contains(&dpi) {
        return false;
    }
    // Programs that know nothing write the dpi of screens.
    let is_screen = [72.0, 96.0].iter().any(|screen| (dpi - screen).abs() < 0.5);
    if is_screen {
        return (0.67..=1.5).contains(&(dpi / guess));
    }
    let inches = longer / dpi;
    let points = text_height.map(|height| height * 72.0 / dpi);
    let usual_text = points.is_some_and(|points| (2.5..=10.0).contains(&points));
    (1.0..=LONGEST_PAPER).contains(&inches) && points.is_none_or(|points| points < 40.0)
        || usual_text
}

fn guess_dpi(longer: f32, shorter: f32, text_height: Option<f32>) -> f32 {
    let by_text = text_height.map(|height| height * 72.0 / USUAL_X_HEIGHT_POINTS);
    // Letter, A4 and legal; other shapes (receipts, strips, cards) say nothing about their size.
    let aspect = longer / shorter;
    let paper_length = match aspect {
        1.25..1.355 => Some(11.0),
        1.355..1.48 => Some(11.69),
        1.58..1.70 => Some(14.0),
        _ => None,
    };
    let by_paper = paper_length.map(|inches| longer / inches);
    let guess = match (by_text, by_paper) {
        (Some(text), Some(paper)) if (0.6..=1.7).contains(&(paper / text)) => paper,
        (Some(text), _) => text,
        (None, Some(paper)) => paper,
        (None, None) => longer / 11.0,
    };
    let scanner = SCANNER_DPI.iter().find(|&&dpi| (dpi / guess - 1.0).abs() < 0.06);
    scanner.copied().unwrap_or(guess.round()).clamp(70.0, 1200.0)
}

/// What is on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// Text that was scanned with one bit a pixel.
    BilevelText,
    GrayText,
    RuledTable,
}

/// Returns whether gray pages with large text are reduced before they are read.
pub(super) fn may_reduce(options: &PrepareOptions) -> bool {
    options.aim == Aim::Native && options.scale.decide(|| true)
}

/// Returns the scale that large gray text is reduced by, if it is.
pub(super) fn reduction(text_height: f32) -> Option<f32> {
    (text_height > MAX_NATIVE_TEXT_HEIGHT).then(|| REDUCED_NATIVE_TEXT_HEIGHT / text_height)
}

/// Returns the scale that brings text to a readable height; 1 if it has one or nothing is known of it.
pub(super) fn factor(
    options: &PrepareOptions,
    text_height: Option<f32>,
    content: Content,
    (width, height): (u32, u32),
) -> f32 {
    let Some(text_height) = text_height else { return 1.0 };
    let (largest, reduced) = match content {
        Content::BilevelText => (MAX_BILEVEL_TEXT_HEIGHT, REDUCED_TEXT_HEIGHT),
        Content::GrayText => (MAX_GRAY_TEXT_HEIGHT, BEST_TEXT_HEIGHT),
        Content::RuledTable => (MAX_TABLE_TEXT_HEIGHT, BEST_TEXT_HEIGHT),
    };
    let readable = match options.aim {
        Aim::Tesseract => MIN_TEXT_HEIGHT..=largest,
        Aim::Native if content == Content::GrayText => MIN_TEXT_HEIGHT..=f32::MAX,
        Aim::Native => MIN_NATIVE_TEXT_HEIGHT..=f32::MAX,
    };
    if !options.scale.decide(|| !readable.contains(&text_height)) {
        return 1.0;
    }
    let pixels = (width as f32 * height as f32).max(1.0);
    let by_side = match options.aim {
        Aim::Tesseract => MAX_SIDE / width.max(height).max(1) as f32,
        Aim::Native => MAX_SCALE,
    };
    let most = by_side.min((MAX_PIXELS / pixels).sqrt());
    let aim = if text_height > largest { reduced } else { BEST_TEXT_HEIGHT };
    let wanted = (aim / text_height).clamp(0.2, MAX_SCALE);
    if wanted > 1.0 { wanted.min(most).max(1.0) } else { wanted }
}
