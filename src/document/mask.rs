//! A page mask with 64 pixels in a word, and the shifts that make openings cheap.
//!
//! Owns the packed form only; what dark means is decided by the caller's threshold. Bilevel scans
//! are kept in it, and every step that looks at shapes works on it.

mod convert;
mod turn;

use image::GrayImage;

pub use convert::InkBit;

/// Pixels per word.
const WORD: usize = 64;

/// A mask of `width` × `height` pixels, row-major, each row in whole words; pixel `x` is bit
/// `x % 64` of word `x / 64`. Bits beyond the width are 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BitMask {
    /// In pixels.
    pub width: usize,
    /// In pixels.
    pub height: usize,
    words_per_row: usize,
    words: Vec<u64>,
}

impl BitMask {
    /// Returns the mask of the pixels that are not lighter than `threshold`.
    pub fn dark(image: &GrayImage, threshold: u8) -> Self {
        let (width, height) = (image.width() as usize, image.height() as usize);
        let words_per_row = width.div_ceil(WORD);
        let mut words = Vec::with_capacity(words_per_row * height);
        if width > 0 {
            for row in image.as_raw().chunks_exact(width) {
                pack_row(row, &mut words, |value| value <= threshold);
            }
        }
        Self { width, height, words_per_row, words }
    }

    /// Returns the mask of the pixels that are darker by at least `contrast` than both the pixel
    /// `reach` above and that below: thin dark lines from left to right, however dark the paper is.
    pub fn thin_across(image: &GrayImage, reach: usize, contrast: u8) -> Self {
        let (width, height) = (image.width() as usize, image.height() as usize);
        let white = vec![u8::MAX; width];
        let row_at = |y: Option<usize>| {
            let y = y.filter(|&y| y < height);
            y.map_or(&white[..], |y| &image.as_raw()[y * width..(y + 1) * width])
        };
        Self::of_rows(width, height, |y, depths| {
            let (above, below) = (row_at(y.checked_sub(reach)), row_at(Some(y + reach)));
            let sides = above.iter().zip(below);
            for ((depth, &value), (&above, &below)) in
                depths.iter_mut().zip(row_at(Some(y))).zip(sides)
            {
                *depth = above.min(below).saturating_sub(value);
            }
            contrast
        })
    }

    /// Like [`Self::thin_across`] for lines from top to bottom.
    pub fn thin_down(image: &GrayImage, reach: usize, contrast: u8) -> Self {
        let (width, height) = (image.width() as usize, image.height() as usize);
        let mut padded = vec![u8::MAX; width + 2 * reach];
        Self::of_rows(width, height, |y, depths| {
            padded[reach..reach + width].copy_from_slice(&image.as_raw()[y * width..][..width]);
            let sides = padded.iter().zip(&padded[2 * reach..]);
            for ((depth, &value), (&before, &after)) in
                depths.iter_mut().zip(&padded[reach..]).zip(sides)
            {
                *depth = before.min(after).saturating_sub(value);
            }
            contrast
        })
    }

    /// Returns the pixels of the mask that have no pixel `reach` above nor `reach` below them: what
    /// [`Self::thin_across`] finds on a bilevel page.
    #[must_use]
    pub fn thin_lines_across(&self, reach: usize) -> Self {
        let mut thin = self.clone();
        let (total, offset) = (self.words.len(), reach.min(self.height) * self.words_per_row);
        for (word, above) in thin.words[offset..].iter_mut().zip(&self.words) {
            *word &= !above;
        }
        for (word, below) in thin.words[..total - offset].iter_mut().zip(&self.words[offset..]) {
            *word &= !below;
        }
        thin
    }

    /// Like [`Self::thin_lines_across`] for lines from top to bottom.
    #[must_use]
    pub fn thin_lines_down(&self, reach: usize) -> Self {
        let mut thin = self.clone();
        for y in 0..self.height {
            let (row, words) = (thin.row_mut(y), self.row(y));
            for (index, word) in row.iter_mut().enumerate() {
                *word &= !shifted_down(words, index, reach) & !shifted_up(words, index, reach);
            }
        }
        thin
    }

    /// Sets the pixels whose value reaches the threshold that `fill(y, values)` returns for a row.
    fn of_rows(width: usize, height: usize, mut fill: impl FnMut(usize, &mut [u8]) -> u8) -> Self {
        let words_per_row = width.div_ceil(WORD);
        let mut words = Vec::with_capacity(words_per_row * height);
        let mut values = vec![0_u8; width];
        for y in 0..height {
            let least = fill(y, &mut values);
            pack_row(&values, &mut words, |value| value >= least);
        }
        Self { width, height, words_per_row, words }
    }

    /// Returns the words of row `y`.
    pub fn row(&self, y: usize) -> &[u64] {
        &self.words[y * self.words_per_row..(y + 1) * self.words_per_row]
    }

    fn row_mut(&mut self, y: usize) -> &mut [u64] {
        &mut self.words[y * self.words_per_row..(y + 1) * self.words_per_row]
    }

    /// Sets the pixels of row `y` where `values`, one for each pixel of it, are not 0, and clears the others.
    pub fn set_row(&mut self, y: usize, values: &[u8]) {
        let mut words = Vec::with_capacity(self.words_per_row);
        pack_row(&values[..self.width], &mut words, |value| value != 0);
        self.row_mut(y).copy_from_slice(&words);
    }

    /// Returns whether the pixel is set; pixels outside are not.
    pub fn get(&self, x: usize, y: usize) -> bool {
        x < self.width && y < self.height && (self.row(y)[x / WORD] >> (x % WORD)) & 1 == 1
    }

    /// Returns the number of set pixels.
    pub fn count(&self) -> u64 {
        self.words.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    /// Clears pixels `left..right` of row `y`; `right` may lie beyond the width.
    pub fn clear(&mut self, y: usize, left: usize, right: usize) {
        self.paint(y, left, right, |word, ones| *word &= !ones);
    }

    fn paint(&mut self, y: usize, left: usize, right: usize, change: impl Fn(&mut u64, u64)) {
        let right = right.min(self.width);
        let row = self.row_mut(y);
        let mut x = left;
        while x < right {
            let end = right.min((x / WORD + 1) * WORD);
            let ones = if end - x == WORD { u64::MAX } else { (1_u64 << (end - x)) - 1 };
            change(&mut row[x / WORD], ones << (x % WORD));
            x = end;
        }
    }

    /// Sets pixels `left..right` of row `y`; `right` may lie beyond the width.
    pub fn set(&mut self, y: usize, left: usize, right: usize) {
        self.paint(y, left, right, |word, ones| *word |= ones);
    }

    /// Returns the mask with the unset pixels set and the other way round.
    #[must_use]
    pub fn inverted(mut self) -> Self {
        self.words.iter_mut().for_each(|word| *word = !*word);
        self.clear_padding();
        self
    }

    /// Returns the mask with gaps of at most `gap` pixels between two pixels of a row filled.
    #[must_use]
    pub fn close_horizontally(&self, gap: usize) -> Self {
        self.clone().inverted().open_horizontally(gap + 1).inverted()
    }

    /// Returns the mask with gaps of at most `gap` pixels between two pixels of a column filled.
    #[must_use]
    pub fn close_vertically(&self, gap: usize) -> Self {
        self.clone().inverted().open_vertically(gap + 1).inverted()
    }

    /// Returns the mask of the pixels that lie in horizontal runs of at least `length` pixels.
    #[must_use]
    pub fn open_horizontally(&self, length: usize) -> Self {
        let mut opened = self.clone();
        for y in 0..self.height {
            let row = opened.row_mut(y);
            // Most rows hold no long run at all: a run of `length` fills at least one whole word.
            if length >= 2 * WORD && !row.contains(&u64::MAX) {
                row.fill(0);
                continue;
            }
            doubling(length, |shift| and_shifted_down(row, shift));
            doubling(length, |shift| or_shifted_up(row, shift));
        }
        opened
    }

    /// Returns the mask of the pixels that lie in vertical runs of at least `length` pixels.
    #[must_use]
    pub fn open_vertically(&self, length: usize) -> Self {
        let mut opened = self.clone();
        let stride = self.words_per_row;
        doubling(length, |shift| {
            let offset = shift.min(self.height) * stride;
            let total = opened.words.len();
            for index in 0..total - offset {
                opened.words[index] &= opened.words[index + offset];
            }
            opened.words[total - offset..].fill(0);
        });
        doubling(length, |shift| {
            let offset = shift.min(self.height) * stride;
            for index in (offset..opened.words.len()).rev() {
                opened.words[index] |= opened.words[index - offset];
            }
        });
        opened
    }

    /// Calls `found(left, right)` for each run of set pixels in row `y`, from left to right;
    /// `right` is exclusive.
    pub fn runs(&self, y: usize, mut found: impl FnMut(usize, usize)) {
        let mut start: Option<usize> = None;
        for (index, &word) in self.row(y).iter().enumerate() {
            if start.is_none() && word == 0 || start.is_some() && word == u64::MAX {
                continue;
            }
            let base = index * WORD;
            let mut bit = 0;
            while bit < WORD {
                let rest = word >> bit;
                let same =
                    if start.is_some() { rest.trailing_ones() } else { rest.trailing_zeros() };
                bit += same as usize;
                if bit >= WORD {
                    break;
                }
                match start.take() {
                    Some(left) => found(left, base + bit),
                    None => start = Some(base + bit),
                }
            }
        }
        if let Some(left) = start {
            found(left, self.width);
        }
    }
}

/// Calls `step` with shifts that add up to `length - 1`, each no larger than what is covered so far plus one.
fn doubling(length: usize, mut step: impl FnMut(usize)) {
    let mut covered = 1;
    while covered < length {
        let shift = covered.min(length - covered);
        step(shift);
        covered += shift;
    }
}

/// Appends the words of a row: a bit is 1 where `is_set` says so.
fn pack_row(row: &[u8], words: &mut Vec<u64>, is_set: impl Fn(u8) -> bool) {
    let (whole, rest) = row.as_chunks::<WORD>();
    words.extend(whole.iter().map(|pixels| pack(pixels, &is_set)));
    if !rest.is_empty() {
        let bits = rest.iter().enumerate();
        words.push(bits.fold(0, |word, (bit, &value)| word | (u64::from(is_set(value)) << bit)));
    }
}

fn pack(pixels: &[u8; WORD], is_set: &impl Fn(u8) -> bool) -> u64 {
    // Each of the 8 products gathers the low bits of 8 bytes in its top byte.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let dark: [u8; WORD] = std::array::from_fn(|index| u8::from(is_set(pixels[index])));
    let (bytes, _) = dark.as_chunks::<8>();
    bytes.iter().enumerate().fold(0, |word, (index, &eight)| {
        word | ((u64::from_le_bytes(eight).wrapping_mul(GATHER) >> 56) << (8 * index))
    })
}

/// `row[x] &= row[x + shift]`.
fn and_shifted_down(row: &mut [u64], shift: usize) {
    for index in 0..row.len() {
        row[index] &= shifted_down(row, index, shift);
    }
}

/// `row[x] |= row[x - shift]`.
fn or_shifted_up(row: &mut [u64], shift: usize) {
    for index in (shift / WORD..row.len()).rev() {
        row[index] |= shifted_up(row, index, shift);
    }
}

/// Returns the word at `index` of a row that is moved to lower positions by `shift` pixels.
fn shifted_down(row: &[u64], index: usize, shift: usize) -> u64 {
    let (index, bits) = (index + shift / WORD, shift % WORD);
    let low = row.get(index).copied().unwrap_or(0);
    let high = row.get(index + 1).copied().unwrap_or(0);
    if bits == 0 { low } else { (low >> bits) | (high << (WORD - bits)) }
}

/// Returns the word at `index` of a row that is moved to higher positions by `shift` pixels.
fn shifted_up(row: &[u64], index: usize, shift: usize) -> u64 {
    let (words, bits) = (shift / WORD, shift % WORD);
    let Some(index) = index.checked_sub(words) else { return 0 };
    let (high, low) = (row[index], if index > 0 { row[index - 1] } else { 0 });
    if bits == 0 { high } else { (high << bits) | (low >> (WORD - bits)) }
}
