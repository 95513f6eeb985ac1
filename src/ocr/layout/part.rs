//! The components of a page as layout sees them: boxes after the page's slope is taken off,
//! and which of them may be letters.
//!
//! Only boxes are sheared, never pixels.

use crate::document::PixelBox;
use crate::shapes::Component;

/// A component in sheared coordinates: `top` and `bottom` are those of the page less its slope.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Part {
    pub left: f32,
    pub top: f32,
    pub right: f32,
    pub bottom: f32,
    /// Number of its pixels.
    pub area: f32,
}

impl Part {
    /// Returns the part of a component on a page whose lines fall by `slope` px a px around `middle_x`.
    pub fn of(component: &Component, slope: f32, middle_x: f32) -> Self {
        let bounds = component.bounds;
        let (left, right) = (bounds.left as f32, bounds.right as f32);
        let shift = slope * (f32::midpoint(left, right) - middle_x);
        Self {
            left,
            top: bounds.top as f32 - shift,
            right,
            bottom: bounds.bottom as f32 - shift,
            area: component.area as f32,
        }
    }

    /// Returns the width in pixels.
    pub fn width(&self) -> f32 {
        self.right - self.left
    }

    /// Returns the height in pixels.
    pub fn height(&self) -> f32 {
        self.bottom - self.top
    }

    /// Returns the horizontal middle.
    pub fn middle_x(&self) -> f32 {
        f32::midpoint(self.left, self.right)
    }

    /// Returns the vertical middle.
    pub fn middle_y(&self) -> f32 {
        f32::midpoint(self.top, self.bottom)
    }
}

/// Returns whether a part has the size and density of a letter or of a few that touch.
pub(super) fn is_letter_like(part: &Part, text_height: f32) -> bool {
    let (width, height) = (part.width(), part.height());
    let smaller = width.min(height);
    (0.45 * text_height..=4.5 * text_height).contains(&height)
        && width <= 12.0 * text_height.max(height)
        && width >= 0.08 * height
        && part.area > 0.12 * smaller * smaller
}

/// Returns the box around components.
pub(super) fn bounds_of(members: &[u32], components: &[Component]) -> PixelBox {
    let boxes = members.iter().map(|&member| components[member as usize].bounds);
    boxes.reduce(|all, each| all.union(&each)).unwrap_or_default()
}
