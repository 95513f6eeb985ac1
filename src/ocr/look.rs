//! The second look at a few words of a line: they are cut out of the page once more, with a little of
//! their line, and read in several ways. A misreading that hangs on a pixel does not survive that.
//!
//! The engine calls it with its line recognizer; which words are doubtful and which reading wins is
//! decided in `pipeline`.

use image::GrayImage;
use tesseract_lstm::{Alphabet, CharacterSet, LineText, LineWord};

use super::doubts::doubts;
use super::layout::{self, Ground, Layout, Segment};
use super::variants::{VARIANTS, Variant};
use crate::document::{Failure, Line, Mark, PixelBox, RegionLook, RegionSeen, Word};
use crate::images::PreparedPage;

/// A band of the page is laid out anew: so many x-heights above and below the words.
const BAND: f32 = 3.0;
/// Text height that is assumed where none was found, in pixels.
const ASSUMED_TEXT_HEIGHT: f32 = 20.0;
/// So many x-heights of the line beside the words are read with them. Without any, recognizers lose
/// first letters: of the doubtful words of receipts every sixth that had been right.
const CONTEXT: f32 = 10.0;

/// A band of a page, laid out.
struct Band {
    page: PreparedPage,
    /// Rows of the page above it.
    top: u32,
}

/// The pictures of a region to be read again.
pub(super) struct RegionCrops<'l> {
    look: &'l RegionLook,
    band: Band,
    layout: Layout,
    /// The words with a little of their lines.
    in_context: Crops,
    /// The words alone, if only some characters may stand there.
    alone: Option<Crops>,
}

/// Parts of lines with their pictures.
struct Crops {
    segments: Vec<Segment>,
    pictures: Vec<GrayImage>,
}

impl<'l> RegionCrops<'l> {
    /// Cuts the words in a region out of the page.
    pub(super) fn of(page: &PreparedPage, look: &'l RegionLook) -> Self {
        let band = Band::around(page, &look.bounds);
        let ground = Ground { pixels: &band.page.pixels, marks: &band.page.marks, dpi: page.dpi };
        let mut layout = layout::analyze_part(&ground);
        let within = band.within(&look.bounds);
        let mut crops = |context: f32| {
            let segments = layout.narrow(&within, context);
            let pictures = layout.crops(&ground, &segments);
            Crops { segments, pictures }
        };
        let in_context = crops(CONTEXT);
        let alone = look.alphabet.as_ref().map(|_| crops(0.0));
        Self { look, band, layout, in_context, alone }
    }

    /// Returns the words of texts that lie within the region; pictures were `stretch` times as wide as crops.
    fn lines(
        &self,
        segments: &[Segment],
        texts: impl Iterator<Item = LineText>,
        stretch: f32,
    ) -> Vec<Line> {
        let columns = self.look.bounds.left..self.look.bounds.right;
        let on_page = |segment: &Segment, word: LineWord| {
            let sides = ((word.left as f32 / stretch) as u32, (word.right as f32 / stretch) as u32);
            let bounds = self.layout.word_box(segment, sides);
            let is_within = columns.contains(&bounds.left.midpoint(bounds.right));
            is_within.then(|| Word {
                bounds: bounds.moved(0, self.band.top),
                confidence: word.confidence,
                doubts: doubts(&word),
                text: word.text,
            })
        };
        let line = |(segment, text): (&Segment, LineText)| Line {
            block: segment.block,
            paragraph: segment.paragraph,
            words: text.words.into_iter().filter_map(|word| on_page(segment, word)).collect(),
        };
        segments.iter().zip(texts).map(line).filter(|line| !line.words.is_empty()).collect()
    }
}

/// Returns the pictures of the lines of all regions.
pub(super) fn pictures<'r>(regions: &'r [RegionCrops]) -> Vec<&'r GrayImage> {
    regions.iter().flat_map(|region| &region.in_context.pictures).collect()
}

/// Returns the readings of the words of each region: the second network's, whose texts of [`pictures`] are `second`, or,
/// where there is none, several of the page's network; with an alphabet once more without their neighbors, in its
/// characters only. `read` reads pictures of lines by that network, those of all regions together: many lines at once
/// cost less.
pub(super) fn read(
    regions: &[RegionCrops],
    second: Option<Vec<LineText>>,
    mut read: impl FnMut(&[GrayImage], &Alphabet) -> Result<Vec<LineText>, Failure>,
) -> Result<Vec<RegionSeen>, Failure> {
    let mut seen = match second {
        Some(texts) => by_second(regions, texts),
        None => in_variants(regions, |pictures| read(pictures, &Alphabet::All))?,
    };
    for (region, seen) in regions.iter().zip(&mut seen) {
        if let (Some(alphabet), Some(alone)) = (&region.look.alphabet, &region.alone) {
            let only = Alphabet::Only(CharacterSet::of(alphabet));
            let texts = read(&alone.pictures, &only)?;
            seen.variants.push(region.lines(&alone.segments, texts.into_iter(), 1.0));
        }
    }
    Ok(seen)
}

fn by_second(regions: &[RegionCrops], texts: Vec<LineText>) -> Vec<RegionSeen> {
    let mut texts = texts.into_iter();
    let of_region = |region: &RegionCrops| {
        let segments = &region.in_context.segments;
        let lines = region.lines(segments, texts.by_ref().take(segments.len()), 1.0);
        RegionSeen { variants: Vec::new(), second: Some(lines) }
    };
    regions.iter().map(of_region).collect()
}

fn in_variants(
    regions: &[RegionCrops],
    read: impl FnOnce(&[GrayImage]) -> Result<Vec<LineText>, Failure>,
) -> Result<Vec<RegionSeen>, Failure> {
    let pictures: Vec<GrayImage> = regions
        .iter()
        .flat_map(|region| VARIANTS.map(|variant| (region, variant)))
        .flat_map(|(region, variant)| {
            region.in_context.pictures.iter().map(move |picture| variant.of(picture))
        })
        .collect();
    let mut texts = read(&pictures)?.into_iter();
    let of_region = |region: &RegionCrops| {
        let segments = &region.in_context.segments;
        let reading = |variant: Variant| {
            region.lines(segments, texts.by_ref().take(segments.len()), variant.stretch())
        };
        RegionSeen { variants: VARIANTS.map(reading).into(), second: None }
    };
    Ok(regions.iter().map(of_region).collect())
}

impl Band {
    fn around(page: &PreparedPage, bounds: &PixelBox) -> Self {
        let (width, height) = page.pixels.dimensions();
        let x_height = page.facts.x_height.map_or(ASSUMED_TEXT_HEIGHT, |x| x * page.facts.scale);
        let reach = (BAND * x_height) as u32;
        let top = bounds.top.saturating_sub(reach).min(height);
        let bottom = bounds.bottom.saturating_add(reach).clamp(top, height);
        let up = |bounds: &PixelBox| PixelBox {
            top: bounds.top.clamp(top, bottom) - top,
            bottom: bounds.bottom.clamp(top, bottom) - top,
            ..*bounds
        };
        let is_rule_here = |mark: &&Mark| match mark {
            Mark::HorizontalRule(rule) | Mark::VerticalRule(rule) => {
                rule.top < bottom && rule.bottom > top
            }
            Mark::Unread(_)
            | Mark::TickBox(_)
            | Mark::Barcode(_)
            | Mark::Cells(_)
            | Mark::Leader(_)
            | Mark::Picture(_)
            | Mark::Struck(_)
            | Mark::Region(_) => false,
        };
        let page = PreparedPage {
            pixels: page.pixels.cropped(PixelBox { left: 0, top, right: width, bottom }),
            overlay: None,
            dpi: page.dpi,
            facts: page.facts.clone(),
            orientation: page.orientation,
            marks: page.marks.iter().filter(is_rule_here).map(|mark| mark.map_boxes(up)).collect(),
            steps: Vec::new(),
        };
        Self { page, top }
    }

    /// Returns a box of the page in pixels of the band.
    fn within(&self, bounds: &PixelBox) -> PixelBox {
        PixelBox {
            top: bounds.top.saturating_sub(self.top),
            bottom: bounds.bottom.saturating_sub(self.top),
            ..*bounds
        }
    }
}
