//! Draws a PDF page, or a part of it, and looks at the drawing where the survey could not tell whether
//! a glyph is seen.

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::page::Page;
use hayro::kurbo::{Affine, Rect};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::vello_cpu::{Pixmap, RasterizerSettings, RenderContext, Resources, TargetInit};
use hayro::{RenderCache, RenderSettings};
use image::metadata::Orientation;

use super::super::pixels::{self, Density};
use super::page_box::{POINTS_PER_INCH, PageBox};
use super::paints::{self, Visibility};
use super::survey::Survey;
use crate::images::{PageImage, Pixels};

/// Enough to see whether a letter stands out, in pixels per inch.
const LOOK_DPI: f32 = 100.0;
/// Looking at huge pages costs no more than this, in pixels.
const LOOK_PIXELS: f32 = 4_000_000.0;
/// A glyph is seen if the levels in its box differ by so much in some channel.
const MIN_CONTRAST: u8 = 24;

/// A page that can be drawn.
pub(super) struct Drawer<'d, 'a> {
    pub(super) page: &'a Page<'a>,
    pub(super) page_box: PageBox,
    pub(super) cache: &'d RenderCache<'a>,
    pub(super) settings: &'d InterpreterSettings,
}

impl Drawer<'_, '_> {
    /// Draws a part of the page, given in points.
    pub(super) fn draw(&self, part: Rect, dpi: f32) -> PageImage {
        let pixmap = self.pixmap(part, dpi);
        pixels::finish(flattened(&pixmap), Orientation::NoTransforms, Density::new(dpi, dpi))
    }

    fn pixmap(&self, part: Rect, dpi: f32) -> Pixmap {
        let pixels = |points: f64| {
            let pixels = (points * f64::from(dpi / POINTS_PER_INCH)).round();
            pixels.clamp(1.0, f64::from(u16::MAX))
        };
        let (width, height) = (pixels(part.width()), pixels(part.height()));
        let scale = Affine::scale_non_uniform(width / part.width(), height / part.height());
        let transform =
            scale * Affine::translate(-part.origin().to_vec2()) * self.page_box.transform;
        let mut context = RenderContext::new(width as u16, height as u16);
        let render = RenderSettings::default();
        hayro::render_into(self.page, self.cache, self.settings, &render, &mut context, transform);
        context.flush();
        let mut pixmap = Pixmap::new(context.width(), context.height());
        let raster =
            RasterizerSettings { target_init: TargetInit::Clear(WHITE), ..Default::default() };
        context.render_with(&mut pixmap, &mut Resources::default(), raster);
        pixmap
    }

    /// Looks at the drawn page where it is not sure whether glyphs are seen.
    pub(super) fn make_sure(&self, survey: &mut Survey) {
        if !survey.glyphs.iter().any(|glyph| glyph.visibility == Visibility::Unsure) {
            return;
        }
        let page = self.page_box.bounds();
        let largest = (LOOK_PIXELS / page.area() as f32).sqrt() * POINTS_PER_INCH;
        let dpi = LOOK_DPI.min(largest);
        let pixmap = self.pixmap(page, dpi);
        let scale = f64::from(dpi / POINTS_PER_INCH);
        for glyph in &mut survey.glyphs {
            if glyph.visibility != Visibility::Unsure {
                continue;
            }
            let points = paints::points(glyph.origin, glyph.end, glyph.up);
            let bounds = points
                .iter()
                .fold(Rect::from_points(points[0], points[8]), |all, point| all.union_pt(*point));
            let is_seen = contrast(&pixmap, bounds.scale_from_origin(scale)) >= MIN_CONTRAST;
            glyph.visibility = if is_seen { Visibility::Visible } else { Visibility::Hidden };
        }
    }
}

/// Returns by how much the levels of a channel differ in a box of pixels.
fn contrast(pixmap: &Pixmap, bounds: Rect) -> u8 {
    let (width, height) = (usize::from(pixmap.width()), usize::from(pixmap.height()));
    let place = |value: f64, most: usize| (value.max(0.0) as usize).min(most);
    let (left, right) = (place(bounds.x0.floor(), width), place(bounds.x1.ceil(), width));
    let (top, bottom) = (place(bounds.y0.floor(), height), place(bounds.y1.ceil(), height));
    let (mut least, mut most) = ([u8::MAX; 3], [0_u8; 3]);
    for row in pixmap.data().chunks(width.max(1)).take(bottom).skip(top) {
        for pixel in row.iter().take(right).skip(left) {
            for (channel, value) in [pixel.r, pixel.g, pixel.b].into_iter().enumerate() {
                least[channel] = least[channel].min(value);
                most[channel] = most[channel].max(value);
            }
        }
    }
    least.iter().zip(most).map(|(least, most)| most.saturating_sub(*least)).fold(0, u8::max)
}

/// Takes the colors of an opaque pixmap, as gray where all are.
fn flattened(pixmap: &Pixmap) -> Pixels {
    let (width, height) = (u32::from(pixmap.width()), u32::from(pixmap.height()));
    let colors = pixmap.data();
    if colors.iter().all(|pixel| pixel.r == pixel.g && pixel.g == pixel.b) {
        return pixels::gray(width, height, colors.iter().map(|pixel| pixel.g).collect());
    }
    let values = colors.iter().flat_map(|pixel| [pixel.r, pixel.g, pixel.b]).collect();
    pixels::color(width, height, values)
}
