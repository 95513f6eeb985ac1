//! Where Tesseract is to look: the lines of each column of a ruled table, and the page around it.
//!
//! Tesseract's page layout joins and drops the narrow columns of ruled tables. The rules that
//! preparation has found say where the columns are, so each is cut into its lines and these are
//! recognized one by one. `tesseract` calls it.

use super::bands::{self, BandLines};
use crate::document::PixelBox;
use crate::images::PreparedPage;
use crate::shapes::TableGrid;

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
    /// A single block of lines.
    Block,
    /// A single line.
    Line,
}

/// A strip narrower than this holds no text.
const MIN_STRIP_MM: f32 = 4.0;
/// Between the middle of a rule and the text of its column, in text heights.
const INSET: f32 = 0.2;

/// Returns the regions of a page in reading order; a single one without a ruled table.
pub(super) fn of_page(page: &PreparedPage) -> Vec<Region> {
    let (width, height) = page.pixels.dimensions();
    let whole = PixelBox { left: 0, top: 0, right: width, bottom: height };
    let pixels = |mm: f32| mm / 25.4 * page.dpi;
    let Some(table) = TableGrid::find(&page.marks, page.dpi) else {
        return vec![Region { bounds: whole, layout: RegionLayout::Page }];
    };
    let mut regions = Vec::new();
    let holds_text = |bounds: &PixelBox| {
        let least = pixels(MIN_STRIP_MM) as u32;
        bounds.width() >= least && bounds.height() >= least
    };
    let around = |bounds: PixelBox| {
        holds_text(&bounds).then_some(Region { bounds, layout: RegionLayout::Page })
    };
    regions.extend(around(PixelBox { bottom: table.top, ..whole }));
    let edges: Vec<u32> = std::iter::once(0)
        .chain(table.columns.iter().copied())
        .chain(std::iter::once(width))
        .collect();
    for pair in edges.windows(2) {
        let bounds =
            PixelBox { left: pair[0], top: table.top, right: pair[1], bottom: table.bottom };
        if holds_text(&bounds) {
            regions.extend(of_column(page, bounds));
        }
    }
    regions.extend(around(PixelBox { top: table.bottom, ..whole }));
    regions
}

/// Returns the lines of a column.
fn of_column(page: &PreparedPage, column: PixelBox) -> Vec<Region> {
    let Some(text_height) = page.facts.x_height else {
        return vec![Region { bounds: column, layout: RegionLayout::Block }];
    };
    let text_height = text_height * page.facts.scale;
    // Where a rule was cut by another one, its rests stand at the edges of the column.
    let inset = (INSET * text_height) as u32;
    let column = PixelBox {
        left: column.left.saturating_add(inset),
        right: column.right.saturating_sub(inset),
        ..column
    };
    bands::of_column(&page.pixels, column, text_height)
        .into_iter()
        .map(|band| Region {
            bounds: band.bounds,
            layout: match band.lines {
                BandLines::One => RegionLayout::Line,
                BandLines::Several => RegionLayout::Block,
            },
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Mark, PageFacts};
    use crate::images::{BitMask, OrientationSureness, PagePixels};

    /// A page of 1000 × 1000 pixels, ten a millimetre, with rules at the given places and two words.
    fn page(rules: &[u32]) -> PreparedPage {
        let mut mask = BitMask::empty(1000, 1000);
        for (left, top) in [(130, 300), (430, 400)] {
            (top..top + 30).for_each(|y| mask.set(y, left, left + 100));
        }
        let rule = |&x: &u32| {
            Mark::VerticalRule(PixelBox { left: x - 1, top: 200, right: x + 2, bottom: 800 })
        };
        let head = Mark::HorizontalRule(PixelBox { left: 100, top: 250, right: 900, bottom: 252 });
        PreparedPage {
            pixels: PagePixels::Bilevel(mask),
            overlay: None,
            dpi: 254.0,
            facts: PageFacts { x_height: Some(40.0), scale: 0.5, ..PageFacts::default() },
            orientation: OrientationSureness::Sure,
            marks: rules.iter().map(rule).chain([head]).collect(),
            steps: Vec::new(),
        }
    }

    fn found(rules: &[u32]) -> Vec<(u32, u32, u32, u32, RegionLayout)> {
        let flat = |region: Region| {
            let PixelBox { left, top, right, bottom } = region.bounds;
            (left, top, right, bottom, region.layout)
        };
        of_page(&page(rules)).into_iter().map(flat).collect()
    }

    #[test]
    fn cuts_a_table_into_the_lines_of_its_columns() {
        assert_eq!(
            found(&[100, 400, 600, 900]),
            [
                (0, 0, 1000, 200, RegionLayout::Page),
                (122, 292, 238, 338, RegionLayout::Line),
                (422, 392, 538, 438, RegionLayout::Line),
                (0, 800, 1000, 1000, RegionLayout::Page),
            ]
        );
    }

    #[test]
    fn leaves_a_page_without_a_table_whole() {
        assert_eq!(found(&[100, 900]), [(0, 0, 1000, 1000, RegionLayout::Page)]);
    }
}
