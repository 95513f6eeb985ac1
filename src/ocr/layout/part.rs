//! The components of a page as layout sees them: boxes after the page's slope is taken off, the
//! height of the text, and which components may be letters.
//!
//! Only boxes are sheared, never pixels.

use super::rows::RowIndex;
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

/// Returns the letter-like parts that may begin a line, in order of their left edge. Quotes, commas
/// and hyphens are low beside higher neighbors; they begin none.
pub(super) fn seeds(parts: &[Part], letter_like: &[u32], text_height: f32) -> Vec<u32> {
    let index = RowIndex::of(parts, letter_like, 2.0 * text_height);
    let is_seed = |&&id: &&u32| {
        let part = &parts[id as usize];
        let height = part.height();
        let is_dash = part.width() > 4.0 * height && height < 0.6 * text_height;
        let is_stroke = part.width() < 0.2 * height && height > 1.9 * text_height;
        if is_dash || is_stroke {
            return false;
        }
        height > 0.85 * text_height || !is_small(part, &index, parts, text_height)
    };
    letter_like.iter().filter(is_seed).copied().collect()
}

fn is_small(part: &Part, index: &RowIndex, parts: &[Part], text_height: f32) -> bool {
    let (mut alike, mut taller) = (0, 0);
    let height = part.height();
    let reach = 2.2 * text_height;
    // A neighbor's middle is at most 1.1 × 3 text heights away.
    let rows = (part.middle_y() - 3.3 * text_height, part.middle_y() + 3.3 * text_height);
    index.each_within(rows, (part.left - reach - 4.0 * text_height, part.right + reach), |id| {
        let other = &parts[id as usize];
        let other_height = other.height();
        let gap = (other.left - part.right).max(part.left - other.right);
        let far = (other.middle_y() - part.middle_y()).abs() > 1.1 * height.max(other_height);
        if gap > reach || far || other_height > 3.0 * text_height || other == part {
            return;
        }
        if other_height > 1.35 * height {
            taller += 1;
        } else if other_height > 0.75 * height {
            alike += 1;
        }
    });
    taller > alike
}
