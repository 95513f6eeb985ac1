//! The ink of a page as a mask: taken as it is from bilevel pages, found by local thresholds on gray ones.
//!
//! A gray page is divided into tiles. Where a tile and its neighbors show two clearly different
//! classes of pixels (Otsu), its threshold is between them; where not, it is all paper or all ink.
//! Between the middles of tiles thresholds run evenly.
//!
//! Faint ink beside dark ink is on the paper's side of such thresholds. Where tiles hold more pixels between ink and
//! paper than the edges of their ink make, a second view of the page shows what is there ([`Ink::faint`]).

mod faint;
mod tiles;

use image::GrayImage;

use self::tiles::{CLASSES, Tiles, split, sum};
use crate::images::{BitMask, PagePixels};
use crate::shapes;

/// A tile's side is this share of the longer side of a sheet …
const TILES: usize = 80;
/// … but not outside of these, in pixels.
const TILE_SIDES: std::ops::RangeInclusive<usize> = 16..=64;

/// The ink of a page.
pub(super) struct Ink {
    pub(super) mask: BitMask,
    /// What is lighter than the ink of the mask and darker than paper, made as dark as ink, on white paper without the
    /// ink of the mask; `None` if there is nothing of the kind.
    pub(super) faint: Option<GrayImage>,
}

/// Finds the ink of a page.
pub(super) fn of(pixels: &PagePixels) -> Ink {
    match pixels {
        PagePixels::Bilevel(mask) => Ink { mask: mask.clone(), faint: None },
        PagePixels::Gray(image) => {
            let (tiles, thresholds, mask) = of_gray(image);
            let faint = faint::view(image, &tiles, &thresholds, &mask);
            Ink { mask, faint }
        }
    }
}

/// Returns the mask of a page's ink.
pub(super) fn mask_of(pixels: &PagePixels) -> BitMask {
    match pixels {
        PagePixels::Bilevel(mask) => mask.clone(),
        PagePixels::Gray(image) => of_gray(image).2,
    }
}

fn of_gray(image: &GrayImage) -> (Tiles, Vec<f32>, BitMask) {
    let side = shapes::sheet_side(image.width() as usize, image.height() as usize) / TILES;
    let side = side.clamp(*TILE_SIDES.start(), *TILE_SIDES.end());
    let tiles = Tiles::count(image, side);
    let whole = tiles.histograms.iter().fold([0; CLASSES], |all, each| sum(&all, each));
    let thresholds = tiles.thresholds(split(&whole));
    let mask = tiles.mask(image, &thresholds);
    (tiles, thresholds, mask)
}
