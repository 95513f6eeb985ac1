//! Tells a file's format by its content. Knows signatures only; opens nothing.

use crate::document::Format;

/// Readers accept a PDF whose header stands anywhere in its first kilobyte (PDF 1.7, appendix H.3.4.1).
const PDF_HEADER_WITHIN: usize = 1024;
/// Brands of an ISO base media file that are looked at.
const MAX_BRANDS: usize = 16;

/// Returns the format of a file by its content alone, or `None` if it is none that is read.
pub fn format_of(bytes: &[u8]) -> Option<Format> {
    match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Format::Png),
        [0xff, 0xd8, 0xff, ..] => Some(Format::Jpeg),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Format::Gif),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Format::Webp),
        [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => Some(Format::Tiff),
        [0, 0, 0, 12, b'j', b'P', b' ', b' ', ..] | [0xff, 0x4f, 0xff, 0x51, ..] => {
            Some(Format::Jpeg2000)
        }
        [b'B', b'M', ..] if is_bitmap(bytes) => Some(Format::Bmp),
        [b'P', b'1'..=b'7', space, ..] if space.is_ascii_whitespace() || *space == b'#' => {
            Some(Format::Pnm)
        }
        _ => is_pdf(bytes).then_some(Format::Pdf),
    }
}

/// Returns the name of a picture format that is known but not read, or `None`.
pub(super) fn unread_format_of(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        // ISO base media: the box `ftyp` names the main brand first, then others that fit.
        [_, _, _, _, b'f', b't', b'y', b'p', brands @ ..] => {
            let brands = &brands[..brands.len().min(MAX_BRANDS * 4)];
            brands.as_chunks::<4>().0.iter().find_map(|brand| match brand {
                b"avif" | b"avis" => Some("avif"),
                b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"hevm" | b"hevs" => {
                    Some("heic")
                }
                b"mif1" | b"msf1" | b"mif2" => Some("heif"),
                _ => None,
            })
        }
        [0xff, 0x0a, ..] | [0, 0, 0, 12, b'J', b'X', b'L', b' ', ..] => Some("jpeg xl"),
        [b'A', b'T', b'&', b'T', b'F', b'O', b'R', b'M', ..] => Some("djvu"),
        [b'8', b'B', b'P', b'S', ..] => Some("photoshop"),
        _ => None,
    }
}

/// `BM` alone is too common; the size of the header that follows must be one that exists.
fn is_bitmap(bytes: &[u8]) -> bool {
    let Some(&[a, b, c, d]) = bytes.get(14..18).and_then(|field| field.first_chunk::<4>()) else {
        return false;
    };
    matches!(u32::from_le_bytes([a, b, c, d]), 12 | 16 | 40 | 52 | 56 | 64 | 108 | 124)
}

fn is_pdf(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(PDF_HEADER_WITHIN)];
    // Some writers leave the dash out, and readers do not mind.
    let begins = |name: &[u8]| head.windows(name.len()).any(|window| window == name);
    let ends = |name: &[u8]| {
        let tail = &bytes[bytes.len().saturating_sub(PDF_HEADER_WITHIN)..];
        tail.windows(name.len()).any(|window| window == name)
    };
    // Readers find the objects of a file that has lost its first line, too.
    begins(b"%PDF") || head.first() == Some(&b'%') && begins(b" obj") && ends(b"startxref")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_formats_by_their_first_bytes() {
        let cases: [(&[u8], Option<Format>); 15] = [
            (b"\x89PNG\r\n\x1a\n....", Some(Format::Png)),
            (b"\xff\xd8\xff\xe0", Some(Format::Jpeg)),
            (b"GIF89a", Some(Format::Gif)),
            (b"RIFF\x10\0\0\0WEBPVP8 ", Some(Format::Webp)),
            (b"II*\0\x08\0\0\0", Some(Format::Tiff)),
            (b"MM\0+\0\x08\0\0", Some(Format::Tiff)),
            (b"P4\n8 8\n", Some(Format::Pnm)),
            (b"\r\n%PDF-1.4", Some(Format::Pdf)),
            (b"\0\0\0\x0cjP  \r\n", Some(Format::Jpeg2000)),
            (b"\xff\x4f\xff\x51\0", Some(Format::Jpeg2000)),
            (b"%\xe2\xe3\n1 0 obj\n<<>>\nendobj\nstartxref\n9\n%%EOF", Some(Format::Pdf)),
            (b"% 1 0 obj of a text", None),
            (b"BM is how this letter starts", None),
            (b"{\"not\": \"an image\"}", None),
            (b"", None),
        ];
        for (bytes, format) in cases {
            assert_eq!(format_of(bytes), format, "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn names_pictures_that_are_not_read() {
        let cases: [(&[u8], Option<&str>); 5] = [
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", Some("heic")),
            (b"\0\0\0\x1cftypmif1\0\0\0\0avifmif1", Some("heif")),
            (b"\0\0\0\x1cftypavif\0\0\0\0mif1", Some("avif")),
            (b"\0\0\0\x1cftypisom\0\0\0\0mp42", None),
            (b"Dear Sir,", None),
        ];
        for (bytes, name) in cases {
            assert_eq!(unread_format_of(bytes), name, "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn finds_a_bitmap_by_its_header_size() {
        let mut bytes = b"BM".to_vec();
        bytes.extend([0; 12]);
        bytes.extend(40_u32.to_le_bytes());
        assert_eq!(format_of(&bytes), Some(Format::Bmp));
    }
}
