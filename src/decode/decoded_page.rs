//! What a page of a document was decoded to.

use crate::document::{PageText, PixelBox};
use crate::images::PageImage;

/// One decoded page.
#[derive(Debug, Clone)]
pub enum DecodedPage {
    /// To be prepared and recognized.
    Image(PageImage),
    /// A PDF page's text layer, taken as it is.
    Text(PageText),
    /// A PDF page of exact text with pictures that may hold more.
    Mixed(Box<MixedPage>),
    /// A PDF page that is to be recognized, with what its file says that it reads.
    Layered(Box<LayeredPage>),
}

/// A PDF page of exact text with pictures on it.
#[derive(Debug, Clone)]
pub struct MixedPage {
    pub text: PageText,
    /// To be prepared and recognized, each by itself.
    pub pictures: Vec<Picture>,
}

/// A part of a page that is to be recognized.
#[derive(Debug, Clone)]
pub struct Picture {
    pub image: PageImage,
    /// Where it lies, in pixels of the page's text.
    pub bounds: PixelBox,
}

/// A picture of a whole PDF page with text of the same page; each has its own pixels.
#[derive(Debug, Clone)]
pub struct LayeredPage {
    pub image: PageImage,
    /// What is seen on the page, exactly, but not all of it; values of form fields may not be in the picture.
    pub text: Option<PageText>,
    /// The invisible text that somebody's recognition has left.
    pub layer: Option<PageText>,
}
