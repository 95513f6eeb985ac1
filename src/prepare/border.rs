//! Black borders that a scanner leaves where the paper ended.

use crate::images::{BitMask, PagePixels};

/// Pixels at the very edge that may be light although a border begins there.
const MAX_START: usize = 3;
/// Light pixels inside of a border that don't end it.
const MAX_GAP: usize = 2;
/// Shallower dark runs are no border, in pixels.
const MIN_DEPTH: usize = 4;
/// Borders are no deeper than this share of the page: what is deeper is a picture or a rule.
const MAX_DEPTH: f32 = 0.2;
/// A border runs along at least this share of its edge.
const MIN_SHARE: f32 = 0.1;

#[derive(Debug, Clone, Copy)]
enum Edge {
    Left,
    Top,
    Right,
    Bottom,
}

/// Finds black borders and clears them from the mask; `None` if there are none.
pub(super) fn find(mask: &mut BitMask) -> Option<Border> {
    let mut border = Border { strips: Vec::new() };
    let size = (mask.width, mask.height);
    for edge in [Edge::Left, Edge::Top, Edge::Right, Edge::Bottom] {
        let (length, depth) = match edge {
            Edge::Left | Edge::Right => (mask.height, mask.width),
            Edge::Top | Edge::Bottom => (mask.width, mask.height),
        };
        let limit = (depth as f32 * MAX_DEPTH) as usize;
        let strips: Vec<Strip> = (0..length)
            .filter_map(|along| {
                Some(Strip { edge, along, depth: border_depth(mask, edge, along, limit)? })
            })
            .collect();
        if strips.len() as f32 >= length as f32 * MIN_SHARE {
            // Where two borders meet, the second is found after the first is gone.
            for &strip in &strips {
                strip.pixels(size, |x, y| mask.clear(y, x, x + 1));
            }
            border.strips.extend(strips);
        }
    }
    (!border.strips.is_empty()).then_some(border)
}

/// The black borders of a page.
pub(super) struct Border {
    strips: Vec<Strip>,
}

impl Border {
    /// Returns the depth of the deepest border in pixels.
    pub(super) fn depth(&self) -> usize {
        self.strips.iter().map(|strip| strip.depth).max().unwrap_or(0)
    }

    /// Paints the borders in the paper's gray.
    pub(super) fn erase(&self, page: &mut PagePixels, paper: u8) {
        let (width, height) = page.dimensions();
        let size = (width as usize, height as usize);
        for strip in &self.strips {
            // The pixel where black turns to white is gray.
            let deeper = Strip { depth: strip.depth + 1, ..*strip };
            match page {
                PagePixels::Bilevel(mask) => deeper.pixels(size, |x, y| mask.clear(y, x, x + 1)),
                PagePixels::Gray(image) => deeper.pixels(size, |x, y| {
                    image.as_flat_samples_mut().samples[y * size.0 + x] = paper;
                }),
            }
        }
    }
}

/// The outermost `depth` pixels at place `along` of an edge.
#[derive(Debug, Clone, Copy)]
struct Strip {
    edge: Edge,
    along: usize,
    depth: usize,
}

impl Strip {
    fn pixels(self, (width, height): (usize, usize), mut each: impl FnMut(usize, usize)) {
        for depth in 0..self.depth {
            let (x, y) = place(self.edge, self.along, depth, width, height);
            if x < width && y < height {
                each(x, y);
            }
        }
    }
}

fn place(edge: Edge, along: usize, depth: usize, width: usize, height: usize) -> (usize, usize) {
    match edge {
        Edge::Left => (depth, along),
        Edge::Top => (along, depth),
        Edge::Right => (width.wrapping_sub(depth + 1), along),
        Edge::Bottom => (along, height.wrapping_sub(depth + 1)),
    }
}

/// Returns how deep the dark run at place `along` of an edge reaches, if it can be part of a border.
fn border_depth(mask: &BitMask, edge: Edge, along: usize, limit: usize) -> Option<usize> {
    let (mut end, mut depth) = (0, 0);
    let mut allowed = MAX_START;
    while depth < end + allowed {
        let (x, y) = place(edge, along, depth, mask.width, mask.height);
        depth += 1;
        if mask.get(x, y) {
            end = depth;
            allowed = MAX_GAP + 1;
            if end > limit {
                return None;
            }
        }
    }
    (end >= MIN_DEPTH).then_some(end)
}
