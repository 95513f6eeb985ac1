//! Where Tesseract is to look: the columns of a ruled table one by one, and the page around it.
//!
//! Tesseract's page layout joins and drops the narrow columns of ruled tables. The rules that
//! preparation has found say where the columns are, so each is recognized as a block of its own.

use crate::document::{Mark, PixelBox, PreparedPage};

/// A part of the page and how its text is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Region {
    pub bounds: PixelBox,
    pub layout: RegionLayout,
}

/// How the text of a region is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RegionLayout {
    /// As the settings say.
    Page,
    /// One column of a table: a single block of lines.
    Column,
}

/// A table has at least so many vertical rules.
const MIN_RULES: usize = 4;
/// A table's vertical rules are at least so long.
const MIN_TABLE_MM: f32 = 30.0;
/// Pieces of one vertical rule lie within so much of each other.
const SAME_RULE_MM: f32 = 1.2;
/// A strip narrower than this holds no text.
const MIN_STRIP_MM: f32 = 4.0;
/// Vertical rules of one table have at least this share of the longest one's length.
const MIN_LENGTH_SHARE: f32 = 0.7;

/// Returns the regions of a page in reading order; a single one without a ruled table.
pub(super) fn of_page(page: &PreparedPage) -> Vec<Region> {
    let (width, height) = page.image.dimensions();
    let whole = PixelBox { left: 0, top: 0, right: width, bottom: height };
    let pixels = |mm: f32| mm / 25.4 * page.dpi;
    let Some(table) = table(&page.marks, &pixels) else {
        return vec![Region { bounds: whole, layout: RegionLayout::Page }];
    };
    let mut regions = Vec::new();
    let mut add = |bounds: PixelBox, layout: RegionLayout| {
        let least = pixels(MIN_STRIP_MM) as u32;
        if bounds.width() >= least && bounds.height() >= least {
            regions.push(Region { bounds, layout });
        }
    };
    add(PixelBox { bottom: table.top, ..whole }, RegionLayout::Page);
    let edges: Vec<u32> = std::iter::once(0)
        .chain(table.columns.iter().copied())
        .chain(std::iter::once(width))
        .collect();
    for pair in edges.windows(2) {
        let bounds =
            PixelBox { left: pair[0], top: table.top, right: pair[1], bottom: table.bottom };
        add(bounds, RegionLayout::Column);
    }
    add(PixelBox { top: table.bottom, ..whole }, RegionLayout::Page);
    regions
}

/// The ruled table of a page.
#[derive(Debug, PartialEq, Eq)]
struct Table {
    top: u32,
    bottom: u32,
    /// Positions of its vertical rules, ascending.
    columns: Vec<u32>,
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

fn table(marks: &[Mark], pixels: &impl Fn(f32) -> f32) -> Option<Table> {
    let rules = joined(marks, pixels(SAME_RULE_MM) as u32);
    let longest = rules.iter().max_by_key(|rule| rule.length)?;
    if (longest.length as f32) < pixels(MIN_TABLE_MM) {
        return None;
    }
    let of_table: Vec<&Upright> = rules
        .iter()
        .filter(|rule| {
            let overlap = rule.bottom.min(longest.bottom).saturating_sub(rule.top.max(longest.top));
            let wanted = longest.length as f32 * MIN_LENGTH_SHARE;
            overlap as f32 >= wanted && rule.length as f32 >= wanted
        })
        .collect();
    if of_table.len() < MIN_RULES {
        return None;
    }
    Some(Table {
        top: of_table.iter().map(|rule| rule.top).min()?,
        bottom: of_table.iter().map(|rule| rule.bottom).max()?,
        columns: of_table.iter().map(|rule| rule.x).collect(),
    })
}

/// Returns the vertical rules from left to right, with pieces of one rule joined.
fn joined(marks: &[Mark], tolerance: u32) -> Vec<Upright> {
    let mut pieces: Vec<PixelBox> = marks
        .iter()
        .filter_map(|mark| match mark {
            Mark::VerticalRule(bounds) => Some(*bounds),
            Mark::HorizontalRule(_) => None,
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
    fn found(marks: &[Mark]) -> Option<Table> {
        table(marks, &|mm| mm * 10.0)
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
        ];
        let table = found(&marks).unwrap();
        assert_eq!((table.top, table.bottom), (500, 1500));
        assert_eq!(table.columns, [101, 401, 801, 1601]);
    }

    #[test]
    fn a_form_with_a_few_boxes_is_no_table() {
        assert_eq!(found(&[rule(100, 100, 600), rule(900, 100, 600), rule(500, 700, 900)]), None);
        assert_eq!(found(&[]), None);
    }
}
