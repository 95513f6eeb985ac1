//! Finds the letters among a page's components.
//!
//! Shared by every step that needs to know what text looks like on this page.

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
