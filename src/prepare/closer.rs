//! A closer look at a prepared page on which hardly a word was read: what else it may hold.
//!
//! The reader asks here before it believes that a page has no text, and gets the page in another size
//! to read letters that are too large for a line.

use image::{GrayImage, Luma};

use super::analysis::Analysis;
use super::blank::Presence;
use super::options::Choice;
use super::resample;
use crate::document::PixelBox;
use crate::images::{PagePixels, PreparedPage};
use crate::shapes::{self, Component};

/// Letters from this height on are read from a smaller picture, in pixels …
const LARGE: f32 = 110.0;
/// … as are those so many times as tall as the text.
const LARGE_TEXT_HEIGHTS: f32 = 3.0;
/// They are brought to this height in pixels: that of the capitals that recognizers know best.
const REDUCED_HEIGHT: f32 = 40.0;
/// More large shapes are a drawing.
const MAX_LARGE: usize = 60;
/// Large letters whose heights differ by more are read from two pictures.
const MAX_RATIO: f32 = 2.2;
/// Margin around a page in another size, in pixels.
const MARGIN: u32 = 60;
/// Enlarging more invents nothing but pixels.
const MAX_SCALE: f32 = 3.0;

/// What a page holds, whether it was read or not.
#[derive(Debug, Clone, PartialEq)]
pub struct CloserLook {
    /// Number of shapes of the size of letters.
    pub letters: usize,
    /// Shapes that may be letters of uncommon size.
    pub large: Vec<PixelBox>,
    /// There is surely something to read; if not, a page without a word is blank.
    pub is_text: bool,
    /// Shapes that are larger than specks; of a page that holds little, its letters.
    pub shapes: Vec<PixelBox>,
}

impl CloserLook {
    /// Returns the box around all shapes.
    pub fn ink(&self) -> Option<PixelBox> {
        self.shapes.iter().copied().reduce(|all, each| all.union(&each))
    }
}

/// Looks at a prepared page again.
pub fn look_closer(page: &PreparedPage) -> CloserLook {
    let mut pixels = page.pixels.clone();
    let (analysis, _) = Analysis::of(&mut pixels, Choice::Never);
    let least = analysis.text_height.unwrap_or(8.0) / 2.0;
    let list = analysis.components.as_ref().map_or(&[][..], |found| &found.list);
    let shapes = list.iter().filter(|component| component.extent() as f32 > least);
    CloserLook {
        letters: analysis.letters.len(),
        large: large(&analysis),
        is_text: analysis.presence(page.dpi) == Presence::Text,
        shapes: shapes.map(|component| component.bounds).collect(),
    }
}

/// Returns the boxes of large letters. Their strokes may be taken for rules, so rules are looked at, too.
fn large(analysis: &Analysis) -> Vec<PixelBox> {
    let Some(found) = shapes::find_components(&analysis.mask) else { return Vec::new() };
    let least = analysis.text_height.map_or(LARGE, |text| LARGE.min(LARGE_TEXT_HEIGHTS * text));
    let size = (analysis.mask.width as u32, analysis.mask.height as u32);
    let is_letter = |component: &&Component| {
        let (width, height) = (component.width(), component.height());
        let PixelBox { left, top, right, bottom } = component.bounds;
        height >= least
            && (0.08 * height..3.0 * height).contains(&width)
            && (0.05..0.95).contains(&component.fill())
            && left > 1
            && top > 1
            && right + 1 < size.0
            && bottom + 1 < size.1
    };
    let boxes: Vec<PixelBox> =
        found.list.iter().filter(is_letter).map(|each| each.bounds).collect();
    if boxes.len() > MAX_LARGE { Vec::new() } else { boxes }
}

/// Returns the scales at which letters have the height of ordinary ones; at most two.
pub fn reading_scales(letters: &[PixelBox]) -> Vec<f32> {
    let mut heights: Vec<f32> = letters.iter().map(|bounds| bounds.height() as f32).collect();
    heights.sort_by(f32::total_cmp);
    let Some(&tallest) = heights.last() else { return Vec::new() };
    let usual = heights[heights.len() / 2];
    let mut scales = vec![REDUCED_HEIGHT / usual];
    if tallest > MAX_RATIO * usual {
        scales.push(REDUCED_HEIGHT / tallest);
    }
    scales
}

/// A page in another size, with a margin around it: large letters may leave none.
#[derive(Debug, Clone)]
pub struct Resized {
    pub page: PreparedPage,
    scale: f32,
    /// Width and height of the page in its own size, in pixels.
    size: (u32, u32),
}

/// Returns the page in another size. Its marks are left out: they may be strokes of large letters.
pub fn resized(page: &PreparedPage, scale: f32) -> Resized {
    let scale = scale.min(MAX_SCALE);
    let image = resample::resize(&page.pixels.gray(), scale);
    let (width, height) = (image.width() + 2 * MARGIN, image.height() + 2 * MARGIN);
    let mut framed = GrayImage::from_pixel(width, height, Luma([usual_level(&image)]));
    image::imageops::replace(&mut framed, &image, i64::from(MARGIN), i64::from(MARGIN));
    let small = PreparedPage {
        pixels: PagePixels::Gray(framed),
        overlay: None,
        dpi: page.dpi * scale,
        marks: Vec::new(),
        orientation: page.orientation,
        facts: page.facts.clone(),
        steps: page.steps.clone(),
    };
    Resized { page: small, scale, size: page.pixels.dimensions() }
}

impl Resized {
    /// Returns where a box stands on the page in its own size.
    pub fn back(&self, bounds: &PixelBox) -> PixelBox {
        let back = |at: u32, limit: u32| {
            ((at.saturating_sub(MARGIN) as f32 / self.scale).round() as u32).min(limit)
        };
        PixelBox {
            left: back(bounds.left, self.size.0),
            top: back(bounds.top, self.size.1),
            right: back(bounds.right, self.size.0),
            bottom: back(bounds.bottom, self.size.1),
        }
    }
}

/// Returns the most frequent gray level: that of the paper.
fn usual_level(image: &GrayImage) -> u8 {
    let mut counts = [0_u32; 256];
    for &level in image.as_raw() {
        counts[usize::from(level)] += 1;
    }
    (0..=255).max_by_key(|&level: &u8| counts[usize::from(level)]).unwrap_or(255)
}
