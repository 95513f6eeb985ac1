//! The vocabulary: plain data that every room speaks. Imports no other room.

mod barcode;
mod failure;
mod geometry;
mod look;
mod mask;
mod page;
mod pixels;
mod record;
mod source;
mod table;
mod text;

pub use barcode::{Barcode, Symbology};
pub(crate) use failure::words;
pub use failure::{Failure, Reason, Stage};
pub use geometry::{PixelBox, RightAngle};
pub use look::{Look, RegionLook, Seen, TableLook, TableSeen};
pub use mask::{BitMask, InkBit};
pub use page::{
    Attempt, DpiSource, OrientationSureness, PageEnd, PageFacts, PageImage, PageIssue, PageNumber,
    PageOutcome, PreparedPage, Recipe,
};
pub use pixels::{PagePixels, Pixels};
pub use record::{
    Ambiguity, Candidate, ColumnType, Count, Evidence, FOOT_ROW, FieldColumn, Found, Issue,
    LIST_SEPARATOR, RawField, Record, Repair, TypedField, TypedRecord, Value, Verdict,
};
pub use source::{DocumentHash, DocumentId, Format, RunId};
pub use table::TableGrid;
pub use text::{Alternative, CellGrid, Doubt, Line, Mark, PageText, TickBox, Word};
