//! How large a page may be before it is refused. Checked against declared dimensions, before any
//! pixel is allocated; every decoder of this room asks here first.

use serde::{Deserialize, Serialize};

use crate::document::{Failure, Reason};

/// Upper bounds of what is decoded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Width × height of a page in pixels.
    pub max_pixels: u64,
    /// Width or height of a page in pixels.
    pub max_side: u32,
    /// Pages of one document.
    pub max_pages: u32,
    /// Bytes of one page's decoded samples.
    pub max_bytes: u64,
}

/// No scanner draws in longer strips: what declares more is broken.
const MAX_SIDE: u32 = 1_000_000;

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_pixels: 150_000_000,
            max_side: MAX_SIDE,
            max_pages: 100_000,
            max_bytes: 256 << 20,
        }
    }
}

impl Limits {
    /// Refuses dimensions of zero (`corrupt`) or over a limit (`too_large`); `bits` is the size of
    /// one pixel as it is decoded.
    pub(super) fn check(&self, width: u32, height: u32, bits: u32) -> Result<(), Failure> {
        if width == 0 || height == 0 {
            let message = format!("declares a size of `{width} × {height}` pixels");
            return Err(Failure::decode(Reason::Corrupt, message));
        }
        if width > self.max_side || height > self.max_side {
            return Err(too_large(width, height, &format!("{} pixels a side", self.max_side)));
        }
        self.check_area(width, height, bits)
    }

    /// Refuses an area over a limit; the sides may have any length, as of an image that is only a
    /// part of a page.
    pub(super) fn check_area(&self, width: u32, height: u32, bits: u32) -> Result<(), Failure> {
        let pixels = u64::from(width) * u64::from(height);
        if pixels > self.max_pixels {
            return Err(too_large(width, height, &format!("{} pixels", self.max_pixels)));
        }
        if pixels.saturating_mul(u64::from(bits)) / 8 > self.max_bytes {
            let limit = format!("{} bytes at {bits} bits a pixel", self.max_bytes);
            return Err(too_large(width, height, &limit));
        }
        Ok(())
    }

    /// Refuses more pages than the limit.
    pub(super) fn check_pages(&self, pages: usize) -> Result<u32, Failure> {
        match u32::try_from(pages) {
            Ok(count) if count <= self.max_pages => Ok(count),
            _ => {
                let message = format!("has `{pages}` pages, the limit is {}", self.max_pages);
                Err(Failure::decode(Reason::TooLarge, message))
            }
        }
    }
}

fn too_large(width: u32, height: u32, limit: &str) -> Failure {
    let message = format!("declares `{width} × {height}` pixels, the limit is {limit}");
    Failure::decode(Reason::TooLarge, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(width: u32, height: u32, bits: u32) -> Option<Reason> {
        Limits::default().check(width, height, bits).err().map(|failure| failure.reason)
    }

    #[test]
    fn takes_an_a3_page_in_color_and_a_strip_of_eight_meters() {
        assert_eq!(reason(3508, 4961, 24), None);
        assert_eq!(reason(1200, 60_000, 24), None);
    }

    #[test]
    fn refuses_sides_and_areas_over_the_limit() {
        assert_eq!(reason(1_000_001, 10, 1), Some(Reason::TooLarge));
        assert_eq!(reason(20_000, 20_000, 1), Some(Reason::TooLarge));
        assert_eq!(reason(12_000, 12_000, 64), Some(Reason::TooLarge));
    }

    #[test]
    fn calls_an_empty_side_corrupt() {
        assert_eq!(reason(0, 10, 8), Some(Reason::Corrupt));
    }

    #[test]
    fn refuses_too_many_pages() {
        let limits = Limits { max_pages: 2, ..Limits::default() };
        assert_eq!(limits.check_pages(2), Ok(2));
        assert_eq!(limits.check_pages(3).map_err(|f| f.reason), Err(Reason::TooLarge));
    }
}
