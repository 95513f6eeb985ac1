//! Arranges matrices in the order in which the vector kernels read them.
//!
//! A tile is what a kernel computes at once: some vectors of outputs. The weights of a tile stand together, input
//! by input in groups of as many as one instruction multiplies.

use crate::layers::Matrix;

/// 64 bytes that start at a multiple of 64: no load of a vector crosses a cache line.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
pub(crate) struct CacheLine(pub [u8; 64]);

/// What an instruction multiplies.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Products {
    /// Inputs that are multiplied and summed for each output.
    pub group: usize,
    /// Bytes of a weight: 1 or 2.
    pub weight_bytes: usize,
    /// What stored activations are larger by; taken back in the bias.
    pub offset: i32,
}

/// The weights of one output.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OutputRow<'a> {
    pub matrix: &'a Matrix,
    pub row: usize,
}

impl OutputRow<'_> {
    fn weights(&self) -> &[i8] {
        self.matrix.row(self.row)
    }

    /// Returns the integer sum without any input.
    fn start(&self, products: Products) -> i32 {
        let sum: i32 = self.weights().iter().map(|&weight| i32::from(weight)).sum();
        127 * i32::from(self.matrix.bias[self.row]) - products.offset * sum
    }
}

/// Matrices in a kernel's order.
#[derive(Debug)]
pub(crate) struct Packed {
    /// For each tile, for each group of inputs, for each output: the group's weights.
    pub weights: Vec<CacheLine>,
    /// For each tile and output: the integer sum without any input.
    pub bias: Vec<i32>,
    /// For each tile and output: the value of one unit of the integer sum; 0 in padding.
    pub scale: Vec<f32>,
    /// Number of tiles.
    pub tiles: usize,
    /// Groups of inputs in each piece of the input.
    pub groups: Vec<usize>,
}

/// Arranges tiles of outputs, of which those in padding are none. `pieces` are the numbers of inputs of the pieces
/// in which the input stands; a piece is filled up with weights of zero to whole groups.
pub(crate) fn pack(
    products: Products,
    pieces: &[usize],
    tiles: &[Vec<Option<OutputRow<'_>>>],
) -> Packed {
    let outputs = || tiles.iter().flatten();
    let mut bytes = Vec::new();
    for tile in tiles {
        let mut first = 0;
        for &length in pieces {
            for start in (first..first + length).step_by(products.group) {
                let end = (start + products.group).min(first + length);
                for output in tile {
                    let weights = output.as_ref().map_or(&[][..], |row| &row.weights()[start..end]);
                    push_group(&mut bytes, products, weights);
                }
            }
            first += length;
        }
    }
    Packed {
        weights: bytes.chunks(64).map(cache_line).collect(),
        bias: outputs().map(|output| output.map_or(0, |row| row.start(products))).collect(),
        scale: outputs()
            .map(|output| output.map_or(0.0, |row| row.matrix.scale[row.row]))
            .collect(),
        tiles: tiles.len(),
        groups: pieces.iter().map(|length| length.div_ceil(products.group)).collect(),
    }
}

/// Adds the weights of one group, filled up with zeros.
fn push_group(bytes: &mut Vec<u8>, products: Products, weights: &[i8]) {
    let padding = std::iter::repeat_n(&0, products.group - weights.len());
    for &weight in weights.iter().chain(padding) {
        bytes.extend_from_slice(&i16::from(weight).to_le_bytes()[..products.weight_bytes]);
    }
}

fn cache_line(bytes: &[u8]) -> CacheLine {
    let mut line = CacheLine([0; 64]);
    line.0[..bytes.len()].copy_from_slice(bytes);
    line
}
