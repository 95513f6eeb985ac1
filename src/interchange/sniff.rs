//! Tells the formats of words by their content.

use std::io::Read;

use super::limited::{declared_encoding, text_of};
use crate::document::WordFormat;

/// So much of a file's start is looked at: some programs write their styles, or a document's whole text, first.
pub const HEAD: usize = 1 << 16;

/// Returns the format of a file by its first bytes, [`HEAD`] of them; `None` if it is no format of words.
pub fn format_of(head: &[u8]) -> Option<WordFormat> {
    if !is_text(head) {
        return None;
    }
    let mut start = String::new();
    // Text that is cut within a character ends before it.
    text_of(head).read_to_string(&mut start).ok()?;
    let start = start.trim_start();
    let has = |word: &str| start.contains(word);
    match start.as_bytes().first()? {
        b'<' => markup(start),
        b'{' | b'[' => {
            let any = |keys: &[&str]| keys.iter().any(|key| has(&format!("\"{key}\"")));
            // Quotes in texts are escaped, so that these are keys or whole values.
            if any(&["Blocks", "BlockType", "DocumentMetadata"]) {
                Some(WordFormat::Textract)
            } else if any(&["textAnchor", "text_anchor", "mimeType", "mime_type", "shardInfo"]) {
                Some(WordFormat::DocumentAi)
            } else if any(&["words", "lines"]) || (any(&["width"]) && any(&["height"])) {
                Some(WordFormat::Jsonl)
            } else {
                // Its text may fill the start.
                any(&["text", "uri"]).then_some(WordFormat::DocumentAi)
            }
        }
        _ => start.starts_with("level\tpage_num\t").then_some(WordFormat::Tsv),
    }
}

fn markup(start: &str) -> Option<WordFormat> {
    let is_class = |class: &str| start.contains(class);
    if ["ocr_page", "ocr-system", "ocrx_word", "ocr_line"].into_iter().any(is_class) {
        return Some(WordFormat::Hocr);
    }
    let root = start.split('<').skip(1).find(|tag| tag.starts_with(|c: char| c.is_alphabetic()))?;
    let name = root.split(|c: char| c.is_whitespace() || c == '>' || c == '/').next()?;
    match super::xml::local(name) {
        "alto" => Some(WordFormat::Alto),
        "PcGts" => Some(WordFormat::PageXml),
        _ => None,
    }
}

/// Tells whether bytes may be text at all: pictures and other binary files have bytes that texts have not.
pub fn is_text(head: &[u8]) -> bool {
    let is_wide = head.starts_with(b"\xff\xfe")
        || head.starts_with(b"\xfe\xff")
        || declared_encoding(head) != encoding_rs::UTF_8 && head.contains(&0);
    let is_control = |byte: &u8| matches!(byte, 0..=8 | 0x0e..=0x1a | 0x1c..=0x1f);
    is_wide || !head.iter().any(is_control)
}
