//! Names on a page, and what the page says around them.

use super::blocks::{Block, Line};
use crate::extract::piece::Piece;
use crate::extract::sheet::{Caption, Label, Sheet};

/// A name where it stands, and what speaks for each role there.
#[derive(Debug, Clone)]
pub(super) struct Mention {
    pub piece: Piece,
    /// As it is printed, and as it is compared.
    pub name: String,
    pub bare: String,
    pub block: usize,
    pub sender: f32,
    pub recipient: f32,
}

/// The labels of a model's parties on a page.
#[derive(Default)]
pub(super) struct PartyLabels {
    pub sender: Vec<Label>,
    pub recipient: Vec<Label>,
    /// Captions of other addresses, such as that of delivery.
    pub other: Vec<Caption>,
    /// Where labels of other fields begin.
    pub captions: Vec<usize>,
}

/// A page with what its lines say.
pub(super) struct Page<'s, 'p> {
    pub sheet: &'s Sheet<'p>,
    pub lines: Vec<Line>,
    pub blocks: Vec<Block>,
    pub labels: PartyLabels,
}
