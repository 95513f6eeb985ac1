//! Arranges matrices in the order in which the vector kernels read them.
//!
//! A tile is what a kernel computes at once: `columns` vectors of `lanes` outputs. The weights of a tile
//! stand together, input by input in groups of as many as one instruction multiplies.

use crate::layers::Matrix;

/// 64 bytes that start at a multiple of 64: no load of a vector crosses a cache line.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct CacheLine(pub [u8; 64]);

/// The shape of a kernel's tile.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tiling {
    /// Vectors of outputs.
    pub columns: usize,
    /// Outputs in a vector.
    pub lanes: usize,
    /// Inputs that one instruction multiplies for each lane.
    pub group: usize,
    /// Bytes of a weight: 1 or 2.
    pub weight_bytes: usize,
    /// What stored activations are larger by; taken back in the bias.
    pub offset: i32,
}

/// Matrices in a kernel's order.
#[derive(Debug)]
pub(super) struct Packed {
    /// For each tile, for each group of inputs, for each column, for each lane: the group's weights.
    pub weights: Vec<CacheLine>,
    /// For each tile, column and lane: the integer sum without any input.
    pub bias: Vec<i32>,
    /// For each tile, column and lane: the value of one unit of the integer sum; 0 in padding.
    pub scale: Vec<f32>,
    /// Number of tiles.
    pub tiles: usize,
    /// Groups of inputs in each piece of the input.
    pub groups: Vec<usize>,
}

/// Arranges rows of matrices. `row_of` says which row is the output in a (tile, column, lane), none in
/// padding; `pieces` are the numbers of inputs of the pieces in which the input stands.
pub(super) fn pack<'a>(
    tiling: Tiling,
    tiles: usize,
    pieces: &[usize],
    row_of: impl Fn(usize, usize, usize) -> Option<(&'a Matrix, usize)>,
) -> Packed {
    let mut bytes = Vec::new();
    let mut bias = Vec::new();
    let mut scale = Vec::new();
    for tile in 0..tiles {
        let rows: Vec<Option<(&Matrix, usize)>> = (0..tiling.columns)
            .flat_map(|column| (0..tiling.lanes).map(move |lane| (column, lane)))
            .map(|(column, lane)| row_of(tile, column, lane))
            .collect();
        for row in &rows {
            let weights = row.map_or(&[][..], |(matrix, row)| matrix.row(row));
            let sum: i32 = weights.iter().map(|&weight| i32::from(weight)).sum();
            let own = row.map_or(0, |(matrix, row)| 127 * i32::from(matrix.bias[row]));
            bias.push(own - tiling.offset * sum);
            scale.push(row.map_or(0.0, |(matrix, row)| matrix.scale[row]));
        }
        let mut start = 0;
        for &length in pieces {
            for group in (0..length).step_by(tiling.group) {
                for row in &rows {
                    for input in group..group + tiling.group {
                        let weight = match row {
                            Some((matrix, row)) if input < length => {
                                matrix.row(*row)[start + input]
                            }
                            _ => 0,
                        };
                        let weight = i16::from(weight).to_le_bytes();
                        bytes.extend_from_slice(&weight[..tiling.weight_bytes]);
                    }
                }
            }
            start += length;
        }
    }
    let weights = bytes
        .chunks(64)
        .map(|chunk| {
            let mut line = CacheLine([0; 64]);
            line.0[..chunk.len()].copy_from_slice(chunk);
            line
        })
        .collect();
    let groups = pieces.iter().map(|length| length.div_ceil(tiling.group)).collect();
    Packed { weights, bias, scale, tiles, groups }
}
