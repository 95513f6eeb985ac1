//! A layout made of lines that somebody else found: Tesseract, where the native layout is in doubt.

use super::found::{Ground, Layout, Segment, SegmentKind};
use super::frame::{Frame, Owner, RunRows};
use super::segment::PADDING;
use super::{ink, rules};
use crate::document::{PixelBox, RightAngle};
use crate::shapes::{self, Component};

/// Letters without ascenders take about this share of the height of a line's box.
const X_HEIGHT_SHARE: f32 = 0.6;

/// Returns the layout that consists of lines of text, in reading order, boxes in page pixels.
pub(in crate::ocr) fn of_lines(ground: &Ground, lines: &[PixelBox]) -> Layout {
    let mut mask = ink::mask_of(ground.pixels);
    let rules = rules::take_off(&mut mask);
    let found = shapes::find_components(&mask).unwrap_or_default();
    let owner = |component: &Component| {
        let (x, y) = component.center();
        let line = lines.iter().position(|line| holds(line, x, y));
        line.map_or(Owner::None, |line| Owner::Segment(line as u32))
    };
    let owners: Vec<Owner> = found.list.iter().map(owner).collect();
    let segments = lines.iter().zip(0..).map(|(line, id)| {
        let members = (0..).zip(&owners).filter(|(_, owner)| **owner == Owner::Segment(id));
        segment(*line, id, members.map(|(index, _)| index).collect())
    });
    let mut heights: Vec<u32> = lines.iter().map(PixelBox::height).collect();
    heights.sort_unstable();
    let line_height = heights.get(heights.len() / 2).copied().unwrap_or(0);
    Layout {
        segments: segments.collect(),
        text_height: line_height as f32 * X_HEIGHT_SHARE,
        size: ground.pixels.dimensions(),
        components: found.list,
        runs: RunRows::of(found.runs, mask.height),
        owners,
        rule_runs: RunRows::of(rules.runs, mask.height),
        ..Layout::default()
    }
}

fn holds(line: &PixelBox, x: f32, y: f32) -> bool {
    (line.left as f32..line.right as f32).contains(&x)
        && (line.top as f32..line.bottom as f32).contains(&y)
}

fn segment(line: PixelBox, id: u32, members: Vec<u32>) -> Segment {
    let padding = PADDING as u32;
    Segment {
        bounds: line,
        line: id,
        block: 0,
        paragraph: 0,
        turn: RightAngle::None,
        x_height: line.height() as f32 * X_HEIGHT_SHARE,
        kind: SegmentKind::Prose,
        id,
        members,
        frame: Frame {
            left: i64::from(line.left) - i64::from(padding),
            top: i64::from(line.top) - i64::from(padding),
            width: line.width() + 2 * padding,
            height: line.height() + 2 * padding,
            slope: 0.0,
        },
        cells: Vec::new(),
        is_inverted: false,
    }
}
