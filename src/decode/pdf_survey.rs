//! Surveys what stands on a PDF page without drawing it: its images, its glyphs, and whether there
//! is other ink. `pdf` decides by it how the page becomes an image; `pdf_text` makes words of the glyphs.
//!
//! All lengths are points (1/72 inch) from the top left corner of the page as it is shown.

use hayro::hayro_interpret::font::{Glyph, GlyphRun};
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps,
    InterpreterCache, InterpreterSettings, Paint, SoftMask, TransformExt, hayro_cmap::BfString,
    interpret_page,
};
use hayro::hayro_syntax::page::Page;
use hayro::kurbo::{Affine, BezPath, Point, Rect, Shape, Vec2};

/// Glyph space has so many units per font size (PDF 1.7, 9.2.4).
const UNITS_PER_EM: f64 = 1000.0;
/// Advance of a glyph whose font declares none, in glyph units: about that of a digit.
const USUAL_ADVANCE: f32 = 500.0;
/// Colors from this level on are paper if nothing lies below them.
const PAPER_LEVEL: u8 = 250;
/// A clip may cut so much of an image's edge before it counts, in points.
const CLIP_TOLERANCE: f64 = 1.0;

/// What stands on a page, in drawing order.
pub(super) struct Survey {
    /// The page's box, from the origin.
    page: Rect,
    /// One for each image that is drawn, also for those that are not seen.
    pub(super) images: Vec<PlacedImage>,
    pub(super) glyphs: Vec<PlacedGlyph>,
    /// Number of visible paths.
    pub(super) paths: usize,
    clips: Vec<Clip>,
    /// For each open group, whether it draws like no group.
    groups: Vec<Compositing>,
}

/// How an image gets onto the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compositing {
    /// Pixels replace what lies below, or a stencil paints one solid color.
    Plain,
    /// Clipped to a shape, blended, or painted with a pattern.
    Complex,
}

/// An image that is drawn.
#[derive(Debug, Clone, Copy)]
pub(super) struct PlacedImage {
    /// Declared size in pixels.
    pub(super) width: u32,
    pub(super) height: u32,
    /// From pixels (first row on top) to points.
    pub(super) transform: Affine,
    /// The part of it that lies on the page; empty if none does.
    pub(super) bounds: Rect,
    pub(super) compositing: Compositing,
}

/// A glyph that is on the page, seen or not.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PlacedGlyph {
    /// `None` if the font does not tell what the glyph means.
    pub(super) text: Option<String>,
    /// Start of its baseline.
    pub(super) origin: Point,
    /// End of its baseline.
    pub(super) end: Point,
    /// Direction and size of its font.
    pub(super) up: Vec2,
    pub(super) visibility: Visibility,
}

/// Whether a glyph leaves ink on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Visibility {
    Visible,
    Hidden,
}

#[derive(Clone, Copy)]
struct Clip {
    bounds: Rect,
    shape: Compositing,
}

impl Survey {
    /// Surveys a page.
    pub(super) fn of<'a>(page: &'a Page<'a>, settings: &InterpreterSettings) -> Self {
        let cache = InterpreterCache::new();
        let (width, height) = page.render_dimensions();
        let bounds = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
        let mut survey = Self {
            page: bounds,
            images: Vec::new(),
            glyphs: Vec::new(),
            paths: 0,
            clips: Vec::new(),
            groups: Vec::new(),
        };
        let transform = page.initial_transform(true).to_kurbo();
        let mut context = Context::new(transform, bounds, &cache, page.xref(), settings.clone());
        interpret_page(page, &mut context, &mut survey);
        survey
    }

    /// Returns the images that are seen, with their positions in `images`.
    pub(super) fn seen_images(&self) -> impl Iterator<Item = (usize, &PlacedImage)> {
        self.images.iter().enumerate().filter(|(_, image)| image.bounds.area() > 0.0)
    }

    /// Returns the glyphs that leave ink.
    pub(super) fn visible_glyphs(&self) -> impl Iterator<Item = &PlacedGlyph> {
        self.glyphs.iter().filter(|glyph| glyph.visibility == Visibility::Visible)
    }

    /// Returns the share of the page that its images cover, 0–1; overlaps count once at most.
    pub(super) fn image_coverage(&self) -> f64 {
        let covered: f64 = self.seen_images().map(|(_, image)| image.bounds.area()).sum();
        (covered / self.page.area().max(1.0)).min(1.0)
    }

    /// Returns the share of the page that an image covers, 0–1.
    pub(super) fn share(&self, image: &PlacedImage) -> f64 {
        image.bounds.area() / self.page.area().max(1.0)
    }

    fn clip(&self) -> Clip {
        self.clips.last().copied().unwrap_or(Clip { bounds: self.page, shape: Compositing::Plain })
    }

    fn push_clip(&mut self, bounds: Rect, shape: Compositing) {
        let outer = self.clip();
        let shape = if outer.shape == Compositing::Complex { outer.shape } else { shape };
        self.clips.push(Clip { bounds: outer.bounds.intersect(bounds), shape });
    }

    /// Tells whether nothing is seen on the page.
    pub(super) fn is_bare(&self) -> bool {
        self.is_empty() && self.visible_glyphs().next().is_none()
    }

    fn is_empty(&self) -> bool {
        self.images.is_empty() && self.paths == 0
    }

    /// Tells whether a paint shows: transparent never does, and white does not on bare paper.
    fn shows(&self, paint: &Paint<'_>) -> bool {
        match paint {
            Paint::Color(color) => {
                let [red, green, blue, alpha] = color.to_rgba().to_rgba8();
                let paper = red.min(green).min(blue) >= PAPER_LEVEL && self.is_empty();
                alpha > 0 && !paper
            }
            Paint::Pattern(_) => true,
        }
    }
}

impl<'a> Device<'a> for Survey {
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, mode: &DrawMode) {
        let bounds = props.transform.transform_rect_bbox(path.bounding_box());
        // Lines have no area of their own.
        let seen = bounds.inflate(0.1, 0.1).intersect(self.clip().bounds).area() > 0.0;
        if seen && !matches!(mode, DrawMode::Invisible) && self.shows(&props.paint) {
            self.paths += 1;
        }
    }

    fn push_clip_path(&mut self, clip: &ClipPath) {
        self.push_clip(clip.path.bounding_box(), Compositing::Complex);
    }

    fn push_clip_rect(&mut self, rect: &Rect) {
        self.push_clip(*rect, Compositing::Plain);
    }

    fn push_transparency_group(
        &mut self,
        opacity: f32,
        mask: Option<SoftMask<'a>>,
        blend_mode: BlendMode,
    ) {
        // On bare paper multiplying is the same as painting.
        let normal = blend_mode == BlendMode::Normal
            || (blend_mode == BlendMode::Multiply && self.is_empty());
        let plain = opacity >= 1.0 && mask.is_none() && normal;
        let outer = self.groups.last().copied().unwrap_or(Compositing::Plain);
        self.groups.push(if plain { outer } else { Compositing::Complex });
    }

    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, mode: &DrawMode) {
        let shown = !matches!(mode, DrawMode::Invisible) && self.shows(&props.paint);
        let clip = self.clip().bounds;
        for glyph in run.glyphs() {
            let transform = props.transform * glyph.transform();
            let advance = match &**glyph {
                Glyph::Outline(outline) => outline.advance_width(),
                Glyph::Type3(drawn) => drawn.advance_width(),
            };
            let advance = f64::from(advance.unwrap_or(USUAL_ADVANCE));
            let origin = transform * Point::ORIGIN;
            let up = transform * Point::new(0.0, UNITS_PER_EM) - origin;
            let finite = origin.is_finite() && up.is_finite();
            if !finite || !self.page.contains(origin) {
                continue;
            }
            let visible = shown && clip.inflate(CLIP_TOLERANCE, CLIP_TOLERANCE).contains(origin);
            self.glyphs.push(PlacedGlyph {
                text: glyph.as_unicode().map(|text| match text {
                    BfString::Char(one) => one.to_string(),
                    BfString::String(many) => many,
                }),
                origin,
                end: transform * Point::new(advance, 0.0),
                up,
                visibility: if visible { Visibility::Visible } else { Visibility::Hidden },
            });
        }
    }

    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        let (width, height) = (image.width(), image.height());
        let whole = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
        let on_page = props.transform.transform_rect_bbox(whole).intersect(self.page);
        let clip = self.clip();
        let cut = clip.bounds.inflate(CLIP_TOLERANCE, CLIP_TOLERANCE).intersect(on_page) != on_page;
        let plain = props.blend_mode == BlendMode::Normal
            && props.soft_mask.is_none()
            && clip.shape == Compositing::Plain
            && !cut
            && self.groups.last().is_none_or(|group| *group == Compositing::Plain);
        self.images.push(PlacedImage {
            width,
            height,
            transform: props.transform,
            bounds: on_page.intersect(clip.bounds),
            compositing: if plain { Compositing::Plain } else { Compositing::Complex },
        });
    }

    fn pop_clip(&mut self) {
        self.clips.pop();
    }

    fn pop_transparency_group(&mut self) {
        self.groups.pop();
    }
}
