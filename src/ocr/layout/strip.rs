//! A strip: parts that stand beside each other on one baseline, in sheared coordinates.
//!
//! Owns its measures: box, baseline, x-height, slope of its own.

use super::part::Part;

/// Letters are between these multiples of a strip's median height.
const LETTER_HEIGHTS: std::ops::Range<f32> = 0.6..2.2;
/// A strip with so many parts, and so many median heights wide, shows a slope of its own.
const MIN_SLOPE_PARTS: usize = 12;
const MIN_SLOPE_WIDTH: f32 = 12.0;
/// Points on the baseline lie within so many median heights of it.
const BASE_TOLERANCE: f32 = 0.22;
/// So many points make a slope.
const MIN_SLOPE_POINTS: usize = 8;
/// A steeper slope is a mistake: preparation has leveled the page.
const MAX_OWN_SLOPE: f32 = 0.01;

/// Parts that stand beside each other on one baseline.
#[derive(Debug, Clone, Default)]
pub(super) struct Strip {
    /// Indices of its parts.
    pub members: Vec<u32>,
    pub left: f32,
    pub top: f32,
    pub right: f32,
    pub bottom: f32,
    /// Baseline at the middle of its width.
    pub base: f32,
    pub x_height: f32,
    /// Slope of its baseline in px a px, beyond that of the page.
    pub slope: f32,
    /// Number of members that were chained, not attached.
    pub letters: usize,
    /// Its characters, if they stand apart.
    pub spread: Option<Row>,
}

impl Strip {
    /// Measures the strip that parts form; there is at least one.
    pub fn of(members: Vec<u32>, parts: &[Part]) -> Self {
        let all = || members.iter().map(|&id| &parts[id as usize]);
        let mut heights: Vec<f32> = all().map(Part::height).collect();
        let height = median(&mut heights);
        let mut bottoms: Vec<f32> = all()
            .filter(|part| {
                (LETTER_HEIGHTS.start * height..=LETTER_HEIGHTS.end * height)
                    .contains(&part.height())
            })
            .map(|part| part.bottom)
            .collect();
        let base = median(&mut bottoms);
        let mut tops: Vec<f32> = all()
            .filter(|part| part.height() > LETTER_HEIGHTS.start * height)
            .map(|part| part.top)
            .collect();
        let x_height = (base - median(&mut tops)).max(1.0);
        let mut strip = Self { base, x_height, letters: members.len(), ..Self::default() };
        strip.span(all());
        strip.members = members;
        strip.fit_slope(parts, height);
        strip
    }

    fn span<'p>(&mut self, mut parts: impl Iterator<Item = &'p Part>) {
        if let Some(first) = parts.next() {
            (self.left, self.top) = (first.left, first.top);
            (self.right, self.bottom) = (first.right, first.bottom);
        }
        for part in parts {
            self.left = self.left.min(part.left);
            self.top = self.top.min(part.top);
            self.right = self.right.max(part.right);
            self.bottom = self.bottom.max(part.bottom);
        }
    }

    /// Least squares through the feet of its letters.
    fn fit_slope(&mut self, parts: &[Part], height: f32) {
        if self.members.len() < MIN_SLOPE_PARTS || self.width() < MIN_SLOPE_WIDTH * height {
            return;
        }
        let (mut count, mut sum_x, mut sum_y, mut sum_xx, mut sum_xy) = (0, 0.0, 0.0, 0.0, 0.0);
        for part in self.members.iter().map(|&id| &parts[id as usize]) {
            let (x, y) = (part.middle_x() - self.middle_x(), part.bottom - self.base);
            if y.abs() <= BASE_TOLERANCE * height {
                count += 1;
                sum_x += x;
                sum_y += y;
                sum_xx += x * x;
                sum_xy += x * y;
            }
        }
        let points = count as f32;
        let spread = points * sum_xx - sum_x * sum_x;
        if count < MIN_SLOPE_POINTS || spread <= 0.0 {
            return;
        }
        let slope = (points * sum_xy - sum_x * sum_y) / spread;
        if slope.abs() < MAX_OWN_SLOPE {
            self.slope = slope;
            self.base += (sum_y - slope * sum_x) / points;
        }
    }

    /// Returns the width in pixels.
    pub fn width(&self) -> f32 {
        self.right - self.left
    }

    /// Returns the horizontal middle.
    pub fn middle_x(&self) -> f32 {
        f32::midpoint(self.left, self.right)
    }

    /// Returns the baseline at `x`.
    pub fn base_at(&self, x: f32) -> f32 {
        self.base + self.slope * (x - self.middle_x())
    }

    /// Adds a part. The strip's box grows, vertically only as far as letters reach; its baseline and
    /// x-height stay.
    pub fn attach(&mut self, id: u32, part: &Part) {
        let base = self.base;
        // The baseline is known at the middle: it moves with it.
        self.base =
            self.base_at(f32::midpoint(self.left.min(part.left), self.right.max(part.right)));
        self.members.push(id);
        self.left = self.left.min(part.left);
        self.right = self.right.max(part.right);
        self.top = self.top.min(part.top.max(base - 2.2 * self.x_height));
        self.bottom = self.bottom.max(part.bottom.min(base + 0.8 * self.x_height));
    }

    /// Adds the parts of another strip; baseline, x-height and slope are those of the one with more letters.
    pub fn join(&mut self, other: Self) {
        let (left, right) = (self.left.min(other.left), self.right.max(other.right));
        let measures = if other.letters > self.letters { &other } else { &*self };
        let (base, x_height, slope) =
            (measures.base_at(f32::midpoint(left, right)), measures.x_height, measures.slope);
        self.top = self.top.min(other.top);
        self.bottom = self.bottom.max(other.bottom);
        self.letters += other.letters;
        self.members.extend(other.members);
        (self.left, self.right, self.base, self.x_height, self.slope) =
            (left, right, base, x_height, slope);
    }
}

/// A line of characters that stand apart.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    /// From left to right, the parts of each.
    pub characters: Vec<Vec<u32>>,
    pub begins_word: Vec<bool>,
}

impl Row {
    /// Measures the line that its characters form. Points and hyphens do not count.
    pub fn strip(&self, parts: &[Part]) -> Strip {
        let members: Vec<u32> = self.characters.iter().flatten().copied().collect();
        let highest = members.iter().map(|&id| parts[id as usize].height()).fold(0.0, f32::max);
        let (letters, points): (Vec<u32>, Vec<u32>) =
            members.into_iter().partition(|&id| parts[id as usize].height() > 0.45 * highest);
        let mut strip = Strip::of(letters, parts);
        for id in points {
            strip.attach(id, &parts[id as usize]);
        }
        strip.spread = Some(self.clone());
        strip
    }
}

/// Returns the median, the upper one of two; 0 of nothing.
pub(super) fn median(values: &mut [f32]) -> f32 {
    let middle = values.len() / 2;
    if values.is_empty() {
        return 0.0;
    }
    *values.select_nth_unstable_by(middle, f32::total_cmp).1
}
