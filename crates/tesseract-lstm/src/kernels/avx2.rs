//! AVX2 with products of 16-bit numbers.
//!
//! Products of bytes would be faster, but their sums are cut off at 16 bits. A tile is for up to 2 rows: with 3 rows
//! the 16 registers are one too few, and the whole network takes 7 % longer (measured on a Zen 4 processor).

#![expect(unsafe_code, reason = "vector instructions and their loads and stores")]
#![allow(
    clippy::wildcard_imports,
    reason = "half of all names here are instructions; not noticed in builds for tests, so no `expect`"
)]

use std::arch::x86_64::*;

use super::Window;
use super::curves::{self, Curve};
use super::pack::{CacheLine, Products};
use super::packed::{DenseRows, LstmRows, Picture, Weights};
use super::tiles;
use super::vector::{GATES, Vector};

/// Processors with AVX2 and FMA.
#[derive(Debug)]
pub(crate) struct Avx2;

impl Vector for Avx2 {
    type Activation = i16;
    type Integers = __m256i;
    type Floats = __m256;

    const LANES: usize = 8;
    const ROWS: usize = 2;
    const PRODUCTS: Products = Products { group: 2, weight_bytes: 2, offset: 0 };

    fn is_available() -> bool {
        std::is_x86_feature_detected!("avx2") && std::is_x86_feature_detected!("fma")
    }

    fn activation(value: i8) -> i16 {
        i16::from(value)
    }

    #[target_feature(enable = "avx2,fma")]
    unsafe fn run_lstm_rows(gates: &Weights<Self>, tile: usize, rows: &LstmRows<'_, Self>) {
        // SAFETY: as of the caller.
        unsafe {
            match rows.places.len() {
                1 => tiles::lstm_rows::<Self, 1>(gates, tile, rows),
                _ => tiles::lstm_rows::<Self, 2>(gates, tile, rows),
            }
        }
    }

    #[target_feature(enable = "avx2,fma")]
    unsafe fn run_dense_rows(weights: &Weights<Self>, rows: &DenseRows<Self>, count: usize) {
        // SAFETY: as of the caller.
        unsafe {
            match count {
                1 => tiles::dense_rows::<Self, 1>(weights, rows),
                _ => tiles::dense_rows::<Self, 2>(weights, rows),
            }
        }
    }

    #[target_feature(enable = "avx2,fma")]
    unsafe fn run_convolve(weights: &Weights<Self>, picture: &mut Picture<'_, Self>) {
        // SAFETY: as of the caller.
        unsafe { tiles::convolve(weights, picture) }
    }

    #[target_feature(enable = "avx2,fma")]
    unsafe fn run_exponentials(classes: usize, sums: &mut [f32]) {
        // SAFETY: as of the caller.
        unsafe { tiles::exponentials::<Self>(classes, sums) }
    }

    #[inline]
    #[target_feature(enable = "avx2,fma")]
    unsafe fn load_integers(from: *const i32) -> __m256i {
        // SAFETY: the caller vouches for what the pointer points to.
        unsafe { _mm256_loadu_si256(from.cast()) }
    }

    #[inline]
    #[target_feature(enable = "avx2,fma")]
    unsafe fn load(from: *const f32) -> __m256 {
        // SAFETY: the caller vouches for what the pointer points to.
        unsafe { _mm256_loadu_ps(from) }
    }

    #[inline]
    #[target_feature(enable = "avx2,fma")]
    unsafe fn store(value: __m256, to: *mut f32) {
        // SAFETY: the caller vouches for what the pointer points to.
        unsafe { _mm256_storeu_ps(to, value) }
    }

    #[inline]
    #[target_feature(enable = "avx2,fma")]
    unsafe fn splat(value: f32) -> __m256 {
        _mm256_set1_ps(value)
    }

    #[inline]
    #[target_feature(enable = "avx2,fma")]
    unsafe fn add(one: __m256, other: __m256) -> __m256 {
        _mm256_add_ps(one, other)
    }

    #[inline]
    #[target_feature(enable = "avx2,fma")]
    unsafe fn subtract(one: __m256, other: __m256) -> __m256 {
        _mm256_sub_ps(one, other)
    }

    #[inline]
    #[target_feature(enable = "avx2,fma")]
    unsafe fn multiply(one: __m256, other: __m256) -> __m256 {
        _mm256_mul_ps(one, other)
    }

    #[inline]
    #[target_feature(enable = "avx2,fma")]
    unsafe fn smaller(one: __m256, other: __m256) -> __m256 {
        _mm256_min_ps(one, other)
    }

    #[inline]
    #[target_feature(enable = "avx2,fma")]
    unsafe fn larger(one: __m256, other: __m256) -> __m256 {
        _mm256_max_ps(one, other)
    }

    #[inline]
    #[target_feature(enable = "avx2,fma")]
    unsafe fn absolute(values: __m256) -> __m256 {
        _mm256_andnot_ps(_mm256_set1_ps(-0.0), values)
    }

    #[inline]
    #[target_feature(enable = "avx2,fma")]
    unsafe fn with_signs(values: __m256, signs: __m256) -> __m256 {
        _mm256_or_ps(values, _mm256_and_ps(signs, _mm256_set1_ps(-0.0)))
    }

    #[inline]
    #[target_feature(enable = "avx2,fma")]
    unsafe fn choose(values: __m256, negative: __m256, others: __m256) -> __m256 {
        _mm256_blendv_ps(others, negative, values)
    }

    #[inline]
    #[target_feature(enable = "avx2,fma")]
    unsafe fn to_floats(values: __m256i) -> __m256 {
        _mm256_cvtepi32_ps(values)
    }

    #[inline]
    #[target_feature(enable = "avx2,fma")]
    unsafe fn larger_integers(one: __m256i, other: __m256i) -> __m256i {
        _mm256_max_epi32(one, other)
    }

    #[inline]
    #[target_feature(enable = "avx2,fma")]
    unsafe fn largest_of(values: __m256) -> f32 {
        let half = _mm_max_ps(_mm256_castps256_ps128(values), _mm256_extractf128_ps::<1>(values));
        let pair = _mm_max_ps(half, _mm_movehl_ps(half, half));
        _mm_cvtss_f32(_mm_max_ps(pair, _mm_shuffle_ps::<0b01>(pair, pair)))
    }

    #[inline]
    #[target_feature(enable = "avx2,fma")]
    unsafe fn add_products<const R: usize>(
        sums: &mut [[__m256i; GATES]; R],
        weights: *const CacheLine,
        rows: [*const i16; R],
    ) {
        // SAFETY: the caller vouches for rows and weights.
        unsafe {
            let values = rows.map(|row| _mm256_set1_epi32(row.cast::<i32>().read_unaligned()));
            for column in 0..GATES {
                let weights = weights.cast::<__m256i>().add(column).read();
                for (sums, values) in sums.iter_mut().zip(values) {
                    let products = _mm256_madd_epi16(values, weights);
                    sums[column] = _mm256_add_epi32(sums[column], products);
                }
            }
        }
    }

    #[inline]
    #[target_feature(enable = "avx2,fma")]
    unsafe fn add_window(
        sum: __m256i,
        weights: *const CacheLine,
        window: *const Window<i16>,
    ) -> __m256i {
        // SAFETY: the caller vouches for the window and its weights.
        unsafe {
            let weights = weights.cast::<__m256i>();
            let [above, below] = window.cast::<[i32; 2]>().read_unaligned();
            let (above, below) = (_mm256_set1_epi32(above), _mm256_set1_epi32(below));
            let sum = _mm256_add_epi32(sum, _mm256_madd_epi16(above, weights.read()));
            _mm256_add_epi32(sum, _mm256_madd_epi16(below, weights.add(1).read()))
        }
    }

    #[inline]
    #[target_feature(enable = "avx2,fma")]
    unsafe fn on_curve(curve: &Curve, arguments: __m256) -> __m256 {
        // SAFETY: an index is at most that of the last point.
        unsafe {
            let places = _mm256_mul_ps(arguments, _mm256_set1_ps(curves::POINTS_PER_UNIT));
            let places = _mm256_min_ps(places, _mm256_set1_ps(curves::LAST_POINT as f32));
            let index = _mm256_cvttps_epi32(places);
            let part = _mm256_sub_ps(places, _mm256_cvtepi32_ps(index));
            let low = four_points(curve, _mm256_castsi256_si128(index));
            let high = four_points(curve, _mm256_extracti128_si256::<1>(index));
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
    }

    #[inline]
    #[target_feature(enable = "avx2,fma")]
    unsafe fn exponential(arguments: __m256) -> __m256 {
        // SAFETY: the caller vouches for the instructions.
        unsafe {
            let low = four_exponentials(_mm256_castps256_ps128(arguments));
            let high = four_exponentials(_mm256_extractf128_ps::<1>(arguments));
            _mm256_insertf128_ps::<1>(_mm256_castps128_ps256(low), high)
        }
    }

    #[inline]
    #[target_feature(enable = "avx2,fma")]
    unsafe fn store_quantized(values: __m256, to: *mut i16) {
        // SAFETY: the caller vouches for for 8 outputs.
        unsafe {
            let scaled = _mm256_mul_ps(values, _mm256_set1_ps(127.0));
            let sign = _mm256_and_ps(scaled, _mm256_set1_ps(-0.0));
            let half = _mm256_or_ps(sign, _mm256_set1_ps(0.5));
            let whole = _mm256_cvttps_epi32(_mm256_add_ps(scaled, half));
            let (low, high) = (_mm256_castsi256_si128(whole), _mm256_extracti128_si256::<1>(whole));
            _mm_storeu_si128(to.cast(), _mm_packs_epi32(low, high));
        }
    }
}

/// Returns the values and slopes of four points of a curve. Single loads: the gather instruction took a tenth
/// of the whole network's time more (measured on a Zen 4 processor).
#[inline]
#[target_feature(enable = "avx2,fma")]
pub(super) unsafe fn four_points(curve: &Curve, index: __m128i) -> __m256d {
    // SAFETY: the caller vouches for the indexes.
    unsafe {
        let points = curve.as_ptr().cast::<f64>();
        let first = _mm_cvtsi128_si64(index).cast_unsigned();
        let second = _mm_extract_epi64::<1>(index).cast_unsigned();
        let (a, b) = (first as u32 as usize, (first >> 32) as usize);
        let (c, d) = (second as u32 as usize, (second >> 32) as usize);
        let low = _mm_loadh_pd(_mm_load_sd(points.add(a)), points.add(b));
        let high = _mm_loadh_pd(_mm_load_sd(points.add(c)), points.add(d));
        _mm256_insertf128_pd::<1>(_mm256_castpd128_pd256(low), high)
    }
}

/// Returns `curves::exponential` of 4 numbers.
#[inline]
#[target_feature(enable = "avx2,fma")]
unsafe fn four_exponentials(arguments: __m128) -> __m128 {
    // SAFETY: the index is below 32, the table's length.
    unsafe {
        let arguments = _mm256_cvtps_pd(arguments);
        let rounding = _mm256_set1_pd(curves::ROUNDING);
        let per_e = _mm256_set1_pd(curves::PARTS_PER_E);
        let shifted = _mm256_fmadd_pd(arguments, per_e, rounding);
        let rest = _mm256_fmsub_pd(arguments, per_e, _mm256_sub_pd(shifted, rounding));
        let parts = _mm256_castpd_si256(shifted);
        let index = _mm256_and_si256(parts, _mm256_set1_epi64x(31));
        let power = _mm256_i64gather_epi64::<8>(curves::POWERS.as_ptr().cast(), index);
        let power = _mm256_castsi256_pd(_mm256_add_epi64(power, _mm256_slli_epi64::<47>(parts)));
        let [third, second, first] =
            curves::EXPONENTIAL.map(|coefficient| _mm256_set1_pd(coefficient));
        let high = _mm256_fmadd_pd(third, rest, second);
        let low = _mm256_fmadd_pd(first, rest, _mm256_set1_pd(1.0));
        let result = _mm256_fmadd_pd(high, _mm256_mul_pd(rest, rest), low);
        _mm256_cvtpd_ps(_mm256_mul_pd(result, power))
    }
}
