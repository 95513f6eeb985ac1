//! What the network's layers need of a processor's vector instructions.
//!
//! `tiles` has the layers, `packed` checks what goes into them; `avx2` and `vnni` implement this trait and compile the
//! layers with their instructions switched on.

#![expect(unsafe_code, reason = "vector instructions and their loads and stores")]

use std::fmt::Debug;

use super::Window;
use super::curves::Curve;
use super::pack::{CacheLine, Products};
use super::packed::{DenseRows, LstmRows, Picture, Weights};

/// Vectors of outputs that are computed at once: as many as an LSTM has gates.
pub(crate) const GATES: usize = 4;
/// Numbers in the largest vector.
pub(crate) const MAX_LANES: usize = 16;

/// The vector instructions of a kind of processor, on vectors of `LANES` numbers.
///
/// # Safety
///
/// All unsafe functions may only be called on a processor that has the instructions. Pointers are good for `LANES`
/// values (`add_products`: for one group of each row, and the weights of 4 vectors), aligned or not.
pub(crate) trait Vector: Debug + Sized + 'static {
    type Activation: Copy;
    type Integers: Copy;
    type Floats: Copy;

    /// Numbers in a vector.
    const LANES: usize;
    /// Rows that a tile computes at once.
    const ROWS: usize;
    /// What an instruction multiplies.
    const PRODUCTS: Products;

    /// Returns whether this processor has every instruction.
    fn is_available() -> bool;
    /// Returns how an activation of -127 to 127 is stored.
    fn activation(value: i8) -> Self::Activation;

    /// Runs `lstm_rows` for as many rows as there are places, at most `ROWS`, with the instructions switched on.
    unsafe fn run_lstm_rows(gates: &Weights<Self>, tile: usize, rows: &LstmRows<'_, Self>);
    /// Runs `dense_rows` for 1 to `ROWS` rows with the instructions switched on.
    unsafe fn run_dense_rows(weights: &Weights<Self>, rows: &DenseRows<Self>, count: usize);
    /// Runs `convolve` with the instructions switched on.
    unsafe fn run_convolve(weights: &Weights<Self>, picture: &mut Picture<'_, Self>);
    /// Runs `exponentials` with the instructions switched on.
    unsafe fn run_exponentials(classes: usize, sums: &mut [f32]);

    unsafe fn load_integers(from: *const i32) -> Self::Integers;
    unsafe fn load(from: *const f32) -> Self::Floats;
    unsafe fn store(value: Self::Floats, to: *mut f32);
    unsafe fn splat(value: f32) -> Self::Floats;
    unsafe fn add(one: Self::Floats, other: Self::Floats) -> Self::Floats;
    unsafe fn subtract(one: Self::Floats, other: Self::Floats) -> Self::Floats;
    unsafe fn multiply(one: Self::Floats, other: Self::Floats) -> Self::Floats;
    unsafe fn smaller(one: Self::Floats, other: Self::Floats) -> Self::Floats;
    unsafe fn larger(one: Self::Floats, other: Self::Floats) -> Self::Floats;
    /// Returns the values without their signs.
    unsafe fn absolute(values: Self::Floats) -> Self::Floats;
    /// Gives values of 0 or more the signs of others.
    unsafe fn with_signs(values: Self::Floats, signs: Self::Floats) -> Self::Floats;
    /// Returns `negative` where `values` are below 0, else `others`; either at a negative zero.
    unsafe fn choose(
        values: Self::Floats,
        negative: Self::Floats,
        others: Self::Floats,
    ) -> Self::Floats;
    unsafe fn to_floats(values: Self::Integers) -> Self::Floats;
    unsafe fn larger_integers(one: Self::Integers, other: Self::Integers) -> Self::Integers;
    unsafe fn largest_of(values: Self::Floats) -> f32;

    /// Adds the products of one group of each row with the weights of 4 vectors.
    unsafe fn add_products<const R: usize>(
        sums: &mut [[Self::Integers; GATES]; R],
        weights: *const CacheLine,
        rows: [*const Self::Activation; R],
    );
    /// Returns `sum` and the products of a window with the weights of one side of the pixel.
    unsafe fn add_window(
        sum: Self::Integers,
        weights: *const CacheLine,
        window: *const Window<Self::Activation>,
    ) -> Self::Integers;
    /// Returns the values of a curve for arguments of 0 or more.
    unsafe fn on_curve(curve: &Curve, arguments: Self::Floats) -> Self::Floats;
    /// Returns `curves::exponential`.
    unsafe fn exponential(arguments: Self::Floats) -> Self::Floats;
    /// Stores `curves::quantized` values of -1 to 1.
    unsafe fn store_quantized(values: Self::Floats, to: *mut Self::Activation);
}
