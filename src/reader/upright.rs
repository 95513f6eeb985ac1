//! Reads a page whose direction preparation could not be sure of: if it gives hardly any sense, it
//! is read once more upside down, and what reads clearly better is kept.

use crate::document::{Failure, Line, OrientationSureness, PixelBox, PreparedPage, RightAngle};
use crate::ocr::{Reading, Recognizer};

/// Mean confidence from which a page is taken to stand upright. Pages of the development sets read
/// at 75 and more, the same pages upside down at 20 to 45.
const UPRIGHT_CONFIDENCE: f32 = 60.0;

/// By how much the other direction must be better, in points of confidence.
const MARGIN: f32 = 10.0;

/// Returns the page in the direction that reads better, with its words.
pub(super) fn recognize(
    engine: &mut impl Recognizer,
    page: PreparedPage,
) -> Result<(PreparedPage, Reading), Failure> {
    let reading = engine.recognize(&page)?;
    let confidence = sense(&reading.lines);
    if page.orientation == OrientationSureness::Sure || confidence >= UPRIGHT_CONFIDENCE {
        return Ok((page, reading));
    }
    let turned = upside_down(&page);
    let turned_reading = engine.recognize(&turned)?;
    if sense(&turned_reading.lines) > confidence + MARGIN {
        return Ok((turned, turned_reading));
    }
    Ok((page, reading))
}

/// Returns the mean confidence of the words that could be words, 0 without any; short scraps count
/// for nothing, as specks and rules read well in any direction.
fn sense(lines: &[Line]) -> f32 {
    let (mut sum, mut weight) = (0.0, 0.0);
    for word in lines.iter().flat_map(|line| &line.words) {
        let letters = word.text.chars().filter(|c| c.is_alphanumeric()).count();
        if letters >= 3 {
            sum += word.confidence * letters as f32;
            weight += letters as f32;
        }
    }
    if weight > 0.0 { sum / weight } else { 0.0 }
}

fn upside_down(page: &PreparedPage) -> PreparedPage {
    let (width, height) = page.pixels.dimensions();
    let turn = |bounds: &PixelBox| PixelBox {
        left: width.saturating_sub(bounds.right),
        top: height.saturating_sub(bounds.bottom),
        right: width.saturating_sub(bounds.left),
        bottom: height.saturating_sub(bounds.top),
    };
    let mut facts = page.facts.clone();
    facts.rotation = match facts.rotation {
        RightAngle::None => RightAngle::Half,
        RightAngle::Quarter => RightAngle::ThreeQuarters,
        RightAngle::Half => RightAngle::None,
        RightAngle::ThreeQuarters => RightAngle::Quarter,
    };
    let mut steps = page.steps.clone();
    steps.push("upside_down".to_owned());
    PreparedPage {
        pixels: page.pixels.clone().turned(RightAngle::Half),
        overlay: page.overlay.clone().map(|overlay| overlay.turned(RightAngle::Half)),
        dpi: page.dpi,
        marks: page.marks.iter().map(|mark| mark.map_boxes(turn)).collect(),
        orientation: OrientationSureness::Sure,
        facts,
        steps,
    }
}
