//! A gray page without the lines through its words, as columns of pixels to be painted over: the page itself
//! is not copied for a few words.

use std::ops::Range;

use image::GrayImage;

use super::struck::Strike;

/// Pixels of a column that are painted in one gray level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fill {
    pub rows: Range<u32>,
    pub level: u8,
}

/// What is painted over on a page.
#[derive(Debug, Clone)]
pub(super) struct Retouches {
    /// By column of the page, the first to be painted first.
    columns: Vec<Vec<Fill>>,
}

impl Retouches {
    /// Paints over strikes, one after the other.
    pub fn of(page: &GrayImage, strikes: &[Strike]) -> Self {
        let mut retouches = Self { columns: vec![Vec::new(); page.width() as usize] };
        for strike in strikes {
            let level = |x: u32, y: u32| retouches.level(page, x, y);
            for (x, fill) in strike.fills(page.dimensions(), level) {
                retouches.columns[x as usize].push(fill);
            }
        }
        retouches
    }

    /// Returns what is painted in a column.
    pub fn column(&self, x: usize) -> &[Fill] {
        &self.columns[x]
    }

    /// Returns the gray level of a pixel of the page as it is painted by now.
    fn level(&self, page: &GrayImage, x: u32, y: u32) -> u8 {
        let painted = self.column(x as usize).iter().rev().find(|fill| fill.rows.contains(&y));
        painted.map_or_else(|| page.get_pixel(x, y).0[0], |fill| fill.level)
    }
}
