//! Fixtures as engines write them, broken ones, and what never may happen.

#![expect(clippy::float_cmp, reason = "what a file says exactly comes out exactly")]

mod broken;
mod choices;
mod formats;
mod properties;
mod round_trip;

use super::*;
use crate::document::{Mark, PageText, PixelBox};

/// All pages of a file, of which none may fail.
pub(super) fn read(content: impl AsRef<[u8]>) -> Vec<ImportedPage> {
    let content = content.as_ref();
    let format = format_of(content).expect("its content tells the format");
    pages(content, format).map(|page| page.expect("the page can be read")).collect()
}

/// The only page of a file.
pub(super) fn page(content: impl AsRef<[u8]>) -> ImportedPage {
    let [page] = <[ImportedPage; 1]>::try_from(read(content)).expect("one page");
    page
}

/// What is wrong with the first page that cannot be read.
pub(super) fn wrong(content: impl AsRef<[u8]>, format: WordFormat) -> String {
    let failed = pages(content.as_ref(), format).find_map(Result::err);
    failed.expect("something is wrong with it").to_string()
}

/// The words of a page: text, left, top, right, bottom, confidence.
pub(super) type Seen<'a> = (&'a str, [u32; 4], f32);

pub(super) fn words(page: &PageText) -> Vec<Seen<'_>> {
    let one = |word: &'_ crate::document::Word| {
        let PixelBox { left, top, right, bottom } = word.bounds;
        [left, top, right, bottom]
    };
    page.words().map(|word| (word.text.as_str(), one(word), word.confidence)).collect()
}

/// The lines of a page as text, with block and paragraph.
pub(super) fn lines(page: &PageText) -> Vec<(u16, u16, String)> {
    let text = |line: &crate::document::Line| {
        line.words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
    };
    page.lines.iter().map(|line| (line.block, line.paragraph, text(line))).collect()
}

pub(super) fn bounds(left: u32, top: u32, right: u32, bottom: u32) -> PixelBox {
    PixelBox { left, top, right, bottom }
}

pub(super) fn rules(page: &PageText) -> Vec<&Mark> {
    page.marks.iter().collect()
}
