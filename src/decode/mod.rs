//! Bytes → page images: opens a document of any format that is read, and decodes its pages.
//!
//! Runs inside the sandboxed reader process, which calls [`open`] once and [`OpenDocument::page`]
//! for each page. Content decides the format. Damaged files are read as far as a tolerant decoder
//! reads them, and one broken page fails alone. Knows nothing of how a page is prepared or read.

mod decoded_page;
mod density;
mod frames;
mod jpeg;
mod jpeg2000;
mod leptonica;
mod limits;
mod options;
mod pdf;
mod pixels;
mod raster;
mod repair;
mod sniff;
mod tiff;
mod tiff_directory;
mod tiff_fax;
mod tiff_twins;

use crate::document::{Failure, Format, PageIssue, PageNumber, Reason, Stage, guarded};
use crate::images::PageImage;

pub use decoded_page::{DecodedPage, LayeredPage, MixedPage, Picture};
pub use limits::Limits;
pub use options::{DecodeOptions, PdfText};
pub use sniff::format_of;

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
    guarded(Stage::Decode, || {
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
    .flatten()
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
        guarded(Stage::Decode, || match pages {
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
        .flatten()
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
        guarded(Stage::Decode, || match pages {
            Pages::Pdf(document) => document.picture(page.index()).map(Some),
            Pages::Raster { .. } | Pages::Tiff(_) => Ok(None),
        })
        .flatten()
    }
}

#[cfg(test)]
mod tests;
