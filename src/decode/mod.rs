//! Bytes → page images: opens a document of any format that is read, and decodes its pages.
//!
//! Runs inside the sandboxed reader process, which calls [`open`] once and [`OpenDocument::page`]
//! for each page. Content decides the format. Damaged files are read as far as a tolerant decoder
//! reads them, and one broken page fails alone. Knows nothing of how a page is prepared or read.

mod density;
mod frames;
mod jpeg;
mod jpeg2000;
mod leptonica;
mod limits;
mod pdf;
mod pixels;
mod raster;
mod repair;
mod sniff;
mod tiff;
mod tiff_directory;
mod tiff_fax;
mod tiff_twins;

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::{Deserialize, Serialize};

use crate::document::{
    Failure, Format, PageIssue, PageNumber, PageText, PixelBox, Reason, Stage, words,
};
use crate::images::PageImage;

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
    /// A PDF page of exact text with pictures that may hold more.
    Mixed(Box<MixedPage>),
    /// A PDF page that is to be recognized, with what its file says that it reads.
    Layered(Box<LayeredPage>),
}

/// A PDF page of exact text with pictures on it.
#[derive(Debug, Clone)]
pub struct MixedPage {
    pub text: PageText,
    /// To be prepared and recognized, each by itself.
    pub pictures: Vec<Picture>,
}

/// A part of a page that is to be recognized.
#[derive(Debug, Clone)]
pub struct Picture {
    pub image: PageImage,
    /// Where it lies, in pixels of the page's text.
    pub bounds: PixelBox,
}

/// A picture of a whole PDF page with text of the same page; each has its own pixels.
#[derive(Debug, Clone)]
pub struct LayeredPage {
    pub image: PageImage,
    /// What is seen on the page, exactly, but not all of it; values of form fields may not be in the picture.
    pub text: Option<PageText>,
    /// The invisible text that somebody's recognition has left.
    pub layer: Option<PageText>,
}

/// A document whose pages can be decoded in any order.
pub struct OpenDocument {
    format: Format,
    page_count: u32,
    pages: Pages,
}

enum Pages {
    Raster { bytes: Vec<u8>, options: DecodeOptions, further: frames::Further },
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
        return Err(Failure::decode(Reason::Unsupported, unsupported(&bytes)));
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
            Format::Png
            | Format::Jpeg
            | Format::Bmp
            | Format::Gif
            | Format::Webp
            | Format::Pnm
            | Format::Jpeg2000 => {
                let further = frames::further(&bytes, format, &options.limits);
                let count = options.limits.check_pages(1 + further.pages.len())?;
                (count, Pages::Raster { bytes, options: options.clone(), further })
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

    /// Returns what is doubtful about a page before it is looked at: the first one says that the file has
    /// further pictures which are not read.
    pub fn issues(&self, page: PageNumber) -> Vec<PageIssue> {
        match &self.pages {
            Pages::Raster { further, .. } if further.are_cut && page == PageNumber::FIRST => {
                vec![PageIssue::FramesSkipped]
            }
            Pages::Raster { .. } | Pages::Tiff(_) | Pages::Pdf(_) => Vec::new(),
        }
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
            Pages::Raster { bytes, options, further } => match page.index().checked_sub(1) {
                None => raster::decode(bytes, format, &options.limits).map(DecodedPage::Image),
                Some(index) => match further.pages.get(index) {
                    Some(image) => Ok(DecodedPage::Image(image.clone())),
                    None => Err(Failure::decode(Reason::Corrupt, "the picture is not there")),
                },
            },
            Pages::Tiff(document) => document.frame(page.index()).map(DecodedPage::Image),
            Pages::Pdf(document) => document.page(page.index()),
        })
    }
}

/// Says why content of no format that is read is refused.
fn unsupported(bytes: &[u8]) -> String {
    match sniff::unread_format_of(bytes) {
        Some(name) => format!(
            "`{name}`: not supported\nhint: convert it to jpeg, png, tiff or pdf and ingest that"
        ),
        None => {
            "the content is none of png, jpeg, jpeg 2000, bmp, gif, webp, pnm, tiff, pdf".to_owned()
        }
    }
}

impl OpenDocument {
    /// Draws a page of a PDF; `None` for all other documents, whose pages are pictures anyway.
    pub fn picture(&mut self, page: PageNumber) -> Result<Option<PageImage>, Failure> {
        let pages = &mut self.pages;
        guarded(|| match pages {
            Pages::Pdf(document) => document.picture(page.index()).map(Some),
            Pages::Raster { .. } | Pages::Tiff(_) => Ok(None),
        })
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
