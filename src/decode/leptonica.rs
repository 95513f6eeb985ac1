//! Reads images with leptonica, whose libtiff, libjpeg and libpng read what the safe decoders
//! refuse: fax group 3, old-style JPEG, palettes, arithmetic coding, damaged streams.
//!
//! The only file of this room with `unsafe`; hands out owned pixels only. `raster` and `tiff` call
//! it after their own decoder has refused.
#![expect(unsafe_code, reason = "leptonica is a C library")]

use std::ffi::c_int;
use std::ptr;
use std::sync::Once;

use leptonica_sys as sys;

use crate::document::{Failure, Pixels};

use super::limits::Limits;
use super::pixels;

static SILENCE: Once = Once::new();

/// Reads the first frame of a TIFF, turned upright. `Ok(None)` if leptonica cannot read it, `Err` if its
/// header declares more than the limits allow.
pub(super) fn read_tiff(bytes: &[u8], limits: &Limits) -> Result<Option<Pixels>, Failure> {
    silence();
    let (mut width, mut height, mut bits, mut samples) = (0, 0, 0, 0);
    // SAFETY: the pointer and length are those of one slice; the places written to outlive the
    // call; null is allowed for what is not asked for.
    let failed = unsafe {
        sys::readHeaderMemTiff(
            bytes.as_ptr(),
            bytes.len(),
            0,
            &raw mut width,
            &raw mut height,
            &raw mut bits,
            &raw mut samples,
            ptr::null_mut(),
            ptr::null_mut(),
            ptr::null_mut(),
        )
    };
    if failed != 0 {
        return Ok(None);
    }
    check(limits, width, height, bits.saturating_mul(samples))?;
    // SAFETY: the pointer and length are those of one slice. A null result is handled by `Image`.
    Ok(Image::own(unsafe { sys::pixReadMemTiff(bytes.as_ptr(), bytes.len(), 0) })
        .and_then(|image| image.pixels()))
}

/// Reads a PNG, JPEG, BMP, GIF, WebP or PNM as it is stored. `Ok(None)` if leptonica cannot read it,
/// `Err` if its header declares more than the limits allow.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Option<Pixels>, Failure> {
    silence();
    let (mut width, mut height, mut bits, mut samples) = (0, 0, 0, 0);
    // SAFETY: as in `read_tiff`.
    let failed = unsafe {
        sys::pixReadHeaderMem(
            bytes.as_ptr(),
            bytes.len(),
            ptr::null_mut(),
            &raw mut width,
            &raw mut height,
            &raw mut bits,
            &raw mut samples,
            ptr::null_mut(),
        )
    };
    if failed != 0 {
        return Ok(None);
    }
    check(limits, width, height, bits.saturating_mul(samples))?;
    // SAFETY: as in `read_tiff`.
    Ok(Image::own(unsafe { sys::pixReadMem(bytes.as_ptr(), bytes.len()) })
        .and_then(|image| image.pixels()))
}

/// Leptonica holds color in 32 bits a pixel, whatever the file has.
fn check(limits: &Limits, width: c_int, height: c_int, bits: c_int) -> Result<(), Failure> {
    let side = |value: c_int| u32::try_from(value).unwrap_or(0);
    let bits = side(bits);
    limits.check(side(width), side(height), if bits > 8 { bits.max(32) } else { bits })
}

/// Leptonica talks on stderr, which belongs to the reader; its failures are told by null anyway.
fn silence() {
    SILENCE.call_once(|| {
        // SAFETY: sets one global number, once, before any other call.
        unsafe { sys::setMsgSeverity(sys::L_SEVERITY_NONE as c_int) };
    });
}

/// An owned, non-null leptonica image.
struct Image(*mut sys::PIX);

impl Drop for Image {
    fn drop(&mut self) {
        // SAFETY: the pointer came from leptonica, is not null and is destroyed only here.
        unsafe { sys::pixDestroy(&raw mut self.0) };
    }
}

impl Image {
    fn own(image: *mut sys::PIX) -> Option<Self> {
        (!image.is_null()).then_some(Self(image))
    }

    /// Copies the pixels out, as gray or color of eight bits.
    fn pixels(self) -> Option<Pixels> {
        // SAFETY: `self.0` is a valid image for all calls; each result is owned by `Image::own`.
        let plain = unsafe {
            if sys::pixGetColormap(self.0).is_null() {
                self
            } else {
                Self::own(sys::pixRemoveColormap(
                    self.0,
                    sys::REMOVE_CMAP_BASED_ON_SRC as c_int,
                ))?
            }
        };
        // SAFETY: as above.
        let plain = match unsafe { sys::pixGetDepth(plain.0) } {
            1 | 8 | 32 => plain,
            // SAFETY: as above.
            _ => Self::own(unsafe { sys::pixConvertTo8(plain.0, 0) })?,
        };
        plain.copy()
    }

    fn copy(&self) -> Option<Pixels> {
        let (mut width, mut height, mut depth) = (0, 0, 0);
        // SAFETY: `self.0` is a valid image; the places written to outlive the call.
        let (row_words, samples, words) = unsafe {
            sys::pixGetDimensions(self.0, &raw mut width, &raw mut height, &raw mut depth);
            (sys::pixGetWpl(self.0), sys::pixGetSpp(self.0), sys::pixGetData(self.0))
        };
        let (width, height) = (u32::try_from(width).ok()?, u32::try_from(height).ok()?);
        let row_words = usize::try_from(row_words).ok()?;
        let row_bits = row_words.checked_mul(32)?;
        if words.is_null() || row_bits < width as usize * usize::try_from(depth).ok()? {
            return None;
        }
        // SAFETY: an image owns `height` rows of `row_words` words, and lives as long as `self`.
        let words =
            unsafe { std::slice::from_raw_parts(words, row_words.checked_mul(height as usize)?) };
        let rows = words.chunks_exact(row_words.max(1));
        let columns = width as usize;
        match depth {
            // The first pixel is the highest bit or byte of a word; a set bit is black.
            1 => {
                let packed: Vec<u8> = rows
                    .flat_map(|row| row.iter().flat_map(|word| word.to_be_bytes()).take(columns.div_ceil(8)))
                    .collect();
                Some(pixels::expand_bits(&packed, width, height, 0))
            }
            8 => {
                let values =
                    rows.flat_map(|row| row.iter().flat_map(|word| word.to_be_bytes()).take(columns));
                Some(pixels::gray(width, height, values.collect()))
            }
            32 => {
                let values = rows.flat_map(|row| row[..columns].iter()).flat_map(|word| {
                    let [red, green, blue, alpha] = word.to_be_bytes();
                    let alpha = if samples == 4 { alpha } else { 255 };
                    [red, green, blue].map(|value| pixels::over_white(value, alpha))
                });
                Some(pixels::color(width, height, values.collect()))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_portable_bitmap() {
        // Three pixels: black, white, black.
        let pixels = read(b"P4\n3 1\n\xa0", &Limits::default()).expect("small enough");
        assert!(matches!(pixels, Some(Pixels::Gray(gray)) if gray.as_raw() == &[0, 255, 0]));
    }

    #[test]
    fn reads_color_samples_in_order() {
        let pixels = read(b"P6\n1 2\n255\n\x01\x02\x03\x0a\x0b\x0c", &Limits::default());
        let Ok(Some(Pixels::Color(color))) = pixels else { panic!("a color image") };
        assert_eq!(color.as_raw(), &[1, 2, 3, 10, 11, 12]);
    }

    #[test]
    fn refuses_large_headers_before_decoding() {
        let refused = read(b"P6\n30000 30000\n255\n\x01", &Limits::default());
        assert_eq!(refused.map(|_| ()).map_err(|f| f.reason), Err(crate::document::Reason::TooLarge));
    }

    #[test]
    fn leaves_garbage_alone() {
        assert!(matches!(read(b"\x89PNG\r\n\x1a\nnothing", &Limits::default()), Ok(None)));
        assert!(matches!(read_tiff(b"II*\0\x08\0\0\0", &Limits::default()), Ok(None)));
    }
}
