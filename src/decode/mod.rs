//! Bytes → page images: opens a document of any format that is read, and decodes its pages.
//!
//! Runs inside the sandboxed reader process, which calls [`open`] once and [`OpenDocument::page`]
//! for each page. Content decides the format. Damaged files are read as far as a tolerant decoder
//! reads them, and one broken page fails alone. Knows nothing of how a page is prepared or read.

mod density;
mod jpeg;
mod leptonica;
mod limits;
mod pdf;
mod pdf_paste;
mod pdf_survey;
mod pdf_text;
mod pixels;
mod raster;
mod sniff;
mod tiff;
mod tiff_directory;
mod tiff_fax;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::{Deserialize, Serialize};

use crate::document::{Failure, Format, PageImage, PageNumber, PageText, Reason, Stage, words};

pub use limits::Limits;
pub use sniff::format_of;

/// When a PDF's own text layer is taken instead of recognizing the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PdfText {
    /// Where it is visible, plausible text that covers the page.
    #[default]
    Auto,
    /// Never: each page becomes an image.
    Never,
    /// Always: a page without any fails with `no_text_layer`.
    Only,
}

words!(PdfText { Auto => "auto", Never => "never", Only => "only" });

/// How documents are decoded; sent to the reader with each document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DecodeOptions {
    pub limits: Limits,
    pub pdf_text: PdfText,
    /// Tried in order on encrypted PDFs, after the empty password.
    pub passwords: Vec<String>,
    /// Pixels per inch of PDF pages that are not scans.
    pub pdf_dpi: f32,
}

impl Default for DecodeOptions {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            pdf_text: PdfText::Auto,
            passwords: Vec::new(),
            pdf_dpi: 300.0,
        }
    }
}

/// One decoded page.
#[derive(Debug, Clone)]
pub enum DecodedPage {
    /// To be prepared and recognized.
    Image(PageImage),
    /// A PDF page's text layer, taken as it is.
    Text(PageText),
}

/// What becomes of the colors of a JPEG.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Chroma {
    Drop,
    Keep,
}

/// A document whose pages can be decoded in any order.
pub struct OpenDocument {
    format: Format,
    page_count: u32,
    pages: Pages,
}

enum Pages {
    Raster { bytes: Vec<u8>, options: DecodeOptions },
    Tiff(tiff::TiffDocument),
    Pdf(Box<pdf::PdfDocument>),
}

/// Opens a document. Fails with `empty`, `unsupported`, `encrypted`, `too_large` (too many pages)
/// or `corrupt` if not even its pages can be counted.
pub fn open(bytes: Vec<u8>, options: &DecodeOptions) -> Result<OpenDocument, Failure> {
    if bytes.is_empty() {
        return Err(Failure::decode(Reason::Empty, "the file has no bytes"));
    }
    let Some(format) = format_of(&bytes) else {
        return Err(Failure::decode(
            Reason::Unsupported,
            "the content is none of png, jpeg, bmp, gif, webp, pnm, tiff, pdf",
        ));
    };
    guarded(|| {
        let (page_count, pages) = match format {
            Format::Tiff => {
                let document = tiff::TiffDocument::open(bytes, &options.limits)?;
                (options.limits.check_pages(document.frame_count())?, Pages::Tiff(document))
            }
            Format::Pdf => {
                let document = pdf::PdfDocument::open(bytes, options)?;
                let count = options.limits.check_pages(document.page_count())?;
                (count, Pages::Pdf(Box::new(document)))
            }
            Format::Png | Format::Jpeg | Format::Bmp | Format::Gif | Format::Webp | Format::Pnm => {
                (1, Pages::Raster { bytes, options: options.clone() })
            }
        };
        Ok(OpenDocument { format, page_count, pages })
    })
}

impl OpenDocument {
    /// Returns the format that the content has.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Returns the number of pages, at least 1.
    pub fn page_count(&self) -> u32 {
        self.page_count
    }

    /// Decodes one page. A failure concerns this page only; a panic in a decoder becomes one, too.
    pub fn page(&mut self, page: PageNumber) -> Result<DecodedPage, Failure> {
        if page.0.get() > self.page_count {
            let message = format!("page `{page}` of a document of {} pages", self.page_count);
            return Err(Failure::decode(Reason::Corrupt, message));
        }
        let format = self.format;
        let pages = &mut self.pages;
        guarded(|| match pages {
            Pages::Raster { bytes, options } => {
                raster::decode(bytes, format, &options.limits).map(DecodedPage::Image)
            }
            Pages::Tiff(document) => document.frame(page.index()).map(DecodedPage::Image),
            Pages::Pdf(document) => document.page(page.index()),
        })
    }
}

impl OpenDocument {
    /// Decodes a page once more, with its colors, if [`OpenDocument::page`] gave only its brightness; `None` if there
    /// is no more to be had.
    pub fn colors_of(&mut self, page: PageNumber) -> Result<Option<PageImage>, Failure> {
        let format = self.format;
        match &self.pages {
            Pages::Raster { bytes, options } if page == PageNumber::FIRST => {
                guarded(|| raster::decode_color(bytes, format, &options.limits))
            }
            Pages::Raster { .. } | Pages::Tiff(_) | Pages::Pdf(_) => Ok(None),
        }
    }
}

/// Turns a panic of a third-party decoder into a failure.
fn guarded<T>(decode: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(decode)).unwrap_or_else(|cause| {
        let what = cause
            .downcast_ref::<&str>()
            .map(ToString::to_string)
            .or_else(|| cause.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "no message".to_string());
        let message = format!("the decoder panicked: {what}");
        Err(Failure::new(Stage::Decode, Reason::Panicked, message))
    })
}

#[cfg(test)]
mod tests;
