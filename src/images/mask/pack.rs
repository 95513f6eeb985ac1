//! Packs rows of gray pixels into words of bits, many pixels at a time.

/// Pixels per word.
pub(super) const WORD: usize = 64;

/// Appends the words of a row: a bit is 1 where the pixel is not lighter than `at_most`.
pub(super) fn row(pixels: &[u8], at_most: u8, words: &mut Vec<u64>) {
    let (whole, rest) = pixels.as_chunks::<WORD>();
    words.extend(whole.iter().map(|pixels| word(pixels, at_most)));
    if !rest.is_empty() {
        let bits = rest.iter().enumerate();
        words.push(bits.fold(0, |word, (bit, &value)| word | (u64::from(value <= at_most) << bit)));
    }
}

/// Returns the bits of up to 64 pixels: 1 where one is not lighter than the level at its place.
pub(super) fn word_by_levels(pixels: &[u8], levels: &[u8]) -> u64 {
    match (<&[u8; WORD]>::try_from(pixels), <&[u8; WORD]>::try_from(levels)) {
        (Ok(pixels), Ok(levels)) => {
            gathered(&std::array::from_fn(|index| u8::from(pixels[index] <= levels[index])))
        }
        _ => {
            let bits = pixels.iter().zip(levels).enumerate();
            bits.fold(0, |word, (bit, (value, level))| word | (u64::from(value <= level) << bit))
        }
    }
}

fn word(pixels: &[u8; WORD], at_most: u8) -> u64 {
    // Most words of a page are paper.
    if pixels.iter().copied().fold(u8::MAX, u8::min) > at_most {
        return 0;
    }
    gathered(&std::array::from_fn(|index| u8::from(pixels[index] <= at_most)))
}

/// Returns the low bits of 64 bytes.
fn gathered(dark: &[u8; WORD]) -> u64 {
    // Each of the 8 products gathers the low bits of 8 bytes in its top byte.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let (bytes, _) = dark.as_chunks::<8>();
    bytes.iter().enumerate().fold(0, |word, (index, &eight)| {
        word | ((u64::from_le_bytes(eight).wrapping_mul(GATHER) >> 56) << (8 * index))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_a_bit_for_each_dark_pixel() {
        let pixels: Vec<u8> = (0..150_u32).map(|x| (x * 89 % 256) as u8).collect();
        for at_most in [0, 1, 100, 127, 128, 200, 255] {
            let mut words = Vec::new();
            row(&pixels, at_most, &mut words);
            assert_eq!(words.len(), 3);
            for (x, &value) in pixels.iter().enumerate() {
                let bit = words[x / WORD] >> (x % WORD) & 1;
                assert_eq!(bit == 1, value <= at_most, "{value} at {x}, limit {at_most}");
            }
            assert_eq!(words[2] >> 22, 0);
        }
    }
}
