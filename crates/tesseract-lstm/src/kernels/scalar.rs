//! The network's layers in plain code: what the other kernels must equal.

use super::curves::{self, LOGISTIC, POWERS, TANH};
use super::{Arithmetic, LstmStep, Window, padded};
use crate::layers::Matrix;
use crate::network::Lstm;

/// Plain arithmetic; activations are signed bytes.
#[derive(Debug)]
pub(crate) struct Scalar;

impl Arithmetic for Scalar {
    type Activation = i8;
    type Convolution = Matrix;
    type Gates = Lstm;
    type Dense = Matrix;

    fn activation(value: i8) -> i8 {
        value
    }

    fn pack_convolution(matrix: &Matrix) -> Matrix {
        matrix.clone()
    }

    fn pack_gates(lstm: &Lstm) -> Lstm {
        lstm.clone()
    }

    fn pack_dense(matrix: &Matrix) -> Matrix {
        matrix.clone()
    }

    fn convolve(weights: &Matrix, windows: &[Window<i8>], pooled: &mut [i8]) {
        let height = windows.len() / 9;
        let stride = padded(weights.rows);
        pooled.fill(0);
        for (pooled_y, cell) in pooled.chunks_exact_mut(stride).enumerate() {
            for (feature, value) in cell.iter_mut().take(weights.rows).enumerate() {
                // Curve and rounding never fall, so the largest sum has the largest activation.
                let mut largest = i32::MIN;
                for (column, y) in (0..9).map(|index| (index / 3, 3 * pooled_y + index % 3)) {
                    let [left, own, right] =
                        [0, 1, 2].map(|side| &windows[(3 * column + side) * height + y][..3]);
                    let sum = product_sum(weights, feature, &[left, own, right]);
                    largest = largest.max(sum);
                }
                let sum = largest as f32 * weights.scale[feature];
                *value = curves::quantized(curves::tanh(&TANH, sum));
            }
        }
    }

    fn lstm_step(gates: &Lstm, step: LstmStep<'_, i8>) {
        let units = gates.units;
        let stride = padded(units);
        for (row, place) in step.places.iter().enumerate() {
            let input = &step.input[place.input * step.input_stride..][..gates.inputs];
            for unit in 0..units {
                let before = &step.output[place.before * stride..][..units];
                let [cell, enter, keep, leave] = gates.gates.each_ref().map(|gate| {
                    product_sum(gate, unit, &[input, before]) as f32 * gate.scale[unit]
                });
                let state = &mut step.state[row * stride + unit];
                let kept = *state * curves::logistic(&LOGISTIC, keep);
                let entered = curves::tanh(&TANH, cell) * curves::logistic(&LOGISTIC, enter);
                *state = (kept + entered).clamp(-100.0, 100.0);
                let output = curves::tanh(&TANH, *state) * curves::logistic(&LOGISTIC, leave);
                step.output[place.output * stride + unit] = curves::quantized(output);
            }
            step.output[place.output * stride + units..][..stride - units].fill(0);
        }
    }

    fn dense(weights: &Matrix, _classes: usize, input: &[i8], sums: &mut [f32]) {
        let rows = input.chunks_exact(padded(weights.inputs));
        for (input, sums) in rows.zip(sums.chunks_exact_mut(padded(weights.rows))) {
            for (class, sum) in sums.iter_mut().take(weights.rows).enumerate() {
                let product = product_sum(weights, class, &[&input[..weights.inputs]]);
                *sum = product as f32 * weights.scale[class];
            }
        }
    }

    fn softmax(_weights: &Matrix, classes: usize, sums: &mut [f32], probabilities: &mut [f32]) {
        let rows = sums.chunks_exact(padded(classes));
        for (sums, probabilities) in rows.zip(probabilities.chunks_exact_mut(classes)) {
            let sums = &sums[..classes];
            let largest = sums.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let mut total = 0.0;
            for (probability, &sum) in probabilities.iter_mut().zip(sums) {
                let distance = (sum - largest).max(curves::LEAST_EXPONENT);
                *probability = curves::exponential(&POWERS, distance);
                total += *probability;
            }
            for probability in probabilities {
                *probability /= total;
            }
        }
    }
}

/// Returns the sum of products of one row with the inputs, which stand in several pieces, and its bias.
fn product_sum(matrix: &Matrix, row: usize, pieces: &[&[i8]]) -> i32 {
    let mut weights = matrix.row(row).iter();
    let mut sum = 127 * i32::from(matrix.bias[row]);
    for piece in pieces {
        // The weights are the second, so that none is taken when the piece is at its end.
        for (&value, &weight) in piece.iter().zip(weights.by_ref()) {
            sum += i32::from(weight) * i32::from(value);
        }
    }
    sum
}
