//! Reads the declared resolution out of PNG, JPEG (JFIF and EXIF), JPEG 2000 and BMP headers, which the
//! decoders do not report. Called by `raster` only.

use crate::document::Format;

use super::jpeg2000;
use super::pixels::Density;
use super::tiff_directory::{Directory, ResolutionUnit};

const METRES_PER_INCH: f32 = 0.0254;
const CENTIMETRES_PER_INCH: f32 = 2.54;

/// Returns the resolution that an image file declares, or `None` if it declares none.
pub(super) fn declared(bytes: &[u8], format: Format) -> Option<Density> {
    match format {
        Format::Png => png(bytes),
        Format::Jpeg => jpeg(bytes),
        Format::Bmp => per_metre(little_endian(bytes, 38)?, little_endian(bytes, 42)?),
        Format::Jpeg2000 => jpeg2000::density(bytes),
        Format::Gif | Format::Webp | Format::Pnm | Format::Tiff | Format::Pdf => None,
    }
}

fn little_endian(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|field| u32::from_le_bytes(*field))
}

fn big_endian(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|field| u32::from_be_bytes(*field))
}

fn per_metre(across: u32, down: u32) -> Option<Density> {
    Density::new(across as f32 * METRES_PER_INCH, down as f32 * METRES_PER_INCH)
}

/// Looks for the chunk `pHYs`, which stands before the pixels (PNG 3rd edition, 11.3.4.3).
fn png(bytes: &[u8]) -> Option<Density> {
    let mut chunk = bytes.get(8..)?;
    loop {
        let length = usize::try_from(big_endian(chunk, 0)?).ok()?;
        match chunk.get(4..8)? {
            b"pHYs" if chunk.get(16) == Some(&1) => {
                return per_metre(big_endian(chunk, 8)?, big_endian(chunk, 12)?);
            }
            b"pHYs" | b"IDAT" => return None,
            _ => chunk = chunk.get(length.checked_add(12)?..)?,
        }
    }
}

/// Prefers EXIF, which cameras fill, to JFIF, which they leave at 72 or 1.
fn jpeg(bytes: &[u8]) -> Option<Density> {
    let (mut jfif, mut exif) = (None, None);
    let mut rest = bytes.get(2..)?;
    while let [0xff, marker, high, low, ..] = *rest {
        if marker == 0xff {
            rest = &rest[1..];
            continue;
        }
        let length = usize::from(u16::from_be_bytes([high, low]));
        // The start of scan ends the headers.
        let Some(segment) = rest.get(4..2 + length).filter(|_| marker != 0xda) else { break };
        match (marker, segment) {
            (0xe0, [b'J', b'F', b'I', b'F', 0, _, _, unit, xh, xl, yh, yl, ..]) => {
                let per_inch = match unit {
                    1 => 1.0,
                    2 => CENTIMETRES_PER_INCH,
                    _ => 0.0,
                };
                let value = |high, low| f32::from(u16::from_be_bytes([high, low])) * per_inch;
                jfif = Density::new(value(*xh, *xl), value(*yh, *yl));
            }
            (0xe1, [b'E', b'x', b'i', b'f', 0, 0, tiff @ ..]) => {
                exif = Directory::first(tiff).and_then(|directory| of_directory(&directory));
            }
            _ => {}
        }
        rest = &rest[2 + length..];
    }
    exif.or(jfif)
}

/// Returns the resolution that a TIFF or EXIF directory declares.
pub(super) fn of_directory(directory: &Directory) -> Option<Density> {
    let (across, down) = directory.resolution()?;
    let per_inch = match directory.resolution_unit() {
        ResolutionUnit::None => return None,
        ResolutionUnit::Inch => 1.0,
        ResolutionUnit::Centimetre => CENTIMETRES_PER_INCH,
    };
    Density::new(across * per_inch, down * per_inch)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dpi(bytes: &[u8], format: Format) -> Option<(f32, f32)> {
        declared(bytes, format).map(|density| (density.across.round(), density.down.round()))
    }

    #[test]
    fn reads_pixels_per_metre_of_a_png() {
        let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
        bytes.extend(b"\0\0\0\x09pHYs\0\0\x2e\x23\0\0\x17\x12\x01crc.");
        assert_eq!(dpi(&bytes, Format::Png), Some((300.0, 150.0)));
    }

    #[test]
    fn ignores_a_png_ratio_without_unit() {
        let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
        bytes.extend(b"\0\0\0\x09pHYs\0\0\0\x01\0\0\0\x01\0crc.");
        assert_eq!(dpi(&bytes, Format::Png), None);
    }

    #[test]
    fn reads_jfif_densities_per_inch_and_per_centimetre() {
        let inch = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\x01\0\xc8\0\xc8\0\0\xff\xda";
        let centimetre = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\x02\0\x76\0\x76\0\0\xff\xda";
        assert_eq!(dpi(inch, Format::Jpeg), Some((200.0, 200.0)));
        assert_eq!(dpi(centimetre, Format::Jpeg), Some((300.0, 300.0)));
    }

    #[test]
    fn survives_headers_that_end_early() {
        assert_eq!(dpi(b"\xff\xd8\xff\xe0\xff\xff", Format::Jpeg), None);
        assert_eq!(dpi(b"BM", Format::Bmp), None);
        assert_eq!(dpi(b"\x89PNG\r\n\x1a\n\xff\xff\xff\xffabcd", Format::Png), None);
    }
}
