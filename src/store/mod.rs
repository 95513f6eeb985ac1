//! Postgres: the ledger, the typed record tables, the private cluster, and every query.
//!
//! The only room that knows sqlx and SQL. Called by `commands`, `pipeline` (events into the writer) and `export`
//! (rows out). Knows nothing of pixels, of files' contents, or of what a model's fields mean.
//!
//! `ledger` files and documents · `known_files` what has not changed · `other_files` files without a document · `writer` batches from events to commits · `pages` selecting and reading back ·
//! `model_table` typed tables · `report` sums and lines · `rows` streams · `record_stream` records for export, `datum` their values · `labelled` what evaluation reads · `filter` conditions ·
//! `archive` and `vocabulary` what the archive learns.

mod archive;
mod backoff;
mod cluster;
mod connection;
mod copy;
mod datum;
mod error;
mod filter;
mod footprint;
mod generation;
mod known_files;
mod labelled;
mod ledger;
mod lookup;
mod migrations;
mod model_table;
mod no_delay;
mod other_files;
mod packed;
mod packed_old;
mod pages;
mod quoted;
mod record_columns;
mod record_facts;
mod record_query;
mod record_selection;
mod record_stream;
mod report;
mod retrying;
mod rows;
mod run;
mod size;
mod storable;
mod vocabulary;
mod writer;

#[cfg(test)]
pub(crate) mod tests;

pub use archive::{
    Among, ArchiveRecord, ArchiveState, Bounds, NewRecords, RecordChange, RecordState, Suspects,
    measured, open_dates, put_state, recurring, spread_of,
};
pub use connection::{Database, Store, start_cluster, stop_cluster};
pub use datum::{Datum, DatumKind, Day, List, Numeric, TimeOfDay};
pub use error::{ClusterError, StoreError};
pub use filter::{Filter, FilterError};
pub use footprint::Footprint;
pub use generation::{EncodedDocument, Generation, GenerationTables, NotedPart, PlannedPart};
pub use known_files::{KnownFile, SeenFiles};
pub use ledger::{HashedFile, Registered, Standing};
pub use model_table::TablePlan;
pub use other_files::{GoneFiles, OtherFile, UnreadableFile, UnseenFile};
pub use pages::{DocumentPages, PackedDocument, PageKey, PageState, SelectedPage};
pub use record_columns::{ColumnKind, RecordColumn};
pub use record_facts::DecimalRange;
pub use record_selection::{RecordKey, Selection};
pub use record_stream::{Layout, RecordStream, RowBatch};
pub use report::{FileLine, PageAccount, Report};
pub use rows::{Cursor, PageTextRow, RecordRow};
pub use run::{Run, RunEnd};
pub use size::{DatabaseSize, TableSize};
pub use writer::{
    CommitSummary, LedgerEvent, MakeDocumentRecords, PageChange, Replace, WriterOptions,
};

/// The oldest Postgres that is supported: the oldest that its makers supported when this was written.
pub(crate) const MINIMUM_VERSION: u32 = 13;
