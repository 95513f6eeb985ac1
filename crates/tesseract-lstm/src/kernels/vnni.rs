//! AVX-512 with dot products of bytes.
//!
//! Activations are stored 128 larger, as unsigned bytes, which the instruction wants; the bias takes it
//! back. 6 rows of 4 vectors take 24 of 32 registers.

#![expect(unsafe_code, reason = "vector instructions and their loads and stores")]
#![allow(
    clippy::wildcard_imports,
    reason = "half of all names here are instructions; not noticed in builds for tests, so no `expect`"
)]

use std::arch::x86_64::*;

use super::avx2::four_points;
use super::curves::{self, Curve, Sketch};
use super::pack::{CacheLine, Products};
use super::tiles;
use super::vector::{DenseRows, GATES, LstmRows, Picture, Vector, Weights};

/// What a stored activation is larger by.
const OFFSET: i32 = 128;
/// The stored activation of zero.
const ZERO: u8 = 128;

/// Processors with AVX-512 (F, BW, DQ, VL) and VNNI; `GATHERS` where points of curves are gathered by one instruction,
/// which beats single loads on processors with AMX (measured) and is known to be slow on others.
#[derive(Debug)]
pub(crate) struct Vnni<const GATHERS: bool = false>;

impl<const GATHERS: bool> Vector for Vnni<GATHERS> {
    type Activation = u8;
    type Integers = __m512i;
    type Floats = __m512;

    const LANES: usize = 16;
    const ROWS: usize = 6;
    const PRODUCTS: Products = Products { group: 4, weight_bytes: 1, offset: OFFSET };

    fn is_available() -> bool {
        std::is_x86_feature_detected!("avx512f")
            && std::is_x86_feature_detected!("avx512bw")
            && std::is_x86_feature_detected!("avx512dq")
            && std::is_x86_feature_detected!("avx512vl")
            && std::is_x86_feature_detected!("avx512vnni")
            && std::is_x86_feature_detected!("avx2")
            && std::is_x86_feature_detected!("fma")
    }

    fn activation(value: i8) -> u8 {
        value.cast_unsigned() ^ ZERO
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")]
    unsafe fn run_lstm_rows(gates: &Weights<Self>, tile: usize, rows: &LstmRows<'_, Self>) {
        // SAFETY: as of the caller.
        unsafe {
            match rows.places.len() {
                1 => tiles::lstm_rows::<Self, 1>(gates, tile, rows),
                2 => tiles::lstm_rows::<Self, 2>(gates, tile, rows),
                3 => tiles::lstm_rows::<Self, 3>(gates, tile, rows),
                4 => tiles::lstm_rows::<Self, 4>(gates, tile, rows),
                5 => tiles::lstm_rows::<Self, 5>(gates, tile, rows),
                _ => tiles::lstm_rows::<Self, 6>(gates, tile, rows),
            }
        }
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")]
    unsafe fn run_dense_rows(weights: &Weights<Self>, rows: &DenseRows<Self>, count: usize) {
        // SAFETY: as of the caller.
        unsafe {
            match count {
                1 => tiles::dense_rows::<Self, 1>(weights, rows),
                2 => tiles::dense_rows::<Self, 2>(weights, rows),
                3 => tiles::dense_rows::<Self, 3>(weights, rows),
                4 => tiles::dense_rows::<Self, 4>(weights, rows),
                5 => tiles::dense_rows::<Self, 5>(weights, rows),
                _ => tiles::dense_rows::<Self, 6>(weights, rows),
            }
        }
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")]
    unsafe fn run_convolve(weights: &Weights<Self>, picture: &mut Picture<'_, Self>) {
        // SAFETY: as of the caller.
        unsafe { tiles::convolve(weights, picture) }
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")]
    unsafe fn run_exponentials(classes: usize, sums: &mut [f32]) {
        // SAFETY: as of the caller.
        unsafe { tiles::exponentials::<Self>(classes, sums) }
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")]
    unsafe fn load_integers(from: *const i32) -> __m512i {
        // SAFETY: the caller vouches for what the pointer points to.
        unsafe { _mm512_loadu_si512(from.cast()) }
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")]
    unsafe fn load(from: *const f32) -> __m512 {
        // SAFETY: the caller vouches for what the pointer points to.
        unsafe { _mm512_loadu_ps(from) }
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")]
    unsafe fn store(value: __m512, to: *mut f32) {
        // SAFETY: the caller vouches for what the pointer points to.
        unsafe { _mm512_storeu_ps(to, value) }
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")]
    unsafe fn splat(value: f32) -> __m512 {
        _mm512_set1_ps(value)
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")]
    unsafe fn add(one: __m512, other: __m512) -> __m512 {
        _mm512_add_ps(one, other)
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")]
    unsafe fn subtract(one: __m512, other: __m512) -> __m512 {
        _mm512_sub_ps(one, other)
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")]
    unsafe fn multiply(one: __m512, other: __m512) -> __m512 {
        _mm512_mul_ps(one, other)
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")]
    unsafe fn smaller(one: __m512, other: __m512) -> __m512 {
        _mm512_min_ps(one, other)
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")]
    unsafe fn larger(one: __m512, other: __m512) -> __m512 {
        _mm512_max_ps(one, other)
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")]
    unsafe fn absolute(values: __m512) -> __m512 {
        _mm512_abs_ps(values)
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")]
    unsafe fn with_signs(values: __m512, signs: __m512) -> __m512 {
        _mm512_or_ps(values, _mm512_and_ps(signs, _mm512_set1_ps(-0.0)))
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")]
    unsafe fn choose(values: __m512, negative: __m512, others: __m512) -> __m512 {
        let is_negative = _mm512_cmp_ps_mask::<_CMP_LT_OQ>(values, _mm512_setzero_ps());
        _mm512_mask_blend_ps(is_negative, others, negative)
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")]
    unsafe fn to_floats(values: __m512i) -> __m512 {
        _mm512_cvtepi32_ps(values)
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")]
    unsafe fn larger_integers(one: __m512i, other: __m512i) -> __m512i {
        _mm512_max_epi32(one, other)
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")]
    unsafe fn largest_of(values: __m512) -> f32 {
        _mm512_reduce_max_ps(values)
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")]
    unsafe fn add_products<const R: usize>(
        sums: &mut [[__m512i; GATES]; R],
        weights: *const CacheLine,
        rows: [*const u8; R],
    ) {
        // SAFETY: the caller vouches for rows and weights.
        unsafe {
            let columns: [__m512i; GATES] =
                std::array::from_fn(|column| _mm512_load_si512(weights.add(column).cast()));
            for (sums, row) in sums.iter_mut().zip(rows) {
                let values = _mm512_set1_epi32(row.cast::<i32>().read_unaligned());
                for (sum, column) in sums.iter_mut().zip(columns) {
                    *sum = _mm512_dpbusd_epi32(*sum, values, column);
                }
            }
        }
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")]
    unsafe fn add_window(sum: __m512i, weights: *const CacheLine, window: *const u8) -> __m512i {
        // SAFETY: the caller vouches for the window and its weights.
        unsafe {
            let window = _mm512_set1_epi32(window.cast::<i32>().read_unaligned());
            _mm512_dpbusd_epi32(sum, window, _mm512_load_si512(weights.cast()))
        }
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")]
    unsafe fn on_curve(curve: &Curve, arguments: __m512) -> __m512 {
        // SAFETY: an index is at most that of the last point.
        unsafe {
            let places = _mm512_mul_ps(arguments, _mm512_set1_ps(curves::POINTS_PER_UNIT));
            let places = _mm512_min_ps(places, _mm512_set1_ps(curves::LAST_POINT as f32));
            let index = _mm512_cvttps_epi32(places);
            let part = _mm512_reduce_ps::<TOWARD_ZERO>(places);
            let [low, high] =
                [_mm512_castsi512_si256(index), _mm512_extracti64x4_epi64::<1>(index)];
            let [low, high] = if GATHERS {
                [gathered_points(curve, low), gathered_points(curve, high)]
            } else {
                [eight_points(curve, low), eight_points(curve, high)]
            };
            let even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
            let odd = _mm512_add_epi32(even, _mm512_set1_epi32(1));
            let value = _mm512_permutex2var_ps(low, even, high);
            let slope = _mm512_permutex2var_ps(low, odd, high);
            _mm512_add_ps(value, _mm512_mul_ps(slope, part))
        }
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")]
    unsafe fn exponential(arguments: __m512) -> __m512 {
        // SAFETY: the caller vouches for the instructions.
        unsafe {
            let low = eight_exponentials(_mm512_castps512_ps256(arguments));
            let high = eight_exponentials(_mm512_extractf32x8_ps::<1>(arguments));
            _mm512_insertf32x8::<1>(_mm512_castps256_ps512(low), high)
        }
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")]
    unsafe fn store_quantized(values: __m512, to: *mut u8) {
        // SAFETY: the caller vouches for for 16 outputs.
        unsafe {
            let scaled = _mm512_mul_ps(values, _mm512_set1_ps(127.0));
            let sign = _mm512_and_ps(scaled, _mm512_set1_ps(-0.0));
            let half = _mm512_or_ps(sign, _mm512_set1_ps(0.5));
            let whole = _mm512_cvttps_epi32(_mm512_add_ps(scaled, half));
            let bytes = _mm512_cvtepi32_epi8(_mm512_add_epi32(whole, _mm512_set1_epi32(OFFSET)));
            _mm_storeu_si128(to.cast(), bytes);
        }
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")]
    unsafe fn store_outputs(weights: &Weights<Self>, state: __m512, leave: __m512, to: *mut u8) {
        let half = _mm512_set1_ps(0.5);
        // The logistic function is tanh at half the argument, from 0 to 1 instead of -1 to 1.
        let sketched_leave = sketched_tanh(weights.sketch, _mm512_mul_ps(leave, half));
        let sketched_leave = _mm512_fmadd_ps(sketched_leave, half, half);
        let sketched = _mm512_mul_ps(sketched_tanh(weights.sketch, state), sketched_leave);
        // SAFETY: the caller vouches for 16 outputs.
        unsafe {
            if !store_sure(sketched, to) {
                tiles::store_outputs(weights, state, leave, to);
            }
        }
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")]
    unsafe fn store_tanh(weights: &Weights<Self>, arguments: __m512, to: *mut u8) {
        // SAFETY: the caller vouches for 16 outputs.
        unsafe {
            if !store_sure(sketched_tanh(weights.sketch, arguments), to) {
                Self::store_quantized(tiles::tanh::<Self>(weights.tanh, arguments), to);
            }
        }
    }
}

/// Of `_mm512_reduce_ps`: what a number has behind the point.
const TOWARD_ZERO: i32 = 0b0011;

/// Sketched values this close, in activations, to the middle of two activations may belong to the other one: the error of
/// tanh and that of the output gate, which is half of one.
const DOUBTFUL: f32 = 1.5 * 127.0 * curves::SKETCH_ERROR;

/// Stores 16 sketched values as activations if all of them are sure.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")]
unsafe fn store_sure(sketched: __m512, to: *mut u8) -> bool {
    let scaled = _mm512_mul_ps(sketched, _mm512_set1_ps(127.0));
    let rest = _mm512_abs_ps(_mm512_reduce_ps::<0>(scaled));
    let doubtful = _mm512_cmp_ps_mask::<_CMP_NLE_UQ>(rest, _mm512_set1_ps(0.5 - DOUBTFUL));
    if doubtful != 0 {
        return false;
    }
    let bytes = _mm512_add_epi32(_mm512_cvtps_epi32(scaled), _mm512_set1_epi32(OFFSET));
    // SAFETY: the caller vouches for 16 outputs.
    unsafe { _mm_storeu_si128(to.cast(), _mm512_cvtepi32_epi8(bytes)) };
    true
}

/// Returns tanh by its sketch.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")]
fn sketched_tanh(sketch: &Sketch, arguments: __m512) -> __m512 {
    let parts_per_unit = curves::SKETCH_PARTS as f32 / curves::SKETCH_END;
    let places = _mm512_mul_ps(_mm512_abs_ps(arguments), _mm512_set1_ps(parts_per_unit));
    let places = _mm512_min_ps(places, _mm512_set1_ps(curves::SKETCH_LAST_PLACE));
    let index = _mm512_cvttps_epi32(places);
    let part = _mm512_reduce_ps::<TOWARD_ZERO>(places);
    let [none, one, two, three] = sketch.each_ref().map(|row| {
        // SAFETY: a row is two vectors.
        let halves =
            unsafe { [_mm512_loadu_ps(row.as_ptr()), _mm512_loadu_ps(row.as_ptr().add(16))] };
        _mm512_permutex2var_ps(halves[0], index, halves[1])
    });
    let value =
        _mm512_fmadd_ps(_mm512_fmadd_ps(_mm512_fmadd_ps(three, part, two), part, one), part, none);
    _mm512_or_ps(value, _mm512_and_ps(arguments, _mm512_set1_ps(-0.0)))
}

/// Returns the values and slopes of eight points of a curve.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")]
unsafe fn eight_points(curve: &Curve, index: __m256i) -> __m512 {
    // SAFETY: the caller vouches for the indexes.
    unsafe {
        let low = four_points(curve, _mm256_castsi256_si128(index));
        let high = four_points(curve, _mm256_extracti128_si256::<1>(index));
        _mm512_castpd_ps(_mm512_insertf64x4::<1>(_mm512_castpd256_pd512(low), high))
    }
}

/// Returns the same, gathered by one instruction.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")]
unsafe fn gathered_points(curve: &Curve, index: __m256i) -> __m512 {
    // SAFETY: the caller vouches for the indexes.
    unsafe { _mm512_castpd_ps(_mm512_i32gather_pd::<8>(index, curve.as_ptr().cast())) }
}

/// Returns `curves::exponential` of 8 numbers.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")]
unsafe fn eight_exponentials(arguments: __m256) -> __m256 {
    // SAFETY: the index is below 32, the table's length.
    unsafe {
        let arguments = _mm512_cvtps_pd(arguments);
        let rounding = _mm512_set1_pd(curves::ROUNDING);
        let per_e = _mm512_set1_pd(curves::PARTS_PER_E);
        let shifted = _mm512_fmadd_pd(arguments, per_e, rounding);
        let rest = _mm512_fmsub_pd(arguments, per_e, _mm512_sub_pd(shifted, rounding));
        let parts = _mm512_castpd_si512(shifted);
        let index = _mm512_and_si512(parts, _mm512_set1_epi64(31));
        let power = _mm512_i64gather_epi64::<8>(index, curves::POWERS.as_ptr().cast());
        let power = _mm512_castsi512_pd(_mm512_add_epi64(power, _mm512_slli_epi64::<47>(parts)));
        let [third, second, first] =
            curves::EXPONENTIAL.map(|coefficient| _mm512_set1_pd(coefficient));
        let high = _mm512_fmadd_pd(third, rest, second);
        let low = _mm512_fmadd_pd(first, rest, _mm512_set1_pd(1.0));
        let result = _mm512_fmadd_pd(high, _mm512_mul_pd(rest, rest), low);
        _mm512_cvtpd_ps(_mm512_mul_pd(result, power))
    }
}
