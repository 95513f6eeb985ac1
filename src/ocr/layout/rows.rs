//! Parts by where they stand: rows of equal height, each from left to right.

use std::ops::RangeInclusive;

use super::part::Part;

/// An index of parts by the row that their middle lies in.
#[derive(Debug, Clone)]
pub(super) struct RowIndex {
    height: f32,
    top: f32,
    rows: Vec<Vec<(f32, u32)>>,
}

impl RowIndex {
    /// Indexes some of the parts, given in order of their left edge, in rows of `height` pixels.
    pub fn of(parts: &[Part], ids: &[u32], height: f32) -> Self {
        let middles = || ids.iter().map(|&id| parts[id as usize].middle_y());
        let top = middles().fold(f32::MAX, f32::min).min(0.0);
        let bottom = middles().fold(top, f32::max);
        let count = ((bottom - top) / height) as usize + 1;
        let mut rows: Vec<Vec<(f32, u32)>> = vec![Vec::new(); count];
        for &id in ids {
            let part = &parts[id as usize];
            let row = ((part.middle_y() - top) / height) as usize;
            rows[row.min(count - 1)].push((part.left, id));
        }
        Self { height, top, rows }
    }

    /// Calls `found` with each part whose row meets `heights` and whose left edge lies in `lefts`.
    pub fn each_within(
        &self,
        heights: RangeInclusive<f32>,
        lefts: RangeInclusive<f32>,
        mut found: impl FnMut(u32),
    ) {
        let row = |y: f32| ((y - self.top).max(0.0) / self.height) as usize;
        let last = row(*heights.end()).min(self.rows.len() - 1);
        let first = row(*heights.start()).min(last);
        for parts in &self.rows[first..=last] {
            let start = parts.partition_point(|&(left, _)| left < *lefts.start());
            for &(left, id) in &parts[start..] {
                if left > *lefts.end() {
                    break;
                }
                found(id);
            }
        }
    }
}
