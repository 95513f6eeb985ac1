//! Transposes gray images, 16 × 16 pixels at a time: what goes along columns takes whole vectors of pixels, along rows
//! it does not.

#![expect(clippy::inline_always, reason = "compiled for each kind of vector instructions")]

use fearless_simd::{Level, Simd, SimdFrom, dispatch, u8x16};
use image::GrayImage;

/// Side of a block: the bytes of a vector.
const SIDE: usize = 16;

type Block = [[u8; SIDE]; SIDE];

/// Returns an image whose rows are the columns of `image`.
pub(super) fn transposed(image: &GrayImage) -> GrayImage {
    let (width, height) = image.dimensions();
    let mut output = GrayImage::new(height, width);
    let (source, target) = (image.as_raw(), output.as_flat_samples_mut().samples);
    let (width, height) = (width as usize, height as usize);
    dispatch!(Level::new(), simd => transpose(simd, source, target, (width, height)));
    output
}

#[inline(always)]
fn transpose<S: Simd>(simd: S, source: &[u8], target: &mut [u8], (width, height): (usize, usize)) {
    for top in (0..height).step_by(SIDE) {
        let rows = SIDE.min(height - top);
        for left in (0..width).step_by(SIDE) {
            let columns = SIDE.min(width - left);
            let (from, to) = (top * width + left, left * height + top);
            let mut block = Block::default();
            if rows == SIDE && columns == SIDE {
                for (y, row) in block.iter_mut().enumerate() {
                    row.copy_from_slice(&source[from + y * width..][..SIDE]);
                }
                for (x, row) in transposed_block(simd, block).iter().enumerate() {
                    target[to + x * height..][..SIDE].copy_from_slice(row);
                }
            } else {
                for (y, row) in block.iter_mut().take(rows).enumerate() {
                    row[..columns].copy_from_slice(&source[from + y * width..][..columns]);
                }
                for (x, row) in transposed_block(simd, block).iter().take(columns).enumerate() {
                    target[to + x * height..][..rows].copy_from_slice(&row[..rows]);
                }
            }
        }
    }
}

/// Each of the four rounds shuffles the upper and the lower half of the rows, as cards.
#[inline(always)]
fn transposed_block<S: Simd>(simd: S, block: Block) -> Block {
    let mut rows = block.map(|row| u8x16::simd_from(simd, row));
    for _ in 0..4 {
        let mut shuffled = rows;
        for pair in 0..SIDE / 2 {
            (shuffled[2 * pair], shuffled[2 * pair + 1]) =
                simd.interleave_u8x16(rows[pair], rows[pair + SIDE / 2]);
        }
        rows = shuffled;
    }
    rows.map(Into::into)
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;

    #[test]
    fn rows_become_columns() {
        for (width, height) in [(1, 1), (16, 16), (37, 50), (5, 64), (48, 3), (0, 4)] {
            let image = GrayImage::from_fn(width, height, |x, y| Luma([(x * 37 + y * 101) as u8]));
            let expected = GrayImage::from_fn(height, width, |x, y| *image.get_pixel(y, x));
            assert!(transposed(&image) == expected, "{width} × {height}");
        }
    }
}
