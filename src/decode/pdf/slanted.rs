//! Words whose baselines are not level: text along the margin, in turned cells, and across the page.
//!
//! They are put together on their own baselines and follow the level text; `text` calls it.

use hayro::kurbo::{Affine, Point, Rect};

use super::pieces::{self, Piece};
use super::survey::PlacedGlyph;
use crate::document::{Line, PixelBox, Word};

/// Baselines whose directions differ by less are of one kind, in degrees.
const SAME_DIRECTION: f64 = 2.0;
/// Directions this near to a right angle are right angles, in degrees.
const UPRIGHT: i64 = 1;

/// Returns the lines that are not level, in blocks from `first_block` on.
pub(super) fn lines(
    glyphs: &[&PlacedGlyph],
    scale: f32,
    first_block: u16,
    size: (u32, u32),
) -> Vec<Line> {
    // For each direction in degrees, its glyphs with their baselines made level.
    let mut directions: Vec<(f64, Vec<PlacedGlyph>)> = Vec::new();
    for glyph in glyphs.iter().filter(|glyph| !pieces::is_level(glyph)) {
        let Some(degrees) = direction(glyph) else { continue };
        let known =
            directions.iter().position(|(known, _)| (known - degrees).abs() <= SAME_DIRECTION);
        let index = known.unwrap_or_else(|| {
            directions.push((degrees, Vec::new()));
            directions.len() - 1
        });
        let (degrees, alike) = &mut directions[index];
        let level = Affine::rotate(-degrees.to_radians());
        alike.push(PlacedGlyph {
            origin: level * glyph.origin,
            end: level * glyph.end,
            up: (level * glyph.up.to_point()).to_vec2(),
            ..(*glyph).clone()
        });
    }
    let mut lines = Vec::new();
    for (degrees, glyphs) in directions {
        let back = Affine::rotate(degrees.to_radians());
        for row in pieces::rows(glyphs.iter().collect(), scale) {
            for segment in pieces::segments(row) {
                let block =
                    first_block.saturating_add(u16::try_from(lines.len()).unwrap_or(u16::MAX));
                let place = |word: &Piece| bounds(word, back, is_upright(degrees), size);
                let words = segment.iter().map(|word| Word {
                    text: word.text.clone(),
                    bounds: place(word),
                    confidence: 100.0,
                    doubts: Vec::new(),
                });
                lines.push(Line { block, paragraph: 0, words: words.collect() });
            }
        }
    }
    lines
}

/// Returns the direction of a baseline in degrees, clockwise from level; `None` for a glyph that is
/// mirrored.
fn direction(glyph: &PlacedGlyph) -> Option<f64> {
    let along = glyph.end - glyph.origin;
    let is_mirrored = along.cross(glyph.up) >= 0.0;
    (!is_mirrored).then(|| along.atan2().to_degrees())
}

fn is_upright(degrees: f64) -> bool {
    let beyond = (degrees.round() as i64).rem_euclid(90);
    beyond.min(90 - beyond) <= UPRIGHT
}

/// Returns the box of a word on the page; across the page only the box of its middle, as all else that
/// stands there lies in the whole one.
fn bounds(word: &Piece, back: Affine, is_upright: bool, (width, height): (u32, u32)) -> PixelBox {
    let mut level = Rect::new(
        f64::from(word.left),
        f64::from(word.top()),
        f64::from(word.right),
        f64::from(word.bottom()),
    );
    if !is_upright {
        let half = level.height() / 4.0;
        let middle: Point = level.center();
        level = Rect::from_center_size(middle, (2.0 * half, 2.0 * half));
    }
    let placed = back.transform_rect_bbox(level);
    let inside = |value: f64, most: u32| value.clamp(0.0, f64::from(most)) as u32;
    PixelBox {
        left: inside(placed.x0.floor(), width),
        top: inside(placed.y0.floor(), height),
        right: inside(placed.x1.ceil(), width),
        bottom: inside(placed.y1.ceil(), height),
    }
}
