//! Which components may begin a line.

use super::part::Part;
use super::rows::RowIndex;

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
    let heights = part.middle_y() - 3.3 * text_height..=part.middle_y() + 3.3 * text_height;
    let lefts = part.left - reach - 4.0 * text_height..=part.right + reach;
    index.each_within(heights, lefts, |id| {
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
