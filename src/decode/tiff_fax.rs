//! Decodes TIFF frames of CCITT fax compression (group 3 and 4), several times faster than libtiff.
//!
//! `tiff` asks it first. It reads what is well-formed, and leaves all else to the other decoders.

use hayro_ccitt::{DecodeSettings, Decoder, DecoderContext, EncodingMode};

use crate::images::{BitMask, Pixels};

use super::tiff_directory::Directory;

// Compression codes of TIFF 6.0.
const HUFFMAN: u64 = 2;
const GROUP_3: u64 = 3;
const GROUP_4: u64 = 4;
/// Photometric interpretation in which black is stored as 0: what fax codes as black shows white.
const BLACK_IS_ZERO: u64 = 1;
/// Bit of the group 3 options that says that rows are coded by their differences.
const TWO_DIMENSIONAL: u64 = 1;

/// Decodes a frame of black and white fax in strips; `None` if it is none, or not all rows are there.
pub(super) fn decode(directory: &Directory<'_>) -> Option<Pixels> {
    let encoding = match directory.compression() {
        HUFFMAN => EncodingMode::Group3_1D,
        GROUP_3 if directory.fax_options() & TWO_DIMENSIONAL == 0 => EncodingMode::Group3_1D,
        GROUP_3 => EncodingMode::Group3_2D,
        GROUP_4 => EncodingMode::Group4,
        _ => return None,
    };
    if directory.bits_per_pixel() != 1 {
        return None;
    }
    let (width, height) = directory.dimensions();
    let mut rows = Rows { mask: BitMask::empty(width as usize, height as usize), next: 0 };
    for (strip, row_count) in directory.strips()? {
        let mut context = DecoderContext::new(DecodeSettings {
            columns: width,
            rows: row_count,
            end_of_block: true,
            end_of_line: false,
            rows_are_byte_aligned: directory.compression() == HUFFMAN,
            encoding,
            strict: true,
        });
        let wanted = rows.next + row_count as usize;
        let result = if directory.fill_order() == 2 {
            let reversed: Vec<u8> = strip.iter().map(|byte| byte.reverse_bits()).collect();
            hayro_ccitt::decode(&reversed, &mut rows, &mut context)
        } else {
            hayro_ccitt::decode(strip, &mut rows, &mut context)
        };
        if result.is_err() || rows.next != wanted {
            return None;
        }
    }
    let mask = rows.mask;
    let is_negative = directory.photometric() == Some(BLACK_IS_ZERO);
    Some(Pixels::Bilevel(if is_negative { mask.inverted() } else { mask }))
}

/// Collects rows as bits.
struct Rows {
    mask: BitMask,
    next: usize,
}

impl Decoder for Rows {
    fn push_row(&mut self, changes: &[u32]) {
        let row = self.next;
        self.next += 1;
        if row >= self.mask.height {
            return;
        }
        for span in changes.chunks(2) {
            let end = span.get(1).map_or(self.mask.width, |end| *end as usize);
            self.mask.set(row, span[0] as usize, end);
        }
    }
}
