//! Reads images with leptonica (PNG, JPEG, BMP, GIF, WebP, PNM) and with the libtiff beneath it: fax,
//! old-style JPEG, tiles, palettes, arithmetic coding, damaged streams that safe decoders refuse.
//!
//! The only file of this room with `unsafe`; hands out owned pixels only. `raster` and `tiff` call
//! it after their own decoder has refused. TIFF goes to libtiff directly, since leptonica refuses
//! tiles and old-style JPEG before libtiff sees them.
#![expect(unsafe_code, reason = "leptonica and libtiff are C libraries")]

use std::ffi::{CStr, c_char, c_int, c_void};
use std::mem::transmute;
use std::ptr;
use std::sync::{LazyLock, Once};

use leptonica_sys as sys;

use crate::document::Failure;
use crate::images::{InkBit, Pixels};

use super::limits::Limits;
use super::pixels;

static SILENCE: Once = Once::new();

/// Reads the first frame of a TIFF, in the order in which it is stored; `orientation` is its tag, 1–8.
/// `None` if libtiff cannot read it without an error. The caller has checked `width` and `height`.
pub(super) fn read_tiff(
    bytes: &[u8],
    (width, height): (u32, u32),
    orientation: u8,
) -> Option<Pixels> {
    silence();
    let library = LibTiff::get()?;
    let length = usize::try_from(u64::from(width) * u64::from(height)).ok()?;
    let mut source = Source { bytes, at: 0 };
    let mut raster = vec![0_u32; length];
    let handle = (&raw mut source).cast::<c_void>();
    // SAFETY: the strings end in NUL; `source` outlives the library's handle, which is closed here;
    // the raster has `width × height` elements. To ask for the orientation that the file has means
    // that nothing is turned.
    let done = unsafe {
        let tiff = (library.client_open)(
            c"frame".as_ptr(),
            c"rm".as_ptr(),
            handle,
            source_read,
            source_write,
            source_seek,
            source_close,
            source_size,
            ptr::null(),
            ptr::null(),
        );
        if tiff.is_null() {
            return None;
        }
        let stop_on_error = 1;
        let order = c_int::from(orientation);
        let pixels = raster.as_mut_ptr();
        let done = (library.read_rgba)(tiff, width, height, pixels, order, stop_on_error);
        (library.close)(tiff);
        done
    };
    // Red is the lowest byte; color is already multiplied by its opacity.
    let over_white = |word: &u32| {
        let [red, green, blue, alpha] = word.to_le_bytes();
        [red, green, blue].map(|value| value.saturating_add(255 - alpha))
    };
    (done == 1).then(|| pixels::color(width, height, raster.iter().flat_map(over_white).collect()))
}

/// Reads a PNG, JPEG, BMP, GIF, WebP or PNM as it is stored. `Ok(None)` if leptonica cannot read it,
/// `Err` if its header declares more than the limits allow.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Option<Pixels>, Failure> {
    silence();
    let (mut width, mut height, mut bits, mut samples) = (0, 0, 0, 0);
    // SAFETY: the pointer and length are those of one slice; the places written to outlive the
    // call; null is allowed for what is not asked for.
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
    // SAFETY: the pointer and length are those of one slice. A null result is handled by `Image`.
    Ok(Image::own(unsafe { sys::pixReadMem(bytes.as_ptr(), bytes.len()) }).and_then(Image::pixels))
}

/// Leptonica holds color in 32 bits a pixel, whatever the file has.
fn check(limits: &Limits, width: c_int, height: c_int, bits: c_int) -> Result<(), Failure> {
    let side = |value: c_int| u32::try_from(value).unwrap_or(0);
    let bits = side(bits);
    limits.check(side(width), side(height), if bits > 8 { bits.max(32) } else { bits })
}

/// The libraries talk on stderr, which belongs to the reader; results tell their failures anyway.
fn silence() {
    SILENCE.call_once(|| {
        // SAFETY: sets global values, once, before any other call.
        unsafe {
            sys::setMsgSeverity(sys::L_SEVERITY_NONE.cast_signed());
            if let Some(library) = LibTiff::get() {
                (library.set_error_handler)(ptr::null());
                (library.set_warning_handler)(ptr::null());
            }
        }
    });
}

/// The bytes that libtiff reads from.
struct Source<'a> {
    bytes: &'a [u8],
    at: u64,
}

/// libtiff's own image handle; never looked into.
enum Tiff {}

type ReadWrite = unsafe extern "C" fn(*mut c_void, *mut c_void, isize) -> isize;
type Seek = unsafe extern "C" fn(*mut c_void, u64, c_int) -> u64;
type Close = unsafe extern "C" fn(*mut c_void) -> c_int;
type Size = unsafe extern "C" fn(*mut c_void) -> u64;
/// Only ever null: mapping is not offered, and no handler means silence.
type Absent = *const c_void;

// The functions of libtiff 4 that are called, as in its `tiffio.h`: a `tmsize_t` is an `isize`, a
// `toff_t` an `u64`.
type SetHandler = unsafe extern "C" fn(Absent) -> *mut c_void;
type ClientOpen = unsafe extern "C" fn(
    *const c_char,
    *const c_char,
    *mut c_void,
    ReadWrite,
    ReadWrite,
    Seek,
    Close,
    Size,
    Absent,
    Absent,
) -> *mut Tiff;
type ReadRgba = unsafe extern "C" fn(*mut Tiff, u32, u32, *mut u32, c_int, c_int) -> c_int;
type CloseTiff = unsafe extern "C" fn(*mut Tiff);

struct LibTiff {
    set_error_handler: SetHandler,
    set_warning_handler: SetHandler,
    client_open: ClientOpen,
    read_rgba: ReadRgba,
    close: CloseTiff,
}

unsafe extern "C" {
    fn dlsym(library: *mut c_void, name: *const c_char) -> *mut c_void;
}

impl LibTiff {
    /// Finds the functions in the libtiff that leptonica has brought into the process. Linking to it by
    /// name would need its development package, which leptonica's does not depend on.
    fn get() -> Option<&'static Self> {
        static FOUND: LazyLock<Option<LibTiff>> = LazyLock::new(|| {
            // SAFETY: a null library means all that are loaded; the name ends in NUL.
            let find = |name: &CStr| unsafe {
                let found = dlsym(ptr::null_mut(), name.as_ptr());
                (!found.is_null()).then_some(found)
            };
            let set_error_handler = find(c"TIFFSetErrorHandler")?;
            let set_warning_handler = find(c"TIFFSetWarningHandler")?;
            let client_open = find(c"TIFFClientOpen")?;
            let read_rgba = find(c"TIFFReadRGBAImageOriented")?;
            let close = find(c"TIFFClose")?;
            // SAFETY: these are public functions of libtiff 4, whose signatures have not changed since
            // 2011; none is null.
            Some(unsafe {
                LibTiff {
                    set_error_handler: transmute::<*mut c_void, SetHandler>(set_error_handler),
                    set_warning_handler: transmute::<*mut c_void, SetHandler>(set_warning_handler),
                    client_open: transmute::<*mut c_void, ClientOpen>(client_open),
                    read_rgba: transmute::<*mut c_void, ReadRgba>(read_rgba),
                    close: transmute::<*mut c_void, CloseTiff>(close),
                }
            })
        });
        FOUND.as_ref()
    }
}

unsafe extern "C" fn source_read(source: *mut c_void, to: *mut c_void, size: isize) -> isize {
    // SAFETY: libtiff hands back the pointer that it was given, which outlives its handle.
    let source = unsafe { &mut *source.cast::<Source<'_>>() };
    let rest = usize::try_from(source.at).ok().and_then(|at| source.bytes.get(at..));
    let rest = rest.unwrap_or_default();
    let length = rest.len().min(usize::try_from(size).unwrap_or(0));
    // SAFETY: libtiff gives room for `size` bytes; `length` is no more than that and than the rest.
    unsafe { ptr::copy_nonoverlapping(rest.as_ptr(), to.cast::<u8>(), length) };
    source.at += length as u64;
    length.cast_signed()
}

unsafe extern "C" fn source_write(_: *mut c_void, _: *mut c_void, _: isize) -> isize {
    0
}

unsafe extern "C" fn source_seek(source: *mut c_void, offset: u64, whence: c_int) -> u64 {
    // SAFETY: as in `source_read`.
    let source = unsafe { &mut *source.cast::<Source<'_>>() };
    // The usual numbers of C: 0 from the start, 1 from here, 2 from the end; offsets wrap if negative.
    source.at = match whence {
        1 => source.at.wrapping_add(offset),
        2 => (source.bytes.len() as u64).wrapping_add(offset),
        _ => offset,
    };
    source.at
}

unsafe extern "C" fn source_close(_: *mut c_void) -> c_int {
    0
}

unsafe extern "C" fn source_size(source: *mut c_void) -> u64 {
    // SAFETY: as in `source_read`.
    let source = unsafe { &*source.cast::<Source<'_>>() };
    source.bytes.len() as u64
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
                    sys::REMOVE_CMAP_BASED_ON_SRC.cast_signed(),
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
                    .flat_map(|row| {
                        row.iter().flat_map(|word| word.to_be_bytes()).take(columns.div_ceil(8))
                    })
                    .collect();
                Some(pixels::bits(&packed, width, height, InkBit::One))
            }
            8 => {
                let values = rows
                    .flat_map(|row| row.iter().flat_map(|word| word.to_be_bytes()).take(columns));
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
        // Two pixels a row: black and white, white and black.
        let pixels = read(b"P4\n2 5\n\x80\x40\x80\x40\x80", &Limits::default());
        let Ok(Some(Pixels::Bilevel(mask))) = pixels else { panic!("black and white") };
        assert_eq!(mask.to_packed(), [0x80, 0x40, 0x80, 0x40, 0x80]);
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
        assert_eq!(
            refused.map(|_| ()).map_err(|f| f.reason),
            Err(crate::document::Reason::TooLarge)
        );
    }

    #[test]
    fn leaves_garbage_alone() {
        assert!(matches!(read(b"\x89PNG\r\n\x1a\nnothing", &Limits::default()), Ok(None)));
        assert!(read_tiff(b"II*\0\x08\0\0\0", (1, 1), 1).is_none());
    }
}
