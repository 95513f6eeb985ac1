//! A gray page without the lines through its words, as columns of pixels to be painted over: the page itself
//! is not copied for a few words.

use image::GrayImage;

use super::strike::{Fill, Strike};

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::images::BitMask;
    use crate::shapes;

    #[test]
    fn a_line_becomes_as_light_as_the_lighter_of_its_sides() {
        // Strokes of 4 × 24 pixels every 12 pixels, and a line of three rows through them.
        let mut mask = BitMask::empty(200, 100);
        for stroke in 0..8 {
            (40..64).for_each(|y| mask.set(y, 50 + 12 * stroke, 54 + 12 * stroke));
        }
        (51..54).for_each(|y| mask.set(y, 46, 142));
        let components = shapes::find_components(&mask).expect("few runs");
        let strikes = super::super::struck::find_short(&mask, &components);
        let mut page = mask.to_gray();
        page.put_pixel(60, 48, image::Luma([200]));
        let retouches = Retouches::of(&page, &strikes);
        let fills = |x: usize| retouches.column(x).to_vec();
        // Between strokes the paper goes on, with the dark speck above it where it stands; in a stroke its ink.
        assert_eq!(fills(58), [Fill { rows: 49..56, level: 255 }]);
        assert_eq!(fills(52), [Fill { rows: 49..56, level: 0 }]);
        assert_eq!(fills(20), []);
        let beside = retouches.level(&page, 60, 50);
        assert_eq!((beside, retouches.level(&page, 60, 45)), (255, 255));
    }
}
