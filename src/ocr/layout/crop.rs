//! Pictures of single lines for the recognizer, and the way back from their pixels to the page.
//!
//! A line is drawn from its own components on white paper, or, on gray pages, cut out with the
//! neighbors' ink and the rules painted over. Columns are moved by the line's slope.

use image::{GrayImage, Luma};

use super::found::{Ground, Layout, Segment};
use super::frame::{Frame, Owner, RunRows, Stretch};
use super::spread::Gathering;
use crate::document::{PixelBox, RightAngle};
use crate::images::PagePixels;
use crate::shapes::{Component, Run};

/// Gray level of drawn paper.
const WHITE: u8 = 255;
/// Foreign ink on gray pages is painted over with so many pixels around it.
const FOREIGN_EDGE: i64 = 2;
/// Own ink keeps so many pixels around it.
const OWN_EDGE: i64 = 1;
/// One in so many pixels of a line is lighter than its paper.
const PAPER_SHARE: usize = 3;

/// The whole of a line's ink.
const QUARTERS: u16 = 4;
/// A word's last letter may begin so late, in x-heights.
const LATE: f32 = 0.3;

/// Which ink of a line its picture shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::ocr) enum Ink {
    /// That of the letters.
    Letters,
    /// Also lines through words, so many quarters as dark as they are printed.
    Lines { quarters: u16 },
}

impl Layout {
    /// Returns the picture of a segment: one line of upright dark text on light paper.
    /// [`Layout::word_box`] maps its pixels back to the page.
    pub(in crate::ocr) fn crop(&self, ground: &Ground, segment: &Segment) -> GrayImage {
        self.crop_showing(ground, segment, Ink::Letters)
    }

    /// Returns the pictures of segments, in their order.
    pub(in crate::ocr) fn crops(&self, ground: &Ground, segments: &[Segment]) -> Vec<GrayImage> {
        segments.iter().map(|segment| self.crop(ground, segment)).collect()
    }

    /// Returns the picture of a segment with the ink of a kind.
    pub(in crate::ocr) fn crop_showing(
        &self,
        ground: &Ground,
        segment: &Segment,
        ink: Ink,
    ) -> GrayImage {
        let image = match ground.pixels {
            PagePixels::Bilevel(_) => self.drawn(segment),
            PagePixels::Gray(page) => {
                let mut image = sheared(page, &segment.frame);
                match ink {
                    Ink::Letters => self.retouch(&mut image, &segment.frame, 0),
                    Ink::Lines { quarters } => self.retouch(&mut image, &segment.frame, quarters),
                }
                self.cut_out(image, segment)
            }
        };
        match segment.turn {
            RightAngle::None => match gathering(segment) {
                Some(gathering) => {
                    gathering.drawn(&image, &cell_rows(segment), paper_level(&image))
                }
                None => image,
            },
            RightAngle::Quarter => image::imageops::rotate90(&image),
            RightAngle::Half => image::imageops::rotate180(&image),
            RightAngle::ThreeQuarters => image::imageops::rotate270(&image),
        }
    }

    /// Draws the components that belong to a segment or to nobody.
    fn drawn(&self, segment: &Segment) -> GrayImage {
        let frame = &segment.frame;
        let mut image = GrayImage::from_pixel(frame.width, frame.height, Luma([WHITE]));
        let width = frame.width as usize;
        for stretch in frame.stretches() {
            let (left, right) = (frame.left + stretch.from, frame.left + stretch.to);
            for (y, row) in (frame.top + stretch.shift..).zip(image.chunks_exact_mut(width)) {
                let Ok(y) = u32::try_from(y) else { continue };
                for run in self.runs.meeting(y, left, right) {
                    if self.is_own_or_free(segment, run) {
                        let from = i64::from(run.left).max(left) - frame.left;
                        let to = i64::from(run.right).min(right) - frame.left;
                        row[from as usize..to as usize].fill(0);
                    }
                }
            }
        }
        image
    }

    /// Paints over lines through words in the picture of a frame; so many quarters of their ink stay.
    fn retouch(&self, image: &mut GrayImage, frame: &Frame, quarters: u16) {
        let Some(retouches) = &self.retouches else { return };
        let last = i64::from(self.size.0) - 1;
        for stretch in frame.stretches() {
            for x in stretch.from..stretch.to {
                for fill in retouches.column((frame.left + x).clamp(0, last) as usize) {
                    let row = |y: u32| {
                        (i64::from(y) - frame.top - stretch.shift).clamp(0, i64::from(frame.height))
                    };
                    for y in row(fill.rows.start)..row(fill.rows.end) {
                        let pixel = &mut image.get_pixel_mut(x as u32, y as u32).0[0];
                        let (ink, paper) = (u16::from(*pixel), u16::from(fill.level));
                        *pixel =
                            ((quarters * ink + (QUARTERS - quarters) * paper) / QUARTERS) as u8;
                    }
                }
            }
        }
    }

    /// Paints over what is foreign in the gray picture of a segment.
    fn cut_out(&self, mut image: GrayImage, segment: &Segment) -> GrayImage {
        let frame = &segment.frame;
        if segment.is_inverted {
            image::imageops::invert(&mut image);
        }
        let paper = paper_level(&image);
        let mut own: Vec<Run> = Vec::new();
        let mut foreign: Vec<Run> = Vec::new();
        each_run(&self.runs, frame, |run| match self.owner(run) {
            Owner::Segment(id) if id == segment.id => own.push(*run),
            Owner::None => {}
            Owner::Segment(_) | Owner::Foreign => foreign.push(*run),
        });
        each_run(&self.rule_runs, frame, |run| foreign.push(*run));
        if foreign.is_empty() {
            return image;
        }
        let original = image.clone();
        let stretches = frame.stretches();
        for run in &foreign {
            each_span((frame, &stretches), run, FOREIGN_EDGE, |span| {
                image.as_flat_samples_mut().samples[span].fill(paper);
            });
        }
        for run in &own {
            each_span((frame, &stretches), run, OWN_EDGE, |span| {
                image.as_flat_samples_mut().samples[span.clone()]
                    .copy_from_slice(&original.as_raw()[span]);
            });
        }
        image
    }

    fn owner(&self, run: &Run) -> Owner {
        self.owners.get(run.component as usize).copied().unwrap_or(Owner::Foreign)
    }

    fn is_own_or_free(&self, segment: &Segment, run: &Run) -> bool {
        match self.owner(run) {
            Owner::Segment(id) => id == segment.id,
            Owner::None => true,
            Owner::Foreign => false,
        }
    }

    /// Returns where `left..right` in pixels of a segment's crop lies on the page: the box of the
    /// segment's own components there, or of the whole height of the line if there are none.
    pub(in crate::ocr) fn word_box(
        &self,
        segment: &Segment,
        (left, right): (u32, u32),
    ) -> PixelBox {
        let (left, right) = match gathering(segment) {
            Some(gathering) => gathering.columns((left, right)),
            None => (left, right),
        };
        let frame = &segment.frame;
        let (width, height) = (i64::from(frame.width), i64::from(frame.height));
        let (from, to) = (i64::from(left), i64::from(right));
        // Where the span lies in the frame before it was turned upright.
        let (x, y) = match segment.turn {
            RightAngle::None => ((from, to), (0, height)),
            RightAngle::Half => ((width - to, width - from), (0, height)),
            RightAngle::Quarter => ((0, width), (height - to, height - from)),
            RightAngle::ThreeQuarters => ((0, width), (from, to)),
        };
        let shift = frame.shift(i64::midpoint(x.0, x.1));
        let span = PixelBox {
            left: clamped(frame.left + x.0, self.size.0),
            top: clamped(frame.top + y.0 + shift, self.size.1),
            right: clamped(frame.left + x.1, self.size.0),
            bottom: clamped(frame.top + y.1 + shift, self.size.1),
        };
        self.tightened(segment, &span)
    }

    fn tightened(&self, segment: &Segment, span: &PixelBox) -> PixelBox {
        let is_level = matches!(segment.turn, RightAngle::None | RightAngle::Half);
        let along = |bounds: &PixelBox| {
            if is_level { (bounds.left, bounds.right) } else { (bounds.top, bounds.bottom) }
        };
        let (from, to) = along(span);
        // Recognizers end a word a little early.
        let late = (LATE * segment.x_height) as u32;
        let (from, to) = match segment.turn {
            RightAngle::None | RightAngle::ThreeQuarters => (from, to + late),
            RightAngle::Quarter | RightAngle::Half => (from.saturating_sub(late), to),
        };
        let mut tight: Option<PixelBox> = None;
        for &id in &segment.members {
            let Some(Component { bounds, .. }) = self.components.get(id as usize) else { continue };
            let (left, right) = along(bounds);
            let shared = right.min(to).saturating_sub(left.max(from));
            if shared == 0 {
                continue;
            }
            // Most of a letter lies in its word; what runs through several words is cut.
            let part = if 2 * shared > right - left {
                *bounds
            } else if shared as f32 > segment.x_height / 2.0 {
                clipped(bounds, span, is_level)
            } else {
                continue;
            };
            tight = Some(tight.map_or(part, |all| all.union(&part)));
        }
        tight.unwrap_or_else(|| {
            let own = segment.bounds;
            if is_level {
                PixelBox { top: own.top, bottom: own.bottom, ..*span }
            } else {
                PixelBox { left: own.left, right: own.right, ..*span }
            }
        })
    }
}

/// Returns how the characters of a segment are brought together, if they stand apart.
fn gathering(segment: &Segment) -> Option<Gathering> {
    let Segment { cells, frame, .. } = segment;
    (!cells.is_empty()).then(|| Gathering::of(cells, segment.x_height, (frame.left, frame.width)))
}

/// Returns the rows of a segment's picture that each of its characters takes.
fn cell_rows(segment: &Segment) -> Vec<(u32, u32)> {
    let frame = &segment.frame;
    let rows = |bounds: &PixelBox| {
        let column = i64::midpoint(i64::from(bounds.left), i64::from(bounds.right)) - frame.left;
        let row = |y: u32| {
            (i64::from(y) - frame.top - frame.shift(column)).clamp(0, i64::from(frame.height))
                as u32
        };
        (row(bounds.top), row(bounds.bottom))
    };
    segment.cells.iter().map(|cell| rows(&cell.bounds)).collect()
}

/// Calls `found` with each run that may show in a frame.
fn each_run(runs: &RunRows, frame: &Frame, mut found: impl FnMut(&Run)) {
    let bottom = frame.top + i64::from(frame.height);
    let (left, right) = (frame.left, frame.left + i64::from(frame.width));
    for y in (frame.top - frame.most()).max(0)..(bottom + frame.most()).max(0) {
        let Ok(y) = u32::try_from(y) else { continue };
        runs.meeting(y, left, right).for_each(&mut found);
    }
}

fn clipped(bounds: &PixelBox, span: &PixelBox, is_level: bool) -> PixelBox {
    if is_level {
        PixelBox {
            left: bounds.left.max(span.left),
            right: bounds.right.min(span.right),
            ..*bounds
        }
    } else {
        PixelBox {
            top: bounds.top.max(span.top),
            bottom: bounds.bottom.min(span.bottom),
            ..*bounds
        }
    }
}

fn clamped(value: i64, limit: u32) -> u32 {
    value.clamp(0, i64::from(limit)) as u32
}

/// Copies the pixels of a frame; beyond the page its edge goes on.
fn sheared(page: &GrayImage, frame: &Frame) -> GrayImage {
    let (width, height) = (i64::from(page.width()), i64::from(page.height()));
    let mut image = GrayImage::new(frame.width, frame.height);
    for stretch in frame.stretches() {
        let rows = image.chunks_exact_mut(frame.width as usize);
        for (y, row) in (frame.top + stretch.shift..).zip(rows) {
            let start = (y.clamp(0, height - 1) * width) as usize;
            let source = &page.as_raw()[start..start + width as usize];
            let target = &mut row[stretch.from as usize..stretch.to as usize];
            let first = frame.left + stretch.from;
            for (x, level) in (first..).zip(target) {
                *level = source[x.clamp(0, width - 1) as usize];
            }
        }
    }
    image
}

/// Calls `found` with the places in a frame's pixels of a run and of the pixels up to `edge` around it.
fn each_span(
    (frame, stretches): (&Frame, &[Stretch]),
    run: &Run,
    edge: i64,
    mut found: impl FnMut(std::ops::Range<usize>),
) {
    let left = i64::from(run.left) - edge - frame.left;
    let right = i64::from(run.right) + edge - frame.left;
    for stretch in stretches.iter().filter(|each| each.from < right && left < each.to) {
        let (from, to) = (left.max(stretch.from) as usize, right.min(stretch.to) as usize);
        let row = i64::from(run.y) - frame.top - stretch.shift;
        for row in (row - edge).max(0)..(row + edge + 1).min(i64::from(frame.height)) {
            let start = row as usize * frame.width as usize;
            found(start + from..start + to);
        }
    }
}

/// Returns the gray level of the paper of a line: two thirds of its pixels are darker or equal.
fn paper_level(image: &GrayImage) -> u8 {
    let mut histogram = [0_usize; 256];
    for &level in image.as_raw() {
        histogram[usize::from(level)] += 1;
    }
    let mut left = image.as_raw().len() * (PAPER_SHARE - 1) / PAPER_SHARE;
    (0..=u8::MAX)
        .find(|&level| {
            let count = histogram[usize::from(level)];
            let is_reached = count > left;
            left = left.saturating_sub(count);
            is_reached
        })
        .unwrap_or(WHITE)
}
