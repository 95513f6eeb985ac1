//! The grid of a ruled table, found among the marks of a page.

use crate::document::Mark;
use crate::document::PixelBox;

/// A table has at least so many vertical rules.
const MIN_RULES: usize = 4;
/// A table's vertical rules are at least so long.
const MIN_TABLE_MM: f32 = 30.0;
/// Pieces of one vertical rule lie within so much of each other.
const SAME_RULE_MM: f32 = 1.2;
/// Vertical rules of one table have at least this share of the longest one's length.
const MIN_LENGTH_SHARE: f32 = 0.7;
/// A horizontal rule of a table covers at least this share of its width.
const MIN_CROSSING_SHARE: f32 = 0.85;
/// The uppermost and lowermost rules lie so near to the ends of the vertical ones.
const NEAR_MM: f32 = 5.0;

/// The ruled table of a page: where it is, and its vertical rules. In pixels of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableGrid {
    pub top: u32,
    /// Exclusive.
    pub bottom: u32,
    /// Middles of its vertical rules, ascending; four or more.
    pub columns: Vec<u32>,
}

impl TableGrid {
    /// Returns the largest ruled table of a page of `dpi` pixels per inch, if it has one.
    pub fn find(marks: &[Mark], dpi: f32) -> Option<Self> {
        let pixels = |mm: f32| mm / 25.4 * dpi;
        let rules = joined(marks, pixels(SAME_RULE_MM) as u32);
        let longest = rules.iter().max_by_key(|rule| rule.length)?;
        if (longest.length as f32) < pixels(MIN_TABLE_MM) {
            return None;
        }
        let of_table: Vec<&Upright> = rules
            .iter()
            .filter(|rule| {
                let overlap =
                    rule.bottom.min(longest.bottom).saturating_sub(rule.top.max(longest.top));
                let wanted = longest.length as f32 * MIN_LENGTH_SHARE;
                overlap as f32 >= wanted && rule.length as f32 >= wanted
            })
            .collect();
        if of_table.len() < MIN_RULES {
            return None;
        }
        let grid = Self {
            top: of_table.iter().map(|rule| rule.top).min()?,
            bottom: of_table.iter().map(|rule| rule.bottom).max()?,
            columns: of_table.iter().map(|rule| rule.x).collect(),
        };
        grid.is_crossed(marks, pixels(NEAR_MM) as u32).then_some(grid)
    }
}

impl TableGrid {
    /// True if a horizontal rule runs over nearly all columns: a drawing has none.
    fn is_crossed(&self, marks: &[Mark], near: u32) -> bool {
        let (Some(left), Some(right)) = (self.columns.first(), self.columns.last()) else {
            return false;
        };
        let rows = self.top.saturating_sub(near)..self.bottom.saturating_add(near);
        marks.iter().any(|mark| match mark {
            Mark::HorizontalRule(rule) => {
                let shared = rule.right.min(*right).saturating_sub(rule.left.max(*left));
                rows.contains(&rule.top)
                    && shared as f32 >= (right - left) as f32 * MIN_CROSSING_SHARE
            }
            _ => false,
        })
    }
}

/// A vertical rule put together from its pieces.
#[derive(Debug, Clone, Copy)]
struct Upright {
    /// Middle of the rule.
    x: u32,
    top: u32,
    bottom: u32,
    /// Sum of the lengths of its pieces.
    length: u32,
}

/// Returns the vertical rules from left to right, with pieces of one rule joined.
fn joined(marks: &[Mark], tolerance: u32) -> Vec<Upright> {
    let mut pieces: Vec<PixelBox> = marks
        .iter()
        .filter_map(|mark| match mark {
            Mark::VerticalRule(bounds) => Some(*bounds),
            _ => None,
        })
        .collect();
    pieces.sort_by_key(|piece| piece.left + piece.right);
    let mut rules: Vec<Upright> = Vec::new();
    for piece in pieces {
        let x = u32::midpoint(piece.left, piece.right);
        match rules.last_mut() {
            Some(rule) if x.abs_diff(rule.x) <= tolerance => {
                rule.top = rule.top.min(piece.top);
                rule.bottom = rule.bottom.max(piece.bottom);
                rule.length += piece.height();
            }
            _ => rules.push(Upright {
                x,
                top: piece.top,
                bottom: piece.bottom,
                length: piece.height(),
            }),
        }
    }
    rules
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(x: u32, top: u32, bottom: u32) -> Mark {
        Mark::VerticalRule(PixelBox { left: x, top, right: x + 3, bottom })
    }

    /// 254 dpi: ten pixels a millimetre.
    fn found(marks: &[Mark]) -> Option<TableGrid> {
        TableGrid::find(marks, 254.0)
    }

    #[test]
    fn finds_the_columns_of_a_table_whose_rules_are_broken() {
        let marks = [
            rule(100, 500, 1500),
            rule(400, 500, 900),
            rule(403, 950, 1500),
            rule(800, 505, 1495),
            rule(1600, 500, 1500),
            // A mark in the margin and a short stroke belong to no table.
            rule(20, 100, 130),
            rule(1000, 600, 800),
            Mark::HorizontalRule(PixelBox { left: 101, top: 560, right: 1500, bottom: 563 }),
        ];
        let table = found(&marks).unwrap();
        assert_eq!((table.top, table.bottom), (500, 1500));
        assert_eq!(table.columns, [101, 401, 801, 1601]);
    }

    #[test]
    fn a_drawing_that_no_rule_crosses_is_no_table() {
        let strokes = [100, 400, 800, 1600].map(|x| rule(x, 500, 1500));
        assert_eq!(found(&strokes), None);
    }

    #[test]
    fn a_form_with_a_few_boxes_is_no_table() {
        assert_eq!(found(&[rule(100, 100, 600), rule(900, 100, 600), rule(500, 700, 900)]), None);
        assert_eq!(found(&[]), None);
    }
}
