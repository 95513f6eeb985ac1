//! Page texts as version 1 wrote them: words without doubts. `packed` calls it.

use serde::Deserialize;

use crate::document::{Line, Mark, PageFacts, PageText, PixelBox, Word};

/// The version byte.
pub(super) const VERSION: u8 = 1;

#[derive(Deserialize)]
struct PageTextV1 {
    width: u32,
    height: u32,
    dpi: f32,
    lines: Vec<LineV1>,
    marks: Vec<Mark>,
    facts: PageFacts,
}

#[derive(Deserialize)]
struct LineV1 {
    block: u16,
    paragraph: u16,
    words: Vec<WordV1>,
}

#[derive(Deserialize)]
struct WordV1 {
    text: String,
    bounds: PixelBox,
    confidence: f32,
}

/// Reads postcard bytes of version 1.
pub(super) fn read(plain: &[u8]) -> Result<PageText, String> {
    let page: PageTextV1 = postcard::from_bytes(plain).map_err(|error| error.to_string())?;
    let word = |word: WordV1| Word {
        text: word.text,
        bounds: word.bounds,
        confidence: word.confidence,
        doubts: Vec::new(),
    };
    let line = |line: LineV1| Line {
        block: line.block,
        paragraph: line.paragraph,
        words: line.words.into_iter().map(word).collect(),
    };
    Ok(PageText {
        width: page.width,
        height: page.height,
        dpi: page.dpi,
        lines: page.lines.into_iter().map(line).collect(),
        marks: page.marks,
        facts: page.facts,
    })
}

#[cfg(test)]
pub(super) mod tests {
    /// Postcard bytes that version 1 wrote for a page of 100 × 50 px with the word `Total`.
    pub(in crate::store) fn page_text() -> Vec<u8> {
        let mut bytes = vec![100, 50, 0, 0, 150, 67, 1, 0, 0, 1, 5];
        bytes.extend(b"Total");
        bytes.extend([1, 2, 30, 12, 0, 0, 183, 66, 0]);
        bytes.extend([100, 50, 0, 0, 0, 0, 1]);
        bytes.resize(55, 0);
        bytes
    }
}
