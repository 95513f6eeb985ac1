//! Whether the two sides of a white strip are documents of their own.
//!
//! For it: the captions of a form stand on both sides, and the lines of one side know nothing of the other's.
//! Against it: running text on both sides (a spread, an article), figures alone (a table), rows that go on
//! beyond the white (a table with a wide gap), a title that only one of two parallel blocks has (a form).

use super::captions::{self, Common};
use super::side::{Row, Side};

/// So many different captions on both sides, over this share of the shorter one's rows, are two documents.
const MANY_CAPTIONS: f32 = 3.5;
const BESIDE_SHARE: f32 = 0.35;
/// On small slips nearly all rows begin with them.
const SLIP_CAPTIONS: f32 = 2.5;
const SLIP_SHARE: f32 = 0.75;
/// Below each other parts of a form are alike, too: more of them must be.
const STACKED_SHARE: f32 = 0.5;
/// In a document of its own so many of the captions have a value; a column of captions has none.
const FILLED_SHARE: f32 = 0.2;
/// And of the rows of both: else the lower one is the foot of the upper, with its address once more.
const STACKED_SHARE_OF_BOTH: f32 = 0.45;
/// A few captions make two documents of what has lines of its own.
const SOME_CAPTIONS: f32 = 2.0;
/// Rows are level if their middles differ by less than so many text heights.
const LEVEL: f32 = 0.35;
/// Rows of one table: this share of them is level. Lines of their own: less than that.
const PARALLEL_SHARE: f32 = 0.8;
const OWN_LINES_SHARE: f32 = 0.6;
/// Where fewer rows stand beside each other, nothing can be said of their heights.
const MIN_BESIDE: usize = 5;
/// White of so many text heights is no space between columns.
const WIDE: f32 = 3.0;
/// Two sheets begin at one height if it differs by less than so many text heights.
const SAME_TOP: f32 = 1.2;
/// A title is so many text heights high.
const TITLE_HEIGHT: f32 = 1.25;
/// White between two documents below each other is so many times that between their rows.
const STACKED_GAP: f32 = 2.0;

/// The heads of two documents of one kind differ by so many rows: an address has two or four.
const HEAD_ROWS: usize = 3;

/// How the sides of a cut lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lie {
    /// The first is left of the second.
    Beside,
    /// The first is above the second.
    Stacked,
}

/// What a cut would part.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub(super) enum Finding {
    /// One document, as far as anything can be seen.
    One,
    /// Perhaps two: a person must look.
    Unsure,
    /// Two; the more rows are alike, the surer (0–1).
    Two(f32),
}

/// White that could part two documents.
#[derive(Debug, Clone, Copy)]
pub(super) struct White {
    pub lie: Lie,
    /// In pixels.
    pub width: f32,
    /// Height of most words in pixels.
    pub text_height: f32,
    /// Whether a rule lies in it, along it.
    pub is_ruled: bool,
}

/// Judges the two sides of white in which nothing stands.
pub(super) fn judge(first: &Side, second: &Side, white: White) -> Finding {
    if !first.may_be_document() || !second.may_be_document() {
        return Finding::One;
    }
    if first.is_prose() && second.is_prose() {
        return Finding::One;
    }
    let common = captions::common(first, second);
    let has_values = |side: &Side, rows: &mut dyn Iterator<Item = usize>| {
        let filled = rows.filter(|row| side.rows[*row].is_filled()).count();
        filled as f32 >= FILLED_SHARE * common.rows.len() as f32
    };
    if !has_values(first, &mut common.rows.iter().map(|pair| pair.0))
        || !has_values(second, &mut common.rows.iter().map(|pair| pair.1))
    {
        return Finding::One;
    }
    match white.lie {
        Lie::Beside => beside((first, second), &common, white),
        Lie::Stacked => stacked((first, second), &common, white),
    }
}

fn beside((left, right): (&Side, &Side), common: &Common, white: White) -> Finding {
    let level = LEVEL * white.text_height;
    let repeats = common.different >= MANY_CAPTIONS && common.share >= BESIDE_SHARE
        || common.different >= SLIP_CAPTIONS && common.share >= SLIP_SHARE;
    if repeats {
        let parallel = common
            .rows
            .iter()
            .filter(|(a, b)| (middle(left, *a) - middle(right, *b)).abs() < level);
        let is_parallel = parallel.count() as f32 >= PARALLEL_SHARE * common.rows.len() as f32;
        let tops = left.bounds.top.abs_diff(right.bounds.top) as f32;
        return if is_parallel && tops > SAME_TOP * white.text_height {
            under_title(left, right, white.text_height)
        } else {
            Finding::Two(common.share_of_both)
        };
    }
    if white.width < WIDE * white.text_height || !has_own_lines(left, right, level) {
        return Finding::One;
    }
    if common.different >= SOME_CAPTIONS {
        Finding::Two(common.share_of_both)
    } else {
        Finding::Unsure
    }
}

/// Judges two equal blocks of which only one has something above it: the title of a form, if it is in
/// large print or stands between the two.
fn under_title(left: &Side, right: &Side, text_height: f32) -> Finding {
    let (higher, lower) =
        if left.bounds.top < right.bounds.top { (left, right) } else { (right, left) };
    let (title, block): (Vec<&Row>, Vec<&Row>) =
        higher.rows.iter().partition(|row| row.bounds.bottom <= lower.bounds.top);
    let Some(block) = block.iter().map(|row| row.bounds).reduce(|all, row| all.union(&row)) else {
        return Finding::Unsure;
    };
    let is_title = title.iter().any(|row| {
        row.bounds.height() as f32 >= TITLE_HEIGHT * text_height
            || row.bounds.left >= block.right
            || row.bounds.right <= block.left
    });
    if is_title { Finding::One } else { Finding::Unsure }
}

/// Tells whether the lines of two sides follow no common rows.
fn has_own_lines(left: &Side, right: &Side, level: f32) -> bool {
    let top = left.bounds.top.max(right.bounds.top) as f32;
    let bottom = left.bounds.bottom.min(right.bounds.bottom) as f32;
    let within = |side: &Side| -> Vec<f32> {
        let rows = (0..side.rows.len()).map(|row| middle(side, row));
        rows.filter(|y| (top..=bottom).contains(y)).collect()
    };
    let (mut fewer, mut more) = (within(left), within(right));
    if fewer.len() > more.len() {
        std::mem::swap(&mut fewer, &mut more);
    }
    let is_level = |y: &&f32| more.iter().any(|other| (other - **y).abs() < level);
    fewer.len() >= MIN_BESIDE
        && (fewer.iter().filter(is_level).count() as f32) < OWN_LINES_SHARE * fewer.len() as f32
}

fn stacked((above, below): (&Side, &Side), common: &Common, white: White) -> Finding {
    let inner = median_white(above).max(median_white(below));
    let is_wide = white.width >= STACKED_GAP * inner && white.width >= white.text_height;
    if !is_wide || common.different < MANY_CAPTIONS || common.share < STACKED_SHARE {
        return Finding::One;
    }
    let Some(&(first_above, first_below)) = common.rows.first() else { return Finding::One };
    // Parts of a list have a title above the first of them only.
    let like_heads =
        (first_above == 0) == (first_below == 0) && first_above.abs_diff(first_below) <= HEAD_ROWS;
    if !like_heads || common.share_of_both < STACKED_SHARE_OF_BOTH {
        return Finding::One;
    }
    if !white.is_ruled {
        return Finding::Two(common.share_of_both);
    }
    // A rule parts entries of a list, but it may be the edge of a paper as well.
    if common.share >= SLIP_SHARE { Finding::Unsure } else { Finding::One }
}

/// Returns the median white between the rows of a side in pixels.
fn median_white(side: &Side) -> f32 {
    let mut gaps: Vec<u32> = side
        .rows
        .windows(2)
        .map(|pair| pair[1].bounds.top.saturating_sub(pair[0].bounds.bottom))
        .collect();
    gaps.sort_unstable();
    gaps.get(gaps.len() / 2).map_or(0.0, |&gap| gap as f32)
}

fn middle(side: &Side, row: usize) -> f32 {
    let bounds = side.rows[row].bounds;
    f32::midpoint(bounds.top as f32, bounds.bottom as f32)
}
