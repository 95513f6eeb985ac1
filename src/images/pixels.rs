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
            Self::Gray(image) => {
                let PixelBox { left, top, .. } = bounds;
                let part = imageops::crop_imm(image, left, top, bounds.width(), bounds.height());
                Self::Gray(part.to_image())
            }
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
