//! The vocabulary: plain data that every room speaks. Imports no other room.

mod failure;
mod geometry;
mod mask;
mod page;
mod pixels;
mod record;
mod source;
mod table;
mod text;

pub(crate) use failure::words;
pub use failure::{Failure, Reason, Stage};
pub use geometry::{PixelBox, RightAngle};
pub use mask::{BitMask, InkBit};
pub use page::{
    Attempt, DpiSource, OrientationSureness, PageEnd, PageFacts, PageImage, PageNumber,
    PageOutcome, PreparedPage, Recipe,
};
pub use pixels::{PagePixels, Pixels};
pub use record::{
    Candidate, ColumnType, Found, Issue, RawField, Record, TypedField, TypedRecord, Value, Verdict,
};
pub use source::{DocumentHash, DocumentId, Format, RunId};
pub use table::TableGrid;
pub use text::{Line, Mark, PageText, Word};
