//! Masks from and to other forms of pixels: packed bits as files and libraries keep them, gray images,
//! parts of pages. Called by `decode` for what it reads, by `prepare` and `ocr` where they need gray.

use image::GrayImage;

use super::{BitMask, WORD};
use crate::document::PixelBox;

/// Which of the two bits of a packed image is ink.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InkBit {
    /// 1 is black: fax, portable bitmaps.
    One,
    /// 0 is black: images whose samples say how bright they are.
    Zero,
}

impl BitMask {
    /// Returns a mask of `width` × `height` pixels without ink.
    pub fn empty(width: usize, height: usize) -> Self {
        let words_per_row = width.div_ceil(WORD);
        Self { width, height, words_per_row, words: vec![0; words_per_row * height] }
    }

    /// Returns the mask of rows of packed bits, each row padded to whole bytes, the first pixel in the
    /// highest bit. Rows that are missing at the end are paper.
    pub fn from_packed(packed: &[u8], width: usize, height: usize, ink: InkBit) -> Self {
        let mut mask = Self::empty(width, height);
        let row_bytes = width.div_ceil(8).max(1);
        let flip = match ink {
            InkBit::One => 0,
            InkBit::Zero => u64::MAX,
        };
        let rows = mask.words.chunks_exact_mut(mask.words_per_row.max(1));
        for (row, bytes) in rows.zip(packed.chunks(row_bytes)) {
            let (whole, rest) = bytes.as_chunks::<8>();
            for (word, eight) in row.iter_mut().zip(whole) {
                *word = u64::from_be_bytes(*eight).reverse_bits() ^ flip;
            }
            if let Some(last) = row.get_mut(whole.len()).filter(|_| !rest.is_empty()) {
                let mut eight = [0; 8];
                eight[..rest.len()].copy_from_slice(rest);
                let known = u64::MAX >> (WORD - 8 * rest.len());
                *last = (u64::from_be_bytes(eight).reverse_bits() ^ flip) & known;
            }
        }
        mask.clear_padding();
        mask
    }

    /// Returns the rows as packed bits, each row padded to whole bytes, the first pixel in the highest
    /// bit; 1 is ink.
    pub fn to_packed(&self) -> Vec<u8> {
        let row_bytes = self.width.div_ceil(8);
        let mut packed = Vec::with_capacity(row_bytes * self.height);
        for row in self.words.chunks_exact(self.words_per_row.max(1)) {
            let end = packed.len() + row_bytes;
            packed.extend(row.iter().flat_map(|word| word.reverse_bits().to_be_bytes()));
            packed.truncate(end);
        }
        packed
    }

    /// Returns the mask as gray pixels: ink is 0, paper 255.
    pub fn to_gray(&self) -> GrayImage {
        let mut gray = GrayImage::new(self.width as u32, self.height as u32);
        if self.width > 0 {
            for (row, values) in gray.chunks_exact_mut(self.width).enumerate() {
                self.expand_row(row, values);
            }
        }
        gray
    }

    /// Writes row `y` as gray pixels to `values`, which has the width of the mask.
    pub fn expand_row(&self, y: usize, values: &mut [u8]) {
        for (values, &word) in values.chunks_mut(WORD).zip(self.row(y)) {
            for (values, bits) in values.chunks_mut(8).zip(word.to_le_bytes()) {
                let eight = expand(bits);
                values.copy_from_slice(&eight[..values.len()]);
            }
        }
    }

    /// Returns the part of the mask in `bounds`, which is cut at the edges.
    #[must_use]
    pub fn cropped(&self, bounds: PixelBox) -> Self {
        let right = (bounds.right as usize).min(self.width);
        let bottom = (bounds.bottom as usize).min(self.height);
        let (left, top) = ((bounds.left as usize).min(right), (bounds.top as usize).min(bottom));
        let mut part = Self::empty(right - left, bottom - top);
        let (first, shift) = (left / WORD, left % WORD);
        for y in 0..part.height {
            let from = self.row(top + y);
            for (index, word) in part.row_mut(y).iter_mut().enumerate() {
                let low = from.get(first + index).copied().unwrap_or(0);
                let high = from.get(first + index + 1).copied().unwrap_or(0);
                *word = if shift == 0 { low } else { (low >> shift) | (high << (WORD - shift)) };
            }
        }
        part.clear_padding();
        part
    }

    /// Sets the pixels where `part` is set, with its corner at `left`, `top`; what sticks out is cut off.
    pub fn paste(&mut self, part: &Self, left: usize, top: usize) {
        for y in 0..part.height.min(self.height.saturating_sub(top)) {
            part.runs(y, |from, to| self.set(top + y, left + from, left + to));
        }
    }

    /// Returns the mask with rows and columns repeated so that it has another size.
    #[must_use]
    pub fn stretched(&self, width: usize, height: usize) -> Self {
        let mut output = Self::empty(width, height);
        // The pixel whose middle is nearest.
        let nearest = |at: usize, from: usize, to: usize| {
            (((at as f32 + 0.5) * (from as f32 / to as f32)) as usize).min(from.saturating_sub(1))
        };
        let columns: Vec<usize> = (0..width).map(|x| nearest(x, self.width, width)).collect();
        let mut values = vec![0_u8; width];
        let mut last = None;
        for y in 0..height {
            let from = nearest(y, self.height, height);
            if last != Some(from) {
                let is_paper = |&x: &usize| u8::from(!self.get(x, from));
                values.iter_mut().zip(&columns).for_each(|(value, x)| *value = is_paper(x));
                last = Some(from);
            }
            output.set_row(y, &values, 0);
        }
        output
    }

    /// Sets the bits beyond the width to 0, as every method expects them.
    pub(super) fn clear_padding(&mut self) {
        let used = self.width % WORD;
        if used > 0 {
            for row in self.words.chunks_exact_mut(self.words_per_row) {
                if let Some(last) = row.last_mut() {
                    *last &= (1 << used) - 1;
                }
            }
        }
    }
}

/// Returns eight pixels as gray bytes, from the lowest bit on.
fn expand(bits: u8) -> [u8; 8] {
    // Spreads the bits to one a byte, and stretches each to 0 or 255.
    const ONES: u64 = 0x0101_0101_0101_0101;
    const PLACES: u64 = 0x8040_2010_0804_0201;
    let picked = u64::from(bits).wrapping_mul(ONES) & PLACES;
    // A byte that is not 0 carries into its highest bit.
    let set = ((picked & !(ONES << 7)).wrapping_add(ONES * 0x7f) | picked) >> 7 & ONES;
    (!(set.wrapping_mul(255))).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(mask: &BitMask) -> Vec<String> {
        let dot = |x, y| if mask.get(x, y) { '#' } else { '.' };
        (0..mask.height).map(|y| (0..mask.width).map(|x| dot(x, y)).collect()).collect()
    }

    #[test]
    fn reads_and_writes_packed_rows() {
        let packed = [0b1010_0000, 0b0100_0000, 0b0000_0001, 0b1111_1111];
        let mask = BitMask::from_packed(&packed, 10, 2, InkBit::One);
        assert_eq!(rows(&mask), ["#.#......#", ".......###"]);
        assert_eq!(mask.to_packed(), [0b1010_0000, 0b0100_0000, 0b0000_0001, 0b1100_0000]);
        let negative = BitMask::from_packed(&packed, 10, 2, InkBit::Zero);
        assert_eq!(rows(&negative), [".#.######.", "#######..."]);
    }

    #[test]
    fn takes_missing_bytes_for_paper() {
        assert_eq!(
            rows(&BitMask::from_packed(&[0], 12, 2, InkBit::Zero)),
            ["########....", "............"]
        );
    }

    #[test]
    fn packs_rows_longer_than_a_word() {
        let packed: Vec<u8> = (0..3 * 9).map(|index: u8| index.wrapping_mul(37)).collect();
        let mask = BitMask::from_packed(&packed, 72, 3, InkBit::One);
        assert_eq!(mask.to_packed(), packed);
        assert!(mask.get(7 * 8 + 7, 0) && !mask.get(7 * 8, 0), "byte 7 is 0b0000_0011");
    }

    #[test]
    fn expands_to_gray_and_back() {
        let mask = BitMask::from_packed(&[0b1001_0110, 0b0111_0000], 12, 1, InkBit::One);
        let gray = mask.to_gray();
        assert_eq!(gray.as_raw(), &[0, 255, 255, 0, 255, 0, 0, 255, 255, 0, 0, 0]);
        assert_eq!(BitMask::dark(&gray, 127), mask);
    }

    #[test]
    fn cuts_out_and_pastes_parts() {
        let mut mask = BitMask::empty(200, 3);
        mask.set(1, 60, 130);
        let part = mask.cropped(PixelBox { left: 59, top: 1, right: 133, bottom: 9 });
        assert_eq!((part.width, part.height), (74, 2));
        assert_eq!(rows(&part)[0], format!(".{}...", "#".repeat(70)));
        let mut canvas = BitMask::empty(80, 2);
        canvas.paste(&part, 10, 1);
        assert_eq!(rows(&canvas)[0], ".".repeat(80));
        assert_eq!(rows(&canvas)[1], format!("{}{}", ".".repeat(11), "#".repeat(69)));
    }
}
