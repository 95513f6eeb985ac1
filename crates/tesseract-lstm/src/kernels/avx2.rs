//! The network's layers with AVX2: products of 16-bit numbers, curves by tables.
//!
//! Products of bytes would be faster, but their sums are cut off at 16 bits. A tile is 4 vectors of 8 outputs
//! (an LSTM's gates) for up to 2 rows. With 3 rows the 16 registers are one too few, and the whole network
//! takes 7 % longer (measured on a Zen 4 processor).

#![expect(unsafe_code, reason = "vector instructions and their loads and stores")]
#![allow(
    clippy::wildcard_imports,
    reason = "half of all names here are instructions; not noticed in builds for tests, so no `expect`"
)]

use std::arch::x86_64::*;

use super::curves::{self, Curve};
use super::pack::{self, CacheLine, Packed, Tiling};
use super::{Arithmetic, LstmStep, Place, Window, padded};
use crate::layers::Matrix;
use crate::network::Lstm;

/// Rows that a tile computes at once.
const ROWS: usize = 2;
const LANES: usize = 8;
const GATES: usize = 4;
/// Activations of each row that one instruction multiplies.
const GROUP: usize = 2;

const TILING: Tiling =
    Tiling { columns: GATES, lanes: LANES, group: GROUP, weight_bytes: 2, offset: 0 };

/// Arithmetic for processors with AVX2 and FMA. Weights can only be packed where these are there, and all
/// else needs packed weights.
#[derive(Debug)]
pub(crate) struct Avx2;

/// Weights, and the curves at hand.
#[derive(Debug)]
pub(crate) struct Weights {
    packed: Packed,
    tanh: &'static Curve,
    logistic: &'static Curve,
}

/// Returns whether this processor has every instruction that this file uses.
pub(super) fn is_available() -> bool {
    std::is_x86_feature_detected!("avx2") && std::is_x86_feature_detected!("fma")
}

impl Weights {
    fn new(packed: Packed) -> Self {
        assert!(is_available(), "the kernel was chosen for a processor that can run it");
        Self { packed, tanh: &curves::TANH, logistic: &curves::LOGISTIC }
    }
}

impl Arithmetic for Avx2 {
    type Activation = i16;
    type Convolution = Weights;
    type Gates = Weights;
    type Dense = Weights;

    fn activation(value: i8) -> i16 {
        i16::from(value)
    }

    fn pack_convolution(matrix: &Matrix) -> Weights {
        let tiling = Tiling { columns: 1, ..TILING };
        Weights::new(pack::pack(
            tiling,
            padded(matrix.rows) / LANES,
            &[3, 3, 3],
            |tile, _, lane| {
                let feature = tile * LANES + lane;
                (feature < matrix.rows).then_some((matrix, feature))
            },
        ))
    }

    fn pack_gates(lstm: &Lstm) -> Weights {
        let pieces = [lstm.inputs, lstm.units];
        let tiles = padded(lstm.units) / LANES;
        Weights::new(pack::pack(TILING, tiles, &pieces, |tile, gate, lane| {
            let unit = tile * LANES + lane;
            (unit < lstm.units).then_some((&lstm.gates[gate], unit))
        }))
    }

    fn pack_dense(matrix: &Matrix) -> Weights {
        let tiles = matrix.rows.div_ceil(GATES * LANES);
        Weights::new(pack::pack(TILING, tiles, &[matrix.inputs], |tile, column, lane| {
            let class = (tile * GATES + column) * LANES + lane;
            (class < matrix.rows).then_some((matrix, class))
        }))
    }

    fn convolve(weights: &Weights, windows: &[Window<i16>], pooled: &mut [i16]) {
        let height = windows.len() / 9;
        let tiles = weights.packed.tiles;
        assert!(pooled.len() >= height / 3 * tiles * LANES, "room for each pooled cell");
        // SAFETY: weights exist only where the instructions do; windows and pooled are as long as read.
        unsafe { convolve(weights, windows, height, pooled) }
    }

    fn lstm_step(gates: &Weights, step: LstmStep<'_, i16>) {
        let stride = gates.packed.tiles * LANES;
        let input_stride = step.input_stride;
        assert!(gates.packed.groups[0] * GROUP <= input_stride, "rows hold all inputs");
        assert!(step.state.len() >= step.places.len() * stride, "a state for each place");
        for place in step.places {
            assert!((place.input + 1) * input_stride <= step.input.len(), "input rows exist");
            let last = place.before.max(place.output);
            assert!((last + 1) * stride <= step.output.len(), "output rows exist");
        }
        let mut state = step.state;
        for places in step.places.chunks(ROWS) {
            let (own, rest) = state.split_at_mut(places.len() * stride);
            state = rest;
            let rows = LstmRows {
                input: step.input.as_ptr(),
                input_stride,
                output: step.output.as_mut_ptr(),
                state: own.as_mut_ptr(),
                places,
            };
            // SAFETY: weights exist only where the instructions do; all rows were just checked to lie in
            // their buffers, and there are as many places as the tile has rows.
            unsafe {
                match places.len() {
                    1 => lstm_rows::<1>(gates, &rows),
                    3 => lstm_rows::<3>(gates, &rows),
                    _ => lstm_rows::<ROWS>(gates, &rows),
                }
            }
        }
    }

    fn dense(weights: &Weights, classes: usize, input: &[i16], sums: &mut [f32]) {
        let stride = padded(classes);
        let input_stride = padded(weights.packed.groups[0] * GROUP);
        assert!(stride <= weights.packed.tiles * GATES * LANES, "weights for each class");
        let all = input.chunks(ROWS * input_stride).zip(sums.chunks_mut(ROWS * stride));
        for (input, sums) in all {
            let rows = input.len() / input_stride;
            assert!(sums.len() >= rows * stride, "sums for each row");
            // SAFETY: weights exist only where the instructions do; input and sums have so many rows.
            unsafe {
                match rows {
                    0 => {}
                    1 => dense_rows::<1>(weights, input, input_stride, sums, stride),
                    3 => dense_rows::<3>(weights, input, input_stride, sums, stride),
                    _ => dense_rows::<ROWS>(weights, input, input_stride, sums, stride),
                }
            }
        }
    }

    fn softmax(_proof: &Weights, classes: usize, sums: &mut [f32], probabilities: &mut [f32]) {
        let stride = padded(classes);
        let rows = sums.len() / stride;
        assert!(probabilities.len() >= rows * classes, "probabilities for each row");
        // SAFETY: weights exist only where the instructions do; the padding makes whole vectors.
        unsafe { exponentials(classes, sums) };
        super::normalize(classes, sums, probabilities);
    }
}

/// Buffers of up to `ROWS` places of an LSTM's step; checked by the caller.
struct LstmRows<'a> {
    input: *const i16,
    input_stride: usize,
    output: *mut i16,
    state: *mut f32,
    places: &'a [Place],
}

/// Integer sums of a tile: for each row, for each of its 4 vectors.
type Sums<const R: usize> = [[__m256i; GATES]; R];

/// Adds the products of one piece of the input. `weights` points to the piece's weights of a tile; returns
/// where the next piece's are. Each of `rows` is readable for `groups` × 2 values.
#[inline]
#[target_feature(enable = "avx2,fma")]
unsafe fn add_products<const R: usize>(
    sums: &mut Sums<R>,
    weights: *const CacheLine,
    groups: usize,
    rows: &[*const i16; R],
) -> *const CacheLine {
    let mut line = weights;
    for group in 0..groups {
        // SAFETY: the caller vouches for rows and weights.
        unsafe {
            let weights = line.cast::<__m256i>();
            line = line.add(GATES / 2);
            let values: [__m256i; R] = rows.map(|row| {
                _mm256_set1_epi32(row.add(group * GROUP).cast::<i32>().read_unaligned())
            });
            for column in 0..GATES {
                let weights = weights.add(column).read();
                for (sums, values) in sums.iter_mut().zip(values) {
                    let products = _mm256_madd_epi16(values, weights);
                    sums[column] = _mm256_add_epi32(sums[column], products);
                }
            }
        }
    }
    line
}

/// Runs a step of an LSTM for `R` rows.
#[target_feature(enable = "avx2,fma")]
unsafe fn lstm_rows<const R: usize>(weights: &Weights, rows: &LstmRows<'_>) {
    let packed = &weights.packed;
    let stride = packed.tiles * LANES;
    let mut line = packed.weights.as_ptr();
    // SAFETY: the caller vouches for the rows' places in their buffers; the weights hold as many lines,
    // biases and scales as tiles, pieces and groups say.
    unsafe {
        let inputs: [*const i16; R] =
            std::array::from_fn(|row| rows.input.add(rows.places[row].input * rows.input_stride));
        let before: [*const i16; R] = std::array::from_fn(|row| {
            rows.output.add(rows.places[row].before * stride).cast_const()
        });
        for tile in 0..packed.tiles {
            let first = tile * GATES * LANES;
            let bias = packed.bias.as_ptr().add(first);
            let start: [__m256i; GATES] =
                std::array::from_fn(|gate| _mm256_loadu_si256(bias.add(gate * LANES).cast()));
            let mut sums: Sums<R> = [start; R];
            line = add_products(&mut sums, line, packed.groups[0], &inputs);
            line = add_products(&mut sums, line, packed.groups[1], &before);
            let scale = packed.scale.as_ptr().add(first);
            let scale: [__m256; GATES] =
                std::array::from_fn(|gate| _mm256_loadu_ps(scale.add(gate * LANES)));
            // A copy, and not inlined into registers: indexed by a loop, the sums would live in memory
            // during the products as well.
            let sums = std::hint::black_box(sums);
            for (row, sums) in sums.iter().enumerate() {
                let state = rows.state.add(row * stride + tile * LANES);
                let output = rows.output.add(rows.places[row].output * stride + tile * LANES);
                gate_outputs(weights, sums, &scale, state, output);
            }
        }
    }
}

/// Turns the sums of 8 units into their new states and outputs.
#[inline]
#[target_feature(enable = "avx2,fma")]
unsafe fn gate_outputs(
    weights: &Weights,
    sums: &[__m256i; GATES],
    scale: &[__m256; GATES],
    state: *mut f32,
    output: *mut i16,
) {
    let value = |gate: usize| _mm256_mul_ps(_mm256_cvtepi32_ps(sums[gate]), scale[gate]);
    // SAFETY: the caller vouches for 8 states and outputs; curves take every argument.
    unsafe {
        let cell = tanh(weights.tanh, value(0));
        let enter = logistic(weights.logistic, value(1));
        let keep = logistic(weights.logistic, value(2));
        let leave = logistic(weights.logistic, value(3));
        let kept = _mm256_mul_ps(_mm256_loadu_ps(state), keep);
        let sum = _mm256_add_ps(kept, _mm256_mul_ps(cell, enter));
        let limit = _mm256_set1_ps(100.0);
        let sum =
            _mm256_max_ps(_mm256_min_ps(sum, limit), _mm256_sub_ps(_mm256_setzero_ps(), limit));
        _mm256_storeu_ps(state, sum);
        store_quantized(_mm256_mul_ps(tanh(weights.tanh, sum), leave), output);
    }
}

/// Stores 8 values of -1 to 1 as activations.
#[inline]
#[target_feature(enable = "avx2,fma")]
unsafe fn store_quantized(values: __m256, output: *mut i16) {
    let scaled = _mm256_mul_ps(values, _mm256_set1_ps(127.0));
    let sign = _mm256_and_ps(scaled, _mm256_set1_ps(-0.0));
    let half = _mm256_or_ps(sign, _mm256_set1_ps(0.5));
    let whole = _mm256_cvttps_epi32(_mm256_add_ps(scaled, half));
    let (low, high) = (_mm256_castsi256_si128(whole), _mm256_extracti128_si256::<1>(whole));
    // SAFETY: the caller vouches for 8 outputs.
    unsafe { _mm_storeu_si128(output.cast(), _mm_packs_epi32(low, high)) };
}

/// Returns the values of a curve for 8 arguments of 0 or more.
#[inline]
#[target_feature(enable = "avx2,fma")]
unsafe fn on_curve(curve: &Curve, arguments: __m256) -> __m256 {
    let places = _mm256_mul_ps(arguments, _mm256_set1_ps(curves::POINTS_PER_UNIT));
    let places = _mm256_min_ps(places, _mm256_set1_ps(curves::LAST_POINT as f32));
    let index = _mm256_cvttps_epi32(places);
    let part = _mm256_sub_ps(places, _mm256_cvtepi32_ps(index));
    // SAFETY: an index is at most that of the last point.
    let (low, high) = unsafe {
        (
            four_points(curve, _mm256_castsi256_si128(index)),
            four_points(curve, _mm256_extracti128_si256::<1>(index)),
        )
    };
    // Within 128 bits: values of points 0, 1 and 4, 5, then 2, 3 and 6, 7; the permutation brings the middle
    // pairs into their places.
    let (low, high) = (_mm256_castpd_ps(low), _mm256_castpd_ps(high));
    let in_order = |mixed: __m256| {
        _mm256_castpd_ps(_mm256_permute4x64_pd::<0b11_01_10_00>(_mm256_castps_pd(mixed)))
    };
    let value = in_order(_mm256_shuffle_ps::<0b10_00_10_00>(low, high));
    let slope = in_order(_mm256_shuffle_ps::<0b11_01_11_01>(low, high));
    _mm256_add_ps(value, _mm256_mul_ps(slope, part))
}

/// Returns the values and slopes of four points of a curve. Single loads: the gather instruction took a tenth
/// of the whole network's time more (measured on a Zen 4 processor).
#[inline]
#[target_feature(enable = "avx2,fma")]
pub(super) unsafe fn four_points(curve: &Curve, index: __m128i) -> __m256d {
    let points = curve.as_ptr().cast::<f64>();
    let first = _mm_cvtsi128_si64(index).cast_unsigned();
    let second = _mm_extract_epi64::<1>(index).cast_unsigned();
    let (a, b) = (first as u32 as usize, (first >> 32) as usize);
    let (c, d) = (second as u32 as usize, (second >> 32) as usize);
    // SAFETY: the caller vouches for the indexes.
    let (low, high) = unsafe {
        (
            _mm_loadh_pd(_mm_load_sd(points.add(a)), points.add(b)),
            _mm_loadh_pd(_mm_load_sd(points.add(c)), points.add(d)),
        )
    };
    _mm256_insertf128_pd::<1>(_mm256_castpd128_pd256(low), high)
}

#[inline]
#[target_feature(enable = "avx2,fma")]
unsafe fn tanh(curve: &Curve, arguments: __m256) -> __m256 {
    let sign_bit = _mm256_set1_ps(-0.0);
    // SAFETY: as `on_curve`; the argument has no sign.
    let value = unsafe { on_curve(curve, _mm256_andnot_ps(sign_bit, arguments)) };
    _mm256_or_ps(value, _mm256_and_ps(arguments, sign_bit))
}

#[inline]
#[target_feature(enable = "avx2,fma")]
unsafe fn logistic(curve: &Curve, arguments: __m256) -> __m256 {
    // SAFETY: as `on_curve`; the argument has no sign.
    let value = unsafe { on_curve(curve, _mm256_andnot_ps(_mm256_set1_ps(-0.0), arguments)) };
    // The blend looks at the sign, and a negative zero has 1 - 1/2 there as well.
    _mm256_blendv_ps(value, _mm256_sub_ps(_mm256_set1_ps(1.0), value), arguments)
}

/// Convolves three columns and keeps the largest sums of each 3 × 3 positions; see `Arithmetic::convolve`.
#[target_feature(enable = "avx2,fma")]
unsafe fn convolve(weights: &Weights, windows: &[Window<i16>], height: usize, pooled: &mut [i16]) {
    let packed = &weights.packed;
    let windows = windows.as_ptr();
    // SAFETY: the caller vouches for 9 × height windows and height / 3 × tiles × 8 outputs.
    unsafe {
        for tile in 0..packed.tiles {
            let pairs = packed.weights.as_ptr().cast::<__m256i>().add(tile * 6);
            let pairs: [__m256i; 6] = std::array::from_fn(|pair| pairs.add(pair).read());
            let bias = _mm256_loadu_si256(packed.bias.as_ptr().add(tile * LANES).cast());
            let scale = _mm256_loadu_ps(packed.scale.as_ptr().add(tile * LANES));
            for cell in 0..height / 3 {
                let mut largest = _mm256_set1_epi32(i32::MIN);
                for position in 0..9 {
                    let (column, y) = (position / 3, 3 * cell + position % 3);
                    let mut sum = bias;
                    for (pair, &weights) in pairs.iter().enumerate() {
                        let window = (3 * column + pair / 2) * height + y;
                        let half = windows.add(window).cast::<i16>().add(pair % 2 * GROUP);
                        let values = half.cast::<i32>().read_unaligned();
                        let products = _mm256_madd_epi16(_mm256_set1_epi32(values), weights);
                        sum = _mm256_add_epi32(sum, products);
                    }
                    largest = _mm256_max_epi32(largest, sum);
                }
                let value = _mm256_mul_ps(_mm256_cvtepi32_ps(largest), scale);
                let output = pooled.as_mut_ptr().add((cell * packed.tiles + tile) * LANES);
                store_quantized(tanh(weights.tanh, value), output);
            }
        }
    }
}

/// Runs the last layer for `R` rows.
#[target_feature(enable = "avx2,fma")]
unsafe fn dense_rows<const R: usize>(
    weights: &Weights,
    input: &[i16],
    input_stride: usize,
    sums: &mut [f32],
    stride: usize,
) {
    let packed = &weights.packed;
    let mut line = packed.weights.as_ptr();
    // SAFETY: the caller vouches for R rows of input and sums.
    unsafe {
        let rows: [*const i16; R] =
            std::array::from_fn(|row| input.as_ptr().add(row * input_stride));
        for tile in 0..packed.tiles {
            let first = tile * GATES * LANES;
            let bias = packed.bias.as_ptr().add(first);
            let start: [__m256i; GATES] =
                std::array::from_fn(|column| _mm256_loadu_si256(bias.add(column * LANES).cast()));
            let mut products: Sums<R> = [start; R];
            line = add_products(&mut products, line, packed.groups[0], &rows);
            let products = std::hint::black_box(products);
            for (row, products) in products.iter().enumerate() {
                for (column, &sum) in products.iter().enumerate() {
                    let class = first + column * LANES;
                    // The last tile may have more vectors than there are classes.
                    if class < stride {
                        let scale = _mm256_loadu_ps(packed.scale.as_ptr().add(class));
                        let value = _mm256_mul_ps(_mm256_cvtepi32_ps(sum), scale);
                        _mm256_storeu_ps(sums.as_mut_ptr().add(row * stride + class), value);
                    }
                }
            }
        }
    }
}

/// Replaces rows of `padded(classes)` sums by the exponentials of their distances from the row's largest.
#[target_feature(enable = "avx2,fma")]
unsafe fn exponentials(classes: usize, sums: &mut [f32]) {
    for row in sums.chunks_exact_mut(padded(classes)) {
        row[classes..].fill(f32::NEG_INFINITY);
        let mut largest = _mm256_set1_ps(f32::NEG_INFINITY);
        for values in row.chunks_exact(LANES) {
            // SAFETY: the chunk has 8 values.
            largest = _mm256_max_ps(largest, unsafe { _mm256_loadu_ps(values.as_ptr()) });
        }
        let half = _mm_max_ps(_mm256_castps256_ps128(largest), _mm256_extractf128_ps::<1>(largest));
        let pair = _mm_max_ps(half, _mm_movehl_ps(half, half));
        let largest = _mm_max_ps(pair, _mm_shuffle_ps::<0b01>(pair, pair));
        let largest = _mm_shuffle_ps::<0>(largest, largest);
        for values in row.chunks_exact_mut(LANES / 2) {
            // SAFETY: the chunk has 4 values.
            unsafe {
                let distance = _mm_sub_ps(_mm_loadu_ps(values.as_ptr()), largest);
                let distance = _mm_max_ps(distance, _mm_set1_ps(curves::LEAST_EXPONENT));
                _mm_storeu_ps(values.as_mut_ptr(), exponential(distance));
            }
        }
    }
}

/// Returns `curves::exponential` of 4 numbers.
#[inline]
#[target_feature(enable = "avx2,fma")]
unsafe fn exponential(arguments: __m128) -> __m128 {
    let arguments = _mm256_cvtps_pd(arguments);
    let rounding = _mm256_set1_pd(curves::ROUNDING);
    let per_e = _mm256_set1_pd(curves::PARTS_PER_E);
    let shifted = _mm256_fmadd_pd(arguments, per_e, rounding);
    let rest = _mm256_fmsub_pd(arguments, per_e, _mm256_sub_pd(shifted, rounding));
    let parts = _mm256_castpd_si256(shifted);
    let index = _mm256_and_si256(parts, _mm256_set1_epi64x(31));
    // SAFETY: the index is below 32, the table's length.
    let power = unsafe { _mm256_i64gather_epi64::<8>(curves::POWERS.as_ptr().cast(), index) };
    let power = _mm256_castsi256_pd(_mm256_add_epi64(power, _mm256_slli_epi64::<47>(parts)));
    let [third, second, first] = curves::EXPONENTIAL.map(|coefficient| _mm256_set1_pd(coefficient));
    let high = _mm256_fmadd_pd(third, rest, second);
    let low = _mm256_fmadd_pd(first, rest, _mm256_set1_pd(1.0));
    let result = _mm256_fmadd_pd(high, _mm256_mul_pd(rest, rest), low);
    _mm256_cvtpd_ps(_mm256_mul_pd(result, power))
}
