//! The random numbers that stand outside of the picture where the convolution reads over its edge.
//!
//! The model was trained with noise there; Tesseract draws it from a generator that starts anew for every
//! line, so it is a table. Called by `forward`.

const MODULUS: u64 = 2_147_483_647;
const MULTIPLIER: u64 = 48_271;
/// Tesseract mixes the number of training samples with this into the seed.
const SEED_FACTOR: i64 = 0x1000_0001;

/// The border's values in the order in which they are drawn, drawn as far as they were asked for.
#[derive(Debug, Clone)]
pub(super) struct Border {
    state: u64,
    values: Vec<i8>,
}

impl Border {
    /// Seeds the generator with the number of samples that the model was trained with.
    pub(super) fn new(seed: i64) -> Self {
        let state = match seed.wrapping_mul(SEED_FACTOR).cast_unsigned() % MODULUS {
            0 => 1,
            state => state,
        };
        // The first number is thrown away.
        Self { state: advance(state), values: Vec::new() }
    }

    /// Returns at least the first `count` values, each -127 to 127.
    pub(super) fn first(&mut self, count: usize) -> &[i8] {
        while self.values.len() < count {
            self.state = advance(self.state);
            let value = 127.0 * 2.0 * self.state as f64 / MODULUS as f64 - 127.0;
            self.values.push(value.round() as i8);
        }
        &self.values
    }
}

fn advance(state: u64) -> u64 {
    state * MULTIPLIER % MODULUS
}

/// Returns how many values a picture of `width` × `height` px takes; both are 2 or more.
pub(super) fn count(width: usize, height: usize) -> usize {
    offset((0, height), (width, height)) + 3 * width + 4
}

/// Returns how many values are drawn before those of the pixel at `(x, y)`, in a picture of
/// `(width, height)` px. Draws go row by row. `y` may be `height`: then the last row's are not counted.
pub(super) fn offset((x, y): (usize, usize), (width, height): (usize, usize)) -> usize {
    // In the first and the last row each pixel misses three neighbors, and two more at either end. In the
    // other rows the first and the last pixel miss three each.
    let edge_row = 3 * width + 4;
    let rows_above = match y {
        0 => 0,
        _ => edge_row + 6 * (y.min(height - 1) - 1),
    };
    let in_row = match x {
        0 => 0,
        _ if y == 0 || y + 1 >= height => 3 * x + 2,
        _ => 3,
    };
    rows_above + in_row
}

#[cfg(test)]
mod tests;
