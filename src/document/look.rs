//! The second look: parts of a page that a reader is asked to read again, and what it saw.

use serde::{Deserialize, Serialize};

use super::geometry::PixelBox;
use super::text::{CellGrid, Line};

/// A part of a page to be read again. Boxes are pixels of the page text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Look {
    Region(RegionLook),
    Table(TableLook),
}

/// A few words that are doubtful.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RegionLook {
    pub bounds: PixelBox,
    /// The only characters that may stand there, if the type of the field says so.
    pub alphabet: Option<String>,
}

/// A dense table of numbers of one shape.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TableLook {
    /// Where it is; the page if not given.
    pub zone: Option<PixelBox>,
    /// Number of columns of numbers.
    pub columns: u16,
    /// What each cell looks like: `9` is a digit, a point stands for itself, such as `9.999`.
    pub shape: String,
}

/// What a reader saw at a [`Look`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Seen {
    Region(RegionSeen),
    Table(TableSeen),
    /// There is no table as it was asked for, or the time was used up.
    Nothing,
}

/// The further readings of a region, each with its lines.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RegionSeen {
    /// By the network that read the page, one a way of preparing the region.
    pub variants: Vec<Vec<Line>>,
    /// By the second network, if there is one.
    pub second: Option<Vec<Line>>,
}

/// A dense table that was found and read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TableSeen {
    pub grid: CellGrid,
    /// One line a row of the grid that has words, one word a cell that was read. Confidences are
    /// probabilities that the word is right, times 100; doubts say what the characters may be instead.
    pub lines: Vec<Line>,
}
