//! How tall the letters among a page's components are.

use super::Component;

/// Text is between these heights in pixels; lower is noise, higher is a picture.
const MIN_TEXT_HEIGHT: usize = 5;
const MAX_TEXT_HEIGHT: usize = 300;

/// Returns the height of most letters in pixels, which is about the x-height (or the height of
/// capitals where there is nothing else); `None` if fewer than `least_shapes` could be letters.
///
/// `sheet_side` is that of the page in pixels ([`super::sheet_side`]). Heights vote with their width (so that dots don't win),
/// tall ones weigh a little more (so that noise doesn't).
pub fn text_height(
    components: &[Component],
    sheet_side: usize,
    least_shapes: usize,
) -> Option<f32> {
    let smallest = (sheet_side / 500).max(MIN_TEXT_HEIGHT);
    let mut votes = [0_u64; MAX_TEXT_HEIGHT];
    let mut shapes = 0;
    for component in components {
        let (width, height) = (component.bounds.width(), component.bounds.height());
        let index = height as usize;
        if (smallest..MAX_TEXT_HEIGHT).contains(&index) && width * 8 >= height && width < 6 * height
        {
            votes[index] += u64::from(width.min(2 * height));
            shapes += 1;
        }
    }
    if shapes < least_shapes {
        return None;
    }
    let around = |height: usize| {
        let radius = (height / 10).max(1);
        height - radius..(height + radius + 1).min(MAX_TEXT_HEIGHT)
    };
    let smoothed = |height: usize| {
        let window = &votes[around(height)];
        window.iter().sum::<u64>() as f32 / window.len() as f32 * (height as f32).sqrt()
    };
    let best = (smallest..MAX_TEXT_HEIGHT).max_by(|&a, &b| smoothed(a).total_cmp(&smoothed(b)))?;
    let (sum, weighted) = around(best).fold((0, 0), |sums, height| {
        (sums.0 + votes[height], sums.1 + votes[height] * height as u64)
    });
    (sum > 0).then(|| weighted as f32 / sum as f32)
}
