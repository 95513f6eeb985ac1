//! Makes a page image readable: gray, upright, level, evenly lit, of a size that suits the recognizer.
//!
//! Owns all work on pixels between decoding and recognition, and what is measured on the way
//! ([`PageFacts`]). Knows nothing of words. The reader process calls [`prepare`] once a page, and
//! again with a forced rotation where the result says that the page may be upside down.
//!
//! Each step looks at what was measured and does nothing if nothing is to be done: a clean, straight
//! page leaves as it came, bit for bit.

mod analysis;
mod background;
mod blank;
mod blocks;
mod border;
mod closer;
mod despeckle;
mod extremes;
mod inks;
mod measure;
mod options;
mod orientation;
mod oversize;
mod print;
mod resample;
mod rules;
mod scale;
mod skew;
mod slant;
mod threshold;
mod tick_boxes;
mod tiles;
mod transpose;

#[cfg(test)]
mod tests;

use self::analysis::Analysis;
use self::background::PaperMap;
use self::blank::Presence;
pub use self::closer::{CloserLook, Resized, look_closer, reading_scales, resized};
pub use self::options::{Aim, Choice, PrepareOptions};
use self::orientation::Orientation;
use self::rules::{Ground, TracedRule};
use self::scale::Content;
use self::slant::Slant;
use self::tiles::{TileGrounds, View};
use crate::document::{Failure, Mark, PageFacts, PageIssue, Reason, RightAngle, Stage, TickBox};
use crate::images::{BitMask, OrientationSureness, PageImage, PagePixels, Pixels, PreparedPage};
use crate::shapes;
use crate::shapes::TableGrid;

/// Paper whose brightness spreads over more gray levels than this is made even.
const UNEVEN: f32 = 40.0;
/// … for a recognizer that finds the ink of each place by itself, only shade that is nearly as dark as ink.
const UNEVEN_NATIVE: f32 = 100.0;
/// Skew below this many degrees does not disturb reading (the recognizer follows the slope of a line);
/// resampling would.
const MIN_SKEW_DEGREES: f32 = 0.4;
/// From this skew on a steeper slant is looked for: the diagonals of tables look like lines.
const STEEP_DEGREES: f32 = 4.0;
/// Up to this skew bilevel pages stay bilevel when they are made level: strokes break by a pixel every 24
/// pixels at most, which does not disturb reading. Drawn anew in gray, the page would take four times as
/// long to prepare.
const MAX_SLANT_DEGREES: f32 = 2.4;
/// Scales closer to 1 than this are not worth resampling.
const MIN_SCALE_CHANGE: f32 = 0.05;
/// A page with so many pieces of vertical rules is a narrow table, whose rules touch its figures, even
/// if they are too broken to show a grid.
const TABLE_RULES: usize = 12;
/// Gray pages whose ink differs from the paper by fewer gray levels are faint.
const MIN_SPECK_CONTRAST: f32 = 64.0;
/// Sauvola's window is so many text heights wide.
const SAUVOLA_WINDOW: f32 = 3.0;
/// On smaller pages the sides of a square to be ticked are as long as the shortest rules (1/33 of the
/// page), and are taken off with them before components are made.
const CARD_MM: f32 = 240.0;
/// Text height that is assumed where none was found, in pixels.
const ASSUMED_TEXT_HEIGHT: f32 = 20.0;

/// Prepares a page for recognition. Fails (`Corrupt`) only if the page has no pixels.
pub fn prepare(page: PageImage, options: &PrepareOptions) -> Result<PreparedPage, Failure> {
    let (width, height) = page.pixels.dimensions();
    if width == 0 || height == 0 {
        let message = format!("page of {width} × {height} pixels has nothing to prepare");
        return Err(Failure::new(Stage::Prepare, Reason::Corrupt, message));
    }
    let mut work = Work::begin(page, options);
    work.even_out();
    let mut analysis = work.analyze(options.remove_border);
    if work.straighten(&analysis) {
        analysis = work.analyze(Choice::Never);
    }
    // A border lies along the edge of the image as it was scanned, not of the turned one.
    if work.rotate(&analysis) {
        analysis = work.analyze(Choice::Never);
    }
    if work.deskew(&analysis) {
        analysis = work.analyze(Choice::Never);
    }
    work.remove_specks(&analysis);
    work.measure(&analysis, (width, height));
    work.find_tick_boxes(&analysis);
    let rules = work.remove_rules(&analysis);
    work.rescale(&analysis);
    work.binarize(&analysis);
    Ok(work.finish(&rules))
}

/// A page between two steps.
struct Work<'a> {
    pixels: PagePixels,
    /// Colored ink that lay over the text, dark on white.
    overlay: Option<PagePixels>,
    declared_dpi: Option<f32>,
    options: &'a PrepareOptions,
    facts: PageFacts,
    /// Scale from the decoded image to the pixels that all is measured in; [`Work::rescale`] changes the page
    /// once more.
    measured_scale: f32,
    orientation: OrientationSureness,
    content: Content,
    /// In pixels of the page before it is rescaled.
    tick_boxes: Vec<TickBox>,
    steps: Vec<String>,
}

impl<'a> Work<'a> {
    fn begin(page: PageImage, options: &'a PrepareOptions) -> Self {
        let (width, height) = page.pixels.dimensions();
        let (pixels, scale) = oversize::reduced(page.pixels, options);
        let seen = Seen::of(pixels, options);
        let pixels = seen.pixels;
        let content = match pixels {
            PagePixels::Bilevel(_) => Content::BilevelText,
            PagePixels::Gray(_) => Content::GrayText,
        };
        Self {
            pixels,
            overlay: seen.overlay,
            declared_dpi: page.declared_dpi,
            options,
            facts: PageFacts { width, height, scale, ..PageFacts::default() },
            measured_scale: scale,
            orientation: OrientationSureness::Unknown,
            content,
            tick_boxes: Vec::new(),
            steps: scale_step(scale).into_iter().chain(seen.steps).collect(),
        }
    }

    fn analyze(&mut self, remove_border: Choice) -> Analysis {
        let (analysis, done) = Analysis::of(&mut self.pixels, remove_border);
        self.steps.extend(done);
        analysis
    }

    /// Measures how evenly the page is lit, and evens it out.
    fn even_out(&mut self) {
        let PagePixels::Gray(image) = &mut self.pixels else { return };
        let Some(paper) = PaperMap::of(image) else { return };
        self.facts.unevenness = paper.unevenness();
        let most = match self.options.aim {
            Aim::Tesseract => UNEVEN,
            Aim::Native => UNEVEN_NATIVE,
        };
        if self.options.background.decide(|| self.facts.unevenness >= most) {
            paper.flatten(image);
            self.steps.push(format!("background({:.0})", self.facts.unevenness));
        }
    }

    /// Makes lines level that are too steep for [`Work::deskew`]; returns whether the page was rotated.
    fn straighten(&mut self, analysis: &Analysis) -> bool {
        let Some(height) = analysis.text_height else { return false };
        let skew = analysis.skew_degrees();
        let is_small = skew.is_some_and(|skew| skew.abs() < STEEP_DEGREES);
        if self.options.deskew == Choice::Never || is_small {
            return false;
        }
        match slant::find(&analysis.letters, height, skew) {
            Slant::None => false,
            Slant::Suspected => {
                self.facts.issues.push(PageIssue::Slanted);
                false
            }
            Slant::Degrees(slant) => {
                self.facts.skew_degrees = slant;
                let paper = analysis.paper();
                self.change(|pixels| {
                    PagePixels::Gray(resample::rotate(&pixels.gray(), slant, paper))
                });
                self.steps.push(format!("straighten({slant:.2})"));
                true
            }
        }
    }

    /// Turns the page upright; returns whether it was turned.
    fn rotate(&mut self, analysis: &Analysis) -> bool {
        let found = match self.options.forced_rotation {
            Some(rotation) => Orientation { rotation, sureness: OrientationSureness::Sure },
            None => analysis.text_height.map_or(Orientation::UNKNOWN, |height| {
                let size = self.pixels.dimensions();
                orientation::detect(&analysis.letters, height, size, || analysis.skew_degrees())
            }),
        };
        self.orientation = found.sureness;
        // `detect` proposes no turn that could make things worse, so that auto and always are the same.
        let wanted = self.options.forced_rotation.is_some() || self.options.rotate != Choice::Never;
        if !wanted || found.rotation == RightAngle::None {
            return false;
        }
        self.facts.rotation = found.rotation;
        self.change(|pixels| pixels.turned(found.rotation));
        self.steps.push(format!("rotate({})", found.rotation.degrees()));
        true
    }

    /// Makes the lines level; returns whether the page was rotated.
    fn deskew(&mut self, analysis: &Analysis) -> bool {
        let Some(skew) = analysis.skew_degrees() else { return false };
        if !self.options.deskew.decide(|| skew.abs() >= MIN_SKEW_DEGREES) {
            return false;
        }
        self.facts.skew_degrees += skew;
        let (paper, aim) = (analysis.paper(), self.options.aim);
        self.change(|pixels| match pixels {
            PagePixels::Bilevel(mask) if aim == Aim::Native && skew.abs() <= MAX_SLANT_DEGREES => {
                PagePixels::Bilevel(mask.slanted(skew))
            }
            pixels => PagePixels::Gray(resample::rotate(&pixels.gray(), skew, paper)),
        });
        self.steps.push(format!("deskew({skew:.2})"));
        true
    }

    fn change(&mut self, step: impl Fn(PagePixels) -> PagePixels) {
        let nothing = PagePixels::Bilevel(BitMask::empty(0, 0));
        self.pixels = step(std::mem::replace(&mut self.pixels, nothing));
        self.overlay = self.overlay.take().map(step);
    }

    fn is_bilevel(&self) -> bool {
        matches!(self.pixels, PagePixels::Bilevel(_))
    }

    fn remove_specks(&mut self, analysis: &Analysis) {
        let (Some(components), Some(height)) = (&analysis.components, analysis.text_height) else {
            return;
        };
        let specks = despeckle::find(&components.list, height);
        // On faint pages the pieces of broken letters look like specks.
        let is_clear = self.is_bilevel() || analysis.contrast() >= MIN_SPECK_CONTRAST;
        let many = || is_clear && despeckle::are_many(specks.len(), analysis.letters.len());
        if self.options.despeckle.decide(many) && !specks.is_empty() {
            despeckle::erase(components, &specks, &mut self.pixels, analysis.paper());
            self.steps.push(format!("despeckle({})", specks.len()));
        }
    }

    /// Finds the rules of the page, and takes them off where they would disturb.
    fn remove_rules(&mut self, analysis: &Analysis) -> Vec<TracedRule> {
        let height = analysis.text_height.unwrap_or(ASSUMED_TEXT_HEIGHT);
        let ground = Ground {
            pixels: &self.pixels,
            mask: &analysis.mask,
            text_height: height,
            contrast: analysis.contrast(),
        };
        let rules = rules::trace(&ground, &analysis.rules);
        let marks = rules::marks(&rules, 1.0, self.pixels.dimensions());
        self.content = match TableGrid::find(&marks, self.measured_dpi()) {
            Some(_) => Content::RuledTable,
            None => self.content,
        };
        let is_table = self.content == Content::RuledTable;
        let is_narrow = analysis.rules.vertical_pieces() >= TABLE_RULES;
        let disturb = || match self.options.aim {
            Aim::Tesseract => is_table || is_narrow,
            Aim::Native => false,
        };
        if !rules.is_empty() && self.options.remove_rules.decide(disturb) {
            rules::erase(&rules, &mut self.pixels, &analysis.mask, analysis.paper());
            if let Some(components) = analysis.components.as_ref().filter(|_| is_table) {
                let rests = despeckle::find_rests_of_rules(&components.list, height);
                despeckle::erase(components, &rests, &mut self.pixels, analysis.paper());
            }
            self.steps.push(format!("remove_rules({})", rules.len()));
        }
        rules
    }

    fn measure(&mut self, analysis: &Analysis, decoded: (u32, u32)) {
        let forced = self.options.forced_dpi;
        self.facts.x_height = analysis.text_height.map(|height| height / self.measured_scale);
        (self.facts.dpi, self.facts.dpi_source) =
            scale::dpi(decoded, self.declared_dpi, forced, self.facts.x_height);
        self.facts.ink = analysis.ink;
        self.facts.contrast = analysis.contrast();
        self.facts.blank = analysis.presence(self.measured_dpi()) == Presence::Nothing;
    }

    /// Returns the pixels per inch of the page before [`Work::rescale`].
    fn measured_dpi(&self) -> f32 {
        self.facts.dpi * self.measured_scale
    }

    fn find_tick_boxes(&mut self, analysis: &Analysis) {
        let Some(components) = &analysis.components else { return };
        let (mask, dpi) = (&analysis.mask, self.measured_dpi());
        let longer_side_mm = mask.width.max(mask.height) as f32 / dpi * 25.4;
        self.tick_boxes = if longer_side_mm < CARD_MM && !analysis.rules.is_empty() {
            let with_rules = shapes::find_components(mask).unwrap_or_default();
            tick_boxes::find(mask, &with_rules.list, dpi)
        } else {
            tick_boxes::find(mask, &components.list, dpi)
        };
    }

    fn rescale(&mut self, analysis: &Analysis) {
        if self.facts.blank {
            return;
        }
        let (height, size) = (analysis.text_height, self.pixels.dimensions());
        let scale = scale::factor(self.options, height, self.content, size);
        if let Some(step) = scale_step(scale) {
            self.change(|pixels| PagePixels::Gray(resample::resize(&pixels.gray(), scale)));
            self.facts.scale *= scale;
            self.steps.push(step);
        }
    }

    fn binarize(&mut self, analysis: &Analysis) {
        let PagePixels::Gray(image) = &self.pixels else { return };
        if self.options.binarize.decide(|| false) {
            let height = analysis.text_height.unwrap_or(ASSUMED_TEXT_HEIGHT) * self.facts.scale
                / self.measured_scale;
            let radius = (height * SAUVOLA_WINDOW / 2.0) as usize;
            self.pixels = PagePixels::Bilevel(threshold::sauvola(image, radius));
            self.steps.push(format!("binarize({radius})"));
        }
    }

    fn finish(self, rules: &[TracedRule]) -> PreparedPage {
        let (scale, size) = (self.facts.scale / self.measured_scale, self.pixels.dimensions());
        let mut marks = rules::marks(rules, scale, size);
        marks.extend(self.tick_boxes.into_iter().map(|tick_box| {
            Mark::TickBox(TickBox {
                bounds: rules::scaled(tick_box.bounds, scale, size),
                ..tick_box
            })
        }));
        PreparedPage {
            marks,
            pixels: self.pixels,
            overlay: self.overlay,
            dpi: self.facts.dpi * self.facts.scale,
            orientation: self.orientation,
            facts: self.facts,
            steps: self.steps,
        }
    }
}

/// Returns how a page was scaled, if it was.
fn scale_step(scale: f32) -> Option<String> {
    ((scale - 1.0).abs() >= MIN_SCALE_CHANGE).then(|| format!("scale({scale:.2})"))
}

/// A page's pixels as they are read: dark text on light paper, as far as colors and blocks tell.
struct Seen {
    pixels: PagePixels,
    overlay: Option<PagePixels>,
    steps: Vec<String>,
}

impl Seen {
    fn of(pixels: Pixels, options: &PrepareOptions) -> Self {
        let (mut gray, color) = match pixels {
            Pixels::Bilevel(mask) => {
                return Self {
                    pixels: PagePixels::Bilevel(mask),
                    overlay: None,
                    steps: Vec::new(),
                };
            }
            Pixels::Gray(image) => (image, None),
            Pixels::Color(image) => (tiles::brightnesses(&image), Some(image)),
        };
        let (mut overlay, mut steps) = (None, Vec::new());
        let view = color.as_ref().map_or(View::Gray(&gray), View::Color);
        if let Some(grounds) = TileGrounds::of(view).filter(|_| options.background.decide(|| true))
        {
            let mut patches = blocks::find(view, &grounds);
            if let Some(color) = &color
                && let Some((ink, is_taken)) = inks::split(&mut gray, color, &grounds)
            {
                overlay = Some(PagePixels::Gray(ink));
                steps.push("inks".to_owned());
                // What colored ink covers is no block.
                patches.retain(|patch| !patch.touches(&is_taken, &grounds));
            }
            for patch in &patches {
                patch.draw(&mut gray);
            }
            steps.extend((!patches.is_empty()).then(|| format!("blocks({})", patches.len())));
        }
        Self { pixels: PagePixels::Gray(gray), overlay, steps }
    }
}
