//! Page texts as bytes: a version byte, then zstd-compressed postcard.

use crate::document::{DocumentId, PageNumber, PageText};

use super::error::StoreError;
use super::packed_old;

/// The version that is written. A change of `PageText` needs a new one, and the reading of the old ones kept.
const VERSION: u8 = 4;

/// zstd's own default: more costs much and gains little on word lists.
const LEVEL: i32 = 3;

/// No page text is larger than this when unpacked; a stored one that says so is broken.
const MAX_BYTES: usize = 1 << 30;

/// Packs a page text. Errors only if memory for the compressor is lacking.
pub(super) fn pack(text: &PageText) -> Result<Vec<u8>, String> {
    let plain = postcard::to_stdvec(text).map_err(|error| error.to_string())?;
    let mut bytes = vec![VERSION];
    bytes.extend(zstd::encode_all(plain.as_slice(), LEVEL).map_err(|error| error.to_string())?);
    Ok(bytes)
}

/// Unpacks what [`pack`] made. Errors on another version and on broken bytes, naming the page.
pub(super) fn unpack(
    document_id: DocumentId,
    page: PageNumber,
    bytes: &[u8],
) -> Result<PageText, StoreError> {
    unpack_bytes(bytes).map_err(|why| StoreError::StoredText {
        document_id: document_id.0,
        page: page.as_i32(),
        why,
    })
}

fn unpack_bytes(bytes: &[u8]) -> Result<PageText, String> {
    match bytes.split_first() {
        Some((&VERSION, packed)) => {
            postcard::from_bytes(&decompressed(packed)?).map_err(|error| error.to_string())
        }
        Some((&version, packed)) if packed_old::VERSIONS.contains(&version) => {
            packed_old::read(version, &decompressed(packed)?)
        }
        Some((version, _)) => Err(format!("version {version}, but this program knows {VERSION}")),
        None => Err("no bytes".to_owned()),
    }
}

fn decompressed(packed: &[u8]) -> Result<Vec<u8>, String> {
    let mut plain = Vec::new();
    let decoder = zstd::Decoder::new(packed).map_err(|error| error.to_string())?;
    let mut limited = std::io::Read::take(decoder, MAX_BYTES as u64);
    std::io::Read::read_to_end(&mut limited, &mut plain).map_err(|error| error.to_string())?;
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Alternative, Doubt, Line, PageFacts, PixelBox, Word};

    fn page() -> PageText {
        let bounds = PixelBox { left: 1, top: 2, right: 30, bottom: 12 };
        let words =
            vec![Word { text: "Total".into(), bounds, confidence: 91.5, doubts: Vec::new() }];
        PageText {
            width: 100,
            height: 50,
            dpi: 300.0,
            lines: vec![Line { block: 0, paragraph: 0, words }],
            marks: Vec::new(),
            facts: PageFacts { width: 100, height: 50, ..PageFacts::default() },
        }
    }

    #[test]
    fn a_page_text_comes_back_as_it_was() {
        let bytes = pack(&page()).unwrap();
        assert_eq!(unpack(DocumentId(1), PageNumber::FIRST, &bytes).unwrap(), page());
    }

    #[test]
    fn older_versions_are_still_read() {
        let old = |version| {
            let mut bytes = vec![version];
            let plain = packed_old::tests::page_text(version);
            bytes.extend(zstd::encode_all(plain.as_slice(), LEVEL).unwrap());
            unpack(DocumentId(1), PageNumber::FIRST, &bytes).unwrap()
        };
        assert_eq!(old(packed_old::VERSION_1), page());
        let mut doubtful = page();
        let alternatives = vec![Alternative { text: "1".into(), confidence: 5.0 }];
        doubtful.lines[0].words[0].doubts = vec![Doubt { start: 0, end: 1, alternatives }];
        assert_eq!(old(packed_old::VERSION_2), doubtful);
        assert_eq!(old(packed_old::VERSION_3), doubtful);
    }

    #[test]
    fn another_version_is_refused_by_name() {
        let mut bytes = pack(&page()).unwrap();
        bytes[0] = 9;
        let error = unpack(DocumentId(7), PageNumber::FIRST, &bytes).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the words of document 7, page 1 cannot be read back: version 9, but this program knows 4"
        );
    }

    #[test]
    fn broken_bytes_are_an_error() {
        let bytes = pack(&page()).unwrap();
        assert!(unpack(DocumentId(7), PageNumber::FIRST, &bytes[..bytes.len() / 2]).is_err());
        assert!(unpack(DocumentId(7), PageNumber::FIRST, &[]).is_err());
    }
}
