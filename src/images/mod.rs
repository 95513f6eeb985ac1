//! Images of pages: one bit, gray or colored pixels, the masks of one bit and what is done to them, pages as they are
//! decoded and as they are ready to be recognized. They never leave the reader process.

mod mask;
mod page;
mod pixels;

pub use mask::{BitMask, InkBit};
pub use page::{OrientationSureness, PageImage, PreparedPage};
pub use pixels::{PagePixels, Pixels};
