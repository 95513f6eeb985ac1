//! The pixels of a page, as decoders give them and as recognizers take them: one bit, gray, or color.

use std::borrow::Cow;

use image::{GrayImage, RgbImage, imageops};

use super::mask::BitMask;
use crate::document::{PixelBox, RightAngle};

/// Pixels as they came out of the decoder, row-major.
#[derive(Debug, Clone)]
pub enum Pixels {
    /// Black and white; set pixels are black.
    Bilevel(BitMask),
    Gray(GrayImage),
    Color(RgbImage),
}

impl Pixels {
    /// Returns width and height in pixels.
    pub fn dimensions(&self) -> (u32, u32) {
        match self {
            Self::Bilevel(mask) => (mask.width as u32, mask.height as u32),
            Self::Gray(image) => image.dimensions(),
            Self::Color(image) => image.dimensions(),
        }
    }
}

/// Pixels of a prepared page: upright, dark text on light paper.
#[derive(Debug, Clone)]
pub enum PagePixels {
    /// Set pixels are ink.
    Bilevel(BitMask),
    Gray(GrayImage),
}

impl PagePixels {
    /// Returns width and height in pixels.
    pub fn dimensions(&self) -> (u32, u32) {
        match self {
            Self::Bilevel(mask) => (mask.width as u32, mask.height as u32),
            Self::Gray(image) => image.dimensions(),
        }
    }

    /// Returns the pixels as gray, one byte each; those of a bilevel page are expanded to 0 and 255.
    pub fn gray(&self) -> Cow<'_, GrayImage> {
        match self {
            Self::Bilevel(mask) => Cow::Owned(mask.to_gray()),
            Self::Gray(image) => Cow::Borrowed(image),
        }
    }

    /// Returns the part of the pixels in `bounds`, which is cut at the edges.
    #[must_use]
    pub fn cropped(&self, bounds: PixelBox) -> Self {
        match self {
            Self::Bilevel(mask) => Self::Bilevel(mask.cropped(bounds)),
            Self::Gray(image) => Self::Gray(cropped(image, bounds)),
        }
    }

    /// Returns the pixels turned clockwise.
    #[must_use]
    pub fn turned(self, rotation: RightAngle) -> Self {
        match self {
            Self::Bilevel(mask) => Self::Bilevel(mask.turned(rotation)),
            Self::Gray(mut image) => Self::Gray(match rotation {
                RightAngle::None => image,
                RightAngle::Quarter => imageops::rotate90(&image),
                RightAngle::Half => {
                    image.reverse();
                    image
                }
                RightAngle::ThreeQuarters => imageops::rotate270(&image),
            }),
        }
    }
}

/// Returns the part of an image in `bounds`, which is cut at the edges.
fn cropped(image: &GrayImage, bounds: PixelBox) -> GrayImage {
    let (right, bottom) = (bounds.right.min(image.width()), bounds.bottom.min(image.height()));
    let (left, top) = (bounds.left.min(right), bounds.top.min(bottom));
    let mut part = GrayImage::new(right - left, bottom - top);
    let (columns, width) = (left as usize..right as usize, image.width() as usize);
    let rows = image.as_raw().chunks_exact(width.max(1)).skip(top as usize);
    for (to, from) in part.chunks_exact_mut(columns.len().max(1)).zip(rows) {
        to.copy_from_slice(&from[columns.clone()]);
    }
    part
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_cut_at_the_edges_of_the_page() {
        let page = PagePixels::Gray(GrayImage::from_raw(3, 2, vec![1, 2, 3, 4, 5, 6]).unwrap());
        let part = |left, top, right, bottom| {
            let part = page.cropped(PixelBox { left, top, right, bottom }).gray().into_owned();
            (part.dimensions(), part.into_raw())
        };
        assert_eq!(part(1, 1, 2, 2), ((1, 1), vec![5]));
        assert_eq!(part(1, 0, 9, 9), ((2, 2), vec![2, 3, 5, 6]));
        assert_eq!(part(5, 0, 9, 1), ((0, 1), vec![]));
    }
}
