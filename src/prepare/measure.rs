//! Finds the letters among a page's components, and how tall they are.
//!
//! Shared by every step that needs to know what text looks like on this page.

use crate::shapes::Component;

/// Heights that text may have in pixels; taller shapes are pictures.
const MAX_TEXT_HEIGHT: usize = 300;
/// Fewer letter-like shapes than this say nothing about the height of the text.
const MIN_SHAPES: usize = 8;

/// Returns the height of most letters in pixels, which is about the x-height (or the height of
/// capitals where there is nothing else); `None` if there are too few shapes that could be letters.
///
/// `longer_side` is that of the page in pixels. Heights vote with their width (so that dots don't win),
/// tall ones weigh a little more (so that noise doesn't).
pub(super) fn text_height(components: &[Component], longer_side: usize) -> Option<f32> {
    let smallest = (longer_side / 500).max(5);
    let mut votes = [0.0_f32; MAX_TEXT_HEIGHT];
    let mut shapes = 0;
    for component in components {
        let (width, height) = (component.width(), component.height());
        let index = component.bounds.height() as usize;
        if (smallest..MAX_TEXT_HEIGHT).contains(&index)
            && width * 8.0 >= height
            && width < 6.0 * height
        {
            votes[index] += width.min(2.0 * height);
            shapes += 1;
        }
    }
    if shapes < MIN_SHAPES {
        return None;
    }
    let around = |height: usize| {
        let radius = (height / 10).max(1);
        height - radius..(height + radius + 1).min(MAX_TEXT_HEIGHT)
    };
    let smoothed = |height: usize| {
        let window = &votes[around(height)];
        window.iter().sum::<f32>() / window.len() as f32 * (height as f32).sqrt()
    };
    let best = (smallest..MAX_TEXT_HEIGHT).max_by(|&a, &b| smoothed(a).total_cmp(&smoothed(b)))?;
    let votes_and_heights =
        around(best).map(|height| (votes[height], votes[height] * height as f32));
    let (sum, weighted) =
        votes_and_heights.fold((0.0, 0.0), |sums, each| (sums.0 + each.0, sums.1 + each.1));
    Some(weighted / sum)
}

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
