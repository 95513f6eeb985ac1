//! What the pictures of lines are made of: where they lie on the page, its runs row by row, and whose they are.

use crate::shapes::Run;

/// What of the page is a line's picture: an upright box, whose columns are moved down by the slope.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Frame {
    /// Left edge on the page; may lie outside.
    pub left: i64,
    /// Upper edge at the middle.
    pub top: i64,
    pub width: u32,
    pub height: u32,
    /// In px a px.
    pub slope: f32,
}

/// Columns of a frame that are moved alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stretch {
    pub from: i64,
    /// Exclusive.
    pub to: i64,
    pub shift: i64,
}

impl Frame {
    /// Returns by how many pixels a column lies lower than that in the middle of the frame.
    pub fn shift(&self, column: i64) -> i64 {
        (self.slope * (column as f32 - self.width as f32 / 2.0)).round() as i64
    }

    /// Returns the largest shift of any column.
    pub fn most(&self) -> i64 {
        self.shift(0).abs().max(self.shift(i64::from(self.width)).abs())
    }

    /// Returns the columns that are moved alike, from left to right.
    pub fn stretches(&self) -> Vec<Stretch> {
        let mut stretches: Vec<Stretch> = Vec::new();
        for from in 0..i64::from(self.width) {
            let shift = self.shift(from);
            match stretches.last_mut() {
                Some(last) if last.shift == shift => last.to = from + 1,
                _ => stretches.push(Stretch { from, to: from + 1, shift }),
            }
        }
        stretches
    }
}

/// The runs of the components of a page, row by row.
#[derive(Debug, Clone, Default)]
pub(super) struct RunRows {
    runs: Vec<Run>,
    /// Index of the first run of each row, and one past the last.
    starts: Vec<u32>,
}

impl RunRows {
    /// Indexes runs, which come from top to bottom, of a page of `height` rows.
    pub fn of(runs: Vec<Run>, height: usize) -> Self {
        let mut starts = Vec::with_capacity(height + 1);
        for (index, run) in runs.iter().enumerate() {
            while starts.len() <= run.y as usize {
                starts.push(index as u32);
            }
        }
        starts.resize(height + 1, runs.len() as u32);
        Self { runs, starts }
    }

    /// Returns the runs of row `y` that meet `left..right`.
    pub fn meeting(&self, y: u32, left: i64, right: i64) -> impl Iterator<Item = &Run> {
        let bound = |y: u32| self.starts.get(y as usize).map_or(self.runs.len(), |&at| at as usize);
        let row = &self.runs[bound(y)..bound(y.saturating_add(1))];
        let first = row.partition_point(|run| i64::from(run.right) <= left);
        row[first..].iter().take_while(move |run| i64::from(run.left) < right)
    }
}

/// Who a component belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// The segment with this identity.
    Segment(u32),
    /// Nobody: it may be part of the line it stands in.
    None,
    /// A rule, a picture, noise: it is never drawn.
    Foreign,
}
