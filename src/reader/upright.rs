//! Reads a page whose direction preparation could not be sure of: if it gives hardly any sense, it
//! is read once more upside down, and what reads clearly better is kept.

use crate::document::{Failure, Line, Mark, PixelBox, RightAngle};
use crate::images::{OrientationSureness, PreparedPage};
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
    let other = turned(&page, RightAngle::Half);
    // Most such pages stand upright and are bad: upside down they make no sense at the first glance.
    if sense(&engine.glance(&other)?) <= confidence {
        return Ok((page, reading));
    }
    let other_reading = engine.recognize(&other)?;
    if sense(&other_reading.lines) > confidence + MARGIN {
        return Ok((other, other_reading));
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

/// Returns the page turned clockwise.
pub(super) fn turned(page: &PreparedPage, turn: RightAngle) -> PreparedPage {
    let (width, height) = page.pixels.dimensions();
    let move_box = |bounds: &PixelBox| {
        let PixelBox { left, top, right, bottom } = *bounds;
        let (from_right, from_left) = (width.saturating_sub(right), width.saturating_sub(left));
        let (from_bottom, from_top) = (height.saturating_sub(bottom), height.saturating_sub(top));
        match turn {
            RightAngle::None => *bounds,
            RightAngle::Quarter => {
                PixelBox { left: from_bottom, top: left, right: from_top, bottom: right }
            }
            RightAngle::Half => {
                PixelBox { left: from_right, top: from_bottom, right: from_left, bottom: from_top }
            }
            RightAngle::ThreeQuarters => {
                PixelBox { left: top, top: from_right, right: bottom, bottom: from_left }
            }
        }
    };
    let mark = |mark: &Mark| match (mark.map_boxes(move_box), turn) {
        (Mark::HorizontalRule(bounds), RightAngle::Quarter | RightAngle::ThreeQuarters) => {
            Mark::VerticalRule(bounds)
        }
        (Mark::VerticalRule(bounds), RightAngle::Quarter | RightAngle::ThreeQuarters) => {
            Mark::HorizontalRule(bounds)
        }
        (moved, _) => moved,
    };
    let mut facts = page.facts.clone();
    facts.rotation = sum(facts.rotation, turn);
    let mut steps = page.steps.clone();
    steps.push(match turn {
        RightAngle::Half => "upside_down".to_owned(),
        RightAngle::None | RightAngle::Quarter | RightAngle::ThreeQuarters => {
            format!("turn({})", turn.degrees())
        }
    });
    PreparedPage {
        pixels: page.pixels.clone().turned(turn),
        overlay: page.overlay.clone().map(|overlay| overlay.turned(turn)),
        dpi: page.dpi,
        marks: page.marks.iter().map(mark).collect(),
        orientation: OrientationSureness::Sure,
        facts,
        steps,
    }
}

/// Returns the turn that two turns make.
fn sum(first: RightAngle, second: RightAngle) -> RightAngle {
    const TURNS: [RightAngle; 4] =
        [RightAngle::None, RightAngle::Quarter, RightAngle::Half, RightAngle::ThreeQuarters];
    TURNS[usize::from((first.degrees() + second.degrees()) / 90 % 4)]
}
