//! Puts a scanned PDF page together from its images, pixel by pixel, without drawing.
//!
//! `pdf` calls [`plan`] to ask whether a page is nothing but upright, plainly placed images of one
//! resolution (a scan, whole or in strips), and [`paste`] to decode them onto the page.

use hayro::hayro_interpret::font::GlyphRun;
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageData, ImageDrawProps,
    InterpreterCache, InterpreterSettings, LumaData, Paint, SoftMask, interpret_page,
};
use hayro::hayro_syntax::page::Page;
use hayro::kurbo::{BezPath, Rect};
use image::imageops::{self, FilterType};
use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, RgbImage};

use crate::document::{Failure, Reason};
use crate::images::PageImage;

use super::super::limits::Limits;
use super::super::pixels::{self, Density};
use super::survey::{Compositing, PlacedImage, Survey};

const POINTS_PER_INCH: f64 = 72.0;
/// Images whose resolutions differ by less are of one scan.
const SAME_DENSITY: f64 = 0.02;
/// Images must cover this share of the page; the logo of an empty letter is no scan.
const MIN_COVERAGE: f64 = 0.5;
/// An image may be off the page's edges by so many pixels, or by this share of the side.
const EDGE_PIXELS: f64 = 2.0;
const EDGE_SHARE: f64 = 0.01;
/// A side may drift so many pixels across from end to end before an image counts as skewed.
const DRIFT_PIXELS: f64 = 2.0;

/// How a page is put together.
pub(super) struct Plan {
    /// Size of the page in pixels.
    width: u32,
    height: u32,
    /// Pixels per inch across and down the page.
    across: f64,
    down: f64,
}

/// Orientation and resolution of an upright image on its page.
#[derive(Clone, Copy)]
struct Placement {
    orientation: Orientation,
    across: f64,
    down: f64,
}

impl Placement {
    /// Returns `None` for an image that is skewed or has no size.
    fn of(image: &PlacedImage) -> Option<Self> {
        let [a, b, c, d, _, _] = image.transform.as_coeffs();
        let (width, height) = (f64::from(image.width), f64::from(image.height));
        let straight = b.abs() * width <= DRIFT_PIXELS * d.abs()
            && c.abs() * height <= DRIFT_PIXELS * a.abs()
            && a != 0.0
            && d != 0.0;
        let quarter = a.abs() * width <= DRIFT_PIXELS * c.abs()
            && d.abs() * height <= DRIFT_PIXELS * b.abs()
            && b != 0.0
            && c != 0.0;
        let (orientation, horizontal, vertical) = if straight {
            let orientation = match (a > 0.0, d > 0.0) {
                (true, true) => Orientation::NoTransforms,
                (false, true) => Orientation::FlipHorizontal,
                (true, false) => Orientation::FlipVertical,
                (false, false) => Orientation::Rotate180,
            };
            (orientation, a, d)
        } else if quarter {
            let orientation = match (c > 0.0, b > 0.0) {
                (true, true) => Orientation::Rotate90FlipH,
                (false, true) => Orientation::Rotate90,
                (true, false) => Orientation::Rotate270,
                (false, false) => Orientation::Rotate270FlipH,
            };
            (orientation, c, b)
        } else {
            return None;
        };
        let (across, down) = (POINTS_PER_INCH / horizontal.abs(), POINTS_PER_INCH / vertical.abs());
        Some(Self { orientation, across, down })
    }
}

/// Returns the resolution of the finest image that is a good part of the page.
pub(super) fn finest_dpi(survey: &Survey) -> Option<f32> {
    survey
        .seen_images()
        .filter(|(_, image)| survey.share(image) >= MIN_COVERAGE / 2.0)
        .map(|(_, image)| {
            let points_per_pixel = image.transform.determinant().abs().sqrt();
            (POINTS_PER_INCH / points_per_pixel) as f32
        })
        .filter(|dpi| dpi.is_finite())
        .reduce(f32::max)
}

/// Returns how the page can be pasted together, or `None` if it must be drawn.
pub(super) fn plan(survey: &Survey, limits: &Limits) -> Option<Plan> {
    let other_ink = survey.paths > 0 || survey.has_drawn_glyphs();
    if other_ink || survey.image_coverage() < MIN_COVERAGE {
        return None;
    }
    let mut placements = Vec::new();
    for (_, image) in survey.seen_images() {
        if image.compositing == Compositing::Complex {
            return None;
        }
        placements.push((image.bounds.area(), Placement::of(image)?));
    }
    let (_, largest) = placements.iter().max_by(|a, b| a.0.total_cmp(&b.0))?;
    let same = |one: f64, other: f64| (one / other - 1.0).abs() <= SAME_DENSITY;
    let uniform = placements
        .iter()
        .all(|(_, each)| same(each.across, largest.across) && same(each.down, largest.down));
    let width =
        (f64::from(survey.page.width) * largest.across / POINTS_PER_INCH).round().max(1.0) as u32;
    let height =
        (f64::from(survey.page.height) * largest.down / POINTS_PER_INCH).round().max(1.0) as u32;
    (uniform && limits.check(width, height, 8).is_ok()).then_some(Plan {
        width,
        height,
        across: largest.across,
        down: largest.down,
    })
}

/// Decodes the images of a page that [`plan`] has agreed to; `corrupt` if one cannot be decoded.
pub(super) fn paste<'a>(
    page: &'a Page<'a>,
    survey: &Survey,
    plan: &Plan,
    settings: &InterpreterSettings,
) -> Result<PageImage, Failure> {
    let (transform, bounds) = (survey.page.transform, survey.page.bounds());
    let mut paster = Paster { plan, survey, next: 0, canvas: None, pasted: 0 };
    let cache = InterpreterCache::new();
    let mut context = Context::new(transform, bounds, &cache, page.xref(), settings.clone());
    interpret_page(page, &mut context, &mut paster);

    let lost = survey.seen_images().count() - paster.pasted;
    let Some(canvas) = paster.canvas.filter(|_| lost == 0) else {
        let message = "an image on the page cannot be decoded";
        return Err(Failure::decode(Reason::Corrupt, message));
    };
    let density = Density::new(plan.across as f32, plan.down as f32);
    Ok(pixels::finish(pixels::from_dynamic(canvas), Orientation::NoTransforms, density))
}

/// Decodes each image as it is drawn and lays it on the canvas.
struct Paster<'p> {
    plan: &'p Plan,
    survey: &'p Survey,
    /// Position of the next image in drawing order.
    next: usize,
    /// Gray or color of eight bits, as the layers are.
    canvas: Option<DynamicImage>,
    pasted: usize,
}

/// A decoded image: its pixels and, unless it is opaque, its opacity of the same size.
struct Layer {
    pixels: DynamicImage,
    opacity: Option<GrayImage>,
}

impl Paster<'_> {
    fn lay(&mut self, image: &PlacedImage, layer: Layer) {
        let Some(placement) = Placement::of(image) else { return };
        self.pasted += 1;
        let turned = |mut pixels: DynamicImage| {
            pixels.apply_orientation(placement.orientation);
            pixels
        };
        let opacity = layer.opacity.map(|opacity| turned(opacity.into()).into_luma8());
        let layer = Layer { pixels: turned(layer.pixels), opacity };
        let whole = Rect::new(0.0, 0.0, f64::from(image.width), f64::from(image.height));
        let placed = image.transform.transform_rect_bbox(whole);
        let left = placed.x0 * self.plan.across / POINTS_PER_INCH;
        let top = placed.y0 * self.plan.down / POINTS_PER_INCH;
        if self.canvas.is_none() && self.covers_page(&layer.pixels, left, top) {
            self.canvas = Some(over_paper(layer));
            return;
        }
        let (width, height) = (self.plan.width, self.plan.height);
        let canvas = self.canvas.take().unwrap_or_else(|| {
            DynamicImage::ImageLuma8(GrayImage::from_pixel(width, height, image::Luma([255])))
        });
        self.canvas = Some(laid(canvas, &layer, left.round() as i64, top.round() as i64));
    }

    fn covers_page(&self, pixels: &DynamicImage, left: f64, top: f64) -> bool {
        let (width, height) = (pixels.width(), pixels.height());
        let near = |difference: f64, side: u32| {
            difference.abs() <= EDGE_PIXELS.max(f64::from(side) * EDGE_SHARE)
        };
        near(left, self.plan.width)
            && near(top, self.plan.height)
            && near(f64::from(width) - f64::from(self.plan.width), self.plan.width)
            && near(f64::from(height) - f64::from(self.plan.height), self.plan.height)
    }
}

impl<'a> Device<'a> for Paster<'_> {
    fn draw_image(&mut self, image: Image<'a, '_>, _: ImageDrawProps<'a>) {
        let placed = self.survey.images.get(self.next).copied();
        self.next += 1;
        let Some(placed) = placed.filter(|placed| placed.bounds.area() > 0.0) else { return };
        let mut layer = None;
        match &image {
            Image::Raster(raster) => {
                raster.with_rgba(|data, alpha| layer = of_raster(data, alpha), None);
            }
            Image::Stencil(stencil) => {
                stencil.with_stencil(|mask, paint| layer = of_stencil(mask, paint), None);
            }
        }
        if let Some(layer) = layer {
            self.lay(&placed, layer);
        }
    }

    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn draw_glyph_run(&mut self, _: &GlyphRun<'_, 'a>, _: DrawProps<'a>, _: &DrawMode) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}

fn of_raster(data: ImageData, alpha: Option<LumaData>) -> Option<Layer> {
    let (width, height, factors) = (data.width(), data.height(), data.scale_factors());
    let pixels = match data {
        ImageData::Luma(luma) => GrayImage::from_raw(width, height, luma.data)?.into(),
        ImageData::Rgb(rgb) => RgbImage::from_raw(width, height, rgb.data)?.into(),
    };
    let pixels = rescaled(pixels, factors);
    let opacity = match alpha {
        Some(alpha) => {
            let opacity = GrayImage::from_raw(alpha.width, alpha.height, alpha.data)?;
            let (width, height) = (pixels.width(), pixels.height());
            let fits = opacity.dimensions() == (width, height);
            let resize = || imageops::resize(&opacity, width, height, FilterType::Nearest);
            Some(if fits { opacity } else { resize() })
        }
        None => None,
    };
    Some(Layer { pixels, opacity })
}

fn of_stencil(mask: LumaData, paint: &Paint<'_>) -> Option<Layer> {
    let Paint::Color(color) = paint else { return None };
    let [red, green, blue, _] = color.to_rgba().to_rgba8();
    let factors = mask.scale_factors;
    let opacity = GrayImage::from_raw(mask.width, mask.height, mask.data)?;
    let opacity = rescaled(opacity.into(), factors).into_luma8();
    let (width, height) = opacity.dimensions();
    let pixels = if red == green && green == blue {
        GrayImage::from_pixel(width, height, image::Luma([red])).into()
    } else {
        RgbImage::from_pixel(width, height, image::Rgb([red, green, blue])).into()
    };
    Some(Layer { pixels, opacity: Some(opacity) })
}

/// Brings an image whose stream has another size than its dictionary to the declared one.
fn rescaled(pixels: DynamicImage, (across, down): (f32, f32)) -> DynamicImage {
    let (width, height) = (pixels.width(), pixels.height());
    let to = (
        (width as f32 * across).round().max(1.0) as u32,
        (height as f32 * down).round().max(1.0) as u32,
    );
    if to == (width, height) {
        return pixels;
    }
    pixels.resize_exact(to.0, to.1, FilterType::Triangle)
}

/// Lays a layer on white paper of its own size.
fn over_paper(layer: Layer) -> DynamicImage {
    let Layer { mut pixels, opacity } = layer;
    let Some(opacity) = opacity else { return pixels };
    if let DynamicImage::ImageLuma8(gray) = &mut pixels {
        for (pixel, alpha) in gray.pixels_mut().zip(opacity.pixels()) {
            pixel.0[0] = pixels::over_white(pixel.0[0], alpha.0[0]);
        }
        return pixels;
    }
    let mut color = pixels.into_rgb8();
    for (pixel, alpha) in color.pixels_mut().zip(opacity.pixels()) {
        pixel.0 = pixel.0.map(|value| pixels::over_white(value, alpha.0[0]));
    }
    color.into()
}

/// Lays a layer on the canvas with its corner at `left`, `top`; what sticks out is cut off.
fn laid(canvas: DynamicImage, layer: &Layer, left: i64, top: i64) -> DynamicImage {
    let opacity = layer.opacity.as_ref();
    match (canvas, &layer.pixels) {
        (DynamicImage::ImageLuma8(mut canvas), DynamicImage::ImageLuma8(source)) => {
            blend(&mut canvas, source, opacity, (left, top));
            canvas.into()
        }
        (canvas, source) => {
            let mut canvas = canvas.into_rgb8();
            blend(&mut canvas, &source.to_rgb8(), opacity, (left, top));
            canvas.into()
        }
    }
}

fn blend<P: image::Pixel<Subpixel = u8> + 'static>(
    canvas: &mut image::ImageBuffer<P, Vec<u8>>,
    source: &image::ImageBuffer<P, Vec<u8>>,
    opacity: Option<&GrayImage>,
    (left, top): (i64, i64),
) {
    let Some(opacity) = opacity else {
        imageops::replace(canvas, source, left, top);
        return;
    };
    for ((x, y, pixel), alpha) in source.enumerate_pixels().zip(opacity.pixels()) {
        let place = (u32::try_from(left + i64::from(x)), u32::try_from(top + i64::from(y)));
        let (Ok(x), Ok(y)) = place else { continue };
        if let Some(below) = canvas.get_pixel_mut_checked(x, y) {
            let alpha = u32::from(alpha.0[0]);
            below.apply2(pixel, |old, new| {
                ((u32::from(new) * alpha + u32::from(old) * (255 - alpha) + 127) / 255) as u8
            });
        }
    }
}
