//! What is laid out and what is found there, as plain data: pages, segments of lines, doubts.

use std::fmt;

use image::GrayImage;

use super::frame::{Frame, Owner, RunRows};
use super::retouch::Retouches;
use super::spread::Cell;
use super::strike::Strike;
use crate::document::{Mark, PixelBox, RightAngle};
use crate::images::PagePixels;
use crate::shapes::Component;

/// A page that is to be laid out.
#[derive(Clone, Copy)]
pub(in crate::ocr) struct Ground<'a> {
    /// Upright, level, dark text on light paper.
    pub pixels: &'a PagePixels,
    /// Rules that preparation found, boxes in page pixels; may already be erased from the pixels.
    pub marks: &'a [Mark],
    /// Pixels per inch.
    pub dpi: f32,
}

/// Where the text of a page stands.
#[derive(Debug, Clone, Default)]
pub(in crate::ocr) struct Layout {
    /// In reading order.
    pub segments: Vec<Segment>,
    /// Why this layout may be wrong; empty if it is to be trusted.
    pub doubts: Vec<Doubt>,
    /// Dots and dashes that lead from captions to values, in page pixels.
    pub leaders: Vec<PixelBox>,
    pub(super) strikes: Vec<Strike>,
    /// What takes lines through words off the page, if it is gray and has some.
    pub(super) retouches: Option<Retouches>,
    /// Ink that is much lighter than that of the segments, as a page of its own, if there is any.
    pub faint: Option<GrayImage>,
    /// About the x-height of most text, in pixels.
    pub text_height: f32,
    pub(super) size: (u32, u32),
    pub(super) components: Vec<Component>,
    pub(super) runs: RunRows,
    pub(super) rule_runs: RunRows,
    pub(super) owners: Vec<Owner>,
}

/// Part of a line without wide gaps: what is recognized in one go.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::ocr) struct Segment {
    /// Box of its ink in page pixels.
    pub bounds: PixelBox,
    /// Segments of one line have the same number, from left to right; ascending from 0.
    pub line: u32,
    /// Number of the text block, ascending from 0.
    pub block: u16,
    /// Number of the paragraph in its block, from 0.
    pub paragraph: u16,
    /// How far its crop is turned clockwise to make it upright.
    pub turn: RightAngle,
    /// In pixels.
    pub x_height: f32,
    pub kind: SegmentKind,
    pub(super) id: u32,
    pub(super) members: Vec<u32>,
    pub(super) frame: Frame,
    /// The characters of a line in which they stand apart; none of others.
    pub(super) cells: Vec<Cell>,
    pub(super) is_inverted: bool,
}

impl Segment {
    /// Returns the same segment read the other way, if it is turned: letters alone do not tell up from
    /// down, so that a recognizer reads both and keeps the surer reading.
    pub(in crate::ocr) fn reversed(&self) -> Option<Self> {
        let turn = match self.turn {
            RightAngle::None | RightAngle::Half => return None,
            RightAngle::Quarter => RightAngle::ThreeQuarters,
            RightAngle::ThreeQuarters => RightAngle::Quarter,
        };
        Some(Self { turn, ..self.clone() })
    }
}

/// What a segment stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::ocr) enum SegmentKind {
    Prose,
    /// A cell of a ruled table.
    Cell,
    /// A picture or drawing: more likely strokes than letters.
    InPicture,
}

/// Why a layout may be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::ocr) enum Doubt {
    /// More runs or components than a page of text has.
    Noise,
    /// Ink, but hardly anything that looks like letters.
    FewLetters,
    /// Much of what looks like letters is in no segment.
    Uncovered,
    /// Most text runs up or down the page.
    Turned,
    /// The lines are steeper than preparation leaves them.
    Steep,
    /// What was read is hardly text.
    Unreadable,
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Noise => "noise",
            Self::FewLetters => "few_letters",
            Self::Uncovered => "uncovered",
            Self::Turned => "turned",
            Self::Steep => "steep",
            Self::Unreadable => "unreadable",
        })
    }
}
