//! Surveys what stands on a PDF page without drawing it: its images, its glyphs, and whether there
//! is other ink. `pdf` decides by it how the page becomes an image; `text` makes words of the glyphs,
//! `paints` tells which of them are seen.
//!
//! All lengths are points (1/72 inch) from the top left corner of the page as it is shown.

use hayro::hayro_interpret::font::{Glyph, GlyphRun};
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, FillRule, Image, ImageDrawProps,
    InterpreterCache, InterpreterSettings, Paint, RenderContent, SoftMask, hayro_cmap::BfString,
    interpret_page, pattern::Pattern,
};
use hayro::hayro_syntax::object::dict::keys::{MASK, SMASK};
use hayro::hayro_syntax::page::Page;
use hayro::kurbo::{self, Affine, BezPath, PathEl, Point, Rect, Shape, Vec2};

use super::button::Button;
use super::page_box::PageBox;
use super::paints::{self, Coat, Paints, Stroke, Visibility};

/// Glyph space has so many units per font size (PDF 1.7, 9.2.4).
const UNITS_PER_EM: f64 = 1000.0;
/// Advance of a glyph whose font declares none, in glyph units: about that of a digit.
const USUAL_ADVANCE: f32 = 500.0;
/// Colors from this level on are paper if nothing lies below them.
const PAPER_LEVEL: u8 = 250;
/// A clip may cut so much of an image's edge before it counts, in points.
const CLIP_TOLERANCE: f64 = 1.0;
/// Smaller type is not seen, in points: its letters have half a millimetre at most.
const MIN_TYPE: f64 = 2.0;
/// Strokes from this width on cover text, in points.
const WIDE_STROKE: f64 = 3.0;
/// Drawn letters are so high, in points.
const LETTER_HEIGHT: std::ops::RangeInclusive<f64> = 3.0..=80.0;

/// What stands on a page, in drawing order.
pub(super) struct Survey {
    pub(super) page: PageBox,
    /// One for each image that is drawn, also for those that are not seen.
    pub(super) images: Vec<PlacedImage>,
    pub(super) glyphs: Vec<PlacedGlyph>,
    /// Number of visible paths.
    pub(super) paths: usize,
    /// Boxes of filled shapes that may be letters, drawn as outlines.
    pub(super) outlines: Vec<Rect>,
    /// Number of glyphs of the page itself; those after them belong to annotations.
    pub(super) own_glyphs: usize,
    /// Number of all glyphs that the file draws; those after them are values that a viewer would draw.
    pub(super) drawn_glyphs: usize,
    /// Buttons of forms.
    pub(super) buttons: Vec<Button>,
    /// Values of form fields may look otherwise in a viewer.
    pub(super) has_doubtful_values: bool,
    /// What was painted; glyphs stay visible until it is judged by.
    paints: Paints,
    strokes: Vec<Option<Stroke>>,
    clips: Vec<Clip>,
    groups: Vec<Group>,
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

#[derive(Clone)]
struct Clip {
    bounds: Rect,
    shape: Compositing,
    /// What it is cut to besides its bounds.
    outline: Option<ClipPath>,
}

/// A transparency group, with those around it.
#[derive(Clone, Copy)]
struct Group {
    /// Whether it draws like no group.
    compositing: Compositing,
    opacity: f32,
    darkens: bool,
    is_masked: bool,
}

impl Group {
    const NONE: Self =
        Self { compositing: Compositing::Plain, opacity: 1.0, darkens: false, is_masked: false };
}

impl Survey {
    /// Surveys a page.
    pub(super) fn of<'a>(
        page: &'a Page<'a>,
        page_box: PageBox,
        settings: &InterpreterSettings,
    ) -> Self {
        let cache = InterpreterCache::new();
        let mut survey = Self {
            page: page_box,
            images: Vec::new(),
            glyphs: Vec::new(),
            paths: 0,
            outlines: Vec::new(),
            own_glyphs: 0,
            drawn_glyphs: 0,
            buttons: Vec::new(),
            has_doubtful_values: false,
            paints: Paints::default(),
            strokes: Vec::new(),
            clips: Vec::new(),
            groups: Vec::new(),
        };
        for part in [RenderContent::PAGE, RenderContent::ANNOTATIONS] {
            let settings = InterpreterSettings { render_content: part, ..settings.clone() };
            let (transform, bounds) = (page_box.transform, page_box.bounds());
            let mut context = Context::new(transform, bounds, &cache, page.xref(), settings);
            interpret_page(page, &mut context, &mut survey);
            if part == RenderContent::PAGE {
                survey.own_glyphs = survey.glyphs.len();
            }
        }
        survey.drawn_glyphs = survey.glyphs.len();
        survey.judge();
        survey
    }

    /// Tells seen glyphs from those that are covered or have the color of their ground.
    fn judge(&mut self) {
        for (glyph, stroke) in self.glyphs.iter_mut().zip(std::mem::take(&mut self.strokes)) {
            if let Some(stroke) = stroke {
                glyph.visibility = self.paints.judge(&stroke);
            }
        }
    }

    /// Returns the images that are seen, with their positions in `images`.
    pub(super) fn seen_images(&self) -> impl Iterator<Item = (usize, &PlacedImage)> {
        self.images.iter().enumerate().filter(|(_, image)| image.bounds.area() > 0.0)
    }

    /// Returns the glyphs that leave ink, and those that may.
    pub(super) fn visible_glyphs(&self) -> impl Iterator<Item = &PlacedGlyph> {
        self.glyphs
            .iter()
            .filter(|glyph| matches!(glyph.visibility, Visibility::Visible | Visibility::Unsure))
    }

    /// Tells whether the file itself draws glyphs that are seen.
    pub(super) fn has_drawn_glyphs(&self) -> bool {
        let drawn = self.glyphs.iter().take(self.drawn_glyphs);
        drawn
            .into_iter()
            .any(|glyph| matches!(glyph.visibility, Visibility::Visible | Visibility::Unsure))
    }

    /// Returns the share of the page that its images cover, 0–1; overlaps count once at most.
    pub(super) fn image_coverage(&self) -> f64 {
        let covered: f64 = self.seen_images().map(|(_, image)| image.bounds.area()).sum();
        (covered / self.page.bounds().area().max(1.0)).min(1.0)
    }

    /// Returns the share of the page that an image covers, 0–1.
    pub(super) fn share(&self, image: &PlacedImage) -> f64 {
        image.bounds.area() / self.page.bounds().area().max(1.0)
    }

    fn clip_bounds(&self) -> Rect {
        self.clips.last().map_or(self.page.bounds(), |clip| clip.bounds)
    }

    fn clip_shape(&self) -> Compositing {
        self.clips.last().map_or(Compositing::Plain, |clip| clip.shape)
    }

    fn group(&self) -> Group {
        self.groups.last().copied().unwrap_or(Group::NONE)
    }

    /// Tells whether a point is cut off by the page's edge or by a clip.
    fn is_open(&self, point: Point) -> bool {
        let tolerant = self.clip_bounds().inflate(CLIP_TOLERANCE, CLIP_TOLERANCE);
        self.page.bounds().contains(point)
            && tolerant.contains(point)
            && self.clips.iter().filter_map(|clip| clip.outline.as_ref()).all(|clip| {
                match clip.fill {
                    FillRule::NonZero => clip.path.contains(point),
                    FillRule::EvenOdd => clip.path.winding(point) % 2 != 0,
                }
            })
    }

    fn push_clip(&mut self, bounds: Rect, outline: Option<ClipPath>) {
        let shape = match outline {
            None => self.clip_shape(),
            Some(_) => Compositing::Complex,
        };
        self.clips.push(Clip { bounds: self.clip_bounds().intersect(bounds), shape, outline });
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

    fn coat(&self, props: &DrawProps<'_>) -> Coat {
        let group = self.group();
        let darkens = group.darkens || props.blend_mode == BlendMode::Multiply;
        let is_blend = !darkens && props.blend_mode != BlendMode::Normal;
        let is_masked = group.is_masked || props.soft_mask.is_some();
        match &props.paint {
            Paint::Color(color) if !is_blend && !is_masked => {
                let [red, green, blue, alpha] = color.to_rgba().to_rgba8();
                let opacity = f32::from(alpha) / 255.0 * group.opacity;
                Coat::Solid { color: [red, green, blue].map(f32::from), opacity, darkens }
            }
            // A gradient covers; tiles and masks may have holes.
            Paint::Pattern(pattern) => Coat::Unknown {
                opaque: matches!(**pattern, Pattern::Shading(_))
                    && !is_masked
                    && !is_blend
                    && group.opacity > 0.99,
            },
            Paint::Color(_) => Coat::Unknown { opaque: false },
        }
    }

    /// Notes a shape that may cover text or be its ground.
    fn note_paint(&mut self, path: &BezPath, props: &DrawProps<'_>, mode: &DrawMode) {
        let fill = match mode {
            DrawMode::Fill(_) | DrawMode::FillAndStroke(..) => props.transform * path,
            DrawMode::Stroke(stroke) => {
                let scale = props.transform.determinant().abs().sqrt();
                if f64::from(stroke.line_width) * scale < WIDE_STROKE {
                    return;
                }
                let style = kurbo::Stroke::new(f64::from(stroke.line_width))
                    .with_caps(stroke.line_cap)
                    .with_join(stroke.line_join);
                props.transform * kurbo::stroke(path, &style, &kurbo::StrokeOpts::default(), 0.1)
            }
            DrawMode::Invisible => return,
        };
        let bounds = fill.bounding_box().intersect(self.clip_bounds());
        let outline = (!is_rect(&fill)).then_some(fill);
        let coat = match self.clip_shape() {
            Compositing::Plain => self.coat(props),
            // It may be cut to some other shape.
            Compositing::Complex => Coat::Unknown { opaque: false },
        };
        self.paints.push(paints::Paint { bounds, outline, coat });
    }
}

impl<'a> Device<'a> for Survey {
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, mode: &DrawMode) {
        let bounds = props.transform.transform_rect_bbox(path.bounding_box());
        // Lines have no area of their own.
        let seen = bounds.inflate(0.1, 0.1).intersect(self.clip_bounds()).area() > 0.0;
        if !seen || matches!(mode, DrawMode::Invisible) {
            return;
        }
        if self.shows(&props.paint) {
            self.paths += 1;
            let is_letter = LETTER_HEIGHT.contains(&bounds.height()) && !is_rect(path);
            if is_letter && matches!(mode, DrawMode::Fill(_) | DrawMode::FillAndStroke(..)) {
                self.outlines.push(bounds);
            }
        }
        self.note_paint(path, &props, mode);
    }

    fn push_clip_path(&mut self, clip: &ClipPath) {
        let outline = (!is_rect(&clip.path)).then(|| clip.clone());
        self.push_clip(clip.path.bounding_box(), outline);
    }

    fn push_clip_rect(&mut self, rect: &Rect) {
        self.push_clip(*rect, None);
    }

    fn push_transparency_group(
        &mut self,
        opacity: f32,
        mask: Option<SoftMask<'a>>,
        blend_mode: BlendMode,
    ) {
        let outer = self.group();
        // On bare paper multiplying is the same as painting.
        let normal = blend_mode == BlendMode::Normal
            || (blend_mode == BlendMode::Multiply && self.is_empty());
        let plain = opacity >= 1.0 && mask.is_none() && normal;
        let is_known = matches!(blend_mode, BlendMode::Normal | BlendMode::Multiply);
        self.groups.push(Group {
            compositing: if plain { outer.compositing } else { Compositing::Complex },
            opacity: outer.opacity * opacity,
            darkens: outer.darkens || blend_mode == BlendMode::Multiply,
            is_masked: outer.is_masked || mask.is_some() || !is_known,
        });
    }

    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, mode: &DrawMode) {
        let is_drawn = !matches!(mode, DrawMode::Invisible);
        for glyph in run.glyphs() {
            let transform = props.transform * glyph.transform();
            let (advance, is_outline) = match &**glyph {
                Glyph::Outline(outline) => (outline.advance_width(), true),
                Glyph::Type3(drawn) => (drawn.advance_width(), false),
            };
            let advance = f64::from(advance.unwrap_or(USUAL_ADVANCE));
            let origin = transform * Point::ORIGIN;
            let up = transform * Point::new(0.0, UNITS_PER_EM) - origin;
            let end = transform * Point::new(advance, 0.0);
            if !(origin.is_finite() && up.is_finite() && end.is_finite()) {
                continue;
            }
            let points = paints::points(origin, end, up);
            if !points.iter().any(|point| self.page.bounds().contains(*point)) {
                continue;
            }
            // Glyphs that are drawn by a program of their own have colors and sizes of their own.
            let is_tiny = is_outline && up.hypot() < MIN_TYPE;
            let coat = if is_outline { self.coat(&props) } else { Coat::Unknown { opaque: false } };
            let is_clear = matches!(coat, Coat::Solid { opacity, .. } if opacity <= 0.02);
            let open = points.map(|point| self.is_open(point));
            let order = self.paints.count();
            let stroke = Stroke { points, open, coat, order };
            self.strokes.push((is_drawn && !is_tiny && !is_clear).then_some(stroke));
            self.glyphs.push(PlacedGlyph {
                text: glyph.as_unicode().map(|text| match text {
                    BfString::Char(one) => one.to_string(),
                    BfString::String(many) => many,
                }),
                origin,
                end,
                up,
                visibility: if is_drawn { Visibility::Hidden } else { Visibility::Unpainted },
            });
        }
    }

    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        let (width, height) = (image.width(), image.height());
        let whole = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
        let on_page = props.transform.transform_rect_bbox(whole).intersect(self.page.bounds());
        let clip = self.clip_bounds();
        let cut = clip.inflate(CLIP_TOLERANCE, CLIP_TOLERANCE).intersect(on_page) != on_page;
        let group = self.group();
        let plain = props.blend_mode == BlendMode::Normal
            && props.soft_mask.is_none()
            && self.clip_shape() == Compositing::Plain
            && !cut
            && group.compositing == Compositing::Plain;
        let bounds = on_page.intersect(clip);
        let is_whole = match &image {
            Image::Stencil(_) => false,
            Image::Raster(raster) => {
                let dict = raster.stream().dict();
                !dict.contains_key(SMASK) && !dict.contains_key(MASK)
            }
        };
        let shape = props.transform * whole.to_path(0.1);
        // A clip along the edges cuts its bounds only.
        let covers = is_whole
            && props.blend_mode == BlendMode::Normal
            && props.soft_mask.is_none()
            && self.clip_shape() == Compositing::Plain
            && group.compositing == Compositing::Plain;
        self.paints.push(paints::Paint {
            bounds,
            outline: (!is_rect(&shape)).then_some(shape),
            coat: Coat::Unknown { opaque: covers },
        });
        self.images.push(PlacedImage {
            width,
            height,
            transform: props.transform,
            bounds,
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

/// Tells whether a path is one upright rectangle.
fn is_rect(path: &BezPath) -> bool {
    let bounds = path.bounding_box();
    let near = |one: f64, other: f64| (one - other).abs() < 0.01;
    let is_corner = |point: Point| {
        (near(point.x, bounds.x0) || near(point.x, bounds.x1))
            && (near(point.y, bounds.y0) || near(point.y, bounds.y1))
    };
    let mut corners = 0;
    let straight = path.elements().iter().all(|element| match element {
        PathEl::MoveTo(point) | PathEl::LineTo(point) => {
            corners += 1;
            is_corner(*point)
        }
        PathEl::ClosePath => true,
        PathEl::QuadTo(..) | PathEl::CurveTo(..) => false,
    });
    straight && (4..=5).contains(&corners)
}
