//! What is no text, and what was left over.

use super::part::Part;
use super::strip::Strip;
use crate::document::PixelBox;
use crate::images::BitMask;
use crate::shapes::Component;

/// A page with less ink than this share may well have no text.
pub(super) const MUCH_INK: f32 = 0.01;
/// Pictures are larger than so many text heights in both directions, …
pub(super) const PICTURE_HEIGHTS: f32 = 4.5;
/// … but smaller than this share of the page: more is a frame.
pub(super) const MAX_PICTURE_SHARE: f32 = 0.4;
/// Letters that are left over belong together within so many text heights, along a line …
const UNREAD_GAP: f32 = 1.5;
/// … or a column, of which they share this part of the narrower one's side.
const UNREAD_SHARED: f32 = 0.3;
/// An unread area is so many text heights wide and high at least: splinters of an edge are in one row of pixels.
const MIN_UNREAD_SIDE: f32 = 0.5;
/// So many letters left over together are an unread area.
const MIN_UNREAD: usize = 4;
/// More than this are not put together: the page is in doubt anyway.
const MAX_UNREAD_LETTERS: usize = 1200;

/// Returns whether a page has more ink than dirt leaves.
pub(super) fn has_much_ink(ink: u64, mask: &BitMask) -> bool {
    ink as f32 > MUCH_INK * (mask.width * mask.height) as f32
}

/// Returns whether a strip is more than a speck, a stroke or a blot.
pub(super) fn is_text(strip: &Strip, parts: &[Part], text_height: f32) -> bool {
    let ink: f32 = strip.members.iter().map(|&id| parts[id as usize].area).sum();
    let is_single = strip.members.len() == 1;
    let is_large = strip.x_height > 2.2 * text_height;
    let is_speck = is_single && strip.x_height < 0.5 * text_height;
    let is_stroke = is_single && is_large && strip.width() < 0.3 * strip.x_height;
    let box_area = strip.width() * (strip.bottom - strip.top);
    let is_blot = strip.members.len() <= 2 && is_large && ink > 0.6 * box_area;
    let is_thin = ink < 0.05 * strip.x_height * strip.x_height;
    !(is_speck || is_stroke || is_blot || is_thin)
}

/// Returns the boxes of shapes so large that they are pictures, but no frames of the page.
pub(super) fn large_shapes(
    components: &[Component],
    text_height: f32,
    (width, height): (u32, u32),
) -> Vec<PixelBox> {
    let least = PICTURE_HEIGHTS * text_height;
    let most = MAX_PICTURE_SHARE * width as f32 * height as f32;
    let is_picture = |shape: &&Component| {
        shape.width() > least && shape.height() > least && shape.width() * shape.height() < most
    };
    components.iter().filter(is_picture).map(|shape| shape.bounds).collect()
}

/// Returns the boxes of shapes that stand together, with their ink in pixels.
pub(super) fn areas(left_over: &[Component], text_height: f32) -> Vec<(PixelBox, u64)> {
    if left_over.len() > MAX_UNREAD_LETTERS {
        return Vec::new();
    }
    let reach = UNREAD_GAP * text_height;
    let follows = |along: [(u32, u32); 2], across: [(u32, u32); 2]| {
        let side = |(from, to): (u32, u32)| to.saturating_sub(from) as f32;
        let narrower = side(across[0]).min(side(across[1]));
        -shared(along[0], along[1]) < reach
            && shared(across[0], across[1]) >= UNREAD_SHARED * narrower
    };
    let meets = |a: &PixelBox, b: &PixelBox| {
        let (x, y) =
            ([(a.left, a.right), (b.left, b.right)], [(a.top, a.bottom), (b.top, b.bottom)]);
        follows(x, y) || follows(y, x)
    };
    let mut areas: Vec<(PixelBox, usize, u64)> = Vec::new();
    for shape in left_over {
        let mut joined = (shape.bounds, 1, u64::from(shape.area));
        areas.retain(|(bounds, count, ink)| {
            let is_near = meets(bounds, &joined.0);
            if is_near {
                joined = (joined.0.union(bounds), joined.1 + count, joined.2 + ink);
            }
            !is_near
        });
        areas.push(joined);
    }
    let least = MIN_UNREAD_SIDE * text_height;
    areas.retain(|(bounds, count, _)| {
        *count >= MIN_UNREAD && bounds.width().min(bounds.height()) as f32 >= least
    });
    areas.into_iter().map(|(bounds, _, ink)| (bounds, ink)).collect()
}

/// Returns how many pixels two stretches share; less than 0 is the gap between them.
fn shared(a: (u32, u32), b: (u32, u32)) -> f32 {
    a.1.min(b.1) as f32 - a.0.max(b.0) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Five shapes, each so far right of and below the one before, in pixels.
    fn check((across, down): (u32, u32), (width, height): (u32, u32), expected: &[PixelBox]) {
        let shape = |place: u32| {
            let (left, top) = (100 + across * place, 100 + down * place);
            let bounds = PixelBox { left, top, right: left + width, bottom: top + height };
            Component { bounds, area: 50 }
        };
        let shapes: Vec<Component> = (0..5).map(shape).collect();
        let found: Vec<PixelBox> = areas(&shapes, 20.0).into_iter().map(|(area, _)| area).collect();
        assert_eq!(found, expected, "{across} across, {down} down");
    }

    #[test]
    fn letters_that_follow_each_other_are_an_unread_area() {
        check((16, 0), (12, 20), &[PixelBox { left: 100, top: 100, right: 176, bottom: 120 }]);
        check((0, 24), (12, 20), &[PixelBox { left: 100, top: 100, right: 112, bottom: 216 }]);
    }

    #[test]
    fn splinters_of_an_edge_are_no_text() {
        check((0, 24), (2, 20), &[]);
    }

    #[test]
    fn specks_that_lie_askew_belong_to_no_line() {
        check((24, 32), (12, 20), &[]);
    }
}
