//! Reads TIFF directories (of TIFF, `BigTIFF` and EXIF): which frames a file has and what their tags
//! declare. Decodes no pixels; `tiff` and `density` call it.
//!
//! Own code, since the packages stop at the first broken directory, and every frame must be
//! accounted for. Tags as in TIFF 6.0; offsets are trusted only as far as the bytes reach.

use image::metadata::Orientation;

/// Unit of the resolution tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ResolutionUnit {
    None,
    Inch,
    Centimetre,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ByteOrder {
    Little,
    Big,
}

/// Byte order, size of offsets, and the bytes they point into.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout<'a> {
    bytes: &'a [u8],
    order: ByteOrder,
    /// True for `BigTIFF`, whose offsets have eight bytes.
    big: bool,
}

/// The tags of one frame.
#[derive(Debug)]
pub(super) struct Directory<'a> {
    layout: Layout<'a>,
    entries: Vec<Entry>,
    next: u64,
}

#[derive(Debug)]
struct Entry {
    tag: u16,
    kind: u16,
    count: u64,
    /// Where the values start in the file.
    values_at: u64,
}

const NEW_SUBFILE_TYPE: u16 = 254;
const SUBFILE_TYPE: u16 = 255;
const WIDTH: u16 = 256;
const HEIGHT: u16 = 257;
const BITS_PER_SAMPLE: u16 = 258;
const COMPRESSION: u16 = 259;
const PHOTOMETRIC: u16 = 262;
const FILL_ORDER: u16 = 266;
const STRIP_OFFSETS: u16 = 273;
const ORIENTATION: u16 = 274;
const SAMPLES_PER_PIXEL: u16 = 277;
const ROWS_PER_STRIP: u16 = 278;
const STRIP_BYTE_COUNTS: u16 = 279;
const X_RESOLUTION: u16 = 282;
const Y_RESOLUTION: u16 = 283;
const T4_OPTIONS: u16 = 292;
const RESOLUTION_UNIT: u16 = 296;
const SUB_DIRECTORIES: u16 = 330;
/// Bits of the new subfile type: a smaller version of another frame, one page of several, and a mask.
const REDUCED: u64 = 1;
const PAGE: u64 = 2;
const MASK: u64 = 4;
/// Codes of the old subfile type for a smaller version of another frame, and for one page of several.
const OLD_REDUCED: u64 = 2;
const OLD_PAGE: u64 = 3;
/// More directories below one are not looked at.
const MAX_SUB_DIRECTORIES: u64 = 64;

/// What a frame is, by its subfile type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FrameKind {
    Page,
    /// A smaller version of another frame.
    Reduced,
    /// Says which pixels of another frame are shown.
    Mask,
}

impl<'a> Layout<'a> {
    /// Reads the header; `None` if it is not one of TIFF.
    pub(super) fn new(bytes: &'a [u8]) -> Option<Self> {
        let (order, big) = match bytes {
            [b'I', b'I', 42, 0, ..] => (ByteOrder::Little, false),
            [b'I', b'I', 43, 0, ..] => (ByteOrder::Little, true),
            [b'M', b'M', 0, 42, ..] => (ByteOrder::Big, false),
            [b'M', b'M', 0, 43, ..] => (ByteOrder::Big, true),
            _ => return None,
        };
        Some(Self { bytes, order, big })
    }

    /// Returns where the header says that the first directory stands.
    pub(super) fn first_offset(&self) -> Option<u64> {
        if self.big { self.number(8, 8) } else { self.number(4, 4) }
    }

    /// Returns the place of the first offset in the header, and its bytes if it were `offset`.
    pub(super) fn header_patch(&self, offset: u64) -> (usize, Vec<u8>) {
        let (at, size) = if self.big { (8, 8) } else { (4, 4) };
        let bytes = match self.order {
            ByteOrder::Little => offset.to_le_bytes()[..size].to_vec(),
            ByteOrder::Big => offset.to_be_bytes()[8 - size..].to_vec(),
        };
        (at, bytes)
    }

    /// Reads the directory at `offset`; `None` if it is not wholly inside of the file.
    pub(super) fn directory(self, offset: u64) -> Option<Directory<'a>> {
        let (count_size, entry_size, offset_size) = if self.big { (8, 20, 8) } else { (2, 12, 4) };
        let count = self.number(offset, count_size)?;
        let first = offset.checked_add(count_size)?;
        let end = count.checked_mul(entry_size)?.checked_add(first)?;
        // Refuses counts that the file cannot hold before anything is allocated for them.
        if end > self.bytes.len() as u64 || count == 0 {
            return None;
        }
        let entries = (0..count).filter_map(|index| self.entry(first + index * entry_size));
        // A file that ends right after its last directory says that no other follows.
        let next = self.number(end, offset_size).unwrap_or(0);
        Some(Directory { layout: self, entries: entries.collect(), next })
    }

    fn entry(&self, at: u64) -> Option<Entry> {
        let (count_size, inline) = if self.big { (8, 8) } else { (4, 4) };
        let tag = u16::try_from(self.number(at, 2)?).ok()?;
        let kind = u16::try_from(self.number(at + 2, 2)?).ok()?;
        let count = self.number(at + 4, count_size)?;
        let value_at = at + 4 + count_size;
        let is_inline = count.checked_mul(size_of_kind(kind)?)? <= inline;
        let values_at = if is_inline { value_at } else { self.number(value_at, inline)? };
        Some(Entry { tag, kind, count, values_at })
    }

    /// Reads an unsigned number of 1, 2, 4 or 8 bytes.
    fn number(&self, at: u64, size: u64) -> Option<u64> {
        let start = usize::try_from(at).ok()?;
        let field = self.bytes.get(start..start.checked_add(usize::try_from(size).ok()?)?)?;
        let join = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
        Some(match self.order {
            ByteOrder::Little => field.iter().rev().fold(0, join),
            ByteOrder::Big => field.iter().fold(0, join),
        })
    }
}

impl<'a> Directory<'a> {
    /// Reads the first directory of a TIFF file or an EXIF block.
    pub(super) fn first(bytes: &'a [u8]) -> Option<Self> {
        let layout = Layout::new(bytes)?;
        layout.directory(layout.first_offset()?)
    }

    /// Returns where the next directory stands; 0 if this is the last.
    pub(super) fn next(&self) -> u64 {
        self.next
    }

    /// Returns what the frame says that it is.
    pub(super) fn kind(&self) -> FrameKind {
        let new = self.integer(NEW_SUBFILE_TYPE).unwrap_or(0);
        if new & MASK != 0 {
            FrameKind::Mask
        } else if new & REDUCED != 0 || self.integer(SUBFILE_TYPE) == Some(OLD_REDUCED) {
            FrameKind::Reduced
        } else {
            FrameKind::Page
        }
    }

    /// Returns whether it says that it is one page of several.
    pub(super) fn is_declared_page(&self) -> bool {
        let is_marked = self.integer(NEW_SUBFILE_TYPE).unwrap_or(0) & PAGE != 0
            || self.integer(SUBFILE_TYPE) == Some(OLD_PAGE);
        is_marked && self.kind() == FrameKind::Page
    }

    /// Returns where the directories below this one stand.
    pub(super) fn sub_directories(&self) -> Vec<u64> {
        let Some(entry) = self.entry(SUB_DIRECTORIES) else { return Vec::new() };
        let count = entry.count.min(MAX_SUB_DIRECTORIES) as u32;
        (0..count).filter_map(|index| self.element(entry, index)).collect()
    }

    /// Returns the declared width and height in pixels; 0 where the tag is missing or too large.
    pub(super) fn dimensions(&self) -> (u32, u32) {
        let side = |tag| self.integer(tag).and_then(|value| u32::try_from(value).ok()).unwrap_or(0);
        (side(WIDTH), side(HEIGHT))
    }

    /// Returns the bits of one pixel with all its samples.
    pub(super) fn bits_per_pixel(&self) -> u32 {
        let bits = self.integer(BITS_PER_SAMPLE).unwrap_or(1).clamp(1, 64);
        let samples = self.integer(SAMPLES_PER_PIXEL).unwrap_or(1).clamp(1, 65_535);
        u32::try_from(bits * samples).unwrap_or(u32::MAX)
    }

    /// Returns the code of the compression; 1 is none.
    pub(super) fn compression(&self) -> u64 {
        self.integer(COMPRESSION).unwrap_or(1)
    }

    /// Returns the code of the photometric interpretation, if the tag is there.
    pub(super) fn photometric(&self) -> Option<u64> {
        self.integer(PHOTOMETRIC)
    }

    /// Returns the code of the order of bits in a byte: 1 from the highest, 2 from the lowest.
    pub(super) fn fill_order(&self) -> u64 {
        self.integer(FILL_ORDER).unwrap_or(1)
    }

    /// Returns the options of fax group 3: bit 0 is set for two-dimensional coding.
    pub(super) fn fax_options(&self) -> u64 {
        self.integer(T4_OPTIONS).unwrap_or(0)
    }

    /// Returns the compressed bytes of each strip, cut at the end of the file, and the number of its rows;
    /// `None` if the tags do not agree or the image is tiled.
    pub(super) fn strips(&self) -> Option<Vec<(&'a [u8], u32)>> {
        let (_, height) = self.dimensions();
        let rows = self.integer(ROWS_PER_STRIP).and_then(|rows| u32::try_from(rows).ok());
        let rows = rows.unwrap_or(height).clamp(1, height.max(1));
        let count = height.div_ceil(rows);
        let (offsets, sizes) = (self.entry(STRIP_OFFSETS)?, self.entry(STRIP_BYTE_COUNTS)?);
        if offsets.count < u64::from(count) || sizes.count < u64::from(count) {
            return None;
        }
        let bytes = self.layout.bytes;
        (0..count)
            .map(|index| {
                let start = usize::try_from(self.element(offsets, index)?).ok()?;
                let size = usize::try_from(self.element(sizes, index)?).ok()?;
                let strip = bytes.get(start..start.saturating_add(size).min(bytes.len()))?;
                Some((strip, rows.min(height - index * rows)))
            })
            .collect()
    }

    /// Returns how the stored image must be turned to be upright.
    pub(super) fn orientation(&self) -> Orientation {
        self.integer(ORIENTATION)
            .and_then(|value| Orientation::from_exif(u8::try_from(value).ok()?))
            .unwrap_or(Orientation::NoTransforms)
    }

    /// Returns the resolution across and down in pixels per unit.
    pub(super) fn resolution(&self) -> Option<(f32, f32)> {
        let across = self.fraction(X_RESOLUTION);
        let down = self.fraction(Y_RESOLUTION);
        Some((across.or(down)?, down.or(across)?))
    }

    /// Returns the unit of the resolution; inches where the tag is missing.
    pub(super) fn resolution_unit(&self) -> ResolutionUnit {
        match self.integer(RESOLUTION_UNIT) {
            None | Some(2) => ResolutionUnit::Inch,
            Some(3) => ResolutionUnit::Centimetre,
            Some(_) => ResolutionUnit::None,
        }
    }

    fn entry(&self, tag: u16) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.tag == tag && entry.count > 0)
    }

    fn integer(&self, tag: u16) -> Option<u64> {
        self.element(self.entry(tag)?, 0)
    }

    fn element(&self, entry: &Entry, index: u32) -> Option<u64> {
        match entry.kind {
            // Byte, short, long, offset, and the 64-bit long and offset of BigTIFF.
            1 | 3 | 4 | 13 | 16 | 18 => {
                let size = size_of_kind(entry.kind)?;
                let at = entry.values_at.checked_add(u64::from(index) * size)?;
                self.layout.number(at, size)
            }
            _ => None,
        }
    }

    fn fraction(&self, tag: u16) -> Option<f32> {
        let entry = self.entry(tag)?;
        match entry.kind {
            5 => {
                let numerator = self.layout.number(entry.values_at, 4)?;
                let denominator = self.layout.number(entry.values_at.checked_add(4)?, 4)?;
                Some(numerator as f32 / denominator as f32)
            }
            11 => {
                let bits = u32::try_from(self.layout.number(entry.values_at, 4)?).ok()?;
                Some(f32::from_bits(bits))
            }
            12 => Some(f64::from_bits(self.layout.number(entry.values_at, 8)?) as f32),
            _ => self.integer(tag).map(|value| value as f32),
        }
    }
}

/// Bytes of one value of a field type (TIFF 6.0, section 2; `BigTIFF` adds 16 to 18).
fn size_of_kind(kind: u16) -> Option<u64> {
    match kind {
        1 | 2 | 6 | 7 => Some(1),
        3 | 8 => Some(2),
        4 | 9 | 11 | 13 => Some(4),
        5 | 10 | 12 | 16 | 17 | 18 => Some(8),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One directory of short tags at offset 8.
    fn little(tags: &[(u16, u16)]) -> Vec<u8> {
        let mut bytes = b"II*\0\x08\0\0\0".to_vec();
        bytes.extend(u16::try_from(tags.len()).expect("few tags").to_le_bytes());
        for (tag, value) in tags {
            bytes.extend(tag.to_le_bytes());
            bytes.extend([3, 0, 1, 0, 0, 0]);
            bytes.extend(value.to_le_bytes());
            bytes.extend([0, 0]);
        }
        bytes.extend([0; 4]);
        bytes
    }

    #[test]
    fn reads_size_bits_and_orientation() {
        let bytes = little(&[(256, 640), (257, 480), (258, 8), (274, 6), (277, 3)]);
        let directory = Directory::first(&bytes).expect("a directory");
        assert_eq!(directory.dimensions(), (640, 480));
        assert_eq!(directory.bits_per_pixel(), 24);
        assert_eq!(directory.orientation(), Orientation::Rotate90);
        assert_eq!(directory.next(), 0);
    }

    #[test]
    fn reads_the_other_byte_order() {
        let bytes = b"MM\0*\0\0\0\x08\0\x01\x01\0\0\x03\0\0\0\x01\x02\x80\0\0\0\0\0\0";
        let directory = Directory::first(bytes).expect("a directory");
        assert_eq!(directory.dimensions(), (640, 0));
    }

    #[test]
    fn refuses_a_directory_outside_of_the_file() {
        let mut bytes = little(&[(256, 640)]);
        bytes[4] = 200;
        assert!(Directory::first(&bytes).is_none());
        bytes[4..8].copy_from_slice(&[0xff; 4]);
        assert!(Directory::first(&bytes).is_none());
    }

    #[test]
    fn refuses_more_entries_than_the_file_holds() {
        let mut bytes = little(&[(256, 640)]);
        bytes[8..10].copy_from_slice(&[0xff, 0xff]);
        assert!(Directory::first(&bytes).is_none());
    }

    #[test]
    fn patches_the_first_offset_in_the_byte_order_of_the_file() {
        let bytes = b"MM\0*\0\0\0\x08";
        let layout = Layout::new(bytes).expect("a header");
        assert_eq!(layout.header_patch(0x1234), (4, vec![0, 0, 0x12, 0x34]));
    }
}
