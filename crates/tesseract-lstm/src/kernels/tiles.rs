//! The network's layers on vectors: what is loaded, multiplied and stored in which order.
//!
//! A tile is 4 vectors of outputs (an LSTM's gates) for a few rows, as many as the registers hold. The functions become
//! part of their callers in `avx2` and `vnni`, which have the instructions switched on.

#![expect(unsafe_code, reason = "vector instructions and their loads and stores")]
#![expect(
    clippy::inline_always,
    reason = "compiled by itself, a layer would lack the instructions"
)]

use super::arithmetic::{Neighborhoods, padded};
use super::curves::{self, Curve};
use super::pack::CacheLine;
use super::vector::{DenseRows, GATES, LstmRows, MAX_LANES, Picture, Vector, Weights};
use crate::network::POOL;

/// States of an LSTM's cells stay within this distance of 0.
const STATE_LIMIT: f32 = 100.0;

/// Returns 4 vectors of integers.
#[inline(always)]
unsafe fn load_tile<V: Vector>(from: &[i32], first: usize) -> [V::Integers; GATES] {
    // SAFETY: the caller vouches for 4 vectors from `first` on.
    std::array::from_fn(|column| unsafe {
        V::load_integers(from.as_ptr().add(first + column * V::LANES))
    })
}

/// Runs a tile of a step of an LSTM for `R` rows, which are in their buffers.
#[inline(always)]
pub(crate) unsafe fn lstm_rows<V: Vector, const R: usize>(
    weights: &Weights<V>,
    tile: usize,
    rows: &LstmRows<'_, V>,
) {
    let packed = &weights.packed;
    let stride = packed.tiles * V::LANES;
    let first = tile * GATES * V::LANES;
    // SAFETY: the caller vouches for the instructions and for the rows' places in their buffers; the weights hold as
    // many lines, biases and scales as tiles, pieces and groups say.
    unsafe {
        let mut line = packed.weights.as_ptr().add(tile * weights.lines());
        let inputs: [*const V::Activation; R] =
            std::array::from_fn(|row| rows.input.add(rows.places[row].input * rows.input_stride));
        let before: [*const V::Activation; R] = std::array::from_fn(|row| {
            rows.output.add(rows.places[row].before * stride).cast_const()
        });
        let mut sums = [load_tile::<V>(&packed.bias, first); R];
        line = add_piece::<V, R>(&mut sums, line, packed.groups[0], &inputs);
        add_piece::<V, R>(&mut sums, line, packed.groups[1], &before);
        // A copy, and not inlined into registers: indexed by a loop, the sums would live in memory during the
        // products as well.
        let sums = std::hint::black_box(sums);
        lstm_outputs::<V, R>(weights, tile, rows, &sums);
    }
}

/// Replaces states and stores outputs of a tile for the rows, at most `R`, that the first `sums` belong to.
#[inline(always)]
pub(crate) unsafe fn lstm_outputs<V: Vector, const R: usize>(
    weights: &Weights<V>,
    tile: usize,
    rows: &LstmRows<'_, V>,
    sums: &[[V::Integers; GATES]; R],
) {
    let packed = &weights.packed;
    let stride = packed.tiles * V::LANES;
    let place = tile * V::LANES;
    // SAFETY: as of the caller.
    unsafe {
        let scale: [V::Floats; GATES] = std::array::from_fn(|gate| {
            V::load(packed.scale.as_ptr().add((tile * GATES + gate) * V::LANES))
        });
        // First all states, then all outputs: those of a row wait for its state.
        let mut leave = [V::splat(0.0); R];
        for (row, (sums, leave)) in sums.iter().zip(&mut leave).take(rows.places.len()).enumerate()
        {
            let state = rows.state.add(row * stride + place);
            let values: [V::Floats; GATES] =
                std::array::from_fn(|gate| V::multiply(V::to_floats(sums[gate]), scale[gate]));
            V::store(next_state(weights, V::load(state), values), state);
            *leave = values[3];
        }
        for (row, (leave, places)) in leave.into_iter().zip(rows.places).enumerate() {
            let state = V::load(rows.state.add(row * stride + place));
            let output = rows.output.add(places.output * stride + place);
            V::store_outputs(weights, state, leave, output);
        }
    }
}

/// Adds the products of one piece of the input of `groups` groups. `line` is where the piece's weights are; returns
/// where the next piece's are.
#[inline(always)]
unsafe fn add_piece<V: Vector, const R: usize>(
    sums: &mut [[V::Integers; GATES]; R],
    mut line: *const CacheLine,
    groups: usize,
    rows: &[*const V::Activation; R],
) -> *const CacheLine {
    let products = V::PRODUCTS;
    let lines = GATES * V::LANES * products.group * products.weight_bytes / size_of::<CacheLine>();
    for group in 0..groups {
        // SAFETY: the caller vouches for rows and weights.
        unsafe {
            V::add_products(sums, line, rows.map(|row| row.add(group * products.group)));
            line = line.add(lines);
        }
    }
    line
}

/// Returns the new states of cells from their states and the arguments of cell input, input gate and forget gate.
#[inline(always)]
unsafe fn next_state<V: Vector>(
    weights: &Weights<V>,
    state: V::Floats,
    [cell, enter, keep, _]: [V::Floats; GATES],
) -> V::Floats {
    // SAFETY: the caller vouches for the instructions.
    unsafe {
        let entered =
            V::multiply(tanh::<V>(weights.tanh, cell), logistic::<V>(weights.logistic, enter));
        let kept = V::multiply(state, logistic::<V>(weights.logistic, keep));
        let sum = V::smaller(V::add(kept, entered), V::splat(STATE_LIMIT));
        V::larger(sum, V::splat(-STATE_LIMIT))
    }
}

/// Stores the outputs of cells with these states and arguments of the output gate.
#[inline(always)]
pub(crate) unsafe fn store_outputs<V: Vector>(
    weights: &Weights<V>,
    state: V::Floats,
    leave: V::Floats,
    to: *mut V::Activation,
) {
    // SAFETY: the caller vouches for the instructions and for a vector of outputs.
    unsafe {
        let leave = logistic::<V>(weights.logistic, leave);
        V::store_quantized(V::multiply(tanh::<V>(weights.tanh, state), leave), to);
    }
}

#[inline(always)]
pub(crate) unsafe fn tanh<V: Vector>(curve: &Curve, arguments: V::Floats) -> V::Floats {
    // SAFETY: the caller vouches for the instructions; the argument of the curve has no sign.
    unsafe { V::with_signs(V::on_curve(curve, V::absolute(arguments)), arguments) }
}

#[inline(always)]
unsafe fn logistic<V: Vector>(curve: &Curve, arguments: V::Floats) -> V::Floats {
    // SAFETY: the caller vouches for the instructions; the argument of the curve has no sign.
    unsafe {
        let value = V::on_curve(curve, V::absolute(arguments));
        V::choose(arguments, V::subtract(V::splat(1.0), value), value)
    }
}

/// Convolves three columns and keeps the largest sums of each 3 × 3 positions; see `Arithmetic::convolve`.
#[inline(always)]
pub(crate) unsafe fn convolve<V: Vector>(weights: &Weights<V>, picture: &mut Picture<'_, V>) {
    let packed = &weights.packed;
    let Neighborhoods { values, height, pitch } = picture.columns;
    let side_values = Neighborhoods::<V::Activation>::side_values(height, pitch);
    let values = values.as_ptr();
    let pooled = picture.pooled.as_mut_ptr();
    // SAFETY: the caller vouches for 9 columns of windows and height / 3 cells of all tiles.
    unsafe {
        for tile in 0..packed.tiles {
            let lines = packed.weights.as_ptr().add(tile * weights.lines());
            let bias = V::load_integers(packed.bias.as_ptr().add(tile * V::LANES));
            let scale = V::load(packed.scale.as_ptr().add(tile * V::LANES));
            for cell in 0..height / POOL {
                let mut largest = V::load_integers([i32::MIN; MAX_LANES].as_ptr());
                for position in 0..POOL * POOL {
                    let (column, y) = (position / POOL, POOL * cell + position % POOL);
                    let window = values.add(POOL * column * side_values + y * pitch);
                    let mut sum = bias;
                    for side in 0..POOL {
                        sum = V::add_window(sum, lines.add(side), window.add(side * side_values));
                    }
                    largest = V::larger_integers(largest, sum);
                }
                let value = V::multiply(V::to_floats(largest), scale);
                let output = pooled.add((cell * packed.tiles + tile) * V::LANES);
                V::store_tanh(weights, value, output);
            }
        }
    }
}

/// Runs the last layer for `R` rows.
#[inline(always)]
pub(crate) unsafe fn dense_rows<V: Vector, const R: usize>(
    weights: &Weights<V>,
    rows: &DenseRows<V>,
) {
    let packed = &weights.packed;
    let mut line = packed.weights.as_ptr();
    // SAFETY: the caller vouches for R rows of input and sums.
    unsafe {
        let inputs: [*const V::Activation; R] =
            std::array::from_fn(|row| rows.input.add(row * rows.input_stride));
        for tile in 0..packed.tiles {
            let first = tile * GATES * V::LANES;
            let mut sums = [load_tile::<V>(&packed.bias, first); R];
            line = add_piece::<V, R>(&mut sums, line, packed.groups[0], &inputs);
            let sums = std::hint::black_box(sums);
            dense_outputs(weights, tile, &sums, rows.sums, rows.stride);
        }
    }
}

/// Stores the values of a tile's classes, a row of `stride` for each of `sums`.
#[inline(always)]
pub(crate) unsafe fn dense_outputs<V: Vector>(
    weights: &Weights<V>,
    tile: usize,
    sums: &[[V::Integers; GATES]],
    to: *mut f32,
    stride: usize,
) {
    for (row, sums) in sums.iter().enumerate() {
        for (column, &sum) in sums.iter().enumerate() {
            let class = (tile * GATES + column) * V::LANES;
            // The last tile may have more vectors than there are classes.
            if class < stride {
                // SAFETY: as of the caller.
                unsafe {
                    let scale = V::load(weights.packed.scale.as_ptr().add(class));
                    V::store(V::multiply(V::to_floats(sum), scale), to.add(row * stride + class));
                }
            }
        }
    }
}

/// Replaces rows of `padded(classes)` sums by the exponentials of their distances from the row's largest.
#[inline(always)]
pub(crate) unsafe fn exponentials<V: Vector>(classes: usize, sums: &mut [f32]) {
    for row in sums.chunks_exact_mut(padded(classes)) {
        row[classes..].fill(f32::NEG_INFINITY);
        // SAFETY: the caller vouches for the instructions; each chunk is a vector.
        unsafe {
            let mut largest = V::splat(f32::NEG_INFINITY);
            for values in row.chunks_exact(V::LANES) {
                largest = V::larger(largest, V::load(values.as_ptr()));
            }
            let largest = V::splat(V::largest_of(largest));
            for values in row.chunks_exact_mut(V::LANES) {
                let distance = V::subtract(V::load(values.as_ptr()), largest);
                let distance = V::larger(distance, V::splat(curves::LEAST_EXPONENT));
                V::store(V::exponential(distance), values.as_mut_ptr());
            }
        }
    }
}
