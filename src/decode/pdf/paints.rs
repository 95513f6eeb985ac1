//! Tells which glyphs of a page are seen: composes the colors at some points of a glyph with and
//! without it, from all that was painted below and over it.
//!
//! Knows shapes and plain colors. What depends on the pixels of an image or on a pattern is left
//! unsure; `survey` collects the paints, `pdf` draws the page where glyphs stay unsure.

use hayro::kurbo::{BezPath, Point, Rect, Shape, Vec2};

/// Colors that differ by fewer levels in every channel are not told apart: a reader sees no text in
/// light gray (0.95) on white.
const MIN_CONTRAST: f32 = 16.0;
/// Narrower paints cover no text, in points.
const MIN_COVER: f64 = 1.5;
/// More paints than this are no redactions.
const MAX_PAINTS: usize = 20_000;
/// Outlines with more elements count as their boxes.
const MAX_ELEMENTS: usize = 400;
const WHITE: [f32; 3] = [255.0; 3];

/// Points that are looked at, as shares of a glyph's advance and of its font size over the baseline.
const ACROSS: [f64; 3] = [0.2, 0.5, 0.8];
const UP: [f64; 3] = [0.1, 0.33, 0.6];
/// A glyph is seen where most of its points are.
const MOST_POINTS: usize = 5;

/// Whether a glyph leaves ink on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Visibility {
    Visible,
    /// It is drawn in invisible mode, as the text layers of scans are.
    Unpainted,
    /// It is covered, cut off, too small to see, or of the color of its ground.
    Hidden,
    /// That depends on the pixels of an image.
    Unsure,
}

/// What is laid on a shape.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Coat {
    /// One color with an opacity of 0–1; `darkens`: it is multiplied with what lies below.
    Solid { color: [f32; 3], opacity: f32, darkens: bool },
    /// An image, a pattern, or a blend; `opaque` if nothing of what lies below is seen.
    Unknown { opaque: bool },
}

/// A painted shape.
#[derive(Debug, Clone)]
pub(super) struct Paint {
    pub(super) bounds: Rect,
    /// `None` if it fills its bounds.
    pub(super) outline: Option<BezPath>,
    pub(super) coat: Coat,
}

impl Paint {
    fn covers(&self, point: Point) -> bool {
        self.bounds.contains(point)
            && self.outline.as_ref().is_none_or(|outline| outline.contains(point))
    }
}

/// What was painted on a page, in order.
#[derive(Debug, Default)]
pub(super) struct Paints {
    list: Vec<Paint>,
}

/// The points of a glyph that are looked at.
pub(super) fn points(origin: Point, end: Point, up: Vec2) -> [Point; 9] {
    let along = end - origin;
    let mut points = [origin; 9];
    for (index, point) in points.iter_mut().enumerate() {
        *point = origin + along * ACROSS[index % 3] + up * UP[index / 3];
    }
    points
}

/// A glyph as it was painted.
pub(super) struct Stroke {
    pub(super) points: [Point; 9],
    /// For each point, whether it lies on the page and in no clip's shadow.
    pub(super) open: [bool; 9],
    pub(super) coat: Coat,
    /// Number of paints before it.
    pub(super) order: usize,
}

impl Paints {
    /// Returns how many paints there are so far.
    pub(super) fn count(&self) -> usize {
        self.list.len()
    }

    /// Adds a paint, unless it is too small to matter.
    pub(super) fn push(&mut self, mut paint: Paint) {
        let smaller = paint.bounds.width().min(paint.bounds.height());
        let nothing = matches!(paint.coat, Coat::Solid { opacity, .. } if opacity <= 0.0);
        if smaller < MIN_COVER || nothing || self.list.len() >= MAX_PAINTS {
            return;
        }
        paint.outline = paint.outline.filter(|outline| outline.elements().len() <= MAX_ELEMENTS);
        self.list.push(paint);
    }

    /// Judges whether a glyph is seen.
    pub(super) fn judge(&self, glyph: &Stroke) -> Visibility {
        let reach = glyph
            .points
            .iter()
            .skip(1)
            .fold(Rect::from_points(glyph.points[0], glyph.points[0]), |all, point| {
                all.union_pt(*point)
            });
        let near: Vec<(usize, &Paint)> = self
            .list
            .iter()
            .enumerate()
            .filter(|(_, paint)| paint.bounds.overlaps(reach) || touches(paint.bounds, reach))
            .collect();
        let (mut seen, mut hidden) = (0, 0);
        for (point, open) in glyph.points.iter().zip(glyph.open) {
            match contrast(&near, glyph, *point) {
                _ if !open => hidden += 1,
                Some(contrast) if contrast >= MIN_CONTRAST => seen += 1,
                Some(_) => hidden += 1,
                None => {}
            }
        }
        match (seen >= MOST_POINTS, hidden >= MOST_POINTS) {
            (true, _) => Visibility::Visible,
            (_, true) => Visibility::Hidden,
            (false, false) => Visibility::Unsure,
        }
    }
}

/// Boxes without area overlap nothing, though a point of theirs may be covered.
fn touches(bounds: Rect, reach: Rect) -> bool {
    bounds.contains(Point::new(reach.x0, reach.y0)) || bounds.contains(reach.center())
}

/// Returns by how many levels a point of a glyph differs from the same point without it; `None` if
/// that cannot be told without drawing.
fn contrast(near: &[(usize, &Paint)], glyph: &Stroke, point: Point) -> Option<f32> {
    let (mut with, mut without) = (Some(WHITE), Some(WHITE));
    // What shines through all that was laid over the glyph.
    let mut rest = 1.0_f32;
    let mut is_drawn = false;
    let draw = |with: &mut Option<[f32; 3]>, without: Option<[f32; 3]>| {
        *with = laid(without, glyph.coat);
    };
    for (index, paint) in near {
        if *index >= glyph.order && !is_drawn {
            draw(&mut with, without);
            is_drawn = true;
        }
        if !paint.covers(point) {
            continue;
        }
        without = laid(without, paint.coat);
        if is_drawn {
            with = laid(with, paint.coat);
            rest *= match paint.coat {
                Coat::Solid { opacity, darkens: false, .. } => 1.0 - opacity,
                Coat::Unknown { opaque: true } => 0.0,
                Coat::Solid { darkens: true, .. } | Coat::Unknown { opaque: false } => 1.0,
            };
        }
    }
    if !is_drawn {
        draw(&mut with, without);
    }
    if rest <= 0.01 {
        return Some(0.0);
    }
    if matches!(glyph.coat, Coat::Unknown { .. }) {
        return Some(f32::from(u8::MAX));
    }
    match (with, without) {
        (Some(with), Some(without)) => Some(
            with.iter().zip(without).map(|(one, other)| (one - other).abs()).fold(0.0, f32::max),
        ),
        _ => None,
    }
}

/// Lays a coat on a color; `None` is a color that is not known.
fn laid(below: Option<[f32; 3]>, coat: Coat) -> Option<[f32; 3]> {
    let Coat::Solid { color, opacity, darkens } = coat else { return None };
    if opacity >= 0.995 && !darkens {
        return Some(color);
    }
    let below = below?;
    let mut mixed = [0.0; 3];
    for (channel, value) in mixed.iter_mut().enumerate() {
        let laid = if darkens { color[channel] * below[channel] / 255.0 } else { color[channel] };
        *value = laid * opacity + below[channel] * (1.0 - opacity);
    }
    Some(mixed)
}
