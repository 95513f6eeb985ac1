//! The order in which strips are read: columns of prose one after the other, all else row by row.
//!
//! Cuts a region where nothing stands: first by the widest white between two columns of prose, then
//! by the headings that run across columns. What cannot be cut is read in rows. The recursion is the X-Y cut (Nagy,
//! Seth, "Hierarchical representation of optically scanned documents", ICPR 1984); that white between columns decides,
//! and not profiles of ink, is after Breuel, "Two geometric algorithms for layout analysis", DAS 2002.

use super::found::SegmentKind;
use super::rules::{Rules, Shear};
use super::strip::{Strip, median};
use crate::shapes::TableGrid;

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
/// A table with fewer rules across has rows that no rule divides.
const MIN_ROW_RULES: usize = 4;
/// A rule between rows of a table runs over this share of its width.
const MIN_ROW_RULE: f32 = 0.5;
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
    pub kind: SegmentKind,
}

/// The cells of a ruled table, in sheared coordinates.
#[derive(Debug, Clone)]
pub(super) struct Cells {
    top: f32,
    bottom: f32,
    /// Middles of its vertical rules, ascending.
    columns: Vec<f32>,
    /// Heights of the rules that run across it, ascending.
    rows: Vec<f32>,
}

impl Cells {
    /// Finds the rows of a grid among the rules of its page.
    pub fn of(grid: &TableGrid, rules: &Rules, shear: Shear) -> Self {
        let columns: Vec<f32> = grid.columns.iter().map(|&x| x as f32).collect();
        let (left, right) =
            (columns.first().copied().unwrap_or(0.0), columns.last().copied().unwrap_or(0.0));
        let lower = shear.at(f32::midpoint(left, right));
        let (top, bottom) = (grid.top as f32 - lower, grid.bottom as f32 - lower);
        let mut rows: Vec<f32> = rules
            .horizontal
            .iter()
            .filter(|rule| {
                let shared = right.min(rule.right as f32) - left.max(rule.left as f32);
                shared > MIN_ROW_RULE * (right - left)
            })
            .map(|rule| {
                let (middle_x, middle_y) = (
                    f32::midpoint(rule.left as f32, rule.right as f32),
                    f32::midpoint(rule.top as f32, rule.bottom as f32),
                );
                middle_y - shear.at(middle_x)
            })
            .filter(|y| (top..=bottom).contains(y))
            .collect();
        rows.sort_by(f32::total_cmp);
        Self { top, bottom, columns, rows }
    }

    /// Returns row and column of the cell that a strip stands in, if it stands in the table.
    fn cell(&self, strip: &Strip) -> Option<(usize, usize)> {
        let (x, y) = (strip.middle_x(), strip.base - strip.x_height / 2.0);
        let column = self.columns.partition_point(|&rule| rule < x);
        let is_inside =
            (self.top..=self.bottom).contains(&y) && (1..self.columns.len()).contains(&column);
        is_inside.then(|| (self.rows.partition_point(|&rule| rule < y), column))
    }
}

/// Returns the places of strips in reading order: what is above the table, its cells, what is below.
pub(super) fn order(strips: &[Strip], text_height: f32, cells: Option<&Cells>) -> Vec<Place> {
    let mut reader = Reader { strips, text_height, places: Vec::new(), row: 0, region: 0 };
    let all: Vec<usize> = (0..strips.len()).collect();
    let Some(cells) = cells else {
        reader.read(all, 0);
        return reader.places;
    };
    let (inside, outside): (Vec<usize>, Vec<usize>) =
        all.into_iter().partition(|&id| cells.cell(&strips[id]).is_some());
    let (above, below): (Vec<usize>, Vec<usize>) = outside
        .into_iter()
        .partition(|&id| strips[id].base < f32::midpoint(cells.top, cells.bottom));
    reader.read(above, 0);
    reader.read_cells(inside, cells);
    reader.read(below, 0);
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

    /// Reads a table row by row, each cell from top to bottom. Where no rule divides the rows, those
    /// are what stands on one height.
    fn read_cells(&mut self, ids: Vec<usize>, cells: &Cells) {
        let mut bands: Vec<Vec<usize>> = vec![Vec::new(); cells.rows.len() + 1];
        for id in ids {
            if let Some((row, _)) = cells.cell(&self.strips[id]) {
                bands[row].push(id);
            }
        }
        for band in bands.into_iter().filter(|band| !band.is_empty()) {
            let mut placed: Vec<(usize, usize, f32, usize)> = Vec::new();
            for (row, ids) in self.rows(band).into_iter().enumerate() {
                // Between two rules close to each other, cells are read whole.
                let row = if cells.rows.len() < MIN_ROW_RULES { row } else { 0 };
                placed.extend(ids.into_iter().filter_map(|id| {
                    let strip = &self.strips[id];
                    Some((row, cells.cell(strip)?.1, strip.base, id))
                }));
            }
            placed.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then(a.2.total_cmp(&b.2)));
            for (_, _, _, strip) in placed {
                let (row, region, kind) = (self.row, self.region, SegmentKind::Cell);
                self.places.push(Place { strip, row, region, kind });
                self.row += 1;
            }
        }
        self.region += 1;
    }

    /// Puts strips that stand beside each other into rows, from top to bottom.
    fn rows(&self, mut ids: Vec<usize>) -> Vec<Vec<usize>> {
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
        for row in &mut rows {
            row.sort_by(|&a, &b| self.strips[a].left.total_cmp(&self.strips[b].left));
        }
        rows
    }

    fn read_rows(&mut self, ids: Vec<usize>) {
        for row in self.rows(ids) {
            self.places.extend(row.iter().map(|&strip| Place {
                strip,
                row: self.row,
                region: self.region,
                kind: SegmentKind::Prose,
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
