//! Strips → segments: their order, line, block and paragraph numbers, their boxes and frames.

use super::doubts;
use super::found::{Segment, SegmentKind};
use super::frame::Frame;
use super::order::{self, Place};
use super::part::bounds_of;
use super::scene::{Lines, Scene};
use super::spread::Cell;
use super::strip::Strip;
use super::turned::{Run, TurnedStrip};
use crate::document::{Mark, PixelBox, RightAngle};
use crate::images::PagePixels;
use crate::shapes::{Component, TableGrid};

/// White around a line's picture in pixels. On bilevel book pages two pixels give a median error rate of
/// 0.0096, four 0.0068, six 0.0061, ten 0.0077.
pub(super) const PADDING: f32 = 6.0;
/// On bilevel pages at least this share of the x-height: with less, the last letter of large text is
/// misread; a third takes book pages from 0.0055 to 0.0066.
const PADDING_SHARE: f32 = 0.22;
/// The same on gray pages: of the words of receipts five find 0.4 % more than six.
const PADDING_OF_GRAY: f32 = 5.0;
/// Room above the baseline in x-heights, and below.
const ROOM_ABOVE: f32 = 1.1;
const ROOM_BELOW: f32 = 0.3;
/// At most so many x-heights are drawn above the baseline, and below.
const MOST_ABOVE: f32 = 1.8;
const MOST_BELOW: f32 = 0.65;
/// A paragraph begins after more than so many usual distances between baselines, …
const PARAGRAPH_PITCH: f32 = 1.45;
/// … or where a line of prose is indented by so many x-heights.
const PARAGRAPH_INDENT: f32 = 1.2;

/// Returns the segments of a page in reading order; turned ones come last. A segment's identity is the
/// number of its strip in [`Lines::all`].
pub(super) fn number(
    scene: &Scene,
    lines: &Lines,
    components: &[Component],
    inverted: &[PixelBox],
) -> Vec<Segment> {
    let grid = grid(scene);
    let cells = grid.as_ref().map(|grid| order::Cells::of(grid, &scene.rules, scene.shear));
    let pictures = doubts::pictures(scene);
    let places = order::order(&lines.level, scene.text_height, cells.as_ref());
    let mut segments = Vec::with_capacity(places.len() + lines.turned.len());
    for place in &places {
        let strip = &lines.level[place.strip];
        let (x, y) = (strip.middle_x(), f32::midpoint(strip.top, strip.bottom));
        let is_drawn = pictures.iter().any(|picture| {
            (picture.left..=picture.right).contains(&x)
                && (picture.top..=picture.bottom).contains(&y)
        });
        let kind = match place.kind {
            SegmentKind::Prose if is_drawn => SegmentKind::InPicture,
            kind => kind,
        };
        segments.push(Segment { kind, ..level(scene, (strip, place), components) });
    }
    paragraphs(&mut segments, &places, &lines.level);
    let (mut line, mut block) =
        places.last().map_or((0, 0), |place| (place.row + 1, place.region + 1));
    for (index, strip) in lines.turned.iter().enumerate() {
        let place = Place {
            strip: lines.level.len() + index,
            row: line,
            region: block,
            kind: SegmentKind::Prose,
        };
        segments.push(turned(scene, (strip, &place), components));
        (line, block) = (line + 1, block + 1);
    }
    for segment in &mut segments {
        segment.is_inverted = inverted.iter().any(|bar| is_within(&segment.bounds, bar));
    }
    segments
}

fn is_within(inner: &PixelBox, outer: &PixelBox) -> bool {
    inner.left >= outer.left
        && inner.right <= outer.right
        && inner.top >= outer.top
        && inner.bottom <= outer.bottom
}

/// Finds the ruled table among the marks, or, without them, among the rules that the page shows.
fn grid(scene: &Scene) -> Option<TableGrid> {
    if let Some(grid) = TableGrid::find(scene.ground.marks, scene.ground.dpi) {
        return Some(grid);
    }
    if !scene.combs.is_empty() {
        return None;
    }
    let own = scene.rules.found();
    let marks: Vec<Mark> = own
        .0
        .iter()
        .map(|&bounds| Mark::HorizontalRule(bounds))
        .chain(own.1.iter().map(|&bounds| Mark::VerticalRule(bounds)))
        .collect();
    TableGrid::find(&marks, scene.ground.dpi)
}

fn level(scene: &Scene, (strip, place): (&Strip, &Place), components: &[Component]) -> Segment {
    let all = bounds_of(&strip.members, components);
    let lower = scene.shear.at(strip.middle_x());
    let slope = scene.shear.slope + strip.slope;
    // What reaches beyond the line is drawn, but does not make it higher.
    let rise = (slope * strip.width() / 2.0).abs();
    let bounds = PixelBox {
        top: all.top.max((strip.top + lower - rise).max(0.0) as u32).min(all.bottom),
        bottom: all.bottom.min((strip.bottom + lower + rise).max(0.0).ceil() as u32).max(all.top),
        ..all
    };
    // A line is scaled to the recognizer's height: a stroke that stands out must not make it small.
    let x_height = strip.x_height;
    let above = (strip.base - strip.top).clamp(ROOM_ABOVE * x_height, MOST_ABOVE * x_height);
    let below = (strip.bottom - strip.base).clamp(ROOM_BELOW * x_height, MOST_BELOW * x_height);
    let padding = padding(scene, strip.x_height);
    let top = strip.base + lower - above - padding;
    let bottom = strip.base + lower + below + padding;
    let frame = Frame {
        left: (strip.left - padding) as i64,
        top: top.floor() as i64,
        width: (strip.width() + 2.0 * padding).max(1.0) as u32,
        height: (bottom - top).ceil() as u32,
        slope,
    };
    Segment {
        cells: cells_of(strip, components),
        ..segment(strip, place, (bounds, frame, RightAngle::None))
    }
}

fn turned(
    scene: &Scene,
    (line, place): (&TurnedStrip, &Place),
    components: &[Component],
) -> Segment {
    let strip = &line.strip;
    let padding = padding(scene, strip.x_height);
    let above = (strip.base - strip.top).min(MOST_ABOVE * strip.x_height) + padding;
    let below = (strip.bottom - strip.base).min(MOST_BELOW * strip.x_height) + padding;
    let frame = Frame {
        left: (strip.base - above) as i64,
        top: (scene.size.1 - strip.right - padding) as i64,
        width: (above + below).max(1.0) as u32,
        height: (strip.width() + 2.0 * padding) as u32,
        slope: 0.0,
    };
    let turn = match line.run {
        Run::Up => RightAngle::Quarter,
        Run::Down => RightAngle::ThreeQuarters,
    };
    segment(strip, place, (bounds_of(&strip.members, components), frame, turn))
}

fn segment(
    strip: &Strip,
    place: &Place,
    (bounds, frame, turn): (PixelBox, Frame, RightAngle),
) -> Segment {
    Segment {
        bounds,
        line: place.row,
        block: u16::try_from(place.region).unwrap_or(u16::MAX),
        paragraph: 0,
        turn,
        x_height: strip.x_height,
        kind: place.kind,
        id: place.strip as u32,
        members: strip.members.clone(),
        frame,
        cells: Vec::new(),
        is_inverted: false,
    }
}

fn padding(scene: &Scene, x_height: f32) -> f32 {
    match scene.ground.pixels {
        PagePixels::Bilevel(_) => PADDING.max(PADDING_SHARE * x_height),
        PagePixels::Gray(_) => PADDING_OF_GRAY,
    }
}

/// Returns the characters of a line in which they stand apart.
fn cells_of(strip: &Strip, components: &[Component]) -> Vec<Cell> {
    let Some(row) = &strip.spread else { return Vec::new() };
    let characters = row.characters.iter().zip(&row.begins_word);
    characters
        .map(|(parts, &begins_word)| Cell { bounds: bounds_of(parts, components), begins_word })
        .collect()
}

/// Numbers the paragraphs of each block: they begin after more white, or at an indented line.
fn paragraphs(segments: &mut [Segment], places: &[Place], strips: &[Strip]) {
    let mut start = 0;
    while start < places.len() {
        let region = places[start].region;
        let length = places[start..].iter().take_while(|place| place.region == region).count();
        let block = &places[start..start + length];
        // The first strip of each row.
        let rows: Vec<&Strip> = block
            .iter()
            .enumerate()
            .filter(|(index, place)| *index == 0 || block[index - 1].row != place.row)
            .map(|(_, place)| &strips[place.strip])
            .collect();
        let mut pitches: Vec<f32> =
            rows.windows(2).map(|pair| pair[1].base - pair[0].base).collect();
        // Of two, the lower: a single wide step is no pitch.
        let middle = pitches.len().saturating_sub(1) / 2;
        pitches.sort_by(f32::total_cmp);
        let pitch = pitches.get(middle).copied().unwrap_or(f32::MAX);
        let left = rows.iter().map(|strip| strip.left).fold(f32::MAX, f32::min);
        let indent = |strip: &Strip| (strip.left - left) / strip.x_height;
        let (mut paragraph, mut row) = (0_u16, 0);
        for index in 0..length {
            if index > 0 && block[index].row != block[index - 1].row {
                row += 1;
                let (above, below) = (rows[row - 1], rows[row]);
                let is_far = below.base - above.base > PARAGRAPH_PITCH * pitch;
                let is_indented = (PARAGRAPH_INDENT..8.0).contains(&indent(below))
                    && indent(above) < PARAGRAPH_INDENT / 2.0;
                paragraph = paragraph.saturating_add(u16::from(is_far || is_indented));
            }
            segments[start + index].paragraph = paragraph;
        }
        start += length;
    }
}
