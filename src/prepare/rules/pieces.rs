//! The pieces of ruled lines that a mask shows.

use crate::document::PixelBox;
use crate::shapes::Run;

/// The pieces of ruled lines that a page's mask shows, in its pixels.
#[derive(Debug, Clone, Default)]
pub(in crate::prepare) struct Rules {
    pub(super) horizontal: Vec<Piece>,
    pub(super) vertical: Vec<Piece>,
}

/// A piece of a ruled line: its box, and the runs of pixels that it consists of.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub(super) bounds: PixelBox,
    pub(super) runs: Vec<Run>,
}
