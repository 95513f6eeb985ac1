//! Decodes PDF pages through hayro: scans at their images' own resolution, everything else rendered,
//! or its text layer taken.
//!
//! A page that holds nothing but upright images is pasted together from them pixel by pixel, which is
//! many times faster than drawing it and keeps black and white. `pdf_survey` tells what is on a page.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hayro::hayro_interpret::{InterpreterSettings, InterpreterWarning};
use hayro::hayro_syntax::content::ops::TypedInstruction;
use hayro::hayro_syntax::object::Dict;
use hayro::hayro_syntax::object::dict::keys::{CONTENTS, COUNT, PAGES};
use hayro::hayro_syntax::page::Page;
use hayro::hayro_syntax::{DecryptionError, LoadPdfError, Pdf, PdfData};
use hayro::vello_cpu::Pixmap;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};
use image::metadata::Orientation;

use crate::document::{Failure, PageImage, Pixels, Reason};

use super::pdf_paste;
use super::pdf_survey::Survey;
use super::pdf_text;
use super::pixels::{self, Density};
use super::{DecodeOptions, DecodedPage, PdfText};

const POINTS_PER_INCH: f32 = 72.0;
/// Drawing takes about ten bytes a pixel; more would not fit beside the engine.
const MAX_DRAWN_PIXELS: u64 = 40_000_000;
/// Even the shortest page dictionary takes so many bytes, packed with others of its kind.
const MIN_PAGE_BYTES: usize = 16;
/// From this share of the page on, images are what the page is about.
const SCAN_COVERAGE: f64 = 0.5;
/// Resolutions that a page with a scan and other ink is drawn at: below, text is lost; above,
/// nothing is gained.
const DRAWN_SCAN_DPI: std::ops::RangeInclusive<f32> = 100.0..=600.0;

/// An opened PDF.
pub(super) struct PdfDocument {
    pdf: Pdf,
    /// Pages that are found or, if these are more, announced.
    page_count: usize,
    options: DecodeOptions,
}

impl PdfDocument {
    /// Opens a PDF; `encrypted` if no password fits, `corrupt` if it has no pages that can be found.
    pub(super) fn open(bytes: Vec<u8>, options: &DecodeOptions) -> Result<Self, Failure> {
        let size = bytes.len();
        let pdf = load(&PdfData::from(bytes), &options.passwords)?;
        if pdf.pages().is_empty() {
            return Err(Failure::decode(Reason::Corrupt, "no pages can be found in it"));
        }
        let found = pdf.pages().len();
        let declared = declared_pages(&pdf).and_then(|count| usize::try_from(count).ok());
        // Each announced page is accounted for, unless the number is absurd: a page takes some bytes.
        let page_count = declared.filter(|count| *count < size / MIN_PAGE_BYTES).unwrap_or(0);
        Ok(Self { pdf, page_count: page_count.max(found), options: options.clone() })
    }

    /// Returns the number of pages, at least 1.
    pub(super) fn page_count(&self) -> usize {
        self.page_count
    }

    /// Decodes the page at a position counted from 0.
    pub(super) fn page(&self, index: usize) -> Result<DecodedPage, Failure> {
        let page = self
            .pdf
            .pages()
            .get(index)
            .ok_or_else(|| corrupt("the page is announced, but not found"))?;
        let (width, height) = page.render_dimensions();
        if !(width.is_finite() && height.is_finite() && width > 0.0 && height > 0.0) {
            return Err(corrupt("its page box has no size"));
        }
        let cache = RenderCache::new();
        let lost_images = Arc::new(AtomicUsize::new(0));
        let settings = settings(&lost_images);
        let survey = Survey::of(page, &settings);
        if survey.is_bare() && has_lost_content(page) {
            return Err(corrupt("what its content draws is missing or cannot be read"));
        }

        let text = || pdf_text::page_text(&survey, (width, height), self.options.pdf_dpi);
        match self.options.pdf_text {
            PdfText::Only => {
                return text().map(DecodedPage::Text).ok_or_else(|| {
                    Failure::decode(Reason::NoTextLayer, "the page has no text layer")
                });
            }
            PdfText::Auto if pdf_text::is_good(&survey) => {
                if let Some(text) = text() {
                    return Ok(DecodedPage::Text(text));
                }
            }
            PdfText::Auto | PdfText::Never => {}
        }

        for (_, image) in survey.seen_images() {
            self.options.limits.check_area(image.width, image.height, 8)?;
        }
        if let Some(plan) = pdf_paste::plan(&survey, (width, height), &self.options.limits) {
            return pdf_paste::paste(page, &survey, &plan, &settings).map(DecodedPage::Image);
        }
        let image = self.draw(page, &survey, &cache, &settings);
        if lost_images.load(Ordering::Relaxed) > 0 && survey.visible_glyphs().next().is_none() {
            return Err(corrupt("an image on the page cannot be decoded"));
        }
        Ok(DecodedPage::Image(image))
    }

    fn draw<'a>(
        &self,
        page: &'a Page<'a>,
        survey: &Survey,
        cache: &RenderCache<'a>,
        settings: &InterpreterSettings,
    ) -> PageImage {
        let dpi = self.drawn_dpi(page, survey);
        let (width, height) = page.render_dimensions();
        let pixels = |points: f32| (points * dpi / POINTS_PER_INCH).round().max(1.0);
        // The renderer cuts fractions off, so that the scale must lead a little over the pixel.
        let scale = |points: f32| (pixels(points) + 0.01) / points;
        let drawn =
            PixmapSettings { x_scale: scale(width), y_scale: scale(height), bg_color: WHITE };
        let pixmap = hayro::render(page, cache, settings, &RenderSettings::default(), &drawn);
        let density = Density::new(dpi, dpi);
        pixels::finish(flattened(&pixmap), Orientation::NoTransforms, density)
    }

    /// Returns the resolution to draw at: that of the finest large image on scans, else the one
    /// asked for; lowered where the page would become too large.
    fn drawn_dpi(&self, page: &Page<'_>, survey: &Survey) -> f32 {
        let (width, height) = page.render_dimensions();
        let limits = &self.options.limits;
        let scan_dpi = (survey.image_coverage() >= SCAN_COVERAGE)
            .then(|| pdf_paste::finest_dpi(survey))
            .flatten()
            .map(|dpi| dpi.clamp(*DRAWN_SCAN_DPI.start(), *DRAWN_SCAN_DPI.end()));
        let wanted = scan_dpi.unwrap_or(self.options.pdf_dpi);
        let most_pixels = limits.max_pixels.min(MAX_DRAWN_PIXELS) as f32;
        // `u16` is what the renderer counts in.
        let most_side = limits.max_side.min(u32::from(u16::MAX)) as f32;
        let by_area = (most_pixels / (width * height)).sqrt() * POINTS_PER_INCH;
        let by_side = most_side / width.max(height) * POINTS_PER_INCH;
        wanted.min(by_area).min(by_side)
    }
}

/// Tells whether a page without ink should have some: content that cannot be unpacked, or images
/// and forms that are not there. Such a page must not pass for a blank one.
fn has_lost_content(page: &Page<'_>) -> bool {
    if page.page_stream().is_none() {
        return page.raw().contains_key(CONTENTS);
    }
    let resources = page.resources();
    let mut operations = page.typed_operations();
    while let Some(operation) = operations.next() {
        if let TypedInstruction::XObject(object) = operation
            && resources.get_x_object(object.0).is_none()
        {
            return true;
        }
    }
    false
}

/// Returns the number of pages that the document says it has, if it does.
fn declared_pages(pdf: &Pdf) -> Option<u32> {
    let xref = pdf.xref();
    let catalog = xref.get::<Dict<'_>>(xref.root_id())?;
    catalog.get::<Dict<'_>>(PAGES)?.get::<u32>(COUNT)
}

fn corrupt(message: &str) -> Failure {
    Failure::decode(Reason::Corrupt, message)
}

fn settings(lost_images: &Arc<AtomicUsize>) -> InterpreterSettings {
    let lost = Arc::clone(lost_images);
    InterpreterSettings {
        warning_sink: Arc::new(move |warning| {
            if matches!(warning, InterpreterWarning::ImageDecodeFailure) {
                lost.fetch_add(1, Ordering::Relaxed);
            }
        }),
        ..InterpreterSettings::default()
    }
}

fn load(bytes: &PdfData, passwords: &[String]) -> Result<Pdf, Failure> {
    let failure = match Pdf::new(bytes.clone()) {
        Ok(pdf) => return Ok(pdf),
        Err(error) => error,
    };
    match failure {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => {}
        // Where the cross-references are damaged, too, a wrong password is not told apart.
        LoadPdfError::Invalid if mentions_encryption(bytes.as_ref()) => {}
        LoadPdfError::Invalid => return Err(corrupt("its structure cannot be read")),
        LoadPdfError::Decryption(error) => {
            let message = format!("its encryption cannot be read: `{error:?}`");
            return Err(Failure::decode(Reason::Encrypted, message));
        }
    }
    let mut fitting = passwords
        .iter()
        .filter_map(|password| Pdf::new_with_password(bytes.clone(), password).ok());
    fitting.next().ok_or_else(|| {
        let message = match passwords.len() {
            0 => "a password is needed (`--password-file`)".to_string(),
            1 => "the password of `--password-file` does not fit".to_string(),
            count => format!("none of the {count} passwords of `--password-file` fits"),
        };
        Failure::decode(Reason::Encrypted, message)
    })
}

fn mentions_encryption(bytes: &[u8]) -> bool {
    const KEY: &[u8] = b"/Encrypt";
    bytes.windows(KEY.len()).any(|window| window == KEY)
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

#[cfg(test)]
mod tests;
