//! The columns of a dense table: where the digits of its cells stand below each other.
//!
//! The figures of a font are equally wide, so that the digits of all cells have the same distances.
//! These distances are found first, then the places on the page where many cells fit them. Columns lean
//! and bend a little; each is fitted by itself.

use super::ground::median;
use super::linear::Curve;
use super::shape::CellShape;

/// A digit that stands in a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    pub row: usize,
    /// Middle of its box.
    pub x: f32,
    pub y: f32,
}

/// What stands in the rows of a table.
pub(super) struct Standings<'d> {
    pub digits: &'d [Standing],
    pub points: &'d [Standing],
    /// Of a digit, in pixels.
    pub height: f32,
    /// How many rows there are.
    pub rows: usize,
}

/// The distances within a cell.
#[derive(Debug, Clone)]
pub(super) struct Template {
    /// Distance between neighboring digits in pixels.
    pub pitch: f32,
    /// Middles of the digits from that of the first one.
    pub offsets: Vec<f32>,
    /// Middle of the point from that of the first digit.
    pub point: Option<f32>,
}

impl Template {
    /// Moves the offsets to where most digits stand.
    fn adjust(&mut self, digits: &[Standing], columns: &[Curve]) {
        let reach = self.pitch * IN_SLOT;
        let mut found: Vec<Vec<f32>> = vec![Vec::new(); self.offsets.len()];
        for digit in digits {
            for column in columns {
                let distance = digit.x - column.at(digit.y);
                let slot = self.offsets.iter().position(|o| (distance - o).abs() < reach);
                if let Some(slot) = slot {
                    found[slot].push(distance);
                }
            }
        }
        let middles: Option<Vec<f32>> = found.iter_mut().map(|each| median(each)).collect();
        let Some(middles) = middles else { return };
        for (offset, middle) in self.offsets.iter_mut().zip(&middles) {
            *offset = middle - middles[0];
        }
    }

    /// Returns the distance from the first to the last digit.
    pub(super) fn span(&self) -> f32 {
        self.offsets.last().copied().unwrap_or(0.0)
    }
}

/// Columns of a table: for each the middle of its first digit over y, from left to right.
pub(super) struct Columns {
    pub template: Template,
    pub columns: Vec<Curve>,
}

/// Neighboring digits are so many digit heights apart.
const PITCHES: std::ops::Range<f32> = 0.45..1.25;
/// Pitch in digit heights where there are no neighbors.
const USUAL_PITCH: f32 = 0.75;
/// The point takes at most this share of a pitch, tried in steps of this share.
const WIDEST_POINT: f32 = 1.2;
const POINT_STEP: f32 = 0.05;
/// Distances that fit whole cells count more than those that fit parts of them: sums take this power.
const SHARPNESS: i32 = 4;
/// The lean of columns that is tried, in pixels per pixel, at the middle and more at the sides.
const LEAN_STEP: f32 = 0.002;
const LEAN_STEPS: i32 = 22;
const KEYSTONE_STEPS: i32 = 8;
/// Columns are fitted to digits that are off by at most this share of a pitch.
const IN_SLOT: f32 = 0.35;
/// Columns and distances are fitted in turn so often.
const FITS: usize = 2;
/// Columns bend like a curve of this degree.
const DEGREE: usize = 2;
/// The best column has digits in this share of its places; text in lines has them anywhere.
const LEAST_OF_ALL: f32 = 0.5;
/// The better half of the columns fits this share of the best one's digits.
const LEAST_OF_BEST: f32 = 0.5;
/// Columns that fit fewer digits than this share of the best one are none.
const LEAST_OF_USUAL: f32 = 0.12;
/// Columns that are found late stand so many of the widest distance beside the others at most.
const WIDEST_OF_GAPS: f32 = 1.35;
/// Columns are at least this share of a cell's width apart: a fold may hide half of one.
const CLOSEST: f32 = 0.6;
/// A table with so many columns may have one that cannot be seen.
const MANY_COLUMNS: usize = 8;

/// How columns lean: x is moved by `(middle + sides · u) · (y − y_middle)`, with u from −1 to 1.
#[derive(Debug, Clone, Copy)]
struct Lean {
    middle: f32,
    sides: f32,
    center: (f32, f32),
    half_width: f32,
}

impl Lean {
    fn straightened(&self, x: f32, y: f32) -> f32 {
        let u = (x - self.center.0) / self.half_width;
        x - (self.middle + self.sides * u) * (y - self.center.1)
    }
}

/// Finds `count` columns; `None` if there are fewer. Digits and points come in any order.
pub(super) fn find_columns(
    found: &Standings<'_>,
    shape: CellShape,
    count: usize,
) -> Option<Columns> {
    let Standings { digits, points, height, rows } = *found;
    let lean = find_lean(digits, height)?;
    let across = Profile::of(digits, &lean, height);
    let dots = Profile::of(points, &lean, height);
    let mut template = find_template(digits, &across, height, shape);
    let starts = find_starts(&template, (across, dots), (rows, count))?;
    let mut columns: Vec<Curve> = Vec::new();
    for _ in 0..FITS {
        let fit = |&start: &f32| fit(digits, &lean, &template, start, rows);
        columns = starts.iter().map(fit).collect();
        template.adjust(digits, &columns);
    }
    Some(Columns { template, columns })
}

/// How many digits have their middle at each pixel of a straightened page.
struct Profile {
    left: f32,
    counts: Vec<f32>,
}

impl Profile {
    /// Counts digits; each is spread over a tenth of a digit height to both sides.
    fn of(digits: &[Standing], lean: &Lean, height: f32) -> Self {
        let left = lean.center.0 - lean.half_width * 1.2;
        let mut counts = vec![0.0; (lean.half_width * 2.4) as usize + 1];
        let reach = (height * 0.1).max(1.0) as i64;
        for digit in digits {
            let at = (lean.straightened(digit.x, digit.y) - left).round() as i64;
            for offset in -reach..=reach {
                let place = usize::try_from(at + offset).ok();
                if let Some(count) = place.and_then(|place| counts.get_mut(place)) {
                    *count += 1.0;
                }
            }
        }
        Self { left, counts }
    }

    /// Takes out the digits around a place.
    fn clear(&mut self, place: f32, reach: f32) {
        for at in (place - reach).max(0.0) as usize..=(place + reach).max(0.0) as usize {
            if let Some(count) = self.counts.get_mut(at) {
                *count = 0.0;
            }
        }
    }

    /// Returns the count at a place counted from the left end of the profile.
    fn at(&self, place: f32) -> f32 {
        if place < 0.0 { 0.0 } else { self.counts.get(place as usize).copied().unwrap_or(0.0) }
    }
}

/// Returns the lean under which the middles of digits fall together best.
fn find_lean(digits: &[Standing], height: f32) -> Option<Lean> {
    let mut xs: Vec<f32> = digits.iter().map(|digit| digit.x).collect();
    let mut ys: Vec<f32> = digits.iter().map(|digit| digit.y).collect();
    let (low, high) = xs.iter().fold((f32::MAX, f32::MIN), |(l, h), &x| (l.min(x), h.max(x)));
    let center = (median(&mut xs)?, median(&mut ys)?);
    let half_width = (high - center.0).max(center.0 - low).max(height);
    let bin = height * 0.1;
    let mut counts = vec![0_u32; (half_width * 3.0 / bin) as usize + 1];
    let mut best: Option<(u64, Lean)> = None;
    for middle in -LEAN_STEPS..=LEAN_STEPS {
        for sides in -KEYSTONE_STEPS..=KEYSTONE_STEPS {
            let lean = Lean {
                middle: middle as f32 * LEAN_STEP,
                sides: sides as f32 * LEAN_STEP,
                center,
                half_width,
            };
            counts.fill(0);
            for digit in digits {
                let x = lean.straightened(digit.x, digit.y) - center.0 + half_width * 1.5;
                if let Some(count) = counts.get_mut((x.max(0.0) / bin) as usize) {
                    *count += 1;
                }
            }
            let sharpness = counts.iter().map(|&count| u64::from(count).pow(2)).sum();
            if best.is_none_or(|(most, _)| sharpness > most) {
                best = Some((sharpness, lean));
            }
        }
    }
    best.map(|(_, lean)| lean)
}

/// Returns the distances of digits in a cell that fit most digits.
fn find_template(digits: &[Standing], across: &Profile, height: f32, shape: CellShape) -> Template {
    let pitch = find_pitch(digits, height);
    let template = |gap: f32| {
        let offset = |index: usize| {
            let is_after = shape.point.is_some_and(|point| point > 0 && index >= point);
            index as f32 * pitch + if is_after { gap } else { 0.0 }
        };
        // Half of the gap and of a digit on each side lie between a point and the middle of a digit.
        let beside = f32::midpoint(pitch, gap);
        let point = shape.point.map(|point| match point.checked_sub(1) {
            None => -beside,
            Some(before) => offset(before) + beside,
        });
        Template { pitch, offsets: (0..shape.digits).map(offset).collect(), point }
    };
    let steps = if shape.point.is_some() { (WIDEST_POINT / POINT_STEP) as usize } else { 0 };
    let fit = |template: &Template| -> f64 {
        let places = 0..across.counts.len();
        places
            .map(|place| {
                let counts = template.offsets.iter().map(|o| across.at(place as f32 + o));
                f64::from(counts.sum::<f32>()).powi(SHARPNESS)
            })
            .sum()
    };
    (0..=steps)
        .map(|step| template(step as f32 * POINT_STEP * pitch))
        .max_by(|a, b| fit(a).total_cmp(&fit(b)))
        .unwrap_or_else(|| template(0.0))
}

/// Returns the most common distance of neighbors in a row, in pixels.
fn find_pitch(digits: &[Standing], height: f32) -> f32 {
    let mut sorted: Vec<&Standing> = digits.iter().collect();
    sorted.sort_by(|a, b| a.row.cmp(&b.row).then(a.x.total_cmp(&b.x)));
    let range = height * PITCHES.start..height * PITCHES.end;
    let mut distances: Vec<f32> = sorted
        .windows(2)
        .filter(|pair| pair[0].row == pair[1].row)
        .map(|pair| pair[1].x - pair[0].x)
        .filter(|distance| range.contains(distance))
        .collect();
    distances.sort_by(f32::total_cmp);
    let width = height * 0.08;
    let mut best: (usize, f32) = (0, height * USUAL_PITCH);
    for (index, &distance) in distances.iter().enumerate() {
        let end = distances.partition_point(|&other| other <= distance + width);
        if end - index > best.0 {
            best = (end - index, distances[usize::midpoint(index, end)]);
        }
    }
    best.1
}

/// Returns where the first digits of the `count` columns stand on the straightened page.
///
/// The column that fits most digits comes first; its digits do not count for the next one. Columns
/// that are hard to see, such as one that is cut by the gutter, must stand beside the others.
fn find_starts(
    template: &Template,
    (mut across, mut dots): (Profile, Profile),
    (rows, count): (usize, usize),
) -> Option<Vec<f32>> {
    let mut starts: Vec<f32> = Vec::new();
    let mut usual = 0.0;
    while starts.len() < count {
        let reach = widest_gap(&starts) * WIDEST_OF_GAPS;
        let is_settled = starts.len() * 2 >= count;
        let ends = starts.first().zip(starts.last()).filter(|_| is_settled);
        let room = ends.map(|(first, last)| (first - reach, last + reach));
        let Some((score, start)) = best_start(template, (&across, &dots), &starts, room) else {
            break;
        };
        if starts.is_empty() {
            usual = score;
            let places = template.offsets.len() + usize::from(template.point.is_some());
            if score < (rows * places) as f32 * LEAST_OF_ALL {
                return None;
            }
        }
        if room.is_none() && score < usual * LEAST_OF_BEST {
            return None;
        }
        if score < usual * LEAST_OF_USUAL {
            break;
        }
        let reach = template.pitch * IN_SLOT;
        template.offsets.iter().for_each(|offset| across.clear(start + offset, reach));
        template.point.iter().for_each(|offset| dots.clear(start + offset, reach));
        let place = starts.partition_point(|&other| other < start);
        starts.insert(place, start);
    }
    if starts.len() + 1 == count && count >= MANY_COLUMNS {
        // One column cannot be seen at all: it lies in the gutter or beyond the edge.
        let gap = widest_gap(&starts);
        let (&first, &last) = starts.first().zip(starts.last())?;
        if first < across.counts.len() as f32 - last - template.span() {
            starts.insert(0, first - gap);
        } else {
            starts.push(last + gap);
        }
    }
    (starts.len() == count).then(|| starts.iter().map(|start| start + across.left).collect())
}

/// Returns the largest distance of neighboring columns; 0 for fewer than two.
fn widest_gap(starts: &[f32]) -> f32 {
    starts.windows(2).map(|pair| pair[1] - pair[0]).fold(0.0, f32::max)
}

/// Returns the best place for another column, and how many digits and points it explains.
fn best_start(
    template: &Template,
    (across, dots): (&Profile, &Profile),
    starts: &[f32],
    room: Option<(f32, f32)>,
) -> Option<(f32, f32)> {
    let score = |place: f32| {
        let digits: f32 = template.offsets.iter().map(|offset| across.at(place + offset)).sum();
        digits + template.point.map_or(0.0, |point| dots.at(place + point))
    };
    let apart = (template.span() + template.pitch) * CLOSEST;
    let is_free = |place: f32| {
        starts.iter().all(|start| (start - place).abs() >= apart)
            && room.is_none_or(|(low, high)| (low..=high).contains(&place))
    };
    // The first digits of a column may lie before the others and before the page.
    let before = template.span() as usize;
    let (best, place) = (0..across.counts.len() + before)
        .map(|place| place as f32 - before as f32)
        .filter(|&place| is_free(place))
        .map(|place| (score(place), place))
        .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.total_cmp(&a.1)))?;
    // The middle of the places that fit equally well.
    let mut end = place;
    while best > 0.0 && score(end + 1.0) >= best - 0.5 {
        end += 1.0;
    }
    Some((best, f32::midpoint(place, end)))
}

/// Fits a column that starts at `start` of the straightened page.
fn fit(digits: &[Standing], lean: &Lean, template: &Template, start: f32, rows: usize) -> Curve {
    let reach = template.pitch * IN_SLOT;
    let mut points: Vec<(f32, f32)> = Vec::new();
    for digit in digits {
        let x = lean.straightened(digit.x, digit.y);
        let Some(offset) = template.offsets.iter().find(|&o| (x - start - o).abs() < reach) else {
            continue;
        };
        points.push((digit.y, digit.x - offset));
    }
    let degree = if points.len() > rows { DEGREE } else { 1 };
    let u = (start - lean.center.0) / lean.half_width;
    let slope = lean.middle + lean.sides * u;
    let straight = |y: f32| (y, start + slope * (y - lean.center.1));
    let ends = [straight(lean.center.1 - 100.0), straight(lean.center.1 + 100.0)];
    if points.len() * 2 < rows {
        points = ends.to_vec();
    }
    Curve::fit(&points, degree).or_else(|| Curve::fit(&ends, 1)).unwrap_or_default()
}
