//! What a kernel computes, and the buffers that it reads and writes.

use crate::network::{Convolution, Lstm, OutputLayer};

/// Rows of activations are padded with zeros to a multiple of so many values.
pub(crate) const BLOCK: usize = 16;

/// Returns `size` rounded up to whole blocks.
pub(crate) fn padded(size: usize) -> usize {
    size.next_multiple_of(BLOCK)
}

/// Three pixels of a column above each other, and one that is not looked at.
pub(crate) const WINDOW: usize = 4;

/// The pixels around three columns of the picture: for each of the columns, for each of its neighbors (left, own,
/// right), for each row from the top, the window around it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Neighborhoods<'a, A> {
    /// 9 times `Self::side_values` values.
    pub values: &'a [A],
    /// Rows of the picture.
    pub height: usize,
    /// From a window to the one below: 1 where they overlap, `WINDOW` where each has pixels of its own.
    pub pitch: usize,
}

impl<A> Neighborhoods<'_, A> {
    /// Returns how many values the windows of one neighbor column take.
    pub(crate) fn side_values(height: usize, pitch: usize) -> usize {
        (height - 1) * pitch + WINDOW
    }
}

/// Where the rows of one line or column lie in the buffers of a step, counted in rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// The row of `LstmStep::input` that is read.
    pub input: usize,
    /// The row of `LstmStep::output` with the outputs of the step before.
    pub before: usize,
    /// The row of `LstmStep::output` that is written; not `before` of any place of the step.
    pub output: usize,
}

/// One step of an LSTM over several lines or columns at once.
#[derive(Debug)]
pub(crate) struct LstmStep<'a, A> {
    /// Rows of `input_stride` values: at least `padded(inputs)`.
    pub input: &'a [A],
    /// Values of an input row.
    pub input_stride: usize,
    /// Rows of `padded(units)` values.
    pub output: &'a mut [A],
    /// The cells' states: a row of `padded(units)` for each of `places`.
    pub state: &'a mut [f32],
    /// One for each line or column.
    pub places: &'a [Place],
}

/// The arithmetic of all layers on one kind of processor. An activation of 1.0 is 127.
pub(crate) trait Arithmetic {
    /// An activation as it is stored.
    type Activation: Copy;
    /// Weights of the first layer, in the order in which they are read.
    type Convolution;
    /// Weights of an LSTM, in the order in which they are read.
    type Gates;
    /// Weights of the last layer, in the order in which they are read.
    type Dense;

    /// Returns how an activation of -127 to 127 is stored.
    fn activation(value: i8) -> Self::Activation;
    /// Arranges the weights of the first layer: 9 inputs.
    fn pack_convolution(layer: &Convolution) -> Self::Convolution;
    /// Arranges the weights of an LSTM.
    fn pack_gates(lstm: &Lstm) -> Self::Gates;
    /// Arranges the weights of the last layer.
    fn pack_dense(layer: &OutputLayer) -> Self::Dense;

    /// Convolves three columns of the picture and keeps the largest features of each 3 × 3 positions.
    /// `pooled` takes `height / 3` rows of `padded(features)`.
    fn convolve(
        weights: &Self::Convolution,
        picture: Neighborhoods<'_, Self::Activation>,
        pooled: &mut [Self::Activation],
    );
    /// Runs one step of an LSTM.
    fn lstm_step(gates: &Self::Gates, step: LstmStep<'_, Self::Activation>);
    /// Runs the last layer over rows of `padded(inputs)`; gives rows of `padded(classes)`.
    fn dense(weights: &Self::Dense, classes: usize, input: &[Self::Activation], sums: &mut [f32]);
    /// Turns rows of `padded(classes)` sums into rows of `classes` probabilities; changes `sums`.
    fn softmax(weights: &Self::Dense, classes: usize, sums: &mut [f32], probabilities: &mut [f32]);
}

/// Rows of probabilities that are summed at the same time.
const SUMMED_ROWS: usize = 8;

/// Turns rows of `padded(classes)` exponentials into rows of `classes` probabilities. Each row's total is
/// summed from the first class to the last, since the order decides the last bit; so rows run together.
pub(crate) fn normalize(classes: usize, exponentials: &[f32], probabilities: &mut [f32]) {
    let stride = padded(classes);
    let blocks = exponentials
        .chunks(SUMMED_ROWS * stride)
        .zip(probabilities.chunks_mut(SUMMED_ROWS * classes));
    for (exponentials, probabilities) in blocks {
        let mut totals = [0.0f32; SUMMED_ROWS];
        if exponentials.len() == SUMMED_ROWS * stride {
            for class in 0..classes {
                for (row, total) in totals.iter_mut().enumerate() {
                    *total += exponentials[row * stride + class];
                }
            }
        } else {
            for (row, total) in exponentials.chunks_exact(stride).zip(&mut totals) {
                *total = row[..classes].iter().fold(0.0, |sum, value| sum + value);
            }
        }
        let rows = exponentials.chunks_exact(stride).zip(probabilities.chunks_exact_mut(classes));
        for ((exponentials, probabilities), total) in rows.zip(totals) {
            for (probability, &value) in probabilities.iter_mut().zip(exponentials) {
                *probability = value / total;
            }
        }
    }
}
