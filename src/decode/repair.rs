//! Rewrites headers that are wrong in a known way, so that decoders read the file. Decodes nothing.
//!
//! `raster` asks for it after all decoders have refused a file.

use std::borrow::Cow;

use image::metadata::Orientation;

use crate::document::Format;

/// An Adobe segment holds its name, a version, two words of flags and the color transform.
const ADOBE_BYTES: usize = 14;

/// A file that decoders may read, and how its picture must be turned then.
pub(super) struct Repaired<'a> {
    pub(super) bytes: Cow<'a, [u8]>,
    pub(super) orientation: Orientation,
}

/// Returns the repaired file, or `None` if nothing is known to be wrong.
pub(super) fn repaired(bytes: &[u8], format: Format) -> Option<Repaired<'_>> {
    match format {
        Format::Bmp => bottom_up(bytes)
            .map(|bytes| Repaired { bytes: bytes.into(), orientation: Orientation::FlipVertical }),
        Format::Jpeg => without_short_segments(bytes)
            .map(|bytes| Repaired { bytes: bytes.into(), orientation: Orientation::NoTransforms }),
        Format::Png
        | Format::Gif
        | Format::Webp
        | Format::Pnm
        | Format::Jpeg2000
        | Format::Tiff
        | Format::Pdf => None,
    }
}

/// Rows from the top are not allowed with run-length coding; some writers mix the two all the same.
fn bottom_up(bytes: &[u8]) -> Option<Vec<u8>> {
    let height = i32::from_le_bytes(*bytes.get(22..)?.first_chunk()?);
    let coding = u32::from_le_bytes(*bytes.get(30..)?.first_chunk()?);
    if height >= 0 || !matches!(coding, 1 | 2) {
        return None;
    }
    let mut turned = bytes.to_vec();
    turned[22..26].copy_from_slice(&height.checked_neg()?.to_le_bytes());
    Some(turned)
}

/// Takes out Adobe segments that end before their color transform.
fn without_short_segments(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut at = 2;
    while let [0xff, marker, high, low, ..] = *bytes.get(at..)? {
        let length = 2 + usize::from(u16::from_be_bytes([high, low]));
        if marker == 0xda {
            return None;
        }
        if marker == 0xee && length < ADOBE_BYTES {
            // Some bytes may be left over.
            let rest = bytes.get(at + length..)?;
            let next = rest.iter().position(|&byte| byte == 0xff)?;
            let rest = &rest[next..];
            return Some([&bytes[..at], rest].concat());
        }
        at += length;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_run_length_coding_from_the_top_around() {
        let mut bytes = b"BM".to_vec();
        bytes.resize(54, 0);
        bytes[22..26].copy_from_slice(&(-3_i32).to_le_bytes());
        assert!(repaired(&bytes, Format::Bmp).is_none(), "rows without coding may stand so");
        bytes[30] = 1;
        let found = repaired(&bytes, Format::Bmp).expect("a repaired file");
        assert_eq!(found.bytes[22..26], 3_i32.to_le_bytes());
        assert_eq!(found.orientation, Orientation::FlipVertical);
    }

    #[test]
    fn takes_a_short_adobe_segment_out() {
        for bytes in [
            &b"\xff\xd8\xff\xee\0\x05Ado\xff\xda\0\x02...."[..],
            b"\xff\xd8\xff\xee\0\x05Adobe\xff\xda\0\x02....",
        ] {
            let found = repaired(bytes, Format::Jpeg).expect("a repaired file");
            assert_eq!(&*found.bytes, b"\xff\xd8\xff\xda\0\x02....");
        }
        assert!(repaired(b"\xff\xd8\xff\xda\0\x02..", Format::Jpeg).is_none());
    }
}
