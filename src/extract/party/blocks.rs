//! Lines that stand under each other, as an address does, whatever stands beside them.
//!
//! `party` reads who is meant; this file only knows boxes.

use super::lines::Says;
use crate::document::PixelBox;
use crate::extract::layout::{Layout, center_x};
use crate::extract::word_range::WordRange;

/// Lines of a block follow each other within so many heights of a line, from top to top.
const NEXT_LINE: f32 = 2.3;
/// Their left edges, their middles or their right edges agree to so many heights of a line.
const SAME_EDGE: f32 = 1.0;
/// Lines of one block are of about one size.
const SAME_SIZE: f32 = 1.7;

/// A cell of a row: words that stand together.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub row: usize,
    pub words: WordRange,
    pub bounds: PixelBox,
    pub height: f32,
    pub text: String,
    pub says: Says,
    /// The block it belongs to.
    pub block: usize,
}

/// Lines under each other, by their numbers, from top to bottom.
#[derive(Debug, Clone, Default)]
pub(super) struct Block {
    pub lines: Vec<usize>,
}

/// Divides a page into lines and blocks; a block begins anew at each line that `begins`.
pub(super) fn blocks(
    layout: &Layout,
    begins: impl Fn(WordRange) -> bool,
) -> (Vec<Line>, Vec<Block>) {
    let mut lines: Vec<Line> = Vec::new();
    for (index, row) in layout.rows.iter().enumerate() {
        lines.extend(row.cells().filter_map(|cell| line(layout, index, cell)));
    }
    lines.sort_by_key(|line| (line.bounds.top, line.bounds.left));
    let mut blocks: Vec<Block> = Vec::new();
    for at in 0..lines.len() {
        let starts_anew = begins(lines[at].words);
        let above = if starts_anew { None } else { block_above(&blocks, &lines, at) };
        let block = above.unwrap_or(blocks.len());
        if block == blocks.len() {
            blocks.push(Block::default());
        }
        blocks[block].lines.push(at);
        lines[at].block = block;
    }
    (lines, blocks)
}

fn line(layout: &Layout, row: usize, words: WordRange) -> Option<Line> {
    let text = layout.text(words).into_owned();
    if !text.chars().any(char::is_alphanumeric) {
        return None;
    }
    let boxes = layout.words[words.indices()].iter().map(|word| word.bounds);
    let bounds = boxes.clone().reduce(|all, word| all.union(&word))?;
    let mut heights: Vec<f32> = boxes.map(|word| word.height() as f32).collect();
    heights.sort_by(f32::total_cmp);
    let height = heights[heights.len() / 2].max(1.0);
    let says = Says::of(&text);
    Some(Line { row, words, bounds, height, text, says, block: 0 })
}

/// Returns the block whose last line stands right above a line and in its column.
fn block_above(blocks: &[Block], lines: &[Line], at: usize) -> Option<usize> {
    let line = &lines[at];
    let fits = |(_, block): &(usize, &Block)| {
        let Some(above) = block.lines.last().map(|&last| &lines[last]) else { return false };
        let height = above.height.max(line.height);
        let drop = line.bounds.top as f32 - above.bounds.top as f32;
        let left = (line.bounds.left as f32 - above.bounds.left as f32).abs();
        let middle = (center_x(&line.bounds) - center_x(&above.bounds)).abs();
        let right = (line.bounds.right as f32 - above.bounds.right as f32).abs();
        let sizes = above.height.min(line.height) * SAME_SIZE >= height;
        let below = drop > 0.6 * above.height.min(line.height) && drop < NEXT_LINE * height;
        below && sizes && left.min(middle).min(right) < SAME_EDGE * height
    };
    blocks.iter().enumerate().rev().find(fits).map(|(block, _)| block)
}
