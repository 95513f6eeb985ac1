//! Shapes of a bilevel page: connected components, the runs they consist of, and how tall most of those
//! are that could be letters; the grid that rules make.
//!
//! Knows nothing of lines; `prepare` and `ocr` decide what a shape is.

mod components;
mod sheet;
mod table_grid;
mod text_height;

pub use components::{Component, Components, Run, find_components};
pub use sheet::{sheet_side, sheets};
pub use table_grid::TableGrid;
pub use text_height::text_height;
