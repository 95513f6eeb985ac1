//! A page that is written, the head of its file, and what the formats share.

use std::borrow::Cow;

use crate::document::{Line, PageText, PixelBox};

/// A page that is written.
#[derive(Debug, Clone, Copy)]
pub struct PageToWrite<'a> {
    /// The document's path.
    pub document: &'a str,
    /// Number of the page, from 1.
    pub page: u32,
    /// Name and version; empty if nobody knows.
    pub engine: &'a str,
    /// Such as `eng+deu`; empty if nobody knows.
    pub languages: &'a str,
    pub text: &'a PageText,
}

/// What the head of a file says, which is written last: of its pages all that is not in their own part.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Head {
    pub document: String,
    pub engines: Vec<Engine>,
    pub languages: Vec<String>,
    pub pages: u64,
}

/// What read pages of a file, and at which resolution.
#[derive(Debug, Clone, PartialEq)]
pub struct Engine {
    /// Name and version.
    pub name: String,
    pub dpi: f32,
}

impl Head {
    /// Notes a page; returns the number of its engine.
    pub(super) fn add(&mut self, page: &PageToWrite<'_>) -> usize {
        self.pages += 1;
        for language in page.languages.split('+').filter(|language| !language.is_empty()) {
            if !self.languages.iter().any(|known| known == language) {
                self.languages.push(language.to_owned());
            }
        }
        let engine = Engine { name: page.engine.to_owned(), dpi: page.text.dpi };
        let known = self.engines.iter().position(|known| *known == engine);
        known.unwrap_or_else(|| {
            self.engines.push(engine);
            self.engines.len() - 1
        })
    }
}

/// Returns text as XML has it; what XML 1.0 cannot have is left out.
pub(super) fn escaped(text: &str) -> Cow<'_, str> {
    let is_allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..);
    if text.chars().all(is_allowed) {
        return quick_xml::escape::escape(text);
    }
    let kept: String = text.chars().filter(|c| is_allowed(*c)).collect();
    Cow::Owned(quick_xml::escape::escape(kept.as_str()).into_owned())
}

/// Returns the box around boxes; none at the corner of the page without any.
pub(super) fn around(boxes: impl Iterator<Item = PixelBox>) -> PixelBox {
    boxes.reduce(|all, one| all.union(&one)).unwrap_or_default()
}

/// Returns consecutive lines of a page that are of one block.
pub(super) fn blocks(page: &PageText) -> impl Iterator<Item = &[Line]> {
    page.lines.chunk_by(|one, other| one.block == other.block)
}
