//! Decodes PDF pages through hayro: scans at their images' own resolution, everything else rendered,
//! or its text layer taken.
//!
//! A page that holds nothing but upright images is pasted together from them pixel by pixel, which is
//! many times faster than drawing it and keeps black and white. `survey` tells what is on a page, and
//! which of its text is seen. A digital page keeps its exact words; its pictures are drawn to be read.

mod button;
mod columns;
mod copies;
mod draw;
mod page_box;
mod paints;
mod paste;
mod pictures;
mod pieces;
mod slanted;
mod survey;
mod text;
mod tree;
mod typeset;
mod values;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hayro::RenderCache;
use hayro::hayro_interpret::{InterpreterSettings, InterpreterWarning};
use hayro::hayro_syntax::content::ops::TypedInstruction;
use hayro::hayro_syntax::object::Dict;
use hayro::hayro_syntax::object::dict::keys::CONTENTS;
use hayro::hayro_syntax::page::Page;
use hayro::hayro_syntax::{DecryptionError, LoadPdfError, Pdf, PdfData};
use hayro::kurbo::Rect;

use self::draw::Drawer;
use self::page_box::{POINTS_PER_INCH, PageBox};
use self::pictures::Part;
use self::survey::Survey;
use self::text::Layer;
use self::values::Form;
use super::decoded_page::{DecodedPage, LayeredPage, MixedPage, Picture};
use super::options::{DecodeOptions, PdfText};
use crate::document::{Failure, PixelBox, Reason};
use crate::images::PageImage;

/// Drawing takes about ten bytes a pixel; more would not fit beside the engine.
const MAX_DRAWN_PIXELS: u64 = 40_000_000;
/// Even the shortest page dictionary takes so many bytes, packed with others of its kind.
const MIN_PAGE_BYTES: usize = 16;
/// From this share of the page on, images are what the page is about.
const SCAN_COVERAGE: f64 = 0.5;
/// Up to this share of the page, its images are read by themselves.
const MAX_IMAGES: f64 = 0.4;
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
        let bytes = PdfData::from(bytes);
        let pdf = match load(&bytes, &options.passwords) {
            Err(failure) if failure.reason == Reason::Corrupt => {
                tree::with_new_root(bytes.as_ref())
                    .and_then(|repaired| Pdf::new(PdfData::from(repaired)).ok())
                    .ok_or(failure)?
            }
            loaded => loaded?,
        };
        if pdf.pages().is_empty() {
            return Err(Failure::decode(Reason::Corrupt, "no pages can be found in it"));
        }
        let found = pdf.pages().len();
        let declared = tree::announced_with_losses(&pdf);
        let declared = declared.and_then(|count| usize::try_from(count).ok());
        // Each lost page is accounted for, unless the number is absurd: a page takes some bytes.
        let page_count = declared.filter(|count| *count < size / MIN_PAGE_BYTES).unwrap_or(0);
        Ok(Self { pdf, page_count: page_count.max(found), options: options.clone() })
    }

    /// Returns the number of pages, at least 1.
    pub(super) fn page_count(&self) -> usize {
        self.page_count
    }

    /// Decodes the page at a position counted from 0.
    pub(super) fn page(&self, index: usize) -> Result<DecodedPage, Failure> {
        let (page, page_box) = self.find(index)?;
        let cache = RenderCache::new();
        let lost_images = Arc::new(AtomicUsize::new(0));
        let settings = settings(&lost_images);
        let mut survey = Survey::of(page, page_box, &settings);
        if survey.is_bare() && has_lost_content(page) {
            return Err(corrupt("what its content draws is missing or cannot be read"));
        }
        let drawer = Drawer { page, page_box, cache: &cache, settings: &settings };
        let dpi = self.options.pdf_dpi;
        let mut exact = Layer::Values;
        match self.options.pdf_text {
            PdfText::Only => {
                self.form().draw_on(page, &mut survey);
                let text = text::page_text(&survey, Layer::All, dpi);
                return text
                    .filter(|text| !text.lines.is_empty())
                    .map(DecodedPage::Text)
                    .ok_or_else(|| {
                        Failure::decode(Reason::NoTextLayer, "the page has no text layer")
                    });
            }
            PdfText::Auto => {
                self.form().draw_on(page, &mut survey);
                if text::is_good(&survey) {
                    drawer.make_sure(&mut survey);
                    if text::is_good(&survey) {
                        exact = Layer::Seen;
                    }
                }
            }
            PdfText::Never => {}
        }
        let text = text::page_text(&survey, exact, dpi);
        if let (Layer::Seen, Some(text)) = (exact, &text)
            && survey.image_coverage() <= MAX_IMAGES
            && !text::is_mostly_drawn(&survey)
        {
            let pictures = self.pictures(&drawer, &survey);
            let text = text.clone();
            return Ok(if pictures.is_empty() {
                DecodedPage::Text(text)
            } else {
                DecodedPage::Mixed(Box::new(MixedPage { text, pictures }))
            });
        }
        let image = self.image(&drawer, &survey)?;
        if lost_images.load(Ordering::Relaxed) > 0 && survey.visible_glyphs().next().is_none() {
            return Err(corrupt("an image on the page cannot be decoded"));
        }
        let layer = match self.options.pdf_text {
            PdfText::Auto => text::page_text(&survey, Layer::Unpainted, dpi),
            PdfText::Only | PdfText::Never => None,
        };
        Ok(match (text, layer) {
            (None, None) => DecodedPage::Image(image),
            (text, layer) => DecodedPage::Layered(Box::new(LayeredPage { image, text, layer })),
        })
    }

    /// Draws a page, whatever it consists of: for what is no text.
    pub(super) fn picture(&self, index: usize) -> Result<PageImage, Failure> {
        let (page, page_box) = self.find(index)?;
        let (cache, settings) = (RenderCache::new(), settings(&Arc::default()));
        let drawer = Drawer { page, page_box, cache: &cache, settings: &settings };
        let dpi = self.fitting_dpi(page_box.bounds(), self.options.pdf_dpi);
        Ok(drawer.draw(page_box.bounds(), dpi))
    }

    fn find(&self, index: usize) -> Result<(&Page<'_>, PageBox), Failure> {
        let pages = self.pdf.pages();
        let page =
            pages.get(index).ok_or_else(|| corrupt("the page is announced, but not found"))?;
        let page_box = PageBox::of(page).ok_or_else(|| corrupt("its page box has no size"))?;
        Ok((page, page_box))
    }

    fn form(&self) -> Form<'_> {
        let xref = self.pdf.xref();
        Form::of(xref.get::<Dict<'_>>(xref.root_id()))
    }

    /// Returns the whole page as an image.
    fn image(&self, drawer: &Drawer<'_, '_>, survey: &Survey) -> Result<PageImage, Failure> {
        for (_, image) in survey.seen_images() {
            self.options.limits.check_area(image.width, image.height, 8)?;
        }
        if let Some(plan) = paste::plan(survey, &self.options.limits) {
            return paste::paste(drawer.page, survey, &plan, drawer.settings);
        }
        let bounds = drawer.page_box.bounds();
        // That of the finest large image on scans, else the one asked for.
        let scan_dpi = (survey.image_coverage() >= SCAN_COVERAGE)
            .then(|| paste::finest_dpi(survey))
            .flatten()
            .map(|dpi| dpi.clamp(*DRAWN_SCAN_DPI.start(), *DRAWN_SCAN_DPI.end()));
        let dpi = self.fitting_dpi(bounds, scan_dpi.unwrap_or(self.options.pdf_dpi));
        Ok(drawer.draw(bounds, dpi))
    }

    /// Draws the parts of a digital page that its text does not say.
    fn pictures(&self, drawer: &Drawer<'_, '_>, survey: &Survey) -> Vec<Picture> {
        let scale = f64::from(self.options.pdf_dpi / POINTS_PER_INCH);
        let limits = &self.options.limits;
        let fits = survey
            .seen_images()
            .all(|(_, image)| limits.check_area(image.width, image.height, 8).is_ok());
        if !fits {
            return Vec::new();
        }
        let picture = |part: Part| {
            let on_page = part.bounds.scale_from_origin(scale).expand();
            let bounds = PixelBox {
                left: on_page.x0.max(0.0) as u32,
                top: on_page.y0.max(0.0) as u32,
                right: on_page.x1.max(0.0) as u32,
                bottom: on_page.y1.max(0.0) as u32,
            };
            let dpi = self.fitting_dpi(part.bounds, part.dpi);
            Picture { image: drawer.draw(part.bounds, dpi), bounds }
        };
        pictures::parts(survey, self.options.pdf_dpi).into_iter().map(picture).collect()
    }

    /// Returns a resolution, lowered where the drawing would become too large; `part` is in points.
    fn fitting_dpi(&self, part: Rect, wanted: f32) -> f32 {
        let limits = &self.options.limits;
        let (width, height) = (part.width() as f32, part.height() as f32);
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

#[cfg(test)]
mod tests;
