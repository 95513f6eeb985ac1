//! Connected components of a mask: their boxes, areas and runs.
//!
//! Owns labelling only; which component is a letter, a speck or a rule is decided elsewhere.

use super::sheet::sheets;
use crate::document::PixelBox;
use crate::images::BitMask;

/// More runs than this are noise or a halftone, and labelling them would cost too much memory
/// (16 bytes a run); a dense 600-dpi page of text has about one million.
const MAX_RUNS: usize = 4_000_000;
/// Strips may have as many on each sheet of their length, up to this: 250 MB.
const MAX_RUNS_OF_STRIPS: usize = 12_000_000;

/// A connected component (8 neighbors).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Component {
    /// The smallest box around it.
    pub bounds: PixelBox,
    /// Number of its pixels.
    pub area: u32,
}

impl Component {
    /// Returns the share of its box that is ink, 0–1.
    pub fn fill(&self) -> f32 {
        self.area as f32 / (self.width() * self.height()).max(1.0)
    }

    /// Returns the width in pixels.
    pub fn width(&self) -> f32 {
        self.bounds.width() as f32
    }

    /// Returns the height in pixels.
    pub fn height(&self) -> f32 {
        self.bounds.height() as f32
    }

    /// Returns the larger of width and height in pixels.
    pub fn extent(&self) -> u32 {
        self.bounds.width().max(self.bounds.height())
    }

    /// Returns x and y of the middle of the box in pixels.
    pub fn center(&self) -> (f32, f32) {
        let PixelBox { left, top, right, bottom } = self.bounds;
        ((left + right) as f32 / 2.0, (top + bottom) as f32 / 2.0)
    }
}

/// Pixels `left..right` of row `y`, which belong to the component with index `component`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    pub y: u32,
    pub left: u32,
    /// Exclusive.
    pub right: u32,
    /// Index in the list of components.
    pub component: u32,
}

/// The components of a mask and the runs that they consist of, from top to bottom.
#[derive(Debug, Clone, Default)]
pub struct Components {
    /// From top to bottom by their first run.
    pub list: Vec<Component>,
    /// From top to bottom, each row from left to right.
    pub runs: Vec<Run>,
}

/// Finds the components of a mask; `None` if there are too many runs for a page of text.
pub fn find_components(mask: &BitMask) -> Option<Components> {
    let mut runs: Vec<Run> = Vec::new();
    let mut parents: Vec<u32> = Vec::new();
    let mut above = 0..0;
    let most = (MAX_RUNS * sheets(mask.width, mask.height)).min(MAX_RUNS_OF_STRIPS);
    for y in 0..mask.height {
        let start = runs.len();
        let mut cursor = above.start;
        mask.runs(y, |left, right| {
            let (left, right) = (left as u32, right as u32);
            while cursor < above.end && runs[cursor].right < left {
                cursor += 1;
            }
            // Most runs touch one of the row above, whose component they take; further ones are joined with it.
            let mut own = None;
            for touching in &runs[cursor..above.end] {
                if touching.left > right {
                    break;
                }
                let first = *own.get_or_insert(touching.component);
                if first != touching.component {
                    union(&mut parents, first, touching.component);
                }
            }
            let component = own.unwrap_or_else(|| {
                let new = parents.len() as u32;
                parents.push(new);
                new
            });
            runs.push(Run { y: y as u32, left, right, component });
        });
        if runs.len() > most {
            return None;
        }
        above = start..runs.len();
    }
    Some(collect(runs, &mut parents))
}

fn collect(mut runs: Vec<Run>, parents: &mut [u32]) -> Components {
    const UNSEEN: u32 = u32::MAX;
    let mut list: Vec<Component> = Vec::new();
    let mut numbers = vec![UNSEEN; parents.len()];
    for run in &mut runs {
        let row = PixelBox { left: run.left, top: run.y, right: run.right, bottom: run.y + 1 };
        let root = root_of(parents, run.component) as usize;
        if numbers[root] == UNSEEN {
            numbers[root] = list.len() as u32;
            list.push(Component { bounds: row, area: 0 });
        }
        run.component = numbers[root];
        let component = &mut list[run.component as usize];
        component.bounds = component.bounds.union(&row);
        component.area += run.right - run.left;
    }
    Components { list, runs }
}

fn root_of(parents: &mut [u32], mut index: u32) -> u32 {
    while parents[index as usize] != index {
        let grandparent = parents[parents[index as usize] as usize];
        parents[index as usize] = grandparent;
        index = grandparent;
    }
    index
}

fn union(parents: &mut [u32], first: u32, second: u32) {
    let (first, second) = (root_of(parents, first), root_of(parents, second));
    // The smaller index stays root, so that components are numbered from the top.
    parents[first.max(second) as usize] = first.min(second);
}

#[cfg(test)]
mod tests;
