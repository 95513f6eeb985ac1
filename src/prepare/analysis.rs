//! What is on a page: its mask, borders, rules, components and letters, each found once and then
//! shared by all steps.

use std::cell::OnceCell;

use image::GrayImage;

use super::blank::{self, Presence};
use super::measure::Sheet;
use super::options::Choice;
use super::rules::Rules;
use super::threshold::{self, Split};
use super::{border, measure, skew};
use crate::images::{BitMask, PagePixels};
use crate::shapes::{self, Component, Components};

/// Fewer letter-like shapes than this say nothing about the height of the text.
const MIN_SHAPES: usize = 8;
/// Ink and paper that differ by less than this many gray levels are only the grain of the paper, or what
/// shines through from its back.
const MIN_CONTRAST: f32 = 28.0;
/// Faint text is darker than the paper by at least this.
const FAINT_CONTRAST: f32 = 40.0;
/// Ink and paper that differ by so many gray levels are those of a bilevel scan, where nothing is faint.
const PURE_CONTRAST: f32 = 253.0;
/// A page with fewer letters may have faint ones.
const FEW_LETTERS: usize = 20;
/// If more of the page is dark than this, it may be light text on dark paper.
const MOSTLY_DARK: f32 = 0.5;
/// A page with so many letters is not blank, and needs no closer look.
const SURELY_TEXT: usize = 200;
/// With so many it is at most doubtful.
const PERHAPS_TEXT: usize = 60;
/// Ink as faint as this may be what shines through from the back of the paper.
const SHINING_THROUGH: f32 = 48.0;

/// What is on a page, in its pixels.
pub(super) struct Analysis {
    /// Ink, with rules but without black borders.
    pub(super) mask: BitMask,
    pub(super) rules: Rules,
    /// Of the mask without rules; `None` if it is all noise.
    pub(super) components: Option<Components>,
    /// Height of most letters in pixels, about the x-height.
    pub(super) text_height: Option<f32>,
    /// Components of the size of letters; empty without a text height.
    pub(super) letters: Vec<Component>,
    /// Share of dark pixels, 0–1.
    pub(super) ink: f32,
    split: Split,
    /// What is lighter than the threshold, on gray pages with few letters. Faint letters come out broken, so
    /// they are not measured.
    faint: Option<Box<Analysis>>,
    skew_degrees: OnceCell<Option<f32>>,
}

impl Analysis {
    /// Analyzes a page. Whitens its black borders and inverts light text on dark paper on the way,
    /// because both would be mistaken for ink later; returns the names of what was done.
    pub(super) fn of(page: &mut PagePixels, remove_border: Choice) -> (Self, Vec<String>) {
        let mut done = Vec::new();
        let (mut split, mut mask) = ink_of(page);
        let pixels = (mask.width * mask.height).max(1) as f32;
        if mask.count() as f32 / pixels > MOSTLY_DARK && is_light_on_dark(&mask) {
            invert(page);
            (split, mask) = ink_of(page);
            done.push("invert".to_owned());
        }
        if let Some(border) =
            remove_border.decide(|| true).then(|| border::find(&mut mask)).flatten()
        {
            border.erase(page, split.paper_level as u8);
            // The black of a border outweighs faint text.
            (split, mask) = ink_of(page);
            done.push(format!("remove_border({})", border.depth()));
        }
        let mut analysis = Self::of_mask(mask, split);
        if let PagePixels::Gray(image) = page
            && analysis.letters.len() < FEW_LETTERS
            && analysis.contrast() < PURE_CONTRAST
        {
            // A few black stains outweigh faint text: look again for all that is not paper.
            let threshold = (split.paper_level - FAINT_CONTRAST).max(0.0) as u8;
            let faint = Self::of_mask(BitMask::dark(image, threshold), split);
            analysis.faint = Some(Box::new(faint));
        }
        (analysis, done)
    }

    fn of_mask(mask: BitMask, split: Split) -> Self {
        let ink = mask.count() as f32 / (mask.width * mask.height).max(1) as f32;
        let rules = Rules::find(&mask);
        let mut without_rules = mask.clone();
        rules.clear_from(&mut without_rules);
        let components = shapes::find_components(&without_rules);
        let list = components.as_ref().map_or(&[][..], |components| &components.list);
        let side = shapes::sheet_side(mask.width, mask.height);
        let text_height = shapes::text_height(list, side, MIN_SHAPES);
        let letters = text_height.map_or_else(Vec::new, |height| measure::letters(list, height));
        Self {
            mask,
            rules,
            components,
            text_height,
            letters,
            ink,
            split,
            faint: None,
            skew_degrees: OnceCell::new(),
        }
    }

    /// Returns the skew of the text in degrees counter-clockwise, if the letters show any.
    pub(super) fn skew_degrees(&self) -> Option<f32> {
        let measure = || skew::skew_degrees(&self.letters, self.text_height?);
        *self.skew_degrees.get_or_init(measure)
    }

    /// Returns the gray level of the paper.
    pub(super) fn paper(&self) -> u8 {
        self.split.paper_level as u8
    }

    /// Returns the difference between paper and ink in gray levels.
    pub(super) fn contrast(&self) -> f32 {
        self.split.paper_level - self.split.ink_level
    }

    /// Returns whether something on the page may be text.
    pub(super) fn presence(&self, dpi: f32) -> Presence {
        let size = (self.mask.width, self.mask.height);
        let Some(found) = &self.components else { return Presence::Text };
        // A smaller contrast is that of the paper's grain: there is too little ink to be measured.
        let shines_through = (MIN_CONTRAST..SHINING_THROUGH).contains(&self.contrast());
        if self.letters.len() >= SURELY_TEXT && !shines_through {
            return Presence::Text;
        }
        let dark = blank::presence(found, Sheet { size, dpi, ink: self.ink });
        let faint = self.faint.as_ref().map_or(Presence::Nothing, |faint| faint.presence(dpi));
        match dark.max(faint) {
            Presence::Text if shines_through => Presence::Doubtful,
            Presence::Nothing if self.letters.len() >= PERHAPS_TEXT => Presence::Doubtful,
            found => found,
        }
    }
}

/// Returns what parts ink from paper, and the ink.
fn ink_of(page: &PagePixels) -> (Split, BitMask) {
    match page {
        PagePixels::Bilevel(mask) => (threshold::of_mask(mask), mask.clone()),
        PagePixels::Gray(image) => {
            let split = reliable_split(image);
            (split, BitMask::dark(image, split.threshold))
        }
    }
}

fn invert(page: &mut PagePixels) {
    match page {
        PagePixels::Bilevel(mask) => *mask = mask.clone().inverted(),
        PagePixels::Gray(image) => image::imageops::invert(image),
    }
}

/// Splits after Otsu; where that only splits the grain of the paper, ink must be clearly darker.
fn reliable_split(image: &GrayImage) -> Split {
    let split = threshold::otsu(image);
    if split.paper_level - split.ink_level >= MIN_CONTRAST || split.paper_level < MIN_CONTRAST {
        return split;
    }
    let threshold = (split.ink_level - MIN_CONTRAST).max(0.0) as u8;
    Split { threshold, ..split }
}

/// Returns whether there are more letters among the light pixels of a mostly dark page than among the dark ones.
fn is_light_on_dark(dark: &BitMask) -> bool {
    let letters = |mask: &BitMask| {
        let Some(found) = shapes::find_components(mask) else { return 0 };
        let side = shapes::sheet_side(mask.width, mask.height);
        let height = shapes::text_height(&found.list, side, MIN_SHAPES);
        height.map_or(0, |height| measure::letters(&found.list, height).len())
    };
    letters(&dark.clone().inverted()) > letters(dark)
}
