//! The network's layers with AVX-512: dot products of bytes, curves by tables.
//!
//! Activations are stored 128 larger, as unsigned bytes, which the instruction wants; the bias takes it
//! back. A tile is 4 vectors of 16 outputs (an LSTM's gates) for up to 6 rows: 24 of 32 registers.

#![expect(unsafe_code, reason = "vector instructions and their loads and stores")]
#![allow(
    clippy::wildcard_imports,
    reason = "half of all names here are instructions; not noticed in builds for tests, so no `expect`"
)]

use std::arch::x86_64::*;

use super::avx2::four_points;
use super::curves::{self, Curve};
use super::pack::{self, CacheLine, Packed, Tiling};
use super::{Arithmetic, LstmStep, Place, Window, padded};
use crate::layers::Matrix;
use crate::network::Lstm;

/// Rows that a tile computes at once.
const ROWS: usize = 6;
const LANES: usize = 16;
const GATES: usize = 4;
/// Bytes that one dot product takes of each row.
const GROUP: usize = 4;
/// What a stored activation is larger by.
const OFFSET: i32 = 128;
/// The stored activation of zero.
const ZERO: u8 = 128;

const TILING: Tiling =
    Tiling { columns: GATES, lanes: LANES, group: GROUP, weight_bytes: 1, offset: OFFSET };

/// Arithmetic for processors with AVX-512 (F, BW, DQ, VL) and VNNI. Weights can only be packed where these
/// are there, and all else needs packed weights.
#[derive(Debug)]
pub(crate) struct Vnni;

/// Weights, and the curves at hand.
#[derive(Debug)]
pub(crate) struct Weights {
    packed: Packed,
    tanh: &'static Curve,
    logistic: &'static Curve,
}

/// Returns whether this processor has every instruction that this file uses.
pub(super) fn is_available() -> bool {
    std::is_x86_feature_detected!("avx512f")
        && std::is_x86_feature_detected!("avx512bw")
        && std::is_x86_feature_detected!("avx512dq")
        && std::is_x86_feature_detected!("avx512vl")
        && std::is_x86_feature_detected!("avx512vnni")
        && std::is_x86_feature_detected!("avx2")
        && std::is_x86_feature_detected!("fma")
}

impl Weights {
    fn new(packed: Packed) -> Self {
        assert!(is_available(), "the kernel was chosen for a processor that can run it");
        Self { packed, tanh: &curves::TANH, logistic: &curves::LOGISTIC }
    }
}

impl Arithmetic for Vnni {
    type Activation = u8;
    type Convolution = Weights;
    type Gates = Weights;
    type Dense = Weights;

    fn activation(value: i8) -> u8 {
        value.cast_unsigned() ^ ZERO
    }

    fn pack_convolution(matrix: &Matrix) -> Weights {
        let tiling = Tiling { columns: 1, ..TILING };
        Weights::new(pack::pack(
            tiling,
            matrix.rows.div_ceil(LANES),
            &[3, 3, 3],
            |tile, _, lane| {
                let feature = tile * LANES + lane;
                (feature < matrix.rows).then_some((matrix, feature))
            },
        ))
    }

    fn pack_gates(lstm: &Lstm) -> Weights {
        let pieces = [lstm.inputs, lstm.units];
        let tiles = lstm.units.div_ceil(LANES);
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

    fn convolve(weights: &Weights, windows: &[Window<u8>], pooled: &mut [u8]) {
        let height = windows.len() / 9;
        let tiles = weights.packed.tiles;
        assert!(pooled.len() >= height / 3 * tiles * LANES, "room for each pooled cell");
        // SAFETY: weights exist only where the instructions do; windows and pooled are as long as read.
        unsafe { convolve(weights, windows, height, pooled) }
    }

    fn lstm_step(gates: &Weights, step: LstmStep<'_, u8>) {
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
                    2 => lstm_rows::<2>(gates, &rows),
                    3 => lstm_rows::<3>(gates, &rows),
                    4 => lstm_rows::<4>(gates, &rows),
                    5 => lstm_rows::<5>(gates, &rows),
                    _ => lstm_rows::<ROWS>(gates, &rows),
                }
            }
        }
    }

    fn dense(weights: &Weights, classes: usize, input: &[u8], sums: &mut [f32]) {
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
                    2 => dense_rows::<2>(weights, input, input_stride, sums, stride),
                    3 => dense_rows::<3>(weights, input, input_stride, sums, stride),
                    4 => dense_rows::<4>(weights, input, input_stride, sums, stride),
                    5 => dense_rows::<5>(weights, input, input_stride, sums, stride),
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
    input: *const u8,
    input_stride: usize,
    output: *mut u8,
    state: *mut f32,
    places: &'a [Place],
}

/// Integer sums of a tile: for each row, for each of its 4 vectors.
type Sums<const R: usize> = [[__m512i; GATES]; R];

/// Adds the products of one piece of the input. `weights` points to the piece's weights of a tile; returns
/// where the next piece's are. Each of `rows` is readable for `groups` × 4 bytes.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")]
unsafe fn add_products<const R: usize>(
    sums: &mut Sums<R>,
    weights: *const CacheLine,
    groups: usize,
    rows: &[*const u8; R],
) -> *const CacheLine {
    let mut line = weights;
    for group in 0..groups {
        // SAFETY: the caller vouches for rows and weights.
        unsafe {
            let columns: [__m512i; GATES] =
                std::array::from_fn(|column| _mm512_load_si512(line.add(column).cast()));
            line = line.add(GATES);
            for (sums, row) in sums.iter_mut().zip(rows) {
                let values =
                    _mm512_set1_epi32(row.add(group * GROUP).cast::<i32>().read_unaligned());
                for (sum, column) in sums.iter_mut().zip(columns) {
                    *sum = _mm512_dpbusd_epi32(*sum, values, column);
                }
            }
        }
    }
    line
}

/// Runs a step of an LSTM for `R` rows.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")]
unsafe fn lstm_rows<const R: usize>(weights: &Weights, rows: &LstmRows<'_>) {
    let packed = &weights.packed;
    let stride = packed.tiles * LANES;
    let mut line = packed.weights.as_ptr();
    // SAFETY: the caller vouches for the rows' places in their buffers; the weights hold as many lines,
    // biases and scales as tiles, pieces and groups say.
    unsafe {
        let inputs: [*const u8; R] =
            std::array::from_fn(|row| rows.input.add(rows.places[row].input * rows.input_stride));
        let before: [*const u8; R] = std::array::from_fn(|row| {
            rows.output.add(rows.places[row].before * stride).cast_const()
        });
        for tile in 0..packed.tiles {
            let first = tile * GATES * LANES;
            let bias = packed.bias.as_ptr().add(first);
            let start: [__m512i; GATES] =
                std::array::from_fn(|gate| _mm512_loadu_si512(bias.add(gate * LANES).cast()));
            let mut sums: Sums<R> = [start; R];
            line = add_products(&mut sums, line, packed.groups[0], &inputs);
            line = add_products(&mut sums, line, packed.groups[1], &before);
            let scale = packed.scale.as_ptr().add(first);
            let scale: [__m512; GATES] =
                std::array::from_fn(|gate| _mm512_loadu_ps(scale.add(gate * LANES)));
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

/// Turns the sums of 16 units into their new states and outputs.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")]
unsafe fn gate_outputs(
    weights: &Weights,
    sums: &[__m512i; GATES],
    scale: &[__m512; GATES],
    state: *mut f32,
    output: *mut u8,
) {
    let value = |gate: usize| _mm512_mul_ps(_mm512_cvtepi32_ps(sums[gate]), scale[gate]);
    // SAFETY: the caller vouches for 16 states and outputs; curves take every argument.
    unsafe {
        let cell = tanh(weights.tanh, value(0));
        let enter = logistic(weights.logistic, value(1));
        let keep = logistic(weights.logistic, value(2));
        let leave = logistic(weights.logistic, value(3));
        let kept = _mm512_mul_ps(_mm512_loadu_ps(state), keep);
        let sum = _mm512_add_ps(kept, _mm512_mul_ps(cell, enter));
        let limit = _mm512_set1_ps(100.0);
        let sum =
            _mm512_max_ps(_mm512_min_ps(sum, limit), _mm512_sub_ps(_mm512_setzero_ps(), limit));
        _mm512_storeu_ps(state, sum);
        store_quantized(_mm512_mul_ps(tanh(weights.tanh, sum), leave), output);
    }
}

/// Stores 16 values of -1 to 1 as activations.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")]
unsafe fn store_quantized(values: __m512, output: *mut u8) {
    let scaled = _mm512_mul_ps(values, _mm512_set1_ps(127.0));
    let sign = _mm512_and_ps(scaled, _mm512_set1_ps(-0.0));
    let half = _mm512_or_ps(sign, _mm512_set1_ps(0.5));
    let whole = _mm512_cvttps_epi32(_mm512_add_ps(scaled, half));
    let bytes = _mm512_cvtepi32_epi8(_mm512_add_epi32(whole, _mm512_set1_epi32(OFFSET)));
    // SAFETY: the caller vouches for 16 outputs.
    unsafe { _mm_storeu_si128(output.cast(), bytes) };
}

/// Returns the values of a curve for 16 arguments of 0 or more.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")]
unsafe fn on_curve(curve: &Curve, arguments: __m512) -> __m512 {
    let places = _mm512_mul_ps(arguments, _mm512_set1_ps(curves::POINTS_PER_UNIT));
    let places = _mm512_min_ps(places, _mm512_set1_ps(curves::LAST_POINT as f32));
    let index = _mm512_cvttps_epi32(places);
    let part = _mm512_sub_ps(places, _mm512_cvtepi32_ps(index));
    // SAFETY: an index is at most that of the last point.
    let (low, high) = unsafe {
        (
            eight_points(curve, _mm512_castsi512_si256(index)),
            eight_points(curve, _mm512_extracti64x4_epi64::<1>(index)),
        )
    };
    let even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    let odd = _mm512_add_epi32(even, _mm512_set1_epi32(1));
    let value = _mm512_permutex2var_ps(low, even, high);
    let slope = _mm512_permutex2var_ps(low, odd, high);
    _mm512_add_ps(value, _mm512_mul_ps(slope, part))
}

/// Returns the values and slopes of eight points of a curve.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")]
unsafe fn eight_points(curve: &Curve, index: __m256i) -> __m512 {
    // SAFETY: the caller vouches for the indexes.
    let (low, high) = unsafe {
        (
            four_points(curve, _mm256_castsi256_si128(index)),
            four_points(curve, _mm256_extracti128_si256::<1>(index)),
        )
    };
    _mm512_castpd_ps(_mm512_insertf64x4::<1>(_mm512_castpd256_pd512(low), high))
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")]
unsafe fn tanh(curve: &Curve, arguments: __m512) -> __m512 {
    let sign = _mm512_and_ps(arguments, _mm512_set1_ps(-0.0));
    // SAFETY: as `on_curve`; the argument has no sign.
    let value = unsafe { on_curve(curve, _mm512_abs_ps(arguments)) };
    _mm512_or_ps(value, sign)
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")]
unsafe fn logistic(curve: &Curve, arguments: __m512) -> __m512 {
    let negative = _mm512_cmp_ps_mask::<_CMP_LT_OQ>(arguments, _mm512_setzero_ps());
    // SAFETY: as `on_curve`; the argument has no sign.
    let value = unsafe { on_curve(curve, _mm512_abs_ps(arguments)) };
    _mm512_mask_sub_ps(value, negative, _mm512_set1_ps(1.0), value)
}

/// Convolves three columns and keeps the largest sums of each 3 × 3 positions; see `Arithmetic::convolve`.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")]
unsafe fn convolve(weights: &Weights, windows: &[Window<u8>], height: usize, pooled: &mut [u8]) {
    let packed = &weights.packed;
    let windows = windows.as_ptr();
    // SAFETY: the caller vouches for 9 × height windows and height / 3 × tiles × 16 outputs.
    unsafe {
        for tile in 0..packed.tiles {
            let lines = packed.weights.as_ptr().add(tile * 3).cast::<__m512i>();
            let sides = [lines.read(), lines.add(1).read(), lines.add(2).read()];
            let bias = _mm512_loadu_si512(packed.bias.as_ptr().add(tile * LANES).cast());
            let scale = _mm512_loadu_ps(packed.scale.as_ptr().add(tile * LANES));
            for cell in 0..height / 3 {
                let mut largest = _mm512_set1_epi32(i32::MIN);
                for position in 0..9 {
                    let (column, y) = (position / 3, 3 * cell + position % 3);
                    let mut sum = bias;
                    for (side, &weights) in sides.iter().enumerate() {
                        let window = windows.add((3 * column + side) * height + y);
                        let window = _mm512_set1_epi32(window.cast::<i32>().read_unaligned());
                        sum = _mm512_dpbusd_epi32(sum, window, weights);
                    }
                    largest = _mm512_max_epi32(largest, sum);
                }
                let value = _mm512_mul_ps(_mm512_cvtepi32_ps(largest), scale);
                let output = pooled.as_mut_ptr().add((cell * packed.tiles + tile) * LANES);
                store_quantized(tanh(weights.tanh, value), output);
            }
        }
    }
}

/// Runs the last layer for `R` rows.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")]
unsafe fn dense_rows<const R: usize>(
    weights: &Weights,
    input: &[u8],
    input_stride: usize,
    sums: &mut [f32],
    stride: usize,
) {
    let packed = &weights.packed;
    let mut line = packed.weights.as_ptr();
    // SAFETY: the caller vouches for R rows of input and sums.
    unsafe {
        let rows: [*const u8; R] =
            std::array::from_fn(|row| input.as_ptr().add(row * input_stride));
        for tile in 0..packed.tiles {
            let first = tile * GATES * LANES;
            let bias = packed.bias.as_ptr().add(first);
            let start: [__m512i; GATES] =
                std::array::from_fn(|column| _mm512_loadu_si512(bias.add(column * LANES).cast()));
            let mut products: Sums<R> = [start; R];
            line = add_products(&mut products, line, packed.groups[0], &rows);
            let products = std::hint::black_box(products);
            for (row, products) in products.iter().enumerate() {
                for (column, &sum) in products.iter().enumerate() {
                    let class = first + column * LANES;
                    // The last tile may have more vectors than there are classes.
                    if class < stride {
                        let scale = _mm512_loadu_ps(packed.scale.as_ptr().add(class));
                        let value = _mm512_mul_ps(_mm512_cvtepi32_ps(sum), scale);
                        _mm512_storeu_ps(sums.as_mut_ptr().add(row * stride + class), value);
                    }
                }
            }
        }
    }
}

/// Replaces rows of `padded(classes)` sums by the exponentials of their distances from the row's largest.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")]
unsafe fn exponentials(classes: usize, sums: &mut [f32]) {
    for row in sums.chunks_exact_mut(padded(classes)) {
        row[classes..].fill(f32::NEG_INFINITY);
        let mut largest = _mm512_set1_ps(f32::NEG_INFINITY);
        for values in row.chunks_exact(LANES) {
            // SAFETY: the chunk has 16 values.
            largest = _mm512_max_ps(largest, unsafe { _mm512_loadu_ps(values.as_ptr()) });
        }
        let largest = _mm256_set1_ps(_mm512_reduce_max_ps(largest));
        for values in row.chunks_exact_mut(LANES / 2) {
            // SAFETY: the chunk has 8 values.
            unsafe {
                let distance = _mm256_sub_ps(_mm256_loadu_ps(values.as_ptr()), largest);
                let distance = _mm256_max_ps(distance, _mm256_set1_ps(curves::LEAST_EXPONENT));
                _mm256_storeu_ps(values.as_mut_ptr(), exponential(distance));
            }
        }
    }
}

/// Returns `curves::exponential` of 8 numbers.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")]
unsafe fn exponential(arguments: __m256) -> __m256 {
    let arguments = _mm512_cvtps_pd(arguments);
    let rounding = _mm512_set1_pd(curves::ROUNDING);
    let per_e = _mm512_set1_pd(curves::PARTS_PER_E);
    let shifted = _mm512_fmadd_pd(arguments, per_e, rounding);
    let rest = _mm512_fmsub_pd(arguments, per_e, _mm512_sub_pd(shifted, rounding));
    let parts = _mm512_castpd_si512(shifted);
    let index = _mm512_and_si512(parts, _mm512_set1_epi64(31));
    // SAFETY: the index is below 32, the table's length.
    let power = unsafe { _mm512_i64gather_epi64::<8>(index, curves::POWERS.as_ptr().cast()) };
    let power = _mm512_castsi512_pd(_mm512_add_epi64(power, _mm512_slli_epi64::<47>(parts)));
    let [third, second, first] = curves::EXPONENTIAL.map(|coefficient| _mm512_set1_pd(coefficient));
    let high = _mm512_fmadd_pd(third, rest, second);
    let low = _mm512_fmadd_pd(first, rest, _mm512_set1_pd(1.0));
    let result = _mm512_fmadd_pd(high, _mm512_mul_pd(rest, rest), low);
    _mm512_cvtpd_ps(_mm512_mul_pd(result, power))
}
