//! The order in which strips are read: columns of prose one after the other, all else row by row.
//!
//! Cuts a region where nothing stands: first by the widest white between two columns of prose, then
//! by the headings that run across columns. What cannot be cut is read in rows.

use super::strip::{Strip, median};

/// A column of prose has so many strips, …
const MIN_COLUMN_STRIPS: usize = 3;
/// … is so many text heights wide, …
const MIN_COLUMN_WIDTH: f32 = 10.0;
/// … and its strips fill this share of its width (their median).
const MIN_COLUMN_FILL: f32 = 0.55;
/// Two columns stand beside each other over this share of the shorter one.
const MIN_COLUMN_OVERLAP: f32 = 0.5;
/// White between two columns in text heights.
const MIN_GUTTER: f32 = 1.0;
/// Share of a region's strips that may run across its columns.
const MAX_CROSSING: f32 = 0.25;
/// Strips of a row share this share of the smaller x-height.
const MIN_ROW_OVERLAP: f32 = 0.5;
/// Regions within regions: more than this is no print.
const MAX_DEPTH: usize = 12;

/// A strip's place in the reading order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Index of the strip.
    pub strip: usize,
    /// Strips of one row have the same number; ascending.
    pub row: u32,
    /// Number of the region that was read in one go; ascending.
    pub region: u32,
}

/// Returns the places of strips in reading order.
pub(super) fn order(strips: &[Strip], text_height: f32) -> Vec<Place> {
    let mut reader = Reader { strips, text_height, places: Vec::new(), row: 0, region: 0 };
    reader.read((0..strips.len()).collect(), 0);
    reader.places
}

struct Reader<'s> {
    strips: &'s [Strip],
    text_height: f32,
    places: Vec<Place>,
    row: u32,
    region: u32,
}

impl Reader<'_> {
    fn read(&mut self, ids: Vec<usize>, depth: usize) {
        if depth < MAX_DEPTH {
            if let Some((left, right)) = self.columns(&ids) {
                self.read(left, depth + 1);
                self.read(right, depth + 1);
                return;
            }
            if let Some(bands) = self.bands(&ids) {
                for band in bands {
                    self.read(band, depth + 1);
                }
                return;
            }
        }
        self.read_rows(ids);
    }

    /// Cuts a region at the widest white between two columns of prose.
    fn columns(&self, ids: &[usize]) -> Option<(Vec<usize>, Vec<usize>)> {
        let mut sorted: Vec<usize> = ids.to_vec();
        sorted.sort_by(|&a, &b| self.strips[a].left.total_cmp(&self.strips[b].left));
        let mut right = f32::MIN;
        let mut gaps: Vec<(f32, usize)> = Vec::new();
        for (index, &id) in sorted.iter().enumerate() {
            let gap = self.strips[id].left - right;
            if index > 0 && gap > MIN_GUTTER * self.text_height {
                gaps.push((gap, index));
            }
            right = right.max(self.strips[id].right);
        }
        gaps.sort_by(|a, b| b.0.total_cmp(&a.0));
        gaps.iter()
            .map(|&(_, index)| sorted.split_at(index))
            .find(|(left, right)| {
                self.is_prose(left) && self.is_prose(right) && self.is_beside(left, right)
            })
            .map(|(left, right)| (left.to_vec(), right.to_vec()))
    }

    fn is_prose(&self, ids: &[usize]) -> bool {
        let (left, right) = self.extent(ids, |strip| (strip.left, strip.right));
        let mut widths: Vec<f32> = ids.iter().map(|&id| self.strips[id].width()).collect();
        ids.len() >= MIN_COLUMN_STRIPS
            && right - left >= MIN_COLUMN_WIDTH * self.text_height
            && median(&mut widths) > MIN_COLUMN_FILL * (right - left)
    }

    fn is_beside(&self, left: &[usize], right: &[usize]) -> bool {
        let (top_a, bottom_a) = self.extent(left, |strip| (strip.top, strip.bottom));
        let (top_b, bottom_b) = self.extent(right, |strip| (strip.top, strip.bottom));
        bottom_a.min(bottom_b) - top_a.max(top_b)
            >= MIN_COLUMN_OVERLAP * (bottom_a - top_a).min(bottom_b - top_b)
    }

    fn extent(&self, ids: &[usize], of: fn(&Strip) -> (f32, f32)) -> (f32, f32) {
        ids.iter()
            .map(|&id| of(&self.strips[id]))
            .fold((f32::MAX, f32::MIN), |all, each| (all.0.min(each.0), all.1.max(each.1)))
    }

    /// Cuts a region into bands at the strips that run across its columns.
    fn bands(&self, ids: &[usize]) -> Option<Vec<Vec<usize>>> {
        if ids.len() < 2 * MIN_COLUMN_STRIPS {
            return None;
        }
        let x = self.emptiest(ids);
        let crosses = |id: usize| self.strips[id].left < x && self.strips[id].right > x;
        let mut sorted = ids.to_vec();
        sorted.sort_by(|&a, &b| self.strips[a].base.total_cmp(&self.strips[b].base));
        let crossing = sorted.iter().filter(|&&id| crosses(id)).count();
        if crossing == 0 || crossing as f32 >= MAX_CROSSING * ids.len() as f32 {
            return None;
        }
        let mut bands: Vec<Vec<usize>> = vec![Vec::new()];
        for id in sorted {
            // A heading and what follows it are bands of their own.
            let is_new = bands
                .last()
                .and_then(|band| band.last())
                .is_some_and(|&last| crosses(last) != crosses(id));
            if is_new {
                bands.push(Vec::new());
            }
            if let Some(band) = bands.last_mut() {
                band.push(id);
            }
        }
        bands.iter().any(|band| self.columns(band).is_some()).then_some(bands)
    }

    /// Returns the x in the middle of a region that the fewest strips cross.
    fn emptiest(&self, ids: &[usize]) -> f32 {
        let (left, right) = self.extent(ids, |strip| (strip.left, strip.right));
        let (from, to) = (left + 0.2 * (right - left), left + 0.8 * (right - left));
        let step = (self.text_height / 2.0).max(2.0);
        let count = ((to - from) / step).max(0.0) as usize + 1;
        let mut crossing = vec![0_i32; count + 1];
        for strip in ids.iter().map(|&id| &self.strips[id]) {
            let place = |x: f32| (((x - from) / step).max(0.0) as usize).min(count);
            crossing[place(strip.left)] += 1;
            crossing[place(strip.right)] -= 1;
        }
        let (mut depth, mut least, mut best, mut length) = (0, i32::MAX, (0, 0), 0);
        for (index, change) in crossing[..count].iter().enumerate() {
            depth += change;
            length = if depth == least { length + 1 } else { 1 };
            if depth < least {
                (least, best) = (depth, (index, 1));
            } else if depth == least && length > best.1 {
                best = (index, length);
            }
        }
        // The middle of the longest stretch that so few cross.
        from + step * (best.0 as f32 - (best.1 as f32 - 1.0) / 2.0)
    }

    fn read_rows(&mut self, mut ids: Vec<usize>) {
        ids.sort_by(|&a, &b| self.strips[a].base.total_cmp(&self.strips[b].base));
        let mut rows: Vec<Vec<usize>> = Vec::new();
        for id in ids {
            let strip = &self.strips[id];
            let recent = rows.len().saturating_sub(4);
            let row = rows[recent..].iter_mut().rev().find(|row| {
                row.iter().all(|&other| !overlaps(strip, &self.strips[other]))
                    && row.iter().any(|&other| is_beside(strip, &self.strips[other]))
            });
            match row {
                Some(row) => row.push(id),
                None => rows.push(vec![id]),
            }
        }
        rows.sort_by(|a, b| self.height_of(a).total_cmp(&self.height_of(b)));
        for mut row in rows {
            row.sort_by(|&a, &b| self.strips[a].left.total_cmp(&self.strips[b].left));
            self.places.extend(row.iter().map(|&strip| Place {
                strip,
                row: self.row,
                region: self.region,
            }));
            self.row += 1;
        }
        self.region += 1;
    }

    fn height_of(&self, row: &[usize]) -> f32 {
        let sum: f32 = row.iter().map(|&id| self.strips[id].base).sum();
        sum / row.len().max(1) as f32
    }
}

fn overlaps(a: &Strip, b: &Strip) -> bool {
    a.left < b.right && b.left < a.right
}

fn is_beside(a: &Strip, b: &Strip) -> bool {
    let x = if a.left < b.left {
        f32::midpoint(a.right, b.left)
    } else {
        f32::midpoint(b.right, a.left)
    };
    let (base_a, base_b) = (a.base_at(x), b.base_at(x));
    let shared = base_a.min(base_b) - (base_a - a.x_height).max(base_b - b.x_height);
    shared > MIN_ROW_OVERLAP * a.x_height.min(b.x_height)
}
