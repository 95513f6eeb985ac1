//! Finds the letters among a page's components, and measures shapes on the sheet of paper they stand on.
//!
//! Shared by every step that needs to know what text looks like on this page.

use crate::document::PixelBox;
use crate::shapes::Component;

/// Returns the components that have the size and the density of single letters.
pub(super) fn letters(components: &[Component], text_height: f32) -> Vec<Component> {
    let is_letter = |component: &&Component| {
        let (width, height) = (component.width(), component.height());
        (0.6 * text_height..=2.5 * text_height).contains(&height)
            && width < 4.0 * text_height
            && width >= 0.08 * height
            && component.fill() > 0.1
    };
    components.iter().filter(is_letter).copied().collect()
}

/// The page that shapes stand on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sheet {
    /// Width and height in pixels.
    pub(super) size: (usize, usize),
    pub(super) dpi: f32,
    /// Share of dark pixels, 0–1.
    pub(super) ink: f32,
}

impl Sheet {
    pub(super) fn px(self, mm: f32) -> f32 {
        mm / 25.4 * self.dpi
    }

    /// Returns how many pixels a box is away from the nearest edge.
    pub(super) fn margin(self, bounds: &PixelBox) -> f32 {
        let right = (self.size.0 as f32 - bounds.right as f32).max(0.0);
        let bottom = (self.size.1 as f32 - bounds.bottom as f32).max(0.0);
        (bounds.left as f32).min(bounds.top as f32).min(right).min(bottom)
    }
}
