//! Least squares and symmetric systems: what the curves of rows and the classifier are fitted with.
//!
//! Owns the arithmetic only. One Cholesky factorization is all that is needed, so there is no package.

/// Lanes of sums that are kept apart, so that the compiler can use vector instructions.
const LANES: usize = 16;
/// A fit is repeated so often without the points that lie off it.
const ROUNDS: usize = 4;
/// Points that lie off by more than so many median distances are left out of the next round.
const OUTLIER: f64 = 4.0;

/// Returns the scalar product of two vectors of the same length.
pub(super) fn dot(first: &[f32], second: &[f32]) -> f32 {
    let mut sums = [0.0_f32; LANES];
    let (chunks, other_chunks) = (first.chunks_exact(LANES), second.chunks_exact(LANES));
    let rest: f32 =
        chunks.remainder().iter().zip(other_chunks.remainder()).map(|(a, b)| a * b).sum();
    for (chunk, other) in chunks.zip(other_chunks) {
        for ((sum, a), b) in sums.iter_mut().zip(chunk).zip(other) {
            *sum += a * b;
        }
    }
    sums.iter().sum::<f32>() + rest
}

/// The lower triangle of a Cholesky factorization, `size` rows of `size` values.
#[derive(Debug, Clone)]
pub(super) struct Cholesky {
    size: usize,
    lower: Vec<f32>,
}

impl Cholesky {
    /// Factors a symmetric matrix of `size` × `size`, row-major, of which only the lower triangle is
    /// looked at; `None` if it is not positive definite.
    pub(super) fn of(mut matrix: Vec<f32>, size: usize) -> Option<Self> {
        for row in 0..size {
            let (above, rest) = matrix.split_at_mut(row * size);
            let current = &mut rest[..size];
            for column in 0..row {
                let other = &above[column * size..=column * size + column];
                let sum = current[column] - dot(&current[..column], &other[..column]);
                current[column] = sum / other[column];
            }
            let pivot = current[row] - dot(&current[..row], &current[..row]);
            if pivot.is_nan() || pivot <= 0.0 {
                return None;
            }
            current[row] = pivot.sqrt();
        }
        Some(Self { size, lower: matrix })
    }

    /// Replaces `vector` by the solution `z` of `L z = vector`: its length is then the Mahalanobis length.
    pub(super) fn whiten(&self, vector: &mut [f32]) {
        for row in 0..self.size {
            let weights = &self.lower[row * self.size..=row * self.size + row];
            let sum = vector[row] - dot(&weights[..row], &vector[..row]);
            vector[row] = sum / weights[row];
        }
    }
}

/// A polynomial over `center ± half_width`; beyond these ends it goes on straight.
#[derive(Debug, Clone, Default)]
pub(super) struct Curve {
    center: f64,
    half_width: f64,
    coefficients: Vec<f64>,
}

impl Curve {
    /// Fits a polynomial of at most `degree` to points (position, value) so that the sum of squares is
    /// least, without those that lie far off; `None` for fewer than two points.
    pub(super) fn fit(points: &[(f32, f32)], degree: usize) -> Option<Self> {
        let mut kept: Vec<(f64, f64)> =
            points.iter().map(|&(at, value)| (f64::from(at), f64::from(value))).collect();
        let mut curve = Self::fit_all(&kept, degree)?;
        for _ in 1..ROUNDS {
            let distance = |&(at, value): &(f64, f64)| (curve.at_exactly(at) - value).abs();
            let mut distances: Vec<f64> = kept.iter().map(distance).collect();
            let middle = distances.len() / 2;
            let median = *distances.select_nth_unstable_by(middle, f64::total_cmp).1;
            let limit = (OUTLIER * median).max(1.0);
            let inliers: Vec<(f64, f64)> =
                kept.iter().copied().filter(|point| distance(point) <= limit).collect();
            if inliers.len() == kept.len() {
                break;
            }
            curve = Self::fit_all(&inliers, degree)?;
            kept = inliers;
        }
        Some(curve)
    }

    fn fit_all(points: &[(f64, f64)], degree: usize) -> Option<Self> {
        let first = points.first()?.0;
        let (low, high) =
            points.iter().fold((first, first), |(low, high), p| (low.min(p.0), high.max(p.0)));
        if points.len() < 2 || high - low <= 0.0 {
            return None;
        }
        let (center, half_width) = (f64::midpoint(low, high), (high - low) / 2.0);
        let size = (degree + 1).min(points.len());
        let mut normal = vec![0.0; size * (size + 1)];
        let mut powers = vec![0.0; size];
        for &(at, value) in points {
            let scaled = (at - center) / half_width;
            let mut power = 1.0;
            for each in &mut powers {
                *each = power;
                power *= scaled;
            }
            for (row, &weight) in normal.chunks_exact_mut(size + 1).zip(&powers) {
                for (sum, &power) in row.iter_mut().zip(&powers) {
                    *sum += weight * power;
                }
                row[size] += weight * value;
            }
        }
        Some(Self { center, half_width, coefficients: solve(normal, size)? })
    }

    /// Returns the value at a position.
    pub(super) fn at(&self, position: f32) -> f32 {
        self.at_exactly(f64::from(position)) as f32
    }

    fn at_exactly(&self, position: f64) -> f64 {
        if self.half_width <= 0.0 {
            return self.coefficients.first().copied().unwrap_or(0.0);
        }
        let scaled = (position - self.center) / self.half_width;
        let inside = scaled.clamp(-1.0, 1.0);
        let (mut value, mut slope) = (0.0, 0.0);
        for &coefficient in self.coefficients.iter().rev() {
            slope = slope * inside + value;
            value = value * inside + coefficient;
        }
        value + slope * (scaled - inside)
    }
}

/// Solves `size` equations, each a row of `size` factors and the right side, by elimination with pivots.
fn solve(mut rows: Vec<f64>, size: usize) -> Option<Vec<f64>> {
    let width = size + 1;
    for step in 0..size {
        let pivot = (step..size).max_by(|&a, &b| {
            rows[a * width + step].abs().total_cmp(&rows[b * width + step].abs())
        })?;
        if rows[pivot * width + step].abs() < 1e-9 {
            return None;
        }
        for column in 0..width {
            rows.swap(step * width + column, pivot * width + column);
        }
        for row in (0..size).filter(|&row| row != step) {
            let factor = rows[row * width + step] / rows[step * width + step];
            for column in step..width {
                rows[row * width + column] -= factor * rows[step * width + column];
            }
        }
    }
    Some((0..size).map(|row| rows[row * width + size] / rows[row * width + row]).collect())
}
