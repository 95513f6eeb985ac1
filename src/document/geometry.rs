//! Boxes and right angles on a page.

use serde::{Deserialize, Serialize};

/// An axis-parallel box in pixels; `right` and `bottom` are exclusive, `left <= right`, `top <= bottom`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct PixelBox {
    pub left: u32,
    pub top: u32,
    pub right: u32,
    pub bottom: u32,
}

impl PixelBox {
    /// Returns the width in pixels.
    pub fn width(&self) -> u32 {
        self.right.saturating_sub(self.left)
    }

    /// Returns the height in pixels.
    pub fn height(&self) -> u32 {
        self.bottom.saturating_sub(self.top)
    }

    /// Returns the box moved right and down, in pixels.
    #[must_use]
    pub fn moved(&self, right: u32, down: u32) -> Self {
        Self {
            left: self.left.saturating_add(right),
            top: self.top.saturating_add(down),
            right: self.right.saturating_add(right),
            bottom: self.bottom.saturating_add(down),
        }
    }

    /// Tells whether the middle of the other box lies in this one.
    pub fn holds_center_of(&self, other: &Self) -> bool {
        let (x, y) =
            (u32::midpoint(other.left, other.right), u32::midpoint(other.top, other.bottom));
        (self.left..self.right).contains(&x) && (self.top..self.bottom).contains(&y)
    }

    /// Tells whether the other box, which is longer than high, runs through this one at half its height.
    pub fn meets_middle_of(&self, other: &Self) -> bool {
        let y = u32::midpoint(other.top, other.bottom);
        (self.top..self.bottom).contains(&y) && other.left < self.right && self.left < other.right
    }

    /// Returns the smallest box that holds both.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }
}

/// How far an image must be turned clockwise so that its text stands upright.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RightAngle {
    #[default]
    None,
    Quarter,
    Half,
    ThreeQuarters,
}

impl RightAngle {
    /// Returns the angle in degrees clockwise: 0, 90, 180 or 270.
    pub fn degrees(self) -> u16 {
        match self {
            Self::None => 0,
            Self::Quarter => 90,
            Self::Half => 180,
            Self::ThreeQuarters => 270,
        }
    }
}
