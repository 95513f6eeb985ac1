//! A page as a file has it, before it is checked.

use crate::document::RightAngle;

/// A box as a file has it: in the file's units, perhaps reversed, negative or outside of the page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct RawBox {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl RawBox {
    /// Returns a box by its corner and size; `None` if a number is missing or none.
    pub(super) fn of_size(
        (left, top): (Option<f64>, Option<f64>),
        (width, height): (Option<f64>, Option<f64>),
    ) -> Option<Self> {
        let (left, top) = (left?, top?);
        Self { left, top, right: left + width?, bottom: top + height? }.finite()
    }

    /// Returns the smallest box around points; `None` without any.
    pub(super) fn around(points: impl IntoIterator<Item = (f64, f64)>) -> Option<Self> {
        let one = |(x, y)| Self { left: x, top: y, right: x, bottom: y };
        points.into_iter().map(one).reduce(|all, point| all.union(&point))?.finite()
    }

    pub(super) fn finite(self) -> Option<Self> {
        let Self { left, top, right, bottom } = self;
        [left, top, right, bottom].iter().all(|number| number.is_finite()).then_some(self)
    }

    pub(super) fn union(&self, other: &Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    /// Returns the box with its numbers multiplied.
    pub(super) fn scaled(&self, across: f64, down: f64) -> Self {
        Self {
            left: self.left * across,
            top: self.top * down,
            right: self.right * across,
            bottom: self.bottom * down,
        }
    }

    /// Returns the box with `left <= right` and `top <= bottom`.
    pub(super) fn in_order(&self) -> Self {
        Self {
            left: self.left.min(self.right),
            top: self.top.min(self.bottom),
            right: self.left.max(self.right),
            bottom: self.top.max(self.bottom),
        }
    }

    /// Returns the part of the box from one share of its width to another, 0–1.
    pub(super) fn slice(&self, from: f64, to: f64) -> Self {
        let width = self.right - self.left;
        Self { left: self.left + width * from, right: self.left + width * to, ..*self }
    }
}

/// What a format's confidences are out of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Scale {
    /// 0–100.
    #[default]
    Percent,
    /// 0–1.
    Share,
}

/// A word; its text may hold white space.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct RawWord {
    pub(super) text: String,
    pub(super) bounds: Option<RawBox>,
    pub(super) confidence: Option<f64>,
}

/// A line.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct RawLine {
    /// Number of its block, and of its paragraph: in the block or, where the file numbers them so, on the page.
    pub(super) block: usize,
    pub(super) paragraph: usize,
    pub(super) bounds: Option<RawBox>,
    pub(super) confidence: Option<f64>,
    /// How far its text must be turned to be upright.
    pub(super) turn: RightAngle,
    pub(super) words: Vec<RawWord>,
    /// Its text, where the file does not have its words.
    pub(super) text: String,
}

/// What else a file may say of a page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum RawMark {
    /// A ruled line.
    Rule(RawBox),
    Picture(RawBox),
    TickBox {
        bounds: RawBox,
        is_ticked: bool,
    },
}

/// A page.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct RawPage {
    /// In the units of its boxes.
    pub(super) width: Option<f64>,
    pub(super) height: Option<f64>,
    /// Units of its boxes in an inch.
    pub(super) dpi: Option<f64>,
    pub(super) scale: Scale,
    pub(super) lines: Vec<RawLine>,
    pub(super) marks: Vec<RawMark>,
    /// Name and version; empty if the file does not say.
    pub(super) engine: String,
    /// As the file writes them.
    pub(super) languages: Vec<String>,
    pub(super) steps: Vec<String>,
}

impl RawPage {
    /// Notes a language, once.
    pub(super) fn add_language(&mut self, language: &str) {
        if !language.is_empty() && !self.languages.iter().any(|known| known == language) {
            self.languages.push(language.to_owned());
        }
    }
}

/// Returns the right angle that is nearest to a number of degrees clockwise.
pub(super) fn right_angle(degrees: f64) -> RightAngle {
    if !degrees.is_finite() {
        return RightAngle::None;
    }
    match ((degrees / 90.0).round().rem_euclid(4.0)) as u8 {
        1 => RightAngle::Quarter,
        2 => RightAngle::Half,
        3 => RightAngle::ThreeQuarters,
        _ => RightAngle::None,
    }
}
