//! The vocabulary: plain data that every room speaks. Imports no other room.

mod barcode;
mod failure;
mod geometry;
mod guarded;
mod look;
mod mean;
mod outcome;
mod page_facts;
mod page_number;
mod record;
mod source;
mod text;
mod words;

pub use barcode::{Barcode, Symbology};
pub use failure::{Failure, Reason, Stage};
pub use geometry::{PixelBox, RightAngle};
pub(crate) use guarded::guarded;
pub use look::{Look, RegionLook, RegionSeen, Seen, TableLook, TableSeen};
pub use mean::weighted_mean;
pub use outcome::{Attempt, PageEnd, PageOutcome, Recipe};
pub use page_facts::{DpiSource, PageFacts, PageIssue};
pub use page_number::PageNumber;
pub use record::{
    Ambiguity, Candidate, ColumnType, Count, Evidence, FOOT_ROW, FieldColumn, Found, Issue,
    LIST_SEPARATOR, RawField, Record, Repair, SaidOrder, TypedField, TypedRecord, Value, Verdict,
};
pub use source::{DocumentFormat, DocumentHash, DocumentId, Format, RunId, WordFormat};
pub(crate) use text::compares_with;
pub use text::{Alternative, CellGrid, Doubt, Line, Mark, PageText, TickBox, Word};
pub(crate) use words::words;
