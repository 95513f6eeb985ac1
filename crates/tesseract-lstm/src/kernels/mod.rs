//! The arithmetic of the network's layers, once for each kind of processor.
//!
//! All kernels give the same bits: sums of products are integers, and every rounding of the rest is
//! fixed. `forward` drives them; it knows the order of lines and steps, the kernels know numbers only.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod curves;
#[cfg(target_arch = "x86_64")]
mod pack;
#[cfg(target_arch = "x86_64")]
mod packed;
mod scalar;
#[cfg(target_arch = "x86_64")]
mod tiles;
#[cfg(target_arch = "x86_64")]
mod vector;
#[cfg(target_arch = "x86_64")]
mod vnni;

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::layers::Matrix;
use super::network::Lstm;

#[cfg(target_arch = "x86_64")]
pub(super) type Avx2 = packed::Vectors<avx2::Avx2>;
pub(super) use scalar::Scalar;
#[cfg(target_arch = "x86_64")]
pub(super) type Vnni = packed::Vectors<vnni::Vnni>;

/// Rows of activations are padded with zeros to a multiple of so many values.
pub(super) const BLOCK: usize = 16;

/// Returns `size` rounded up to whole blocks.
pub(super) fn padded(size: usize) -> usize {
    size.next_multiple_of(BLOCK)
}

/// A set of instructions that the network runs on. All give the same results, not at the same speed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Kernel {
    /// Plain code; slower than Tesseract, there to check the others by.
    Scalar,
    /// AVX2 with 16-bit products.
    Avx2,
    /// AVX-512 with 8-bit dot products.
    Vnni,
}

impl Kernel {
    /// Returns the fastest kernel that this processor can run.
    pub fn fastest() -> Self {
        Self::available()[0]
    }

    /// Returns the kernels that this processor can run, the fastest first; `Scalar` is always the last.
    pub fn available() -> Vec<Self> {
        let mut kernels = Vec::new();
        #[cfg(target_arch = "x86_64")]
        if <vnni::Vnni as vector::Vector>::is_available() {
            kernels.push(Self::Vnni);
        }
        #[cfg(target_arch = "x86_64")]
        if <avx2::Avx2 as vector::Vector>::is_available() {
            kernels.push(Self::Avx2);
        }
        kernels.push(Self::Scalar);
        kernels
    }
}

impl fmt::Display for Kernel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Scalar => "scalar",
            Self::Avx2 => "avx2",
            Self::Vnni => "vnni",
        })
    }
}

/// A kernel's name that is none.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("no kernel is called `{0}`; there are `scalar`, `avx2` and `vnni`")]
pub struct UnknownKernel(String);

impl FromStr for Kernel {
    type Err = UnknownKernel;

    fn from_str(name: &str) -> Result<Self, UnknownKernel> {
        match name {
            "scalar" => Ok(Self::Scalar),
            "avx2" => Ok(Self::Avx2),
            "vnni" => Ok(Self::Vnni),
            other => Err(UnknownKernel(other.to_owned())),
        }
    }
}

/// Three pixels of a column above each other, and one that is not looked at.
pub(super) type Window<A> = [A; 4];

/// Where the rows of one line or column lie in the buffers of a step, counted in rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// The row of `LstmStep::input` that is read.
    pub input: usize,
    /// The row of `LstmStep::output` with the outputs of the step before.
    pub before: usize,
    /// The row of `LstmStep::output` that is written; not `before` of any place of the step.
    pub output: usize,
}

/// One step of an LSTM over several lines or columns at once.
#[derive(Debug)]
pub(super) struct LstmStep<'a, A> {
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
pub(super) trait Arithmetic {
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
    fn pack_convolution(matrix: &Matrix) -> Self::Convolution;
    /// Arranges the weights of an LSTM.
    fn pack_gates(lstm: &Lstm) -> Self::Gates;
    /// Arranges the weights of the last layer.
    fn pack_dense(matrix: &Matrix) -> Self::Dense;

    /// Convolves three columns of the picture and keeps the largest features of each 3 × 3 positions.
    /// `windows` holds, for each of the three columns, for each of its neighbor columns (left, own, right),
    /// for each of `height` rows, the window around it. `pooled` takes `height / 3` rows of
    /// `padded(features)`.
    fn convolve(
        weights: &Self::Convolution,
        windows: &[Window<Self::Activation>],
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
fn normalize(classes: usize, exponentials: &[f32], probabilities: &mut [f32]) {
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

#[cfg(test)]
mod tests;
