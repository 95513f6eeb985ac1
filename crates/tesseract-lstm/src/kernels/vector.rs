//! What the network's layers need of a processor's vector instructions.
//!
//! `tiles` has the layers, `packed` checks what goes into them; `avx2` and `vnni` implement this trait and compile the
//! layers with their instructions switched on.

#![expect(unsafe_code, reason = "vector instructions and their loads and stores")]

use std::fmt::Debug;
use std::marker::PhantomData;

use super::arithmetic::{Neighborhoods, Place};
use super::curves::{self, Curve, Sketch};
use super::pack::{self, CacheLine, OutputRow, Packed, Products};

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
        window: *const Self::Activation,
    ) -> Self::Integers;
    /// Returns the values of a curve for arguments of 0 or more.
    unsafe fn on_curve(curve: &Curve, arguments: Self::Floats) -> Self::Floats;
    /// Returns `curves::exponential`.
    unsafe fn exponential(arguments: Self::Floats) -> Self::Floats;
    /// Stores `curves::quantized` values of -1 to 1.
    unsafe fn store_quantized(values: Self::Floats, to: *mut Self::Activation);

    /// Stores the outputs of cells with these states and arguments of the output gate.
    unsafe fn store_outputs(
        weights: &Weights<Self>,
        state: Self::Floats,
        leave: Self::Floats,
        to: *mut Self::Activation,
    );
    /// Stores the activations of tanh of the arguments.
    unsafe fn store_tanh(
        weights: &Weights<Self>,
        arguments: Self::Floats,
        to: *mut Self::Activation,
    );
}

/// Weights of a layer, and the curves at hand. They exist only on processors that have the instructions.
#[derive(Debug)]
pub(crate) struct Weights<V> {
    pub packed: Packed,
    pub tanh: &'static Curve,
    pub logistic: &'static Curve,
    pub sketch: &'static Sketch,
    instructions: PhantomData<V>,
}

impl<V: Vector> Weights<V> {
    /// Packs tiles of `columns` vectors. `output` says which row stands in a (tile, column, lane), none in padding.
    pub(crate) fn pack<'a>(
        pieces: &[usize],
        tiles: usize,
        columns: usize,
        output: impl Fn(usize, usize, usize) -> Option<OutputRow<'a>>,
    ) -> Self {
        assert!(V::is_available(), "the kernel was chosen for a processor that can run it");
        let tile = |tile| {
            let places =
                (0..columns).flat_map(|column| (0..V::LANES).map(move |lane| (column, lane)));
            places.map(|(column, lane)| output(tile, column, lane)).collect()
        };
        let tiles: Vec<Vec<Option<OutputRow<'a>>>> = (0..tiles).map(tile).collect();
        let packed = pack::pack(V::PRODUCTS, pieces, &tiles);
        Self {
            packed,
            tanh: &curves::TANH,
            logistic: &curves::LOGISTIC,
            sketch: &curves::SKETCH,
            instructions: PhantomData,
        }
    }

    /// Returns the number of cache lines of a tile's weights.
    pub(crate) fn lines(&self) -> usize {
        self.packed.weights.len() / self.packed.tiles
    }
}

/// Buffers of up to `Vector::ROWS` places of an LSTM's step; checked by `checked_rows`.
pub(crate) struct LstmRows<'a, V: Vector> {
    pub input: *const V::Activation,
    pub input_stride: usize,
    pub output: *mut V::Activation,
    pub state: *mut f32,
    pub places: &'a [Place],
}

/// Rows of the last layer.
pub(crate) struct DenseRows<V: Vector> {
    pub input: *const V::Activation,
    pub input_stride: usize,
    pub sums: *mut f32,
    pub stride: usize,
}

/// Three columns for the first layer, and room for their cells.
pub(crate) struct Picture<'a, V: Vector> {
    pub columns: Neighborhoods<'a, V::Activation>,
    pub pooled: &'a mut [V::Activation],
}
