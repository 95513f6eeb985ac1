//! The layers' arithmetic on vectors: packs weights, checks that all rows lie in their buffers, then goes over the tiles.
//!
//! Each layer's weights are of a type of their own, and exist only where the processor has the instructions.

#![expect(unsafe_code, reason = "rows are handed on as pointers when they have been checked")]

use std::marker::PhantomData;

use super::arithmetic::{self, Arithmetic, LstmStep, Neighborhoods, padded};
use super::pack::OutputRow;
use super::vector::{DenseRows, GATES, LstmRows, Picture, Vector, Weights};
use crate::layers::Matrix;
use crate::network::{Convolution, Lstm, NEIGHBORS, OutputLayer, POOL};

/// Weights of the first layer.
#[derive(Debug)]
pub(crate) struct ConvolutionWeights<V>(pub(super) Weights<V>);

/// Weights of an LSTM.
#[derive(Debug)]
pub(crate) struct GateWeights<V>(pub(super) Weights<V>);

/// Weights of the last layer.
#[derive(Debug)]
pub(crate) struct DenseWeights<V>(pub(super) Weights<V>);

fn output_row(matrix: &Matrix, row: usize) -> Option<OutputRow<'_>> {
    (row < matrix.rows).then_some(OutputRow { matrix, row })
}

/// The arithmetic of a processor with vectors.
#[derive(Debug)]
pub(crate) struct Vectors<V>(PhantomData<V>);

impl<V: Vector> Arithmetic for Vectors<V> {
    type Activation = V::Activation;
    type Convolution = ConvolutionWeights<V>;
    type Gates = GateWeights<V>;
    type Dense = DenseWeights<V>;

    fn activation(value: i8) -> V::Activation {
        V::activation(value)
    }

    fn pack_convolution(Convolution(matrix): &Convolution) -> ConvolutionWeights<V> {
        let tiles = padded(matrix.rows) / V::LANES;
        ConvolutionWeights(Weights::pack(&[POOL; 3], tiles, 1, |tile, _, lane| {
            output_row(matrix, tile * V::LANES + lane)
        }))
    }

    fn pack_gates(lstm: &Lstm) -> GateWeights<V> {
        let tiles = padded(lstm.units) / V::LANES;
        GateWeights(Weights::pack(&[lstm.inputs, lstm.units], tiles, GATES, |tile, gate, lane| {
            output_row(&lstm.gates[gate], tile * V::LANES + lane)
        }))
    }

    fn pack_dense(OutputLayer(matrix): &OutputLayer) -> DenseWeights<V> {
        let tiles = matrix.rows.div_ceil(GATES * V::LANES);
        DenseWeights(Weights::pack(&[matrix.inputs], tiles, GATES, |tile, column, lane| {
            output_row(matrix, (tile * GATES + column) * V::LANES + lane)
        }))
    }

    fn convolve(
        weights: &ConvolutionWeights<V>,
        columns: Neighborhoods<'_, V::Activation>,
        pooled: &mut [V::Activation],
    ) {
        let Neighborhoods { values, height, pitch } = columns;
        let side_values = Neighborhoods::<V::Activation>::side_values(height, pitch);
        assert!(values.len() / NEIGHBORS >= side_values, "windows of all rows");
        let stride = weights.0.packed.tiles * V::LANES;
        assert!(pooled.len() / stride >= height / POOL, "room for each pooled cell");
        // SAFETY: weights exist only where the instructions do; columns and pooled are as long as read.
        unsafe { V::run_convolve(&weights.0, &mut Picture { columns, pooled }) }
    }

    fn lstm_step(gates: &GateWeights<V>, mut step: LstmStep<'_, V::Activation>) {
        lstm_step(&gates.0, &mut step);
    }

    fn dense(weights: &DenseWeights<V>, classes: usize, input: &[V::Activation], sums: &mut [f32]) {
        let weights = &weights.0;
        let stride = padded(classes);
        let input_stride = padded(weights.packed.groups[0] * V::PRODUCTS.group);
        assert!(stride <= weights.packed.scale.len(), "weights for each class");
        let chunks = input.chunks(V::ROWS * input_stride).zip(sums.chunks_mut(V::ROWS * stride));
        for (input, sums) in chunks {
            let count = input.len() / input_stride;
            assert!(count > 0 && sums.len() / stride >= count, "sums for each row");
            let sums = sums.as_mut_ptr();
            let rows = DenseRows { input: input.as_ptr(), input_stride, sums, stride };
            // SAFETY: weights exist only where the instructions do; input and sums have so many rows.
            unsafe { V::run_dense_rows(weights, &rows, count) }
        }
    }

    fn softmax(
        weights: &DenseWeights<V>,
        classes: usize,
        sums: &mut [f32],
        probabilities: &mut [f32],
    ) {
        softmax(&weights.0, classes, sums, probabilities);
    }
}

/// Runs one step of an LSTM; see `Arithmetic::lstm_step`.
pub(super) fn lstm_step<V: Vector>(gates: &Weights<V>, step: &mut LstmStep<'_, V::Activation>) {
    let stride = gates.packed.tiles * V::LANES;
    check_rows(gates, step);
    // All rows of a tile before the next tile: its weights are then in the first cache.
    for tile in 0..gates.packed.tiles {
        for (chunk, places) in step.places.chunks(V::ROWS).enumerate() {
            // SAFETY: weights exist only where the instructions do; all rows were just checked to lie in
            // their buffers.
            unsafe {
                let rows = LstmRows {
                    input: step.input.as_ptr(),
                    input_stride: step.input_stride,
                    output: step.output.as_mut_ptr(),
                    state: step.state.as_mut_ptr().add(chunk * V::ROWS * stride),
                    places,
                };
                V::run_lstm_rows(gates, tile, &rows);
            }
        }
    }
}

/// Turns rows of sums into probabilities; see `Arithmetic::softmax`.
pub(super) fn softmax<V: Vector>(
    _proof: &Weights<V>,
    classes: usize,
    sums: &mut [f32],
    probabilities: &mut [f32],
) {
    assert!(probabilities.len() / classes >= sums.len() / padded(classes), "all have room");
    // SAFETY: weights exist only where the instructions do.
    unsafe { V::run_exponentials(classes, sums) };
    arithmetic::normalize(classes, sums, probabilities);
}

/// Checks that all rows of a step lie in their buffers.
pub(super) fn check_rows<V: Vector>(gates: &Weights<V>, step: &LstmStep<'_, V::Activation>) {
    let stride = gates.packed.tiles * V::LANES;
    let group = V::PRODUCTS.group;
    assert!(gates.packed.groups[0] * group <= step.input_stride, "rows hold all inputs");
    assert!(gates.packed.groups[1] * group <= stride, "rows hold all outputs");
    assert!(step.places.len() <= step.state.len() / stride, "a state for each place");
    let (inputs, outputs) = (step.input.len() / step.input_stride, step.output.len() / stride);
    for place in step.places {
        assert!(place.input < inputs, "input rows exist");
        assert!(place.before.max(place.output) < outputs, "output rows exist");
    }
}
