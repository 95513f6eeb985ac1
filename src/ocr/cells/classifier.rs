//! The page-trained second reader: linear discriminants with a test for damaged digits, and the nearest
//! neighbors, trained on the digits whose readings agree.
//!
//! Knows nothing of tables: it is given feature vectors, labels for some of them, and says of all what
//! they may be.

use super::features::FEATURES;
use super::linear::{Cholesky, dot};

/// Number of classes: the ten digits.
pub(super) const CLASSES: usize = 10;
/// What the second reader thinks of a digit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Opinion {
    /// Square Mahalanobis distances to the classes, relative to the damage limit.
    pub distances: [f32; CLASSES],
    /// Share of each class among the nearest labelled digits, if they were asked.
    pub neighbors: Option<[f32; CLASSES]>,
}

/// Classes with fewer labels than this are not known.
const MIN_LABELS: usize = 4;
/// With fewer labels than this altogether nothing can be trained.
const LEAST_LABELS: usize = 200;
/// Of the distances of labelled digits to their class, this share is normal.
const NORMAL_SHARE: f32 = 0.999;
/// So many nearest labelled digits vote.
const NEIGHBORS: usize = 9;

/// Trains on the labelled vectors and returns an opinion on each; `None` with too few labels. `vectors`
/// has [`FEATURES`] values a digit. Neighbors are asked where the distances are doubtful.
pub(super) fn judge(
    vectors: &[f32],
    labels: &[Option<u8>],
    is_doubtful: impl Fn(usize, &[f32; CLASSES]) -> bool,
) -> Option<Vec<Opinion>> {
    if labels.iter().flatten().count() < LEAST_LABELS {
        return None;
    }
    let first = Discriminants::train(vectors, labels)?;
    let distances = first.distances(vectors);
    // Labels that the digits' looks contradict are wrong.
    let cleaned: Vec<Option<u8>> = labels
        .iter()
        .zip(&distances)
        .map(|(label, distances)| {
            let nearest = nearest_class(distances)?;
            (*label).filter(|&label| label == nearest)
        })
        .collect();
    let second = Discriminants::train(vectors, &cleaned)?;
    let distances = second.distances(vectors);
    let limit = normal_limit(&distances, &cleaned)?;
    let opinion = |(digit, distances): (usize, &[f32; CLASSES])| {
        let distances = distances.map(|distance| distance / limit);
        let neighbors = is_doubtful(digit, &distances).then(|| neighbors(vectors, &cleaned, digit));
        Opinion { distances, neighbors }
    };
    Some(distances.iter().enumerate().map(opinion).collect())
}

/// Returns the class with the least distance.
pub(super) fn nearest_class(distances: &[f32; CLASSES]) -> Option<u8> {
    let best = (0..CLASSES).min_by(|&a, &b| distances[a].total_cmp(&distances[b]))?;
    distances[best].is_finite().then_some(best as u8)
}

fn normal_limit(distances: &[[f32; CLASSES]], labels: &[Option<u8>]) -> Option<f32> {
    let mut own: Vec<f32> = labels
        .iter()
        .zip(distances)
        .filter_map(|(label, distances)| Some(distances[usize::from((*label)?)]))
        .collect();
    if own.is_empty() {
        return None;
    }
    let at = ((own.len() - 1) as f32 * NORMAL_SHARE) as usize;
    let limit = *own.select_nth_unstable_by(at, f32::total_cmp).1;
    (limit > 0.0).then_some(limit)
}

struct Discriminants {
    factor: Cholesky,
    /// Whitened means of the classes; `None` for a class without labels.
    means: [Option<Vec<f32>>; CLASSES],
}

impl Discriminants {
    fn train(vectors: &[f32], labels: &[Option<u8>]) -> Option<Self> {
        let mut counts = [0_usize; CLASSES];
        let mut means = vec![vec![0.0_f32; FEATURES]; CLASSES];
        let labelled = || {
            vectors
                .chunks_exact(FEATURES)
                .zip(labels)
                .filter_map(|(vector, label)| Some((vector, usize::from((*label)?))))
        };
        for (vector, class) in labelled() {
            counts[class] += 1;
            for (mean, value) in means[class].iter_mut().zip(vector) {
                *mean += value;
            }
        }
        for (mean, &count) in means.iter_mut().zip(&counts) {
            for value in mean {
                *value /= count.max(1) as f32;
            }
        }
        let deviations = labelled().filter(|(_, class)| counts[*class] >= MIN_LABELS);
        let deviations: Vec<f32> = deviations
            .flat_map(|(vector, class)| vector.iter().zip(&means[class]).map(|(v, m)| v - m))
            .collect();
        let factor = Cholesky::of(covariance(&deviations), FEATURES)?;
        let mut index = 0;
        let means = means.into_iter().map(|mut mean| {
            factor.whiten(&mut mean);
            index += 1;
            (counts[index - 1] >= MIN_LABELS).then_some(mean)
        });
        let means: Vec<Option<Vec<f32>>> = means.collect();
        Some(Self { factor, means: means.try_into().ok()? })
    }

    fn distances(&self, vectors: &[f32]) -> Vec<[f32; CLASSES]> {
        let mut whitened = vec![0.0_f32; FEATURES];
        let each = vectors.chunks_exact(FEATURES).map(|vector| {
            whitened.copy_from_slice(vector);
            self.factor.whiten(&mut whitened);
            let own = dot(&whitened, &whitened);
            std::array::from_fn(|class| match &self.means[class] {
                Some(mean) => own - 2.0 * dot(&whitened, mean) + dot(mean, mean),
                None => f32::INFINITY,
            })
        });
        each.collect()
    }
}

/// Returns the share of each class among the labelled digits that look most like one.
fn neighbors(vectors: &[f32], labels: &[Option<u8>], digit: usize) -> [f32; CLASSES] {
    let own = &vectors[digit * FEATURES..(digit + 1) * FEATURES];
    let others = vectors.chunks_exact(FEATURES).zip(labels).enumerate();
    // Vectors have the same length, so that the largest product is the least distance.
    let mut alike: Vec<(f32, u8)> = others
        .filter(|(other, _)| *other != digit)
        .filter_map(|(_, (vector, label))| Some((dot(own, vector), (*label)?)))
        .collect();
    let count = NEIGHBORS.min(alike.len());
    let mut shares = [0.0; CLASSES];
    if count > 0 {
        alike.select_nth_unstable_by(count - 1, |a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        for (_, class) in &alike[..count] {
            shares[usize::from(*class)] += 1.0 / count as f32;
        }
    }
    shares
}

/// Returns the lower triangle of the covariance of deviations. It is drawn towards a ball, by half with
/// as many deviations as features, by a tenth with nine times as many.
fn covariance(deviations: &[f32]) -> Vec<f32> {
    let mut matrix = vec![0.0_f32; FEATURES * FEATURES];
    let count = deviations.len() / FEATURES;
    for vector in deviations.chunks_exact(FEATURES) {
        for (row, &factor) in vector.iter().enumerate() {
            let line = &mut matrix[row * FEATURES..=row * FEATURES + row];
            for (sum, value) in line.iter_mut().zip(vector) {
                *sum += factor * value;
            }
        }
    }
    let scale = 1.0 / count.max(1) as f32;
    let trace: f32 = (0..FEATURES).map(|at| matrix[at * FEATURES + at] * scale).sum();
    let ball = trace / FEATURES as f32;
    let shrinkage = FEATURES as f32 / (FEATURES + count) as f32;
    for value in &mut matrix {
        *value *= scale * (1.0 - shrinkage);
    }
    for at in 0..FEATURES {
        matrix[at * FEATURES + at] += shrinkage * ball;
    }
    matrix
}
