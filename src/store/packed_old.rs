//! Page texts as older versions wrote them: 1 has words without doubts, 2 has doubts whose alternatives
//! have no confidence, 3 has no account of unread ink. `packed` calls it.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::document::{
    Alternative, Doubt, DpiSource, Line, Mark, PageFacts, PageText, PixelBox, RightAngle, Word,
};

/// The version byte of texts without doubts.
pub(super) const VERSION_1: u8 = 1;
/// The version byte of texts whose doubts have no confidences.
pub(super) const VERSION_2: u8 = 2;
/// The version byte of texts whose facts do not say what was left unread.
pub(super) const VERSION_3: u8 = 3;
/// All that are read here.
pub(super) const VERSIONS: [u8; 3] = [VERSION_1, VERSION_2, VERSION_3];

/// What version 2 said of an alternative, 0–100: less than any character that was read.
const UNKNOWN_CONFIDENCE: f32 = 5.0;

#[derive(Deserialize)]
struct OldPageText<W> {
    width: u32,
    height: u32,
    dpi: f32,
    lines: Vec<OldLine<W>>,
    marks: Vec<Mark>,
    facts: OldPageFacts,
}

/// What was measured of a page in versions 1 to 3.
#[derive(Deserialize)]
struct OldPageFacts {
    width: u32,
    height: u32,
    dpi: f32,
    dpi_source: DpiSource,
    rotation: RightAngle,
    skew_degrees: f32,
    x_height: Option<f32>,
    ink: f32,
    contrast: f32,
    unevenness: f32,
    scale: f32,
    blank: bool,
}

impl From<OldPageFacts> for PageFacts {
    fn from(old: OldPageFacts) -> Self {
        Self {
            width: old.width,
            height: old.height,
            dpi: old.dpi,
            dpi_source: old.dpi_source,
            rotation: old.rotation,
            skew_degrees: old.skew_degrees,
            x_height: old.x_height,
            ink: old.ink,
            contrast: old.contrast,
            unevenness: old.unevenness,
            scale: old.scale,
            blank: old.blank,
            unread: 0.0,
            issues: Vec::new(),
        }
    }
}

#[derive(Deserialize)]
struct OldLine<W> {
    block: u16,
    paragraph: u16,
    words: Vec<W>,
}

#[derive(Deserialize)]
struct WordV1 {
    text: String,
    bounds: PixelBox,
    confidence: f32,
}

#[derive(Deserialize)]
struct WordV2 {
    text: String,
    bounds: PixelBox,
    confidence: f32,
    doubts: Vec<DoubtV2>,
}

#[derive(Deserialize)]
struct DoubtV2 {
    start: u16,
    end: u16,
    alternatives: Vec<String>,
}

impl From<WordV1> for Word {
    fn from(word: WordV1) -> Self {
        let WordV1 { text, bounds, confidence } = word;
        Self { text, bounds, confidence, doubts: Vec::new() }
    }
}

impl From<WordV2> for Word {
    fn from(word: WordV2) -> Self {
        let alternative = |text| Alternative { text, confidence: UNKNOWN_CONFIDENCE };
        let doubt = |doubt: DoubtV2| Doubt {
            start: doubt.start,
            end: doubt.end,
            alternatives: doubt.alternatives.into_iter().map(alternative).collect(),
        };
        let WordV2 { text, bounds, confidence, doubts } = word;
        Self { text, bounds, confidence, doubts: doubts.into_iter().map(doubt).collect() }
    }
}

/// Reads postcard bytes of an older version.
pub(super) fn read(version: u8, plain: &[u8]) -> Result<PageText, String> {
    match version {
        VERSION_1 => read_words::<WordV1>(plain),
        VERSION_2 => read_words::<WordV2>(plain),
        _ => read_words::<Word>(plain),
    }
}

fn read_words<W: DeserializeOwned + Into<Word>>(plain: &[u8]) -> Result<PageText, String> {
    let page: OldPageText<W> = postcard::from_bytes(plain).map_err(|error| error.to_string())?;
    let line = |line: OldLine<W>| Line {
        block: line.block,
        paragraph: line.paragraph,
        words: line.words.into_iter().map(Into::into).collect(),
    };
    Ok(PageText {
        width: page.width,
        height: page.height,
        dpi: page.dpi,
        lines: page.lines.into_iter().map(line).collect(),
        marks: page.marks,
        facts: page.facts.into(),
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::{VERSION_1, VERSION_2, VERSION_3};

    /// Postcard bytes that a version wrote for a page of 100 × 50 px with the word `Total`.
    pub(in crate::store) fn page_text(version: u8) -> Vec<u8> {
        let mut bytes = vec![100, 50, 0, 0, 150, 67, 1, 0, 0, 1, 5];
        bytes.extend(b"Total");
        bytes.extend([1, 2, 30, 12, 0, 0, 183, 66]);
        match version {
            VERSION_1 => {}
            // One doubt: bytes 0 to 1 may be `1`.
            VERSION_2 => bytes.extend([1, 0, 1, 1, 1, b'1']),
            // The same with its confidence, 5.
            VERSION_3 => bytes.extend([1, 0, 1, 1, 1, b'1', 0, 0, 160, 64]),
            other => unreachable!("version {other}"),
        }
        let length = bytes.len() + 32;
        bytes.extend([0, 100, 50, 0, 0, 0, 0, 1]);
        bytes.resize(length, 0);
        bytes
    }
}
